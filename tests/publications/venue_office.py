"""Publications of a small venue: two in a row, with attested prices and reserves."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from functools import cache
from typing import Any

from small_book import PARAMETERS, small_book
from small_book import SNAPSHOT as TODAY
from wallets import address_of, sign

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.price_reports import PriceReport
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.oracle_reports import attest
from plimsoll.prover.publication import make_bundle
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.bundle import ATTESTATION, PROOF, RESERVES, Bundle
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import SNAPSHOT as MARKET
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.ownership import Reserves, digest
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.statement import read_proof

SHAPE = ShapeClass(3, 1)
SNAPSHOT = TODAY.model_copy(update={"time": TODAY.time - 30 * 86_400_000_000})
"""Of the past, whenever the tests run."""
HOUR = 3_600_000_000
POLICY = Policy(at=snapshot_time(SNAPSHOT) + timedelta(hours=2), max_age=None)
WALLET = 77


@cache
def venue() -> SigningKey:
    return SigningKey.from_seed(b"v" * 32)


@cache
def oracle() -> SigningKey:
    return SigningKey.from_seed(b"o" * 32)


@cache
def oracles() -> OracleSet:
    """One oracle, one report: the quorum has its own tests."""
    fields = {
        "version": 1,
        "feed": "index",
        "oracles": [oracle().oracle("Only").model_dump(mode="json")],
        "quorum": 1,
        "max_age_seconds": 60,
        "max_deviation": "0.01",
        "max_confidence": "0.01",
        "symbols": {"BTC": "BTC"},
        "unattested": sorted(set(SNAPSHOT.prices) - {"BTC"}),
    }
    return OracleSet.model_validate(json.loads(json.dumps(fields)))


def attestation(snapshot: MarketSnapshot) -> bytes:
    fields = snapshot.model_dump(mode="json")
    quote = {"price": fields["prices"]["BTC"], "currency": "USD", "confidence": "1"}
    said = PriceReport.model_validate({"feed": "index", "time": fields["time"], "prices": {"BTC": quote}})
    made = attest(oracles(), {oracle().public_key: (said, oracle().sign_report(said))})
    return made.model_dump_json().encode()


def reserves(snapshot: MarketSnapshot, root: tuple[int, ...]) -> bytes:
    fields: dict[str, Any] = {
        "chain": "eip155:1",
        "address": show_address(address_of(WALLET)),
        "purpose": "reserve",
        "height": 1,
        "block": "ab" * 32,
        "time": snapshot.model_dump(mode="json")["time"],
        "balances": [{"asset": "eip155:1/slip44:60", "instrument": "BTC", "units": "5"}],
        "form": "typed data",
        "signature": "0x" + "11" * 65,
    }
    whole: dict[str, Any] = {"version": 1, "venue": snapshot.venue, "venue_key": venue().public_key.hex()}
    whole |= {"sequence": snapshot.sequence, "root": show_quad(root)}
    unsigned = Reserves.parse(json.dumps(whole | {"addresses": [fields]}).encode())
    fields["signature"] = "0x" + sign(WALLET, digest(unsigned, unsigned.addresses[0])).hex()
    return json.dumps(whole | {"addresses": [fields]}).encode()


def proven(snapshot: MarketSnapshot) -> bytes:
    book = small_book()
    return prove_book(book, snapshot, PARAMETERS, SHAPE, new_opening(book, SHAPE, snapshot, PARAMETERS))


@cache
def parts(number: int = 0) -> dict[str, bytes]:
    """The files of publication `number`, each following the one before it."""
    snapshot = SNAPSHOT
    if number:
        before = hashlib.sha256(parts(number - 1)[PROOF]).digest()
        update = {"sequence": SNAPSHOT.sequence + number, "time": SNAPSHOT.time + number * HOUR, "previous": before}
        snapshot = SNAPSHOT.model_copy(update=update)
    proof = proven(snapshot)
    root = read_proof(proof)[0].public_values[1:5]
    return {
        MARKET: json.dumps(snapshot.model_dump(mode="json")).encode(),
        RULES: json.dumps(PARAMETERS.model_dump(mode="json")).encode(),
        PROOF: proof,
        ATTESTATION: attestation(snapshot),
        RESERVES: reserves(snapshot, root),
    }


@cache
def published(number: int = 0) -> Bundle:
    before = published(number - 1) if number else None
    return made(number, parts(number), before)


def made(number: int, files: dict[str, bytes], before: Bundle | None = None) -> Bundle:
    """Signed a minute after the snapshot, whatever is in it."""
    return make_bundle(files, venue(), SNAPSHOT.time + number * HOUR + HOUR // 60, before)
