"""Filled tables as NumPy matrices: where things stand in them, what they break, and what must be put right after a lie.

`offences` says which checks some traces break: exactly one, if a forgery is built properly. `weakened` takes just these
checks out of the tables: the same traces must then be accepted by both verifiers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plimsoll.circuits.compiler.builtins import POSEIDON_BUS, RANGE_BUS, ROM_BUS
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import evaluate, table_values
from plimsoll.circuits.poseidon2 import poseidon_row
from plimsoll.circuits.tables import Node, Op, Table, TableSet

Matrix = NDArray[np.uint64]
ACTIVE, DEPTH = 0, 1
SCHEDULE_BUS = ROM_BUS + "schedule"
WORDS = np.dtype("<u8")


@dataclass(frozen=True, order=True)
class Offence:
    """A check that traces break: a constraint of a table (by its place in the list) or the balance of a bus."""

    kind: str
    name: str
    place: int = -1

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def matrix(table: Table, raw: bytes) -> Matrix:
    """A trace as the core gives it, as a matrix that can be written to."""
    return np.frombuffer(raw, WORDS).reshape(-1, table.width).copy()


@dataclass(frozen=True)
class Message:
    """One message of one row: how often it is required (negative: provided), modulo p."""

    bus: str
    fields: tuple[int, ...]
    count: int


def _distinct(table: Table, trace: Matrix) -> Iterator[tuple[int, list[int], int]]:
    """(row number, row, how often it occurs), equal rows once; in a table with public columns every row counts."""
    if table.periodic:
        yield from ((i, row, 1) for i, row in enumerate(trace.tolist()))
        return
    _, first, times = np.unique(trace, axis=0, return_index=True, return_counts=True)
    yield from ((int(i), trace[i].tolist(), int(n)) for i, n in zip(first, times, strict=True))


def _publics(table: Table, values: Sequence[int]) -> Sequence[int]:
    return values if table.publics else ()


def messages(tables: TableSet, traces: Sequence[Matrix]) -> Iterator[Message]:
    """All messages with a count other than zero, blinds left out; equal rows are summed."""
    for instance, trace in zip(tables.instances, traces, strict=True):
        table = tables.tables[instance.table]
        for i, row, times in _distinct(table, trace):
            values = table_values(table.nodes, row, i, table.periodic, [])
            for m in table.messages:
                count = values[m.count] * times % P
                if count:
                    yield Message(m.bus, tuple(values[f] for f in m.fields), count)


def offences(tables: TableSet, traces: Sequence[Matrix], publics: Sequence[int]) -> set[Offence]:
    """Every check that the traces break. Blinds are columns like others: all zero before a proof draws them."""
    found: set[Offence] = set()
    for instance, trace in zip(tables.instances, traces, strict=True):
        table = tables.tables[instance.table]
        for i, row, _ in _distinct(table, trace):
            values = table_values(table.nodes, row, i, table.periodic, _publics(table, publics))
            bad = [k for k, node in enumerate(table.constraints) if values[node]]
            found |= {Offence("constraint", table.name, k) for k in bad}
    balance: Counter[tuple[str, tuple[int, ...]]] = Counter()
    for m in messages(tables, traces):
        balance[m.bus, m.fields] += m.count
    return found | {Offence("bus", bus) for (bus, _), count in balance.items() if count % P}


def weakened(tables: TableSet, broken: set[Offence]) -> TableSet:
    """The tables without the checks that are named. What forced a row's activity is replaced by being a bit."""
    buses = {o.name for o in broken if o.kind == "bus"}
    changed = []
    for table in tables.tables:
        gone = {o.place for o in broken if o.kind == "constraint" and o.name == table.name}
        nodes = list(table.nodes)
        kept = [node for k, node in enumerate(table.constraints) if k not in gone]
        if gone:
            column = len(nodes)
            nodes += [Node(Op.COLUMN, ACTIVE), Node(Op.MUL, column, column), Node(Op.SUB, column + 1, column)]
            counted = {nodes[m.count] for m in table.messages if m.weight}
            kept += [column + 2] if Node(Op.COLUMN, ACTIVE) in counted else []
        left = tuple(m for m in table.messages if m.bus not in buses)
        changed.append(replace(table, nodes=tuple(nodes), constraints=tuple(kept), messages=left))
    return replace(tables, tables=tuple(changed))


def rebalance(tables: TableSet, traces: Sequence[Matrix]) -> None:
    """Fills the builtins' tables anew with what the other rows require of them, as far as it can be provided."""
    required: dict[str, Counter[tuple[int, ...]]] = {
        RANGE_BUS: Counter(),
        SCHEDULE_BUS: Counter(),
        POSEIDON_BUS: Counter(),
    }
    providers = {"range_check": RANGE_BUS, "rom:schedule": SCHEDULE_BUS, "poseidon": POSEIDON_BUS}
    for instance, trace in zip(tables.instances, traces, strict=True):
        if tables.tables[instance.table].name not in providers:
            one = replace(tables, instances=(instance,))
            for m in messages(one, [trace]):
                if m.bus in required:
                    required[m.bus][m.fields] += m.count
    permutations = _permutations(required[POSEIDON_BUS])
    for instance, trace in zip(tables.instances, traces, strict=True):
        table = tables.tables[instance.table]
        if table.name == "poseidon":
            _fill_poseidon(trace, permutations)
        elif table.name in providers:
            rows = zip(*table.periodic, strict=True)
            counts = required[providers[table.name]]
            trace[:, 0] = [counts[row] % P for row in rows]


def _permutations(required: Counter[tuple[int, ...]]) -> list[list[int]]:
    """A row for each permutation that is asked for with its true result; false ones cannot be provided."""
    rows = []
    for fields, count in required.items():
        if count % P == 0:
            continue
        row = poseidon_row(list(fields[:12]))
        if tuple(row[-8:]) == fields[12:]:
            rows.append([count % P, *row, 0, 0, 0])
    return rows


def _fill_poseidon(trace: Matrix, rows: list[list[int]]) -> None:
    """Puts as many rows as there is room for into an instance and takes them from the list."""
    padding = [0, *poseidon_row([0] * 12), 0, 0, 0]
    here = rows[: len(trace)]
    trace[:] = np.array([*here, *[padding] * (len(trace) - len(here))], WORDS)
    del rows[: len(here)]


@dataclass(frozen=True)
class Columns:
    """Where the witness program puts things in a row of one path's table, by kind and in order of execution."""

    args: list[int]
    tape: list[int]
    limbs: list[list[int]]
    records: list[list[int]]
    hashes: list[list[int]]
    calls: list[list[int]]
    set: list[int]

    @staticmethod
    def of(path: dict[str, Any]) -> Columns:
        def these(op: str, key: str) -> list[Any]:
            return [step[key] for step in path["steps"] if step["op"] == op]

        return Columns(
            args=path["args"],
            tape=these("tape", "column"),
            limbs=these("limbs", "columns"),
            records=these("rom", "columns"),
            hashes=these("poseidon", "columns"),
            calls=these("call", "columns"),
            set=these("set", "column"),
        )


def refresh(path: dict[str, Any], row: list[int], keep: Sequence[int]) -> None:
    """Runs a path's own steps on a row again: sums, inverses and limbs, which lose high bits that are too many."""
    for step in path["steps"]:
        columns = step.get("columns", [step.get("column")])
        if step["op"] not in ("set", "inverse", "limbs") or set(columns) & set(keep):
            continue
        value = evaluate(step["poly"], row)
        if step["op"] == "limbs":
            value += int(step["offset"])
            results = [value % P >> 12 * i & 4095 for i in range(len(columns))]
        else:
            results = [pow(value, -1, P) if step["op"] == "inverse" else value]
        for column, result in zip(columns, results, strict=True):
            row[column] = result
