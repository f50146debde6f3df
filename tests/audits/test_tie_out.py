"""Totals that the venue opens are the committed ones; a ledger ties to the last digit, or its lines are named."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_book import PARAMETERS

from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.totals_commitment import TAG_BOOK, TAG_TOTALS, totals_commitment
from plimsoll.engine.book_claims import ShownTotals
from plimsoll.engine.problems import InputError
from plimsoll.verifier import tie_out as verifier_tie_out
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.tie_out import OpenedTotals, TotalsOpening, open_totals, read_ledger, shown_totals, tie_out

TABLE = PARAMETERS.table
LOTS = {("BTC", "long"): 2**36 + 5, ("BTC", "short"): 7, ("BTC-PERP", "short"): 2**57, ("USD-CASH", "long"): 123}
SALT = (11, 12, 13, 14)
START, LAST = 5, 2**48 - 1


def amounts() -> list[list[int]]:
    """Eight instruments in four rows, then the figures': limbs of 24 bits, number of accounts, nothing."""
    rows = [[0] * 8 for _ in range(4 + 5)]
    for (name, side), lots in LOTS.items():
        index = TABLE.index(name)
        place = 4 * (index % 2) + 2 * (side == "short")
        rows[index // 2][place : place + 2] = [lots % 2**36, lots // 2**36]
    rows[4] = [1, 2, 0, 0, 0, 3, 9, 0]
    return rows


ROWS = amounts()
FIGURE = 1 + (2 << 24) + (3 << 120)
COMMITMENT = totals_commitment(SALT, TAG_BOOK, START, LAST, 4, ROWS, permute)


def opening(**changes: Any) -> TotalsOpening:
    fields = {
        "version": 1,
        "venue": "small",
        "sequence": 3,
        "salt": show_quad(SALT),
        "start": START,
        "last": LAST,
        "rows": ROWS,
    }
    return TotalsOpening.parse(json.dumps(fields | changes).encode())


def opened(one: TotalsOpening, commitment: tuple[int, ...] = COMMITMENT, sequence: int = 3) -> OpenedTotals:
    return open_totals(one, commitment, "small", sequence, TABLE)


# --- totals behind the commitment ----------------------------------------------------------------------------------


def test_opened_totals_are_the_committed_ones() -> None:
    found = opened(opening())
    assert len(found.totals) == 2 * len(TABLE) == 16
    assert found.totals["BTC", "long"] == Decimal("6871947.6741")
    assert found.totals["BTC", "short"] == Decimal("0.0007")
    assert found.totals["BTC-PERP", "short"] == Decimal("14411518807585.5872")
    assert found.totals["USD-CASH", "long"] == Decimal("1.23")
    assert sum(one != 0 for one in found.totals.values()) == 4
    assert found.figures == ((FIGURE, 9), *[(0, 0)] * 4)


def refused(one: TotalsOpening, expects: str, **changes: Any) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        opened(one, **changes)
    assert caught.value.step == "totals"


def test_every_other_amount_rejected() -> None:
    for row in range(len(ROWS)):
        for place in range(8):
            rows = [list(one) for one in ROWS]
            rows[row][place] += 1
            refused(opening(rows=rows), "totals of the commitment")


def test_amounts_moved_between_rows_or_parts_rejected() -> None:
    """The same sum, written with another low and high part: what was proven is one of them."""
    rows = [list(one) for one in ROWS]
    rows[0][0], rows[0][1] = rows[0][0] + 2**36, rows[0][1] - 1
    refused(opening(rows=rows), "totals of the commitment")
    refused(opening(rows=[ROWS[1], ROWS[0], *ROWS[2:]]), "totals of the commitment")


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"salt": "0" * 64}, "totals of the commitment"),
        ({"start": 6}, "totals of the commitment"),
        ({"last": 6}, "totals of the commitment"),
        ({"venue": "other"}, "totals of the venue"),
        ({"sequence": 4}, "totals of publication"),
        ({"rows": ROWS[:-1]}, "9 rows of totals"),
        ({"rows": [*ROWS, ROWS[-1]]}, "9 rows of totals"),
    ],
)
def test_altered_opening_rejected(changes: dict[str, Any], expects: str) -> None:
    refused(opening(**changes), expects)


def test_another_commitment_rejected() -> None:
    """A batch's commitment to the same rows is not the book's."""
    refused(opening(), "totals of the commitment", commitment=(1, 2, 3, 4))
    of_batch = totals_commitment(SALT, TAG_TOTALS, START, LAST, 4, ROWS, permute)
    refused(opening(), "totals of the commitment", commitment=of_batch)
    refused(opening(), "totals of publication", sequence=4)


def test_amounts_behind_the_last_instrument_rejected() -> None:
    """An odd number of instruments leaves half a row: a total there would be of nothing."""
    fields = json.loads(json.dumps(PARAMETERS.model_dump(mode="json")))
    fields["instruments"].pop()
    seven = type(PARAMETERS).parse(json.dumps(fields).encode()).table
    assert len(seven) == 7
    with pytest.raises(VerificationError, match="nothing behind the last instrument"):
        open_totals(opening(), COMMITMENT, "small", 3, seven)


@pytest.mark.parametrize("amount", [-1, 2**58, P, 1.5, "1"])
def test_amounts_that_no_proof_has_rejected(amount: object) -> None:
    rows = [list(one) for one in ROWS]
    rows[0][0] = amount  # type: ignore[call-overload]
    with pytest.raises(InputError):
        opening(rows=rows)


def test_opening_of_another_form_rejected() -> None:
    for changes in ({"more": 1}, {"rows": [[0] * 7] * 9}, {"rows": [[0] * 9] * 9}, {"version": 2}):
        with pytest.raises(InputError):
            opening(**changes)


def test_shown_totals() -> None:
    found = shown_totals({"BTC": ShownTotals(long="1.5", short="0")})
    assert found == {("BTC", "long"): Decimal("1.5"), ("BTC", "short"): Decimal(0)}


# --- ledger --------------------------------------------------------------------------------------------------------

BOOK = {("BTC", "long"): Decimal("1.5"), ("BTC", "short"): Decimal(0), ("USD", "long"): Decimal(10)}


def ledger(*lines: str) -> dict[tuple[str, str], Decimal]:
    return read_ledger("\n".join(["instrument,side,total", *lines, ""]).encode(), "ledger.csv")


def test_ledger_that_ties() -> None:
    lines = tie_out(BOOK, ledger("USD,long,10.00", "BTC,long,1.50"))
    assert [(one.instrument, one.side, one.ties) for one in lines] == [
        ("BTC", "long", True),
        ("BTC", "short", True),  # no line, and nothing held
        ("USD", "long", True),
    ]


@pytest.mark.parametrize(
    ("lines", "line", "difference"),
    [
        (("BTC,long,1.5", "USD,long,9.99999999999999999999"), ("USD", "long"), "-0.00000000000000000001"),
        (("BTC,long,1.5",), ("USD", "long"), "-10"),
        (("BTC,long,1.5", "USD,long,10", "BTC,short,1"), ("BTC", "short"), "1"),
        (("BTC,long,1.5", "USD,long,10", "ETH,long,0"), ("ETH", "long"), "0"),
        (("BTC,long,1.5", "USD,long,10", "btc,long,1.5"), ("btc", "long"), "1.5"),
    ],
)
def test_line_that_does_not_tie_is_named(lines: tuple[str, ...], line: tuple[str, str], difference: str) -> None:
    """Also an instrument that the book does not know, whatever its total, and one that the ledger left out."""
    wrong = [one for one in tie_out(BOOK, ledger(*lines)) if not one.ties]
    assert [(one.instrument, one.side) for one in wrong] == [line]
    assert wrong[0].difference == Decimal(difference)


@given(st.integers(0, 10**44 - 1), st.integers(0, 10**44 - 1))
def test_differences_are_exact(book: int, total: int) -> None:
    a, b = (f"{one // 10**20}.{one % 10**20:020}" for one in (book, total))
    (line,) = tie_out({("X", "long"): Decimal(a)}, ledger(f"X,long,{b}"))
    assert Fraction(line.difference) == Fraction(total - book, 10**20)
    assert line.ties == (book == total)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("BTC,long",), "expected 3 fields"),
        (("BTC,both,1",), "expected long or short"),
        (("BTC,long,1", "BTC,long,2"), "comes twice"),
        (("BTC,long,-1",), "negative"),
        (("BTC,long,1e3",), "scientific notation"),
        (('BTC,long,"1,000"',), "plain decimal"),
        (("BTC,long,NaN",), "plain decimal"),
        (('BTC,long,"1',), "unexpected end|quotes"),
        (("BTC,long," + "9" * 30,), "more than 24 digits"),
    ],
)
def test_ledger_of_another_form_rejected(lines: tuple[str, ...], message: str) -> None:
    with pytest.raises(InputError, match=message):
        ledger(*lines)


def test_file_that_is_no_ledger_rejected() -> None:
    for data, message in (
        (b"", "is empty"),
        (b"name,side,total\n", "expected the columns"),
        (b"\xff\xfe", "UTF-8"),
        (b"instrument,side,total\n" + b"".join(b"X%d,long,1\n" % i for i in range(20_001)), "more than 20000 lines"),
    ):
        with pytest.raises(InputError, match=message):
            read_ledger(data, "ledger.csv")
    assert read_ledger(b"\xef\xbb\xbfinstrument,side,total\r\nX,long,1\r\n", "x") == {("X", "long"): Decimal(1)}


def test_as_many_lines_as_allowed_and_blank_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier_tie_out, "MAX_LINES", 3)
    assert ledger("X,long,1", "", "Y,long,2") == {("X", "long"): Decimal(1), ("Y", "long"): Decimal(2)}
    with pytest.raises(InputError, match="more than 3 lines"):
        ledger("X,long,1", "", "Y,long,2", "Z,long,3")
