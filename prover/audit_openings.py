"""What the venue opens to the auditor: the leaves that a beacon drew and no other, and the totals of the book."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.circuits.leaves import Permutation
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.book import Book
from plimsoll.engine.book_figures import book_figures
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.batch_tape import book_rows, encode_batches
from plimsoll.prover.customers import customer_files, siblings, tree
from plimsoll.prover.job import check_opening
from plimsoll.prover.opening import Opening, OpeningError
from plimsoll.prover.receipts import batches_of
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.sampling import AuditOpenings, OpenedEmpty
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.tie_out import TotalsOpening, open_totals
from plimsoll.verifier.whole_book import SCENARIOS, TOTALS_PROOF, batch_name


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
    if levels[-1] != ([root for root, _ in batches_of(bundle)] or [bundle.manifest.root]):
        raise OpeningError("book and opening file make another root than the published one: give those of its proof")
    empty = tuple(
        OpenedEmpty.model_construct(position=leaf.position, salt=leaf.salt, path=tuple(siblings(leaf.position, levels)))
        for leaf in opening.empty
        if leaf.position in wanted
    )
    return AuditOpenings.model_construct(version=1, manifest=bundle.digest, accounts=accounts, empty=empty)


def totals_opening(
    bundle: Bundle,
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    opening: Opening,
    permute: Permutation,
) -> TotalsOpening:
    """Opens the commitment to the totals of a book over batches.

    Raises:
        OpeningError: a publication without totals, or the opening is another book's or another publication's.
    """
    if not bundle.is_whole:
        raise OpeningError("the publication proves no totals: there is nothing to open")
    check_opening(book, snapshot, parameters, opening)
    table = parameters.table
    schedule = compile_batch_schedule(snapshot, parameters, ScenarioList.parse(bundle.files[SCENARIOS], SCENARIOS))
    shape = BatchShape.parse(read_proof(bundle.files[batch_name(0)])[0].shape)
    figures = book_figures(schedule, book)
    tapes = encode_batches(book, table.digest(), len(table), schedule, shape, opening, figures, permute)
    made = TotalsOpening.model_construct(
        version=1,
        venue=snapshot.venue,
        sequence=snapshot.sequence,
        salt=opening.commitment_salt,
        start=opening.start,
        last=tapes[-1].last,
        rows=tuple(map(tuple, book_rows(tapes))),
    )
    commitment = read_proof(bundle.files[TOTALS_PROOF])[0].public_values[7:11]
    try:
        open_totals(made, commitment, snapshot.venue, snapshot.sequence, table)
    except VerificationError as error:
        raise OpeningError(
            f"book and opening file make other totals than the published ones ({error}): give those of its proofs"
        ) from None
    return made
