"""What a verifier signs, and how signatures of several become one attestation."""

from __future__ import annotations

from collections.abc import Mapping

from py_ecc.bls import G2ProofOfPossession as Bls

from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.attestations import AttestedStatement, VerifiersAttestation, VerifierSet


class AttestationError(PlimsollError):
    """Signatures that make no attestation."""


def gather(
    verifiers: VerifierSet, statement: AttestedStatement, signatures: Mapping[bytes, bytes]
) -> VerifiersAttestation:
    """One attestation of a statement from verifiers' signatures, by public key.

    Raises:
        AttestationError: fewer than the threshold, a key outside the set, or a signature that is not the key's own over
            this statement: one bad signature would spoil the aggregate, and nobody could tell whose it was.
    """
    known = {one.public_key: one.name for one in verifiers.verifiers}
    digest = statement.digest()
    for key, signature in signatures.items():
        if key not in known:
            raise AttestationError(f"a signature by {key.hex()[:16]}..., which is no verifier of the set")
        if not Bls.Verify(key, digest, signature):
            raise AttestationError(f"the signature of {known[key]} is not over this statement: ask it to sign again")
    if len(signatures) < verifiers.threshold:
        raise AttestationError(f"{len(signatures)} signatures of {verifiers.threshold} needed: ask more verifiers")
    return VerifiersAttestation(
        version=1,
        statement=statement,
        signers="".join("1" if key in signatures else "0" for key in known),
        signature=bytes(Bls.Aggregate([signatures[key] for key in known if key in signatures])),
    )
