"""A book's totals against a general ledger, line by line. Steps as in docs/protocol/audit.md.

The totals are those that a publication shows and proves, or those that the venue opens to the auditor alone: salt and
amounts behind the commitment that the totals' proof shows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.circuits.batch_tables import FIGURES, ROW, instrument_rows
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.totals_commitment import TAG_BOOK, totals_commitment
from plimsoll.circuits.totals_tables import LIMB_BITS, LIMBS, PART
from plimsoll.engine.book_claims import ShownTotals
from plimsoll.engine.decimals import VALUE_DIGITS, format_quantity, parse_decimal
from plimsoll.engine.fields import Count, Name, Version
from plimsoll.engine.instruments import InstrumentTable
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.problems import InputError, Problem, RefusedValueError
from plimsoll.verifier.customer import Elements, show_quad
from plimsoll.verifier.errors import require

STEP: Final = "totals"
SIDES: Final = ("long", "short")
COLUMNS: Final = ["instrument", "side", "total"]
MAX_LINES: Final = 20_000
_EXACT: Final = Context(prec=100, traps=[Inexact])
"""Both operands have less than 50 digits: nothing is ever rounded."""

Totals = Mapping[tuple[str, str], Decimal]
"""Units by (instrument, side): what all accounts hold long (or own), and short (or owe)."""
Amount = Annotated[Count, Field(ge=0, lt=2**58)]
"""As the totals program bounds it: a sum over 64 batches."""


class TotalsOpening(BaseModel):
    """Opens the commitment to a book's totals, for the auditor alone: who has it knows them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    sequence: Count = Field(ge=0, lt=2**63, description="of the publication")
    salt: Elements
    start: Count = Field(ge=0, lt=2**60, description="the order after which the first account's comes")
    last: Count = Field(ge=0, lt=2**60, description="the last account's order")
    rows: tuple[Annotated[tuple[Amount, ...], Field(min_length=ROW, max_length=ROW)], ...] = Field(
        description="eight amounts a row: two instruments', then one figure's"
    )

    @classmethod
    def load(cls, path: str | Path) -> TotalsOpening:
        """Read a file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "totals") -> TotalsOpening:
        """Read from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)


@dataclass(frozen=True, slots=True)
class OpenedTotals:
    """What the commitment hides. `figures`: margin gap, then deficits; (10^-20 quote currency, number of accounts)."""

    totals: dict[tuple[str, str], Decimal]
    figures: tuple[tuple[int, int], ...]


def open_totals(
    opening: TotalsOpening, commitment: Sequence[int], venue: str, sequence: int, table: InstrumentTable
) -> OpenedTotals:
    """The totals of an opening that fits the commitment.

    Args:
        commitment: four field elements, from a verified totals proof of this venue and sequence.
        table: the instruments of the verified rules.

    Raises:
        VerificationError: step "totals".
    """
    # 5. The opening is of this publication, and its amounts make the proven commitment.
    require(opening.venue == venue, STEP, f"totals of the venue {venue}", opening.venue)
    require(opening.sequence == sequence, STEP, f"totals of publication {sequence}", opening.sequence)
    rows, count = opening.rows, instrument_rows(len(table))
    require(len(rows) == count + FIGURES, STEP, f"{count + FIGURES} rows of totals", len(rows))
    made = totals_commitment(opening.salt, TAG_BOOK, opening.start, opening.last, count, rows, permute)
    require(
        made == tuple(commitment), STEP, f"totals of the commitment {show_quad(tuple(commitment))}", show_quad(made)
    )
    totals = {}
    for key in range(ROW // 2 * count):
        row, place = divmod(key, ROW // 2)
        lots = rows[row][2 * place] + PART * rows[row][2 * place + 1]
        if key < 2 * len(table):
            info, side = table.of_key(key)
            totals[info.name, SIDES[int(side)]] = Decimal(format_quantity(lots, info.lot))
        else:
            require(lots == 0, STEP, "nothing behind the last instrument", lots)
    figures = tuple((sum(row[i] << LIMB_BITS * i for i in range(LIMBS)), row[LIMBS]) for row in rows[count:])
    return OpenedTotals(totals, figures)


def shown_totals(shown: Mapping[str, ShownTotals]) -> dict[tuple[str, str], Decimal]:
    """The totals that verified claims show to everybody."""
    return {(name, side): Decimal(getattr(one, side)) for name, one in shown.items() for side in SIDES}


@dataclass(frozen=True, slots=True)
class Line:
    """One instrument and side. None: the book, or the ledger, does not have it."""

    instrument: str
    side: str
    book: Decimal | None
    ledger: Decimal | None

    @property
    def difference(self) -> Decimal:
        """Ledger less book, exact; what is not there counts as nothing."""
        return _EXACT.subtract(self.ledger or Decimal(0), self.book or Decimal(0))

    @property
    def ties(self) -> bool:
        """Equal; a line that only the ledger has never ties, and one that only the book has ties at zero."""
        return self.book is not None and self.difference == 0


def tie_out(book: Totals, ledger: Totals) -> tuple[Line, ...]:
    """6. Every line of either, in the book's order, then what only the ledger has."""
    keys = [*book, *(key for key in ledger if key not in book)]
    return tuple(Line(*key, book.get(key), ledger.get(key)) for key in keys)


def read_ledger(data: bytes, file: str) -> dict[tuple[str, str], Decimal]:
    """A ledger's totals from CSV: columns instrument, side (long or short), total (units, plain decimals).

    Raises:
        InputError: with everything that is wrong in it.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError([Problem(file, "", "", f"is not UTF-8 at byte {error.start}", "save it as UTF-8")]) from None
    totals: dict[tuple[str, str], Decimal] = {}
    problems: list[Problem] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), strict=True)):
            if number == 0 and row != COLUMNS:
                raise RefusedValueError(f"expected the columns {', '.join(COLUMNS)}", "name them in the first line")
            if number > MAX_LINES:
                raise RefusedValueError(f"more than {MAX_LINES} lines", "give one line for each instrument and side")
            if number and row:
                _read_line(row, totals, problems, file, f"row {number}")
    except (csv.Error, RefusedValueError) as error:
        remedy = getattr(error, "remedy", "correct the quotes")
        problems.append(Problem(file, "", "", str(error), remedy))
    if not text.strip():
        problems.append(Problem(file, "", "", "is empty", f"write the columns {', '.join(COLUMNS)}"))
    if problems:
        raise InputError(problems)
    return totals


def _read_line(
    row: list[str], totals: dict[tuple[str, str], Decimal], problems: list[Problem], file: str, place: str
) -> None:
    if len(row) != len(COLUMNS):
        problems.append(Problem(file, place, "", f"expected {len(COLUMNS)} fields, got {len(row)}", "correct it"))
        return
    name, side, total = row
    if side not in SIDES:
        problems.append(Problem(file, f"{place}, column side", side[:80], "expected long or short", "use one of them"))
    if (name, side) in totals:
        problems.append(Problem(file, place, f"{name[:80]} {side[:80]}", "comes twice", "add the two up"))
    try:
        parse_decimal(total, VALUE_DIGITS)
        totals[name, side] = Decimal(total)
    except RefusedValueError as error:
        problems.append(Problem(file, f"{place}, column total", total[:80], str(error), error.remedy))
