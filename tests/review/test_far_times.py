"""A verifier raises nothing but its own errors, whatever time and age its caller asks for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM, Policy, check_policy
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import BOOK_BATCH, Digests, Statement

SNAPSHOT = MarketSnapshot.model_validate(
    {"version": 1, "venue": "V", "time": "2026-11-21T12:00:00Z", "sequence": 1, "quote": "USD", "prices": {}}
)
STATEMENT = Statement(
    BOOK_BATCH,
    "book-2^2x1",
    STANDARD,
    Digests(bytes.fromhex(BOOK_PROGRAM), *[bytes(32)] * 5),
    (2, *[0] * 8),
    sequence=1,
)
LAST, FIRST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("policy", [Policy(at=LAST), Policy(at=FIRST)])
def test_time_at_the_end_of_the_calendar_rejected(policy: Policy) -> None:
    with pytest.raises(VerificationError, match="a snapshot"):
        check_policy(STATEMENT, policy, SNAPSHOT)


def test_age_beyond_the_calendar_accepted() -> None:
    at = datetime(2026, 11, 21, 13, tzinfo=UTC)
    check_policy(STATEMENT, Policy(at=at, max_age=timedelta.max, max_ahead=timedelta.max), SNAPSHOT)
    check_policy(STATEMENT, Policy(at=LAST, max_age=None), SNAPSHOT)
