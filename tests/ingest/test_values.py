"""The rules of each field, and the remedy for what people write in its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.ingest.findings import FieldRefusedError
from plimsoll.engine.ingest.values import (
    MAX_ACCOUNT_BYTES,
    parse_account,
    parse_class,
    parse_instrument,
    parse_lots,
    quantize,
)


def refused_kind(call: object, *arguments: object) -> str:
    with pytest.raises(FieldRefusedError) as caught:
        call(*arguments)  # type: ignore[operator]
    assert str(caught.value)
    assert caught.value.remedy
    return caught.value.kind


@pytest.mark.parametrize("text", ["a", "C00012", "user@example", "Jos\u00e9", "two words", "x" * MAX_ACCOUNT_BYTES])
def test_account(text: str) -> None:
    assert parse_account(text) == text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty-field"),
        (" a", "whitespace"),
        ("a ", "whitespace"),
        ("a\u00a0", "whitespace"),
        ("a\tb", "control-character"),
        ("a\x7f", "control-character"),
        ("a\u200bb", "control-character"),
        ("a,b", "account-character"),
        ('a"b', "account-character"),
        ("Jose\u0301", "account-character"),
        ("x" * (MAX_ACCOUNT_BYTES + 1), "account-length"),
        ("\u00e9" * 33, "account-length"),
    ],
)
def test_account_rejected(text: str, kind: str) -> None:
    assert refused_kind(parse_account, text) == kind


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("7", 7), ("4095", 4095)])
def test_class(text: str, value: int) -> None:
    assert parse_class(text) == value


@pytest.mark.parametrize("text", ["", "4096", "-1", "01", "1.0", " 1", "one", "\u0661"])
def test_class_rejected(text: str) -> None:
    assert refused_kind(parse_class, text) == "class"


def test_instrument() -> None:
    assert parse_instrument("BTC", {"BTC": 3}) == 3


@pytest.mark.parametrize(
    ("text", "kind"),
    [("", "empty-field"), (" BTC", "whitespace"), ("btc", "unknown-instrument"), ("?", "unknown-instrument")],
)
def test_instrument_rejected(text: str, kind: str) -> None:
    assert refused_kind(parse_instrument, text, {"BTC": 3}) == kind


@pytest.mark.parametrize(
    ("text", "lot", "lots"),
    [("1", 0, 1), ("-0.5", -1, -5), ("0.50", -1, 5), ("2000", 3, 2), ("-0", 0, 0), (str(2**60 - 1), 0, 2**60 - 1)],
)
def test_lots(text: str, lot: int, lots: int) -> None:
    assert parse_lots(text, lot) == lots


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", "empty-field"),
        (" 1", "whitespace"),
        ("nan", "not-a-number"),
        ("-Infinity", "not-a-number"),
        ("NULL", "not-a-number"),
        ("n/a", "not-a-number"),
        ("-", "not-a-number"),
        ("1e5", "scientific"),
        ("1.5E-3", "scientific"),
        ("1,000", "thousands-separator"),
        ("1'000", "thousands-separator"),
        ("1_000", "thousands-separator"),
        ("1 000", "thousands-separator"),
        ("1\u202f000", "thousands-separator"),
        ("\u22125", "quantity"),
        ("(5)", "quantity"),
        ("+5", "quantity"),
        ("05", "quantity"),
        (".5", "quantity"),
        ("5.", "quantity"),
        ("0x10", "quantity"),
        ("\u0665", "quantity"),
        ("1" * 25, "quantity"),
        ("0." + "1" * 19, "quantity"),
        ("0.05", "lot"),
        (str(2**60), "out-of-bounds"),
        (str(-(2**60)), "out-of-bounds"),
    ],
)
def test_quantity_rejected(text: str, kind: str) -> None:
    assert refused_kind(parse_lots, text, 0) == kind


@given(st.integers(-(10**24), 10**24), st.integers(-9, 3))
def test_quantize_rounds_against_the_account(fine: int, lot: int) -> None:
    """A claim never grows, a debt never shrinks, and lots and residue add up to what was given."""
    text = format_quantity(fine, -18)
    size = 10 ** (lot + 18)
    if abs(fine) >= (2**60 - 1) * size:
        return
    lots, residue = quantize(text, lot)
    assert lots * size <= fine
    assert 0 <= residue < size
    assert lots * size + residue == fine
