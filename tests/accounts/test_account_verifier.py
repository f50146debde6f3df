"""`verify_account` accepts an honest proof, and refuses it for whatever the consumer did not ask for.

Forged statements come with a proof of their own: what is refused is the lie, not a proof about something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from account_tapes import outputs_of
from one_account import (
    CONTEXT,
    EDGE,
    EDGE_IN_MANY,
    JOINED,
    MAINTENANCE,
    NOON,
    PARAMETERS,
    POLICY,
    SECRET,
    book_root,
    on_the_line,
    proof,
    quad,
)
from small_venue import SNAPSHOT, parameters, snapshot

from plimsoll.circuits.account_tables import account_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.thresholds import Threshold
from plimsoll.prover.account_job import prove_account
from plimsoll.prover.core_api import upstream_verify
from plimsoll.verifier.account import (
    ACCOUNT_PROGRAM,
    AccountPolicy,
    BookRoot,
    VerifiedAccount,
    expected_account,
    verify_account,
)
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM, Policy
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.statement import read_proof, write_proof


def verify(data: bytes | None = None, **changes: Any) -> VerifiedAccount:
    """The honest proof and the honest consumer, but for what is named."""
    asked: dict[str, Any] = {
        "snapshot": SNAPSHOT,
        "parameters": PARAMETERS,
        "threshold": MAINTENANCE,
        "context": CONTEXT,
        "book": book_root(EDGE),
        "policy": POLICY,
    }
    return verify_account(proof() if data is None else data, **(asked | changes))


def refused(expected: str, data: bytes | None = None, step: str = "policy", **changes: Any) -> None:
    with pytest.raises(VerificationError, match=expected) as caught:
        verify(data, **changes)
    assert caught.value.step == step


def restated(**changes: Any) -> bytes:
    """The honest proof's body under a statement with other fields."""
    statement, body = read_proof(proof())
    return write_proof(replace(statement, **changes), body)


def test_honest_proof_is_accepted_by_both_verifiers() -> None:
    verified = verify()
    assert verified.tag == b"".join(x.to_bytes(8, "big") for x in outputs_of(EDGE)[15:19])
    assert (verified.threshold, verified.context, verified.sequence) == (MAINTENANCE, CONTEXT, SNAPSHOT.sequence)
    assert verified.scope == CONTEXT.scope
    assert (verified.program, verified.security_bits) == (ACCOUNT_PROGRAM, 128.0)
    statement, body = read_proof(proof())
    expected = expected_account(account_program(), SNAPSHOT, PARAMETERS, MAINTENANCE)
    upstream_verify(expected.book, statement.public_values, statement.digest(), body, statement.profile)


def test_honest_proof_in_a_book_of_many_batches_is_accepted() -> None:
    verify(proof(EDGE_IN_MANY), book=book_root(EDGE_IN_MANY))


@pytest.mark.parametrize(
    "threshold", [Threshold("initial"), Threshold("ratio", ratio=1_200_000), Threshold("free", amount=5_000_000)]
)
def test_each_threshold_is_proven_and_is_no_proof_of_another(threshold: Threshold) -> None:
    edge = on_the_line(EDGE, threshold)
    book = book_root(edge)
    data = prove_account(edge, SECRET, SNAPSHOT, PARAMETERS, threshold, CONTEXT, book)
    assert verify(data, threshold=threshold, book=book).threshold == threshold
    others = {
        "maintenance": Threshold("maintenance"),
        "ratio": Threshold("ratio", ratio=1_200_001),
        "free": Threshold("free", amount=5_000_001),
    }
    for other in others.values():
        refused("digest|amount", data, threshold=other, book=book)


# Replays: the context is the consumer's own, and the same context has the same tag.


def test_second_proof_for_one_context_has_the_same_tag() -> None:
    again = prove_account(EDGE, SECRET, SNAPSHOT, PARAMETERS, MAINTENANCE, CONTEXT, book_root(EDGE))
    assert again != proof()
    assert verify(again).tag == verify().tag
    assert verify(again).proof_digest != verify().proof_digest


def test_another_account_of_one_owner_has_the_same_tag() -> None:
    """So she cannot act twice in one context by splitting her money."""
    other = on_the_line(replace(EDGE, identifier="ann's second", lien=0, salt=quad()), MAINTENANCE)
    assert verify(proof(other), book=book_root(other)).tag == verify().tag


# test_account_scope.py has the proofs that are moved to another context, and whose tag is whose.


def test_public_context_that_is_not_that_of_the_statement_rejected() -> None:
    """A proof that was really made for other public values, with the consumer's context in its statement only."""
    values = list(outputs_of(EDGE))
    values[11] = values[11] ^ 1
    refused("consumer's scope", restated(public_values=tuple(values)))


def test_expired_context_rejected() -> None:
    last = datetime.fromtimestamp(CONTEXT.expiry, NOON.tzinfo)
    verify(policy=replace(POLICY, at=last - timedelta(microseconds=1)))
    refused("not expired", policy=replace(POLICY, at=last))
    refused("not expired", policy=replace(POLICY, at=last + timedelta(days=400), max_age=None))
    late = replace(CONTEXT, expiry=1)
    refused("not expired", proof(EDGE, late), context=late)


# Root and path come from the publication.

OTHER_BOOKS: dict[str, Callable[[], BookRoot]] = {
    "root": lambda: replace(book_root(EDGE), root=quad()),
    "levels": lambda: replace(book_root(EDGE), levels=4),
    "joined": lambda: replace(book_root(EDGE), above=0),
    "joined with levels": lambda: replace(book_root(EDGE), above=3),
}


@pytest.mark.parametrize("name", OTHER_BOOKS)
def test_other_root_or_path_rejected(name: str) -> None:
    refused("root|path", book=OTHER_BOOKS[name]())


def test_joined_proof_is_none_of_a_single_batch() -> None:
    data, book = proof(EDGE_IN_MANY), book_root(EDGE_IN_MANY)
    refused("path", data, book=replace(book, above=None))
    refused("path", data, book=replace(book, above=len(JOINED.path) - 1))


@pytest.mark.parametrize("wrong", [{"levels": 15}, {"levels": -1}, {"above": 7}, {"root": (1, 2, 3)}])
def test_root_that_no_book_has_rejected(wrong: dict[str, Any]) -> None:
    with pytest.raises(VerificationError):
        replace(book_root(EDGE), **wrong)


def test_root_of_a_verified_book() -> None:
    book = VerifiedBook(ShapeClass(5, 1), (1, 2, 3, 4), (0,) * 4, NOON, 3, "", "", 128.0, "", "")
    assert BookRoot.of(book) == BookRoot((1, 2, 3, 4), 5, None)


# The statement.


OTHER_FILES: dict[str, tuple[MarketSnapshot, RiskParameters, str]] = {
    "another price": (snapshot(BTC="50000.51"), PARAMETERS, "market"),
    "another time": (snapshot("2026-11-21T12:00:01Z"), PARAMETERS, "market"),
    "other rules": (SNAPSHOT, parameters(), "parameters"),
    "another instrument table": (SNAPSHOT, parameters(BTC={"lot": "0.001"}), "instrument table"),
}


@pytest.mark.parametrize("name", OTHER_FILES)
def test_other_snapshot_or_parameters_rejected(name: str) -> None:
    market, rules, what = OTHER_FILES[name]
    refused(what, snapshot=market, parameters=rules)


DIGESTS = ("program", "market", "parameters", "instruments", "schedule", "tables")


@pytest.mark.parametrize("name", DIGESTS)
def test_other_digest_rejected(name: str) -> None:
    statement, _ = read_proof(proof())
    digests = replace(statement.digests, **{name: bytes(32)})
    expected = "a program among" if name == "program" else f"{name} digest"
    refused(expected, restated(digests=digests))


def test_program_that_the_policy_accepts_and_the_release_has_not_rejected() -> None:
    statement, _ = read_proof(proof())
    digests = replace(statement.digests, program=bytes(32))
    policy = replace(POLICY, programs=frozenset({bytes(32).hex()}))
    refused("program digest", restated(digests=digests), policy=policy)


STATEMENTS: dict[str, tuple[dict[str, Any], str]] = {
    "kind": ({"kind": "book-batch"}, "a proof of kind account"),
    "shape": ({"shape": "book-2^5x1"}, "the shape class account"),
    "sequence": ({"sequence": 4}, "publication sequence"),
    "previous": ({"previous": b"x" * 32}, "previous publication"),
    "batch": ({"batch_index": 1, "batch_count": 2}, "batch 0 of 1"),
    "nonce": ({"nonce_digest": b"x" * 32}, "no publication nonce"),
    "insecure profile": ({"profile": INSECURE_TEST}, "a profile of full security"),
    "more public values": ({"public_values": (*outputs_of(EDGE), 0)}, "20 public values"),
    "fewer public values": ({"public_values": tuple(outputs_of(EDGE)[:-1])}, "20 public values"),
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_other_statement_rejected(name: str) -> None:
    changes, expected = STATEMENTS[name]
    refused(expected, restated(**changes))


def test_security_below_the_floor_rejected() -> None:
    weak = prove_account(
        EDGE, SECRET, SNAPSHOT, PARAMETERS, MAINTENANCE, CONTEXT, book_root(EDGE), profile=INSECURE_TEST
    )
    refused("full security", weak)
    verify(weak, policy=replace(POLICY, allow_insecure=True))
    refused("at least 129 proven bits", policy=replace(POLICY, security_floor=129))


@pytest.mark.parametrize("place", range(20))
def test_public_value_that_was_not_proven_rejected(place: int) -> None:
    """Each public value but the tag is compared; the tag is bound into the transcript."""
    values = list(outputs_of(EDGE))
    values[place] += 1
    with pytest.raises(VerificationError) as caught:
        verify(restated(public_values=tuple(values)))
    assert (caught.value.step == "policy") is (place not in range(15, 19))


def test_neither_kind_of_proof_is_one_of_the_other() -> None:
    with pytest.raises(VerificationError, match="shape class"):
        verify_book(proof(), SNAPSHOT, PARAMETERS, Policy(at=NOON))
    with pytest.raises(VerificationError, match="a proof of kind account"):
        verify(restated(kind="book-batch"))
    refused("a program among", policy=AccountPolicy(at=NOON, programs=frozenset({BOOK_PROGRAM})))


def test_files_that_do_not_fit_together_are_said_to() -> None:
    with pytest.raises(InputError):
        verify(snapshot=snapshot(NONE="1"))


def test_cut_or_longer_file_rejected() -> None:
    for data in (proof()[:-1], proof() + b"\0", proof()[:100]):
        with pytest.raises(VerificationError):
            verify(data)
