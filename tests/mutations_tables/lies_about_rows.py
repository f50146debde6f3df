"""Witnesses for the checks of single rows: each constraint of a function's table and each range check.

What a constraint or a lookup is about is read off the tables and the witness program (`constraint_of`, `limb_of`), and
the lie follows from that. Whatever is not recognised has no witness, and then the list of mutants is not killed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from lie import (
    FIRST_KEYS,
    RICH,
    Lie,
    NoWitness,
    below_by_one,
    columns,
    cut,
    holding,
    one_account,
    put_limbs,
    steps_of,
    tables,
    uneven,
)
from lies import Mislead, Path, constant, in_path, steps
from small_venue import CAT, EMPTY, Batch, Leaf, honest, tiers
from table_mutants import table_named
from test_margin import raise_carry
from test_orders import BOUNDS
from toolkit import Program, forge, put

from plimsoll.circuits.bounds.rows import read_row
from plimsoll.circuits.field import P
from plimsoll.circuits.tables import TableSet

HALF = pow(2, -1, P)
SHORT = 3
"""Key of a short position in PERP: the last one that has tiers."""
TOTAL = 5
"""Number of the cut in `settle` that says the total is not negative; those before it are the carries."""


@dataclass(frozen=True)
class Tape(Batch):
    """Cells that no leaf and no batch would give."""

    cells: bytes = b""

    def tape(self) -> bytes:
        return self.cells


def tape_of(batch: Batch, height: int) -> Tape:
    """A batch's tape that claims another height."""
    return Tape((), cells=(height % P).to_bytes(8, "little") + batch.tape()[8:])


# What a check is about.


def constraint_of(name: str, place: int) -> tuple[str, int]:
    """("active", 0), or the kind of step that a constraint of a function's table belongs to and its number."""
    if place == 0:
        return "active", 0
    poly = read_row(table_named(tables(), name)).constraints[place]
    used = {column for term in poly.terms for column in term}
    kinds = columns(name)
    for n, limbs in enumerate(kinds.limbs):
        if used.issuperset(limbs):
            return "limbs", n
    for n, column in enumerate(kinds.set):
        if (column,) in poly.terms:
            return "set", n
    inverses = [step["column"] for step in steps_of(name) if step["op"] == "inverse"]
    if used.intersection(inverses):
        return "inverse", 0
    branches = [step for step in steps_of(name) if step["op"] == "branch"]
    [number] = [n for n, step in enumerate(branches) if {c for _, m in step["poly"] for c in m} == used]
    return "branch", number


def limb_of(name: str, place: int) -> tuple[str, int, int]:
    """What a range check looks up: ("limbs", number of the cut, limb) or ("tape", number of the cell, 0)."""
    row = read_row(table_named(tables(), name))
    [message] = [m for m in row.required if m.number == place]
    [[column]] = message.fields[0].terms
    kinds = columns(name)
    for n, limbs in enumerate(kinds.limbs):
        if column in limbs:
            return "limbs", n, limbs.index(column)
    return "tape", kinds.tape.index(column), 0


def row_constraint(name: str, place: int) -> Lie:
    """The witness for a constraint of a function's table. Raises NoWitness for one that others imply."""
    kind, number = constraint_of(name, place)
    if kind == "active":
        return not_a_bit(name)
    if kind == "inverse":
        return other_path_inverse(name)
    if kind == "branch":
        return other_path(name, number)
    if kind == "set":
        forgery = forge(below_by_one(), mislead=in_path(name, sum_off_by_one(number)))
        words = f"an account one unit below its line passes: coefficient c{number} of its sum is one higher"
        return Lie(forgery.rebalance(), words)
    return LIMBS[name](number, None)


def range_check(name: str, place: int) -> Lie:
    """The witness for a single range check: one number out of range, every constraint true."""
    kind, number, limb = limb_of(name, place)
    if kind == "limbs":
        return LIMBS[name](number, limb)
    return below_tier(*divmod(number, 6)) if name == "holdings.nz" else header_cell(number)


def sum_off_by_one(number: int) -> Callable[[Path], None]:
    def lie(path: Path) -> None:
        steps(path, "set")[number]["poly"].append(*constant(1))

    return lie


# A row's activity, and which path it is on.


def assets(*keys: int) -> Batch:
    """An account of one row of assets."""
    return one_account(*(holding(key, RICH) for key in keys))


def not_a_bit(name: str) -> Lie:
    """One call as two rows. The rows of a settlement halve its constants, others count twice and minus once."""
    first, second = (HALF, HALF) if name == "holdings.z" else (2, -1)
    words = "one call is two rows, half active each" if first == HALF else "one call is two rows, counting 2 and -1"
    return Lie(uneven(name, assets(*FIRST_KEYS), first, second), words)


def without_branch(name: str, number: int) -> Mislead:
    def lie(path: Path) -> None:
        path["steps"].remove(steps(path, "branch")[number])

    return in_path(name, lie)


def other_path(name: str, number: int) -> Lie:
    """A row of a path whose condition is not the one met."""
    one = Batch((Leaf(rows=0),))
    if name == "holdings.z":
        leaf = Leaf(rows=2)
        forgery = forge(Batch((leaf, EMPTY, EMPTY, EMPTY)), mislead=without_branch(name, number))
        return Lie(forgery, "an account is settled at once although its header counts two rows of holdings")
    if name == "subtree.z.z" and number == 1:
        forgery = forge()
        put(forgery.trace(name), 0, columns(name).tape[0], 1)
        return Lie(forgery, "a leaf that says it holds an account is passed off as empty")
    if name == "subtree.z.z":
        forgery = forge(tape_of(Batch((EMPTY,)), 2), mislead=without_branch(name, number))
        return Lie(forgery, "a book of four leaves is one empty leaf: the subtree is not shown")
    assert name == "subtree.z.nz"
    forgery = forge(tape_of(one, 2), mislead=without_branch(name, number))
    return Lie(forgery, "a book of four leaves is one account: the subtree is not shown")


def beyond(*names: str) -> Mislead:
    """Recursions end one step after zero: each path's first condition is about its argument plus one."""

    def lie(path: Path) -> None:
        steps(path, "branch")[0]["poly"].append(*constant(1))

    def all_of(program: Program, tables_: TableSet) -> None:
        for name in names:
            in_path(name, lie)(program, tables_)

    return all_of


def other_path_inverse(name: str) -> Lie:
    if name == "subtree.z.nz":
        forgery = forge()
        put(forgery.trace(name), 0, columns(name).tape[0], 0)
        return Lie(forgery, "a leaf that says it is empty is on the path of accounts: the prover chooses the path")
    if name == "holdings.nz":
        leaf = Leaf(one_account(*(holding(key, RICH) for key in FIRST_KEYS)).leaves[0].holdings, rows=0)
        attempt = forge(Batch((leaf, EMPTY, EMPTY, EMPTY)), mislead=beyond("holdings.z", "holdings.nz"))
        raise NoWitness(
            "implied: a row with n = 0 asks for a row with n = -1 and so on, one less each time; only a row of "
            "`holdings.z` asks for none, and it has n = 0, which is p rows away, more than tables have",
            attempt.rebalance(),
        )
    assert name == "subtree.nz"
    names = ("subtree.z.z", "subtree.z.nz", "subtree.nz")
    attempt = forge(tape_of(Batch((EMPTY, EMPTY)), 0), mislead=beyond(*names))
    raise NoWitness(
        "implied: a node at height 0 asks for nodes at height -1 and so on, one less each time; only leaves ask for "
        "none, and their height is 0, which is p rows away, more than tables have",
        attempt.rebalance(),
    )


# Cuts into limbs. Without a limb: all are in range and do not add up. With one: they add up, and it is out of range.


def range_of_the_batch(number: int, limb: int | None) -> Lie:
    """`start` and `last` of main."""
    name = ("start", "last")[number]
    batch, check = BOUNDS[name]
    forgery = forge(batch)
    value = int(forgery.trace("main")[0, columns("main").tape[1] if name == "start" else columns("main").calls[0][4]])
    if limb is not None:
        put_limbs(forgery, "main", 0, check, cut(value, 5, limb))
    said = "start is -5" if name == "start" else "the last order passes 60 bits"
    return Lie(forgery.rebalance(), f"{said}: not below 2^60")


def settlement(number: int, limb: int | None) -> Lie:
    """The five carries and the total of an account one unit below its line."""
    forgery = forge(below_by_one())
    words = "an account one unit below its line passes: "
    if number == TOTAL:
        if limb is not None:
            put_limbs(forgery, "holdings.z", 0, TOTAL, cut(-1, 5, limb))
        return Lie(forgery.rebalance(), words + "its total -1 is cut into limbs as if it were not negative")
    limbs = columns("holdings.z").limbs[number]
    row = forgery.trace("holdings.z")
    if limb is None or limb < 2:
        raise_carry(forgery, number)
        if limb is not None:
            put(row, 0, limbs[limb], int(row[0, limbs[limb]]) - (1 << 24 - 12 * limb))
        words += f"carry {number} of its sum is one higher"
    else:
        # 2^-24 = 2^8 - 2^40 modulo p: low limbs one higher make the high part, as a field element, small once more.
        low = int(row[0, limbs[0]]) + (int(row[0, limbs[1]]) << 12)
        high = sum(int(row[0, column]) << 12 * i for i, column in enumerate(limbs[2:]))
        higher = low + 1 & (1 << 24) - 1
        high = (high + (low - higher) * pow(2, -24, P)) % P
        put_limbs(forgery, "holdings.z", 0, number, [higher & 4095, higher >> 12, *cut(high, 3, limb - 2)])
        words += f"carry {number} of its sum is 2^40 too high, in a limb past 12 bits"
    forgery.refresh("holdings.z", 0, keep=limbs)
    return Lie(forgery.rebalance(), words)


def same_key(slot: int) -> tuple[Batch, int]:
    """A holding that stands twice, the second time in this slot; and its row (those of an account are filled last
    first)."""
    keys = list(FIRST_KEYS)
    if slot == 0:
        return one_account(*(holding(key, RICH) for key in (*keys, keys[-1], 16)), *nulls(4)), 0
    keys[slot] = keys[slot - 1]
    return assets(*keys), 0


def nulls(count: int) -> list[tuple[int, ...]]:
    return [(tiers().null + k, 0, 0, 0, 0, 0) for k in range(count)]


def short_in(slot: int, tier: int, *limbs: int) -> Batch:
    """In this slot a short position in one of its three tiers, or past the keys that have tiers a null record."""
    if slot >= 4:
        filled = [holding(key, RICH) for key in FIRST_KEYS[:slot]]
        return one_account(*filled, (tiers().null, *limbs), *nulls(6)[1 : 6 - slot])
    before = [holding(key, 5) for key in ((), (0,), (0, 2), (0, 1, 2))[slot]]
    short = tiers().holding(SHORT, 1)[0] + tier
    return one_account(*before, (short, *limbs), *(holding(key, RICH) for key in FIRST_KEYS[: 5 - slot]))


def order_or_tier(number: int, limb: int | None) -> Lie:
    """Two cuts for each slot of a row of holdings: key - previous key - 1, and span - (q - lo)."""
    slot, tier = divmod(number, 2)
    if not tier:
        batch, row = same_key(slot)
        forgery = forge(batch)
        if limb is not None:
            put_limbs(forgery, "holdings.nz", row, number, cut(-1, 2, limb))
        return Lie(forgery.rebalance(), f"one key stands twice in an account, the second time in slot {slot}")
    forgery = forge(short_in(slot, 0, 20_000 & 4095, 20_000 >> 12, 0, 0, 0))
    row = forgery.trace("holdings.nz")[0].tolist()
    kinds = columns("holdings.nz")
    above = sum(row[c] << 12 * i for i, c in enumerate(kinds.tape[6 * slot + 1 : 6 * slot + 6]))
    if limb is not None:
        put_limbs(forgery, "holdings.nz", 0, number, cut(row[kinds.records[slot][2]] - above, 5, limb))
    what = "a large short position has the rate of a small one" if slot < 4 else "lots stand under a null record"
    return Lie(forgery.rebalance(), f"{what}: slot {slot} is past its tier's upper end")


LIMBS = {"main": range_of_the_batch, "holdings.z": settlement, "holdings.nz": order_or_tier}


# Range checks of cells of the tape.


def below_tier(slot: int, cell: int) -> Lie:
    """A quantity below its tier's lower end: q - lo has a limb of -1."""
    limb = cell - 1
    batch = short_in(slot, 1, *(-1 if i == limb else 0 for i in range(5)))
    what = "a short position has the tier above its own" if slot < 4 else "a null record has a negative quantity"
    return Lie(forge(batch).rebalance(), f"{what}: limb {limb} of q - lo is -1 in slot {slot}")


def header_cell(number: int) -> Lie:
    """Class, count and the gap's limbs, as they stand on an account's tape."""
    kinds = columns("subtree.z.nz")
    cell = number - 9
    if cell == 0:
        leaf = replace(assets(*FIRST_KEYS).leaves[0], account_class=1 << 16)
        forgery = forge(Batch((leaf, EMPTY, EMPTY, EMPTY)))
        return Lie(forgery.rebalance(), "class 2^16 and one row: the header says class 0 and two rows")
    if cell == 1:
        attempt = forge(Batch((Leaf(rows=0), EMPTY, EMPTY, EMPTY)))
        put(attempt.trace("subtree.z.nz"), 0, kinds.tape[number], 4096)
        raise NoWitness(
            "implied: a count of n needs n rows of holdings, whose keys strictly ascend six a row and are below 2^14, "
            "so n is at most 2,731",
            attempt.rebalance(),
        )
    limb = cell - 2
    batch = replace(honest(), start=1 << 50)
    gap = tuple(-1 if i == limb else 0 for i in range(4))
    forgery = forge(batch.having(CAT, replace(batch.leaves[CAT], gap=gap)))
    said = "two leaves have one order" if limb == 0 else "orders descend"
    return Lie(forgery.rebalance(), f"{said}: limb {limb} of a gap is -1")
