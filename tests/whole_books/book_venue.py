"""The template book on disk, and commands run in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import main
from plimsoll.cli.template_book import template_files

TIME = "2026-01-31T12:00:00Z"
AT = ("--at", TIME)
CRASH = {"version": 1, "name": "moves", "revision": 1, "scenarios": [{"name": "crash", "default": "-0.3"}]}


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it wrote on stdout."""
        return json.loads(self.out)


class Commands:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        self.capsys.readouterr()
        code = run(*arguments)
        out, err = self.capsys.readouterr()
        return Outcome(code, out, err)


def run(*arguments: object) -> int:
    return main.run([str(one) for one in arguments])


def write_book(path: Path) -> Path:
    """The template book, dated."""
    path.mkdir(parents=True)
    for name, text in template_files(TIME).items():
        (path / name).write_text(text)
        (path / name).chmod(0o600 if name.endswith(".csv") else 0o644)
    return path


def market(folder: Path) -> tuple[object, ...]:
    """The options that name the market of `folder/book`."""
    return ("--market", folder / "book" / "snapshot.json", "--parameters", folder / "book" / "parameters.json")
