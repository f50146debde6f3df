"""Properties of all tables that the compiler makes, and refusals that no Cairo source can bring about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from machine import CIRCUITS, HERE, PROGRAMS, compiled, expectations, machine, program

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.compiler import CompiledPath, compile_program
from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.compiler.errors import ControlFlowError, HintError, PointerError, SignatureError
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import ACTIVE, DEPTH, ImpossiblePath, Trace, gated
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import table_values
from plimsoll.circuits.program import Function
from plimsoll.circuits.tables import MAX_DEGREE, Op, Table
from plimsoll.circuits.toolchain import compile_source

ALL_PATHS = [path for p in PROGRAMS for path in compiled(p).paths] + list(compile_program(book_program()).paths)
each_path = pytest.mark.parametrize("path", ALL_PATHS, ids=lambda p: p.table.name)


def degrees(table: Table) -> list[int]:
    found: list[int] = []
    for node in table.nodes:
        if node.op in (Op.ADD, Op.SUB):
            found.append(max(found[node.a], found[node.b]))
        elif node.op is Op.MUL:
            found.append(found[node.a] + found[node.b])
        else:
            found.append(int(node.op in (Op.COLUMN, Op.PERIODIC)))
    return found


@each_path
def test_inactive_row_of_zeros_is_harmless(path: CompiledPath) -> None:
    table = path.table
    values = table_values(table.nodes, [0] * table.width, 0, (), ())
    assert [values[c] for c in table.constraints] == [0] * len(table.constraints)
    assert [values[m.count] for m in table.messages] == [0] * len(table.messages)


@each_path
def test_active_is_boolean_and_counts_every_message(path: CompiledPath) -> None:
    table = path.table
    row = [7] * table.width
    for active, allowed in ((0, True), (1, True), (2, False), (P - 1, False)):
        row[ACTIVE] = active
        values = table_values(table.nodes, row, 0, (), ())
        assert (values[table.constraints[0]] == 0) is allowed
        for message in table.messages[: -len(table.blinds)]:
            if message.bus != LEDGER_BUS:
                assert values[message.count] == (active if message.weight else -active % P)


@each_path
def test_an_entry_of_the_ledger_counts_only_on_an_active_row(path: CompiledPath) -> None:
    table = path.table
    entries = [m for m in table.messages if m.bus == LEDGER_BUS]
    steps = [s for s in path.witness["steps"] if s["op"] == "tape"]
    assert all(m.weight == 0 and len(m.fields) == 1 for m in entries)
    for active in (0, 1):
        row = [active, *range(11, 10 + table.width)]
        values = table_values(table.nodes, row, 0, (), ())
        given = {row[s["column"]] for s in steps}
        amounts = {values[m.count] for m in entries}
        assert amounts <= ({0} if active == 0 else given | {-x % P for x in given})


@each_path
def test_degrees_and_message_fields_are_small(path: CompiledPath) -> None:
    degree = degrees(path.table)
    assert max(degree[c] for c in path.table.constraints) <= MAX_DEGREE
    for message in path.table.messages:
        assert all(degree[f] <= 1 for f in message.fields)
        assert degree[message.count] == (2 if message.bus == LEDGER_BUS else 1)


@each_path
def test_a_claim_is_provided_once_at_the_rows_depth_and_calls_are_one_deeper(path: CompiledPath) -> None:
    table = path.table
    row = list(range(100, 100 + table.width))
    values = table_values(table.nodes, row, 0, (), ())
    entries = [m for m in table.messages if m.bus == LEDGER_BUS]
    provided = [m for m in table.messages[: -len(table.blinds)] if m.weight == 0 and m not in entries]
    assert [m.bus for m in provided] == [f"fn:{path.function}"]
    assert values[provided[0].fields[0]] == row[DEPTH]
    for message in table.messages:
        if message.bus.startswith("fn:") and message.weight == 1:
            assert values[message.fields[0]] == row[DEPTH] + 1


def test_every_bus_has_one_width() -> None:
    for p in PROGRAMS:
        widths: dict[str, set[int]] = {}
        for table in machine(compiled(p), expectations(p).records or [[0] * 3]).tables.tables:
            for message in table.messages:
                widths.setdefault(message.bus, set()).add(len(message.fields))
        assert all(len(w) == 1 for w in widths.values())


def test_compilation_is_deterministic() -> None:
    a, b = compile_program(book_program()), compile_program(book_program())
    assert a == b


def test_false_and_constant_paths_are_pruned() -> None:
    names = [p.table.name for p in compiled(HERE / "programs" / "static_branches.cairo").paths]
    assert names == ["main.z"]


def test_gating_keeps_constraints_on_active_rows_and_clears_rows_of_zeros() -> None:
    x = Poly.column(5)
    constraint = gated(x * x * x - Poly.constant(8))
    assert constraint.degree == 3
    assert constraint == x * x * x - Poly.column(ACTIVE).scaled(8)


def test_constant_constraints_never_become_columns() -> None:
    trace = Trace()
    trace.constrain(Poly.constant(0))
    assert trace.constraints == []
    with pytest.raises(ImpossiblePath):
        trace.constrain(Poly.constant(1))


def test_two_functions_of_one_bus_rejected(tmp_path: Path) -> None:
    (tmp_path / "helper.cairo").write_text("func one() -> (x: felt) {\n    return (x=1);\n}\n")
    main = tmp_path / "main.cairo"
    main.write_text(
        "%builtins output\n\nfrom helper import one as imported\n\n"
        "namespace helper {\n    func one() -> (x: felt) {\n        return (x=2);\n    }\n}\n\n"
        "func main{output_ptr: felt*}() {\n    imported();\n    let (x) = helper.one();\n"
        "    assert [output_ptr] = x;\n"
        "    let output_ptr = output_ptr + 1;\n    return ();\n}\n"
    )
    with pytest.raises(SignatureError, match=r"share the bus fn:helper\.one"):
        compile_program(compile_source(main, CIRCUITS))


def recursion() -> tuple[Path, dict[str, Function]]:
    path = HERE / "programs" / "cursors_in_recursion.cairo"
    return path, {f.name: f for f in program(path).functions}


def test_cursor_that_is_not_returned_rejected() -> None:
    path, functions = recursion()
    forged = replace(functions["total"], returns=functions["total"].returns[1:])
    changed = tuple(forged if f.name == "total" else f for f in program(path).functions)
    with pytest.raises(SignatureError, match="does not return each builtin's cursor"):
        compile_program(replace(program(path), functions=changed))


def test_cursor_declared_as_number_rejected() -> None:
    path, functions = recursion()
    total = functions["total"]
    kinds = tuple("felt" if k == "cursor:tape" else k for k in total.arguments)
    returns = tuple("felt" if k == "cursor:tape" else k for k in total.returns)
    forged = replace(total, arguments=kinds, returns=returns)
    changed = tuple(forged if f.name == "total" else f for f in program(path).functions)
    with pytest.raises(PointerError, match="an argument of total is the pointer tape_ptr"):
        compile_program(replace(program(path), functions=changed))


def test_number_declared_as_cursor_rejected() -> None:
    path, functions = recursion()
    total = functions["total"]
    forged = replace(total, arguments=(*total.arguments[:4], "cursor:output", *total.arguments[5:]))
    changed = tuple(forged if f.name == "total" else f for f in program(path).functions)
    with pytest.raises(SignatureError, match="only main may"):
        compile_program(replace(program(path), functions=changed))


def test_functions_out_of_order_rejected() -> None:
    path, _ = recursion()
    with pytest.raises(SignatureError, match="ascending"):
        compile_program(replace(program(path), functions=program(path).functions[::-1]))


def test_program_without_main_rejected() -> None:
    path, _ = recursion()
    with pytest.raises(SignatureError, match="no function main"):
        compile_program(replace(program(path), functions=program(path).functions[:-1]))


def test_main_with_an_argument_rejected() -> None:
    path, functions = recursion()
    forged = replace(functions["main"], arguments=(*functions["main"].arguments, "felt"))
    changed = tuple(forged if f.name == "main" else f for f in program(path).functions)
    with pytest.raises(SignatureError, match="main takes and returns"):
        compile_program(replace(program(path), functions=changed))


def test_changed_hint_rejected() -> None:
    book = book_program()
    hints = ((book.hints[0][0], "limbs(memory, fp, 4)"), *book.hints[1:])
    with pytest.raises(HintError, match="not in the registry"):
        compile_program(replace(book, hints=hints))


def test_control_that_runs_off_the_bytecode_rejected() -> None:
    path, _ = recursion()
    with pytest.raises(ControlFlowError, match="control leaves main"):
        compile_program(replace(program(path), bytecode=program(path).bytecode[:-1]))


def test_row_that_returns_something_else_rejected() -> None:
    path = HERE / "programs" / "recursion.cairo"
    tables = machine(compiled(path), [])
    execution = tables.execute([3, 1])
    with pytest.raises(CheckError):
        tables.check(replace(execution, outputs=[1, 4]))
