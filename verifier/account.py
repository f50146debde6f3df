"""Verification of one account for a consumer: the steps of docs/protocol/account.md, in their order.

An account proof says: a leaf under this root is an account whose owner's secret the prover knows, whose holdings are
counted in this instrument table, and whose equity net of its lien meets this threshold at this snapshot; and the tag is
that owner's for the scope of this context. Which leaf it is, what it holds and by how much it meets the threshold stays
hidden.

Two bindings, of different width. The *proof* is for one context: it stands in the statement, from which every challenge
is derived, and is compared byte by byte. The *tag* is the owner's for chain, contract and scope alone: all proofs of
hers within it have the same one, whatever account, borrower, nonce or expiry they are for. A consumer keeps the tags
that it has acted on, and acts on a proof only if its tag is not among them; docs/protocol/account.md says what that
does not prevent.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from plimsoll.circuits.account_tables import (
    ACCOUNT_SHAPE,
    MAX_ABOVE,
    MAX_LEVELS,
    OUTPUTS,
    account_program,
    build_account,
)
from plimsoll.circuits.leaves import elements
from plimsoll.circuits.program import Program
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.engine.market import Market
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.thresholds import Threshold, compile_threshold
from plimsoll.verifier.batch import check_security
from plimsoll.verifier.book import Expected, VerifiedBook
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import Policy, check_policy, hexadecimal, snapshot_time
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import NO_PREVIOUS, Digests, Statement, read_proof
from plimsoll.verifier.whole_book import VerifiedWholeBook

ACCOUNT: Final = "account"
"""The statement's kind."""
ACCOUNT_PROGRAM: Final = "68408e54a9e7bd3abc7913c5589ccc3b254b090c26a378367916e2c28dc1b63a"
"""Digest of the pinned account program (`circuits/compiled/account.json`)."""
STEP: Final = "policy"


@dataclass(frozen=True, slots=True)
class AccountPolicy(Policy):
    """The caller's conditions. `root` and `context` are arguments of `verify_account` and not looked at here."""

    programs: frozenset[str] = frozenset({ACCOUNT_PROGRAM})


@dataclass(frozen=True, slots=True)
class BookRoot:
    """A root from a verified publication, and how far the leaves are below it.

    Attributes:
        levels: of a batch's tree.
        above: levels of the book's tree over its batches; None where the root is that of the only batch.
    """

    root: tuple[int, ...]
    levels: int
    above: int | None = None

    def __post_init__(self) -> None:
        above = self.above or 0
        if len(self.root) != 4 or not 0 <= self.levels <= MAX_LEVELS or not 0 <= above <= MAX_ABOVE:
            raise VerificationError(
                STEP, f"a root with at most {MAX_LEVELS} and {MAX_ABOVE} levels", f"{self.levels} and {above}"
            )

    @staticmethod
    def of(book: VerifiedBook | VerifiedWholeBook) -> BookRoot:
        """The root of a verified book, of one batch or of several."""
        above = book.totals.log_slots if isinstance(book, VerifiedWholeBook) else None
        return BookRoot(book.root, book.shape.log_leaves, above)


@dataclass(frozen=True, slots=True)
class VerifiedAccount:
    """What a verified proof establishes. `tag`: 32 bytes, the owner's for `scope` on the context's chain and contract;
    to be refused if the consumer has seen it."""

    tag: bytes
    scope: bytes
    threshold: Threshold
    context: ConsumerContext
    snapshot_time: datetime
    sequence: int
    program: str
    profile: str
    security_bits: float
    proof_digest: str


def expected_account(
    program: Program, snapshot: MarketSnapshot, parameters: RiskParameters, threshold: Threshold
) -> Expected:
    """Rebuilds the tables from bytecode and the threshold's schedule; the prover uses the same."""
    schedule = compile_threshold(snapshot, parameters, threshold)
    records = schedule_records(schedule.tiers)
    built = build_account(program, records)
    digests = Digests(
        program=program.digest(),
        tables=built.tables.digest(),
        instruments=parameters.table.digest(),
        schedule=schedule.digest(),
        market=snapshot.digest(),
        parameters=parameters.digest(),
    )
    return Expected(built, digests, schedule, records)


def verify_account(
    data: bytes,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    threshold: Threshold,
    context: ConsumerContext,
    book: BookRoot,
    policy: AccountPolicy | None = None,
) -> VerifiedAccount:
    """Verifies an account's proof against what the consumer asked for.

    What remains the consumer's duty: that the root is that of a publication it verified, that snapshot and parameters
    are the ones to judge by, that the context is its own with a fresh nonce and the scope that it means, and to keep
    the tags it acted on.

    Args:
        book: the root and its levels; nothing of it is taken from the proof.

    Raises:
        VerificationError: with the step that failed, what was expected and what came.
    """
    policy = policy or AccountPolicy()
    # (1) Parse the canonical encoding; nothing may be left over.
    statement, body = read_proof(data)
    Market(snapshot, parameters)  # raises for files that do not fit together, whatever the statement says
    # (2) The statement is what the consumer asked for, before anything is compiled.
    check_policy(statement, replace(policy, root=None, context=context.encode()), snapshot, ACCOUNT)
    require(statement.shape == ACCOUNT_SHAPE, STEP, f"the shape class {ACCOUNT_SHAPE}", statement.shape)
    require(statement.nonce_digest == NO_PREVIOUS, STEP, "no publication nonce", statement.nonce_digest.hex())
    _check_expiry(context, policy)
    check_public_values(statement, threshold, context, book, parameters)
    # (3) Rebuild the tables; each digest is the recomputed one.
    program = account_program()
    _check_digest("program", program.digest(), statement.digests)
    _check_digest("market", snapshot.digest(), statement.digests)
    _check_digest("parameters", parameters.digest(), statement.digests)
    expected = expected_account(program, snapshot, parameters, threshold)
    for name in ("instruments", "schedule", "tables"):
        _check_digest(name, getattr(expected.digests, name), statement.digests)
    bits = check_security(expected.book, statement, policy)
    # (4) - (6) Transcript, constraints at zeta and terminals, openings.
    values = list(statement.public_values)
    verify_proof(expected.book.tables, values, statement.digest(), body, statement.profile)
    return VerifiedAccount(
        tag=b"".join(one.to_bytes(8, "big") for one in values[15:19]),
        scope=context.scope,
        threshold=threshold,
        context=context,
        snapshot_time=snapshot_time(snapshot),
        sequence=statement.sequence,
        program=statement.digests.program.hex(),
        profile=statement.profile.name,
        security_bits=bits,
        proof_digest=hashlib.sha256(data).hexdigest(),
    )


def check_public_values(
    statement: Statement, threshold: Threshold, context: ConsumerContext, book: BookRoot, parameters: RiskParameters
) -> None:
    """Every public value but the tag is what the consumer expects; the tag is the proof's to say, for that scope.

    Raises:
        VerificationError: step "policy", with the value that differs.
    """
    values = statement.public_values
    require(len(values) == OUTPUTS, STEP, f"{OUTPUTS} public values", len(values))
    _equal("root", book.root, values[:4])
    path = (book.levels, int(book.above is not None), book.above or 0)
    require(values[4:7] == path, STEP, f"a path of {path} (levels, joined, levels above)", values[4:7])
    _equal("instrument table", tuple(elements(parameters.table.digest())), values[7:11])
    # the context itself was compared in the statement; this says which part of it the tag is for
    _equal("consumer's scope", context.tag_elements(), values[11:15])
    require(values[19] == threshold.amount, STEP, f"an amount of {threshold.amount}", values[19])


def _equal(what: str, expected: tuple[int, ...], got: tuple[int, ...]) -> None:
    require(expected == got, STEP, f"{what} {hexadecimal(expected)}", hexadecimal(got))


def _check_expiry(context: ConsumerContext, policy: Policy) -> None:
    at = policy.at or datetime.now(UTC)
    require(not context.expired(at), STEP, f"a context that is not expired at {at.isoformat()}", context.expiry)


def _check_digest(name: str, want: bytes, claimed: Digests) -> None:
    got: bytes = getattr(claimed, name)
    require(want == got, STEP, f"{name} digest {want.hex()}", got.hex())
