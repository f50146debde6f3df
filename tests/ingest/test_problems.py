"""Every problem of a table is found, with its file, row, column, kind, value and remedy."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.preflight import BookRefusedError, preflight

if TYPE_CHECKING:
    from conftest import BookFolder

HEADER = "account,instrument,quantity\n"


def test_template_has_no_errors(book: BookFolder) -> None:
    checked = preflight(book.path)
    assert checked.book.accounts == ["alice", "bob", "carol", "dave", "erin", "frank", "grace"]
    assert len(checked.book.keys) == 18
    assert [one.kind for one in checked.findings] == ["no-holdings"]


@pytest.mark.parametrize("name", ["accounts", "holdings"])
def test_table_that_is_no_regular_file_rejected_at_once(book: BookFolder, name: str) -> None:
    """A pipe that nobody writes to would be waited for, a device read without end."""
    for suffix in (".csv", ".parquet"):
        (book.path / f"{name}.csv").unlink(missing_ok=True)
        place = book.path / (name + suffix)
        for what in ("pipe", "folder", "device"):
            if what == "pipe":
                os.mkfifo(place)
            elif what == "folder":
                place.mkdir()
            else:
                place.symlink_to("/dev/zero")
            with pytest.raises(BookRefusedError) as caught:
                preflight(book.path)
            found = [(one.file, one.kind) for one in caught.value.findings.errors]
            assert found == [(place.name, "unreadable")]
            if place.is_dir():
                place.rmdir()
            else:
                place.unlink()


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        ("grace,DOGE,1", "instrument", "unknown-instrument"),
        ("grace,btc,1", "instrument", "unknown-instrument"),
        ("mallory,BTC,1", "account", "unknown-account"),
        ("alice,BTC,1", "instrument", "duplicate-holding"),
        ("grace,BTC-PERP,0.0001", "quantity", "lot"),
        ("grace,BTC,11529215046.06846977", "quantity", "out-of-bounds"),
        ("grace,BTC,NaN", "quantity", "not-a-number"),
        ("grace,BTC,-inf", "quantity", "not-a-number"),
        ("grace,BTC,1e-5", "quantity", "scientific"),
        ('grace,BTC,"1,000"', "quantity", "thousands-separator"),
        ("grace,BTC,1,000", "", "field-count"),
        ("grace,BTC", "", "field-count"),
        ("grace;BTC;1", "", "field-count"),
        ("", "", "empty-row"),
        ("grace ,BTC,1", "account", "whitespace"),
        ("grace, BTC,1", "instrument", "whitespace"),
        ("grace,BTC, 1", "quantity", "whitespace"),
        ("gr\tace,BTC,1", "account", "control-character"),
        ("gra\x00ce,BTC,1", "", "control-character"),
        ("x" * 65 + ",BTC,1", "account", "account-length"),
        ('"grace,BTC,1', "", "quotes"),
    ],
)
def test_row_rejected(book: BookFolder, row: str, column: str, kind: str) -> None:
    number = book.add_rows("holdings.csv", row)
    assert book.errors() == [(kind, "holdings.csv", number, column)]
    (finding,) = (one for one in book.findings() if one.severity == "error")
    assert finding.message
    assert finding.remedy


def test_row_with_other_encoding_rejected(book: BookFolder) -> None:
    text = (book.path / "holdings.csv").read_bytes()
    book.write("holdings.csv", text + "jos\u00e9,BTC,1\n".encode("latin-1"))
    assert book.errors() == [("encoding", "holdings.csv", 20, "")]


def test_all_problems_are_reported(book: BookFolder) -> None:
    """Three files and both tables at once, two columns of one row, in the order of the rows."""
    book.edit("snapshot.json", lambda one: one["prices"].pop("ETH"))
    book.edit("parameters.json", lambda one: one["instruments"][0].update(lot="0.5"))
    book.add_rows("accounts.csv", "alice,0", "henry,x")
    book.add_rows("holdings.csv", "nobody,BTC,1e3", "grace,BTC,1", "grace,BTC,?", "alice,USDT,+1")
    assert book.errors() == [
        ("field", "parameters.json", None, "instruments[0].lot"),
        ("duplicate-account", "accounts.csv", 9, "account"),
        ("class", "accounts.csv", 10, "class"),
        ("unknown-account", "holdings.csv", 20, "account"),
        ("scientific", "holdings.csv", 20, "quantity"),
        ("quantity", "holdings.csv", 22, "quantity"),
        ("quantity", "holdings.csv", 23, "quantity"),
    ]


def test_thousands_of_problems_are_all_kept(book: BookFolder) -> None:
    book.add_rows("holdings.csv", *(f"grace,BTC,{i}e0" for i in range(3000)))
    errors = book.errors()
    assert len(errors) == 3000
    assert [row for _, _, row, _ in errors] == list(range(20, 3020))


def test_line_numbers_survive_block_borders(book: BookFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("plimsoll.engine.ingest.csv_table.BLOCK", 64)
    book.add_rows("holdings.csv", *["grace,BTC,x"] * 40)
    assert [row for _, _, row, _ in book.errors()] == list(range(20, 60))


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [("alice,0", "account", "duplicate-account"), ("henry,4096", "class", "class"), (",0", "account", "empty-field")],
)
def test_account_row_rejected(book: BookFolder, row: str, column: str, kind: str) -> None:
    number = book.add_rows("accounts.csv", row)
    assert book.errors() == [(kind, "accounts.csv", number, column)]


def test_duplicate_names_the_first_row(book: BookFolder) -> None:
    book.add_rows("holdings.csv", "alice,BTC,1", "alice,BTC,2")
    messages = [one.message for one in book.findings() if one.kind == "duplicate-holding"]
    assert messages == ["duplicate holding, first in row 3"] * 2


def test_opposite_holdings_of_one_instrument_rejected(book: BookFolder) -> None:
    book.add_rows("holdings.csv", "bob,BTC-PERP,-0.5")
    assert [kind for kind, *_ in book.errors()] == ["duplicate-holding"]


def test_quantity_beyond_the_last_tier_rejected(book: BookFolder) -> None:
    def cap(parameters: dict[str, list[dict[str, list[dict[str, str]]]]]) -> None:
        for field in ("maintenance", "initial"):
            parameters["instruments"][4][field][0]["cap"] = "605000"

    book.edit("parameters.json", cap)
    book.add_rows("holdings.csv", "grace,BTC-20300329,9.999", "alice,BTC-20300329,-10")
    (finding,) = (one for one in book.findings() if one.severity == "error")
    assert (finding.kind, finding.row, finding.value) == ("out-of-bounds", 21, "-10")
    assert "9.999" in finding.message


def test_too_many_holdings_rejected(book: BookFolder) -> None:
    def add(parameters: dict[str, list[dict[str, object]]]) -> None:
        perpetual = parameters["instruments"][3]
        parameters["instruments"] += [{**perpetual, "name": f"X{i}", "underlying": f"X{i}"} for i in range(1025)]

    book.edit("parameters.json", add)
    book.edit("snapshot.json", lambda one: one["prices"].update({f"X{i}": "1" for i in range(1025)}))
    first = book.add_rows("holdings.csv", *(f"grace,X{i},0.001" for i in range(1024)))
    assert book.errors() == []
    book.add_rows("holdings.csv", "grace,X1024,0.001")
    assert book.errors() == [("too-many-holdings", "holdings.csv", first + 1024, "account")]


def test_zero_quantities_are_dropped_and_noted(book: BookFolder) -> None:
    book.add_rows("holdings.csv", "grace,BTC,0", "grace,ETH,-0.00")
    assert book.errors() == []
    assert {one.kind for one in book.findings()} == {"zero-quantity", "no-holdings"}
    assert len(preflight(book.path).book.keys) == 18


def test_duplicate_of_a_zero_quantity_rejected(book: BookFolder) -> None:
    book.add_rows("holdings.csv", "alice,BTC,0")
    assert [kind for kind, *_ in book.errors()] == ["duplicate-holding"]


def test_quantize_rounds_balances_and_reports_the_residue(book: BookFolder) -> None:
    book.add_rows("holdings.csv", "grace,BTC,1.000000001", "grace,USDT,-0.0000001", "bob,USDC,1")
    assert [kind for kind, *_ in book.errors(quantize=True)] == ["unknown-instrument"]
    text = (book.path / "holdings.csv").read_text()
    book.write("holdings.csv", text.replace("bob,USDC,1\n", ""))
    assert [kind for kind, *_ in book.errors()] == ["lot", "lot"]
    checked = preflight(book.path, quantize=True)
    assert checked.residues == {"BTC": "0.000000001", "USDT": "0.0000009"}
    table = checked.parameters.table
    held = {table.of_key(key)[0].name: (key & 1, lots) for key, lots in checked.book.holdings(6)}
    assert held == {"BTC": (0, 10**8), "USDT": (1, 1)}


def test_quantize_does_not_touch_contracts(book: BookFolder) -> None:
    book.add_rows("holdings.csv", "grace,BTC-PERP,0.0001")
    assert [kind for kind, *_ in book.errors(quantize=True)] == ["lot"]


def test_missing_directory_rejected(tmp_path: Path) -> None:
    with pytest.raises(PlimsollError, match="plimsoll init"):
        preflight(tmp_path / "none")


def test_file_in_place_of_a_directory_rejected(book: BookFolder) -> None:
    with pytest.raises(PlimsollError, match="got a file"):
        preflight(book.path / "accounts.csv")


def test_empty_directory_names_all_four_files(tmp_path: Path) -> None:
    with pytest.raises(BookRefusedError) as caught:
        preflight(tmp_path)
    files = {one.file for one in caught.value.findings}
    assert files == {"snapshot.json", "parameters.json", "accounts.csv", "holdings.csv"}


def test_misnamed_table_is_recognised(book: BookFolder) -> None:
    (book.path / "holdings.csv").rename(book.path / "Holding.csv")
    (finding,) = (one for one in book.findings() if one.kind == "missing-file")
    assert finding.remedy == "rename Holding.csv"


def test_two_tables_of_one_name_rejected(book: BookFolder) -> None:
    book.write("accounts.parquet", b"PAR1")
    assert next(kind for kind, *_ in book.errors()) == "two-files"


def test_holdings_are_checked_though_parameters_are_broken(book: BookFolder) -> None:
    book.write("parameters.json", "{")
    book.add_rows("holdings.csv", "nobody,BTC,1", "alice,BTC,1e5")
    assert [one[:3] for one in book.errors()] == [
        ("field", "parameters.json", None),
        ("unknown-account", "holdings.csv", 20),
        ("scientific", "holdings.csv", 21),
    ]


def test_holdings_are_checked_though_accounts_are_missing(book: BookFolder) -> None:
    (book.path / "accounts.csv").unlink()
    book.add_rows("holdings.csv", "a\tb,BTC,1", "alice,BTC,1e5")
    assert [one[:3] for one in book.errors()] == [
        ("missing-file", "accounts.csv", None),
        ("control-character", "holdings.csv", 20),
        ("scientific", "holdings.csv", 21),
    ]
