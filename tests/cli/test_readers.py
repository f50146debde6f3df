"""The tables of a book are for their owner, and a successful proof names no account."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

AT = ("--at", "2026-01-31T12:00:00Z")


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


def test_tables_of_a_template_are_private(plimsoll: Any, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert plimsoll("init", tmp_path / "new").code == 0
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    expected = {"accounts.csv": 0o600, "holdings.csv": 0o600}
    expected |= dict.fromkeys(("snapshot.json", "parameters.json", "README.md"), 0o644)
    assert modes(tmp_path / "new") == expected


def test_template_in_a_folder_for_everybody_rejected(plimsoll: Any, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    outcome = plimsoll("init", tmp_path)
    assert outcome.code == 3 and "can be written by everybody" in outcome.err
    assert list(tmp_path.iterdir()) == []


def test_readable_tables_are_warned_of(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    commands = (("check",), ("prove", "--out", tmp_path / "p.proof"))
    book.chmod(0o755)
    for mode in (0o604, 0o640):
        (book / "holdings.csv").chmod(mode)
        for command, *options in commands:
            outcome = plimsoll(command, book, *AT, *options, *(("--force",) if command == "prove" else ()))
            assert outcome.code == 0
            assert f"holdings.csv can be read by others than their owner: chmod 600 {book}" in outcome.err
    book.chmod(0o700)
    assert "can be read by others" not in plimsoll("check", book, *AT).err
    book.chmod(0o755)
    (book / "holdings.csv").chmod(0o600)
    assert "can be read by others" not in plimsoll("check", book, *AT).err


def test_readable_opening_is_warned_of(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "p.proof", "--force")
    assert plimsoll("prove", book, *AT, *out).code == 0
    (book / "opening-1.json").chmod(0o644)
    outcome = plimsoll("prove", book, *AT, *out)
    assert outcome.code == 0 and f"chmod 600 {book / 'opening-1.json'}" in outcome.err


def test_proof_names_no_account(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    """grace has no holdings: `check` says who, `prove` how many."""
    assert "grace" in plimsoll("check", book, *AT).err
    for options in ((), ("--json", "--force")):
        outcome = plimsoll("prove", book, *AT, "--out", tmp_path / "p.proof", *options)
        assert outcome.code == 0 and "1 account without holdings" in outcome.out + outcome.err
        accounts = [line.split(",")[0] for line in (book / "accounts.csv").read_text().splitlines()[1:]]
        assert not [name for name in accounts if name in outcome.out + outcome.err]
