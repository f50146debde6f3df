"""The standard load line: one set of risk parameters for every venue's instruments, so that their books compare.

A venue's own rules say what the venue asks of its customers. Under the load line every venue's book is measured by the
same rules: `load_line` builds them from a venue's instrument table, by kind and by class of the underlying, with a
class for everything unknown. Names, lots and keys stay the venue's, so its tables of holdings serve as they are.
Figures are others, and with them a whole book's commitments and root: it is proven as a publication of its own.

`python -m plimsoll.engine.load_line PARAMETERS OUT` writes the load line for a venue's parameter file. The figures and
their sources: examples/load-line/README.md.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from plimsoll.engine.decimals import format_lot
from plimsoll.engine.fields import format_time
from plimsoll.engine.instruments import InstrumentInfo, InstrumentTable, Kind
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, Problem, shown

NAME: Final = "Standard load line"
REVISION: Final = 1
"""Grows with every change of a figure or a list below."""
CLOSE_OUT: Final = "0.5"

DOLLARS: Final = frozenset(("USD", "USDT", "USDC", "DAI", "FDUSD", "PYUSD"))
"""Currencies worth a dollar: the sizes of brackets are dollars in them."""
MAJOR: Final = frozenset(("BTC", "XBT", "ETH"))
LARGE: Final = frozenset(
    (
        "ADA",
        "AVAX",
        "BCH",
        "BNB",
        "DOGE",
        "DOT",
        "HBAR",
        "LINK",
        "LTC",
        "NEAR",
        "SOL",
        "SUI",
        "TON",
        "TRX",
        "XLM",
        "XRP",
    )
)

Ladder = tuple[tuple[str, str], ...]
"""(size in dollars from which a rate holds, rate), the first from 0."""


@dataclass(frozen=True, slots=True)
class ClassRules:
    """The rules of one class of underlyings. At most four brackets an instrument, so that the largest table fits."""

    margin: Ladder
    """Perpetuals and futures: maintenance margin, marginal by notional."""
    haircut: Ladder
    """Coins owned."""
    debt_premium: str
    """Coins owed."""
    debt_margin: str
    """Coins owed: maintenance margin, whatever their size."""


DOLLAR_RULES: Final = ClassRules(
    margin=(("0", "0.03"), ("1000000", "0.06"), ("10000000", "0.15"), ("100000000", "0.43")),
    haircut=(("0", "0.15"),),
    debt_premium="0.05",
    debt_margin="0.03",
)
MAJOR_RULES: Final = ClassRules(
    margin=(("0", "0.03"), ("1000000", "0.06"), ("10000000", "0.15"), ("100000000", "0.43")),
    haircut=(("0", "0.18"), ("10000000", "0.43")),
    debt_premium="0.06",
    debt_margin="0.06",
)
LARGE_RULES: Final = ClassRules(
    margin=(("0", "0.05"), ("250000", "0.1"), ("2500000", "0.25"), ("25000000", "0.5")),
    haircut=(("0", "0.3"), ("1000000", "0.6")),
    debt_premium="0.08",
    debt_margin="0.1",
)
OTHER_RULES: Final = ClassRules(
    margin=(("0", "0.1"), ("50000", "0.2"), ("500000", "0.5"), ("5000000", "1")),
    haircut=(("0", "0.5"), ("100000", "1")),
    debt_premium="0.1",
    debt_margin="0.2",
)


def class_rules(underlying: str) -> ClassRules:
    """The rules of an underlying or a coin, by its name; unknown ones have the strictest."""
    for names, rules in ((DOLLARS, DOLLAR_RULES), (MAJOR, MAJOR_RULES), (LARGE, LARGE_RULES)):
        if underlying in names:
            return rules
    return OTHER_RULES


def load_line(table: InstrumentTable, quote: str) -> RiskParameters:
    """The load line for a venue's instruments; `quote` is the currency in which its snapshots count.

    The table of the result is the table given. Raises `InputError` for a table that no parameter file can have, and for
    a quote that is no dollar.
    """
    return RiskParameters.parse(load_line_text(table, quote).encode(), "load line")


def load_line_text(table: InstrumentTable, quote: str) -> str:
    """The load line as the text of a parameter file. Raises `InputError` for a quote that is no dollar.

    The quote currency's coin has no haircut and falls in no scenario. Were it the venue's choice, a venue's own token
    could be its whole collateral without either.
    """
    if quote not in DOLLARS:
        message = f"the load line counts in dollars ({', '.join(sorted(DOLLARS))})"
        remedy = "count snapshot and parameters in one of them, and the quote of now as a coin among others"
        raise InputError([Problem("load line", "quote", shown(quote), message, remedy)])
    head = {"version": 1, "name": NAME, "revision": REVISION, "quote": quote, "close_out": CLOSE_OUT}
    return json.dumps({**head, "instruments": [_instrument(info, quote) for info in table]}, indent=2) + "\n"


def _instrument(info: InstrumentInfo, quote: str) -> dict[str, Any]:
    one: dict[str, Any] = {
        "name": info.name,
        "kind": info.kind.name.lower(),
        "currency": info.currency,
        "lot": format_lot(info.lot),
        "underlying": info.underlying,
    }
    if info.kind in (Kind.PERPETUAL, Kind.FUTURE):
        if info.kind is Kind.FUTURE:
            one["expiry"] = format_time(info.expiry)
        one["maintenance"] = _brackets(class_rules(info.underlying).margin, info.currency)
    elif info.kind is Kind.SPOT and info.currency == quote:
        # worth one by definition: no haircut, no premium
        one["maintenance"] = _brackets((("0", DOLLAR_RULES.debt_margin),), quote)
    elif info.kind is Kind.SPOT:
        rules = class_rules(info.currency)
        one["maintenance"] = _brackets((("0", rules.debt_margin),), quote)
        one["haircut"] = _brackets(rules.haircut, quote)
        one["debt_premium"] = _brackets((("0", rules.debt_premium),), quote)
    return one


def _brackets(ladder: Ladder, currency: str) -> list[dict[str, str | None]]:
    """The ladder where the notional is counted in dollars; else its last rate alone: its sizes are dollars."""
    if currency not in DOLLARS:
        ladder = (("0", ladder[-1][1]),)
    caps: Iterable[str | None] = [*(floor for floor, _ in ladder[1:]), None]
    return [{"floor": floor, "cap": cap, "rate": rate} for (floor, rate), cap in zip(ladder, caps, strict=True)]


if __name__ == "__main__":
    try:
        venue = RiskParameters.load(sys.argv[1])
        Path(sys.argv[2]).write_text(load_line_text(venue.table, venue.quote))
    except InputError as error:
        sys.exit(str(error))
