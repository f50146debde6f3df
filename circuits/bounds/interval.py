"""Closed intervals of integers."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

from plimsoll.circuits.field import P


@dataclass(frozen=True, slots=True)
class Interval:
    """All integers from lo to hi, both included. Empty intervals are not made: see `meet`."""

    lo: int
    hi: int

    def __post_init__(self) -> None:
        assert self.lo <= self.hi, "an interval of integers is not empty"

    @staticmethod
    def of(value: int) -> Interval:
        return Interval(value, value)

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lo + other.lo, self.hi + other.hi)

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.lo, self.hi) for b in (other.lo, other.hi)]
        return Interval(min(ends), max(ends))

    def __contains__(self, value: int) -> bool:
        return self.lo <= value <= self.hi

    def within(self, other: Interval) -> bool:
        return other.lo <= self.lo and self.hi <= other.hi

    def meet(self, other: Interval) -> Interval | None:
        """The integers in both, or None if there are none."""
        lo, hi = max(self.lo, other.lo), min(self.hi, other.hi)
        return Interval(lo, hi) if lo <= hi else None

    def hull(self, other: Interval) -> Interval:
        return Interval(min(self.lo, other.lo), max(self.hi, other.hi))

    def holds(self, element: int) -> bool:
        """Whether a field element is the residue of some integer of the interval."""
        return (element - self.lo) % P <= self.hi - self.lo

    @property
    def size(self) -> int:
        """The largest absolute value."""
        return max(abs(self.lo), abs(self.hi))

    def __str__(self) -> str:
        return str(self.lo) if self.lo == self.hi else f"[{number(self.lo)}, {number(self.hi)}]"


def number(value: int) -> str:
    """An integer to be read: small ones and those next to a power of two exactly, others as a power of two."""
    size, sign = abs(value), "-" if value < 0 else ""
    if size < 10_000:
        return str(value)
    if size & size - 1 == 0:
        return f"{sign}2^{size.bit_length() - 1}"
    if size & size + 1 == 0:
        power = f"2^{size.bit_length()}"
        return f"{power} - 1" if value > 0 else f"-{power} + 1"
    return f"{sign}2^{log2(size):.2f}"


RESIDUES = Interval(-P + 1, P - 1)
"""An integer in here that is 0 mod p is 0: where a constraint is an equation of integers."""


def readable(interval: Interval) -> bool:
    """Whether different integers of the interval are different field elements: it is shorter than p."""
    return interval.hi - interval.lo < P


def equation_margin(interval: Interval) -> float:
    """Bits between the largest absolute value and p (64 for the value 0)."""
    return log2(P) - log2(max(interval.size, 1))


def value_margin(interval: Interval) -> float:
    """Bits between the number of the interval's integers and p."""
    return log2(P) - log2(interval.hi - interval.lo + 1)
