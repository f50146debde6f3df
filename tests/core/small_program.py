"""A small recursive program with a hand-written witness program, touching every kind of step.

sum(n, acc): n == 0: return acc.   n != 0: x = tape, two limbs range-checked; square = squares[x];
                                   inverse of x + 1; return sum(n - 1, acc + square)
main: n = tape; total = sum(n, 0); (total, ...) hashed; outputs (total, first lane of the hash)
"""

from __future__ import annotations

import json
import struct
from dataclasses import dataclass
from typing import Any

from plimsoll.circuits.poseidon2 import permute, poseidon_table
from plimsoll.circuits.tables import Instance, Table, TableBuilder, TableSet

RECORDS = 256
LIMB = 12
ROOT, MAIN, DONE, MORE, POSEIDON, RANGE, SQUARES = range(7)
SQUARES_ROM = {"squares": struct.pack(f"<{RECORDS}Q", *(i * i for i in range(RECORDS)))}
ONE = [["1", []]]


def column(c: int) -> list[Any]:
    return [["1", [c]]]


def tape(values: list[int]) -> bytes:
    """The tape of the program for these x."""
    return struct.pack(f"<{len(values) + 1}Q", len(values), *values)


def expected_outputs(values: list[int]) -> list[int]:
    total = sum(x * x for x in values)
    return [total, permute([total] + [0] * 11)[0]]


@dataclass(frozen=True)
class SmallProgram:
    """Tables and witness program; `json` is what the core takes."""

    tables: TableSet
    program: dict[str, Any]

    @property
    def json(self) -> str:
        return json.dumps(self.program)


def small_program(more_log_heights: tuple[int, ...] = (9, 8)) -> SmallProgram:
    """`more_log_heights`: heights of the instances of the table of sum's recursive path."""
    tables = [_root(), _main(), _done(), _more(), poseidon_table(), _public("range_check", "builtin:range_check", 4096)]
    tables.append(_public("rom:squares", "rom:squares", RECORDS, squares=True))
    heights = {ROOT: (8,), MAIN: (8,), DONE: (8,), MORE: more_log_heights, POSEIDON: (8,), RANGE: (12,), SQUARES: (8,)}
    instances = tuple(Instance(t, h) for t, hs in heights.items() for h in hs)
    return SmallProgram(TableSet(tuple(tables), instances), _witness_program())


def _columns(t: TableBuilder, n: int) -> list[int]:
    return [t.column(t.new_column()) for _ in range(n)]


def _root() -> Table:
    t = TableBuilder("root", publics=2)
    active, total, lane = _columns(t, 3)
    first = t.add_periodic([1] + [0] * 255)
    t.assert_zero(t.sub(active, first))
    for k, c in enumerate((total, lane)):
        t.assert_zero(t.mul(first, t.sub(c, t.public(k))))
    t.send("fn:main", [t.const(0), total, lane], active, 1)
    return t.build()


def _path(name: str, columns: int) -> tuple[TableBuilder, list[int]]:
    """Columns: active, depth, and `columns` more."""
    t = TableBuilder(name)
    nodes = _columns(t, columns + 2)
    t.assert_zero(t.mul(nodes[0], t.sub(nodes[0], t.const(1))))
    return t, nodes


def _provided(t: TableBuilder, active: int) -> int:
    return t.sub(t.const(0), active)


def _main() -> Table:
    # columns: n, total, eight output lanes
    t, (active, depth, n, total, *lanes) = _path("main", 10)
    t.send("fn:main", [depth, total, lanes[0]], _provided(t, active), 0)
    t.send("fn:sum", [t.add(depth, t.const(1)), n, t.const(0), total], active, 1)
    t.send("builtin:poseidon", [total] + [t.const(0)] * 11 + lanes, active, 1)
    return t.build()


def _done() -> Table:
    # columns: n, acc
    t, (active, depth, n, acc) = _path("sum.z", 2)
    t.assert_zero(t.mul(active, n))
    t.send("fn:sum", [depth, n, acc, acc], _provided(t, active), 0)
    return t.build()


def _more() -> Table:
    # columns: n, 1/n, acc, x, two limbs, 1/(x + 1), square, result
    t, (active, depth, n, inverse, acc, x, low, high, other, square, result) = _path("sum.nz", 9)
    t.assert_zero(t.mul(active, t.sub(t.mul(n, inverse), t.const(1))))
    t.assert_zero(t.mul(active, t.sub(x, t.add(low, t.mul(t.const(1 << LIMB), high)))))
    t.assert_zero(t.mul(active, t.sub(t.mul(t.add(x, t.const(1)), other), t.const(1))))
    t.send("fn:sum", [depth, n, acc, result], _provided(t, active), 0)
    t.send("fn:sum", [t.add(depth, t.const(1)), t.sub(n, t.const(1)), t.add(acc, square), result], active, 1)
    t.send("builtin:range_check", [low], active, 1)
    t.send("builtin:range_check", [high], active, 1)
    t.send("rom:squares", [x, square], active, 1)
    return t.build()


def _public(name: str, bus: str, height: int, *, squares: bool = False) -> Table:
    t = TableBuilder(name)
    multiplicity, *copies = _columns(t, 3 if squares else 2)
    contents = [range(height), [i * i for i in range(height)]] if squares else [range(height)]
    for copy, values in zip(copies, contents, strict=True):
        t.assert_zero(t.sub(copy, t.add_periodic(values)))
    t.send(bus, copies, t.sub(t.const(0), multiplicity), 0)
    return t.build()


def _witness_program() -> dict[str, Any]:
    n, inverse, acc, x, low, high, other, square, result = range(2, 11)
    main_steps = [
        {"op": "tape", "column": 2},
        {"op": "call", "function": "sum", "args": [column(2), []], "columns": [3]},
        {"op": "poseidon", "inputs": [column(3)] + [[]] * 11, "columns": list(range(4, 12))},
    ]
    more_steps = [
        {"op": "branch", "poly": column(n), "nonzero": True},
        {"op": "inverse", "column": inverse, "poly": column(n)},
        {"op": "tape", "column": x},
        {"op": "limbs", "poly": column(x), "offset": "0", "bits": LIMB, "columns": [low, high]},
        {"op": "inverse", "column": other, "poly": [["1", [x]], ["1", []]]},
        {"op": "rom", "rom": "squares", "index": column(x), "columns": [square]},
        {
            "op": "call",
            "function": "sum",
            "args": [[["1", [n]], ["-1", []]], [["1", [acc]], ["1", [square]]]],
            "columns": [result],
        },
    ]
    done_steps = [{"op": "branch", "poly": column(n), "nonzero": False}]
    return {
        "main": "main",
        "roms": {"squares": {"table": SQUARES}},
        "poseidon": POSEIDON,
        "range": RANGE,
        "root": ROOT,
        "paths": [
            {"table": MAIN, "function": "main", "args": [], "returns": [column(3), column(4)], "steps": main_steps},
            {"table": DONE, "function": "sum", "args": [2, 3], "returns": [column(3)], "steps": done_steps},
            {"table": MORE, "function": "sum", "args": [n, acc], "returns": [column(result)], "steps": more_steps},
        ],
    }
