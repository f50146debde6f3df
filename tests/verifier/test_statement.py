"""The proof file's header: canonical, complete, and refused in every other form."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.circuits.field import P
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import (
    BOOK_BATCH,
    MAGIC,
    MAX_FILE_BYTES,
    Digests,
    Statement,
    read_proof,
    write_proof,
)

DIGESTS = Digests(*(bytes([i]) * 32 for i in range(6)))
STATEMENT = Statement(BOOK_BATCH, "book-2^4x1", STANDARD, DIGESTS, (4, 1, 2, 3, P - 1, 5, 6, 7, 8), sequence=9)


def rejected(data: bytes, expected: str) -> None:
    with pytest.raises(VerificationError, match=expected) as error:
        read_proof(data)
    assert error.value.step == "encoding"


def test_what_is_written_is_read() -> None:
    assert read_proof(write_proof(STATEMENT, b"body")) == (STATEMENT, b"body")


def test_every_field_changes_the_digest() -> None:
    changes = {
        "kind": "other",
        "shape": "book-2^5x1",
        "profile": replace(STANDARD, queries=113),
        "digests": replace(DIGESTS, schedule=bytes(32)),
        "public_values": (5, *STATEMENT.public_values[1:]),
        "sequence": 10,
        "previous": bytes([7]) * 32,
        "batch_index": 1,
        "batch_count": 2,
        "context": b"chain 1",
        "nonce_digest": bytes([9]) * 32,
    }
    assert set(changes) == set(Statement.__dataclass_fields__)
    digests = {replace(STATEMENT, **{name: value}).digest() for name, value in changes.items()}  # type: ignore[arg-type]
    assert len(digests | {STATEMENT.digest()}) == len(changes) + 1


def test_every_profile_parameter_is_bound() -> None:
    names = [name for name in STANDARD.__dataclass_fields__ if name != "name"]
    digests = {
        replace(STATEMENT, profile=replace(STANDARD, **{name: getattr(STANDARD, name) + 1})).digest() for name in names
    }
    assert len(digests) == len(names)


def test_every_digest_is_bound() -> None:
    names = list(Digests.__dataclass_fields__)
    assert len({replace(STATEMENT, digests=replace(DIGESTS, **{n: b"x" * 32})).digest() for n in names}) == len(names)


def test_another_file_rejected() -> None:
    rejected(b"account,instrument\n", "a Plimsoll proof file")
    rejected(b"", "a Plimsoll proof file")


def test_another_version_rejected() -> None:
    data = write_proof(STATEMENT, b"")
    rejected(MAGIC + struct.pack("<H", 2) + data[10:], "protocol version 1, got version 2")


def test_too_large_file_rejected() -> None:
    rejected(bytes(MAX_FILE_BYTES + 1), "at most")


def test_overlong_statement_rejected() -> None:
    encoded = STATEMENT.encode() + b"\0"
    rejected(MAGIC + struct.pack("<HI", 1, len(encoded)) + encoded, "nothing after the statement")


def test_public_value_that_is_no_field_element_rejected() -> None:
    rejected(write_proof(replace(STATEMENT, public_values=(P,)), b""), "public value 0 below the field's prime")


def test_text_that_is_not_utf8_rejected() -> None:
    data = write_proof(STATEMENT, b"")
    rejected(data.replace(BOOK_BATCH.encode(), b"\xff" * len(BOOK_BATCH)), "UTF-8")


@given(st.integers(0, len(write_proof(STATEMENT, b"")) - 1))
def test_every_truncation_rejected(length: int) -> None:
    with pytest.raises(VerificationError):
        read_proof(write_proof(STATEMENT, b"")[:length])


@given(st.binary(max_size=400))
def test_random_bytes_raise_nothing_but_verification_errors(data: bytes) -> None:
    for candidate in (data, MAGIC + struct.pack("<HI", 1, len(data)) + data):
        try:
            read_proof(candidate)
        except VerificationError as error:
            assert error.step == "encoding"
