"""Proving a whole book over batches: checked claims in, the bytes of every batch's proof and of the totals' out.

Batches are proven one after the other: each has the machine's cores, and memory is that of one batch. They are
independent: `prove_batch` with a batch's tape can run anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.batch_tables import BatchShape, batch_program
from plimsoll.circuits.leaves import nonce_digest
from plimsoll.circuits.totals_commitment import book_root
from plimsoll.circuits.totals_tables import Terms, TotalsShape, totals_program
from plimsoll.engine.batch_schedule import BatchSchedule, compile_batch_schedule
from plimsoll.engine.book import Book
from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.book_figures import BookFigures, book_figures
from plimsoll.engine.decimals import VALUE_DIGITS, format_decimal, format_quantity
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.instruments import InstrumentTable
from plimsoll.engine.liabilities import check_zero_sum
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.batch_tape import BatchTape, encode_batches, encode_totals
from plimsoll.prover.core_api import CoreWitness, permute
from plimsoll.prover.job import book_digest, check_opening, publication_of
from plimsoll.prover.opening import Opening, OpeningError, draw_opening
from plimsoll.verifier.batch import BATCH, ExpectedBatch, expected_batch
from plimsoll.verifier.policy import previous_publication
from plimsoll.verifier.profile import STANDARD, Profile
from plimsoll.verifier.statement import Digests, Statement, write_proof
from plimsoll.verifier.terms import terms_of
from plimsoll.verifier.totals import TOTALS, expected_totals

STAGES: Final = ("check", "tables", "tape", "batch", "totals")
"""The stages in order; `progress` is told each when it begins, "batch" once for every batch."""
FIGURE_NAMES: Final = ("margin gap", "deficit at the snapshot", *(f"deficit in scenario {s}" for s in (1, 2, 3)))

_TWO_SCHEDULES: Final = (
    "two proofs with its salts would show which batches' figures differ, and make two roots of one sequence"
)
_ANOTHER_OPENING: Final = (
    "raise the snapshot's sequence, or, if nothing was published with it, move it away and draw another with --new-root"
)

Progress = Callable[[str], object]


class ClaimError(PlimsollError):
    """A claim that is not true of the book. Nothing has been proven."""


@dataclass(frozen=True, slots=True)
class ProvenBook:
    """The proof files of one book: its batches' in order, and its totals'. `root` is the book's."""

    batches: tuple[bytes, ...]
    totals: bytes
    root: tuple[int, ...]
    log_slots: int


def new_batch_opening(
    book: Book,
    shape: BatchShape,
    batches: int,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    scenarios: ScenarioList,
) -> Opening:
    """Fresh secrets for one publication of this book over so many batches, under these prices, rules and scenarios.

    Raises:
        OpeningError: more accounts than leaves.
    """
    TotalsShape.fitting(batches)
    return draw_opening(
        book_digest(book),
        book.accounts,
        opening_shape(shape, batches),
        shape.leaves * batches,
        publication_of(snapshot),
        batches,
        parameters.table.digest().hex(),
        compile_batch_schedule(snapshot, parameters, scenarios).digest().hex(),
    )


def check_schedule(schedule: BatchSchedule, opening: Opening) -> None:
    """Raises OpeningError unless the secrets were drawn for this very schedule.

    A batch's commitment is a function of its accounts, its salt and the schedule: under two schedules it would be
    unchanged just where the batch's five figures are, and the book would have two roots under one sequence.
    """
    if not opening.schedule:
        raise OpeningError(
            "the opening file does not say for which prices, rules and scenarios it was drawn (an earlier release "
            f"wrote it): {_TWO_SCHEDULES}; it still makes files, receipts and audit openings of what it proved; to "
            f"prove, {_ANOTHER_OPENING}"
        )
    if opening.schedule != schedule.digest().hex():
        raise OpeningError(
            f"the opening file was drawn for other prices, rules or scenarios: {_TWO_SCHEDULES}; prove with the files "
            f"of then, or {_ANOTHER_OPENING}"
        )


def opening_shape(shape: BatchShape, batches: int) -> str:
    """The declared sizes, as an opening file names them."""
    return f"{batches} of {shape.name}"


def check_claims(figures: BookFigures, claims: BookClaims, table: InstrumentTable, terms: Terms) -> None:
    """Raises ClaimError or LiabilityError naming the first claim that is not true of the book."""
    check_zero_sum(figures.totals, table)
    for index, (info, term) in enumerate(zip(table, terms.instruments, strict=True)):
        held = (figures.totals[2 * index], figures.totals[2 * index + 1])
        if term.shown is not None and term.shown != held:
            long, short = (format_quantity(one, info.lot) for one in held)
            raise ClaimError(f"totals of {info.name}: the book has {long} long and {short} short: claim these")
    for asset, (currency, bound) in enumerate(zip(claims.liabilities, terms.bounds, strict=True)):
        mine = [(i, one) for i, one in enumerate(table) if terms.instruments[i].asset == asset]
        owed = sum(figures.totals[2 * i] for i, _ in mine)
        if owed > bound:
            shown = format_quantity(owed, mine[0][1].lot)
            raise ClaimError(f"liabilities in {currency}: the book has {shown}, more than the claimed bound")
    for name, most, true in zip(FIGURE_NAMES, terms.figures, figures.figures, strict=True):
        within = true.amount <= most.bound and true.accounts <= most.count
        if not within or (most.exact and (true.amount, true.accounts) != (most.bound, most.count)):
            amount = format_decimal(true.amount, VALUE_DIGITS)
            raise ClaimError(f"{name}: the book has {amount} over {true.accounts} accounts, which the claim denies")


def prove_batches(
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    scenarios: ScenarioList,
    claims: BookClaims,
    shape: BatchShape,
    opening: Opening,
    *,
    profile: Profile = STANDARD,
    progress: Progress | None = None,
) -> ProvenBook:
    """Proves the claims of a book.

    Args:
        shape: of each batch; declared before looking at the book, and public as is the number of batches.
        opening: the secrets of this publication under this schedule, from `new_batch_opening` or from its file.
        progress: told each of `STAGES` as it begins.

    Raises:
        ClaimError, LiabilityError: a claim is not true of the book; nothing has been proven.
        TapeError, OpeningError: the book does not fit the declared sizes, or the opening is another's, or was drawn
            for another schedule.
        ProvingError: the core is missing or failed.
    """
    tell = progress or (lambda _stage: None)
    tell("check")
    count = len(opening.batch_salts)
    if opening.shape != opening_shape(shape, count):
        raise OpeningError(f"the opening file was drawn for {opening.shape}, not for batches of {shape.name}")
    check_opening(book, snapshot, parameters, opening)
    schedule = compile_batch_schedule(snapshot, parameters, scenarios)
    check_schedule(schedule, opening)
    terms = terms_of(claims, parameters.table, scenarios)
    figures = book_figures(schedule, book)
    check_claims(figures, claims, parameters.table, terms)
    tell("tables")
    expected = expected_batch(batch_program(), snapshot, parameters, scenarios, shape)
    tell("tape")
    tapes = encode_batches(
        book,
        expected.digests.instruments,
        len(parameters.table),
        expected.schedule,
        shape,
        opening,
        figures,
        permute,
    )
    frame = _Frame(snapshot, scenarios, opening, profile, count)
    proofs, slots = [], []
    for index, tape in enumerate(tapes):
        tell("batch")
        proof, outputs = frame.prove_batch(index, tape, expected, shape)
        proofs.append(proof)
        slots.append((outputs[2:6], outputs[6:10]))
    tell("totals")
    totals = frame.prove_totals(tapes, [root for root, _ in slots], terms, expected.digests)
    log_slots = TotalsShape.fitting(count).log_slots
    return ProvenBook(tuple(proofs), totals, book_root(slots, log_slots, permute), log_slots)


@dataclass(frozen=True, slots=True)
class _Frame:
    """What all statements of one book share."""

    snapshot: MarketSnapshot
    scenarios: ScenarioList
    opening: Opening
    profile: Profile
    count: int

    def statement(self, kind: str, shape: str, digests: Digests, values: tuple[int, ...], index: int) -> Statement:
        return Statement(
            kind=kind,
            shape=shape,
            profile=self.profile,
            digests=digests,
            public_values=values,
            sequence=self.snapshot.sequence,
            previous=previous_publication(self.snapshot),
            batch_index=index,
            batch_count=self.count,
            context=self.scenarios.digest(),
            nonce_digest=nonce_digest(bytes.fromhex(self.opening.nonce)),
        )

    def prove_batch(
        self, index: int, tape: BatchTape, expected: ExpectedBatch, shape: BatchShape
    ) -> tuple[bytes, tuple[int, ...]]:
        """One batch's proof file and public values."""
        witness = CoreWitness(expected.built, tape.tape)
        statement = self.statement(BATCH, shape.name, expected.digests, witness.outputs, index)
        return write_proof(statement, witness.prove(statement.digest(), self.profile, None)), witness.outputs

    def prove_totals(
        self, tapes: list[BatchTape], roots: list[tuple[int, ...]], terms: Terms, of_batches: Digests
    ) -> bytes:
        """The totals' proof file."""
        shape = TotalsShape.fitting(self.count)
        built, digests = expected_totals(totals_program(), of_batches, terms, shape)
        witness = CoreWitness(built, encode_totals(tapes, roots, shape.log_slots, terms, self.opening))
        statement = self.statement(TOTALS, shape.name, digests, witness.outputs, 0)
        return write_proof(statement, witness.prove(statement.digest(), self.profile, None))
