"""What each refusal of the compiler is good for: it is taken out, and a program that it refused is compiled and run.

A refusal is a `raise` in circuits/compiler or in the decoder of instructions; the list is made from the sources, so a
new one without a case fails. It is taken out of the running compiler by swapping the code of its function for one in
which other statements (mostly `pass`) stand in place of the `raise`. Then the refused program gets a witness that
`checker.check` accepts, or not:

- `lie`: it does, and cairo-lang's VM refuses the memory that is rebuilt from it (or none can be), and on the same tape
  it refuses or gives other outputs;
- `choice`: it does, and there is a memory, but in it the prover chose what the program does not say: the VM, which
  cannot choose, refuses the tape;
- `second line`: the compiler still does not compile the program: another refusal, or a crash;
- `cautious`: the refused program would be harmless, or has no witness at all;
- `internal`: no program comes there.

`python tests/circuits/refusals.py` writes docs/security/refusals.md.
"""

from __future__ import annotations

import ast
import copy
import importlib
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import CodeType
from typing import Any

sys.path.append(str(Path(__file__).parent.parent / "random_programs"))

from machine import CIRCUITS, HERE, Machine, cairo, machine, program
from rebuild import RebuildError, judge, padded, rebuild, recorded_paths

from plimsoll.circuits import vm
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.compiler import CompiledProgram, CompileError, compile_program
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Execution, WitnessError
from plimsoll.circuits.program import Program
from plimsoll.circuits.tables import Op, Table

PAGE = CIRCUITS.parent / "docs" / "security" / "refusals.md"
SCHEDULE = [*range(10, 34)]
"""The cells of the schedule in every case, cut into records of the size that the program declares."""


@dataclass(frozen=True)
class Site:
    """One `raise`: module, function, its place among the function's raises, the error and its message."""

    module: str
    function: str
    place: int
    error: str
    message: str

    @property
    def key(self) -> str:
        return f"{self.module}.{self.function}.{self.place}"


@dataclass(frozen=True)
class Rule:
    """A line that makes a constraint or a message, and what stands in its place in the test."""

    module: str
    function: str
    line: str

    @property
    def key(self) -> str:
        return f"{self.module}.{self.function}: {self.line}"


@dataclass(frozen=True)
class Case:
    """What shows what a refusal is good for.

    Attributes:
        program: a file of refused/, or of programs/ where that stands in the name.
        verdict: what must come out.
        why: for the page.
        tape: the input on which the two machines are compared.
        instead: statements in place of the `raise`.
        edit: changes the program, for refusals that no Cairo source brings about.
        adapt: changes the compiled tables before they are filled.
        fill: changes the filled rows.
    """

    program: str
    verdict: str
    why: str
    tape: tuple[int, ...] = ()
    instead: str = "pass"
    edit: Callable[[Program], Program] | None = None
    adapt: Callable[[CompiledProgram], CompiledProgram] | None = None
    fill: Callable[[Machine, Execution], Execution] | None = None

    @property
    def path(self) -> Path:
        folder, _, name = self.program.rpartition("/")
        return HERE / (folder or "refused") / f"{name}.cairo"


def modules() -> list[Path]:
    """The compiler and the decoder of instructions."""
    return [*sorted((CIRCUITS / "compiler").glob("*.py")), CIRCUITS / "instructions.py"]


def module_path(name: str) -> Path:
    [path] = [p for p in modules() if p.stem == name]
    return path


def raises(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef, int, ast.Raise]]:
    """(qualified name, function, place, raise) of every raise but those that pass an error on (`raise` alone)."""

    def visit(node: ast.AST, names: tuple[str, ...]) -> Iterator[tuple[str, ast.FunctionDef, int, ast.Raise]]:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef):
                found = [n for n in ast.walk(child) if isinstance(n, ast.Raise) and n.exc is not None]
                found.sort(key=lambda n: n.lineno)
                yield from ((".".join([*names, child.name]), child, i, n) for i, n in enumerate(found, 1))
            elif isinstance(child, ast.ClassDef):
                yield from visit(child, (*names, child.name))

    yield from visit(tree, ())


def described(function: ast.FunctionDef, raised: ast.Raise) -> tuple[str, str]:
    """The error's class and message, with `…` for what is filled in. A name is looked up where it was assigned."""
    error = raised.exc
    if isinstance(error, ast.Name):
        assigned = [n for n in ast.walk(function) if isinstance(n, ast.Assign) and n.lineno < raised.lineno]
        named = [n for n in assigned if ast.unparse(n.targets[0]) == error.id]
        error = max(named, key=lambda n: n.lineno).value if named else error
    if not isinstance(error, ast.Call):
        return ast.unparse(error or raised), ""
    text = error.args[0]
    parts = text.values if isinstance(text, ast.JoinedStr) else [text]
    message = "".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in parts)
    return ast.unparse(error.func), message


def sites() -> list[Site]:
    """Every refusal, from the sources."""
    return [
        Site(path.stem, name, place, *described(function, raised))
        for path in modules()
        for name, function, place, raised in raises(ast.parse(path.read_text()))
    ]


def refusing(error: BaseException) -> tuple[str, str, int]:
    """Module, function and place of the `raise` that an error comes from."""
    traceback = error.__traceback__
    assert traceback is not None
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    path = Path(traceback.tb_frame.f_code.co_filename)
    for name, _, place, raised in raises(ast.parse(path.read_text())):
        if raised.lineno <= traceback.tb_lineno <= (raised.end_lineno or raised.lineno):
            return path.stem, name, place
    raise AssertionError(f"no refusal stands in {path.name}:{traceback.tb_lineno}")


def code_of(code: CodeType, name: str) -> CodeType:
    [found] = [c for c in nested(code) if c.co_qualname == name]
    return found


def nested(code: CodeType) -> Iterator[CodeType]:
    for item in code.co_consts:
        if isinstance(item, CodeType):
            yield item
            yield from nested(item)


def statement(tree: ast.Module, site: Site | Rule) -> ast.stmt:
    """The statement of a site or rule."""
    if isinstance(site, Site):
        [found] = [r for name, _, place, r in raises(tree) if (name, place) == (site.function, site.place)]
        return found
    node: Any = tree
    for name in site.function.split("."):
        [node] = [n for n in node.body if isinstance(n, (ast.ClassDef, ast.FunctionDef)) and n.name == name]
    [line] = [n for n in ast.walk(node) if isinstance(n, ast.stmt) and ast.unparse(n) == site.line]
    return line


@contextmanager
def without(site: Site | Rule, instead: str = "pass") -> Iterator[None]:
    """The compiler with other statements in place of one."""
    path = module_path(site.module)
    tree = ast.parse(path.read_text())
    old = statement(tree, site)

    class Swap(ast.NodeTransformer):
        def visit(self, node: ast.AST) -> Any:
            return ast.parse(instead).body if node is old else super().visit(node)

    tree = ast.fix_missing_locations(Swap().visit(tree))
    package = "plimsoll.circuits" if path.parent == CIRCUITS else "plimsoll.circuits.compiler"
    target: Any = importlib.import_module(f"{package}.{site.module}")
    for name in site.function.split("."):
        target = getattr(target, name)
    original = target.__code__
    target.__code__ = code_of(compile(tree, str(path), "exec"), site.function)
    try:
        yield
    finally:
        target.__code__ = original


@dataclass(frozen=True)
class Outcome:
    """A verdict, and what was seen."""

    verdict: str
    seen: str


def outcome(site: Site | Rule, case: Case) -> Outcome:
    """Takes the refusal or rule out and looks what becomes of the case's program."""
    given = program(case.path)
    given = case.edit(given) if case.edit else given
    with without(site, case.instead):
        try:
            compiled = compile_program(given)
        except CompileError as e:
            return Outcome("second line", f"{type(e).__name__}: {e.message}")
        except Exception as e:  # whatever the compiler breaks on
            return Outcome("second line", f"a crash: {type(e).__name__}")
        compiled = case.adapt(compiled) if case.adapt else compiled
        size = compiled.record_sizes.get("schedule", 1)
        records = [SCHEDULE[i : i + size] for i in range(0, len(SCHEDULE), size)]
        return compared(case, given, compiled, machine(compiled, records))


def compared(case: Case, given: Program, compiled: CompiledProgram, m: Machine) -> Outcome:
    """Both machines on the case's tape, and the memory of the rows."""
    tape, in_cairo = [x % P for x in case.tape], copy.copy(cairo(case.path))
    in_cairo.data = list(given.bytecode)
    try:
        execution = widened(m, m.execute(tape))
        execution = case.fill(m, execution) if case.fill else execution
        m.check(execution)
    except (WitnessError, CheckError, KeyError, ValueError) as e:
        return Outcome("cautious", f"no witness: {type(e).__name__}")
    try:
        in_vm: list[int] | None = vm.run(in_cairo, tape, m.records)
        said = f"the VM gives {in_vm}"
    except vm.VmError:
        in_vm, said = None, "the VM refuses"
    try:
        memory = rebuild(given, recorded_paths(given, compiled), m.tables, execution.rows, execution.outputs)
        judge(in_cairo, memory, padded(m.tables))
        rebuilt = True
    except (RebuildError, KeyError, IndexError):
        rebuilt = False
    if in_vm == execution.outputs:
        return Outcome("cautious" if rebuilt else "unclear", f"tables and VM give {in_vm}")
    return Outcome("choice" if rebuilt else "lie", f"the tables accept {execution.outputs}, {said}")


def gullible(*steps: str, last_first: bool = False) -> Callable[[CompiledProgram], CompiledProgram]:
    """The witness program without some of its steps: columns stay zero, branches fit; or with the last path first."""

    def adapt(compiled: CompiledProgram) -> CompiledProgram:
        kept = [
            replace(p, witness=p.witness | {"steps": [s for s in p.witness["steps"] if s["op"] not in steps]})
            for p in compiled.paths
        ]
        return replace(compiled, paths=tuple(reversed(kept) if last_first else kept))

    return adapt


def widened(m: Machine, execution: Execution) -> Execution:
    """The root's row with zeros in front, if main gave fewer outputs than the root has."""
    root = m.witness["root"]
    missing = m.tables.tables[root].publics - len(execution.outputs)
    outputs, rows = [0] * missing + execution.outputs, list(execution.rows)
    first = rows[root][0]
    rows[root] = [[first[0], *outputs, *first[1 + len(execution.outputs) :]], *rows[root][1:]]
    return Execution(rows, outputs)


def idle_row(name: str, tape: Mapping[int, int]) -> Callable[[Machine, Execution], Execution]:
    """One more row of a table, of no call, with cells in the columns of its tape (by their place on it, from 1)."""

    def fill(m: Machine, execution: Execution) -> Execution:
        [table] = [i for i, t in enumerate(m.tables.tables) if t.name == name]
        [path] = [p for p in m.witness["paths"] if p["table"] == table]
        columns = [s["column"] for s in path["steps"] if s["op"] == "tape"]
        row = [0] * m.tables.tables[table].width
        for place, value in tape.items():
            row[columns[place - 1]] = value
        rows = list(execution.rows)
        rows[table] = [*rows[table], row]
        return Execution(rows, execution.outputs)

    return fill


def zero_padded(compiled: CompiledProgram) -> CompiledProgram:
    """Main's claims filled up with zeros on the left to one width, as the proof library does with a bus's tuples."""
    width = 1 + max(len(p.witness["returns"]) for p in compiled.paths)

    def fill(table: Table) -> Table:
        zero, nodes = len(table.nodes), (*table.nodes, replace(table.nodes[0], op=Op.CONST, a=0, b=0))
        messages = tuple(
            replace(m, fields=(*[zero] * (width - len(m.fields)), *m.fields)) if m.bus == "fn:main" else m
            for m in table.messages
        )
        return replace(table, nodes=nodes, messages=messages)

    paths = tuple(replace(p, table=fill(p.table)) for p in compiled.paths)
    return replace(compiled, paths=paths, outputs=width - 1)


HEAD = """# Refusals of the compiler

Written by `python tests/circuits/refusals.py`; `tests/circuits/test_refusals.py` compares it and runs every line again.
What a program may not do is said in [the compiler's page](../compiler.md); why the rest is sound, in
[the compiler's correctness](compiler-correctness.md).

Each refusal was taken out of the compiler, and the program named here, which it refuses, was compiled and run:

- **lie**: the tables accept rows; cairo-lang's VM refuses the memory that is rebuilt from them (or none can be), and
  on the same tape it refuses or gives other outputs. Without the refusal a proof could be false.
- **choice**: the tables accept rows that are a Cairo memory, in which the prover chose what the program does not say.
- **second line**: the compiler still does not compile the program, by another refusal or by breaking off.
- **cautious**: the refused program would be harmless, or has no witness at all.
- **internal**: no program comes there; the line holds a promise within the compiler.

Programs stand in `tests/circuits/refused`, unless a folder is named. In `edited`, the program's table of functions
or a word of its bytecode is changed, which no Cairo source can bring about.

"""


def table(rows: list[tuple[str, str, Case, Outcome]]) -> str:
    lines = ["| where | refusal | program | without it | seen | why |", "|---|---|---|---|---|---|"]
    for where, message, case, found in rows:
        cells = [
            f"`{where}`",
            message,
            f"`{case.program}`" if case.program else "",
            f"**{found.verdict}**",
            found.seen,
            case.why,
        ]
        lines.append("| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |")
    return "\n".join(lines) + "\n"


def page(
    cases: Mapping[str, Case], more: Sequence[tuple[str, Case]], rules: Mapping[Rule, Case]
) -> tuple[str, dict[str, int]]:
    """The page, every case having been run, and how often each verdict came out.

    Raises AssertionError where a verdict is not the one that its case states.
    """
    refusals, others = [], []
    for site in sites():
        for case in [cases[site.key], *(c for key, c in more if key == site.key)]:
            found = outcome(site, case) if case.verdict != "internal" else Outcome("internal", "")
            assert found.verdict == case.verdict, (site.key, found)
            refusals.append((f"{site.module}.{site.function}", f"{site.error} {site.message}".strip(), case, found))
    for rule, case in rules.items():
        found = outcome(rule, case)
        assert found.verdict == case.verdict, (rule.key, found)
        others.append((f"{rule.module}.{rule.function}", f"`{rule.line}`", case, found))
    counts = Counter(found.verdict for *_, found in [*refusals, *others])
    text = HEAD + table(refusals) + "\n## Lines that make a constraint, a message or a border\n\n"
    text += "Taken out or weakened in the same way.\n\n" + table(others).replace("| refusal |", "| line |", 1)
    return text, dict(sorted(counts.items()))


if __name__ == "__main__":
    from refusal_cases import CASES, MORE, RULES

    written, verdicts = page(CASES, MORE, RULES)
    PAGE.write_text(written)
    print(verdicts)
