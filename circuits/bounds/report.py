"""The result of an analysis: bounds of every column, and for every constraint its interval, window and margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plimsoll.circuits.bounds.case import Case
from plimsoll.circuits.bounds.interval import Interval, equation_margin, value_margin
from plimsoll.circuits.bounds.ledger import KeyTotal
from plimsoll.circuits.bounds.lines import Lines
from plimsoll.circuits.bounds.names import RowNames
from plimsoll.circuits.bounds.rows import Row
from plimsoll.circuits.bounds.solve import BRANCH, DEFINITION
from plimsoll.circuits.compiler.trace import ACTIVE

SUM = "sum"
"""A field of a message that has no column of its own; beside the kinds of constraints."""


@dataclass(frozen=True, slots=True)
class ConstraintBounds:
    """One constraint or sum: place, kind, text, hull of its intervals over all cases (None: nothing to bound)."""

    place: str
    what: str
    text: str
    interval: Interval | None

    @property
    def margin(self) -> float | None:
        """Bits to the window's edge: |difference of the sides| < p, or for a value fewer than p integers."""
        if self.interval is None:
            return None
        return value_margin(self.interval) if self.what in (DEFINITION, SUM) else equation_margin(self.interval)


@dataclass(frozen=True, slots=True)
class TableBounds:
    """One table. `columns` has every column's interval or None, `free` the reasons of those without one."""

    name: str
    cases: tuple[int, ...]
    labels: tuple[str, ...]
    columns: tuple[Interval | None, ...]
    free: Mapping[int, str]
    constraints: tuple[ConstraintBounds, ...]
    proved: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class BoundsReport:
    """All tables of a program, its contracts in words, and the sums of its ledger over a whole run."""

    tables: tuple[TableBounds, ...]
    contracts: Mapping[str, str]
    ledger: tuple[KeyTotal, ...] = ()

    def table(self, name: str) -> TableBounds:
        return next(t for t in self.tables if t.name == name)

    def narrowest(self) -> tuple[TableBounds, ConstraintBounds]:
        """The constraint with the smallest margin."""
        found = [(t, c) for t in self.tables for c in t.constraints if c.margin is not None]
        return min(found, key=lambda item: item[1].margin or 0.0)


def collect(row: Row, names: RowNames, lines: Lines, done: Mapping[int, Case]) -> TableBounds:
    """Joins a table's cases."""
    columns: list[Interval | None] = []
    free: dict[int, str] = {}
    for column in range(row.width):
        found = [case.solver.facts.intervals.get(column) for case in done.values()]
        columns.append(None if column != ACTIVE else Interval.of(1))
        if None not in found and found:
            columns[-1] = _hull([f for f in found if f is not None])
    for case in done.values():
        free |= case.free
    constraints = [_constraint(names, lines, number, done) for number in row.constraints]
    sums: dict[tuple[str, str], list[Interval]] = {}
    for case in done.values():
        for place, poly, value in case.sums:
            sums.setdefault((place, names.text(poly)), []).append(value)
    constraints += [ConstraintBounds(place, SUM, text, _hull(values)) for (place, text), values in sums.items()]
    proved = tuple(dict.fromkeys(item for case in done.values() for item in case.proved))
    labels = tuple(names.column(c) for c in range(row.width))
    return TableBounds(row.table, tuple(done), labels, tuple(columns), free, tuple(constraints), proved)


def _constraint(names: RowNames, lines: Lines, number: int, done: Mapping[int, Case]) -> ConstraintBounds:
    solved = [case.solver.solved[number] for case in done.values()]
    what, column, poly = solved[0].what, solved[0].column, names.text(solved[0].poly)
    text = f"{poly} = 0" if column is None else f"{names.column(column)} := {poly}"
    intervals = [s.interval for s in solved if s.interval is not None and what != BRANCH]
    return ConstraintBounds(lines.constraint(number), what, text, _hull(intervals))


def _hull(intervals: list[Interval]) -> Interval | None:
    total: Interval | None = None
    for interval in intervals:
        total = interval if total is None else total.hull(interval)
    return total
