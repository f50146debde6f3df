"""Transactions to PlimsollGate, honest and not: each with the word that it is refused with, or none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from attesters import (
    BORROWER,
    CHAIN,
    CONTEXT,
    DEADLINE,
    GATE,
    NOW,
    PARAMETERS,
    PROGRAM,
    ROOT,
    THRESHOLD,
    VALUES,
    attestation,
    keys,
    member_fields,
    statement,
    verifier_set,
)
from py_ecc.bls import G2ProofOfPossession as Bls
from py_ecc.bls.g2_primitives import G1_to_pubkey, pubkey_to_G1
from py_ecc.optimized_bls12_381 import G1, add, multiply, neg

from plimsoll.engine.thresholds import Threshold
from plimsoll.verifier.attestations import AttestedStatement, VerifiersAttestation, context_digest, values_digest
from plimsoll.verifier.contexts import NO_ORACLES, PUBLICATION, publication_context, threshold_word
from plimsoll.verifier.onchain import accept_root_call, admit_call, constructor_arguments

VENUE = bytes(range(48))
BOOK_PROGRAM = "99" * 32
TAG_AT = 15
"""As in an account's public values."""
STRANGER = b"\x44" * 20
NEXT_ROOT = "12" * 32
TERMS: tuple[bytes | int, ...] = (
    context_digest(publication_context(VENUE, None)),
    bytes.fromhex(BOOK_PROGRAM),
    bytes.fromhex(PROGRAM),
    bytes.fromhex(PARAMETERS),
    THRESHOLD,
    3600,
    3600,
    128,
    TAG_AT,
)
BITMAP_AT, SIGNATURE_AT = 4 + 12 * 32, 4 + 13 * 32


WORDS = ("kind", "program", "statement", "root", "values", "market", "parameters", "context", "threshold")


@dataclass(frozen=True)
class Deployment:
    """A construction, and the word that it is refused with, or none."""

    name: str
    arguments: bytes
    refused: str | None


@dataclass(frozen=True)
class Case:
    """Transactions one after another to a fresh gate: (time, sender, calldata); only the last one may be refused."""

    name: str
    calls: tuple[tuple[int, bytes, bytes], ...]
    refused: str | None
    chain: int = CHAIN


def publication(places: tuple[int, ...] = (0, 2, 3), **changes: Any) -> VerifiersAttestation:
    fields = {
        "kind": "publication",
        "program": BOOK_PROGRAM,
        "context": context_digest(publication_context(VENUE, None)).hex(),
        "values": "00" * 32,
        "threshold": "00" * 32,
    }
    return attestation(statement(**(fields | changes)), places, verifier_set(threshold=1))


def account(places: tuple[int, ...] = (0, 2, 3), **changes: Any) -> VerifiersAttestation:
    return attestation(statement(**changes), places, verifier_set(threshold=1))


def root(brought: VerifiersAttestation | None = None, at: int = NOW) -> tuple[int, bytes, bytes]:
    return at, BORROWER, accept_root_call(brought or publication())


def entry(
    brought: VerifiersAttestation | None = None, at: int = NOW, sender: bytes = BORROWER, **changes: Any
) -> tuple[int, bytes, bytes]:
    fields: dict[str, Any] = {"values": VALUES, "deadline": DEADLINE} | changes
    return at, sender, admit_call(brought or account(), **fields)


def edited(one: tuple[int, bytes, bytes], at: int, data: bytes) -> tuple[int, bytes, bytes]:
    when, sender, call = one
    return when, sender, call[:at] + data + call[at + len(data) :]


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def bound(values: tuple[int, ...] = VALUES, root: str = ROOT, **changes: Any) -> AttestedStatement:
    """An account's statement about other public values, another book or another context. The scope is the book's root
    unless it is named."""
    context = replace(CONTEXT, **{"scope": bytes.fromhex(root)} | changes)
    return statement(values=values_digest(values).hex(), context=context_digest(context.encode()).hex(), root=root)


def cases() -> Iterator[Case]:
    """In an order that stays."""
    yield Case("honest", (root(), entry()), None)
    yield Case("all five signed", (root(), entry(account((0, 1, 2, 3, 4)))), None)
    yield Case("bits of the bitmap swapped", (root(), edited(entry(), BITMAP_AT, word(0b01011))), "signature")
    yield Case("bitmap names a sixth", (root(), edited(entry(), BITMAP_AT, word(0b101101))), "bitmap")
    yield Case("bitmap empty", (root(), edited(entry(), BITMAP_AT, word(0))), "threshold")
    yield Case("two signatures", (root(), entry(account((0, 2)))), "threshold")
    two = edited(entry(account((0, 2))), BITMAP_AT, word(0b01101))
    yield Case("two signatures, three claimed", (root(), two), "signature")
    yield Case("signature at infinity", (root(), edited(entry(), SIGNATURE_AT, bytes(256))), "signature")
    yield Case("signature off the curve", (root(), edited(entry(), SIGNATURE_AT, word(1))), "precompile")
    x = int.from_bytes(entry()[2][SIGNATURE_AT : SIGNATURE_AT + 64], "big") + FIELD
    yield Case("coordinate not reduced", (root(), edited(entry(), SIGNATURE_AT, x.to_bytes(64, "big"))), "precompile")
    for place, name in enumerate(WORDS):
        refused = {"kind": "kind", "program": "program", "values": "public values", "parameters": "parameters"}
        refused |= {"context": "context", "root": "context", "threshold": "threshold of the account"}
        want = refused.get(name, "signature")
        yield Case(f"{name} altered", (root(), edited(entry(), 4 + 32 * place, b"\x07" * 32)), want)
    yield Case("snapshot time altered", (root(), edited(entry(), 4 + 9 * 32, word(NOW - 599))), "signature")
    yield Case("expiry altered", (root(), edited(entry(), 4 + 10 * 32, word(NOW + 601))), "signature")
    yield Case("security altered", (root(), edited(entry(), 4 + 11 * 32, word(131))), "signature")
    yield Case("expiry too wide", (root(), edited(entry(), 4 + 10 * 32, word(2**64))), "")
    yield Case("weak proof", (root(), entry(account(security_bits=127))), "security")
    yield Case("other rules", (root(), entry(account(parameters="12" * 32))), "parameters")
    weak = threshold_word(Threshold("ratio", ratio=1)).hex()
    yield Case("lower threshold", (root(), entry(account(threshold=weak))), "threshold of the account")
    yield Case("root with a threshold", (root(publication(threshold=weak)),), "threshold of the account")
    yield Case("last second", (root(), entry(at=NOW + 599)), None)
    yield Case("expired", (root(), entry(at=NOW + 600)), "expired")
    yield Case("signed for too long", (root(), entry(account(expiry=NOW + 3601))), "expiry")
    yield Case("snapshot too old", (root(), entry(account(snapshot_time=NOW - 3601))), "age of the snapshot")
    yield Case("snapshot of the future", (root(), entry(account(snapshot_time=NOW + 301))), "snapshot of the future")
    yield Case("root not accepted", (entry(),), "root")
    yield Case("account of another root", (root(), entry(attestation(bound(root=NEXT_ROOT)))), "root")
    old = root(publication(snapshot_time=NOW - 3599))
    yield Case("root too old by now", (old, entry(at=NOW + 2)), "age of the root")
    yield Case("account at other prices", (root(), entry(account(market="12" * 32))), "market")
    yield Case("root twice", (root(), root()), "root known")
    yield Case("root by another venue", (root(publication(context=other_venue())),), "publisher")
    yield Case("root with two signatures", (root(publication((0, 1))),), "threshold")
    yield Case("account shown as a publication", ((NOW, BORROWER, accept_root_call(account())),), "kind")
    swapped = (NOW, BORROWER, admit_call(publication(), VALUES, DEADLINE))
    yield Case("publication shown as an account", (swapped,), "kind")
    yield Case("book of another program", (root(publication(program="12" * 32)),), "program")
    yield Case("other chain", (root(), entry()), "context", chain=CHAIN + 1)
    yield Case("other contract", (root(), entry(attestation(bound(contract=BORROWER)))), "context")
    yield Case("other borrower", (root(), entry(sender=GATE)), "context")
    yield Case("other nonce", (root(), entry(attestation(bound(nonce=1)))), "context")
    yield Case("other deadline", (root(), entry(deadline=DEADLINE + 1)), "context")
    late = account(expiry=NOW + 2000)
    yield Case("past the deadline", (root(), entry(late, at=DEADLINE)), "deadline")
    yield Case("same attestation again", (root(), entry(), entry()), "context")
    yield Case("same tag, next nonce", (root(), entry(), entry(attestation(bound(nonce=1)))), "tag used")
    other = (*VALUES[:TAG_AT], 5, *VALUES[TAG_AT + 1 :])
    again = entry(attestation(bound(other, nonce=1)), values=other)
    yield Case("other tag, next nonce", (root(), entry(), again), None)
    yield from scopes(other)
    yield Case("other public values", (root(), entry(values=other)), "public values")
    short = VALUES[: TAG_AT + 3]
    yield Case("too few public values", (root(), entry(attestation(bound(short)), values=short)), "tag")
    yield Case("unknown function", ((NOW, BORROWER, b"\0\1\2\3" + entry()[2][4:]),), "")


def scopes(other: tuple[int, ...]) -> Iterator[Case]:
    """One owner with two addresses, and two books. `other` are public values with another tag."""
    second = entry(attestation(bound(borrower=STRANGER)), sender=STRANGER)
    yield Case("one owner, second borrower", (root(), entry(), second), "tag used")
    yield Case("second borrower first", (root(), second, entry()), "tag used")
    later = entry(attestation(bound(borrower=STRANGER, expiry=DEADLINE + 60)), sender=STRANGER, deadline=DEADLINE + 60)
    yield Case("one owner, second borrower, other deadline", (root(), entry(), later), "tag used")
    hers = entry(attestation(bound(other, borrower=STRANGER)), sender=STRANGER, values=other)
    yield Case("another owner, second borrower", (root(), entry(), hers), None)
    books = (root(), root(publication(root=NEXT_ROOT)), entry())
    next_book = entry(attestation(bound(other, NEXT_ROOT, nonce=1)), values=other)
    yield Case("one owner, next book", (*books, next_book), None)
    lie = entry(
        attestation(bound(other, borrower=STRANGER, scope=bytes.fromhex(NEXT_ROOT))), sender=STRANGER, values=other
    )
    yield Case("tag for next book", (*books, lie), "context")
    lie = entry(attestation(bound(other, scope=b"\x55" * 32)), values=other)
    yield Case("tag for a scope of her own", (root(), lie), "context")
    same = entry(attestation(bound(VALUES, NEXT_ROOT, nonce=1)))
    yield Case("same tag, next book", (*books, same), "tag used")


def other_venue() -> str:
    tag = PUBLICATION.ljust(32, b"\0")
    return context_digest(tag + VENUE[::-1] + NO_ORACLES).hex()


def deployments() -> Iterator[Deployment]:
    """In an order that stays; the first is the one that the cases are sent to."""
    honest = constructor_arguments(verifier_set(), TERMS)
    head, member = 12 * 32, 12 * 32
    yield Deployment("honest", honest, None)
    yield Deployment("threshold above the number", honest[:32] + word(6) + honest[64:], "threshold")
    yield Deployment("threshold of none", honest[:32] + word(0) + honest[64:], "threshold")
    yield Deployment("nobody", honest[: head - 32] + word(0), "number of verifiers")
    first, second, rest = (
        honest[head : head + member],
        honest[head + member : head + 2 * member],
        honest[head + 2 * member :],
    )
    yield Deployment("keys descend", honest[:head] + second + first + rest, "order of keys")
    yield Deployment("key twice", honest[:head] + first + first + rest, "order of keys")
    exchanged = first[:128] + second[128:] + second[:128] + first[128:]
    yield Deployment("possession of another key", honest[:head] + exchanged + rest, "possession")
    yield Deployment("rogue key", rogue(), "possession")
    yield Deployment("key at infinity", honest[:head] + bytes(384) + second + rest, "key at infinity")
    yield Deployment("key off the curve", honest[:head] + word(1) + honest[head + 32 :], "precompile")
    yield Deployment("coordinate too wide", honest[:head] + word(2**130) + honest[head + 32 :], "coordinate")
    yield Deployment("weak floor", constructor_arguments(verifier_set(), (*TERMS[:7], 127, TAG_AT)), "security floor")
    yield Deployment("no age", constructor_arguments(verifier_set(), (*TERMS[:5], 0, 3600, 128, TAG_AT)), "times")


def rogue() -> bytes:
    """A key that cancels the first one out, with the best that its maker has: a proof for the key that is left."""
    secret = 4711
    made = bytes(G1_to_pubkey(add(multiply(G1, secret), neg(pubkey_to_G1(keys()[0].public_key)))))
    proof = bytes(Bls._CoreSign(secret, made, Bls.POP_TAG)).hex()
    members = [member_fields()[0], {"name": "Mallory", "public_key": made.hex(), "proof_of_possession": proof}]
    ascending = sorted(members, key=lambda one: str(one["public_key"]))
    return constructor_arguments(verifier_set(verifiers=ascending, threshold=2), TERMS)


FIELD = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
