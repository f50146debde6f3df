"""Each program in refused/ is refused with the error and at the line that its header says.

Header: `// refused: ERROR, line N`, why, and for most a line `// instead: ...` for each line that, in place of line N,
makes the program acceptable: so it is that line which is refused, and nothing else of the program.

That each refusal is needed, or why it is there if it is not, is shown by taking it out (refusals.py).
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from machine import CIRCUITS, HERE, PROGRAMS, program
from refusal_cases import CASES, MORE, RULES
from refusals import PAGE, Case, Site, modules, page, refusing, sites

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


CONTROL = ("ImpossiblePath", "Undecided")
"""Raised to prune a path or to ask for a decision: no refusals."""


def test_every_refusal_of_the_sources_has_a_case() -> None:
    assert {site.key for site in sites()} == set(CASES)


def cases(site: Site) -> list[Case]:
    return [CASES[site.key], *(case for key, case in MORE if key == site.key)]


@pytest.mark.parametrize("site", [s for s in sites() if s.error not in CONTROL], ids=lambda s: s.key)
def test_a_case_is_refused_where_it_says(site: Site) -> None:
    for case in cases(site):
        if case.verdict == "internal":
            continue
        given = program(case.path)
        with pytest.raises(CompileError) as refusal:
            compile_program(case.edit(given) if case.edit else given)
        error = refusal.value.__cause__ if site.module == "instructions" else refusal.value
        assert error is not None
        assert refusing(error) == (site.module, site.function, site.place)


def test_no_program_comes_to_an_internal_refusal() -> None:
    internal = {(s.module, s.function, s.place) for s in sites() if CASES[s.key].verdict == "internal"}
    met = set()
    for path in [*REFUSED, *PROGRAMS]:
        try:
            compile_program(program(path))
        except CompileError as e:
            met.add(refusing(e))
    assert internal and not internal & met


def test_refusals_are_what_the_page_says() -> None:
    """Takes out every refusal and rule, and compares what comes of it with the page and with its case."""
    text, verdicts = page(CASES, MORE, RULES)
    assert text == PAGE.read_text(), "run `python tests/circuits/refusals.py`"
    assert verdicts["lie"] > 20


def test_no_refusal_is_an_assert_statement() -> None:
    """`python -O` leaves assert statements out."""
    for path in modules():
        assert not re.search(r"^\s*assert\b", path.read_text(), re.M), path.name
