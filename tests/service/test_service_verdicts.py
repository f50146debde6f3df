"""Verdicts over HTTP: honest proofs are valid, every lie is refused, and nothing unclear is ever called valid."""

from __future__ import annotations

import base64
import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import page_venue
import pytest
import whole_day
from service_desk import AGES, FREE, SLOW, Answer, Desk, account_request, book_request, key, service, soon, worked
from venue_office import parts, published, venue

from plimsoll.engine.thresholds import Threshold
from plimsoll.prover.attestations import gather
from plimsoll.service import jobs
from plimsoll.service.limits import Limits
from plimsoll.service.models import ServicePolicy, SignedStatement
from plimsoll.verifier.account import ACCOUNT_PROGRAM
from plimsoll.verifier.archive import read_archive, write_archive
from plimsoll.verifier.attestations import AttestationPolicy, VerifierSet, context_digest, verify_attestation
from plimsoll.verifier.bundle import MANIFEST, PROOF, SIGNATURE
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.contexts import publication_context, threshold_word
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM
from plimsoll.verifier.totals import TOTALS_PROGRAM


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with service(signs=True) as running:
        yield running


def proof_with(change: int) -> str:
    """The honest proof with one bit turned, `change` bytes before its end."""
    data = bytearray(parts()[PROOF])
    data[-change] ^= 1
    return base64.b64encode(bytes(data)).decode()


def asked(**changes: Any) -> Answer:
    """A worker's word about the honest request with changes."""
    return worked("verify", json.dumps(book_request() | changes).encode())


def test_honest_book_is_valid(desk: Desk) -> None:
    found = desk.verify()
    assert found.status == 200, found.body
    said = found.json
    assert (said["valid"], said["kind"], said["not_said"], said["attestation"]) == (True, "book-batch", ["this"], None)
    assert said["figures"]["program"] == BOOK_PROGRAM
    assert float(said["figures"]["security_bits"]) >= 128


@pytest.mark.parametrize("change", [1, 1000, 1_000_000, 2_000_000])
def test_forged_proof_rejected(change: int) -> None:
    found = asked(proof=proof_with(change))
    assert (found.status, found.json["valid"]) == (422, False)
    assert set(found.json) == {"valid", "step", "expected", "got", "remedy"}


def test_forged_proof_rejected_over_http(desk: Desk) -> None:
    found = desk.verify("?attest_until=" + str(int(time.time()) + 60), proof=proof_with(1000))
    assert (found.status, found.json["valid"]) == (422, False)
    assert set(found.json) == {"valid", "step", "expected", "got", "remedy"}


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"policy": {"root": "00" * 32}}, "policy"),
        ({"policy": {"sequence": 8_000}}, "policy"),
        ({"policy": {"previous": "12" * 32}}, "policy"),
        ({"policy": {"context": "12"}}, "policy"),
        ({"policy": {"max_age_seconds": 1}}, "policy"),
        ({"snapshot": {"sequence": 8_000}}, "policy"),
        ({"snapshot": {"venue": "Another"}}, "policy"),
        ({"parameters": {"name": "Another"}}, "policy"),
        ({"proof": ""}, "encoding"),
        ({"proof": base64.b64encode(b"PLIMSOLL").decode()}, "encoding"),
    ],
)
def test_proof_of_something_else_rejected(changes: dict[str, Any], step: str) -> None:
    honest = book_request()
    merged = {
        name: honest[name] | value if name in ("snapshot", "parameters") else value for name, value in changes.items()
    }
    found = asked(**merged)
    assert (found.status, found.json["valid"], found.json["step"]) == (422, False, step)


def test_request_cannot_weaken_the_service() -> None:
    """The service's age stands, whatever the request would allow; security cannot even be named."""
    body = json.dumps(book_request() | {"policy": {"max_age_seconds": 2**39}}).encode()
    found = worked("verify", body, policy=ServicePolicy())
    assert (found.status, found.json["step"]) == (422, "policy")
    assert worked("verify", body).status == 200, "the control: a service that allows it"
    found = asked(policy={"security_floor": 1})
    assert found.status == 400 and "unknown field" in found.json["error"]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty"),
        (b"{", "is not JSON"),
        (b"[]", "expected a JSON object"),
        (b'{"version": 1, "version": 1}', "twice"),
        (b'{"version": 1e9}', "JSON number"),
        (b"[" * 100_000, "nested deeper"),
        (b"{}", "missing field"),
        (b"\xff", "not UTF-8"),
        (b"null", "expected a JSON object"),
    ],
)
def test_unreadable_request_is_no_verdict(body: bytes, message: str) -> None:
    found = worked("verify", body)
    assert found.status == 400 and set(found.json) == {"error"}
    assert message in found.json["error"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "totals-of-another-day"}, "is not verified here"),
        ({"kind": "account"}, "kind account: give"),
        ({"account": {"threshold": "maintenance", "levels": 3}}, "only for the kind account"),
        ({"proof": "not base64!"}, "base64"),
        ({"proof": 7}, "base64"),
        ({"version": 2}, "expected 1"),
        ({"valid": True}, "unknown field"),
        ({"policy": {"context": "0"}}, "hexadecimal"),
        ({"policy": {"context": "00" * 1025}}, "hexadecimal"),
    ],
)
def test_request_out_of_form_is_no_verdict(changes: dict[str, Any], message: str) -> None:
    found = asked(**changes)
    assert found.status == 400 and message in found.json["error"], found.body


def test_answers_quote_little_and_no_paths(desk: Desk) -> None:
    found = desk.verify(**{"x" * 5000: 1, "y\n\x1b[31m": 2})
    assert found.status == 400 and len(found.body) < 1000
    assert not any(text in found.body for text in (b"/work", b"/tmp", b"Traceback", b".py", b"\\u001b"))


def other_contexts() -> list[ConsumerContext]:
    """The honest request's, but for its scope, nonce, borrower or expiry."""
    changes: list[dict[str, Any]] = [{"scope": bytes(32)}, {"nonce": 1}, {"borrower": bytes(20)}]
    return [replace(soon(), **one) for one in [*changes, {"expiry": soon().expiry + 1}]]


def test_honest_account_is_valid_and_lies_are_not() -> None:
    honest = account_request()
    found = worked("verify", json.dumps(honest).encode())
    assert found.status == 200, found.body
    figures = found.json["figures"]
    assert (len(figures["tag"]), figures["scope"]) == (64, soon().scope.hex())
    lies: list[dict[str, Any]] = [
        {"account": honest["account"] | {"threshold": "initial"}},
        {"account": honest["account"] | {"threshold": "ratio", "ratio": 1}},
        {"account": honest["account"] | {"levels": honest["account"]["levels"] + 1}},
        {"account": honest["account"] | {"above": 1}},
        {"policy": honest["policy"] | {"root": "00" * 32}},
        *({"policy": honest["policy"] | {"context": other.encode().hex()}} for other in other_contexts()),
        {"kind": "book-batch", "account": None},
    ]
    for lie in lies:
        refused = worked("verify", json.dumps(honest | lie).encode())
        assert (refused.status, refused.json["valid"]) == (422, False), (lie, refused.body)


def archive(**changes: bytes) -> bytes:
    bundle = published()
    files = dict(bundle.files) | {MANIFEST: bundle.manifest_bytes}
    files[SIGNATURE] = bundle.signature.model_dump_json().encode()
    return write_archive(files | changes)


def test_publication_is_valid_and_lies_are_not() -> None:
    ours = {"venue_key": venue().public_key.hex()}
    found = worked("bundle", archive(), ours)
    assert found.status == 200 and found.json["statement"]["kind"] == "publication", found.body
    assert found.json["figures"]["publication"] == published().digest.hex()
    lies: list[dict[str, Any]] = [
        {"venue_key": key().public_key.hex()},
        {"sequence": 99_999},
        {"rules": "12" * 32},
        {"max_age_seconds": 1},
    ]
    for lie in lies:
        refused = worked("bundle", archive(), ours | lie)
        assert (refused.status, refused.json["valid"]) == (422, False), refused.body
    for body in (b"", archive()[:-1], archive() + b"\0", archive(**{PROOF: b"PLIMSOLL"}), b"\x1f\x8b" + bytes(600)):
        refused = worked("bundle", body, ours)
        assert refused.status == 400 and set(refused.json) == {"error"}, refused.body


def test_publication_of_a_whole_book_is_that_of_its_totals() -> None:
    found = worked("bundle", whole_day.archive(), {"venue_key": page_venue.venue().public_key.hex()})
    assert found.status == 200, found.body
    said = found.json["statement"]
    assert (said["kind"], said["program"]) == ("publication", TOTALS_PROGRAM)
    assert said["root"] == found.json["figures"]["root"] and said["security_bits"] >= 128
    cut = {name: data for name, data in read_archive(whole_day.archive()).items() if name != "batch-01.proof"}
    refused = worked("bundle", write_archive(cut), {"venue_key": page_venue.venue().public_key.hex()})
    assert refused.status in (400, 422) and refused.json.get("valid") is not True


def test_publication_needs_a_key_that_is_one(desk: Desk) -> None:
    ours = f"?venue_key={venue().public_key.hex()}"
    for query in ("", "?venue_key=00", ours + "&sequence=-1", ours + "&attest_until=x"):
        assert desk.ask("POST", "/v1/verify-bundle" + query, archive()).status == 400
    assert desk.ask("POST", "/v1/verify-bundle" + ours, archive()[:-1]).status == 400


def believe() -> VerifierSet:
    member = key().oracle("Service").model_dump(mode="json")
    return VerifierSet.model_validate_json(json.dumps({"version": 1, "verifiers": [member], "threshold": 1}))


@pytest.mark.parametrize("kind", ["book-batch", "account", "publication"])
def test_attestation_of_each_kind_verifies(desk: Desk, kind: str) -> None:
    now = int(time.time())
    until = f"attest_until={now + 900}"
    context, threshold, program = b"", bytes(32), BOOK_PROGRAM
    if kind == "publication":
        context = publication_context(venue().public_key, None)
        found = desk.ask("POST", f"/v1/verify-bundle?venue_key={venue().public_key.hex()}&{until}", archive())
    elif kind == "account":
        context, threshold, program = soon().encode(), threshold_word(Threshold("maintenance")), ACCOUNT_PROGRAM
        found = desk.ask("POST", f"/v1/verify?{until}", json.dumps(account_request()).encode())
    else:
        found = desk.verify(f"?{until}")
    assert found.status == 200, found.body
    signed = SignedStatement.model_validate_json(json.dumps(found.json["attestation"]))
    assert signed.statement.root.hex() == found.json["figures"]["root"]
    whole = gather(believe(), signed.statement, {signed.public_key: signed.signature})
    policy = AttestationPolicy(
        at=now, kind=kind, programs=frozenset({program}), context=context, threshold=threshold, max_age=2**39
    )
    assert verify_attestation(whole, believe(), policy).statement == signed.statement
    assert signed.statement.context == context_digest(context)


@pytest.mark.parametrize("ahead", [-1, 0, 3700])
def test_expiry_out_of_bounds_is_not_signed(desk: Desk, ahead: int) -> None:
    found = desk.verify(f"?attest_until={int(time.time()) + ahead}")
    assert found.status == 400 and "an expiry within 3600 s" in found.json["error"]


def test_service_without_a_key_signs_nothing() -> None:
    with service() as desk:
        found = desk.verify(f"?attest_until={int(time.time()) + 60}")
        assert (found.status, found.json) == (400, {"error": "attest_until: this service signs nothing"})
        assert desk.ask("GET", "/healthz").json["signs"] is None


FOUND = json.dumps(
    {
        "valid": True,
        "figures": {"root": "00" * 32, "program": "00" * 32},
        "lines": [{"figure": "root of the book", "value": "00" * 32, "label": "proven"}],
        "statement": {
            **dict.fromkeys(("program", "statement", "root", "values", "market", "parameters"), "00" * 32),
            "context": "00" * 32,
            "threshold": "00" * 32,
            "kind": "book-batch",
            "snapshot_time": 0,
            "expiry": 0,
            "security_bits": 130,
        },
    }
)


def printing(text: str, code: int = 0) -> tuple[str, ...]:
    return sys.executable, "-c", f"import sys; sys.stdin.buffer.read(); print({text!r}); sys.exit({code})"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (printing(FOUND, 1), 500),
        (printing(FOUND, 65), 500),
        (printing(FOUND, 71), 503),
        (printing(FOUND + "}"), 500),
        (printing(FOUND[:-1]), 500),
        (printing(""), 500),
        (printing("null"), 500),
        (printing("[]"), 500),
        (printing('{"valid": true}'), 500),
        (printing('{"valid": 1}'), 500),
        (printing('{"valid": false}'), 500),
        (printing(FOUND.replace("true", '"true"', 1)), 500),
        (printing(FOUND.replace("book-batch", "Book")), 500),
        # more than pipe and reader hold: the worker stands in its write when it is killed
        ((sys.executable, "-c", "print('x' * (1 << 23))"), 500),
        ((sys.executable, "-c", "import os; os.abort()"), 500),
        ((sys.executable, "-c", "pass"), 500),
        (("/nonexistent",), 500),
    ],
)
def test_worker_gone_wrong_is_no_verdict(command: tuple[str, ...], status: int) -> None:
    with service(command=command) as desk:
        found = desk.verify()
        assert found.status == status and set(found.json) == {"error"}, found.body


def test_answer_without_end_is_no_verdict() -> None:
    """A verdict in a megabyte of blanks is read no further, though it would be well-formed."""
    with service(command=(sys.executable, "-c", f"print({FOUND!r} + ' ' * (1 << 21))")) as desk:
        assert desk.verify().status == 500


def test_statement_is_of_the_proof_that_was_verified() -> None:
    verified: Any = SimpleNamespace(proof_digest=hashlib.sha256(b"another").hexdigest())
    with pytest.raises(VerificationError, match="another file"):
        jobs._statement(parts()[PROOF], verified, (0, 0, 0, 0), b"")


def test_worker_that_says_valid_is_believed_but_not_signed_without_the_pinned_program() -> None:
    """The control of the cases above, and what the service checks again before it signs."""
    with service(command=printing(FOUND), signs=True) as desk:
        assert desk.verify().json["valid"] is True
        found = desk.verify(f"?attest_until={int(time.time()) + 60}")
        assert found.status == 500 and "not signed" in found.json["error"]


def test_verification_that_runs_over_is_killed() -> None:
    with service(Limits(burst=100, seconds=1.0, workers=1), command=SLOW) as desk:
        start = time.monotonic()
        found = desk.verify()
        assert (found.status, set(found.json)) == (504, {"error"}) and time.monotonic() - start < 10
        assert desk.verify().status == 504, "its place is free again"


def test_verification_that_needs_too_much_memory_is_stopped() -> None:
    small = Limits(burst=100, per_minute=FREE.per_minute, memory_bytes=1 << 30)
    greedy = "import sys; from plimsoll.service import worker; worker.answer = lambda *_: bytes(1 << 32); "
    with service(small, AGES, command=(sys.executable, "-c", greedy + "sys.exit(worker.main())")) as desk:
        found = desk.verify()
        assert (found.status, found.json["error"]) == (503, "the verification needs more memory than it may have")


def limited(code: str) -> subprocess.CompletedProcess[str]:
    """What becomes of code after a worker's limits: one second, a gigabyte."""
    before = "from plimsoll.service.worker import limit; limit(1, 1 << 30)\n"
    return subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, check=False)


def test_worker_can_neither_run_on_nor_write(tmp_path: Path) -> None:
    assert limited("while True: pass").returncode == -signal.SIGXCPU
    assert "MemoryError" in limited("bytes(1 << 31)").stderr
    target = tmp_path / "written"
    assert "File too large" in limited(f"open({str(target)!r}, 'w', buffering=1).write('x\\n')").stderr
    assert not target.exists() or target.read_bytes() == b""
    assert "Too many open files" in limited("files = [open('/dev/null') for _ in range(100)]").stderr
    assert limited("print('done')").stdout == "done\n", "the control"


def test_too_much_processor_time_is_no_verdict() -> None:
    died = f"import os, signal, sys; sys.stdin.buffer.read(); os.kill(os.getpid(), {int(signal.SIGXCPU)})"
    with service(command=(sys.executable, "-c", died)) as desk:
        found = desk.verify()
        assert found.status == 504 and "processor time" in found.json["error"]
