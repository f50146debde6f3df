"""Polynomials with integer coefficients over the columns of a row, each column standing for an integer.

A column's integer is one whose residue is the column's field element; a polynomial's integer then has the residue that
the table computes in the field. Nothing here is reduced modulo p.
"""

from __future__ import annotations

from collections.abc import Mapping

from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.compiler.polynomials import Monomial, Poly
from plimsoll.circuits.field import signed


class IntPoly:
    """An immutable integer polynomial: a non-zero coefficient for each monomial."""

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[Monomial, int]) -> None:
        self.terms = {m: c for m, c in terms.items() if c}

    @staticmethod
    def constant(value: int) -> IntPoly:
        return IntPoly({(): value})

    @staticmethod
    def column(column: int) -> IntPoly:
        return IntPoly({(column,): 1})

    @staticmethod
    def lift(poly: Poly) -> IntPoly:
        """A field polynomial with each coefficient read as the nearest integer to zero."""
        return IntPoly({m: signed(c) for m, c in poly.terms.items()})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IntPoly) and self.terms == other.terms

    def __hash__(self) -> int:
        return hash(frozenset(self.terms.items()))

    def __add__(self, other: IntPoly) -> IntPoly:
        terms = dict(self.terms)
        for m, c in other.terms.items():
            terms[m] = terms.get(m, 0) + c
        return IntPoly(terms)

    def __sub__(self, other: IntPoly) -> IntPoly:
        return self + other * -1

    def __mul__(self, other: IntPoly | int) -> IntPoly:
        if isinstance(other, int):
            return IntPoly({m: c * other for m, c in self.terms.items()})
        terms: dict[Monomial, int] = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                key = tuple(sorted(m + n))
                terms[key] = terms.get(key, 0) + c * d
        return IntPoly(terms)

    def columns(self) -> set[int]:
        return {column for m in self.terms for column in m}

    def as_constant(self) -> int | None:
        return None if any(self.terms) else self.terms.get((), 0)

    def as_column(self) -> int | None:
        """The column, if the polynomial is just that column."""
        [*terms] = self.terms.items()
        return terms[0][0][0] if len(terms) == 1 and len(terms[0][0]) == 1 and terms[0][1] == 1 else None

    def linear(self, column: int) -> int:
        """The coefficient of a column that stands in no other monomial, else 0."""
        factor = self.terms.get((column,), 0)
        return factor if factor and not any(column in m for m in self.terms if m != (column,)) else 0

    def coefficients(self) -> dict[int, int]:
        """`linear` of every column for which it is not 0."""
        often: dict[int, int] = {}
        for m in self.terms:
            for column in set(m):
                often[column] = often.get(column, 0) + 1
        return {m[0]: c for m, c in self.terms.items() if len(m) == 1 and often[m[0]] == 1}

    def substitute(self, column: int, value: IntPoly) -> IntPoly:
        total = IntPoly({m: c for m, c in self.terms.items() if column not in m})
        for m, c in self.terms.items():
            if column in m:
                product = IntPoly({tuple(x for x in m if x != column): c})
                for _ in range(m.count(column)):
                    product = product * value
                total = total + product
        return total

    def interval(self, columns: Mapping[int, Interval]) -> Interval:
        """Contains the polynomial's value for all values of the columns. Raises KeyError for a column without one."""
        low = high = 0
        for m, c in self.terms.items():
            lo = hi = c
            for column in m:
                of = columns[column]
                ends = (lo * of.lo, lo * of.hi, hi * of.lo, hi * of.hi)
                lo, hi = min(ends), max(ends)
            low, high = low + lo, high + hi
        return Interval(low, high)
