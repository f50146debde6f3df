"""Decimal strings to integers and back. Nothing here, or anywhere in the engine, is a binary floating-point number.

Prices, notionals and values are integers at 10^-20 of their currency (`VALUE_SCALE`), rates are integers in parts per
million, quantities are integer numbers of lots, and a lot is a power of ten kept as its exponent.
"""

from __future__ import annotations

import re

from plimsoll.engine.problems import RefusedValueError, shown

VALUE_DIGITS = 20
VALUE_SCALE: int = 10**VALUE_DIGITS
PPM_DIGITS = 6
PPM: int = 10**PPM_DIGITS
MAX_WHOLE_DIGITS = 24
MIN_LOT_EXPONENT = -18
MAX_LOT_EXPONENT = 12

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)
_PLAIN = 'write a plain decimal string such as "12.50"'


def parse_decimal(text: object, digits: int, *, negative: bool = False) -> int:
    """The integer `text * 10^digits`, exactly; `1`, `1.0` and `1.00` are the same number.

    Raises `RefusedValueError` for anything but a plain decimal string: other types, exponents, a leading
    plus or zero, blanks, NaN, more than `digits` decimals (unless zero) and, without `negative`, a minus sign.
    """
    if not isinstance(text, str):
        raise RefusedValueError(
            f"expected a decimal string, got {type(text).__name__}", 'put the number in quotes: "12.50"'
        )
    if not _DECIMAL.fullmatch(text):
        hint = "scientific notation is not accepted" if re.fullmatch(r"[-+0-9.]+[eE][-+0-9]+", text) else ""
        raise RefusedValueError(hint or "expected a plain decimal string", _PLAIN)
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("-").partition(".")
    decimals = decimals.rstrip("0")
    if len(whole) > MAX_WHOLE_DIGITS:
        raise RefusedValueError(
            f"more than {MAX_WHOLE_DIGITS} digits before the point", "check the unit of this number"
        )
    if len(decimals) > digits:
        raise RefusedValueError(f"finer than {digits} decimals", f"round it to {digits} decimals against the account")
    value = sign * int(whole + decimals.ljust(digits, "0"))
    if value < 0 and not negative:
        raise RefusedValueError("negative", "give a number that is not negative")
    return value


def format_decimal(value: int, digits: int) -> str:
    """The shortest plain decimal string of `value * 10^-digits`."""
    sign, text = ("-" if value < 0 else ""), str(abs(value)).rjust(digits + 1, "0")
    whole, decimals = text[: len(text) - digits], text[len(text) - digits :].rstrip("0")
    return f"{sign}{whole}.{decimals}" if decimals else f"{sign}{whole}"


def parse_lot(text: object) -> int:
    """The exponent x of a lot `10^x`: "0.001" gives -3, "1" gives 0, "1000" gives 3."""
    value = parse_decimal(text, -MIN_LOT_EXPONENT)
    digits = str(value)
    exponent = len(digits) - 1 + MIN_LOT_EXPONENT
    if digits.strip("0") != "1" or exponent > MAX_LOT_EXPONENT:
        raise RefusedValueError(
            "a lot is a power of ten between 10^-18 and 10^12",
            f'write it out, as "0.001", "1" or "1000" ({shown(text)} is none)',
        )
    return exponent


def format_lot(exponent: int) -> str:
    """The decimal string of the lot `10^exponent`."""
    return "1" + "0" * exponent if exponent >= 0 else "0." + "0" * (-exponent - 1) + "1"


def power_of_ten(exponent: int) -> int:
    """10^exponent for an exponent of 0 or more, as an integer."""
    return int(10**exponent)


def parse_quantity(text: object, lot_exponent: int) -> int:
    """The signed number of lots in a decimal quantity. A quantity that is no multiple of the lot is refused."""
    fine = parse_decimal(text, -MIN_LOT_EXPONENT, negative=True)
    lots, rest = divmod(fine, power_of_ten(lot_exponent - MIN_LOT_EXPONENT))
    if rest:
        raise RefusedValueError(
            f"not a multiple of the lot {format_lot(lot_exponent)}",
            "give a whole number of lots, or use --quantize to round against the account",
        )
    return lots


def format_quantity(lots: int, lot_exponent: int) -> str:
    """The decimal string of a signed number of lots."""
    return format_decimal(lots * power_of_ten(lot_exponent - MIN_LOT_EXPONENT), -MIN_LOT_EXPONENT)
