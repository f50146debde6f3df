"""Owners and liens of a book: from the table of accounts to the leaf's id; what is no owner or lien is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from one_account import SECRET

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import account_id, owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.cli.template_book import template_files
from plimsoll.engine.book import Book
from plimsoll.engine.fields import parse_time
from plimsoll.engine.ingest.findings import FieldRefusedError
from plimsoll.engine.ingest.preflight import BookRefusedError, Freshness, preflight
from plimsoll.engine.ingest.values import parse_title
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.tiers import HoldingError
from plimsoll.engine.titles import MAX_AMOUNT, NO_TITLE, Title, check_title, parse_lien, parse_owner
from plimsoll.prover.job import book_digest

OWNER = owner_key(SECRET, permute)
KEY = "".join(f"{one:016x}" for one in OWNER)
TIME = "2026-01-31T12:00:00Z"


def book_with(path: Path, accounts: str) -> Book:
    """The template book with this table of accounts; ann has a coin."""
    for name, text in template_files(TIME).items():
        (path / name).write_text(text)
    (path / "accounts.csv").write_text(accounts)
    (path / "holdings.csv").write_text("account,instrument,quantity\nann,USDT,1\n")
    return preflight(path, freshness=Freshness(at=parse_time(TIME))).book


def test_columns_reach_the_book(tmp_path: Path) -> None:
    rows = f"account,class,owner,lien\nzoe,1,{KEY},12.5\nann,2,,\nben,3,,0.000001\neva,4,{KEY},0\n"
    book = book_with(tmp_path, rows)
    assert book.accounts == ["ann", "ben", "eva", "zoe"]
    assert book.classes.tolist() == [2, 3, 4, 1]
    titles = [book.title(i) for i in range(4)]
    assert titles == [NO_TITLE, Title(lien=1), Title(OWNER), Title(OWNER, 12_500_000)]
    assert dict(book.part(1, 4).titles) == {0: titles[1], 1: titles[2], 2: titles[3]}


@pytest.mark.parametrize(("header", "row"), [("owner", KEY), ("lien", "7")])
def test_one_column_alone(tmp_path: Path, header: str, row: str) -> None:
    book = book_with(tmp_path, f"account,{header}\nann,{row}\n")
    assert book.title(0) == (Title(OWNER) if header == "owner" else Title(lien=7_000_000))


REFUSED = {
    "owner": [KEY[:-1], KEY.upper(), KEY + "0", f"{P:016x}" + KEY[16:], "x" * 64, " " + KEY],
    "lien": ["-1", "0.0000001", "1e3", str(2**60 // 10**6 + 1), " 1", "+1"],
}


@pytest.mark.parametrize(("column", "text"), [(column, text) for column, texts in REFUSED.items() for text in texts])
def test_no_owner_or_lien_rejected(tmp_path: Path, column: str, text: str) -> None:
    with pytest.raises(FieldRefusedError):
        parse_title(*((text, "") if column == "owner" else ("", text)))
    with pytest.raises(BookRefusedError) as caught:
        book_with(tmp_path, f"account,{column}\nann,1\n".replace(",1\n", f",{text}\n"))
    assert {(one.kind, one.row, one.column) for one in caught.value.findings if one.severity == "error"} == {
        (column, 2, column)
    }


def test_largest_lien_is_accepted() -> None:
    assert parse_lien("1152921504606.846975") == MAX_AMOUNT
    assert parse_owner(KEY) == OWNER


@pytest.mark.parametrize("title", [Title((1, 2, 3)), Title((P, 0, 0, 0)), Title(lien=-1), Title(lien=MAX_AMOUNT + 1)])
def test_title_out_of_range_rejected(title: Title) -> None:
    with pytest.raises(RefusedValueError):
        check_title(title)
    with pytest.raises(HoldingError, match="ann"):
        replace(Book.of([("ann", 0, [])]), titles={0: title})


def test_title_changes_id_and_the_opening_s_book() -> None:
    book = Book.of([("ann", 0, []), ("ben", 0, [])])
    books = [book, *(replace(book, titles=one) for one in ({0: Title(OWNER)}, {1: Title(OWNER)}, {0: Title(lien=1)}))]
    assert len({book_digest(one) for one in books}) == len(books)
    ids = {account_id("ann", bytes(32), (1, 2, 3, 4), permute, *one.title(0)) for one in books}
    assert len(ids) == 3
