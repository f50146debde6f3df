"""Attestations that the accepted verifiers never gave, each with one lie, and each refused for it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from attesters import (
    BORROWER,
    CONTEXT,
    DEADLINE,
    GATE,
    MARKET,
    NAMES,
    NOW,
    PARAMETERS,
    ROOT,
    SIGNING,
    VALUES,
    attestation,
    honest,
    keys,
    member_fields,
    policy,
    statement,
    verifier_set,
)
from py_ecc.bls import G2ProofOfPossession as Bls
from py_ecc.bls.g2_primitives import G1_to_pubkey, G2_to_signature, pubkey_to_G1
from py_ecc.optimized_bls12_381 import G1, Z2, add, multiply, neg

from plimsoll.engine.problems import InputError
from plimsoll.engine.thresholds import Threshold
from plimsoll.prover.attestations import AttestationError, gather
from plimsoll.verifier.attestations import (
    AttestedStatement,
    VerifiersAttestation,
    VerifierSet,
    values_digest,
    verify_attestation,
)
from plimsoll.verifier.contexts import ContextError, publication_context, threshold_word
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import PolicyError

TWO = (0, 2)


def refused(
    brought: VerifiersAttestation, message: str, among: VerifierSet | None = None, **conditions: Any
) -> VerificationError:
    with pytest.raises(VerificationError, match=message) as caught:
        verify_attestation(brought, among or verifier_set(), policy(**conditions))
    assert caught.value.step == "attestation"
    return caught.value


def other(**changes: Any) -> bytes:
    return replace(CONTEXT, **changes).encode()


def test_three_of_five_accepted() -> None:
    found = verify_attestation(honest(), verifier_set(), policy())
    assert (found.signers, found.statement) == (tuple(NAMES[place] for place in SIGNING), statement())
    everything = {"root": ROOT, "values": values_digest(VALUES).hex(), "market": MARKET, "parameters": PARAMETERS}
    pinned = {name: bytes.fromhex(text) for name, text in everything.items()}
    assert verify_attestation(honest(), verifier_set(), policy(**pinned)) == found
    assert len(verify_attestation(attestation(places=(0, 1, 2, 3, 4)), verifier_set(), policy()).signers) == 5


def test_digest_is_the_documented_one() -> None:
    said = statement()
    words = [b"account".ljust(32, b"\0"), said.program, said.statement, said.root, said.values, said.market]
    words += [said.parameters, said.context, said.threshold]
    numbers = (NOW - 600).to_bytes(8, "big") + (NOW + 600).to_bytes(8, "big") + (130).to_bytes(2, "big")
    encoded = b"".join(words) + numbers
    assert said.encode() == encoded and len(encoded) == 306
    assert said.digest() == hashlib.sha256(b"plimsoll/verified/1".ljust(32, b"\0") + encoded).digest()


@pytest.mark.parametrize("field", sorted(AttestedStatement.model_fields))
def test_field_altered_after_signing_rejected(field: str) -> None:
    """Also where no policy looks at the field: the signature does."""
    value = getattr(statement(), field)
    other = {str: "accounu", bytes: "12" * 32, int: value if isinstance(value, str | bytes) else value - 1}[type(value)]
    altered = honest().model_copy(update={"statement": statement(**{field: other})})
    conditions: dict[str, Any] = {}
    if field == "kind":
        conditions["kind"] = "accounu"
    if field == "program":
        conditions["programs"] = frozenset({"12" * 32})
    if field not in ("context", "threshold"):
        refused(altered, "signers' signature over the statement", **conditions)
    else:
        refused(altered, "context digest|threshold 03")


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"kind": "book-batch"}, "a statement of kind book-batch, got account"),
        ({"programs": frozenset({"12" * 32})}, "a program among"),
        ({"programs": frozenset()}, "a program among"),
        ({"security_floor": 131}, "at least 131 proven bits, got 130"),
        ({"root": bytes(32)}, "root 00"),
        ({"values": bytes(32)}, "values 00"),
        ({"market": bytes(32)}, "market 00"),
        ({"parameters": bytes(32)}, "parameters 00"),
        ({"context": b""}, "context digest 00"),
        ({"context": other(chain=2)}, "context digest"),
        ({"context": other(contract=BORROWER)}, "context digest"),
        ({"context": other(borrower=GATE)}, "context digest"),
        ({"context": other(nonce=1)}, "context digest"),
        ({"context": other(expiry=DEADLINE + 1)}, "context digest"),
        ({"threshold": bytes(32)}, "threshold 00"),
        ({"threshold": threshold_word(Threshold("ratio", ratio=1_200_001))}, "threshold 03"),
        ({"threshold": threshold_word(Threshold("maintenance"))}, "threshold 01"),
        ({"at": NOW + 600}, "one 0 s past its expiry"),
        ({"at": NOW + 601}, "one 1 s past its expiry"),
        ({"at": 2**40}, "has not expired"),
        ({"max_validity": 599}, "an expiry at most 599 s ahead, got 600 s"),
        ({"max_age": 599}, "a snapshot at most 599 s old, got 600 s"),
        ({"at": NOW - 901, "max_validity": 2000}, "a snapshot at most 300 s ahead, got 301 s"),
    ],
)
def test_other_statement_than_the_consumers_rejected(conditions: dict[str, Any], message: str) -> None:
    refused(honest(), message, **conditions)


def test_limits_themselves_accepted() -> None:
    """The controls of the rejections above: one second, or one bit, less."""
    limits: list[dict[str, Any]] = [
        {"at": NOW + 599},
        {"max_validity": 600, "max_age": 600, "security_floor": 130},
        {"at": NOW - 900, "max_validity": 1500},
    ]
    for conditions in limits:
        verify_attestation(honest(), verifier_set(), policy(**conditions))


def test_proof_without_context_accepted_only_where_none_is_expected() -> None:
    free = attestation(statement(context="00" * 32))
    verify_attestation(free, verifier_set(), policy(context=b""))
    refused(free, "context digest")


def test_weak_floor_must_be_meant() -> None:
    with pytest.raises(PolicyError, match="accept weaker security explicitly"):
        policy(security_floor=127)
    weak = attestation(statement(security_bits=100))
    refused(weak, "at least 128 proven bits")
    verify_attestation(weak, verifier_set(), policy(security_floor=100, accept_weaker_security=True))


def test_threshold_short_by_one_rejected() -> None:
    of_two = attestation(places=TWO, among=verifier_set(threshold=2))
    refused(of_two, "at least 3 signers, got 2")
    verify_attestation(of_two, verifier_set(threshold=2), policy())


def test_signer_claimed_who_did_not_sign_rejected() -> None:
    of_two = attestation(places=TWO, among=verifier_set(threshold=2))
    refused(of_two.model_copy(update={"signers": "10110"}), "signers' signature")


def test_same_signature_twice_rejected() -> None:
    """One verifier's signature, added twice, is none of two verifiers."""
    said = statement()
    one, other = (keys()[place].sign(said.digest()) for place in TWO)
    doubled = bytes(Bls.Aggregate([one, one, other]))
    refused(honest().model_copy(update={"signature": doubled}), "signers' signature")


@pytest.mark.parametrize("signers", ["1011", "101100", "00000", "10120", "", "1011\n"])
def test_bitmap_of_another_set_rejected(signers: str) -> None:
    refused(honest().model_copy(update={"signers": signers}), "a bitmap of 5|at least 3 signers")


def test_other_signers_than_the_bitmap_says_rejected() -> None:
    refused(honest().model_copy(update={"signers": "11010"}), "signers' signature")


def test_unknown_verifiers_rejected() -> None:
    strangers = [keys()[i] for i in (0, 1, 2)]
    fewer = verifier_set(verifiers=[member_fields()[i] for i in (0, 1, 2)], threshold=3)
    said = statement()
    brought = gather(fewer, said, {key.public_key: key.sign(said.digest()) for key in strangers})
    verify_attestation(brought, fewer, policy())
    others = verifier_set(verifiers=[member_fields()[i] for i in (1, 2, 3)], threshold=3)
    refused(brought, "signers' signature", others)


def test_rogue_key_rejected() -> None:
    """A key made of the others' negatives lets its maker sign for all three; it has no proof of possession."""
    secret = 4711
    honest_keys = [pubkey_to_G1(keys()[place].public_key) for place in TWO]
    rogue = bytes(G1_to_pubkey(add(multiply(G1, secret), neg(add(*honest_keys)))))
    members = [dict(member_fields()[place]) for place in TWO]
    members.append({"name": "Mallory", "public_key": rogue.hex(), "proof_of_possession": bytes(96).hex()})
    for proof in (members[0]["proof_of_possession"], bytes(Bls.PopProve(secret)).hex(), "c0" + "00" * 95):
        members[-1]["proof_of_possession"] = proof
        among = verifier_set(verifiers=sorted(members, key=lambda one: str(one["public_key"])))
        said = statement()
        forged = VerifiersAttestation(
            version=1, statement=said, signers="111", signature=bytes(Bls.Sign(secret, said.digest()))
        )
        everybody = [one.public_key for one in among.verifiers]
        assert Bls.FastAggregateVerify(everybody, said.digest(), forged.signature), "the lie is a working one"
        refused(forged, "a proof that Mallory holds the secret of its key", among)


@pytest.mark.parametrize("signature", [bytes(96), bytes(G2_to_signature(Z2)), b"\xff" * 96], ids=["0", "inf", "ff"])
def test_signature_that_is_no_point_rejected(signature: bytes) -> None:
    refused(honest().model_copy(update={"signature": signature}), "signers' signature")


def test_signature_for_another_purpose_rejected() -> None:
    """A proof of possession or a report's signature is no attestation, even over the same digest."""
    said = statement()
    other = [bytes(Bls._CoreSign(keys()[p].secret, said.digest(), Bls.POP_TAG)) for p in SIGNING]
    refused(honest().model_copy(update={"signature": bytes(Bls.Aggregate(other))}), "signers' signature")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verifiers": list(reversed(member_fields()))}, "do not strictly ascend"),
        ({"verifiers": [member_fields()[0]] * 2, "threshold": 2}, "do not strictly ascend"),
        ({"verifiers": [member_fields()[0], member_fields()[1] | {"name": NAMES[0]}], "threshold": 1}, "one name"),
        ({"threshold": 6}, "a quorum of 6 among 5 verifiers"),
        ({"threshold": 0}, "expected at least 1"),
        ({"threshold": "3"}, "expected an integer"),
        ({"threshold": True}, "expected an integer"),
        ({"verifiers": []}, "expected at least 1 of them"),
        ({"treshold": 3}, "unknown field"),
        ({"version": 2}, "expected 1"),
    ],
)
def test_bad_set_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        verifier_set(**changes)


@pytest.mark.parametrize("text", ["upper", "short", "long", "blank", "number"])
@pytest.mark.parametrize("field", ["public_key", "proof_of_possession"])
def test_bytes_have_one_spelling(field: str, text: str) -> None:
    right = str(member_fields()[0][field])
    other: Any = {"upper": right.upper(), "short": right[2:], "long": right + "00", "number": 7}.get(text)
    wrong = right[:2] + " " + right[3:] if text == "blank" else other
    with pytest.raises(InputError, match="lower-case hexadecimal digits"):
        verifier_set(verifiers=[member_fields()[0] | {field: wrong}], threshold=1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "Account"}, "lower-case letters"),
        ({"kind": "a" * 33}, "1 to 32"),
        ({"kind": "account\0"}, "lower-case letters"),
        ({"kind": "account\n"}, "lower-case letters"),
        ({"root": "dd" * 31}, "64 lower-case"),
        ({"expiry": -1}, "at least 0"),
        ({"expiry": 2**63}, "less than"),
        ({"security_bits": 2**16}, "less than"),
        ({"snapshot_time": 1.5}, "JSON number"),
        ({"market_digest": "cc" * 32}, "unknown field"),
    ],
)
def test_bad_statement_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        statement(**changes)


def test_gathered_signatures_are_the_aggregate() -> None:
    said = statement()
    signed = {keys()[i].public_key: keys()[i].sign(said.digest()) for i in SIGNING}
    assert gather(verifier_set(), said, signed) == honest()


def test_gathering_names_who_signed_wrongly() -> None:
    said = statement()
    signed = {keys()[i].public_key: keys()[i].sign(said.digest()) for i in SIGNING}
    with pytest.raises(AttestationError, match="2 signatures of 3 needed"):
        gather(verifier_set(), said, dict(list(signed.items())[:2]))
    with pytest.raises(AttestationError, match="no verifier of the set"):
        gather(verifier_set(verifiers=list(member_fields()[1:])), said, signed)
    other = keys()[2].sign(statement(expiry=NOW + 601).digest())
    with pytest.raises(AttestationError, match="signature of Cyd is not over this statement"):
        gather(verifier_set(), said, signed | {keys()[2].public_key: other})


def test_context_is_bound_as_a_whole() -> None:
    assert len(CONTEXT.encode()) == 176 and CONTEXT.encode().startswith(b"plimsoll/context/evm/2\0")
    assert VerifiersAttestation.parse(honest().model_dump_json().encode()) == honest()


def test_context_of_a_key_of_another_length_rejected() -> None:
    """Its parts have no lengths of their own: a shorter key would let another oracle set stand in its place."""
    assert len(publication_context(bytes(48), None)) == 112
    for length in (47, 49):
        with pytest.raises(ContextError, match="expected 48"):
            publication_context(bytes(length), None)
