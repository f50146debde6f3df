"""What a row's messages say of single columns: range checks, records, hash outputs, and the row's own arguments."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.circuits.bounds.declarations import Contract, Declarations, Inequality, Kind, Names
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.facts import Facts
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.bounds.names import RowNames
from plimsoll.circuits.bounds.rows import Row, Tuple
from plimsoll.circuits.compiler.builtins import POSEIDON_BUS, POSEIDON_INPUTS, RANGE_BITS, RANGE_BUS, ROM_BUS
from plimsoll.circuits.compiler.trace import DEPTH

LIMB = Interval(0, (1 << RANGE_BITS) - 1)
DIGEST_LANES = 4


def polynomial(inequality: Inequality, names: Names) -> IntPoly:
    """The inequality's left side over columns."""
    total = IntPoly.constant(inequality.constant)
    for name, factor in inequality.terms:
        total = total + names(name) * factor
    return total


class Sources:
    """Gives each column its integer from exactly one source, or notes that it is free.

    `free` are columns without an integer; `limbs` those that a range check alone bounds; `checked` the polynomials of
    several columns (or of a column with another source) that a lookup confines to an interval.
    """

    def __init__(self, row: Row, names: RowNames, facts: Facts) -> None:
        self.row, self.names, self.facts = row, names, facts
        self.free: dict[int, Kind] = {DEPTH: Kind.DEPTH}
        self.limbs: set[int] = set()
        self.checked: list[tuple[Tuple, IntPoly, Interval]] = []

    def unsourced(self, poly: IntPoly, place: str) -> int:
        """The column that the polynomial must be, which must have no source yet."""
        column = poly.as_column()
        if column is None or not self._new(poly):
            raise BoundsError(self.row.table, place, f"expected a column of its own, got {self.names.text(poly)}")
        return column

    def _new(self, poly: IntPoly) -> bool:
        column = poly.as_column()
        return column is not None and column not in self.facts.intervals and column not in self.free

    def bind(self, bound: Iterable[str], names: Names, contract: Contract, given: list[Inequality], place: str) -> None:
        """Gives the columns of these of the contract's names their bounds or kinds; `names` reads all of them."""
        for inequality in given:
            self.facts.assume(polynomial(inequality, names))
        for name in bound:
            column = self.unsourced(names(name), place)
            if name in contract.free:
                self.free[column] = contract.free[name]
            elif not self.facts.bound(column):
                raise BoundsError(self.row.table, place, f"the contract does not bound {name} on both sides")

    def lookups(self, declared: Declarations) -> None:
        """Range checks, records and permutations."""
        for check in self.row.on(RANGE_BUS):
            poly = IntPoly.lift(check.fields[0])
            column = poly.as_column()
            if column is None or column in self.facts.intervals:
                self.checked.append((check, poly, LIMB))
            else:
                self.limbs.add(column)
                self.facts.give(column, LIMB)
        for i, lookup in enumerate(self.row.on(ROM_BUS)):
            self._record(i, lookup, declared.roms()[lookup.bus.removeprefix(ROM_BUS)])
        for lookup in self.row.on(POSEIDON_BUS):
            for i, output in enumerate(lookup.fields[POSEIDON_INPUTS:]):
                column = self.unsourced(IntPoly.lift(output), f"message {lookup.number}")
                self.free[column] = Kind.DIGEST if i < DIGEST_LANES else Kind.CAPACITY

    def _record(self, number: int, lookup: Tuple, rules: list[Inequality]) -> None:
        index, *fields = map(IntPoly.lift, lookup.fields)
        if self._new(index):
            fields.insert(0, index)
        else:  # an index that stands for itself gets no bound from the table
            rules = [rule for rule in rules if all(name != "index" for name, _ in rule.terms)]
        for rule in rules:
            self.facts.assume(polynomial(rule, lambda name: self.names(f"r{number}.{name}")))
        for field in fields:
            if not self.facts.bound(self.unsourced(field, f"message {lookup.number} on {lookup.bus}")):
                raise BoundsError(self.row.table, self.names.text(field), "the record's rules do not bound this field")
