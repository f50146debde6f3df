"""A market with five oracles, and attestations of it, honest or not."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from plimsoll.engine.json_files import load_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.price_reports import PriceReport
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.oracle_reports import attest
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.oracles import Attestation, OracleSet

NAMES = ("Aster", "Birch", "Cedar", "Dogwood", "Elm")
PRICES = {
    "BTC/USD": ("100000", "100010", "100020", "99990", "100005"),
    "ETH/USD": ("4000", "4001", "4002", "3999", "4000"),
}
QUORUM = (0, 2, 3)
"""The oracles that sign by default: their medians are 100000 and 4000."""


@cache
def keys() -> tuple[SigningKey, ...]:
    """Five keys, ascending by public key as a set lists them."""
    drawn = (SigningKey.from_seed(bytes([i]) * 32) for i in range(len(NAMES)))
    return tuple(sorted(drawn, key=lambda key: key.public_key))


@cache
def oracle_fields() -> tuple[dict[str, Any], ...]:
    return tuple(key.oracle(name).model_dump(mode="json") for key, name in zip(keys(), NAMES, strict=True))


def oracle_set(**changes: Any) -> OracleSet:
    """Three of five must agree within 1 %."""
    fields: dict[str, Any] = {
        "version": 1,
        "feed": "spot index",
        "oracles": list(oracle_fields()),
        "quorum": 3,
        "max_age_seconds": 60,
        "max_deviation": "0.01",
        "max_confidence": "0.001",
        "symbols": {"BTC": "BTC/USD", "ETH": "ETH/USD"},
    }
    return load_model(OracleSet, json.dumps(fields | changes).encode(), "oracles.json")


def snapshot(**changes: Any) -> MarketSnapshot:
    fields: dict[str, Any] = {
        "version": 1,
        "venue": "Example",
        "time": "2026-11-21T12:00:00Z",
        "sequence": 7,
        "quote": "USD",
        "prices": {"BTC": "100000", "ETH": "4000"},
    }
    return load_model(MarketSnapshot, json.dumps(fields | changes).encode(), "market.json")


def quoted(price: str, confidence: str = "1", currency: str = "USD") -> dict[str, str]:
    return {"price": price, "currency": currency, "confidence": confidence}


def report(place: int, **changes: Any) -> PriceReport:
    """What oracle number `place` says, thirty seconds before the snapshot."""
    fields: dict[str, Any] = {
        "feed": "spot index",
        "time": "2026-11-21T11:59:30Z",
        "prices": {symbol: quoted(of[place]) for symbol, of in PRICES.items()},
    }
    return load_model(PriceReport, json.dumps(fields | changes).encode(), "report.json")


@cache
def rules() -> RiskParameters:
    """Two coins, and contracts in two currencies."""
    derivative: dict[str, Any] = {"kind": "perpetual", "lot": "0.0001"}
    derivative["maintenance"] = [{"floor": "0", "cap": None, "rate": "0.05"}]
    instruments = [
        *({"name": name, "kind": "spot", "currency": name, "lot": "0.0001"} for name in ("BTC", "ETH", "CAT")),
        derivative | {"name": "BTC-PERP", "underlying": "BTC", "currency": "USD"},
        derivative | {"name": "ETH-BTC", "underlying": "ETH", "currency": "BTC"},
    ]
    fields = {"version": 1, "name": "oracle", "revision": 1, "quote": "USD", "close_out": "0.5"}
    return load_model(RiskParameters, json.dumps(fields | {"instruments": instruments}).encode(), "parameters.json")


def attestation(reports: dict[int, PriceReport] | None = None, among: OracleSet | None = None) -> Attestation:
    """An attestation of the reports, by the oracles' places, each truly signed by its own oracle."""
    said = {place: report(place) for place in QUORUM} if reports is None else reports
    signed = {keys()[place].public_key: (one, keys()[place].sign_report(one)) for place, one in said.items()}
    return attest(among or oracle_set(), signed)


@cache
def honest() -> Attestation:
    return attestation()
