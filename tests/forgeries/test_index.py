"""docs/security/attack-index.md names what tries each attack: every name in it exists, and no attack is without one."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PAGE = "docs/security/attack-index.md"
ABSENT = "Not in this version"
FILES = {"vectors/book-v1": ".json", "circuits/refused": ".cairo"}
"""Folders whose files are named, with the ending that the page leaves out."""


def rows(text: str) -> list[tuple[str, str]]:
    """(attack, what tries it) of each row of each table."""
    cells = [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]
    assert all(len(row) == 2 for row in cells)
    return [(row[0], row[1]) for row in cells if row[1] not in ("tried by", "---")]


def named(cell: str) -> Iterator[tuple[str, str]]:
    """(file or folder, name) of each thing that a cell names; an empty name means the whole file."""
    for part in cell.split(";"):
        place, *names = re.findall(r"`([^`]+)`", part) or [""]
        if place:
            yield from ((place, name) for name in names or [""])


@cache
def _tests_of(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def exists(tests: Path, place: str, name: str) -> bool:
    if place in FILES:
        return (tests / place / (name + FILES[place])).is_file()
    path = tests / place
    return path.is_file() and bool(_tests_of(path)) and (not name or name in _tests_of(path))


@pytest.fixture
def index(repository: Path) -> list[tuple[str, str]]:
    return rows((repository / PAGE).read_text(encoding="utf-8"))


def test_everything_that_the_index_names_exists(index: list[tuple[str, str]], repository: Path) -> None:
    all_of_them = [one for _, cell in index for one in named(cell)]
    assert len(all_of_them) > 200
    missing = [f"{place} {name}" for place, name in all_of_them if not exists(repository / "tests", place, name)]
    assert missing == []


def test_no_attack_is_without_a_test(index: list[tuple[str, str]]) -> None:
    assert [attack for attack, cell in index if not list(named(cell)) and ABSENT not in cell] == []


def test_every_file_of_forgeries_is_in_the_index(index: list[tuple[str, str]], repository: Path) -> None:
    files = {f"forgeries/{path.name}" for path in (repository / "tests" / "forgeries").glob("test_*.py")}
    about_pages = {"forgeries/test_index.py", "forgeries/test_listed.py"}
    assert files - about_pages <= {place for _, cell in index for place, _ in named(cell)}


def test_name_that_does_not_exist_is_seen(repository: Path) -> None:
    tests = repository / "tests"
    assert exists(tests, "forgeries/test_index.py", "test_name_that_does_not_exist_is_seen")
    assert not exists(tests, "forgeries/test_index.py", "test_nothing")
    assert not exists(tests, "forgeries/test_nothing.py", "")
    assert not exists(tests, "vectors/book-v1", "nothing") and exists(tests, "vectors/book-v1", "honest")
