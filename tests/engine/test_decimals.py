"""Decimal strings in, integers inside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.engine.decimals import (
    format_decimal,
    format_lot,
    format_quantity,
    parse_decimal,
    parse_lot,
    parse_quantity,
)
from plimsoll.engine.problems import RefusedValueError


@given(st.integers(-(10**24) + 1, 10**24 - 1), st.integers(0, 20))
def test_format_and_parse_are_inverse(value: int, digits: int) -> None:
    assert parse_decimal(format_decimal(value, digits), digits, negative=True) == value


@pytest.mark.parametrize("text", ["1", "1.0", "1.00", "1.00000000000000000000000000"])
def test_trailing_zeros_make_no_difference(text: str) -> None:
    assert parse_decimal(text, 2) == 100


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (1, "expected a decimal string, got int"),
        (1.5, "expected a decimal string, got float"),
        (True, "expected a decimal string, got bool"),
        (None, "expected a decimal string"),
        ("", "plain decimal"),
        ("1e5", "scientific notation"),
        ("+1", "plain decimal"),
        ("01", "plain decimal"),
        (".5", "plain decimal"),
        ("5.", "plain decimal"),
        (" 1", "plain decimal"),
        ("1\n", "plain decimal"),
        ("NaN", "plain decimal"),
        ("1,000", "plain decimal"),
        ("٣", "plain decimal"),
        ("-1", "negative"),
        ("0.123", "finer than 2 decimals"),
        ("1" * 25, "more than 24 digits"),
    ],
)
def test_anything_but_a_plain_decimal_rejected(text: object, message: str) -> None:
    with pytest.raises(RefusedValueError, match=message):
        parse_decimal(text, 2)


def test_negative_zero_is_zero() -> None:
    assert parse_decimal("-0.00", 4) == 0


@pytest.mark.parametrize(("text", "exponent"), [("1", 0), ("0.001", -3), ("1000", 3), ("0.000000000000000001", -18)])
def test_lots_are_powers_of_ten(text: str, exponent: int) -> None:
    assert parse_lot(text) == exponent
    assert format_lot(exponent) == text


@pytest.mark.parametrize("text", ["0", "2", "0.5", "0.0010001", "11", "-1", "10000000000000"])
def test_other_lots_rejected(text: str) -> None:
    with pytest.raises(RefusedValueError):
        parse_lot(text)


@given(st.integers(-(2**59), 2**59), st.integers(-18, 3))
def test_quantities_are_whole_lots(lots: int, exponent: int) -> None:
    assert parse_quantity(format_quantity(lots, exponent), exponent) == lots


def test_quantity_finer_than_the_lot_rejected() -> None:
    with pytest.raises(RefusedValueError, match=r"not a multiple of the lot 0\.001"):
        parse_quantity("0.0015", -3)
