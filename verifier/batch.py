"""Verification of the batches of a book: the steps of docs/protocol/batch.md, in their order.

A batch proof says: the root is that of a tree of salted leaves, each empty or a well-formed account, orders strictly
ascending; and the commitment opens to (the orders before the first and of the last account; the exact totals of each
instrument and side over these accounts; the exact sums and numbers of their shortfalls: of margin at the snapshot, and
of equity there and at each scenario). It says nothing about the size of these figures: that is for the totals proof.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from plimsoll.circuits.batch_tables import (
    PUBLIC_VALUES,
    BatchShape,
    batch_program,
    build_batch,
    instrument_rows,
)
from plimsoll.circuits.position_records import position_records
from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.circuits.shapes import ShapeError
from plimsoll.engine.batch_schedule import BatchSchedule, compile_batch_schedule
from plimsoll.engine.market import Market
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import Policy, check_policy
from plimsoll.verifier.security import security_bits
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import Digests, Statement, read_proof

BATCH: Final = "batch"
"""The statement's kind."""
BATCH_PROGRAM: Final = "a84d0ca496b1f91384389d0fd4d091f6299e8a4b7bdb9b298b2d951ea9ae66e6"
"""Digest of the pinned batch program (`circuits/compiled/batch.json`)."""
STEP: Final = "policy"


@dataclass(frozen=True, slots=True)
class BatchPolicy(Policy):
    """The caller's conditions on each batch. `root` and `context` are not looked at: the book's are the caller's."""

    programs: frozenset[str] = frozenset({BATCH_PROGRAM})


@dataclass(frozen=True, slots=True)
class ExpectedBatch:
    """The constraints and digests of every batch of one book and shape, rebuilt from what the caller supplied."""

    built: ProgramTables
    digests: Digests
    schedule: BatchSchedule


@dataclass(frozen=True, slots=True)
class VerifiedBatch:
    """What one verified batch establishes. `root` and `commitment` are four field elements each."""

    index: int
    shape: BatchShape
    root: tuple[int, ...]
    commitment: tuple[int, ...]
    nonce_digest: str
    security_bits: float
    proof_digest: str


@dataclass(frozen=True, slots=True)
class VerifiedBatches:
    """All batches of one book, in order; the digests are those of each of their statements."""

    batches: tuple[VerifiedBatch, ...]
    digests: Digests
    rows: int

    @property
    def nonce_digest(self) -> str:
        """Of the one nonce from which all customers recompute their orders, hexadecimal."""
        return self.batches[0].nonce_digest


def expected_batch(
    program: Program,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    scenarios: ScenarioList,
    shape: BatchShape,
) -> ExpectedBatch:
    """Rebuilds schedule and tables from bytecode, snapshot, parameters and scenarios; the prover uses the same."""
    schedule = compile_batch_schedule(snapshot, parameters, scenarios)
    built = build_batch(program, position_records(schedule), shape, len(parameters.table))
    digests = Digests(
        program=program.digest(),
        tables=built.tables.digest(),
        instruments=parameters.table.digest(),
        schedule=schedule.digest(),
        market=snapshot.digest(),
        parameters=parameters.digest(),
    )
    return ExpectedBatch(built, digests, schedule)


def verify_batches(
    proofs: Sequence[bytes],
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    scenarios: ScenarioList,
    policy: BatchPolicy | None = None,
) -> VerifiedBatches:
    """Verifies all batches of one book, given in their order.

    That they join into one book is for `verifier.totals` to check: alone, batches might overlap.

    Raises:
        VerificationError: with the batch and step that failed, what was expected and what came.
    """
    policy = policy or BatchPolicy()
    require(len(proofs) > 0, STEP, "at least one batch", 0)
    Market(snapshot, parameters)  # raises for files that do not fit together
    # (1) Parse the canonical encodings; nothing may be left over.
    read = [read_proof(data) for data in proofs]
    # (2) The statements are what the caller accepts, and all of one book.
    shape = _shape(read[0][0])
    for index, (statement, _) in enumerate(read):
        _check_statement(statement, (index, len(read)), shape, snapshot, parameters, scenarios, policy)
        same = statement.nonce_digest == read[0][0].nonce_digest
        require(same, STEP, f"batch {index}: the first batch's nonce", "another")
    # (3) Rebuild the tables, once for all; nothing about the constraints is taken from a proof.
    expected = expected_batch(batch_program(), snapshot, parameters, scenarios, shape)
    batches = [
        _verify_one(statement, body, hashlib.sha256(data).hexdigest(), expected, policy)
        for (statement, body), data in zip(read, proofs, strict=True)
    ]
    return VerifiedBatches(tuple(batches), expected.digests, instrument_rows(len(parameters.table)))


def _shape(statement: Statement) -> BatchShape:
    try:
        return BatchShape.parse(statement.shape)
    except ShapeError as error:
        raise VerificationError("tables", "the name of a published shape class", str(error)) from None


def _check_statement(
    statement: Statement,
    batch: tuple[int, int],
    shape: BatchShape,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    scenarios: ScenarioList,
    policy: BatchPolicy,
) -> None:
    """All that needs no tables. `batch` is (index, count)."""
    conditions = replace(policy, root=None, context=scenarios.digest())
    check_policy(statement, conditions, snapshot, BATCH, batch)
    require(statement.shape == shape.name, STEP, f"batch {batch[0]}: shape class {shape.name}", statement.shape)
    values, rows = statement.public_values, instrument_rows(len(parameters.table))
    require(len(values) == len(PUBLIC_VALUES), STEP, f"{len(PUBLIC_VALUES)} public values", len(values))
    require(values[0] == shape.log_leaves, STEP, f"a tree of height {shape.log_leaves}", values[0])
    require(values[1] == rows, STEP, f"{rows} rows of instruments' totals", values[1])


def _verify_one(
    statement: Statement, body: bytes, proof_digest: str, expected: ExpectedBatch, policy: BatchPolicy
) -> VerifiedBatch:
    check_digests(expected.digests, statement.digests)
    bits = check_security(expected.built, statement, policy)
    # (4) - (6) Transcript, constraints at zeta and terminals, openings.
    values = list(statement.public_values)
    verify_proof(expected.built.tables, values, statement.digest(), body, statement.profile)
    return VerifiedBatch(
        index=statement.batch_index,
        shape=BatchShape.parse(statement.shape),
        root=tuple(values[2:6]),
        commitment=tuple(values[6:10]),
        nonce_digest=statement.nonce_digest.hex(),
        security_bits=bits,
        proof_digest=proof_digest,
    )


def check_digests(want: Digests, claimed: Digests) -> None:
    """Every digest of the statement is the recomputed one."""
    for name in ("program", "market", "parameters", "instruments", "schedule", "tables"):
        expected, got = getattr(want, name), getattr(claimed, name)
        require(expected == got, STEP, f"{name} digest {expected.hex()}", got.hex())


def check_security(built: ProgramTables, statement: Statement, policy: Policy) -> float:
    """The proven bits at these tables' sizes, which reach the caller's floor."""
    bits = security_bits(built.tables, statement.profile)
    if bits < policy.security_floor and not (policy.allow_insecure and statement.profile.insecure):
        raise VerificationError(STEP, f"at least {policy.security_floor} proven bits", f"{bits:.1f} bits")
    return bits
