"""Pieces of conclusions that several programs state: numbers from limbs, quantities, packed keys, ascending keys."""

from __future__ import annotations

from plimsoll.circuits.bounds.declarations import Conclusion, Names
from plimsoll.circuits.bounds.integers import IntPoly

COEFFICIENTS, QUANTITY_LIMBS, HOLDINGS = 11, 5, 6
SLOPE_LIMBS, VALUE_LIMBS = 7, 6


def weighted(names: Names, prefix: str, count: int, bits: int) -> IntPoly:
    """The number with the limbs prefix0, prefix1, ..., of so many bits."""
    total = IntPoly.constant(0)
    for i in range(count):
        total = total + names(f"{prefix}{i}") * (1 << bits * i)
    return total


def ascends(after: str, before: str) -> Conclusion:
    return Conclusion(f"{after} > {before}", positive=lambda names: names(after) - names(before) - IntPoly.constant(1))


def at_most(text: str, name: str, most: int) -> Conclusion:
    return Conclusion(text, positive=lambda names: IntPoly.constant(most) - names(name))


START_AND_LAST = (at_most("start < 2^60", "start", 2**60 - 1), at_most("last < 2^60", "call0.last", 2**60 - 1))
LEAF = (
    ascends("result.last", "prev"),
    Conclusion("the header determines class and count", packed=lambda names: names("hash0.i8")),
)
KEYS_ASCEND = tuple(ascends(f"r{i}.key", f"r{i - 1}.key" if i else "prev_key") for i in range(HOLDINGS))
KEYS_PACKED = (
    Conclusion("the first packed element determines three keys", packed=lambda names: names("hash0.i6")),
    Conclusion("the second packed element determines three keys", packed=lambda names: names("hash0.i7")),
)
