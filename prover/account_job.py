"""One account's proof, made by its owner: her leaf's opening, the path to a published root, and her secret.

The venue is not needed. Nothing of the account shows: every table has its lowest height whatever the account holds.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.account_tables import ACCOUNT_SHAPE, account_program
from plimsoll.circuits.leaves import (
    Permutation,
    Quad,
    account_id,
    account_leaf,
    account_order,
    batch_leaf,
    climb,
    elements,
    identifier_elements,
    owner_key,
)
from plimsoll.circuits.shapes import HOLDINGS_PER_ROW
from plimsoll.circuits.totals_commitment import batch_path
from plimsoll.circuits.totals_tables import TotalsShape
from plimsoll.engine.decimals import VALUE_DIGITS, format_decimal
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.thresholds import AMOUNT_SCALE, Threshold
from plimsoll.engine.tiers import Schedule
from plimsoll.prover.core_api import CoreWitness, permute
from plimsoll.prover.tape import QUANTITY_LIMBS, Tiers, limbs
from plimsoll.verifier.account import ACCOUNT, BookRoot, expected_account
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.customer import CustomerFile, keyed_holdings
from plimsoll.verifier.policy import previous_publication
from plimsoll.verifier.profile import STANDARD, Profile
from plimsoll.verifier.statement import Statement, write_proof

STAGES: Final = ("tables", "witness", "proof")
"""The stages in order; `progress` is told each when it begins."""
_NO_COMMITMENT: Final[Quad] = (0, 0, 0, 0)


class AccountRefusedError(PlimsollError):
    """The account does not meet the threshold, is another owner's, or is not under the root. Nothing was proven."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How a batch stands in its book: its commitment, its place among the batches, siblings from the lowest up."""

    commitment: Quad
    position: int
    path: tuple[Quad, ...]


@dataclass(frozen=True, slots=True)
class AccountOpening:
    """Everything about one leaf but the owner's secret. Secret.

    Attributes:
        lien: 10^-6 of the quote currency.
        holdings: (key, lots), keys ascending.
        position: of the leaf in its batch, counted from the left.
        path: siblings from the lowest up.
        joined: None where the book has one batch only.
    """

    identifier: str
    owner: Quad
    lien: int
    blind: Quad
    salt: Quad
    account_class: int
    order: int
    holdings: tuple[tuple[int, int], ...]
    position: int
    path: tuple[Quad, ...]
    joined: Joined | None = None

    def root(self, instruments: bytes, permute: Permutation) -> BookRoot:
        """The root that this opening leads to."""
        identity = account_id(self.identifier, instruments, self.blind, permute, self.owner, self.lien)
        leaf = account_leaf(identity, self.salt, self.account_class, self.order, self.holdings, permute)
        batch = climb(leaf, self.position, self.path, permute)
        if self.joined is None:
            return BookRoot(batch, len(self.path))
        joint = batch_leaf(batch, self.joined.commitment, permute)
        top = climb(joint, self.joined.position, self.joined.path, permute)
        return BookRoot(top, len(self.path), len(self.joined.path))


def opening_of(
    brought: CustomerFile, parameters: RiskParameters, batches: Sequence[tuple[Quad, Quad]] = ()
) -> AccountOpening:
    """What a customer's file opens.

    Args:
        batches: root and commitment of each batch in order, as the publication shows them; none for a book of one.

    Raises:
        VerificationError: its holdings are none that a proven leaf has.
        AccountRefusedError: its position is in none of the batches.
    """
    batch, position = divmod(brought.position, 1 << len(brought.path))
    if batch >= max(1, len(batches)):
        raise AccountRefusedError("the account is in another batch than these: take the publication it belongs to")
    joined = None
    if batches:
        log_slots = TotalsShape.fitting(len(batches)).log_slots
        joined = Joined(batches[batch][1], batch, tuple(batch_path(batches, log_slots, batch, permute)))
    return AccountOpening(
        identifier=brought.identifier,
        owner=brought.owner,
        lien=brought.lien,
        blind=brought.blind,
        salt=brought.salt,
        account_class=brought.account_class,
        order=account_order(brought.nonce, brought.identifier),
        holdings=tuple(keyed_holdings(brought, parameters)),
        position=position,
        path=brought.path,
        joined=joined,
    )


def account_margin(opening: AccountOpening, schedule: Schedule, threshold: Threshold) -> int:
    """By how much the account exceeds the threshold net of its lien, 10^-20 of the quote currency; negative: misses."""
    tiers = ((schedule.find(key, q), q) for key, q in opening.holdings)
    net = sum(tier.equity(q) - tier.requirement(q) for tier, q in tiers)
    return net - (opening.lien + threshold.amount) * AMOUNT_SCALE


def prove_account(
    opening: AccountOpening,
    secret: Quad,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    threshold: Threshold,
    context: ConsumerContext,
    book: BookRoot,
    *,
    profile: Profile = STANDARD,
    progress: Callable[[str], object] | None = None,
) -> bytes:
    """Proves that the owner's account under the root meets the threshold; for this context only, with her tag for its
    scope.

    Returns:
        The proof file's bytes.

    Raises:
        AccountRefusedError: the threshold is not met, the secret is not the owner's, or the root is another.
        ProvingError: the core is missing or failed.
    """
    tell = progress or (lambda _stage: None)
    tell("tables")
    if owner_key(secret, permute) != opening.owner:
        raise AccountRefusedError("the secret is not that of the account's owner: name the key file that belongs to it")
    if opening.root(parameters.table.digest(), permute) != book:
        raise AccountRefusedError("the account is not under the book's root: take the file of this very publication")
    expected = expected_account(account_program(), snapshot, parameters, threshold)
    margin = account_margin(opening, expected.schedule, threshold)
    if margin < 0:
        missing = format_decimal(-margin, VALUE_DIGITS)
        raise AccountRefusedError(f"the account misses the threshold by {missing} {snapshot.quote}, net of its lien")
    tell("witness")
    tape = account_tape(opening, secret, parameters.table.digest(), expected.schedule, threshold, context)
    witness = CoreWitness(expected.book, tape)
    statement = Statement(
        kind=ACCOUNT,
        shape=ACCOUNT_SHAPE,
        profile=profile,
        digests=expected.digests,
        public_values=witness.outputs,
        sequence=snapshot.sequence,
        previous=previous_publication(snapshot),
        context=context.encode(),
    )
    tell("proof")
    return write_proof(statement, witness.prove(statement.digest(), profile, None))


def account_tape(
    opening: AccountOpening,
    secret: Quad,
    instruments: bytes,
    schedule: Schedule,
    threshold: Threshold,
    context: ConsumerContext,
) -> bytes:
    """The private input in the order of circuits/account.cairo, as little-endian u64."""
    joined, tiers = opening.joined, Tiers(schedule)
    rows = -(-len(opening.holdings) // HOLDINGS_PER_ROW)
    tape = [len(opening.path), int(joined is not None), len(joined.path) if joined else 0, threshold.amount]
    tape += [*context.tag_elements(), *identifier_elements(opening.identifier), *secret, opening.lien]
    tape += [*opening.blind, *elements(instruments), *opening.salt, opening.account_class, rows, opening.order]
    tape += joined.commitment if joined else _NO_COMMITMENT
    for key, quantity in opening.holdings:
        tape += tiers.holding(key, quantity)
    for k in range(rows * HOLDINGS_PER_ROW - len(opening.holdings)):
        tape += [tiers.null + k, *limbs(0, QUANTITY_LIMBS)]
    tape += _steps(opening.position, opening.path)
    if joined:
        tape += _steps(joined.position, joined.path)
    return array("Q", tape).tobytes()


def _steps(position: int, path: tuple[Quad, ...]) -> list[int]:
    """For each level, whether the path comes from the right, and the sibling."""
    return [x for level, sibling in enumerate(path) for x in (position >> level & 1, *sibling)]
