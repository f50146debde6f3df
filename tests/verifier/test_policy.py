"""The caller's policy: the defaults are strict, and every condition refuses what it is there to refuse."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM, Policy, check_policy, check_public_values
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.statement import BOOK_BATCH, Digests, Statement

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SNAPSHOT = MarketSnapshot.parse(
    b'{"version": 1, "venue": "v", "time": "2026-11-21T12:00:00Z", "sequence": 7, "quote": "USD", "prices": {}}'
)
DIGESTS = replace(Digests(*[bytes(32)] * 6), program=bytes.fromhex(BOOK_PROGRAM))
STATEMENT = Statement(BOOK_BATCH, "book-2^4x1", STANDARD, DIGESTS, (4, *range(8)), sequence=7)
POLICY = Policy(at=NOON)


def rejected(expected: str, statement: Statement = STATEMENT, policy: Policy = POLICY) -> None:
    with pytest.raises(VerificationError, match=expected) as error:
        check_policy(statement, policy, SNAPSHOT)
    assert error.value.step == "policy"


def test_pinned_program_is_the_committed_one() -> None:
    assert book_program().digest().hex() == BOOK_PROGRAM


def test_honest_statement_is_accepted() -> None:
    check_policy(STATEMENT, POLICY, SNAPSHOT)
    check_policy(STATEMENT, replace(POLICY, shapes=frozenset({"book-2^4x1"})), SNAPSHOT)


def test_another_program_rejected() -> None:
    rejected("a program among", replace(STATEMENT, digests=replace(DIGESTS, program=bytes(32))))


def test_another_kind_rejected() -> None:
    rejected("a proof of kind", replace(STATEMENT, kind="account"))


def test_shape_class_that_the_caller_does_not_accept_rejected() -> None:
    rejected("a shape class among", policy=replace(POLICY, shapes=frozenset({"book-2^5x1"})))


def test_insecure_profile_rejected_unless_allowed() -> None:
    weak = replace(STATEMENT, profile=INSECURE_TEST)
    rejected("a profile of full security", weak)
    check_policy(weak, replace(POLICY, allow_insecure=True), SNAPSHOT)


def test_profile_with_a_known_name_and_other_numbers_rejected() -> None:
    for name in STANDARD.__dataclass_fields__:
        if name != "name":
            rejected(
                "a known security profile",
                replace(STATEMENT, profile=replace(STANDARD, **{name: getattr(STANDARD, name) - 1})),
            )


def test_stale_snapshot_rejected() -> None:
    rejected("at most 1 day", policy=replace(POLICY, at=NOON + timedelta(days=1, seconds=1)))
    check_policy(STATEMENT, replace(POLICY, at=NOON + timedelta(days=1)), SNAPSHOT)
    check_policy(STATEMENT, replace(POLICY, at=NOON + timedelta(days=9), max_age=None), SNAPSHOT)


def test_snapshot_of_the_future_rejected() -> None:
    rejected("a snapshot not later than", policy=replace(POLICY, at=NOON - timedelta(minutes=6)))
    check_policy(STATEMENT, replace(POLICY, at=NOON - timedelta(minutes=5)), SNAPSHOT)


def test_time_without_a_zone_rejected() -> None:
    rejected("a time with its zone", policy=replace(POLICY, at=NOON.replace(tzinfo=None)))


def test_default_time_is_now() -> None:
    rejected("a snapshot (not later|at most)", policy=Policy(max_age=timedelta(0), max_ahead=timedelta(0)))


def test_another_sequence_previous_context_or_batch_rejected() -> None:
    rejected("publication sequence 7", replace(STATEMENT, sequence=8))
    rejected("publication sequence 8", policy=replace(POLICY, sequence=8))
    rejected("previous publication", replace(STATEMENT, previous=b"x" * 32))
    rejected("previous publication", policy=replace(POLICY, previous=b"x" * 32))
    rejected("consumer context", replace(STATEMENT, context=b"chain 1"))
    rejected("consumer context", policy=replace(POLICY, context=b"chain 1"))
    rejected("batch 0 of 1", replace(STATEMENT, batch_index=1))
    rejected("batch 0 of 1", replace(STATEMENT, batch_count=2))


def test_another_root_than_the_one_shown_rejected() -> None:
    root = STATEMENT.public_values[1:5]
    check_policy(STATEMENT, replace(POLICY, root=root), SNAPSHOT)
    rejected("root 0000000000000001", policy=replace(POLICY, root=(1, *root[1:])))


def test_public_values_of_another_height_or_number_rejected() -> None:
    check_public_values(STATEMENT, ShapeClass(4, 1))
    for values in ((5, *range(8)), (4, *range(7)), (4, *range(9))):
        with pytest.raises(VerificationError, match="number of public values|height of the tree"):
            check_public_values(replace(STATEMENT, public_values=values), ShapeClass(4, 1))
