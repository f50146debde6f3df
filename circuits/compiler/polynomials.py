"""Polynomials over the columns of one row, with coefficients in the Goldilocks field."""

from __future__ import annotations

from collections.abc import Mapping

from plimsoll.circuits.field import P

Monomial = tuple[int, ...]
"""Columns in ascending order, repeated for powers; the empty one is the constant."""


class Poly:
    """An immutable polynomial: a non-zero coefficient for each monomial. Equal polynomials are equal and hash alike."""

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Monomial, int]) -> None:
        self.terms = {m: c % P for m, c in terms.items() if c % P}
        self._hash: int | None = None

    @staticmethod
    def constant(value: int) -> Poly:
        return Poly({(): value})

    @staticmethod
    def column(column: int) -> Poly:
        return Poly({(column,): 1})

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Poly) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __add__(self, other: Poly) -> Poly:
        terms = dict(self.terms)
        for m, c in other.terms.items():
            terms[m] = terms.get(m, 0) + c
        return Poly(terms)

    def __neg__(self) -> Poly:
        return Poly({m: -c for m, c in self.terms.items()})

    def __sub__(self, other: Poly) -> Poly:
        return self + -other

    def __mul__(self, other: Poly) -> Poly:
        terms: dict[Monomial, int] = {}
        for m, c in self.terms.items():
            for n, d in other.terms.items():
                key = tuple(sorted(m + n))
                terms[key] = (terms.get(key, 0) + c * d) % P
        return Poly(terms)

    def scaled(self, factor: int) -> Poly:
        return Poly({m: c * factor for m, c in self.terms.items()})

    @property
    def degree(self) -> int:
        return max(map(len, self.terms), default=0)

    def as_constant(self) -> int | None:
        """The value in [0, p) of a polynomial without columns, else None."""
        if any(self.terms.keys()):
            return None
        return self.terms.get((), 0)

    def split(self) -> tuple[Poly, int]:
        """The part with columns, and the constant term in [0, p)."""
        return Poly({m: c for m, c in self.terms.items() if m}), self.terms.get((), 0)

    def sorted_terms(self) -> list[tuple[int, Monomial]]:
        """(coefficient, monomial) in canonical order."""
        return [(c, m) for m, c in sorted(self.terms.items())]

    def to_json(self) -> list[list[object]]:
        """The form of the witness program: [[coefficient in decimal, [columns]], ...]."""
        return [[str(c), list(m)] for c, m in self.sorted_terms()]

    def __repr__(self) -> str:
        return " + ".join(f"{c}" + "".join(f"*x{i}" for i in m) for c, m in self.sorted_terms()) or "0"
