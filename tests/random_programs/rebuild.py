"""From accepted rows to a Cairo memory: the claim "erasing cursors and frames is sound", as a program.

Tables hold no pointers, no frames and no order of calls. Given rows that `checker.check` accepts, `rebuild` lays out
one memory of the Cairo machine: each active row becomes a frame, in the depth-first order of the calls, and each
builtin's segment is filled in that order. `judge` then has cairo-lang's VM run the bytecode over this memory with its
hints taken out and the memory frozen: it may deduce nothing and write nothing, only check every instruction, the
builtins' rules and where each cursor ends.

Nothing here is trusted: a wrong layout is a memory that the VM refuses. The layout uses, of the compiler, only which
cell of a path holds which polynomial (`Path.memory`, the segments of `Path.cursors`).
"""

from __future__ import annotations

import copy
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from plimsoll.circuits import vm
from plimsoll.circuits.compiler import CompiledPath, CompiledProgram, callgraph
from plimsoll.circuits.compiler.builtins import ROM_BUS
from plimsoll.circuits.compiler.callgraph import MAIN
from plimsoll.circuits.compiler.calls import FUNCTION_BUS
from plimsoll.circuits.compiler.cursors import SEQUENTIAL
from plimsoll.circuits.compiler.memory import SAVED_CELLS, Address
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import ACTIVE
from plimsoll.circuits.compiler.values import Cursor, Value
from plimsoll.circuits.compiler.walk import Path
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row
from plimsoll.circuits.program import CURSOR, Function, Program
from plimsoll.circuits.tables import TableSet

PROGRAM, EXECUTION = "program", "execution"
Cell = tuple[str, int]
"""A cell of the memory: the segment's name and the offset in it."""
Word = int | Cell
"""What a cell holds: a field element, or a pointer."""


class RebuildError(AssertionError):
    """Rows for which no memory can be laid out, or one that cairo-lang's VM refuses."""


@dataclass(frozen=True)
class Call:
    """A call on a path: where it saves fp and pc, which frame's fp, and, if a table's, the claim it requires."""

    ap: Address
    fp: Address
    return_pc: int
    callee: Function
    claim: tuple[Poly, ...] | None


class RecordedPath(Path):
    """The compiler's walk of one path, with the calls that it made."""

    def __init__(self, graph: callgraph.CallGraph, function: Function, decisions: Sequence[bool]) -> None:
        super().__init__(graph, function, decisions)
        self.calls: list[Call] = []
        self.walk()

    def _call(self, ins: Any, following: int) -> bool:
        ap, fp, callee = self.ap, self.fp, self.graph.callee(ins, self.pc)
        returned = super()._call(ins, following)
        claim = self.trace.messages[-1].fields if callee.name in self.graph.recursive else None
        self.calls.append(Call(ap, fp, following, callee, claim))
        return returned


def recorded_paths(program: Program, compiled: CompiledProgram) -> dict[str, RecordedPath]:
    """The walk of each path by its table's name, which says the path's decisions."""
    graph = callgraph.build(program)

    def walked(path: CompiledPath) -> RecordedPath:
        decisions = path.table.name.removeprefix(path.function).split(".")[1:]
        return RecordedPath(graph, graph.by_name[path.function], [d == "nz" for d in decisions])

    return {path.table.name: walked(path) for path in compiled.paths}


def evaluate(poly: Poly, row: Row) -> int:
    total = 0
    for monomial, coefficient in poly.terms.items():
        term = coefficient
        for column in monomial:
            term = term * row[column] % P
        total += term
    return total % P


@dataclass
class Rebuilt:
    """A full memory by segment and offset, with the public values that the rows state."""

    outputs: list[int]
    cells: dict[Cell, Word] = field(default_factory=dict)

    def put(self, cell: Cell, word: Word) -> None:
        """Memory is write-once: two values for one cell are no memory."""
        if self.cells.setdefault(cell, word) != word:
            raise RebuildError(f"cell {cell} holds {self.cells[cell]} and {word}")

    def segment(self, name: str) -> list[Word]:
        """The words of a segment that must be filled without a gap."""
        offsets = sorted(offset for segment, offset in self.cells if segment == name)
        if offsets != list(range(len(offsets))):
            raise RebuildError(f"the segment of {name} has a gap: {offsets}")
        return [self.cells[name, offset] for offset in offsets]


class Layout:
    """Frames and segments of one set of rows, laid out call by call."""

    def __init__(self, paths: Mapping[str, RecordedPath], tables: TableSet, rows: Sequence[Sequence[Row]]) -> None:
        self.paths = paths
        self.memory = Rebuilt([])
        self.position = dict.fromkeys(SEQUENTIAL, 0)
        self.unused: dict[tuple[str, tuple[int, ...]], list[tuple[RecordedPath, Row]]] = {}
        for table, its_rows in zip(tables.tables, rows, strict=True):
            for row in its_rows if table.name in paths else ():
                if row[ACTIVE]:
                    path = paths[table.name]
                    claim = path.trace.messages
                    provided = next(m for m in claim if not m.required and m.amount is None)
                    key = (provided.bus, tuple(evaluate(f, row) for f in provided.fields))
                    self.unused.setdefault(key, []).append((path, row))

    def run(self, outputs: Sequence[int], builtins: Sequence[str]) -> Rebuilt:
        """The root's requirement first; after it, every active row has become a frame."""
        self.memory.outputs = list(outputs)
        self.call(FUNCTION_BUS + MAIN, (0, *outputs), len(builtins) + SAVED_CELLS)
        if left := sum(map(len, self.unused.values())):
            raise RebuildError(f"{left} active rows stand for no call")
        return self.memory

    def call(self, bus: str, claim: tuple[int, ...], fp: int) -> int:
        """Lays out one row that provides the claim, and all calls below it. Returns ap at its end."""
        rows = self.unused.get((bus, claim))
        if not rows:
            raise RebuildError(f"no active row provides {bus} {claim}")
        path, row = rows.pop()
        origins = [fp]
        starts = {name: [self.position[name]] for name in SEQUENTIAL}

        def absolute(address: Address) -> int:
            return origins[address[0]] + address[1]

        def pass_cursors(names: Sequence[str]) -> None:
            """The cursors move over the cells that the row used since they came in."""
            for name in names:
                used = len(path.cursors._segments[name][len(starts[name]) - 1].cells)
                self.position[name] = starts[name][-1] + used

        for made in path.calls:
            ap = absolute(made.ap)
            self.memory.put((EXECUTION, ap), (EXECUTION, absolute(made.fp)))
            self.memory.put((EXECUTION, ap + 1), (PROGRAM, made.return_pc))
            if made.claim is not None:
                names = sequential(made.callee)
                pass_cursors(names)
                bus_fields = tuple(evaluate(f, row) for f in made.claim)
                origins.append(self.call(FUNCTION_BUS + made.callee.name, bus_fields, ap + SAVED_CELLS))
                for name in names:
                    starts[name].append(self.position[name])
        pass_cursors(sequential(path.function))

        def word(value: Value) -> Word:
            if isinstance(value, Poly):
                return evaluate(value, row)
            if isinstance(value.root, Cursor):
                start = starts[value.root.builtin][value.root.generation] if value.root.builtin in SEQUENTIAL else 0
                return value.root.builtin, start + value.offset
            return value.root.rom, (evaluate(value.root.address, row) + value.offset) % P

        for address, value in path.memory._cells.items():
            self.memory.put((EXECUTION, absolute(address)), word(value))
        for name, segments in path.cursors._segments.items():
            for start, segment in zip(starts[name], segments, strict=True):
                for offset, value in segment.cells.items():
                    self.memory.put((name, start + offset), word(value))
        return absolute(path.ap)


def sequential(function: Function) -> list[str]:
    """The builtins of which a function receives a cursor that moves."""
    names = [kind.removeprefix(CURSOR) for kind in function.arguments if kind.startswith(CURSOR)]
    return [name for name in names if name in SEQUENTIAL]


def rebuild(
    program: Program,
    paths: Mapping[str, RecordedPath],
    tables: TableSet,
    rows: Sequence[Sequence[Row]],
    outputs: Sequence[int],
) -> Rebuilt:
    """The memory of a set of rows that `checker.check` accepts with these outputs. Raises RebuildError."""
    return Layout(paths, tables, rows).run(outputs, program.builtins)


def padded(tables: TableSet) -> dict[str, list[list[int]]]:
    """Records of the read-only tables as these have them: the rows of padding are records too, copies of the last."""
    return {
        table.name.removeprefix(ROM_BUS): [list(record) for record in zip(*table.periodic[1:], strict=True)]
        for table in tables.tables
        if table.name.startswith(ROM_BUS)
    }


def judge(cairo: Any, memory: Rebuilt, records: Mapping[str, vm.Records]) -> None:
    """Has cairo-lang's VM accept the memory as it stands, bytecode `cairo`, from main's first instruction to its end.

    Raises:
        RebuildError: the VM refuses, misses a cell, or ends with other outputs.
    """
    utils: Any = importlib.import_module("starkware.cairo.lang.vm.utils")
    without_hints = copy.copy(cairo)
    without_hints.hints = {}
    try:
        for name in SEQUENTIAL:
            memory.segment(name)
        runner, end = vm.prepare(without_hints, memory.segment("tape"), records)  # type: ignore[arg-type]
        for address, word in relocated(runner, memory):
            runner.memory[address] = word
        runner.memory.freeze()
        runner.initialize_vm(hint_locals={})
        runner.run_until_pc(end, run_resources=utils.RunResources(n_steps=10 * vm.MAX_STEPS))
        runner.memory.unfreeze_for_testing()
        runner.end_run()
        runner.read_return_values()
        vm.check_ledger(runner)
        found = vm.outputs(runner)
    except Exception as e:  # cairo-lang raises AssertionError, VmException and others
        raise RebuildError(f"the VM refuses the memory: {getattr(e, 'inner_exc', e)!r}") from e
    if found != memory.outputs:
        raise RebuildError(f"the VM's outputs are {found}, the rows state {memory.outputs}")


def relocated(runner: Any, memory: Rebuilt) -> Iterator[tuple[Any, Any]]:
    """The memory in the runner's own addresses."""
    bases = {PROGRAM: runner.program_base, EXECUTION: runner.execution_base}
    bases |= {name.removesuffix("_builtin"): b.base for name, b in runner.builtin_runners.items()}
    for (segment, offset), word in memory.cells.items():
        yield bases[segment] + offset, word if isinstance(word, int) else bases[word[0]] + word[1]
