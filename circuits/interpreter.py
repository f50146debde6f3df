"""Reference interpreter of the witness program: fills tables from a tape. Written to be read; the fast one is in Rust.

It does what the witness program says and checks nothing but that each step can be done: whether the rows satisfy the
tables is for `checker` to find out, so corrupted inputs give rows that a check must reject.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.circuits.compiler.builtins import RANGE_BUS
from plimsoll.circuits.compiler.trace import ACTIVE, DEPTH
from plimsoll.circuits.field import P, inverse
from plimsoll.circuits.poseidon2 import OUTPUT_LANES, poseidon_row
from plimsoll.circuits.tables import BLINDS, Op, TableSet
from plimsoll.engine.errors import PlimsollError

Row = list[int]
Terms = list[tuple[int, list[int]]]


class WitnessError(PlimsollError):
    """The program cannot run on this tape: it ends early or late, no path fits, or a step has no result."""


@dataclass(frozen=True, slots=True)
class Execution:
    """The rows of every table (by index; padding and blinds left out) and main's outputs."""

    rows: list[list[Row]]
    outputs: list[int]


def run(
    tables: TableSet, program: Mapping[str, Any], roms: Mapping[str, Sequence[Sequence[int]]], tape: Sequence[int]
) -> Execution:
    """Runs the witness program.

    Args:
        tables: the tables to fill.
        program: the witness program as JSON-able data.
        roms: records of each read-only table, by name.
        tape: field elements in reading order.

    Raises:
        WitnessError: the program cannot run on this tape.
    """
    interpreter = _Interpreter(tables, program, roms, tape)
    try:
        outputs = interpreter.call(program["main"], 0, [])
    except RecursionError:
        raise WitnessError("calls nest too deeply: a recursion on this tape does not end") from None
    if interpreter.position != len(tape):
        raise WitnessError(f"the tape has {len(tape)} cells and the program read {interpreter.position}")
    interpreter.fill_builtins(outputs)
    return Execution(interpreter.rows, outputs)


class _Interpreter:
    def __init__(
        self,
        tables: TableSet,
        program: Mapping[str, Any],
        roms: Mapping[str, Sequence[Sequence[int]]],
        tape: Sequence[int],
    ) -> None:
        self.tables = tables
        self.program = program
        self.roms = roms
        self.tape = tape
        self.position = 0
        self.rows: list[list[Row]] = [[] for _ in tables.tables]
        self.lookups: list[tuple[str, int]] = []
        self.paths: dict[str, list[dict[str, Any]]] = {}
        for path in program["paths"]:
            self.paths.setdefault(path["function"], []).append(path)

    def call(self, function: str, depth: int, arguments: list[int]) -> list[int]:
        """One call: the first path whose branches fit gives a row and the results."""
        for path in self.paths[function]:
            state = (self.position, [len(rows) for rows in self.rows], len(self.lookups))
            row = [0] * self.tables.tables[path["table"]].width
            row[ACTIVE], row[DEPTH] = 1, depth % P
            for column, value in zip(path["args"], arguments, strict=True):
                row[column] = value
            for step in path["steps"]:
                if not self.step(step, row, depth):
                    break
            else:
                self.rows[path["table"]].append(row)
                return [evaluate(poly, row) for poly in path["returns"]]
            self.position, lengths, looked_up = state
            for rows, length in zip(self.rows, lengths, strict=True):
                del rows[length:]
            del self.lookups[looked_up:]
        raise WitnessError(f"no path of {function} fits its arguments {arguments}")

    def step(self, step: Mapping[str, Any], row: Row, depth: int) -> bool:
        """One step; False if it is a branch that this row does not take."""
        match step["op"]:
            case "set":
                row[step["column"]] = evaluate(step["poly"], row)
            case "inverse":
                row[step["column"]] = inverse(evaluate(step["poly"], row))
            case "branch":
                return (evaluate(step["poly"], row) != 0) is bool(step["nonzero"])
            case "tape":
                if self.position >= len(self.tape):
                    raise WitnessError(f"the tape ends after {self.position} cells, the program reads on")
                row[step["column"]] = self.tape[self.position] % P
                self.position += 1
            case "limbs":
                value = (evaluate(step["poly"], row) + int(step["offset"])) % P
                for i, column in enumerate(step["columns"]):
                    row[column] = value >> i * step["bits"] & (1 << step["bits"]) - 1
            case "rom":
                index = evaluate(step["index"], row)
                records = self.roms[step["rom"]]
                if index >= len(records):
                    raise WitnessError(f"record {index} of {step['rom']} is asked for: there are {len(records)}")
                self.lookups.append((step["rom"], index))
                for column, value in zip(step["columns"], records[index], strict=True):
                    row[column] = value
            case "poseidon":
                full = poseidon_row([evaluate(poly, row) for poly in step["inputs"]])
                self.rows[self.program["poseidon"]].append([1, *full, *[0] * BLINDS])
                for column, value in zip(step["columns"], full[-len(OUTPUT_LANES) :], strict=True):
                    row[column] = value
            case "call":
                arguments = [evaluate(poly, row) for poly in step["args"]]
                results = self.call(step["function"], depth + 1, arguments)
                for column, value in zip(step["columns"], results, strict=True):
                    row[column] = value
            case unknown:
                raise WitnessError(f"the witness program has an unknown step {unknown!r}")
        return True

    def fill_builtins(self, outputs: list[int]) -> None:
        """The root's row, and the read-only tables with the multiplicities of what was looked up."""
        root = self.tables.tables[self.program["root"]]
        self.rows[self.program["root"]] = [[1, *outputs, *[0] * BLINDS]]
        height = len(root.periodic[0])
        self.rows[self.program["root"]] += [[0] * root.width for _ in range(height - 1)]
        for rom, entry in self.program["roms"].items():
            self._fill_public(entry["table"], Counter(index for name, index in self.lookups if name == rom))
        self._fill_public(self.program["range"], self._range_uses())

    def _fill_public(self, index: int, uses: Counter[int]) -> None:
        table = self.tables.tables[index]
        self.rows[index] = [
            [uses[i], *values, *[0] * BLINDS] for i, values in enumerate(zip(*table.periodic, strict=True))
        ]

    def _range_uses(self) -> Counter[int]:
        """How often each number is range-checked by the rows; numbers beyond the table are counted nowhere."""
        uses: Counter[int] = Counter()
        for table, rows in zip(self.tables.tables, self.rows, strict=True):
            fields = [m.fields[0] for m in table.messages if m.bus == RANGE_BUS and m.weight == 1]
            for row in rows if fields else []:
                values = table_values(table.nodes, row, 0, table.periodic, [])
                uses.update(values[node] for node in fields)
        return uses


def evaluate(poly: Sequence[Any], row: Row) -> int:
    """A polynomial of the witness program, [[coefficient, [columns]], ...], on a row."""
    total = 0
    for coefficient, columns in poly:
        term = int(coefficient)
        for column in columns:
            term = term * row[column] % P
        total += term
    return total % P


def table_values(
    nodes: Sequence[Any], row: Row, index: int, periodic: Sequence[Sequence[int]], publics: Sequence[int]
) -> list[int]:
    """The values of a table's expression nodes on row number `index`. Public values that are not given read as zero."""
    values: list[int] = []
    for node in nodes:
        match node.op:
            case Op.CONST:
                value = node.a
            case Op.COLUMN:
                value = row[node.a]
            case Op.PERIODIC:
                value = periodic[node.a][index]
            case Op.PUBLIC:
                value = publics[node.a] if publics else 0
            case Op.ADD:
                value = (values[node.a] + values[node.b]) % P
            case Op.SUB:
                value = (values[node.a] - values[node.b]) % P
            case _:
                value = values[node.a] * values[node.b] % P
        values.append(value)
    return values
