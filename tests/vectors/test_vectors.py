"""The committed vectors: what the generator writes, at every step, and with one verdict from two verifiers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from faults_of_body import GROUND_ELSEWHERE
from faults_of_fields import MARKET as MARKET_FIELDS
from faults_of_fields import PARAMETERS as PARAMETER_FIELDS
from faults_of_fields import all_fields, covered
from vector_edits import FOLDER
from work_elsewhere import PLACES, accepted_at
from write_vectors import KEPT, all_faults, vector_files

from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.conformance import ABSENT, AGREES, DIFFERS, NOT_ASKED, run_vector
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import PolicyError
from plimsoll.verifier.statement import MAGIC, VERSION, Statement, read_proof
from plimsoll.verifier.vector_files import read_suite
from plimsoll.verifier.vectors import STEPS, Suite, VectorError

FIELD_VECTORS = {**MARKET_FIELDS, **PARAMETER_FIELDS}
NAMES = sorted(path.stem for path in FOLDER.glob("*.json") if path.name not in KEPT)

OF_THE_BODY = (
    "above-",
    "body-",
    "file-without-body",
    "final-polynomial-",
    "queries-",
    "siblings-4-billion",
    "table-",
    "zero-",
)
"""Names of vectors that are wrongly encoded in the body; elsewhere the second verifier has no say."""


@cache
def suite() -> Suite:
    return read_suite(FOLDER)


def upstream(book: ProgramTables, statement: Statement, body: bytes) -> str | None:
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


def test_every_field_of_the_callers_files_has_a_vector() -> None:
    """A field added to a model of snapshot or parameters fails here until a vector says what becomes of it."""
    assert set(all_fields()) == covered()


def test_fields_named_by_vectors_are_covered_by_their_digest() -> None:
    """Each such vector's files read well, and the digest of the one that is changed is another, each time."""
    market, rules = (json.dumps(suite().files[name]).encode() for name in ("snapshot.json", "parameters.json"))
    seen = {MarketSnapshot.parse(market).digest(): "", RiskParameters.parse(rules).digest(): ""}
    listed = [v for v in suite().vectors if v.name.startswith(("market-", "parameters-")) and str(v.expect) == "policy"]
    assert len(listed) >= len(FIELD_VECTORS)
    for vector in listed:
        case = suite().case(vector)
        digest = MarketSnapshot.parse(case.market).digest()
        if vector.name.startswith("parameters-"):
            digest = RiskParameters.parse(case.parameters).digest()
        # A deduction that is written down changes nothing: it follows from the rates.
        assert seen.get(digest) in (None, "parameters-initial-deduction"), vector.name
        seen[digest] = vector.name


def test_each_version_keeps_its_folder() -> None:
    """Old proofs stay: one folder for every protocol version that was, and in each of its proofs that version."""
    folders = {int(path.name.rpartition("-v")[2]): path for path in FOLDER.parent.glob("*-v[0-9]*")}
    assert sorted(folders) == list(range(1, VERSION + 1))
    for version, folder in folders.items():
        for path in folder.glob("*.proof.zlib"):
            data = zlib.decompress(path.read_bytes())
            assert data[: len(MAGIC)] == MAGIC
            assert int.from_bytes(data[len(MAGIC) : len(MAGIC) + 2], "little") == version
            if version != VERSION:
                with pytest.raises(VerificationError, match="protocol version"):
                    read_proof(data)


def test_work_done_elsewhere_is_work() -> None:
    """The witnesses of two vectors are twenty bits of work where they say: it is the place that is refused."""
    assert set(GROUND_ELSEWHERE) == set(PLACES)
    assert all(accepted_at(place, witness) for place, (_, witness) in GROUND_ELSEWHERE.items())


@pytest.mark.parametrize("name", NAMES)
def test_vector_is_judged_as_it_says(name: str) -> None:
    [vector] = [vector for vector in suite().vectors if vector.name == name]
    outcome = run_vector(suite(), vector, upstream)
    assert outcome.got == str(vector.expect), outcome.said
    # The second verifier has a say where the proof decides: an accepted one, and the steps after the policy.
    decided = outcome.got in ("valid", *STEPS[STEPS.index("heights") :])
    decided |= outcome.got == "encoding" and name.startswith(OF_THE_BODY)
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
    for name in (*KEPT, *(path.name for path in FOLDER.glob("*.proof.zlib"))):
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
        {"market": [{"op": "add", "path": "/prices/BTC/x", "value": "1"}]},
        {"market": [{"op": "move", "path": "/prices/BTC"}]},
        {"parameters": [{"op": "add", "path": "/instruments/9", "value": {}}]},
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


def test_bases_are_made_again_byte_for_byte(repository: Path) -> None:
    """One thread, as where they were made: several would find several grinding witnesses."""
    script = """
import hashlib
from vector_bases import make_base, make_bases
for name, (_, make) in make_bases().items():
    print(name, hashlib.sha256(make_base(name, make)[0]).hexdigest())
"""
    folders = [path for path in sys.path if path]
    environment = {**os.environ, "RAYON_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(folders)}
    run = [sys.executable, "-c", script]
    done = subprocess.run(run, cwd=repository, env=environment, capture_output=True, text=True, check=True)
    bases = json.loads((FOLDER / "suite.json").read_text())["bases"]
    assert dict(line.split() for line in done.stdout.splitlines()) == {n: one["sha256"] for n, one in bases.items()}
