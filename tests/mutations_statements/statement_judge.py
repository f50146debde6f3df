"""Which checks rows break: constraints, and tuples that no builtin provides, row by row and remembered.

Constraints and messages are those of the tables, written out as functions for speed, on the rows of paths only; the
rows of the builtins are filled with what is asked for, as far as it is true. `checked` puts the filled rows before the
reference checker itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from statement_liar import permuted

from plimsoll.circuits.checker import CheckError, check
from plimsoll.circuits.compiler.builtins import LEDGER_BUS, POSEIDON_BUS, RANGE_BUS, ROM_BUS
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row
from plimsoll.circuits.tables import BLIND_BUS, BLINDS, Op, Table, TableSet

Sent = tuple[int, str, tuple[int, ...], int]
"""Number of the message, bus, fields, count."""
Rows = Mapping[str, Sequence[Row]]
"""Of each path's table, by its name."""
MOST = 3_000
"""Rows that are remembered."""
_REMEMBERED: dict[tuple[int, tuple[int, ...]], tuple[list[int], list[Sent]]] = {}
_KEPT: list[Table] = []


@dataclass(frozen=True, order=True)
class Mutant:
    """Tables without one check: `constraint` or `message` number `place` gone, or a `factor` of an entry's amount."""

    program: str
    kind: str
    table: str
    place: int

    @property
    def key(self) -> str:
        return f"{self.program} {self.kind} {self.table} {self.place}"


def mutated(tables: TableSet, mutant: Mutant) -> TableSet:
    """The tables without the check."""

    def less(table: Table) -> Table:
        if table.name != mutant.table:
            return table
        k = mutant.place
        if mutant.kind == "constraint":
            return replace(table, constraints=(*table.constraints[:k], *table.constraints[k + 1 :]))
        if mutant.kind == "message":
            return replace(table, messages=(*table.messages[:k], *table.messages[k + 1 :]))
        one = table.messages[k]
        free = replace(one, count=table.nodes[one.count].b)
        return replace(table, messages=(*table.messages[:k], free, *table.messages[k + 1 :]))

    return replace(tables, tables=tuple(map(less, tables.tables)))


@cache
def _evaluator(identity: int) -> Callable[[Row], tuple[int, ...]]:
    """The expressions of a path's table as one function of a row: what `table_values` does, in a twentieth the time."""
    [table] = [one for one in _KEPT if id(one) == identity]
    lines = ["def values(row):"]
    for k, node in enumerate(table.nodes):
        match node.op:
            case Op.CONST:
                value = str(node.a)
            case Op.COLUMN:
                value = f"row[{node.a}]"
            case Op.ADD:
                value = f"(v{node.a} + v{node.b}) % {P}"
            case Op.SUB:
                value = f"(v{node.a} - v{node.b}) % {P}"
            case Op.MUL:
                value = f"v{node.a} * v{node.b} % {P}"
            case _:
                raise AssertionError(f"{table.name} is not a path's table")
        lines.append(f"    v{k} = {value}")
    lines.append(f"    return ({', '.join(f'v{k}' for k in range(len(table.nodes)))},)")
    made: dict[str, Any] = {}
    exec("\n".join(lines), made)
    values: Callable[[Row], tuple[int, ...]] = made["values"]
    return values


def values_of(table: Table, row: Row) -> tuple[int, ...]:
    """The values of all expressions on a row."""
    if not any(table is one for one in _KEPT):
        _KEPT.append(table)
    return _evaluator(id(table))(row)


def read(table: Table, row: Row, free: int = -1) -> tuple[list[int], list[Sent]]:
    """Broken constraints and messages of a row; `free` is an entry that is counted without the factor `active`."""
    if free >= 0:
        values = values_of(table, row)
        bad, sent = read(table, row)
        m = table.messages[free]
        count = values[table.nodes[m.count].b]
        return bad, [s for s in sent if s[0] != free] + [(free, m.bus, tuple(values[f] for f in m.fields), count)]
    key = (id(table), tuple(row))
    if key not in _REMEMBERED:
        if len(_REMEMBERED) > MOST:
            _REMEMBERED.clear()
        values = values_of(table, row)
        bad = [k for k, node in enumerate(table.constraints) if values[node]]
        sent = [
            (k, m.bus, tuple(values[f] for f in m.fields), values[m.count])
            for k, m in enumerate(table.messages)
            if m.bus != BLIND_BUS and values[m.count]
        ]
        _REMEMBERED[key] = bad, sent
    return _REMEMBERED[key]


@dataclass
class Offences:
    """What is broken: constraints by table, and tuples that are out of balance with the messages that say them."""

    constraints: set[tuple[str, int]] = field(default_factory=set)
    tuples: dict[tuple[str, tuple[int, ...]], int] = field(default_factory=dict)
    said_by: dict[tuple[str, tuple[int, ...]], set[tuple[str, int]]] = field(default_factory=dict)

    @property
    def none(self) -> bool:
        return not self.constraints and not self.tuples

    @property
    def ledger(self) -> dict[int, int]:
        """Sums by key that are not zero."""
        return {fields[0]: count for (bus, fields), count in self.tuples.items() if bus == LEDGER_BUS}

    def only(self, mutant: Mutant) -> bool:
        """Whether taking out this check of a constraint, or of a question to a builtin, leaves nothing broken."""
        where = (mutant.table, mutant.place)
        if mutant.kind == "constraint":
            return self.constraints == {where} and not self.tuples
        return not self.constraints and bool(self.tuples) and all(said == {where} for said in self.said_by.values())


def balance(
    tables: TableSet, rows: Rows, outputs: Sequence[int], gone: Mutant | None = None
) -> tuple[set[tuple[str, int]], dict[tuple[str, tuple[int, ...]], int], dict[Any, set[tuple[str, int]]]]:
    """Broken constraints, and for each tuple its count and who says it; the root asks for main."""
    broken: set[tuple[str, int]] = set()
    counts: Counter[tuple[str, tuple[int, ...]]] = Counter()
    said: dict[Any, set[tuple[str, int]]] = defaultdict(set)
    main = ("fn:main", (0, *outputs))
    counts[main] += 1
    for table in tables.tables:
        mine = gone if gone and gone.table == table.name else None
        for row in rows.get(table.name, ()):
            free = mine.place if mine and mine.kind == "factor" else -1
            bad, sent = read(table, row, free)
            broken |= {(table.name, k) for k in bad if not (mine and mine.kind == "constraint" and mine.place == k)}
            for k, bus, fields, count in sent:
                if mine and mine.kind == "message" and mine.place == k:
                    continue
                counts[bus, fields] += count
                said[bus, fields].add((table.name, k))
    return broken, {one: count % P for one, count in counts.items() if count % P}, said


def offences(tables: TableSet, rows: Rows, outputs: Sequence[int], gone: Mutant | None = None) -> Offences:
    """What the rows break that builtins cannot make good."""
    broken, counts, said = balance(tables, rows, outputs, gone)
    found = Offences(broken)
    records = {t.name: t.periodic for t in tables.tables if t.name.startswith(ROM_BUS)}
    for (bus, fields), count in counts.items():
        if not provided(records, bus, fields):
            found.tuples[bus, fields] = count
            found.said_by[bus, fields] = said[bus, fields]
    return found


def provided(records: Mapping[str, Any], bus: str, fields: tuple[int, ...]) -> bool:
    """Whether a builtin's table has the tuple."""
    if bus == RANGE_BUS:
        return fields[0] < 4096
    if bus == POSEIDON_BUS:
        return tuple(permuted(fields[:12])[-8:]) == fields[12:]
    if bus in records:
        columns = records[bus]
        return fields[0] < len(columns[0]) and tuple(c[fields[0]] for c in columns) == fields
    return False


def filled(tables: TableSet, rows: Rows, outputs: Sequence[int], about: TableSet) -> list[list[Row]]:
    """Rows of every table: those of the builtins provide what the paths' rows ask for under `about`, if they can."""
    _, counts, _ = balance(about, rows, outputs)
    given: list[list[Row]] = []
    for table in tables.tables:
        blinds = [0] * BLINDS
        if table.name == "root":
            given.append([[1, *outputs, *blinds], *([0] * table.width for _ in range(len(table.periodic[0]) - 1))])
        elif table.name == "poseidon":
            asked = [(f, n) for (bus, f), n in counts.items() if bus == POSEIDON_BUS and provided({}, bus, f)]
            given.append([[n, *permuted(f[:12]), *blinds] for f, n in asked])
        elif table.periodic:
            bus = RANGE_BUS if table.name == "range_check" else table.name
            lines = zip(*table.periodic, strict=True)
            given.append([[counts.get((bus, line), 0), *line, *blinds] for line in lines])
        else:
            given.append([list(row) for row in rows.get(table.name, ())])
    return given


def checked(tables: TableSet, rows: Rows, outputs: Sequence[int]) -> bool:
    """The reference checker's verdict, with the builtins filled as well as can be."""
    try:
        check(tables, filled(tables, rows, outputs, tables), outputs)
    except CheckError:
        return False
    return True
