"""The compiled program as data: reproducible from source, read back as written, and digested whole."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.circuits.book_tables import BOOK_PROGRAM, book_program
from plimsoll.circuits.program import Function, Program, ProgramError
from plimsoll.circuits.toolchain import ToolchainError, compile_source

COMPILED = BOOK_PROGRAM.parent


@pytest.mark.parametrize("path", sorted(COMPILED.glob("*.json")), ids=lambda p: p.stem)
def test_committed_bytecode_is_what_cairo_lang_compiles(path: Path) -> None:
    assert compile_source(COMPILED.parent / f"{path.stem}.cairo").dumps() == path.read_text()


def test_every_program_is_committed_as_bytecode() -> None:
    assert {p.stem for p in COMPILED.parent.glob("*.cairo")} == {p.stem for p in COMPILED.glob("*.json")}


def test_load_gives_what_save_wrote(tmp_path: Path) -> None:
    program = book_program()
    program.save(tmp_path / "book.json")
    assert Program.load(tmp_path / "book.json") == program
    assert (tmp_path / "book.json").read_bytes() == BOOK_PROGRAM.read_bytes()


def changed_programs() -> dict[str, Program]:
    p = book_program()
    f = p.functions[-2]

    def with_function(changed: Function) -> Program:
        return replace(p, functions=(*p.functions[:-2], changed, p.functions[-1]))

    return {
        "word": replace(p, bytecode=(*p.bytecode[:-1], p.bytecode[-1] ^ 1)),
        "length": replace(p, bytecode=(*p.bytecode, 0)),
        "builtin": replace(p, builtins=p.builtins[:-1]),
        "name": with_function(replace(f, name="other")),
        "start": with_function(replace(f, start=f.start + 1)),
        "kind of argument": with_function(replace(f, arguments=("felt", *f.arguments[1:]))),
        "kind of result": with_function(replace(f, returns=("felt", *f.returns[1:]))),
        "record": replace(p, records=(replace(p.records[0], fields=p.records[0].fields[1:]), *p.records[1:])),
        "hint": replace(p, hints=((p.hints[0][0], "limbs(memory, fp, 4)"), *p.hints[1:])),
        "place of hint": replace(p, hints=((p.hints[0][0] + 1, p.hints[0][1]), *p.hints[1:])),
    }


@pytest.mark.parametrize("what", list(changed_programs()))
def test_digest_covers(what: str) -> None:
    assert changed_programs()[what].digest() != book_program().digest()


def test_digest_leaves_source_lines_out() -> None:
    assert replace(book_program(), lines=()).digest() == book_program().digest()


@pytest.mark.parametrize(
    ("key", "value"),
    [("format", 2), ("bytecode", ["0xffffffffffffffff"]), ("bytecode", [7]), ("functions", [{}]), ("hints", 5)],
)
def test_malformed_program_rejected(key: str, value: object) -> None:
    data = json.loads(BOOK_PROGRAM.read_text())
    data[key] = value
    with pytest.raises(ProgramError):
        Program.loads(json.dumps(data))


def test_missing_program_rejected(tmp_path: Path) -> None:
    with pytest.raises(ProgramError, match=r"nothing\.json"):
        Program.load(tmp_path / "nothing.json")


def test_cairo_error_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "bad.cairo").write_text("func main() {\n    let x = ;\n}\n")
    with pytest.raises(ToolchainError, match=r"bad\.cairo"):
        compile_source(tmp_path / "bad.cairo")
