"""`plimsoll conformance`: a table of verdicts, an exit code, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

NAMES = ("suite", "snapshot", "parameters", "honest", "terminal-flipped", "file-magic", "market-time-later")


@pytest.fixture
def vectors(repository: Path, tmp_path: Path) -> Path:
    """Four of the committed vectors: an honest one, and faults in a body, a header and a market."""
    source = repository / "tests" / "vectors" / "book-v1"
    for path in (*source.glob("*.zlib"), *(source / f"{name}.json" for name in NAMES)):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def test_all_as_expected(plimsoll: Any, vectors: Path) -> None:
    outcome = plimsoll("conformance", vectors)
    assert outcome.code == 0, outcome.err
    assert "4 of 4 vectors as expected" in outcome.out
    rows = {line.split()[0]: line.split()[1:] for line in outcome.out.splitlines() if line and line[0].islower()}
    assert rows["honest"] == ["valid", "valid", "agrees", "yes"]
    assert rows["terminal-flipped"] == ["constraints", "constraints", "agrees", "yes"]
    assert rows["file-magic"] == ["encoding", "encoding", "not", "asked", "yes"]


def test_without_the_core(process: Any, vectors: Path) -> None:
    script = "import sys; sys.modules['plimsoll_core'] = None"
    outcome = process("conformance", vectors, "--json", script=script)
    assert outcome.code == 0, outcome.err
    second = {one["vector"]: one["second"] for one in outcome.json()["vectors"]}
    assert second["honest"] == "not installed"
    assert second["file-magic"] == "not asked"


def test_other_verdict_than_expected_rejected(plimsoll: Any, vectors: Path) -> None:
    vector = json.loads((vectors / "file-magic.json").read_text())
    (vectors / "wrong.json").write_text(json.dumps(vector | {"name": "wrong", "expect": {"verdict": "valid"}}))
    outcome = plimsoll("conformance", vectors, "--json")
    assert outcome.code == 1
    data = outcome.json()
    assert (data["ok"], data["passed"]) == (False, 4)
    [wrong] = [one for one in data["vectors"] if not one["ok"]]
    assert (wrong["vector"], wrong["expected"], wrong["got"]) == ("wrong", "valid", "encoding")
    outcome = plimsoll("conformance", vectors)
    assert outcome.code == 1
    assert outcome.err.startswith("wrong: ")


@pytest.mark.parametrize("kind", ["missing", "no suite", "not JSON", "misspelt"])
def test_unreadable_vectors_rejected(plimsoll: Any, vectors: Path, kind: str) -> None:
    if kind == "no suite":
        (vectors / "suite.json").unlink()
    elif kind == "not JSON":
        (vectors / "bad.json").write_text("{")
    elif kind == "misspelt":
        (vectors / "bad.json").write_text('{"nmae": "bad"}')
    outcome = plimsoll("conformance", vectors / "none" if kind == "missing" else vectors)
    assert outcome.code == 3
    assert outcome.err.startswith("error: ")
