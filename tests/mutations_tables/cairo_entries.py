"""For each bound in the Cairo sources: how it is loosened and which lie that lets through, or why it is none."""

from __future__ import annotations

from functools import cache, partial

from cairo_book import book
from cairo_lies import (
    big_debt,
    carries_in,
    cuts,
    digits,
    dust_debt,
    every_limb,
    hashed_as,
    lane_dropped,
    limbs_doubled,
    of_batch,
    one_unit_short,
    orders_moved,
    other_offset,
    past_sixty_bits,
    with_edge,
)
from cairo_mutation import Argued, Entry, Loosened, Refused
from cairo_parts import (
    FIXED,
    HASHING,
    RANGES,
    SCHEDULE,
    SEPARATES,
    SUMS,
    TAPE,
    TWO_BOOKS,
    literals,
    removed,
    single,
)
from lie import below_by_one
from lies_about_rows import TOTAL, below_tier, order_or_tier, range_of_the_batch, same_key, settlement, short_in
from small_venue import Batch, honest

# lib/hashing.cairo

LANES = ("low.x0", "low.x1", "low.x2", "low.x3", "high.x0", "high.x1", "high.x2", "high.x3")
CAPACITY = tuple(f"capacity.x{i}" for i in range(4))


def twin_in(lane: int) -> tuple[str, Batch | None]:
    """A book that differs from the honest one in what this lane absorbs, and in words how."""
    if lane < 4:
        return "an account of another id", with_edge(id=tuple(11 + i + (i == lane) for i in range(4)))
    if lane < 8:
        return "a leaf of another salt", with_edge(salt=tuple(21 + i + (i == lane - 4) for i in range(4)))
    if lane == 8:
        return "an account of another class", with_edge(account_class=1)
    return ("an account of another order", orders_moved()) if lane == 9 else ("", None)


def unhashed(lane: int) -> Loosened:
    said, twin = twin_in(lane)
    words = TWO_BOOKS + said if twin else f"lane {lane} of the capacity is not carried on: 96 bits in place of 128"
    return Loosened(
        f"assert poseidon_ptr.i{lane} = 0;",
        lambda: hashed_as(words, honest(), lane_dropped(lane)),
        honest(),
        twin=twin,
    )


def hashing() -> dict[str, Entry]:
    tags = {"TAG_LEAF": 1, "TAG_NODE": 2, "TAG_EMPTY": 3, "TAG_COMMIT": 4}
    return {
        **single(HASHING, "const", {f"const {tag} = {k};": Argued(SEPARATES) for tag, k in tags.items()}),
        **single(
            f"{HASHING} permute",
            "assert",
            {f"assert poseidon_ptr.i{k} = {x};": unhashed(k) for k, x in enumerate((*LANES, *CAPACITY))},
        ),
        **literals(f"{HASHING} hash_block", "0", *(Argued(FIXED) for _ in range(3))),
    }


# lib/ranges.cairo

FIVE = "l0 + 2 ** 12 * (l1 + 2 ** 12 * (l2 + 2 ** 12 * (l3 + 2 ** 12 * l4)));"


def wider(level: int) -> Loosened:
    """A limb counts twice as much: numbers up to 2^61 have limbs, if their bits leave a gap."""
    radices = [1 << 12 + (i == level) for i in range(4)]
    batch = past_sixty_bits()
    limbs = {0: digits(batch.start, radices), 1: digits(1 << 60, radices)}
    words = "the last order is 2^60: not below 2^60"
    return Loosened("2 ** 13", lambda: of_batch(batch, words), batch, cuts("main", limbs))


def overlapping(level: int) -> Loosened:
    """A limb counts one less: carries come out too high."""
    radices = [(1 << 12) - (i == level) for i in range(4)]
    return Loosened("(2 ** 12 - 1)", one_unit_short, below_by_one(), edit=carries_in(radices))


def ranges() -> dict[str, Entry]:
    check24, check60, carry = (f"{RANGES} {name}" for name in ("check24", "check60", "carry"))
    cell = ("let range_check_ptr = range_check_ptr + 1;", "")
    twice = Loosened("2 ** 96", lambda: order_or_tier(2, None), same_key(1)[0], cuts("holdings.nz", {2: [0, 1]}))
    return {
        **single(
            f"{RANGES} range_check",
            "assert",
            {"assert [range_check_ptr] = x;": Loosened("", lambda: settlement(TOTAL, 4), also=cell)},
        ),
        **literals(f"{RANGES} range_check", "1", Refused("2")),
        **single(check24, "hint", {"%{ limbs(memory, fp, 2) %}": Refused("%{ limbs(memory, fp, 4) %}")}),
        **single(check24, "assert", {"assert x = l0 + 2 ** 12 * l1;": removed(lambda: order_or_tier(2, None))}),
        **literals(check24, "2 ** 12", twice),
        **single(check24, "call", {f"range_check(l{i})": removed(partial(order_or_tier, 2, i)) for i in range(2)}),
        **single(check60, "hint", {"%{ limbs(memory, fp, 5) %}": Refused("%{ limbs(memory, fp, 6) %}")}),
        **single(check60, "assert", {f"assert x = {FIVE}": removed(lambda: range_of_the_batch(0, None))}),
        **literals(check60, "2 ** 12", *(wider(level) for level in range(4))),
        **single(check60, "call", {f"range_check(l{i})": removed(partial(range_of_the_batch, 0, i)) for i in range(5)}),
        **single(
            carry, "hint", {"%{ limbs(memory, fp, 5, 2 ** 59) %}": Refused("%{ limbs(memory, fp, 5, 2 ** 58) %}")}
        ),
        **single(carry, "assert", {f"assert x + 2 ** 59 = {FIVE}": removed(lambda: settlement(4, None))}),
        **literals(
            carry, "2 ** 59", Loosened("(2 ** 59 + 2 ** 24)", one_unit_short, below_by_one(), other_offset(1 << 24))
        ),
        **literals(
            carry,
            "2 ** 12",
            *(overlapping(level) for level in range(4)),
            *(Loosened("2 ** 13", one_unit_short, below_by_one()) for _ in range(2)),
        ),
        **literals(carry, "2 ** 35", Loosened("2 ** 34", one_unit_short, below_by_one())),
        **single(carry, "call", {f"range_check(l{i})": removed(partial(settlement, 0, i)) for i in range(5)}),
    }


# lib/schedule.cairo, lib/sums.cairo, lib/tape.cairo


def absorbed_otherwise(above: int) -> Loosened:
    words = "a holding is summed as one quantity and absorbed as another"
    return Loosened("2 ** 13", lambda: hashed_as(words, every_limb(), limbs_doubled(above)), every_limb())


def schedule() -> dict[str, Entry]:
    where = f"{SCHEDULE} holding"
    past = short_in(0, 0, 20_000 & 4095, 20_000 >> 12, 0, 0, 0)
    return {
        **single(where, "call", {f"range_check(l{i})": removed(partial(below_tier, 0, i + 1)) for i in range(5)}),
        **literals(where, "2 ** 12", *(absorbed_otherwise(above) for above in range(4))),
        **single(
            where,
            "call",
            {
                "check24(r.key - prev_key - 1)": removed(lambda: order_or_tier(2, None), same_key(1)[0]),
                "check60(r.span - above)": removed(lambda: order_or_tier(1, None), past),
            },
        ),
        **literals(where, "1", Loosened("0", lambda: order_or_tier(2, None), same_key(1)[0])),
    }


def misweighted(new: str, batch: Batch) -> Loosened:
    words = "an account one unit below its line passes: a coefficient of its sum has another weight"
    return Loosened(new, lambda: of_batch(batch, words), batch)


def sums() -> dict[str, Entry]:
    where = f"{SUMS} settle"
    pairs = [f"carry(sum.c{2 * k} + 2 ** 12 * sum.c{2 * k + 1}{f' + k{k - 1}' if k else ''})" for k in range(5)]
    words = "a debt of one unit passes: the lower coefficients of its sum are not carried on"
    uncarried = Loosened("carry(0)", lambda: of_batch(dust_debt(), words), dust_debt())
    return {
        **single(where, "call", dict.fromkeys(pairs, uncarried)),
        **single(where, "call", {"check60(sum.c10 + k4)": removed(one_unit_short, below_by_one())}),
        **literals(
            where,
            "2 ** 12",
            *(misweighted("2 ** 13", below_by_one()) for _ in range(2)),
            *(misweighted("2 ** 13", big_debt()) for _ in range(2)),
            misweighted("0", big_debt()),
        ),
    }


@cache
def entries() -> dict[str, Entry]:
    """By key of the item (`cairo_sources.Item.key`)."""
    tape = literals(f"{TAPE} read", "1", Refused("2"))
    return {**book(), **hashing(), **ranges(), **schedule(), **sums(), **tape}
