"""Paths that cannot be what is asked for: one line that names them, and never a verdict."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-01-31T12:00:00Z")
LONG = "x" * 300
"""More than a file system takes as a name."""
COMMANDS = {
    "init": ["init", "PATH"],
    "check": ["check", "PATH"],
    "prove": ["prove", "PATH"],
    "verify": ["verify", "PATH", "--market", "PATH", "--parameters", "PATH"],
    "inspect": ["inspect", "PATH"],
    "security": ["security", "PATH"],
    "conformance": ["conformance", "PATH"],
    "demo": ["demo", "--out", "PATH"],
}


def given(name: str, path: object) -> list[str]:
    return [str(path) if one == "PATH" else one for one in COMMANDS[name]]


@pytest.mark.parametrize("name", COMMANDS)
def test_empty_path_rejected(plimsoll: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """`plimsoll init "$BOOK"` with BOOK not set must not fill the current folder."""
    monkeypatch.chdir(tmp_path)
    outcome = plimsoll(*given(name, ""))
    assert outcome.code == 2 and "got an empty text" in outcome.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", COMMANDS)
def test_path_that_is_too_long_rejected(plimsoll: Any, tmp_path: Path, name: str) -> None:
    outcome = plimsoll(*given(name, tmp_path / LONG))
    assert outcome.code in (2, 3) and "File name too long" in outcome.err
    assert "defect" not in outcome.err and list(tmp_path.iterdir()) == []


def test_missing_book_is_named_before_an_existing_proof(
    plimsoll: Any, proven: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(proven)
    outcome = plimsoll("prove", "nothing", *AT)
    assert outcome.code == 3 and "nothing: no such directory" in outcome.err


@pytest.mark.parametrize(
    ("kind", "words"), [("missing", "no such folder"), ("file", "got a file"), ("empty", "has no")]
)
def test_folder_without_vectors_rejected(plimsoll: Any, tmp_path: Path, kind: str, words: str) -> None:
    path = tmp_path / "vectors"
    if kind == "file":
        path.write_text("")
    elif kind == "empty":
        path.mkdir()
    outcome = plimsoll("conformance", path)
    assert outcome.code == 3 and f"{path}: " in outcome.err and words in outcome.err


def test_opening_in_place_of_a_pipe_rejected(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    """It would wait for a writer for ever."""
    os.mkfifo(tmp_path / "pipe")
    outcome = plimsoll("prove", book, *AT, "--out", tmp_path / "p.proof", "--opening", tmp_path / "pipe")
    assert outcome.code == 3 and "expected a regular file" in outcome.err
    assert not (tmp_path / "p.proof").exists()
