"""Every mutant of the book's compiled tables: one check taken out, the list generated from the tables themselves.

A mutant is named by what it takes out (`Mutant.key`), so that a table with a further constraint, message or field has
further mutants, and those need a witness. What a mutant's tables are is said here; which lie they let through is said
in the `lies_about_...` modules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import Enum

from forged_rows import Offence

from plimsoll.circuits.tables import BLIND_BUS, Message, Node, Op, Table, TableSet


class Kind(Enum):
    """What a mutant lacks. The value is its title on the page."""

    CONSTRAINT = "Constraints"
    REQUIRED = "Required messages"
    PROVIDED = "Provided messages"
    BLIND = "Blind messages"
    COUNT = "Counts of provided claims"
    WEIGHT = "Weights"
    FIELD = "Fields"
    BUS = "All messages"
    CONTENTS = "Contents of public columns"


@dataclass(frozen=True)
class Mutant:
    """Tables without one check.

    Attributes:
        kind: what sort of check is gone.
        owner: the table, or the bus, that had it.
        place: number of the constraint, message, field or public column; 0 for a whole bus.
        tables: what is left.
    """

    kind: Kind
    owner: str
    place: int
    tables: TableSet

    @property
    def key(self) -> str:
        return f"{self.kind.name.lower()} {self.owner} {self.place}"

    @property
    def offence(self) -> Offence | None:
        """The only check that a witness may break under the genuine tables; None if any of a bus will do."""
        if self.kind in (Kind.CONSTRAINT, Kind.CONTENTS):
            return Offence("constraint", self.owner, self.place)
        if self.kind in (Kind.FIELD, Kind.BUS):
            return Offence("bus", self.owner)
        return None


def table_named(tables: TableSet, name: str) -> Table:
    [table] = [t for t in tables.tables if t.name == name]
    return table


def with_table(tables: TableSet, changed: Table) -> TableSet:
    """The tables with the one of the same name replaced."""
    return replace(tables, tables=tuple(changed if t.name == changed.name else t for t in tables.tables))


def unweighted(table: Table) -> Table:
    """Requirements that need not count zero or one: else our verifier refuses tables that do not confine a count."""
    return replace(table, messages=tuple(replace(m, weight=0) for m in table.messages))


def counts_activity(table: Table, constraint: int) -> bool:
    """Whether the constraint is what confines the column that counts the table's requirements.

    For a function's table it is `active^2 - active`, for the root `active - first`: the first of each.
    """
    return constraint == 0 and any(m.weight for m in table.messages)


def without_constraint(tables: TableSet, name: str, place: int) -> TableSet:
    table = table_named(tables, name)
    if counts_activity(table, place):
        table = unweighted(table)
    left = tuple(node for k, node in enumerate(table.constraints) if k != place)
    return with_table(tables, replace(table, constraints=left))


def without_message(tables: TableSet, name: str, place: int) -> TableSet:
    table = table_named(tables, name)
    left = tuple(m for k, m in enumerate(table.messages) if k != place)
    return with_table(tables, replace(table, messages=left))


def on_bus(tables: TableSet, bus: str, change: Callable[[Message, int], Message | None]) -> TableSet:
    """Each message of a bus changed, or gone if None; `change` is also given the node of a constant zero."""
    changed = []
    for table in tables.tables:
        nodes = (*table.nodes, Node(Op.CONST, 0))
        sent = [change(m, len(table.nodes)) if m.bus == bus else m for m in table.messages]
        left = tuple(m for m in sent if m is not None)
        changed.append(replace(table, nodes=nodes, messages=left))
    return replace(tables, tables=tuple(changed))


def without_field(tables: TableSet, bus: str, place: int) -> TableSet:
    """A bus of one field carries zeros instead: a message cannot be empty."""

    def shorter(m: Message, zero: int) -> Message:
        return replace(m, fields=(*m.fields[:place], *m.fields[place + 1 :]) or (zero,))

    return on_bus(tables, bus, shorter)


def with_free_count(tables: TableSet, name: str) -> TableSet:
    """What the table provides is counted by a further column, which nothing else speaks of, in place of `active`."""
    table = table_named(tables, name)
    column, zero = len(table.nodes), len(table.nodes) + 1
    nodes = (*table.nodes, Node(Op.COLUMN, table.width), Node(Op.CONST, 0), Node(Op.SUB, zero, column))
    sent = tuple(replace(m, count=zero + 1) if is_provided(table, m) else m for m in table.messages)
    return with_table(tables, replace(table, nodes=nodes, messages=sent, width=table.width + 1))


def with_contents(tables: TableSet, name: str, place: int, values: tuple[int, ...]) -> TableSet:
    """A public column holds other numbers, and a count that it tied to 0 and 1 is free to be them."""
    table = table_named(tables, name)
    if counts_activity(table, place):
        table = unweighted(table)
    columns = tuple(values if k == place else column for k, column in enumerate(table.periodic))
    return with_table(tables, replace(table, periodic=columns))


def is_provided(table: Table, message: Message) -> bool:
    """Whether a message's count is minus a column: `-active` or minus a multiplicity."""
    return message.bus != BLIND_BUS and table.nodes[message.count].op is Op.SUB


def mutants(tables: TableSet) -> Iterator[Mutant]:
    """All of them, in the order of the tables; then by bus."""
    for table in tables.tables:
        name = table.name
        for k in range(len(table.constraints)):
            yield Mutant(Kind.CONSTRAINT, name, k, without_constraint(tables, name, k))
        for k, m in enumerate(table.messages):
            kind = Kind.BLIND if m.bus == BLIND_BUS else Kind.PROVIDED if is_provided(table, m) else Kind.REQUIRED
            yield Mutant(kind, name, k, without_message(tables, name, k))
        if any(m.weight for m in table.messages):
            yield Mutant(Kind.WEIGHT, name, 0, with_table(tables, unweighted(table)))
        for k, m in enumerate(table.messages):
            if is_provided(table, m) and m.bus.startswith("fn:"):
                yield Mutant(Kind.COUNT, name, k, with_free_count(tables, name))
        for k in range(len(table.periodic)):
            yield Mutant(Kind.CONTENTS, name, k, tables)
    widths = {m.bus: len(m.fields) for table in tables.tables for m in table.messages if m.bus != BLIND_BUS}
    for bus, width in widths.items():
        for k in range(width):
            yield Mutant(Kind.FIELD, bus, k, without_field(tables, bus, k))
        yield Mutant(Kind.BUS, bus, 0, on_bus(tables, bus, lambda m, zero: None))
