"""Issues receipts: one signed promise of the root, and for each customer her leaf with its path."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from plimsoll.circuits.leaves import Permutation, Quad, nonce_digest
from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.customers import siblings, tree
from plimsoll.prover.job import check_opening
from plimsoll.prover.opening import Opening
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.receipts import Promise, Receipt, promise_digest


def issue(
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    opening: Opening,
    permute: Permutation,
    key: SigningKey,
    time: int,
    accounts: list[str] | None = None,
) -> Iterator[tuple[str, Receipt]]:
    """(account, receipt) for these accounts, or for all, in the book's order. All is checked before the first is made.

    One signature serves all of them.

    Args:
        permute: the Rust core's, for a whole book.
        time: of the promise, microseconds since 1970.

    Raises:
        OpeningError: the opening is another book's or another publication's.
    """
    # first of all: the tree of another book's accounts cannot be made
    check_opening(book, snapshot, opening)
    levels = tree(book, parameters.table.digest(), opening, permute)
    promise = Promise.model_construct(
        version=1,
        venue=snapshot.venue,
        sequence=snapshot.sequence,
        time=time,
        root=levels[-1][0],
        nonce_digest=nonce_digest(bytes.fromhex(opening.nonce)),
        instruments=parameters.table.digest(),
        levels=len(levels) - 1,
    )
    unplaced = {"promise": promise, "public_key": key.public_key, "signature": key.sign(promise_digest(promise))}
    return _receipts(unplaced, opening, levels, book.accounts if accounts is None else accounts)


def _receipts(
    unplaced: dict[str, Any], opening: Opening, levels: list[list[Quad]], accounts: Sequence[str]
) -> Iterator[tuple[str, Receipt]]:
    positions = {leaf.account: leaf.position for leaf in opening.accounts}
    for account in accounts:
        position = positions[account]
        path = tuple(siblings(position, levels))
        yield (
            account,
            Receipt.model_construct(version=1, leaf=levels[0][position], position=position, path=path, **unplaced),
        )
