"""The kinds of proofs that `inspect` and `security` can read: what each claims, and the tables that it is about.

Heights follow from the class and public numbers, except the schedule's: any records will do for figures of security.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.account_tables import account_program, build_account
from plimsoll.circuits.batch_tables import BatchShape, batch_program, build_batch
from plimsoll.circuits.book_tables import book_program, build_book
from plimsoll.circuits.position_records import FIELDS as POSITION_FIELDS
from plimsoll.circuits.schedule_records import FIELDS as SCHEDULE_FIELDS
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.circuits.tables import TableSet
from plimsoll.circuits.totals_tables import FigureTerm, InstrumentTerm, Terms, TotalsShape, build_totals, totals_program
from plimsoll.engine.instruments import MAX_INSTRUMENTS
from plimsoll.verifier.account import ACCOUNT, ACCOUNT_PROGRAM
from plimsoll.verifier.batch import BATCH, BATCH_PROGRAM
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import BOOK_PROGRAM
from plimsoll.verifier.statement import BOOK_BATCH, Statement
from plimsoll.verifier.totals import TOTALS, TOTALS_PROGRAM


@dataclass(frozen=True)
class ProofKind:
    """One kind of proof.

    Attributes:
        program: digest of the program that this release pins for it, hexadecimal.
        claim: in words.
        root: first of the root's four public values.
        commitment: first of the commitment's; None where there is none.
        sizes: what the shape class and public numbers say, by name for JSON; ShapeError for no published class.
        described: the same in words.
        tables: of the statement's sizes, with so many schedule records.
        scheduled: whether the last table is a schedule, whose height the statement does not fix.
    """

    program: str
    claim: str
    root: int
    commitment: int | None
    sizes: Callable[[Statement], dict[str, int]]
    described: str
    tables: Callable[[Statement, int], TableSet]
    scheduled: bool = True


def kind_of(statement: Statement) -> ProofKind:
    """Raises VerificationError for a kind of another release."""
    found = KINDS.get(statement.kind)
    if found is None:
        raise VerificationError("policy", f"a proof of kind {', '.join(KINDS)}", repr(statement.kind))
    return found


def _book_sizes(statement: Statement) -> dict[str, int]:
    shape = ShapeClass.parse(statement.shape)
    return {"leaves": shape.leaves, "holdings_rows": shape.holdings_rows}


def _book_tables(statement: Statement, records: int) -> TableSet:
    return build_book(book_program(), [[0] * SCHEDULE_FIELDS] * records, ShapeClass.parse(statement.shape)).tables


def _batch_sizes(statement: Statement) -> dict[str, int]:
    shape = BatchShape.parse(statement.shape)
    return {"leaves": shape.leaves, "holdings_rows": shape.leaf_class.holdings_rows, "rows_of_totals": _rows(statement)}


def _batch_tables(statement: Statement, records: int) -> TableSet:
    shape, positions = BatchShape.parse(statement.shape), [[0] * POSITION_FIELDS] * records
    return build_batch(batch_program(), positions, shape, 2 * _rows(statement)).tables


def _totals_sizes(statement: Statement) -> dict[str, int]:
    shape = TotalsShape.parse(statement.shape)
    return {"batches": 1 << shape.log_slots, "rows_of_totals": _rows(statement), "currencies": _assets(statement)}


def _totals_tables(statement: Statement, _: int) -> TableSet:
    instruments = (InstrumentTerm(False, None, None),) * 2 * _rows(statement)
    terms = Terms(instruments, (0,) * _assets(statement), (FigureTerm(0, 0, exact=False),) * 5)
    return build_totals(totals_program(), terms, TotalsShape.parse(statement.shape)).tables


def _account_tables(_: Statement, records: int) -> TableSet:
    return build_account(account_program(), [[0] * SCHEDULE_FIELDS] * records).tables


def _rows(statement: Statement) -> int:
    """Rows of instruments' totals, as the statement says."""
    return _number(statement, 1, "rows of instruments' totals", 1, -(-MAX_INSTRUMENTS // 2))


def _assets(statement: Statement) -> int:
    return _number(statement, 2, "currencies with a bound", 0, MAX_INSTRUMENTS)


def _number(statement: Statement, place: int, what: str, low: int, high: int) -> int:
    values = statement.public_values
    got = values[place] if place < len(values) else None
    require(got is not None and low <= got <= high, "policy", f"{low} to {high} {what}", got)
    return int(got or 0)


KINDS: Final = {
    BOOK_BATCH: ProofKind(
        BOOK_PROGRAM,
        "every account under the root has at least its maintenance margin",
        1,
        5,
        _book_sizes,
        "up to {leaves:,} accounts, {holdings_rows:,} rows of six",
        _book_tables,
    ),
    BATCH: ProofKind(
        BATCH_PROGRAM,
        "the commitment opens to the exact totals of the accounts under the root, and to what they lack; a batch of "
        "a book, see `plimsoll book verify`",
        2,
        6,
        _batch_sizes,
        "up to {leaves:,} accounts, {holdings_rows:,} rows of six, {rows_of_totals:,} of totals",
        _batch_tables,
    ),
    TOTALS: ProofKind(
        TOTALS_PROGRAM,
        "the batches under the root are one book, whose totals meet the venue's claims; see `plimsoll book verify`",
        3,
        7,
        _totals_sizes,
        "up to {batches:,} batches, {rows_of_totals:,} rows of totals, {currencies:,} currencies with a bound",
        _totals_tables,
        scheduled=False,
    ),
    ACCOUNT: ProofKind(
        ACCOUNT_PROGRAM,
        "an account under the root meets a threshold, for one consumer's context",
        0,
        None,
        lambda _: {},
        "one account",
        _account_tables,
    ),
}
"""By the statement's kind."""
