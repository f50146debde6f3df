"""Areas of a ledger: which keys a call and all calls below it may post under, and how much under each.

A contract's areas are claims like its inequalities: `ledger.py` proves them row by row, by induction over the calls.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval

KEYS = ""
"""The family of areas that are of the ledger's keys themselves."""


@dataclass(frozen=True, slots=True)
class Linear:
    """sum of coefficient * name + constant, over the names of a contract."""

    terms: tuple[tuple[str, int], ...] = ()
    constant: int = 0

    def over(self, names: Callable[[str], IntPoly]) -> IntPoly:
        total = IntPoly.constant(self.constant)
        for name, factor in self.terms:
            total = total + names(name) * factor
        return total


@dataclass(frozen=True, slots=True)
class Area:
    """Under each key from `lo` up to but not `hi`, the amounts posted sum to an integer in `total`.

    `family` is KEYS, or the read-only table by whose records the keys are counted (see `ByRecord`).
    """

    lo: Linear
    hi: Linear
    total: Interval
    family: str = KEYS


@dataclass(frozen=True, slots=True)
class ByRecord:
    """Keys that records of a read-only table name: field + d for 0 <= d < width, posted under only where `flag` is 1.

    Such a posting is counted at position width * index + d instead. Assumed of the public table: field + d lies in
    `keys`, and at most `most` records with the flag name the same key.
    """

    rom: str
    field: str
    flag: str
    width: int
    keys: Interval
    most: int
