"""What is known of one row's integers: intervals, equations, inequalities; and how a further one is proved."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval

ROUNDS = 4
"""Rounds of tightening: stopping early is sound, and chains in a row are short."""
STEPS = 3
"""Inequalities that one proof may combine."""


class Infeasible(Exception):  # noqa: N818 (not an error: no row takes this path in this case)
    """The facts contradict each other: no row satisfies them."""


class Facts:
    """Intervals of columns, integer polynomials that are zero, and integer polynomials that are not negative."""

    def __init__(self) -> None:
        self.intervals: dict[int, Interval] = {}
        self.inequalities: list[IntPoly] = []
        self.equations: list[IntPoly] = []
        self._narrowing: list[IntPoly] = []
        self._pivots: dict[int, IntPoly] = {}
        self._kept: tuple[tuple[int, int], Related, Related] | None = None

    def give(self, column: int, interval: Interval) -> None:
        """The column's integer, of which nothing was known, lies in the interval."""
        assert column not in self.intervals, "a column's integer is chosen once"
        self.intervals[column] = interval

    def give_bit(self, column: int) -> None:
        """The column's integer, of which nothing was known, is 0 or 1."""
        self.give(column, Interval(0, 1))

    def narrow(self, column: int, interval: Interval) -> None:
        """The column's integer lies in this interval, too. Raises Infeasible."""
        both = self.intervals[column].meet(interval)
        if both is None:
            raise Infeasible
        self.intervals[column] = both

    def define(self, column: int, value: IntPoly) -> None:
        """The column's integer, of which nothing was known, is chosen as the value of a polynomial."""
        self.give(column, value.interval(self.intervals))
        self._add_equation(IntPoly.column(column) - value, column)

    def equate(self, zero: IntPoly, limbs: set[int]) -> None:
        """The polynomial is zero over the integers. Its pivot, never a limb, is eliminated from later goals."""
        reduced = self.normal(zero)
        candidates = [c for c in reduced.columns() - limbs if abs(reduced.linear(c)) == 1]
        self._add_equation(zero, max(candidates, default=None))
        self._narrowing += [zero, zero * -1]

    def assume(self, positive: IntPoly) -> None:
        """The polynomial is not negative."""
        self.inequalities.append(positive)

    def bound(self, column: int) -> bool:
        """Gives the column the interval that the inequalities about it leave; False if they leave one side open."""
        lows, highs = [], []
        for positive in self.inequalities:
            factor = positive.linear(column)
            rest = self.value(positive - IntPoly({(column,): factor})) if factor else None
            if rest is not None and factor > 0:
                lows.append(-(rest.hi // factor))
            elif rest is not None:
                highs.append(rest.hi // -factor)
        if not lows or not highs:
            return False
        if max(lows) > min(highs):
            raise Infeasible
        self.give(column, Interval(max(lows), min(highs)))
        return True

    def _add_equation(self, zero: IntPoly, pivot: int | None) -> None:
        self.equations.append(zero)
        reduced = self.normal(zero)
        if pivot is not None:
            self._pivots[pivot] = IntPoly.column(pivot) - reduced * reduced.linear(pivot)

    def normal(self, poly: IntPoly) -> IntPoly:
        """The polynomial with every pivot replaced: equal wherever the equations hold."""
        while found := poly.columns() & self._pivots.keys():
            column = max(found)
            poly = poly.substitute(column, self._pivots[column])
        return poly

    def value(self, poly: IntPoly) -> Interval | None:
        """The polynomial's interval, or None if a column has none."""
        if not poly.columns() <= self.intervals.keys():
            return None
        return poly.interval(self.intervals)

    def tighten(self) -> None:
        """Narrows the intervals by the inequalities and equations. Raises Infeasible."""
        for _ in range(ROUNDS):
            before = dict(self.intervals)
            for positive in [*self.inequalities, *self._narrowing]:
                for column in positive.columns():
                    self._tighten(column, positive)
            if before == self.intervals:
                return

    def _tighten(self, column: int, positive: IntPoly) -> None:
        factor = positive.linear(column)
        rest = self.value(positive - IntPoly({(column,): factor}))
        if not factor or rest is None or column not in self.intervals:
            return
        interval = self.intervals[column]
        # factor * column >= -rest.hi
        lo, hi = (-(rest.hi // factor), interval.hi) if factor > 0 else (interval.lo, rest.hi // -factor)
        if lo > hi or (narrowed := interval.meet(Interval(lo, hi))) is None:
            raise Infeasible
        self.intervals[column] = narrowed

    def exclude_zero(self, condition: IntPoly) -> None:
        """The polynomial's integer is not zero. Raises Infeasible."""
        value, column = self.value(condition), condition.as_column()
        if value == Interval.of(0):
            raise Infeasible
        if value is not None and column is not None and 0 in (value.lo, value.hi):
            self.intervals[column] = Interval(value.lo + (value.lo == 0), value.hi - (value.hi == 0))

    def proves(self, goal: IntPoly) -> bool:
        """Whether the facts show that the goal is not negative: as it stands, or with the pivots replaced."""
        plain, normal = self._related()
        return self._search(goal, plain, STEPS) or self._search(self.normal(goal), normal, STEPS)

    def _related(self) -> tuple[Related, Related]:
        """Inequalities of several columns, as they stand and with the pivots replaced; kept until there are more."""
        state = (len(self.inequalities), len(self._pivots))
        if self._kept is None or self._kept[0] != state:
            plain = [i for i in self.inequalities if len(i.columns()) > 1]
            self._kept = (state, _with_coefficients(plain), _with_coefficients(map(self.normal, plain)))
        return self._kept[1:]

    def _search(self, goal: IntPoly, related: Related, steps: int) -> bool:
        value = self.value(goal)
        if value is not None and value.lo >= 0:
            return True
        mine = goal.coefficients() if steps else {}
        for positive, coefficients in related if steps else []:
            for column in mine.keys() & coefficients.keys():
                a, b = mine[column], coefficients[column]
                # goal = (a / b) * positive + rest: with a positive factor, rest >= 0 suffices.
                factor = a // b if a % b == 0 else 0
                if factor > 0 and self._search(goal - positive * factor, related, steps - 1):
                    return True
        return False


Related = list[tuple[IntPoly, dict[int, int]]]


def _with_coefficients(inequalities: Iterable[IntPoly]) -> Related:
    return [(i, i.coefficients()) for i in inequalities]
