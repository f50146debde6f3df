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

FIELDS: dict[str, Any] = {
    "chain": 2**255,
    "contract": b"c" * 20,
    "borrower": b"b" * 20,
    "nonce": 5,
    "expiry": 6,
    "scope": b"s" * 32,
}
IN_TAG = ("chain", "contract", "scope")


def test_encoding_is_what_a_contract_packs() -> None:
    """abi.encodePacked of a bytes32, u256, address, address, u256, u64 and bytes32."""
    one = CONTEXT
    packed = "706c696d736f6c6c2f636f6e746578742f65766d2f32" + "00" * 10
    packed += "00" * 31 + "01" + "11" * 20 + "22" * 20 + f"{2**255 + 7:064x}" + f"{one.expiry:016x}" + "33" * 32
    assert one.encode().hex() == packed
    assert ConsumerContext.decode(one.encode()) == one


VERSION_1 = b"plimsoll/context/evm/1".ljust(32, b"\0") + CONTEXT.encode()[32:144]


@pytest.mark.parametrize("data", [b"", bytes(176), CONTEXT.encode() + b"x", CONTEXT.encode()[:-1], VERSION_1])
def test_other_bytes_are_no_context(data: bytes) -> None:
    with pytest.raises(ConsumerError, match="version 2"):
        ConsumerContext.decode(data)


def test_elements_of_the_tag_are_the_words_of_the_scope_s_digest() -> None:
    packed = "706c696d736f6c6c2f73636f70652f65766d2f31" + "00" * 12 + "00" * 31 + "01" + "11" * 20 + "33" * 32
    digest = hashlib.sha256(bytes.fromhex(packed)).digest()
    words = [int.from_bytes(digest[i : i + 8], "little") % P for i in range(0, 32, 8)]
    assert list(CONTEXT.tag_elements()) == words


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_changes_the_encoding_and_three_the_tag(name: str) -> None:
    other = replace(CONTEXT, **{name: FIELDS[name]})
    assert other.encode() != CONTEXT.encode()
    if name in IN_TAG:
        assert not set(other.tag_elements()) & set(CONTEXT.tag_elements())
    else:
        assert other.tag_elements() == CONTEXT.tag_elements()


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
        ("scope", bytes(31)),
        ("scope", bytes(33)),
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
