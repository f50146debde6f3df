"""Texts of hostile files on the terminal: no control character, no line of their own, no turned direction, no emoji."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import console
from plimsoll.engine.problems import printable
from plimsoll.verifier.statement import read_proof, write_proof

AT = ("--at", "2026-01-31T12:00:00Z")
HOSTILE = "\x1b[2J\x1b[1;1H\r\nvalid: every account\x9b1A\u2028valid:\u202e\u2066\u200f\x07\x00[bold]:white_check_mark:"
BAD = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\u2705]")


def harmless(outcome: Any) -> str:
    """What was shown, if nothing in it is a control character or a line that begins with a verdict."""
    text: str = outcome.out + outcome.err
    assert BAD.search(text) is None, repr(text)
    assert not re.search(r"^\s*valid:", text, re.MULTILINE)
    return text


@pytest.fixture
def hostile_proof(proven: Path, tmp_path: Path) -> Any:
    """A proof whose statement has a hostile text in the named field."""

    def make(field: str) -> Path:
        statement, body = read_proof((proven / "book.proof").read_bytes())
        if field == "profile":
            statement = replace(statement, profile=replace(statement.profile, name=HOSTILE))
        else:
            statement = replace(statement, **{field: HOSTILE})
        (tmp_path / "hostile.proof").write_bytes(write_proof(statement, body))
        return tmp_path / "hostile.proof"

    return make


@pytest.mark.parametrize("field", ["kind", "shape", "profile"])
@pytest.mark.parametrize("command", ["verify", "inspect", "security"])
def test_statement(plimsoll: Any, hostile_proof: Any, proven: Path, field: str, command: str) -> None:
    market = ("--market", proven / "snapshot.json", "--parameters", proven / "parameters.json")
    options = {"verify": (*market, *AT), "inspect": (), "security": ()}[command]
    outcome = plimsoll(command, hostile_proof(field), *options)
    assert outcome.code == (1 if command == "verify" or field in ("kind", "shape") else 0)
    if field == "profile" or command != "security":
        assert "\\x1b" in harmless(outcome)
        assert ":white_check_mark:" in harmless(outcome)
    assert "valid: every account under" not in outcome.out


def test_json_keys(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    snapshot = json.loads((proven / "snapshot.json").read_text())
    for name, changed in {
        "unknown": {**snapshot, HOSTILE: 1},
        "price": {**snapshot, "prices": {HOSTILE: HOSTILE}},
        "value": {**snapshot, "quote": HOSTILE},
    }.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(changed))
        options = ("--market", tmp_path / f"{name}.json", "--parameters", proven / "parameters.json")
        outcome = plimsoll("verify", proven / "book.proof", *options, *AT)
        assert outcome.code == 3
        assert "\\x1b" in harmless(outcome)


def test_names_of_emoji_stay_text(plimsoll: Any, book: Path) -> None:
    text = (book / "snapshot.json").read_text()
    (book / "snapshot.json").write_text(text.replace("My Venue", "A :white_check_mark: x"))
    outcome = plimsoll("check", book, *AT)
    assert outcome.code == 0
    assert "A :white_check_mark: x" in harmless(outcome)


def test_columns_and_values_of_tables(plimsoll: Any, book: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    (book / "accounts.csv").unlink()
    pq.write_table(pa.table({"account": ["a"], HOSTILE: ["b"]}), book / "accounts.parquet")
    outcome = plimsoll("check", book, *AT)
    assert outcome.code == 3
    assert "\\x1b" in harmless(outcome)
    (book / "holdings.csv").write_text(f'account,instrument,quantity\nalice,"\x1b[2J\u202e{HOSTILE[-17:]}",1\n')
    outcome = plimsoll("check", book, *AT)
    assert outcome.code == 3
    assert "u202e" in harmless(outcome)


def test_lies_of_vectors(plimsoll: Any, repository: Path, tmp_path: Path) -> None:
    source = repository / "tests" / "vectors" / "book-v1"
    for path in (*source.glob("*.zlib"), *(source / f"{one}.json" for one in ("suite", "snapshot", "parameters"))):
        shutil.copy(path, tmp_path / path.name)
    vector = json.loads((source / "file-magic.json").read_text())
    wrong = vector | {"name": "wrong", "lie": HOSTILE, "expect": {"verdict": "valid"}}
    (tmp_path / "wrong.json").write_text(json.dumps(wrong))
    outcome = plimsoll("conformance", tmp_path)
    assert outcome.code == 1
    assert "\\x1b" in harmless(outcome)
    (tmp_path / "wrong.json").write_text(json.dumps(wrong | {HOSTILE: 1, HOSTILE * 2: 2}))
    outcome = plimsoll("conformance", tmp_path)
    assert outcome.code == 3 and outcome.err.count("\n") == 1
    assert "\\x1b" in harmless(outcome)


def test_names_of_files(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    book = shutil.copytree(proven, tmp_path / "venue")
    (book / "opening-1.json").unlink()
    (book / "book.proof").rename(book / "\x1b[2J\nvalid: all is well\u202e")
    outcome = plimsoll("prove", book, *AT, "--out", tmp_path / "p.proof")
    assert outcome.code == 3 and "is a proof of sequence 1" in outcome.err
    assert "\\x1b" in harmless(outcome)
    outcome = plimsoll("inspect", proven / HOSTILE.replace("\0", ""))
    assert outcome.code == 3
    assert "\\x1b" in harmless(outcome)
    named = tmp_path / "[bold]:white_check_mark:\x1b[2J.proof"
    shutil.copy(proven / "book.proof", named)
    for command in ("inspect", "security"):
        outcome = plimsoll(command, named)
        assert outcome.code == 0
        assert "[bold]:white_check_mark:\\x1b[2J" in harmless(outcome)


def test_usage_errors(plimsoll: Any, tmp_path: Path) -> None:
    outcome = plimsoll("verify", tmp_path / "x", "--at", HOSTILE)
    assert outcome.code == 2
    harmless(outcome)
    outcome = plimsoll("init", tmp_path / HOSTILE.replace("\0", "").replace("/", ""))
    assert outcome.code == 0
    harmless(outcome)


def test_printable() -> None:
    assert printable("Zürich 東京 a\\b") == "Zürich 東京 a\\b"
    assert printable("a\nb\x1b\x85\u202e\udcff") == "a\\nb\\x1b\\x85\\u202e\\udcff"
    assert len(console.plain("x" * 70_000)) < 1_100 and console.plain("x" * 70_000 + "end").endswith("end")
