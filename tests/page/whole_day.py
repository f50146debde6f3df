"""A publication of a book over two batches, in which two accounts fail, and its customers' files."""

from __future__ import annotations

from functools import cache

import page_venue
from whole_venue import EXACT, MARKET_FILE, PARAMETERS, RULES_FILE, SNAPSHOT, proven

from plimsoll.prover.core_api import permute
from plimsoll.prover.customers import customer_files
from plimsoll.prover.publication import make_bundle
from plimsoll.verifier.archive import write_archive
from plimsoll.verifier.bundle import MANIFEST, SIGNATURE
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import SNAPSHOT as MARKET

MINUTE = 60_000_000


@cache
def archive() -> bytes:
    parts = proven("exact") | {MARKET: MARKET_FILE, RULES: RULES_FILE}
    bundle = make_bundle(parts, page_venue.venue(), SNAPSHOT.time + MINUTE, None)
    signed = {MANIFEST: bundle.manifest_bytes, SIGNATURE: bundle.signature.model_dump_json().encode()}
    return write_archive(parts | signed)


@cache
def customers() -> dict[str, bytes]:
    made = customer_files(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute)
    return {one.identifier: one.model_dump_json().encode() for one in made}
