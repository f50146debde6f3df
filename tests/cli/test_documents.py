"""The documents name every option and every finding, and no other."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plimsoll.cli import main as module


def section(repository: Path, command: str) -> str:
    text = (repository / "docs" / "command-line.md").read_text()
    return text.split(f"## `plimsoll {command}")[1].split("\n## ")[0]


@pytest.mark.parametrize(
    "command",
    [
        "check",
        "prove",
        "verify",
        "inspect",
        "security",
        "conformance",
        "publish",
        "key",
        "audit",
        "audit-openings",
    ],
)
def test_options_are_documented(repository: Path, command: str) -> None:
    found = module.cli.get_command(module.click.Context(module.cli), command)
    assert found is not None
    options = {name for one in found.params for name in one.opts if name.startswith("--")}
    assert set(re.findall(r"--[a-z][a-z-]+", section(repository, command))) == options


@pytest.mark.parametrize("name", ["prove", "verify"])
def test_options_of_book_are_documented(repository: Path, name: str) -> None:
    group = module.cli.get_command(module.click.Context(module.cli), "book")
    assert isinstance(group, module.click.Group)
    options = {option for one in group.commands[name].params for option in one.opts if option.startswith("--")}
    assert set(re.findall(r"--[a-z][a-z-]+", section(repository, f"book {name}"))) == options


def test_kinds_of_findings_are_documented(repository: Path) -> None:
    sources = (repository / "engine" / "ingest").glob("*.py")
    calls = r'(?:FieldRefusedError|refuse|_note|findings\.extend)\(\s*(?:problems, |\[.*?\], )?"([a-z]+(?:-[a-z]+)*)"'
    kinds = {kind for source in sources for kind in re.findall(calls, source.read_text(), re.DOTALL)}
    assert len(kinds) > 30
    text = (repository / "docs" / "book-format.md").read_text().split("## What is refused, by kind")[1]
    table = text.split("## Size")[0]
    documented = {
        kind
        for row in table.splitlines()[5:]
        for kind in re.findall(r"`([a-z-]+)`", row.split("|")[1:2][0] if "|" in row else "")
    }
    assert documented == kinds
