"""Five verifiers, three of whom must sign, and attestations by them, honest or not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from py_ecc.optimized_bls12_381 import curve_order

from plimsoll.engine.json_files import load_model
from plimsoll.engine.thresholds import Threshold
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.attestations import (
    AttestationPolicy,
    AttestedStatement,
    VerifiersAttestation,
    VerifierSet,
    context_digest,
    values_digest,
)
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.contexts import threshold_word

NAMES = ("Ada", "Bea", "Cyd", "Dot", "Eve")
SIGNING = (0, 2, 3)
NOW = 1_795_000_000
PROGRAM, PARAMETERS, MARKET, ROOT = "aa" * 32, "bb" * 32, "cc" * 32, "dd" * 32
CHAIN, GATE, BORROWER, NONCE, DEADLINE = 1, b"\x11" * 20, b"\x22" * 20, 0, NOW + 900
VALUES = (*range(1 << 60, (1 << 60) + 19), 2**64 - 2**32)
"""Twenty, as an account has."""
CONTEXT = ConsumerContext(CHAIN, GATE, BORROWER, NONCE, DEADLINE, bytes.fromhex(ROOT))
"""With the book's root as scope, as the contract asks."""
THRESHOLD = threshold_word(Threshold("ratio", ratio=1_200_000))


@cache
def keys() -> tuple[SigningKey, ...]:
    """Ascending by public key, as a set lists them."""
    drawn = (SigningKey.from_seed(b"verifier" + bytes([i]) * 32) for i in range(len(NAMES)))
    return tuple(sorted(drawn, key=lambda key: key.public_key))


@cache
def member_fields() -> tuple[dict[str, Any], ...]:
    return tuple(key.oracle(name).model_dump(mode="json") for key, name in zip(keys(), NAMES, strict=True))


def verifier_set(**changes: Any) -> VerifierSet:
    fields = {"version": 1, "verifiers": list(member_fields()), "threshold": 3}
    return load_model(VerifierSet, json.dumps(fields | changes).encode(), "verifiers.json")


def statement(**changes: Any) -> AttestedStatement:
    fields = {
        "kind": "account",
        "program": PROGRAM,
        "statement": "ee" * 32,
        "root": ROOT,
        "values": values_digest(VALUES).hex(),
        "market": MARKET,
        "parameters": PARAMETERS,
        "context": context_digest(CONTEXT.encode()).hex(),
        "threshold": THRESHOLD.hex(),
        "snapshot_time": NOW - 600,
        "expiry": NOW + 600,
        "security_bits": 130,
    }
    return load_model(AttestedStatement, json.dumps(fields | changes).encode(), "statement.json")


def attestation(
    said: AttestedStatement | None = None, places: tuple[int, ...] = SIGNING, among: VerifierSet | None = None
) -> VerifiersAttestation:
    """An attestation that each of `places` truly signed."""
    said = said or statement()
    signers = "".join(str(int(place in places)) for place in range(len((among or verifier_set()).verifiers)))
    return VerifiersAttestation(version=1, statement=said, signers=signers, signature=_signature(said.digest(), places))


@cache
def _signature(digest: bytes, places: tuple[int, ...]) -> bytes:
    """The aggregate, by the sum of the secrets: the same as adding the signatures, several times as fast."""
    return SigningKey(sum(keys()[place].secret for place in places) % curve_order).sign(digest)


@cache
def honest() -> VerifiersAttestation:
    return attestation()


def policy(**changes: Any) -> AttestationPolicy:
    """What a consumer accepts: this account, this context, now."""
    fields: dict[str, Any] = {"at": NOW, "kind": "account", "programs": frozenset({PROGRAM})}
    fields |= {"context": CONTEXT.encode(), "threshold": THRESHOLD}
    return AttestationPolicy(**(fields | changes))
