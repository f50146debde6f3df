"""A consumer's context has one encoding, which the attesting verifiers and the contract share, and an end."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from one_account import CONTEXT

from plimsoll.circuits.field import P
from plimsoll.verifier.consumer import ConsumerContext, ConsumerError

FIELDS: dict[str, Any] = {"chain": 2**255, "contract": b"c" * 20, "borrower": b"b" * 20, "nonce": 5, "expiry": 6}


def test_encoding_is_what_a_contract_packs() -> None:
    """abi.encodePacked of a bytes32, u256, address, address, u256 and u64."""
    one = CONTEXT
    packed = "706c696d736f6c6c2f636f6e746578742f65766d2f31" + "00" * 10
    packed += "00" * 31 + "01" + "11" * 20 + "22" * 20 + f"{2**255 + 7:064x}" + f"{one.expiry:016x}"
    assert one.encode().hex() == packed
    assert ConsumerContext.decode(one.encode()) == one


@pytest.mark.parametrize("data", [b"", bytes(144), CONTEXT.encode() + b"x", CONTEXT.encode()[:-1]])
def test_other_bytes_are_no_context(data: bytes) -> None:
    with pytest.raises(ConsumerError):
        ConsumerContext.decode(data)


def test_elements_are_the_words_of_the_digest() -> None:
    digest = hashlib.sha256(CONTEXT.encode()).digest()
    words = [int.from_bytes(digest[i : i + 8], "little") % P for i in range(0, 32, 8)]
    assert list(CONTEXT.elements()) == words


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_changes_encoding_and_elements(name: str) -> None:
    other = replace(CONTEXT, **{name: FIELDS[name]})
    assert other.encode() != CONTEXT.encode()
    assert not set(other.elements()) & set(CONTEXT.elements())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("chain", 2**256),
        ("chain", -1),
        ("contract", bytes(19)),
        ("borrower", bytes(21)),
        ("nonce", 2**256),
        ("nonce", -1),
        ("expiry", 2**64),
        ("expiry", -1),
    ],
)
def test_context_that_no_contract_has_rejected(name: str, value: Any) -> None:
    with pytest.raises(ConsumerError):
        replace(CONTEXT, **{name: value})


def test_expires_at_its_second() -> None:
    at = datetime(2026, 11, 21, 13, tzinfo=UTC)
    context = replace(CONTEXT, expiry=int(at.timestamp()))
    assert context.expired(at)
    assert not context.expired(at - timedelta(microseconds=1))
    assert replace(context, expiry=0).expired(at)
    assert not replace(context, expiry=2**64 - 1).expired(datetime.max.replace(tzinfo=UTC))
    assert isinstance(context, ConsumerContext)
