"""What the rows of a book's totals must imply over the integers: each comparison is of the numbers it speaks of."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.circuits.bounds.areas import Linear
from plimsoll.circuits.bounds.conclusions import START_AND_LAST, at_most, weighted
from plimsoll.circuits.bounds.declarations import Conclusion, Names
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.roms import FIGURE_LIMBS, LIMB_BITS, PART_BITS
from plimsoll.circuits.bounds.totals_rows import FIGURES, ROW, row_conclusion

BATCH_MOST, BOOK_MOST, ASSET_MOST = 2**52 - 1, 2**58 - 1, 2**60 - 1
"""The most that a batch, the book and an asset close under a key of the ledger."""
ASSETS = 2**16
POSTED = 2
"""Keys of the ledger for each asset: the part below 2^36, and the rest."""


def two_parts(names: Names, low: str, high: str) -> IntPoly:
    return names(low) + names(high) * (1 << PART_BITS)


def _instrument(i: int) -> tuple[Conclusion, ...]:
    record, lanes = f"r{i}.", [f"hash0.i{4 * i + j}" for j in range(4)]
    low, high = f"post{ROW + POSTED * i}", f"post{ROW + POSTED * i + 1}"

    def long(names: Names) -> IntPoly:
        return two_parts(names, lanes[0], lanes[1])

    def short(names: Names) -> IntPoly:
        return two_parts(names, lanes[2], lanes[3])

    def shown(names: Names) -> list[IntPoly]:
        return [
            names(f"{record}show") * (long(names) - two_parts(names, f"{record}long_low", f"{record}long_high")),
            names(f"{record}show") * (short(names) - two_parts(names, f"{record}short_low", f"{record}short_high")),
        ]

    def liable(names: Names) -> list[IntPoly]:
        return [
            two_parts(names, f"{low}.amount", f"{high}.amount") - names(f"{record}liability") * long(names),
            names(f"{low}.key") - names(f"{record}asset"),
            names(f"{high}.key") - names(f"{record}asset") - IntPoly.constant(1),
        ]

    return (
        Conclusion(
            f"instrument {i}, zero_sum: long = short, where each is low + 2^36 * high",
            zero=lambda names: names(f"{record}zero_sum") * (long(names) - short(names)),
        ),
        Conclusion(f"instrument {i}, show: long and short are the public ones", zero=shown),
        Conclusion(
            f"instrument {i}: low and high posted under its asset: low + 2^36 * high = liability * long", zero=liable
        ),
    )


def _settled(first: int) -> Callable[[Names], IntPoly]:
    """The number that `settle` says is not negative, as its range checks see it: hints from `first`."""

    def size(names: Names) -> IntPoly:
        total = weighted(names, f"limbs{first + FIGURE_LIMBS - 1}.", 5, 12) * (1 << LIMB_BITS * (FIGURE_LIMBS - 1))
        for j in range(FIGURE_LIMBS - 1):
            total = total + weighted(names, f"limbs{first + j}.", 2, 12) * (1 << LIMB_BITS * j)
        return total

    return size


def _left(names: Names) -> IntPoly:
    """What a figure's bound leaves: bound - sum of limbs."""
    return weighted(names, "r0.b", FIGURE_LIMBS, LIMB_BITS) - weighted(names, "hash0.i", FIGURE_LIMBS, LIMB_BITS)


_bound, _exact = _settled(ROW), _settled(ROW + FIGURE_LIMBS)
FIGURE = (
    Conclusion("the figure is at most its bound", positive=_bound, zero=lambda names: _left(names) - _bound(names)),
    Conclusion(
        "exact: the figure is no less than its bound, either",
        positive=_exact,
        zero=lambda names: names("r0.exact") * _left(names) + _exact(names),
    ),
    Conclusion(
        "the figure's accounts are at most the number allowed; exact: as many",
        positive=lambda names: names("r0.count") - names("hash0.i6"),
        zero=lambda names: names("r0.exact") * (names("r0.count") - names("hash0.i6")),
    ),
)


def _within(names: Names) -> IntPoly:
    """What an asset's bound leaves, as the range checks see it."""
    return weighted(names, "limbs2.", 3, 12) + weighted(names, "limbs3.", 5, 12) * (1 << PART_BITS)


ASSET = (
    Conclusion(
        "minus sum_low and minus sum_high are posted under the asset's keys",
        zero=lambda names: [
            names("post0.amount") + names("sum_low"),
            names("post1.amount") + names("sum_high"),
            names("post0.key") - names("index") * POSTED - IntPoly.constant(ASSETS),
            names("post1.key") - names("index") * POSTED - IntPoly.constant(ASSETS + 1),
        ],
    ),
    Conclusion(
        "sum_low + 2^36 * sum_high is at most the asset's bound",
        positive=_within,
        zero=lambda names: (
            two_parts(names, "r0.low", "r0.high") - two_parts(names, "sum_low", "sum_high") - _within(names)
        ),
    ),
)


CONCLUSIONS = {
    "main": START_AND_LAST,
    "batch_rows.nz": (row_conclusion(1, Linear((("key", 1),)), BATCH_MOST),),
    "join.z.nz": (
        Conclusion(
            "the batch's commitment absorbs the order before and its last one",
            zero=lambda names: [names("hash0.i4") - names("prev"), names("hash0.i5") - names("result.last")],
        ),
        at_most("last < 2^60", "result.last", 2**60 - 1),
    ),
    "instruments.nz": (
        row_conclusion(-1, Linear((("index", 4),)), BOOK_MOST),
        *(c for i in range(2) for c in _instrument(i)),
    ),
    "figures.nz": (row_conclusion(-1, Linear((("index", ROW),), FIGURES), BOOK_MOST), *FIGURE),
    "assets.nz": ASSET,
}
