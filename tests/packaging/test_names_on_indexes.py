"""Nobody is told to install Plimsoll by a name: on a package index these names are somebody else's, or anybody's."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

OWN = re.compile(r"plimsoll(?:[-_.]core)?", re.IGNORECASE)
BY_NAME = re.compile(
    r"""plimsoll(?:[-_]core)?\[\w                    # an extra by name: plimsoll[book]
    |plimsoll(?:[-_]core)?\s*(?:==|>=|~=)\s*[0-9]  # a requirement by name
    |(?:pip|pipx|uv|uvx)\s+(?:\w+\s+)*?(?:install|add|run)\s[^\n`"']*\bplimsoll(?:[-_]core)?\b(?![/_-])
    |install(?:ing)?\s+(?:the\s+extra\s+)?`?plimsoll(?:[-_]core)?\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


@pytest.mark.parametrize(
    "text",
    [
        "install plimsoll[prove], or run",
        "install the extra plimsoll[book]",
        "pip install plimsoll",
        "pip install -U plimsoll-core",
        "python -m pip install --upgrade plimsoll_core",
        "uv pip install plimsoll",
        "plimsoll-core==0.1.0",
    ],
)
def test_pattern_finds_such_names(text: str) -> None:
    assert BY_NAME.search(text), text


def test_no_message_or_document_names_an_install_from_an_index(repository: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=repository, capture_output=True, check=True).stdout
    names = [name for name in listed.decode().split("\0") if name.endswith((".py", ".md", ".toml", ".rs", "Makefile"))]
    assert "README.md" in names and "cli/main.py" in names
    found = [
        f"{name}: {match[0]}"
        for name in names
        if name != "tests/packaging/test_names_on_indexes.py" and (repository / name).is_file()
        for match in BY_NAME.finditer((repository / name).read_text(encoding="utf-8"))
    ]
    assert found == []


def test_nothing_requires_our_own_names(repository: Path) -> None:
    project = tomllib.loads((repository / "pyproject.toml").read_text())
    groups = {**project["project"]["optional-dependencies"], **project["dependency-groups"]}
    required = [*project["project"]["dependencies"], *(one for group in groups.values() for one in group)]
    assert [one for one in required if OWN.match(one)] == []
    locks = [line for path in repository.glob("requirements/*.lock") for line in path.read_text().splitlines()]
    assert [line for line in locks if OWN.match(line)] == []


def test_documents_install_with_digests(repository: Path) -> None:
    for name in ("README.md", "docs/quickstart.md"):
        lines = [line for line in (repository / name).read_text().splitlines() if "pip install" in line]
        assert len(lines) == 2
        assert "--no-deps --require-hashes -r requirements/verify.lock -r requirements/build.lock" in lines[0]
        assert lines[1].endswith("pip install --no-deps --no-build-isolation .")
