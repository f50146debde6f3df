"""A small publication, and the openings of all of its leaves."""

from __future__ import annotations

from functools import cache

from receipt_office import PROMISED, book, opening, publication
from small_book import PARAMETERS
from venue_office import POLICY, SNAPSHOT, venue

from plimsoll.circuits.poseidon2 import permute
from plimsoll.prover.audit_openings import audit_openings
from plimsoll.verifier.book import VerifiedBook
from plimsoll.verifier.publication import verify_bundle
from plimsoll.verifier.sampling import AuditOpenings, draw

BEACON = bytes(range(32))
LEAVES = 8


@cache
def verified() -> VerifiedBook:
    return verify_bundle(publication(), venue().public_key, policy=POLICY).book


def drawn(sample: int) -> tuple[int, ...]:
    return draw(publication().digest, BEACON, LEAVES, sample)


@cache
def openings(sample: int = LEAVES) -> AuditOpenings:
    """As the auditor reads them from the venue's file."""
    made = audit_openings(
        drawn(sample), publication(), book(PROMISED), SNAPSHOT, PARAMETERS, opening(PROMISED), permute
    )
    return AuditOpenings.parse(made.model_dump_json().encode())
