"""What oracles, and those who gather their reports, do: keys, signed reports, attestations."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from py_ecc.bls import G2ProofOfPossession as Bls

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.price_reports import PriceReport
from plimsoll.verifier.oracles import Attestation, Oracle, OracleSet

SEED_BYTES = 32


class OracleError(PlimsollError):
    """Reports that make no attestation, or a seed that makes no key."""


@dataclass(frozen=True, slots=True, repr=False)
class OracleKey:
    """An oracle's secret. Never printed: `repr` would show it in a log or an exception's text."""

    secret: int

    @staticmethod
    def draw() -> OracleKey:
        """A fresh key from the operating system's generator."""
        return OracleKey.from_seed(secrets.token_bytes(SEED_BYTES))

    @staticmethod
    def from_seed(seed: bytes) -> OracleKey:
        """The key of a seed of at least 32 bytes (KeyGen of draft-irtf-cfrg-bls-signature-05)."""
        if len(seed) < SEED_BYTES:
            raise OracleError(f"a seed of {len(seed)} bytes, expected at least {SEED_BYTES}")
        return OracleKey(Bls.KeyGen(seed))

    @property
    def public_key(self) -> bytes:
        """48 bytes, compressed."""
        return bytes(Bls.SkToPk(self.secret))

    def oracle(self, name: str) -> Oracle:
        """What others list of it: name, public key, proof of possession."""
        return Oracle(name=name, public_key=self.public_key, proof_of_possession=bytes(Bls.PopProve(self.secret)))

    def sign(self, report: PriceReport) -> bytes:
        """96 bytes, compressed."""
        return bytes(Bls.Sign(self.secret, report.digest(self.public_key)))


def attest(oracles: OracleSet, signed: Mapping[bytes, tuple[PriceReport, bytes]]) -> Attestation:
    """Gathers reports with their signatures, by public key, into one attestation.

    Raises:
        OracleError: for a key outside the set, or a signature that is not the key's own over its report: one bad
            signature would spoil the aggregate, and nobody could tell whose it was.
    """
    known = {one.public_key: one.name for one in oracles.oracles}
    for key, (report, signature) in signed.items():
        if key not in known:
            raise OracleError(f"a report of {key.hex()[:16]}..., which is no oracle of the set")
        if not Bls.Verify(key, report.digest(key), signature):
            raise OracleError(f"the signature of {known[key]} is not over its report: ask it to sign again")
    if not signed:
        raise OracleError("no report to attest with")
    signers = [key for key in known if key in signed]
    return Attestation(
        version=1,
        signers="".join("1" if key in signed else "0" for key in known),
        reports=tuple(signed[key][0] for key in signers),
        signature=bytes(Bls.Aggregate([signed[key][1] for key in signers])),
    )
