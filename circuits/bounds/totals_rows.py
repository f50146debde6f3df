"""Declarations of rows of eight amounts under consecutive keys of the ledger, as batches and the book close them."""

from __future__ import annotations

from plimsoll.circuits.bounds.areas import Area, Linear
from plimsoll.circuits.bounds.declarations import Conclusion, Contract, Inequality, Names, between
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval, number
from plimsoll.circuits.bounds.leaves import capacities, digests, quad

ROW = 8
FIGURES, FIGURE_ROWS = 2**15, 5
FIGURE_KEYS = FIGURES + ROW * FIGURE_ROWS
INSTRUMENT_KEYS = 2**15
"""Keys of instruments are below, those of figures from FIGURES to below FIGURE_KEYS."""
MAX_ROWS = 2**12 - 1
ROWS_SUMMARY = "n rows from ledger key `key`: n >= 0, key >= 0, key + 8 n <= 2^15 + 40"


def rows_contract(total: Interval, summary: str) -> Contract:
    """A chain of n rows, keys from `key`, that posts an amount in `total` under each."""
    return Contract(
        arguments=("n", "key", *quad("digest"), *quad("capacity")),
        results=(*quad("next"), *quad("rest")),
        free={**digests("digest", "next"), **capacities("capacity", "rest")},
        before=lambda case: [
            *between("n", 0, MAX_ROWS),
            *between("key", 0, FIGURE_KEYS),
            Inequality((("key", -1), ("n", -ROW)), FIGURE_KEYS),
        ],
        areas=lambda case: [Area(Linear((("key", 1),)), Linear((("key", 1), ("n", ROW))), total)],
        summary=summary,
    )


def row_conclusion(sign: int, key: Linear, most: int) -> Conclusion:
    """What stands in the rate of hash0 is posted, with this sign, under `key` to `key` + 7."""

    def posted(names: Names) -> list[IntPoly]:
        amounts = [names(f"post{i}.amount") - names(f"hash0.i{i}") * sign for i in range(ROW)]
        first = key.over(names)
        return [*amounts, *(names(f"post{i}.key") - first - IntPoly.constant(i) for i in range(ROW))]

    def bounded(names: Names) -> list[IntPoly]:
        lanes = [names(f"hash0.i{i}") for i in range(ROW)]
        return [*lanes, *(IntPoly.constant(most) - lane for lane in lanes)]

    text = f"the eight amounts absorbed are from 0 to {number(most)}; {'' if sign > 0 else 'minus '}each is posted once"
    return Conclusion(f"{text}, under its key", positive=bounded, zero=posted)
