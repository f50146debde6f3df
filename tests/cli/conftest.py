"""A template book on disk, one proof of it for the whole session, and commands run in this process or in their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.main import run
from plimsoll.cli.template_book import template_files

TIME = "2026-01-31T12:00:00Z"


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it wrote on stdout; no binary floating-point number may be in it."""

        def refuse(text: str) -> None:
            raise AssertionError(f"a float in JSON: {text}")

        return json.loads(self.out, parse_float=refuse)


class Commands:
    """Runs commands in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *arguments: object) -> Outcome:
        self.capsys.readouterr()
        code = run([str(one) for one in arguments])
        out, err = self.capsys.readouterr()
        return Outcome(code, out, err)


@pytest.fixture
def plimsoll(capsys: pytest.CaptureFixture[str]) -> Commands:
    """Call it with a command line."""
    return Commands(capsys)


def process(*arguments: object, script: str = "", **environment: str) -> Outcome:
    """A command in a process of its own; `script` runs before it."""
    code = f"{script}\nfrom plimsoll.cli.main import main\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )
    return Outcome(done.returncode, done.stdout, done.stderr)


@pytest.fixture(name="process")
def _process() -> Any:
    return process


def write_book(path: Path) -> Path:
    """The template book, dated."""
    path.mkdir(parents=True, exist_ok=True)
    for name, text in template_files(TIME).items():
        (path / name).write_text(text)
        (path / name).chmod(0o600 if name.endswith(".csv") else 0o644)
    return path


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A healthy book of seven accounts."""
    return write_book(tmp_path / "book")


@pytest.fixture
def failing_book(book: Path) -> Path:
    """bob's collateral is gone: he is bankrupt."""
    text = (book / "holdings.csv").read_text()
    (book / "holdings.csv").write_text(text.replace("bob,USDT,12000", "bob,USDT,-200"))
    return book


@pytest.fixture(scope="session")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a book and `book.proof`, made once at full security. Not to be changed."""
    book = write_book(tmp_path_factory.mktemp("proven"))
    assert run(["prove", str(book), "--at", TIME, "--out", str(book / "book.proof")]) == 0
    return book
