"""Issues receipts: one signed promise of the root, and for each customer her leaf with its path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from plimsoll.circuits.leaves import Permutation, Quad, nonce_digest
from plimsoll.circuits.totals_commitment import batch_path, book_root
from plimsoll.circuits.totals_tables import TotalsShape
from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.customers import leaf_proofs, siblings, tree
from plimsoll.prover.job import check_opening
from plimsoll.prover.opening import Opening, OpeningError
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.receipts import Joint, Promise, Receipt, promise_digest

Batches = Sequence[tuple[Quad, Quad]]
"""Root and commitment of each batch, in order."""


@dataclass(frozen=True, slots=True)
class _Tree:
    """A book's tree: digests by level, and where it is of several batches what joins them."""

    levels: list[list[Quad]]
    joints: tuple[Joint, ...]
    root: Quad
    joint_levels: int | None


def batches_of(bundle: Bundle) -> Batches:
    """Root and commitment of each batch of a publication, as its proofs show them; none for a book of one tree."""
    if not bundle.is_whole:
        return ()
    return [(one.public_values[2:6], one.public_values[6:10]) for one in leaf_proofs(bundle.files)]


def issue(
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    opening: Opening,
    permute: Permutation,
    key: SigningKey,
    time: int,
    accounts: list[str] | None = None,
    batches: Batches = (),
) -> Iterator[tuple[str, Receipt]]:
    """(account, receipt) for these accounts, or for all, in the book's order. All is checked before the first is made.

    One signature serves all of them.

    Args:
        permute: the Rust core's, for a whole book.
        time: of the promise, microseconds since 1970.
        batches: of a book of several batches (`batches_of`).

    Raises:
        OpeningError: the opening is another book's or another publication's, or not of these batches.
    """
    # first of all: the tree of another book's accounts cannot be made
    check_opening(book, snapshot, parameters, opening)
    made = _tree(tree(book, parameters.table.digest(), opening, permute), opening, batches, permute)
    promise = Promise.model_construct(
        version=1,
        venue=snapshot.venue,
        sequence=snapshot.sequence,
        time=time,
        root=made.root,
        nonce_digest=nonce_digest(bytes.fromhex(opening.nonce)),
        instruments=parameters.table.digest(),
        levels=len(made.levels) - 1,
        joint_levels=made.joint_levels,
    )
    signature = key.sign(promise_digest(promise))
    unplaced = Receipt.model_construct(version=1, promise=promise, public_key=key.public_key, signature=signature)
    return _receipts(unplaced, opening, made, book.accounts if accounts is None else accounts)


def _tree(levels: list[list[Quad]], opening: Opening, batches: Batches, permute: Permutation) -> _Tree:
    if [root for root, _ in batches] != (levels[-1] if opening.batch_salts else []):
        raise OpeningError(
            "the batches have other roots than book and opening file make: name the publication that was made of them"
        )
    if not batches:
        return _Tree(levels, (), levels[-1][0], None)
    log_slots = TotalsShape.fitting(len(batches)).log_slots
    joints = tuple(
        Joint.model_construct(commitment=commitment, path=tuple(batch_path(batches, log_slots, i, permute)))
        for i, (_, commitment) in enumerate(batches)
    )
    return _Tree(levels, joints, book_root(batches, log_slots, permute), log_slots)


def _receipts(
    unplaced: Receipt, opening: Opening, made: _Tree, accounts: Sequence[str]
) -> Iterator[tuple[str, Receipt]]:
    positions = {leaf.account: leaf.position for leaf in opening.accounts}
    height = len(made.levels) - 1
    for account in accounts:
        position = positions[account]
        placed = {
            "leaf": made.levels[0][position],
            "position": position,
            "path": tuple(siblings(position, made.levels)),
            "joint": made.joints[position >> height] if made.joints else None,
        }
        yield account, unplaced.model_copy(update=placed)
