"""Two publications in a row of a small venue, at full security, and its customers' files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from small_book import PARAMETERS, small_book
from venue_office import HOUR, SHAPE, SNAPSHOT, attestation, oracles, reserves, venue

from plimsoll.circuits.poseidon2 import permute
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.publication import make_bundle
from plimsoll.prover.receipts import issue
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.archive import write_archive
from plimsoll.verifier.bundle import (
    ATTESTATION,
    MANIFEST,
    PROOF,
    RESERVES,
    SIGNATURE,
    Bundle,
    Manifest,
    VenueSignature,
    canonical_json,
    manifest_digest,
)
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import SNAPSHOT as MARKET
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.receipts import Promise, promise_digest
from plimsoll.verifier.statement import read_proof

HOSTILE = '<img src=x onerror="document.title=1">'
"""A customer whose name is a piece of HTML."""
LOTS = {
    "ann": {"BTC": 30_000, "USD-CASH": -1_000_000},
    "ben": {"BTC-PERP": -120_000, "USD-CASH": 65_000_000},
    HOSTILE: {"COIN0": 5},
}


@dataclass(frozen=True)
class Day:
    """One publication: its files, its bundle, each customer's file by name."""

    bundle: Bundle
    files: dict[str, bytes]
    customers: dict[str, bytes]
    receipts: dict[str, bytes]

    @property
    def archive(self) -> bytes:
        return write_archive(self.files)


@cache
def day(number: int) -> Day:
    """Publication `number`, after the one before it."""
    before = day(number - 1) if number else None
    update = {"sequence": SNAPSHOT.sequence + number, "time": SNAPSHOT.time + number * HOUR}
    if before:
        update["previous"] = hashlib.sha256(before.files[PROOF]).digest()
    snapshot, book = SNAPSHOT.model_copy(update=update), small_book(LOTS)
    opening = new_opening(book, SHAPE, snapshot, PARAMETERS)
    proof = prove_book(book, snapshot, PARAMETERS, SHAPE, opening)
    parts = {
        MARKET: json.dumps(snapshot.model_dump(mode="json")).encode(),
        RULES: json.dumps(PARAMETERS.model_dump(mode="json")).encode(),
        PROOF: proof,
        ATTESTATION: attestation(snapshot),
        RESERVES: reserves(snapshot, read_proof(proof)[0].public_values[1:5]),
    }
    time = SNAPSHOT.time + number * HOUR + HOUR // 60
    bundle = make_bundle(parts, venue(), time, before.bundle if before else None)

    made = customer_files(book, snapshot, PARAMETERS, opening, permute)
    signed = {MANIFEST: bundle.manifest_bytes, SIGNATURE: bundle.signature.model_dump_json().encode()}
    promised = issue(book, snapshot, PARAMETERS, opening, permute, venue(), time - HOUR // 120)
    receipts = {account: one.model_dump_json().encode() for account, one in promised}
    return Day(bundle, parts | signed, {one.identifier: one.model_dump_json().encode() for one in made}, receipts)


@cache
def other_book(which: str) -> Day:
    """What the venue signs under day 0's number after it promised day 0: ann is left out, or has less."""
    lots = {name: held for name, held in LOTS.items() if name != "ann"}
    if which == "less":
        lots["ann"] = LOTS["ann"] | {"BTC": 20_000}
    book = small_book(lots)
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    proof = prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, opening)
    parts = {name: day(0).files[name] for name in (MARKET, RULES, ATTESTATION)} | {PROOF: proof}
    bundle = make_bundle(parts, venue(), day(0).bundle.manifest.time, None)
    signed = {MANIFEST: bundle.manifest_bytes, SIGNATURE: bundle.signature.model_dump_json().encode()}
    made = customer_files(book, SNAPSHOT, PARAMETERS, opening, permute)
    return Day(bundle, parts | signed, {one.identifier: one.model_dump_json().encode() for one in made}, {})


def signed_receipt(key: SigningKey, promise: dict[str, Any] | None = None) -> bytes:
    """Ann's receipt for day 0 with another promise or signature."""
    fields = json.loads(day(0).receipts["ann"])
    fields["promise"] |= promise or {}
    digest = promise_digest(Promise.model_validate(fields["promise"]))
    changed = {"public_key": key.public_key.hex(), "signature": key.sign(digest).hex()}
    return json.dumps(fields | changed).encode()


def key() -> str:
    return venue().public_key.hex()


def impostor() -> SigningKey:
    return SigningKey.from_seed(b"s" * 32)


def stranger() -> str:
    """Another venue's key."""
    return impostor().public_key.hex()


def signed(files: dict[str, bytes], manifest: dict[str, Any]) -> Bundle:
    """Whatever a dishonest venue puts together and signs: the manifest's fields, but these files."""
    listed = [
        {"name": n, "sha256": hashlib.sha256(files[n]).hexdigest(), "bytes": len(files[n])} for n in sorted(files)
    ]
    raw = canonical_json(manifest | {"files": listed})
    signature = venue().sign(manifest_digest(raw))
    fields = {"version": 1, "public_key": key(), "signature": signature.hex()}
    return Bundle(Manifest.model_validate(json.loads(raw)), raw, VenueSignature.model_validate(fields), files)


def root() -> str:
    return show_quad(day(0).bundle.manifest.root)


def reader() -> bytes:
    """A reader's file with the venue's key and the oracles."""
    fields = {"version": 1, "venue": "small", "venue_key": key(), "oracles": oracles().model_dump(mode="json")}
    return json.dumps(fields).encode()
