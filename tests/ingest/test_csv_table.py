"""CSV files as a whole: header, encoding, line ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plimsoll.engine.ingest.preflight import preflight

if TYPE_CHECKING:
    from conftest import BookFolder

ROWS = "alice,0\n"


@pytest.mark.parametrize(
    ("content", "kind", "row", "column"),
    [
        (b"", "empty-file", None, ""),
        (b"\n", "empty-file", 1, ""),
        (b"account,class\n", "empty-file", None, ""),
        ("account,class\nalice,0\n".encode("utf-16"), "encoding", None, ""),
        (b"acc\x00ount\nalice\n", "encoding", None, ""),
        (b"acc\xe9ount\nalice\n", "encoding", 1, ""),
        (b"name,class\nalice,0\n", "missing-column", 1, "account"),
        (b'"account,class\nalice,0\n', "quotes", 1, ""),
        (b"alice,0\nbob,0\n", "missing-column", 1, "account"),
    ],
)
def test_file_rejected(book: BookFolder, content: bytes, kind: str, row: int | None, column: str) -> None:
    book.write("accounts.csv", content)
    assert (kind, "accounts.csv", row, column) in book.errors()


def test_byte_order_mark_rejected_and_rows_still_read(book: BookFolder) -> None:
    book.write("holdings.csv", "\ufeff" + (book.path / "holdings.csv").read_text() + "alice,BTC,1e5\n")
    kinds = [(kind, row) for kind, _, row, _ in book.errors()]
    assert kinds == [("byte-order-mark", None), ("scientific", 20)]


def test_unknown_column_rejected_and_rows_still_read(book: BookFolder) -> None:
    book.write("accounts.csv", "account,Class,note\nalice,0,x\nalice,0,y\n")
    errors = [one for one in book.findings() if one.file == "accounts.csv" and one.severity == "error"]
    assert [(one.kind, one.row, one.value) for one in errors] == [
        ("unknown-column", 1, "Class"),
        ("unknown-column", 1, "note"),
        ("duplicate-account", 3, "alice"),
    ]
    assert errors[0].remedy == "write class"


def test_column_given_twice_rejected(book: BookFolder) -> None:
    book.write("accounts.csv", "account,account\nalice,alice\n")
    assert book.errors()[0] == ("duplicate-column", "accounts.csv", 1, "account")


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators_are_recognised(book: BookFolder, mark: str) -> None:
    book.write("holdings.csv", f"account{mark}instrument{mark}quantity\nalice{mark}BTC{mark}1\n")
    remedies = {one.remedy for one in book.findings() if one.kind == "missing-column"}
    assert remedies == {"separate the fields by commas"}


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_ends_and_a_missing_last_one(book: BookFolder, end: str, last: bool) -> None:
    for name in ("accounts.csv", "holdings.csv"):
        text = (book.path / name).read_text().replace("\n", end)
        book.write(name, text if last else text.removesuffix(end))
    assert book.errors() == []
    assert len(preflight(book.path).book.keys) == 18


def test_carriage_returns_alone_rejected(book: BookFolder) -> None:
    book.write("accounts.csv", "account\ralice\rbob\r")
    assert ("control-character", "accounts.csv", 1, "") in book.errors()


def test_columns_in_another_order_and_without_class(book: BookFolder) -> None:
    lines = [line.split(",") for line in (book.path / "holdings.csv").read_text().splitlines()]
    book.write("holdings.csv", "".join(f"{c},{a},{b}\n" for a, b, c in lines))
    accounts = (book.path / "accounts.csv").read_text().splitlines()
    book.write("accounts.csv", "".join(line.split(",")[0] + "\n" for line in accounts))
    checked = preflight(book.path)
    assert len(checked.book.keys) == 18
    assert checked.book.classes.tolist() == [0] * 7


def test_quoted_fields_are_read(book: BookFolder) -> None:
    text = (book.path / "holdings.csv").read_text()
    plain = preflight(book.path).book
    book.write("holdings.csv", "\n".join('"' + line.replace(",", '","') + '"' for line in text.splitlines()) + "\n")
    quoted = preflight(book.path).book
    assert plain.quantities.tolist() == quoted.quantities.tolist()


def test_endless_line_rejected(book: BookFolder) -> None:
    book.write("holdings.csv", b"account,instrument,quantity\n" + b"x" * 100_000)
    assert book.errors() == [("line-length", "holdings.csv", 2, "")]


def test_long_line_rejected(book: BookFolder) -> None:
    number = book.add_rows("holdings.csv", "x" * 70_000)
    assert book.errors() == [("line-length", "holdings.csv", number, "")]


def test_unreadable_file_rejected(book: BookFolder) -> None:
    (book.path / "holdings.csv").unlink()
    (book.path / "holdings.csv").mkdir()
    assert book.errors() == [("unreadable", "holdings.csv", None, "")]
