"""The secret keys of those who sign: venues and oracles. BLS12-381, public keys in G1."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from py_ecc.bls import G2ProofOfPossession as Bls

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.price_reports import PriceReport
from plimsoll.verifier.oracles import Oracle

SEED_BYTES = 32


class SigningKeyError(PlimsollError):
    """A seed that makes no key, or a key file that cannot be used."""


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A secret key. Never printed: `repr` would show it in a log or an exception's text."""

    secret: int

    @staticmethod
    def draw() -> SigningKey:
        """A fresh key from the operating system's generator."""
        return SigningKey.from_seed(secrets.token_bytes(SEED_BYTES))

    @staticmethod
    def from_seed(seed: bytes) -> SigningKey:
        """The key of a seed of at least 32 bytes (KeyGen of draft-irtf-cfrg-bls-signature-05)."""
        if len(seed) < SEED_BYTES:
            raise SigningKeyError(f"a seed of {len(seed)} bytes, expected at least {SEED_BYTES}")
        return SigningKey(Bls.KeyGen(seed))

    @property
    def public_key(self) -> bytes:
        """48 bytes, compressed."""
        return bytes(Bls.SkToPk(self.secret))

    def oracle(self, name: str) -> Oracle:
        """What others list of it: name, public key, proof of possession."""
        return Oracle(name=name, public_key=self.public_key, proof_of_possession=bytes(Bls.PopProve(self.secret)))

    def sign(self, digest: bytes) -> bytes:
        """Signature over a digest; 96 bytes, compressed."""
        return bytes(Bls.Sign(self.secret, digest))

    def sign_report(self, report: PriceReport) -> bytes:
        """Signature of the oracle that has this key over its own report."""
        return self.sign(report.digest(self.public_key))
