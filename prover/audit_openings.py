"""Opens the leaves that a beacon drew, for the auditor: exactly those, accounts and empty leaves."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.leaves import Permutation
from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.customers import customer_files, siblings, tree
from plimsoll.prover.opening import Opening, OpeningError
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.sampling import AuditOpenings, OpenedEmpty


def audit_openings(
    drawn: Sequence[int],
    bundle: Bundle,
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    opening: Opening,
    permute: Permutation,
) -> AuditOpenings:
    """The openings of the drawn leaves, in the order of positions.

    Args:
        bundle: the publication that is audited.
        permute: the Rust core's, for a whole book.

    Raises:
        OpeningError: the opening is another book's or another publication's than the one audited.
    """
    wanted = set(drawn)
    names = [leaf.account for leaf in sorted(opening.accounts, key=lambda leaf: leaf.position)]
    positions = {leaf.account: leaf.position for leaf in opening.accounts}
    chosen = [name for name in names if positions[name] in wanted]
    accounts = tuple(customer_files(book, snapshot, parameters, opening, permute, chosen))
    levels = tree(book, parameters.table.digest(), opening, permute)
    if levels[-1][0] != bundle.manifest.root:
        raise OpeningError("book and opening file make another root than the published one: give those of its proof")
    empty = tuple(
        OpenedEmpty.model_construct(position=leaf.position, salt=leaf.salt, path=tuple(siblings(leaf.position, levels)))
        for leaf in opening.empty
        if leaf.position in wanted
    )
    return AuditOpenings.model_construct(version=1, manifest=bundle.digest, accounts=accounts, empty=empty)
