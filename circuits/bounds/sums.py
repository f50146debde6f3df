"""Sums that stand in messages without a column of their own: order, header, packed keys, quantities, arguments."""

from __future__ import annotations

from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval, readable
from plimsoll.circuits.bounds.solve import Solver

Sum = tuple[str, IntPoly, Interval]
"""Place, polynomial, interval."""


def field_sums(solver: Solver) -> list[Sum]:
    """Every field that is no single column and no constant, once each. Sums with a free column are `free`'s to judge.

    Raises:
        BoundsError: a sum whose value cannot be read back from the field element.
    """
    found: dict[IntPoly, Sum] = {}
    row = solver.row
    said = [(t.number, t.bus, t.fields) for t in (*row.required, row.provided)]
    for number, bus, fields in [*said, *((e.number, e.bus, (e.key, e.amount)) for e in row.posted)]:
        place = solver.lines.message(number, bus)
        for poly in map(IntPoly.lift, fields):
            value = solver.facts.value(poly)
            if value is None or poly.as_column() is not None or poly.as_constant() is not None:
                continue
            if not readable(value):
                raise BoundsError(solver.row.table, place, f"{solver.names.text(poly)} can wrap p", str(value))
            found.setdefault(poly, (place, poly, value))
    return list(found.values())
