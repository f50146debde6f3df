"""`plimsoll attestation` from services' answers to a contract's calldata, and `plimsoll serve` as a process."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from attesters import CONTEXT as BOUND
from attesters import DEADLINE, NOW, THRESHOLD, VALUES, honest, keys, statement, verifier_set
from one_account import EDGE
from one_account import proof as account_proof
from service_desk import soon

from plimsoll.cli.main import run
from plimsoll.engine.fields import format_time
from plimsoll.verifier.account import ACCOUNT_PROGRAM
from plimsoll.verifier.attestations import VerifiersAttestation, context_digest, values_digest
from plimsoll.verifier.onchain import accept_root_call, admit_call, write_attestation
from plimsoll.verifier.statement import read_proof

AT = format_time(NOW * 1_000_000)


def answer(place: int, **changes: Any) -> dict[str, Any]:
    """What a service says that verified for the verifier at `place`."""
    said = statement(**({"program": ACCOUNT_PROGRAM} | changes))
    key = keys()[place]
    signed = {"version": 1, "statement": said.model_dump(mode="json"), "public_key": key.public_key.hex()}
    signed["signature"] = key.sign(said.digest()).hex()
    return {"valid": True, "kind": said.kind, "figures": {}, "not_said": [], "attestation": signed}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attest")
    (folder / "set.json").write_text(verifier_set().model_dump_json())
    for place in (0, 2, 3):
        (folder / f"answer{place}.json").write_text(json.dumps(answer(place)))
    (folder / "later.json").write_text(json.dumps(answer(3, expiry=NOW + 700)))
    bad = answer(3)
    bad["attestation"]["signature"] = answer(2)["attestation"]["signature"]
    (folder / "bad.json").write_text(json.dumps(bad))
    (folder / "unsigned.json").write_text(json.dumps(answer(3) | {"attestation": None}))
    (folder / "invalid.json").write_text(json.dumps(answer(3) | {"valid": False}))
    return folder


def gathered(desk: Path, *names: str) -> int:
    files = [str(desk / f"{name}.json") for name in names]
    return run(
        ["attestation", "gather", *files, "--verifiers", str(desk / "set.json"), "--out", str(desk / "all.json")]
    )


def checked(desk: Path, *more: str, at: str = AT) -> int:
    bound = ["--context", BOUND.encode().hex(), "--threshold", THRESHOLD.hex(), "--at", at, *more]
    return run(
        [
            "attestation",
            "verify",
            str(desk / "all.json"),
            "--verifiers",
            str(desk / "set.json"),
            "--kind",
            "account",
            *bound,
        ]
    )


def test_gathered_and_verified(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gathered(desk, "answer0", "answer2", "answer3") == 0
    assert checked(desk, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["valid"], said["signers"]) == (True, ["Ada", "Cyd", "Dot"])
    assert checked(desk) == 0
    shown = capsys.readouterr()
    assert "attested:" in shown.out and "no proof" in shown.err


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--root", "00" * 32], "root 00"),
        (["--parameters", "00" * 32], "parameters 00"),
        (["--threshold", "00" * 32], "threshold 00"),
        (["--context", ""], "context digest 00"),
        (["--kind", "book-batch"], "a statement of kind book-batch"),
    ],
)
def test_attestation_for_something_else_rejected(
    desk: Path, capsys: pytest.CaptureFixture[str], more: list[str], message: str
) -> None:
    assert gathered(desk, "answer0", "answer2", "answer3") == 0
    assert checked(desk, *more) == 1
    assert message in capsys.readouterr().err


def test_attestation_expires(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert gathered(desk, "answer0", "answer2", "answer3") == 0
    assert checked(desk, at=format_time((NOW + 600) * 1_000_000)) == 1
    assert "past its expiry" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (("answer0", "answer2"), "2 signatures of 3 needed"),
        (("answer0", "answer2", "later"), "another statement or expiry"),
        (("answer0", "answer2", "bad"), "signature of Dot is not over this statement"),
        (("answer0", "answer2", "answer2"), "the same verifier"),
        (("answer0", "answer2", "unsigned"), "nothing is signed"),
        (("answer0", "answer2", "invalid"), "valid"),
    ],
)
def test_answers_that_make_no_attestation(
    desk: Path, capsys: pytest.CaptureFixture[str], names: tuple[str, ...], message: str
) -> None:
    (desk / "all.json").unlink(missing_ok=True)
    assert gathered(desk, *names) == 3
    assert message in capsys.readouterr().err
    assert not (desk / "all.json").exists()


def written(folder: Path, attestation: VerifiersAttestation) -> str:
    path = folder / "one.json"
    path.write_text(attestation.model_dump_json())
    return str(path)


def test_calldata(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    publication = honest().model_copy(update={"statement": statement(kind="publication")})
    assert run(["attestation", "calldata", written(tmp_path, publication)]) == 0
    assert capsys.readouterr().out.strip() == accept_root_call(publication).hex()
    assert run(["attestation", "calldata", written(tmp_path, honest()), "--fixed"]) == 0
    assert capsys.readouterr().out.strip() == write_attestation(honest()).hex()
    assert run(["attestation", "calldata", written(tmp_path, honest())]) == 2
    data = account_proof(EDGE, soon())
    (tmp_path / "account.proof").write_bytes(data)
    proof = ["--proof", str(tmp_path / "account.proof")]
    assert run(["attestation", "calldata", written(tmp_path, honest()), *proof]) == 3
    assert "not the proof that was attested" in capsys.readouterr().err
    values = read_proof(data)[0].public_values
    bound = {"values": values_digest(values).hex(), "context": context_digest(soon().encode()).hex()}
    elsewhere = honest().model_copy(update={"statement": statement(**bound)})
    assert run(["attestation", "calldata", written(tmp_path, elsewhere), *proof]) == 3
    assert "its scope is not the book's root" in capsys.readouterr().err
    of_it = honest().model_copy(update={"statement": statement(**bound, root=soon().scope.hex())})
    assert run(["attestation", "calldata", written(tmp_path, of_it), *proof]) == 0
    assert capsys.readouterr().out.strip() == admit_call(of_it, values, soon().expiry).hex()
    assert len(values) == len(VALUES) and soon().expiry != DEADLINE


def test_serve_listens_on_loopback_and_stops() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "plimsoll.cli.main", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    try:
        for _ in range(300):
            try:
                link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                link.request("GET", "/healthz")
                assert json.loads(link.getresponse().read())["status"] == "ok"
                break
            except ConnectionRefusedError:
                assert process.poll() is None
                time.sleep(0.1)
        else:
            pytest.fail("the service did not start")
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
    assert process.returncode in (0, 143) and b"signs nothing" in said and b"Traceback" not in said


def test_serve_without_its_extra_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "fastapi", None)
    monkeypatch.delitem(sys.modules, "plimsoll.service.app", raising=False)
    assert run(["serve"]) == 3
    assert "needs fastapi" in capsys.readouterr().err


def test_bad_policy_or_key_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy = tmp_path / "policy.json"
    for text in ('{"security_floor": 1}', '{"max_validity_seconds": 100000}', '{"oracles": {}}'):
        policy.write_text(text)
        assert run(["serve", "--policy", str(policy)]) == 3
    policy.write_text("{}")
    assert run(["serve", "--key", str(policy)]) == 3
    assert "policy.json" in capsys.readouterr().err
