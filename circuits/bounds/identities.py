"""When a polynomial is zero wherever a row's equations hold: it is a combination of them, with rational weights."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from plimsoll.circuits.bounds.facts import Facts
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.compiler.polynomials import Monomial

Vector = dict[Monomial, Fraction]


def follows(goal: IntPoly, facts: Facts) -> bool:
    """Whether the goal is zero with every pivot replaced, or a combination of equations and their products with bits.

    The bits are columns from 0 to 1 of the goal, of which b * b = b holds over the integers.
    """
    if not facts.normal(goal).terms:
        return True
    bits = {c for c in goal.columns() if facts.intervals.get(c) in (Interval(0, 1), Interval.of(0), Interval.of(1))}
    times = [IntPoly.constant(1), *map(IntPoly.column, sorted(bits))]
    rows = (_reduced(equation * factor, bits) for equation in facts.equations for factor in times)
    return _spanned(_reduced(goal, bits), rows)


def _reduced(poly: IntPoly, bits: set[int]) -> Vector:
    """The polynomial with powers of bits replaced by the bits."""
    found: Vector = {}
    for monomial, factor in poly.terms.items():
        once = [c for i, c in enumerate(monomial) if c not in bits or c not in monomial[:i]]
        key = tuple(sorted(once))
        found[key] = found.get(key, Fraction(0)) + factor
    return {m: c for m, c in found.items() if c}


def _spanned(goal: Vector, rows: Iterable[Vector]) -> bool:
    basis: dict[Monomial, Vector] = {}
    for row in rows:
        rest = _eliminate(row, basis)
        if rest:
            lead = max(rest)
            basis[lead] = {m: c / rest[lead] for m, c in rest.items()}
    return not _eliminate(goal, basis)


def _eliminate(row: Vector, basis: dict[Monomial, Vector]) -> Vector:
    """The vector less multiples of the basis, each of which has its greatest monomial with the coefficient 1."""
    rest, done = dict(row), Vector()
    while rest:
        lead = max(rest)
        factor = rest.pop(lead)
        if lead not in basis:
            done[lead] = factor
            continue
        for monomial, c in basis[lead].items():
            if monomial != lead:
                left = rest.get(monomial, Fraction(0)) - factor * c
                rest.pop(monomial, None)
                if left:
                    rest[monomial] = left
    return done
