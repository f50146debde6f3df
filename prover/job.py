"""One proving job: a checked book in, the bytes of a proof file out.

The job refuses a book with failing accounts before any proving starts, encodes the tape from the publication's secrets,
and has the Rust core run the witness and the proof. Nothing visible depends on the book: the heights come from the
declared shape class.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.leaves import nonce_digest
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.book import Book
from plimsoll.engine.book_health import book_health
from plimsoll.engine.decimals import VALUE_DIGITS, format_decimal
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.core_api import CoreWitness, permute
from plimsoll.prover.opening import Opening, OpeningError, draw_opening
from plimsoll.prover.tape import encode_tape
from plimsoll.verifier.book import Expected, expected_statement
from plimsoll.verifier.policy import previous_publication
from plimsoll.verifier.profile import STANDARD, Profile
from plimsoll.verifier.statement import BOOK_BATCH, Statement, write_proof

STAGES: Final = ("check", "tables", "tape", "witness", "proof", "encode")
"""The stages in order; `progress` is told each when it begins."""
SHOWN: Final = 5

Progress = Callable[[str], object]


class FailingAccountsError(PlimsollError):
    """Accounts below maintenance margin. `gaps`: by account, what is missing, in 10^-20 quote currency."""

    def __init__(self, gaps: dict[str, int], quote: str) -> None:
        self.gaps = gaps
        first = list(gaps.items())[:SHOWN]
        listed = ", ".join(f"{account!r} by {format_decimal(gap, VALUE_DIGITS)} {quote}" for account, gap in first)
        more = f" and {len(gaps) - SHOWN} more" if len(gaps) > SHOWN else ""
        super().__init__(
            f"{len(gaps)} of the accounts are below maintenance margin: {listed}{more}; a proof says that every "
            "account meets it: liquidate, top up or correct them first (`plimsoll check` lists them all)"
        )


def new_opening(book: Book, shape: ShapeClass, snapshot: MarketSnapshot, parameters: RiskParameters) -> Opening:
    """Fresh secrets for one publication of this book; to be written to a file before the proof is published."""
    table = parameters.table.digest().hex()
    shown = publication_of(snapshot)
    return draw_opening(book_digest(book), book.accounts, shape.name, shape.leaves, shown, instruments=table)


def publication_of(snapshot: MarketSnapshot) -> str:
    """The publication that a snapshot is for, as an opening file names it."""
    return f"{snapshot.venue}, sequence {snapshot.sequence}"


def refuse_failing(book: Book, snapshot: MarketSnapshot, parameters: RiskParameters) -> None:
    """Raises FailingAccountsError if any account's equity is below its maintenance margin."""
    health = book_health(compile_schedules(snapshot, parameters), book)
    failing = [int(i) for i in health.failing()]
    if failing:
        gaps = {book.accounts[i]: health[i].margin_gap for i in failing}
        raise FailingAccountsError(gaps, snapshot.quote)


def check_opening(book: Book, snapshot: MarketSnapshot, parameters: RiskParameters, opening: Opening) -> None:
    """Raises OpeningError unless the secrets were drawn for this book, this publication and this instrument table.

    Of a file that names no table (an earlier release's) the table is not known, and not compared.
    """
    if opening.book != book_digest(book):
        raise OpeningError(
            "the opening file was drawn for another book: salts must not serve two books; use the book it belongs to, "
            "or publish this one under its own sequence (in the snapshot)"
        )
    if opening.publication != publication_of(snapshot):
        raise OpeningError(
            f"the opening file belongs to another publication ({opening.publication}) than the snapshot "
            f"({publication_of(snapshot)}): an unchanged root would show that no account changed; name another "
            "--opening"
        )
    if opening.instruments not in ("", parameters.table.digest().hex()):
        raise OpeningError(
            "the opening file belongs to another instrument table: leaves are made with it, so one sequence would have "
            "two roots, and receipts of the first would look broken; use the parameters of then, or raise the "
            "snapshot's sequence"
        )


def prove_book(
    book: Book,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
    shape: ShapeClass,
    opening: Opening,
    *,
    profile: Profile = STANDARD,
    progress: Progress | None = None,
) -> bytes:
    """Proves that every account of the book meets its maintenance margin.

    Args:
        shape: declared before looking at the book; public.
        opening: the publication's secrets, from `new_opening` or from its file.
        progress: told each of `STAGES` as it begins.

    Returns:
        The proof file's bytes.

    Raises:
        FailingAccountsError: an account is below maintenance margin; nothing has been proven.
        TapeError, OpeningError: the book does not fit the shape class, or the opening is another book's.
        ProvingError: the core is missing or failed.
    """
    tell = progress or (lambda _stage: None)
    tell("check")
    refuse_failing(book, snapshot, parameters)
    if opening.shape != shape.name:
        raise OpeningError(
            f"the opening file was drawn for the shape class {opening.shape}, not {shape.name}: declare the same sizes"
        )
    check_opening(book, snapshot, parameters, opening)
    tell("tables")
    expected = expected_statement(book_program(), snapshot, parameters, shape)
    witness = fill_tables(book, expected, shape, opening, tell)
    statement = Statement(
        kind=BOOK_BATCH,
        shape=shape.name,
        profile=profile,
        digests=expected.digests,
        public_values=witness.outputs,
        sequence=snapshot.sequence,
        previous=previous_publication(snapshot),
        nonce_digest=nonce_digest(bytes.fromhex(opening.nonce)),
    )
    body = witness.prove(
        statement.digest(), profile, lambda stage: tell(stage) if stage in ("proof", "encode") else None
    )
    return write_proof(statement, body)


def fill_tables(book: Book, expected: Expected, shape: ShapeClass, opening: Opening, tell: Progress) -> CoreWitness:
    """The tables filled with the book's rows; what `prove_book` does between its checks and the proof."""
    tell("tape")
    tape = encode_tape(book, expected.digests.instruments, expected.schedule, shape, opening, permute)
    tell("witness")
    return CoreWitness(expected.book, tape)


def book_digest(book: Book) -> str:
    """SHA-256 of the accounts and their holdings, hexadecimal: recognises the book an opening was drawn for. Secret."""
    digest = hashlib.sha256(b"plimsoll/book")
    for account in book.accounts:
        raw = account.encode()
        digest.update(len(raw).to_bytes(4, "little") + raw)
    for values in (book.classes, book.offsets, book.keys, book.quantities):
        digest.update(len(values).to_bytes(8, "little") + values.astype("<i8").tobytes())
    for i, title in sorted(book.titles.items()):
        digest.update(b"title" + b"".join(one.to_bytes(8, "little") for one in (i, *title.owner, title.lien)))
    return digest.hexdigest()
