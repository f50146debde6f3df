"""Verification of a whole book from its files: batches, then totals, against the venue's claims.

What holds afterwards, for each figure of the claims: it is proven. What the claims are about (prices, rules, reserves)
is checked elsewhere; docs/protocol/totals.md says what a book's proofs do not say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.circuits.totals_tables import MAX_LOG_SLOTS
from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.decimals import PPM
from plimsoll.engine.instruments import Kind
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList, shocked
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.batch import BATCH_PROGRAM, BatchPolicy, VerifiedBatches, verify_batches
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import BOOK_PROGRAM, Policy, snapshot_time
from plimsoll.verifier.terms import terms_of
from plimsoll.verifier.totals import TOTALS_PROGRAM, TotalsPolicy, VerifiedTotals, verify_totals

STEP: Final = "book"
CLAIMS: Final = "claims.json"
SCENARIOS: Final = "scenarios.json"
TOTALS_PROOF: Final = "totals.proof"
MAX_BATCHES: Final = 1 << MAX_LOG_SLOTS
_BATCH_PROOF: Final = re.compile(r"batch-([0-9]{2})\.proof")


def batch_name(index: int) -> str:
    """The file of a batch's proof."""
    return f"batch-{index:02}.proof"


def is_batch_name(name: str) -> bool:
    """Whether a file of this name holds a batch's proof."""
    match = _BATCH_PROOF.fullmatch(name)
    return match is not None and int(match[1]) < MAX_BATCHES


@dataclass(frozen=True, slots=True)
class Moves:
    """Lowest and highest change of a price in a scenario, in ppm; how many of the prices there are stand still."""

    lowest: int
    highest: int
    still: int
    prices: int


@dataclass(frozen=True, slots=True)
class VerifiedWholeBook:
    """What was established about a book and its claims. `root` is the book's, four field elements."""

    claims: BookClaims
    scenarios: ScenarioList
    batches: VerifiedBatches
    totals: VerifiedTotals
    snapshot_time: datetime
    sequence: int
    unbounded: tuple[str, ...]
    """Currencies in which customers can own something, and of which the claims give no bound, by name."""
    moves: tuple[Moves, ...]
    """What each scenario does, as recomputed: a name says nothing."""

    @property
    def root(self) -> tuple[int, ...]:
        return self.totals.root

    @property
    def shape(self) -> BatchShape:
        """Of each batch."""
        return self.batches.batches[0].shape

    @property
    def security_bits(self) -> float:
        """Of the weakest of all its proofs."""
        return min(self.totals.security_bits, *(one.security_bits for one in self.batches.batches))

    @property
    def profile(self) -> str:
        return self.totals.profile

    @property
    def nonce_digest(self) -> str:
        return self.batches.nonce_digest

    @property
    def proof_digest(self) -> str:
        """SHA-256 of the totals' proof, hexadecimal: what the next publication's snapshot names."""
        return self.totals.proof_digest


def verify_whole_book(
    files: Mapping[str, bytes],
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    policy: Policy | None = None,
    *,
    stress: bytes | None = None,
) -> VerifiedWholeBook:
    """Verifies the proofs of a book over batches.

    Args:
        files: by name: claims.json, scenarios.json, totals.proof, and batch-00.proof and on without a gap.
        policy: time, age, security and sequence are looked at for every proof; `root` for the book's; the programs
            are those that this release pins; shape classes and a consumer's context are conditions on other proofs.
        stress: digest of the scenario list that the caller accepts; without it the list is the venue's own.

    Raises:
        VerificationError: with the step that failed, what was expected and what came.
        InputError: claims or scenarios break their form.
    """
    policy = policy or Policy()
    count = sum(is_batch_name(name) for name in files)
    names = [CLAIMS, SCENARIOS, TOTALS_PROOF, *(batch_name(i) for i in range(count))]
    missing = [name for name in names if name not in files]
    if count == 0 or missing:
        raise VerificationError(STEP, "claims, scenarios, totals and all batches", f"no {(missing or ['batch'])[0]}")
    require(policy.programs == {BOOK_PROGRAM}, STEP, "the programs that this release pins", "others in the policy")
    # a condition that is not looked at is refused, not forgotten: classes are those of one-batch books
    require(not policy.shapes and not policy.context, STEP, "no shape class and no context in the policy", "one")
    claims = BookClaims.parse(files[CLAIMS], CLAIMS)
    scenarios = ScenarioList.parse(files[SCENARIOS], SCENARIOS)
    found = scenarios.digest()
    if stress is not None:
        require(found == stress, STEP, f"scenarios with the digest {stress.hex()}", found.hex())
    terms = terms_of(claims, parameters.table, scenarios)
    batch_policy = BatchPolicy(**_conditions(policy), programs=frozenset({BATCH_PROGRAM}))
    proofs = [files[batch_name(i)] for i in range(count)]
    batches = verify_batches(proofs, snapshot, parameters, scenarios, batch_policy)
    totals_policy = TotalsPolicy(**_conditions(policy), programs=frozenset({TOTALS_PROGRAM}))
    totals = verify_totals(files[TOTALS_PROOF], batches, terms, snapshot, scenarios, totals_policy)
    if policy.root is not None:
        require(totals.root == policy.root, STEP, "the root that the caller was shown", "another")
    owned = {one.currency for one in parameters.table if one.kind in (Kind.SPOT, Kind.SETTLEMENT)}
    return VerifiedWholeBook(
        claims=claims,
        scenarios=scenarios,
        batches=batches,
        totals=totals,
        snapshot_time=snapshot_time(snapshot),
        sequence=snapshot.sequence,
        unbounded=tuple(sorted(owned - claims.liabilities.keys())),
        moves=tuple(_moves(snapshot, shocked(snapshot, parameters, one)) for one in scenarios.scenarios),
    )


def _moves(before: MarketSnapshot, after: MarketSnapshot) -> Moves:
    changes = [after.prices[name] * PPM // price - PPM for name, price in before.prices.items() if price]
    still = sum(after.prices[name] == price for name, price in before.prices.items())
    return Moves(min(changes, default=0), max(changes, default=0), still, len(before.prices))


def _conditions(policy: Policy) -> dict[str, Any]:
    """All of a policy but what is another for each kind of proof."""
    others = ("programs", "shapes", "root", "context")
    return {f.name: getattr(policy, f.name) for f in fields(Policy) if f.name not in others}
