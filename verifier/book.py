"""Verification of a book batch: the steps of docs/protocol, in their order.

A book batch proof says: the root is the root of a tree of salted leaves; each leaf is empty or a well-formed account;
the accounts' orders strictly ascend; and each account's equity at this market snapshot meets its maintenance margin
under these risk parameters. It says nothing about who signed the prices, whether longs equal shorts, or reserves.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from plimsoll.circuits.book_tables import book_program, build_book
from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.circuits.shapes import ShapeClass, ShapeError
from plimsoll.engine.market import Market
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import Schedule, compile_schedule
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy, check_policy, check_public_values, snapshot_time
from plimsoll.verifier.security import security_bits
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import Digests, Statement, read_proof


@dataclass(frozen=True, slots=True)
class VerifiedBook:
    """What a verified proof establishes, and about what. `root` and `commitment` are four field elements each.

    `nonce_digest` (hexadecimal) commits to the nonce that every customer must be shown.
    """

    shape: ShapeClass
    root: tuple[int, ...]
    commitment: tuple[int, ...]
    snapshot_time: datetime
    sequence: int
    program: str
    profile: str
    security_bits: float
    proof_digest: str
    nonce_digest: str


@dataclass(frozen=True, slots=True)
class Expected:
    """The constraints and digests of a statement, rebuilt from what the caller pinned and supplied.

    `schedule` and its `records` are what the tables' public columns were made of; the prover fills rows from them.
    """

    book: ProgramTables
    digests: Digests
    schedule: Schedule
    records: list[list[int]]


def expected_statement(
    program: Program, snapshot: MarketSnapshot, parameters: RiskParameters, shape: ShapeClass
) -> Expected:
    """Rebuilds the tables from bytecode and the schedule from snapshot and parameters; the prover uses the same."""
    schedule = compile_schedule(snapshot, parameters)
    records = schedule_records(schedule.tiers)
    book = build_book(program, records, shape)
    digests = Digests(
        tables=book.tables.digest(), schedule=schedule.digest(), **_digests_of_files(program, snapshot, parameters)
    )
    return Expected(book, digests, schedule, records)


def _digests_of_files(program: Program, snapshot: MarketSnapshot, parameters: RiskParameters) -> dict[str, bytes]:
    """The digests that need neither schedule nor tables, by name."""
    return {
        "program": program.digest(),
        "market": snapshot.digest(),
        "parameters": parameters.digest(),
        "instruments": parameters.table.digest(),
    }


@dataclass(frozen=True, slots=True)
class AcceptedStatement:
    """A statement that the caller accepts, with the tables it is about; its proof, `body`, has not been looked at."""

    statement: Statement
    body: bytes
    shape: ShapeClass
    expected: Expected
    security_bits: float


def verify_book(
    data: bytes, snapshot: MarketSnapshot, parameters: RiskParameters, policy: Policy | None = None
) -> VerifiedBook:
    """Verifies a proof file against a market snapshot and risk parameters that the caller trusts.

    What remains the caller's duty: that snapshot and parameters are the ones to be judged by (`verifier.oracles` checks
    signed prices), and that the root is the one that customers were shown.

    Raises:
        VerificationError: with the step that failed, what was expected and what came.
    """
    accepted = accept_statement(data, snapshot, parameters, policy)
    statement = accepted.statement
    # (4) - (6) Transcript, constraints at zeta and terminals, openings.
    values = list(statement.public_values)
    verify_proof(accepted.expected.book.tables, values, statement.digest(), accepted.body, statement.profile)
    return VerifiedBook(
        shape=accepted.shape,
        root=tuple(values[1:5]),
        commitment=tuple(values[5:9]),
        snapshot_time=snapshot_time(snapshot),
        sequence=statement.sequence,
        program=statement.digests.program.hex(),
        profile=statement.profile.name,
        security_bits=accepted.security_bits,
        proof_digest=hashlib.sha256(data).hexdigest(),
        nonce_digest=statement.nonce_digest.hex(),
    )


def accept_statement(
    data: bytes, snapshot: MarketSnapshot, parameters: RiskParameters, policy: Policy | None = None
) -> AcceptedStatement:
    """Steps 1 to 3 of `verify_book`: everything but the proof itself. Arguments and errors are the same.

    What of step 3 needs no tables comes before step 2: a proof about other files costs no schedule of theirs.
    """
    policy = policy or Policy()
    # (1) Parse the canonical encoding; nothing may be left over.
    statement, body = read_proof(data)
    shape, program = _shape(statement), book_program()
    Market(snapshot, parameters)  # raises for files that do not fit together, whatever the statement says
    # (3) The statement is the one that the caller accepts, about the caller's own snapshot and parameters.
    check_policy(statement, policy, snapshot)
    check_public_values(statement, shape)
    files = _digests_of_files(program, snapshot, parameters)
    for name in ("program", "market", "parameters", "instruments"):
        _check_digest(name, files[name], statement.digests)
    # (2) Rebuild the tables: nothing about the constraints is taken from the proof.
    expected = expected_statement(program, snapshot, parameters, shape)
    for name in ("schedule", "tables"):
        _check_digest(name, getattr(expected.digests, name), statement.digests)
    bits = security_bits(expected.book.tables, statement.profile)
    if bits < policy.security_floor and not (policy.allow_insecure and statement.profile.insecure):
        raise VerificationError("policy", f"at least {policy.security_floor} proven bits", f"{bits:.1f} bits")
    return AcceptedStatement(statement, body, shape, expected, bits)


def _shape(statement: Statement) -> ShapeClass:
    try:
        return ShapeClass.parse(statement.shape)
    except ShapeError as error:
        raise VerificationError("tables", "the name of a published shape class", str(error)) from None


def _check_digest(name: str, want: bytes, claimed: Digests) -> None:
    remedy = {
        "market": "verify with the snapshot that the venue published with this proof",
        "parameters": "verify with the risk parameters that the venue published with this proof",
    }
    got: bytes = getattr(claimed, name)
    if want != got:
        raise VerificationError("policy", f"{name} digest {want.hex()}", got.hex(), remedy.get(name, ""))
