"""The constraints of one row, each shown to be an equation of integers, a definition, or a branch's condition."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.circuits.bounds.declarations import Kind
from plimsoll.circuits.bounds.facts import Infeasible
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import RESIDUES, Interval
from plimsoll.circuits.bounds.lines import Lines
from plimsoll.circuits.bounds.rows import Tuple
from plimsoll.circuits.bounds.sources import Sources
from plimsoll.circuits.field import P

EQUATION, DEFINITION, BRANCH, BIT, SELECTION = "equation", "definition", "branch", "bit", "selection"


@dataclass(frozen=True, slots=True)
class Solved:
    """What a constraint turned out to be: its polynomial, or the value of the column that it defines; its interval."""

    what: str
    poly: IntPoly
    interval: Interval | None
    column: int | None = None


class Solver:
    """Works through a row's constraints. `late` are columns whose source comes later: results of calls.

    `choices` are the columns that may be compared with zero although they have no bound.
    """

    def __init__(self, sources: Sources, lines: Lines, late: set[int], choices: set[int]) -> None:
        self.row, self.names, self.facts = sources.row, sources.names, sources.facts
        self.sources, self.lines, self.late, self.choices = sources, lines, late, choices
        self.hinted = {column for hint in self.names.hints for column in hint}
        self.pending = {i: IntPoly.lift(poly) for i, poly in self.row.constraints.items()}
        self.solved: dict[int, Solved] = {}

    def settle(self) -> None:
        """Solves what can be solved by now. Raises Infeasible."""
        progress = True
        while progress:
            progress = False
            for number in list(self.pending):
                progress |= self._solve(number)
            for lookup in list(self.sources.checked):
                progress |= self._confine(*lookup)
            self.facts.tighten()

    def _confine(self, check: Tuple, poly: IntPoly, table: Interval) -> bool:
        """A looked-up polynomial whose only integers with a residue of the table are those of the table."""
        value = self.facts.value(poly)
        if value is None or not value.within(Interval(table.hi - P + 1, table.lo + P - 1)):
            return False
        self.sources.checked.remove((check, poly, table))
        self.facts.assume(poly - IntPoly.constant(table.lo))
        self.facts.assume(IntPoly.constant(table.hi) - poly)
        return True

    def _solve(self, number: int) -> bool:
        original = poly = self.pending[number]
        for column in poly.columns():
            value = self.facts.intervals.get(column)
            if value is not None and value.lo == value.hi:
                poly = poly.substitute(column, IntPoly.constant(value.lo))
        unknown = sorted(poly.columns() - self.facts.intervals.keys())
        solved: Solved | None = None
        if not unknown:
            solved = self._equation(original, poly)
        elif len(unknown) == 1 and self._definable(unknown[0]) and _says_bit(poly, unknown[0]):
            self.facts.give_bit(unknown[0])
            solved = Solved(BIT, original, None)
        elif found := [s for v, c in self._conditions(poly, number) if (s := self._branch(original, v, c))]:
            solved = found[0]
        elif len(unknown) == 1 and self._definable(unknown[0]) and abs(poly.linear(unknown[0])) == 1:
            value_of = IntPoly.column(unknown[0]) - poly * poly.linear(unknown[0])
            self.facts.define(unknown[0], value_of)
            full = IntPoly.column(unknown[0]) - original * original.linear(unknown[0])
            solved = Solved(DEFINITION, full, self.facts.value(value_of), unknown[0])
        elif (chosen := self._selected(poly)) is not None:
            column, kind = chosen
            self.sources.free[column] = kind
            solved = Solved(SELECTION, original, None)
        if solved is not None:
            self.solved[number] = solved
            del self.pending[number]
        return solved is not None

    def _equation(self, original: IntPoly, poly: IntPoly) -> Solved | None:
        value = poly.interval(self.facts.intervals)
        if not value.within(RESIDUES):
            return None
        if 0 not in value:
            raise Infeasible
        self.facts.equate(original, self.sources.limbs)
        return Solved(EQUATION, original, value)

    def _selected(self, poly: IntPoly) -> tuple[int, Kind] | None:
        """(c, its kind) where the constraint says c = a if a bit is 0 and c = b if it is 1, a and b without a bound.

        An equation of the field: nothing is bounded, and c is a or b itself. Two digests select a digest.
        """
        bits = [c for c in poly.columns() if self.facts.intervals.get(c) == Interval(0, 1)]
        if len(bits) != 1 or (poly.columns() - set(bits)) & self.facts.intervals.keys():
            return None
        sides = [poly.substitute(bits[0], IntPoly.constant(bit)) for bit in (0, 1)]
        columns = [sorted(side.columns()) for side in sides]
        shared = set(columns[0]) & set(columns[1])
        for column in sorted(shared):
            known = {c: self._kind(c) for c in (set(columns[0]) | set(columns[1])) - {column}}
            if not self._definable(column) or column in self.choices or None in known.values():
                continue
            if all(_is_difference(side, column) for side in sides):
                return column, Kind.DIGEST if set(known.values()) == {Kind.DIGEST} else Kind.SELECTED
        return None

    def _kind(self, column: int) -> Kind | None:
        """The kind of a value without a bound that may be selected: a digest, or what the prover chose."""
        kind = Kind.CHOICE if column in self.choices else self.sources.free.get(column)
        return kind if kind in (Kind.DIGEST, Kind.CHOICE) else None

    def _definable(self, column: int) -> bool:
        return column not in self.hinted and column not in self.late and column not in self.sources.free

    def _conditions(self, poly: IntPoly, number: int) -> Iterator[tuple[int, IntPoly]]:
        """(v, condition) where the constraint is condition * v = 1 and v stands nowhere else."""
        sign = -poly.terms.get((), 0)
        if abs(sign) != 1:
            return
        for column in sorted(poly.columns() - self.facts.intervals.keys() - self.choices):
            if self._definable(column) and all(m.count(column) == 1 for m in poly.terms if m):
                rest = {tuple(x for x in m if x != column): c * sign for m, c in poly.terms.items() if m}
                if not self._stands_elsewhere(column, number):
                    yield column, IntPoly(rest)

    def _branch(self, original: IntPoly, inverse: int, condition: IntPoly) -> Solved | None:
        value = self.facts.value(condition)
        if value is None and condition.as_column() not in self.choices:
            return None
        if value is not None and not value.within(RESIDUES):
            return None
        self.facts.exclude_zero(condition)
        self.sources.free[inverse] = Kind.INVERSE
        if value is None:
            self.sources.free[max(condition.columns())] = Kind.CHOICE
        return Solved(BRANCH, original, value)

    def _stands_elsewhere(self, column: int, number: int) -> bool:
        others = [p for i, p in self.row.constraints.items() if i != number]
        return any(column in m for poly in (*self.row.fields(), *others) for m in poly.terms)


def _is_difference(poly: IntPoly, column: int) -> bool:
    """Whether the polynomial is plus or minus (column - another column)."""
    others = poly.columns() - {column}
    difference = IntPoly({(column,): 1, (max(others, default=-1),): -1})
    return len(others) == 1 and poly in (difference, difference * -1)


def _says_bit(poly: IntPoly, column: int) -> bool:
    """Whether the polynomial is c * c - c: its only zeros in the field are 0 and 1, which the column's integer is."""
    bit = IntPoly({(column, column): 1, (column,): -1})
    return poly in (bit, bit * -1)
