"""Is a market snapshot what a quorum of oracles reported? Five steps, numbered as in docs/protocol/oracles.md.

The caller pins an `OracleSet`: the keys, the quorum, and the bounds within which reports must lie. An `Attestation`
comes with the publication: which of the keys signed, each one's report, and one aggregate BLS12-381 signature over all
of them (proof-of-possession scheme of draft-irtf-cfrg-bls-signature-05, public keys in G1; py_ecc computes it).

Nothing else in a snapshot is attested: funding and open interest remain what the venue claims.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field, StrictStr, model_validator

from plimsoll.engine.decimals import PPM, PPM_DIGITS, format_decimal
from plimsoll.engine.fields import Count, Name, Rate, Version
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.price_reports import PriceReport, median
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.quorums import (
    BITMAP,
    KEY_BYTES,
    MAX_MEMBERS,
    Member,
    PublicKey,
    Signature,
    check_members,
    check_possession,
    signers_of,
)

__all__ = [
    "KEY_BYTES",
    "Attestation",
    "AttestedPrices",
    "Oracle",
    "OracleSet",
    "PublicKey",
    "Signature",
    "verify_prices",
]

STEP: Final = "oracles"
MAX_ORACLES: Final = MAX_MEMBERS
MICROSECONDS: Final = 1_000_000


class Oracle(Member):
    """One oracle: its name, its key, and its proof that it holds the secret key."""


class OracleSet(BaseModel):
    """Whom the caller believes, how many of them must agree, and within what bounds.

    Against f dishonest oracles, `quorum` must be at least 2f + 1.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    feed: Name = Field(description="whose symbols the reports use")
    oracles: tuple[Oracle, ...] = Field(min_length=1, max_length=MAX_ORACLES)
    quorum: Count = Field(ge=1, le=MAX_ORACLES, description="reports needed for every price")
    max_age_seconds: Count = Field(ge=0, lt=2**31, description="how much older than the snapshot a report may be")
    max_deviation: Rate = Field(description="how far a report's price may be from the median, as a part of it")
    max_confidence: Rate = Field(description="how wide a report's half-interval may be, as a part of its price")
    symbols: dict[Name, Name] = Field(description="the symbol that prices each instrument of the snapshot")
    unattested: tuple[Name, ...] = Field(default=(), description="instruments whose prices the caller takes unsigned")

    @classmethod
    def load(cls, path: str | Path) -> OracleSet:
        """Read an oracle set's file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @model_validator(mode="after")
    def _check(self) -> OracleSet:
        check_members(self.oracles, self.quorum, "oracles")
        both = sorted(set(self.symbols) & set(self.unattested))
        if both:
            raise RefusedValueError(f"{both[0]} has a symbol and is unattested", "remove it from one of the two")
        return self


class Attestation(BaseModel):
    """Signed reports for one snapshot. `signers` is a bitmap: a 1 for each oracle of the set that signed, in its order,
    so that no oracle can count twice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    signers: StrictStr = Field(pattern=BITMAP, description="0 or 1 for each oracle of the set")
    reports: tuple[PriceReport, ...] = Field(max_length=MAX_ORACLES, description="one for each 1, in the same order")
    signature: Signature = Field(description="aggregate of the signers' signatures, each over its own report")

    @classmethod
    def load(cls, path: str | Path) -> Attestation:
        """Read an attestation's file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "attestation") -> Attestation:
        """Read an attestation from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)


@dataclass(frozen=True, slots=True)
class AttestedPrices:
    """What was established: who signed, which instruments' prices are medians of reports, which are only claimed."""

    signers: tuple[str, ...]
    attested: tuple[str, ...]
    claimed: tuple[str, ...]


def verify_prices(
    snapshot: MarketSnapshot, parameters: RiskParameters, attestation: Attestation, accepted: OracleSet
) -> AttestedPrices:
    """Every price of the snapshot is the median of signed reports within the accepted bounds.

    That the snapshot itself is fresh is the policy's check (`verifier.policy`); here reports are held against it.

    Args:
        parameters: the rules of the proof: they say in which currency each price stands.

    Raises:
        VerificationError: step "oracles", with what was expected and what came.
    """
    # 1. The bitmap is one of the accepted set, and enough of its oracles signed.
    signers = _signers(attestation, accepted)
    # 2. Rules and prices count in one currency.
    require(parameters.quote == snapshot.quote, STEP, f"rules in {snapshot.quote}", parameters.quote)
    # Each report speaks of this feed, and is no older than allowed and not from the future.
    for oracle, report in zip(signers, attestation.reports, strict=True):
        _check_report(oracle.name, report, snapshot, accepted)
    # 3. Each price is the median of at least a quorum of reports, all in its currency, sure of it and close to it.
    attested, claimed = _check_prices(snapshot, parameters, attestation, signers, accepted)
    # 4. Each signer's key is one whose secret somebody has shown to hold.
    for oracle in signers:
        check_possession(oracle, STEP)
    # 5. Each signer signed its own report.
    _check_signature(attestation, signers)
    return AttestedPrices(tuple(one.name for one in signers), attested, claimed)


def _signers(attestation: Attestation, accepted: OracleSet) -> list[Member]:
    signers = signers_of(attestation.signers, accepted.oracles, accepted.quorum, "oracles", STEP)
    what = f"one report for each of the {len(signers)} signers"
    require(len(attestation.reports) == len(signers), STEP, what, len(attestation.reports))
    return signers


def _check_report(name: str, report: PriceReport, snapshot: MarketSnapshot, accepted: OracleSet) -> None:
    require(report.feed == accepted.feed, STEP, f"a report of {name} for the feed {accepted.feed}", report.feed)
    age = snapshot.time - report.time
    require(age >= 0, STEP, f"a report of {name} not later than the snapshot", f"{_seconds(-age)} s later")
    what = f"a report of {name} at most {accepted.max_age_seconds} s older than the snapshot"
    require(age <= accepted.max_age_seconds * MICROSECONDS, STEP, what, f"{_seconds(age)} s")


def _check_prices(
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    attestation: Attestation,
    signers: list[Member],
    accepted: OracleSet,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    attested, claimed = [], []
    for instrument in sorted(snapshot.prices):
        if instrument in accepted.unattested:
            claimed.append(instrument)
            continue
        symbol = accepted.symbols.get(instrument)
        if symbol is None:
            raise VerificationError(STEP, f"a symbol for {instrument} in the accepted set", "none", "add it there")
        reports = zip(signers, attestation.reports, strict=True)
        currency = _currency(instrument, snapshot, parameters)
        quotes = [(one.name, report.prices[symbol]) for one, report in reports if symbol in report.prices]
        require(len(quotes) >= accepted.quorum, STEP, f"{symbol} in at least {accepted.quorum} reports", len(quotes))
        for name, quote in quotes:
            what = f"{name}'s {symbol} in {currency}, as the price of {instrument} stands"
            require(quote.currency == currency, STEP, what, quote.currency)
        middle = median([quote.price for _, quote in quotes])
        for name, quote in quotes:
            sure = quote.confidence * PPM <= quote.price * accepted.max_confidence
            require(
                sure, STEP, f"{name} to know {symbol} within {_percent(accepted.max_confidence)}", "a wider interval"
            )
            close = abs(quote.price - middle) * PPM <= middle * accepted.max_deviation
            what = f"{name}'s {symbol} within {_percent(accepted.max_deviation)} of the median"
            require(close, STEP, what, "a price further off")
        require(
            snapshot.prices[instrument] == middle,
            STEP,
            f"the median of {len(quotes)} reports of {symbol} as the price of {instrument}",
            "another price in the snapshot",
        )
        attested.append(instrument)
    require(bool(attested), STEP, "at least one attested price", "none")
    return tuple(attested), tuple(claimed)


def _currency(instrument: str, snapshot: MarketSnapshot, parameters: RiskParameters) -> str:
    """A coin's price is in the quote currency, a derivative's in its own: a report in another says something else."""
    listed = parameters.by_name.get(instrument)
    if listed is None:
        raise VerificationError(STEP, f"rules for {instrument}", "none", "take the rules that the proof is about")
    return snapshot.quote if listed.kind == "spot" else listed.currency


def _percent(rate: int) -> str:
    return f"{format_decimal(rate, PPM_DIGITS - 2)} %"


def _seconds(microseconds: int) -> str:
    return format_decimal(microseconds, 6)


def _check_signature(attestation: Attestation, signers: list[Member]) -> None:
    from py_ecc.bls import G2ProofOfPossession as Bls  # noqa: PLC0415

    keys = [one.public_key for one in signers]
    digests = [report.digest(key) for report, key in zip(attestation.reports, keys, strict=True)]
    signed = Bls.AggregateVerify(keys, digests, attestation.signature)
    require(signed, STEP, "each signer's signature over its own report", "an aggregate signature that fails")
