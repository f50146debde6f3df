"""Parquet tables mean the same as CSV; inexact types are refused."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from plimsoll.engine.ingest.parquet_table import _decimals
from plimsoll.engine.ingest.preflight import preflight

if TYPE_CHECKING:
    from conftest import BookFolder


def table_of(book: BookFolder, name: str) -> dict[str, list[str]]:
    lines = [line.split(",") for line in (book.path / f"{name}.csv").read_text().splitlines()]
    return {column: [row[i] for row in lines[1:]] for i, column in enumerate(lines[0])}


def write(book: BookFolder, name: str, columns: dict[str, Any]) -> None:
    (book.path / f"{name}.csv").unlink(missing_ok=True)
    pq.write_table(pa.table(columns), book.path / f"{name}.parquet", row_group_size=5)


def figures(book: BookFolder) -> list[Any]:
    read = preflight(book.path).book
    return [read.accounts, *(one.tolist() for one in (read.classes, read.offsets, read.keys, read.quantities))]


@pytest.mark.parametrize(
    "quantity",
    [
        pa.string(),
        pa.large_string(),
        pa.dictionary(pa.int32(), pa.string()),
        pa.decimal128(38, 18),
        pa.decimal128(20, 8),
    ],
)
def test_parquet_equals_csv(book: BookFolder, quantity: pa.DataType) -> None:
    expected = figures(book)
    accounts, holdings = table_of(book, "accounts"), table_of(book, "holdings")
    write(book, "accounts", {**accounts, "class": pa.array([int(one) for one in accounts["class"]], pa.uint16())})
    decimals = pa.types.is_decimal(quantity)
    values = [Decimal(one) for one in holdings["quantity"]] if decimals else holdings["quantity"]
    write(book, "holdings", {**holdings, "quantity": pa.array(values, quantity)})
    assert figures(book) == expected


@pytest.mark.parametrize(
    ("column", "kind"),
    [
        ("quantity", pa.float64()),
        ("quantity", pa.float32()),
        ("quantity", pa.int64()),
        ("quantity", pa.decimal256(50, 2)),
        ("account", pa.int64()),
        ("instrument", pa.binary()),
    ],
)
def test_column_type_rejected(book: BookFolder, column: str, kind: pa.DataType) -> None:
    holdings: dict[str, Any] = table_of(book, "holdings")
    length = len(holdings["account"])
    values: list[Any] = [b"BTC"] * length if kind == pa.binary() else [1] * length
    write(book, "holdings", {**holdings, column: pa.array(values).cast(kind)})
    assert book.errors() == [("column-type", "holdings.parquet", None, column)]


def test_missing_and_unknown_columns_rejected(book: BookFolder) -> None:
    holdings = table_of(book, "holdings")
    holdings["amount"] = holdings.pop("quantity")
    write(book, "holdings", holdings)
    kinds = {(kind, column) for kind, _, _, column in book.errors()}
    assert kinds == {("unknown-column", "amount"), ("missing-column", "quantity")}


def test_problems_of_rows_are_reported(book: BookFolder) -> None:
    rows = {"account": ["bob", None, "nobody"], "instrument": ["ETH", "ETH", "ETH"], "quantity": ["1e3", "1", None]}
    write(book, "holdings", {name: pa.array(values, pa.string()) for name, values in rows.items()})
    assert book.errors() == [
        ("scientific", "holdings.parquet", 1, "quantity"),
        ("empty-field", "holdings.parquet", 2, "account"),
        ("empty-field", "holdings.parquet", 3, "quantity"),
    ]


def test_null_decimal_rejected(book: BookFolder) -> None:
    quantities = pa.array([Decimal(1), None], pa.decimal128(20, 8))
    write(book, "holdings", {"account": ["bob", "bob"], "instrument": ["ETH", "BTC"], "quantity": quantities})
    assert book.errors() == [("empty-field", "holdings.parquet", 2, "quantity")]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"account,class\nalice,0\n"])
def test_file_that_is_no_parquet_rejected(book: BookFolder, content: bytes) -> None:
    (book.path / "accounts.csv").unlink()
    book.write("accounts.parquet", content)
    assert ("accounts.parquet", None) in [(file, row) for _, file, row, _ in book.errors()]


def test_parquet_without_rows_rejected(book: BookFolder) -> None:
    write(book, "accounts", {"account": pa.array([], pa.string())})
    assert ("empty-file", "accounts.parquet", None, "") in book.errors()


@given(
    st.lists(
        st.integers(-(10**38) + 1, 10**38 - 1) | st.integers(-(10**11), 10**11).map(lambda n: n * 10**9), min_size=1
    )
)
@example(
    [2**63, -(2**63), 2**63 - 1, -(2**63) - 1, 2**64, -(2**64), 10**27, -(10**27), (2**63 - 1) * 10**9, 2**63 * 10**9]
)
def test_fast_decimals_are_exact(values: list[int]) -> None:
    """A column of 18 decimals: whatever is good is the number, and what has nine zeros at the end is good."""
    array = pa.array([Decimal(f"{one}e-18") for one in values], pa.decimal128(38, 18))
    numbers = _decimals(array)
    for value, mantissa, digits, good in zip(
        values, numbers.mantissas.tolist(), numbers.digits.tolist(), numbers.good.tolist(), strict=True
    ):
        assert not good or mantissa * 10 ** (18 - digits) == value
        assert good or abs(value) >= 2**63
        assert good or value % 10**9 or abs(value) >= 2**63 * 10**9


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.lists(st.decimals(-(10**15), 10**15, places=10), min_size=1, max_size=4))
def test_decimals_equal_their_texts(book: BookFolder, values: list[Decimal]) -> None:
    names = ["BTC", "ETH", "USDT", "USDT-SETTLEMENT"][: len(values)]
    rows = {"account": ["bob"] * len(values), "instrument": names}
    write(book, "holdings", {**rows, "quantity": pa.array(values, pa.decimal128(38, 10))})
    as_decimals = [(one.kind, one.row) for one in book.findings()]
    write(book, "holdings", {**rows, "quantity": [format(one, "f") for one in values]})
    assert as_decimals == [(one.kind, one.row) for one in book.findings()]
