"""Verification of a book over its batches: the steps of docs/protocol/totals.md, in their order.

A totals proof says: the batches' roots and commitments make the book's root, in their order; orders ascend across them,
so no account stands twice; and the sums of the batches' totals meet public terms: each derivative's longs equal its
shorts, liabilities stay within bounds by currency, shortfalls within theirs, and what is shown is exactly so.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import Final

from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.circuits.shapes import ShapeError
from plimsoll.circuits.totals_commitment import book_root
from plimsoll.circuits.totals_tables import Terms, TotalsShape, build_totals, totals_program
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.batch import VerifiedBatches, check_digests, check_security
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import Policy, check_policy, hexadecimal
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import Digests, read_proof

TOTALS: Final = "totals"
"""The statement's kind."""
TOTALS_PROGRAM: Final = "500395eab78ea850452a5c2da77d5aa213e937b3d0635e8dc23b84613c52165c"
"""Digest of the pinned totals program (`circuits/compiled/totals.json`)."""
PUBLIC_VALUES: Final = 11
"""height of the tree over the batches, rows, assets, root (4), commitment (4)."""
STEP: Final = "policy"


@dataclass(frozen=True, slots=True)
class TotalsPolicy(Policy):
    """The caller's conditions. `root` and `context` are not looked at: the root is recomputed from the batches."""

    programs: frozenset[str] = frozenset({TOTALS_PROGRAM})


@dataclass(frozen=True, slots=True)
class VerifiedTotals:
    """What was established of the whole book.

    Attributes:
        root: of the book, four field elements, over the batches' roots and commitments.
        log_slots: levels of the tree over the batches.
        commitment: to the book's totals.
        terms: the public terms that the totals meet.
    """

    root: tuple[int, ...]
    log_slots: int
    commitment: tuple[int, ...]
    terms: Terms
    profile: str
    security_bits: float
    proof_digest: str


def expected_totals(
    program: Program, of_batches: Digests, terms: Terms, shape: TotalsShape
) -> tuple[ProgramTables, Digests]:
    """Rebuilds the tables; market, rules and schedule are those of the batches. The prover uses the same."""
    built = build_totals(program, terms, shape)
    return built, replace(of_batches, program=program.digest(), tables=built.tables.digest())


def verify_totals(
    data: bytes,
    batches: VerifiedBatches,
    terms: Terms,
    snapshot: MarketSnapshot,
    scenarios: ScenarioList,
    policy: TotalsPolicy | None = None,
) -> VerifiedTotals:
    """Verifies that these verified batches are one book whose totals meet these terms.

    Args:
        batches: from `verify_batches`, with the same snapshot and scenarios.
        terms: what the caller wants to hold; nothing of it is taken from the proof.

    Raises:
        VerificationError: with the step that failed, what was expected and what came.
    """
    policy = policy or TotalsPolicy()
    # (1) Parse the canonical encoding; nothing may be left over.
    statement, body = read_proof(data)
    # (2) The statement is what the caller accepts, and about these batches.
    count = len(batches.batches)
    check_policy(statement, replace(policy, root=None, context=scenarios.digest()), snapshot, TOTALS, (0, count))
    try:
        shape = TotalsShape.fitting(count)
    except ShapeError as error:
        raise VerificationError("tables", "a number of batches that a book can have", str(error)) from None
    require(statement.shape == shape.name, STEP, f"the shape class {shape.name}", statement.shape)
    nonce = statement.nonce_digest.hex()
    require(nonce == batches.nonce_digest, STEP, f"the batches' nonce digest {batches.nonce_digest}", nonce)
    values = list(statement.public_values)
    require(len(values) == PUBLIC_VALUES, STEP, f"{PUBLIC_VALUES} public values", len(values))
    sizes = [shape.log_slots, terms.rows, len(terms.bounds)]
    require(values[:3] == sizes, STEP, f"a tree, rows of instruments and assets of {sizes}", values[:3])
    require(terms.rows == batches.rows, STEP, f"terms for {batches.rows} rows of instruments", terms.rows)
    slots = [(batch.root, batch.commitment) for batch in batches.batches]
    root = book_root(slots, shape.log_slots, permute)
    got = tuple(values[3:7])
    require(root == got, STEP, f"the root {hexadecimal(root)} over the batches", hexadecimal(got))
    # (3) Rebuild the tables from the terms.
    built, digests = expected_totals(totals_program(), batches.digests, terms, shape)
    check_digests(digests, statement.digests)
    bits = check_security(built, statement, policy)
    # (4) - (6) Transcript, constraints at zeta and terminals, openings.
    verify_proof(built.tables, values, statement.digest(), body, statement.profile)
    return VerifiedTotals(
        root=root,
        log_slots=shape.log_slots,
        commitment=tuple(values[7:11]),
        terms=terms,
        profile=statement.profile.name,
        security_bits=bits,
        proof_digest=hashlib.sha256(data).hexdigest(),
    )
