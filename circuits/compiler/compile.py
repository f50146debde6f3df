"""The compiler's entry: enumerates paths, emits their tables, and writes the witness program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plimsoll.circuits.compiler import callgraph
from plimsoll.circuits.compiler.callgraph import MAIN, CallGraph
from plimsoll.circuits.compiler.errors import CompileError, PathError, SignatureError
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import ACTIVE, ImpossiblePath, gated
from plimsoll.circuits.compiler.walk import Path, Undecided
from plimsoll.circuits.program import Function, Program
from plimsoll.circuits.tables import Table, TableBuilder

MAX_PATHS = 64
"""More paths of one function than this are refused: each is a table of its own."""


@dataclass(frozen=True, slots=True)
class CompiledPath:
    """One path as a table, and its witness program: how a row is filled (see interfaces in docs/compiler.md)."""

    function: str
    table: Table
    witness: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CompiledProgram:
    """All path tables, main's first, and how many public values main outputs."""

    paths: tuple[CompiledPath, ...]
    outputs: int
    record_sizes: dict[str, int]

    def witness_program(self, tables: dict[str, int], roms: dict[str, int]) -> dict[str, Any]:
        """The witness program that the Rust core and the reference interpreter read, as JSON-able data.

        Args:
            tables: index in the table set of each path's table and of poseidon, range_check and root, by name.
            roms: index of each read-only table, by the builtin's name.
        """
        return {
            "main": MAIN,
            "roms": {name: {"table": index} for name, index in roms.items()},
            "poseidon": tables["poseidon"],
            "range": tables["range_check"],
            "root": tables["root"],
            "paths": [{"table": tables[p.table.name], **p.witness} for p in self.paths],
        }


def compile_program(program: Program) -> CompiledProgram:
    """Compiles bytecode to tables.

    Raises:
        CompileError: the program cannot be turned into tables; names the Cairo file and line.
    """
    graph = callgraph.build(program)
    paths: list[CompiledPath] = []
    widths: dict[str, int] = {}
    outputs = 0
    for function in graph.tables:
        for path in _paths(graph, function):
            try:
                _check_widths(path, widths)
            except CompileError as e:
                callgraph.located(program, function.start, e)
                raise
            if function.name == MAIN:
                outputs = len(path.returns)
            paths.append(_emit(path))
    return CompiledProgram(tuple(paths), outputs, graph.record_sizes)


def _paths(graph: CallGraph, function: Function) -> list[Path]:
    """All paths that a row can satisfy, in the order of their decisions, jumps not taken first."""
    found: list[Path] = []
    todo: list[tuple[bool, ...]] = [()]
    while todo:
        decisions = todo.pop()
        path = Path(graph, function, decisions)
        try:
            path.walk()
            found.append(path)
        except Undecided:
            todo += [(*decisions, True), (*decisions, False)]
        except ImpossiblePath:
            pass
        if len(found) + len(todo) > MAX_PATHS:
            error = PathError(f"{function.name} has more than {MAX_PATHS} paths: split it into functions")
            callgraph.located(graph.program, function.start, error)
            raise error
    if not found:
        error = PathError(f"no path of {function.name} can be satisfied")
        callgraph.located(graph.program, function.start, error)
        raise error
    return found


def _check_widths(path: Path, widths: dict[str, int]) -> None:
    """A bus has one width: p3 pads tuples with zeros on the left, so two widths could be confused."""
    for message in path.trace.messages:
        width = widths.setdefault(message.bus, len(message.fields))
        if width != len(message.fields):
            raise SignatureError(f"messages on {message.bus} have {width} and {len(message.fields)} fields")


def _emit(path: Path) -> CompiledPath:
    """The path's table: `active` is boolean, multiplies every constant term, and counts every message."""
    trace = path.trace
    name = path.function.name + "".join(".nz" if taken else ".z" for taken in path.decisions)
    builder = TableBuilder(name)
    for _ in range(trace.width):
        builder.new_column()
    active = Poly.column(ACTIVE)
    for constraint in [active * active - active, *map(gated, trace.constraints)]:
        builder.assert_zero(builder.polynomial(constraint.sorted_terms()))
    required, provided = builder.column(ACTIVE), builder.sub(builder.const(0), builder.column(ACTIVE))
    for message in trace.messages:
        fields = [builder.polynomial(f.sorted_terms()) for f in message.fields]
        count = required if message.required else provided
        if message.amount is not None:
            # an inactive row's columns are free: what it posts must be nothing
            count = builder.mul(required, builder.polynomial(message.amount.sorted_terms()))
        builder.send(message.bus, fields, count, int(message.required))
    witness = {
        "function": path.function.name,
        "args": path.arguments,
        "returns": [r.to_json() for r in path.returns],
        "steps": trace.steps,
    }
    return CompiledPath(path.function.name, builder.build(), witness)
