"""Numbers as people read them: rounded down, so that no account looks better than it is."""

from __future__ import annotations

from typing import Final

from plimsoll.engine.decimals import VALUE_DIGITS, format_decimal
from plimsoll.engine.titles import AMOUNT_DIGITS

SHOWN_DECIMALS: Final = 2
RATIO_DECIMALS: Final = 4
_QUANTITY_DECIMALS: Final = ((7, 2), (4, 4), (0, 8))
"""(digits before the point, decimals shown), the first that applies."""
_DROPPED: Final = 10 ** (VALUE_DIGITS - SHOWN_DECIMALS)


def amount(value: int) -> str:
    """A value of 10^-20 units with two decimals and thousands separated, rounded down: `-1,234.57`."""
    return _grouped(value // _DROPPED)


def missing(value: int) -> str:
    """Like `amount`, rounded up: what has to be paid in to meet a requirement."""
    return _grouped(-(-value // _DROPPED))


def exact(value: int) -> str:
    """A value of 10^-20 units as the shortest exact decimal string."""
    return format_decimal(value, VALUE_DIGITS)


def ratio(equity: int, maintenance: int) -> str | None:
    """Equity over maintenance margin with four decimals, rounded down; None where nothing is required."""
    if maintenance == 0:
        return None
    return format_fixed(equity * 10**RATIO_DECIMALS // maintenance, RATIO_DECIMALS)


def format_fixed(value: int, digits: int) -> str:
    """`value * 10^-digits` with exactly that many decimals."""
    whole, decimals = divmod(abs(value), 10**digits)
    return f"{'-' if value < 0 else ''}{whole:,}.{decimals:0{digits}}"


def exact_lien(value: int) -> str:
    """A lien of 10^-6 quote currency as the shortest exact decimal string."""
    return format_decimal(value, AMOUNT_DIGITS)


def lien(value: int, quote: str) -> str:
    """A lien of 10^-6 quote currency, exact, with its currency: `1,234.5 USD`; `0` where there is none."""
    whole, point, decimals = exact_lien(value).partition(".")
    return f"{int(whole):,}{point}{decimals} {quote}" if value else "0"


def quantity(text: str) -> str:
    """A plain decimal string with thousands separated, and decimals cut where the whole part says enough."""
    whole, _, decimals = text.lstrip("-").partition(".")
    kept = decimals[: next(digits for size, digits in _QUANTITY_DECIMALS if len(whole) >= size)].rstrip("0")
    return f"{'-' if text.startswith('-') else ''}{int(whole):,}{'.' if kept else ''}{kept}"


def _grouped(cents: int) -> str:
    return format_fixed(cents, SHOWN_DECIMALS)
