"""Each program in refused/ is refused with the error and at the line that its header says.

Header: `// refused: ERROR, line N`, why, and for most a line `// instead: ...` for each line that, in place of line N,
makes the program acceptable: so it is that line which is refused, and nothing else of the program.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from machine import CIRCUITS, HERE, program

from plimsoll.circuits.compiler import CompileError, compile_program, errors
from plimsoll.circuits.toolchain import compile_source

REFUSED = sorted((HERE / "refused").glob("*.cairo"))
HEADER = re.compile(r"// refused: (\w+)(?:, line (\d+))?\n// .+\n")


def insteads(path: Path) -> list[str]:
    return re.findall(r"^// instead: ?(.*)$", path.read_text(), re.M)


@pytest.mark.parametrize("path", REFUSED, ids=lambda p: p.stem)
def test_program_rejected(path: Path) -> None:
    header = HEADER.match(path.read_text())
    assert header is not None
    with pytest.raises(CompileError) as refusal:
        compile_program(program(path))
    assert type(refusal.value).__name__ == header[1]
    if header[2] is not None:
        assert (refusal.value.file, refusal.value.line) == (path.name, int(header[2]))
        assert str(refusal.value).startswith(f"{path.name}:{header[2]}: {header[1]}: ")


@pytest.mark.parametrize("path", [p for p in REFUSED if insteads(p)], ids=lambda p: p.stem)
def test_refused_line_is_what_is_refused(path: Path, tmp_path: Path) -> None:
    text = path.read_text()
    header = HEADER.match(text)
    assert header is not None
    lines = text.split("\n")
    lines[int(header[2]) - 1] = "\n".join(insteads(path))
    repaired = tmp_path / path.name
    repaired.write_text("\n".join(lines))
    assert compile_program(compile_source(repaired, CIRCUITS)).paths


def test_every_kind_of_refusal_has_a_program() -> None:
    kinds = {n for n, item in vars(errors).items() if isinstance(item, type) and issubclass(item, CompileError)}
    tested = {match[1] for p in REFUSED if (match := HEADER.match(p.read_text()))}
    assert tested == kinds - {"CompileError"}
