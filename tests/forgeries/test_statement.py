"""The statement around a proof: each field edited, with the proof left as it is and with a proof made for the edit."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

import pytest
from small_venue import EDGE, PARAMETERS, TIME, honest, snapshot
from toolkit import (
    POLICY,
    accepted,
    dishonest,
    dishonest_profile,
    forge,
    genuine,
    upstream_accepts,
    upstream_verdict,
    verdict,
)

from plimsoll.circuits.field import P
from plimsoll.prover.core_api import upstream_verify
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.statement import MAGIC, Digests, Statement, read_proof, write_proof

Edit = Callable[[Statement], dict[str, Any]]


@cache
def proof() -> tuple[Statement, bytes]:
    return read_proof(forge().file())


def digest_edit(name: str) -> Edit:
    def edit(statement: Statement) -> dict[str, Any]:
        digest: bytes = getattr(statement.digests, name)
        return {"digests": replace(statement.digests, **{name: bytes([digest[0] ^ 1]) + digest[1:]})}

    return edit


def value_edit(place: int) -> Edit:
    def edit(statement: Statement) -> dict[str, Any]:
        values = list(statement.public_values)
        values[place] ^= 1
        return {"public_values": tuple(values)}

    return edit


def profile_edit(**changes: Any) -> Edit:
    return lambda _: {"profile": replace(STANDARD, **changes)}


PROVABLE: dict[str, Edit] = {
    "kind": lambda _: {"kind": "account"},
    "shape class of another height": lambda _: {"shape": "book-2^3x1"},
    "shape class that does not exist": lambda _: {"shape": "book-2^2x5"},
    "profile, insecure": lambda _: {"profile": INSECURE_TEST},
    "profile, insecure under the name of the standard": lambda _: {
        "profile": replace(INSECURE_TEST, name=STANDARD.name)
    },
    "profile, name": profile_edit(name="standard-129"),
    "profile, queries": profile_edit(queries=111),
    "profile, work": profile_edit(query_pow_bits=19),
    "profile, final polynomial": profile_edit(log_final_poly_len=4),
    "profile, arity": profile_edit(max_log_arity=2),
    "profile, codewords": profile_edit(random_codewords=3),
    "profile, cap": profile_edit(cap_height=2),
    **{f"digest of {f.name}": digest_edit(f.name) for f in fields(Digests)},
    "sequence": lambda statement: {"sequence": statement.sequence + 1},
    "previous publication": lambda _: {"previous": bytes([1] * 32)},
    "batch index": lambda _: {"batch_index": 1},
    "batch count": lambda _: {"batch_count": 2},
    "context": lambda _: {"context": b"another consumer"},
}
"""Statements that a prover can prove as well as the genuine one: only a policy can refuse them."""
BOUND: dict[str, Edit] = {
    **{f"public value {place}": value_edit(place) for place in range(1, 9)},
    "nonce": lambda _: {"nonce_digest": bytes([1] * 32)},
}
"""What no policy can know: only the transcript binds it."""
ONLY_WRITTEN: dict[str, Edit] = {
    "profile, blowup": profile_edit(log_blowup=3),
    "profile, salts": profile_edit(salt_elements=2),
    "public value left out": lambda statement: {"public_values": statement.public_values[:-1]},
    "public value doubled": lambda statement: {
        "public_values": (*statement.public_values, statement.public_values[-1])
    },
    "height of the tree": lambda statement: {"public_values": (3, *statement.public_values[1:])},
}


def test_control_statement_as_it_is_is_accepted() -> None:
    statement, body = proof()
    accepted(write_proof(statement, body))
    upstream_accepts(statement, body)


def step_of(name: str) -> str:
    return "tables" if name == "shape class that does not exist" else "policy"


@pytest.mark.parametrize("name", [*PROVABLE, *ONLY_WRITTEN])
def test_edited_statement_rejected(name: str) -> None:
    statement, body = proof()
    edited = replace(statement, **(PROVABLE | ONLY_WRITTEN)[name](statement))
    assert edited != statement
    assert verdict(write_proof(edited, body)).step == step_of(name)
    assert upstream_verdict(edited, body)


@pytest.mark.parametrize("name", PROVABLE)
def test_proof_of_another_statement_rejected(name: str) -> None:
    """The proof is made for the edited statement, and upstream's verifier accepts it as such: it knows no policy.

    For the statement that the caller asks for it is no proof.
    """
    statement, _ = proof()
    forgery = forge()
    forgery.changes = PROVABLE[name](statement)
    body = forgery.body()
    upstream_accepts(forgery.statement, body)
    assert verdict(write_proof(forgery.statement, body)).step == step_of(name)
    assert upstream_verdict(statement, body)
    # Fewer queries, for one, make a shorter proof.
    assert verdict(write_proof(statement, body)).step in ("constraints", "encoding")


@pytest.mark.parametrize("name", BOUND)
def test_edited_value_rejected(name: str) -> None:
    """Root, commitment or nonce of what the proof was not made for."""
    statement, body = proof()
    edited = replace(statement, **BOUND[name](statement))
    assert verdict(write_proof(edited, body)).step == "constraints"
    assert upstream_verdict(edited, body)


ENCODINGS: dict[str, Callable[[Statement], bytes]] = {
    "without its label": lambda statement: statement.encode(),
    "of another version": lambda statement: b"plimsoll/statement" + struct.pack("<H", 2) + statement.encode(),
    "with the version's bytes swapped": lambda statement: (
        b"plimsoll/statement" + struct.pack(">H", 1) + statement.encode()
    ),
    "with the file's header": lambda statement: b"plimsoll/statement" + write_proof(statement, b""),
    "without the public values' number": lambda statement: (
        b"plimsoll/statement" + struct.pack("<H", 1) + statement.encode()[: -2 - 8 * 9] + statement.encode()[-8 * 9 :]
    ),
    "as text": lambda statement: repr(statement).encode(),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_digest_of_another_encoding_rejected(name: str) -> None:
    """The proof is made for the genuine statement, digested in another way: no digest is read from a file."""
    forgery = forge()
    raw = [trace.tobytes() for trace in forgery.traces]
    digest = hashlib.sha256(ENCODINGS[name](forgery.statement)).digest()
    assert digest != forgery.statement.digest()
    profile = dishonest_profile(STANDARD)
    body = dishonest.prove_traces(forgery.tables.encode(), raw, forgery.publics, digest, profile)
    upstream_verify(genuine().book, forgery.publics, digest, body, STANDARD)
    assert verdict(write_proof(forgery.statement, body)).step == "constraints"
    assert upstream_verdict(forgery.statement, body)


def test_swapped_public_values_rejected() -> None:
    statement, body = proof()
    height, a, b, *others = statement.public_values
    edited = replace(statement, public_values=(height, b, a, *others))
    assert verdict(write_proof(edited, body)).step == "constraints"
    assert upstream_verdict(edited, body)


def test_body_of_another_book_rejected() -> None:
    """Two books with proofs of their own: neither body goes with the other's statement."""
    statement, body = proof()
    leaf = replace(honest().leaves[EDGE], salt=(1, 2, 3, 5))
    other = read_proof(forge(honest().having(EDGE, leaf)).file())
    assert other[0].public_values != statement.public_values
    for about, shown in ((statement, other[1]), (other[0], body)):
        assert verdict(write_proof(about, shown)).step == "constraints"
        assert upstream_verdict(about, shown)


def test_statement_reused_with_another_snapshot_rejected() -> None:
    """The next snapshot of the same venue, with the same prices."""
    later = snapshot(time=TIME.replace("12:00:00", "12:00:01"))
    with pytest.raises(VerificationError, match="^policy: expected market digest"):
        verify_book(write_proof(*proof()), later, PARAMETERS, POLICY)


# The encoding of the statement.


def test_public_value_that_is_not_canonical_rejected() -> None:
    """The tree's height as 2 + p: the same element, another text."""
    file = write_proof(*proof())
    statement, body = proof()
    edited = (statement.public_values[0] + P, *statement.public_values[1:])
    values, again = struct.pack("<9Q", *statement.public_values), struct.pack("<9Q", *edited)
    assert file.count(values) == 1
    assert verdict(file.replace(values, again)).step == "encoding"
    assert upstream_verdict(replace(statement, public_values=edited), body)


HEADER = len(MAGIC) + 6


def test_cut_or_longer_statement_rejected() -> None:
    statement, body = proof()
    encoded = statement.encode()
    for changed in (encoded[:-1], encoded + b"\0", b""):
        file = MAGIC + struct.pack("<HI", 1, len(changed)) + changed + body
        assert verdict(file).step == "encoding"


@pytest.mark.parametrize("at", range(HEADER))
def test_flipped_header_rejected(at: int) -> None:
    """Magic, version, and the statement's length."""
    file = bytearray(write_proof(*proof()))
    file[at] ^= 1
    assert verdict(bytes(file)).step == "encoding"


def test_flipped_byte_of_the_statement_rejected() -> None:
    """Bytes of every field: nothing in a statement is decoration."""
    statement, body = proof()
    file = write_proof(statement, body)
    last = HEADER + len(statement.encode())
    for at in range(HEADER, last, 5):
        changed = file[:at] + bytes([file[at] ^ 1]) + file[at + 1 :]
        assert verdict(changed).step in ("encoding", "policy", "tables", "constraints"), at
