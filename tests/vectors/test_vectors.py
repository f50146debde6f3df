"""The committed vectors: what the generator writes, at every step, and with one verdict from two verifiers."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from generate import KEPT, all_faults, vector_files
from vector_edits import FOLDER

from plimsoll.circuits.book_tables import BookTables
from plimsoll.verifier.conformance import ABSENT, AGREES, DIFFERS, NOT_ASKED, run_vector
from plimsoll.verifier.policy import PolicyError
from plimsoll.verifier.statement import Statement
from plimsoll.verifier.vector_files import read_suite
from plimsoll.verifier.vectors import STEPS, Suite, VectorError

NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.name not in KEPT)


@cache
def suite() -> Suite:
    return read_suite(FOLDER)


def upstream(book: BookTables, statement: Statement, body: bytes) -> str | None:
    """The proof library's verdict."""
    from plimsoll.prover.core_api import ProvingError, upstream_verify

    try:
        upstream_verify(book, statement.public_values, statement.digest(), body, statement.profile)
    except ProvingError as error:
        return str(error)
    return None


def test_committed_vectors_are_what_the_generator_writes() -> None:
    assert vector_files() == {f"{name}.json": (FOLDER / f"{name}.json").read_text() for name in NAMES}


def test_vectors_cover_every_step() -> None:
    expected = [fault.expect for fault in all_faults()]
    assert len(expected) >= 40
    assert {*STEPS, "valid", "input"} == set(expected)


@pytest.mark.parametrize("name", NAMES)
def test_vector_is_judged_as_it_says(name: str) -> None:
    [vector] = [vector for vector in suite().vectors if vector.name == name]
    outcome = run_vector(suite(), vector, upstream)
    assert outcome.got == str(vector.expect), outcome.said
    # The second verifier has a say where the proof decides: an accepted one, and the steps after the policy.
    decided = outcome.got in ("valid", *STEPS[STEPS.index("heights") :]) or name.startswith(
        ("body-", "zero-", "above-")
    )
    if name in ("file-without-body", "siblings-4-billion"):
        decided = True
    assert outcome.second == (AGREES if decided else NOT_ASKED), outcome.second_said
    assert bool(outcome.second_said) == (decided and outcome.got != "valid")


def test_disagreement_of_the_second_verifier_fails() -> None:
    [vector] = [vector for vector in suite().vectors if vector.name == "terminals-moved"]
    outcome = run_vector(suite(), vector, lambda *_: None)
    assert (outcome.second, outcome.ok) == (DIFFERS, False)
    assert run_vector(suite(), vector).second == ABSENT
    [honest] = [vector for vector in suite().vectors if vector.name == "honest"]
    assert not run_vector(suite(), honest, lambda *_: "no").ok


def test_wrong_step_fails() -> None:
    [vector] = [vector for vector in suite().vectors if vector.name == "terminals-moved"]
    elsewhere = vector.model_copy(update={"expect": vector.expect.model_copy(update={"step": "terminals"})})
    assert not run_vector(suite(), elsewhere).ok


# The format: what is no vector is refused.


def written(folder: Path, **changes: Any) -> Path:
    """A folder with the suite's bases and one vector."""
    for name in (*KEPT, "honest.proof.zlib", "below-by-one.proof.zlib"):
        (folder / name).write_bytes((FOLDER / name).read_bytes())
    vector = json.loads((FOLDER / "terminal-flipped.json").read_text()) | {"name": "one"} | changes
    (folder / "one.json").write_text(json.dumps(vector))
    return folder


def edit(**changes: Any) -> list[dict[str, Any]]:
    return [{"part": "x", "start": 0, "stop": 1, "put": "00"} | changes]


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "another"},
        {"base": "none"},
        {"colour": "red"},
        {"expect": {"verdict": "invalid"}},
        {"expect": {"verdict": "valid", "step": "openings"}},
        {"expect": {"verdict": "invalid", "step": "luck"}},
        {"edits": edit(put="0")},
        {"edits": edit(put=None)},
        {"edits": edit(take={"base": "honest", "start": 0, "stop": 1})},
        {"edits": edit(put=None, take={"base": "none", "start": 0, "stop": 1})},
        {"edits": edit(put=None, take={"base": "honest", "start": 0, "stop": 1 << 40})},
        {"edits": edit(stop=1 << 40)},
        {"edits": edit(start=2)},
        {"edits": edit() + edit()},
        {"edits": edit(start=-1)},
        {"market": [{"op": "replace", "path": "/prices/NONE", "value": "1"}]},
        {"market": [{"op": "add", "path": "/prices/BTC", "value": "1"}]},
        {"parameters": [{"op": "remove", "path": "/instruments/99"}]},
        {"policy": {"at": "yesterday"}},
        {"policy": {"queries": 1}},
    ],
)
def test_malformed_vector_rejected(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(VectorError):
        read_suite(written(tmp_path, **changes))


def test_vector_with_a_low_floor_unsaid_rejected(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="accept weaker security"):
        read_suite(written(tmp_path, policy={"security_floor": 127}))


@pytest.mark.parametrize("kind", ["missing", "no vectors", "no base", "another base", "outside", "another format"])
def test_unreadable_suite_rejected(tmp_path: Path, kind: str) -> None:
    folder = written(tmp_path)
    head = json.loads((FOLDER / "suite.json").read_text())
    if kind == "missing":
        folder = tmp_path / "none"
    elif kind == "no vectors":
        (folder / "one.json").unlink()
    elif kind == "no base":
        (folder / "honest.proof.zlib").unlink()
    elif kind == "another base":
        head["bases"]["honest"]["file"] = "below-by-one.proof.zlib"
    elif kind == "outside":
        head["bases"]["honest"]["file"] = "../honest.proof.zlib"
    else:
        head["version"] = 2
    (tmp_path / "suite.json").unlink()
    (tmp_path / "suite.json").write_text(json.dumps(head))
    with pytest.raises(VectorError):
        read_suite(folder)


def test_suite_of_a_stranger_rejected(tmp_path: Path) -> None:
    """Too many bases, a link out of the folder, a pipe: refused before anything is unpacked."""
    folder = tmp_path / "suite"
    folder.mkdir()
    for path in FOLDER.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    read_suite(folder)
    text = (folder / "suite.json").read_text()
    raw = json.loads(text)
    [first, *_] = raw["bases"].values()
    raw["bases"] = {f"base-{i}": first for i in range(9)}
    (folder / "suite.json").write_text(json.dumps(raw))
    with pytest.raises(VectorError, match="at most 8 bases, got 9"):
        read_suite(folder)
    (folder / "suite.json").write_text(text)
    for make in (lambda path: path.symlink_to("/etc/hostname"), os.mkfifo):
        make(folder / "stranger.json")
        with pytest.raises(VectorError, match="expected a regular file, no link"):
            read_suite(folder)
        (folder / "stranger.json").unlink()
