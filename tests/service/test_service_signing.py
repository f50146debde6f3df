"""What the process with the key checks again before it signs: each with a worker's answer that it must not sign."""

from __future__ import annotations

from typing import Any

import pytest
from attesters import NOW, statement
from service_desk import key, signer

from plimsoll.service.models import Found, ServicePolicy
from plimsoll.service.signing import PROGRAMS, signed
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM

POLICY = ServicePolicy(max_age_seconds=600, max_validity_seconds=900)


def found(**changes: Any) -> Found:
    fields = {"kind": "book-batch", "program": BOOK_PROGRAM, "expiry": 0, "security_bits": 128} | changes
    return Found(valid=True, figures={}, statement=statement(**fields))


def test_signed_until_the_expiry_that_was_asked_for() -> None:
    made = signed(found(), NOW + 900, NOW, POLICY, signer())
    assert (made.statement.expiry, made.public_key) == (NOW + 900, key().public_key)
    assert made.signature == key().sign(made.statement.digest())
    for kind, programs in PROGRAMS.items():
        for program in programs:
            assert signed(found(kind=kind, program=program), NOW + 1, NOW, POLICY, signer()).statement.kind == kind


@pytest.mark.parametrize(
    ("changes", "expiry", "message"),
    [
        ({}, NOW, "an expiry within 900 s"),
        ({}, NOW - 1, "an expiry within 900 s"),
        ({}, NOW + 901, "an expiry within 900 s"),
        ({"kind": "totals"}, NOW + 1, "a kind among"),
        ({"kind": "account"}, NOW + 1, "a program among"),
        ({"program": "12" * 32}, NOW + 1, "a program among"),
        ({"security_bits": 127}, NOW + 1, "at least 128 proven bits"),
        ({"snapshot_time": NOW - 601}, NOW + 1, "a snapshot at most 600 s old"),
    ],
)
def test_what_is_not_signed(changes: dict[str, Any], expiry: int, message: str) -> None:
    with pytest.raises(VerificationError, match=message):
        signed(found(**changes), expiry, NOW, POLICY, signer())
