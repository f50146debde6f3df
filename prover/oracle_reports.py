"""Gathers oracles' signed reports into one attestation."""

from __future__ import annotations

from collections.abc import Mapping

from py_ecc.bls import G2ProofOfPossession as Bls

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.price_reports import PriceReport
from plimsoll.verifier.oracles import Attestation, OracleSet


class OracleError(PlimsollError):
    """Reports that make no attestation."""


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
