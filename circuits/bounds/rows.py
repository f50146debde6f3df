"""A path's table as one active row states it: polynomials that are zero, and tuples required and provided."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.compiler.builtins import LEDGER_BUS, POSEIDON_BUS, RANGE_BUS, ROM_BUS
from plimsoll.circuits.compiler.calls import FUNCTION_BUS
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import ACTIVE
from plimsoll.circuits.tables import BLIND_BUS, Op, Table

KNOWN = (RANGE_BUS, POSEIDON_BUS, ROM_BUS, FUNCTION_BUS)
"""Beginnings of the buses whose meaning the analysis knows."""


@dataclass(frozen=True, slots=True)
class Tuple:
    """A message of the table: its number, bus and fields."""

    number: int
    bus: str
    fields: tuple[Poly, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the ledger: the message's number and bus, its key, and what stands beside `active` in its count."""

    number: int
    bus: str
    key: Poly
    amount: Poly


@dataclass(frozen=True, slots=True)
class Row:
    """Constraints by number (those that only say that `active` is boolean left out), and messages."""

    table: str
    width: int
    constraints: dict[int, Poly]
    required: tuple[Tuple, ...]
    provided: Tuple
    posted: tuple[Entry, ...] = ()

    def on(self, bus: str) -> list[Tuple]:
        """The required tuples on buses of this beginning, in order."""
        return [t for t in self.required if t.bus.startswith(bus)]

    def fields(self) -> list[Poly]:
        """Everything that the row says to other tables."""
        said = [f for t in (*self.required, self.provided) for f in t.fields]
        return said + [f for entry in self.posted for f in (entry.key, entry.amount)]


def read_row(table: Table) -> Row:
    """Reads a path's table with `active` = 1. On inactive rows every count is zero, so they say nothing.

    Raises:
        BoundsError: the table is not of the form that the compiler gives, or has a bus of unknown meaning.
    """
    polys: list[Poly] = []
    for node in table.nodes:
        match node.op:
            case Op.CONST:
                polys.append(Poly.constant(node.a))
            case Op.COLUMN:
                polys.append(Poly.column(node.a))
            case Op.ADD:
                polys.append(polys[node.a] + polys[node.b])
            case Op.SUB:
                polys.append(polys[node.a] - polys[node.b])
            case Op.MUL:
                polys.append(polys[node.a] * polys[node.b])
            case _:
                raise BoundsError(table.name, "nodes", "a path's table names no public values or columns")
    constraints = {i: _active(polys[node]) for i, node in enumerate(table.constraints)}
    required: list[Tuple] = []
    provided: list[Tuple] = []
    posted: list[Entry] = []
    for i, message in enumerate(table.messages):
        if message.bus == BLIND_BUS:
            continue
        count = polys[message.count]
        if message.bus == LEDGER_BUS:
            posted.append(_entry(table, i, count, [_active(polys[f]) for f in message.fields]))
            continue
        if not message.bus.startswith(KNOWN):
            raise BoundsError(table.name, f"message {i}", f"nothing is known about the bus {message.bus}")
        if count not in (Poly.column(ACTIVE), -Poly.column(ACTIVE)):
            raise BoundsError(table.name, f"message {i}", "expected a count of active or -active")
        item = Tuple(i, message.bus, tuple(_active(polys[f]) for f in message.fields))
        (required if count == Poly.column(ACTIVE) else provided).append(item)
    if len(provided) != 1 or not provided[0].bus.startswith(FUNCTION_BUS):
        raise BoundsError(table.name, "messages", "expected one provided claim, of the table's function")
    facts = {i: c for i, c in constraints.items() if c.terms}
    return Row(table.name, table.width - len(table.blinds), facts, tuple(required), provided[0], tuple(posted))


def _entry(table: Table, number: int, count: Poly, fields: list[Poly]) -> Entry:
    if len(fields) != 1 or any(m.count(ACTIVE) != 1 for m in count.terms):
        raise BoundsError(table.name, f"message {number}", "expected an entry of one key, counted by active * amount")
    return Entry(number, LEDGER_BUS, fields[0], _active(count))


def _active(poly: Poly) -> Poly:
    terms: dict[tuple[int, ...], int] = {}
    for m, c in poly.terms.items():
        key = tuple(column for column in m if column != ACTIVE)
        terms[key] = terms.get(key, 0) + c
    return Poly(terms)
