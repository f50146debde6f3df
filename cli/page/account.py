"""One customer's account as the page shows it: each holding with its worth, and the account's health in words."""

from __future__ import annotations

from typing import Any, Final

from plimsoll.cli.amounts import amount, exact, missing, quantity
from plimsoll.cli.page.ownership import shown_title
from plimsoll.cli.page.words import HEALTH
from plimsoll.engine.decimals import MIN_LOT_EXPONENT, VALUE_SCALE, parse_decimal, power_of_ten
from plimsoll.engine.instruments import InstrumentInfo, Kind
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import CustomerHolding, VerifiedCustomer

SIDES: Final = {
    (Kind.SPOT, "long"): "yours",
    (Kind.SPOT, "short"): "you owe it",
    (Kind.SETTLEMENT, "long"): "the exchange owes you",
    (Kind.SETTLEMENT, "short"): "you owe it",
}
POSITION: Final = {"long": "long: gains when the price rises", "short": "short: gains when the price falls"}


def shown_account(found: VerifiedCustomer, bundle: Bundle, moment: str, proven: bool) -> dict[str, Any]:
    """What the page needs of a verified account; texts are safe to show.

    Args:
        proven: whether the proof says of every account that it is above its line.
    """
    snapshot, health = bundle.snapshot, found.health
    tone, words = HEALTH[health.status]
    room = health.equity - health.maintenance
    return {
        "title": f"Account {shown_name(found.identifier)}",
        "lead": f"The one entry under this name in the sealed book of {moment}. Is it your name, letter by letter?",
        "quote": snapshot.quote,
        "holdings": [_holding(one, bundle) for one in found.holdings],
        "facts": [
            {
                "label": "Your account is worth",
                "value": f"{amount(health.equity)} {snapshot.quote}",
                "note": "at these prices, after the safety deductions of the exchange's rules",
            },
            {
                "label": "Its positions require",
                "value": f"{missing(health.maintenance)} {snapshot.quote}",
                "note": "the maintenance margin under these rules",
            },
            {
                "label": "Above the line by" if room >= 0 else "Below the line by",
                "value": f"{amount(room) if room >= 0 else missing(-room)} {snapshot.quote}",
                "note": "the proof says that no account in the book is below" if proven else "at this moment",
            },
        ],
        "health": words,
        "tone": tone,
        "owned": shown_title(found, snapshot.quote),
    }


def shown_name(identifier: str) -> str:
    """A name as it is; one with letters that look like others, or with blanks too many, with these spelled out."""
    plain = identifier.isascii() and identifier.isprintable() and identifier == " ".join(identifier.split())
    return identifier if plain else ascii(identifier)


def held_shown(one: CustomerHolding, bundle: Bundle) -> dict[str, str]:
    """A balance without its worth: what, whose, how much."""
    table = bundle.parameters.table
    kind = table[table.index(one.instrument)].kind
    side = SIDES.get((kind, one.side), POSITION[one.side])
    return {"name": one.instrument, "side": side, "quantity": quantity(one.quantity)}


def _holding(one: CustomerHolding, bundle: Bundle) -> dict[str, str]:
    table = bundle.parameters.table
    info = table[table.index(one.instrument)]
    price, currency = _price(info, bundle.snapshot)
    spot = info.kind in (Kind.SPOT, Kind.SETTLEMENT)
    worth = price * parse_decimal(one.quantity, -MIN_LOT_EXPONENT) // power_of_ten(-MIN_LOT_EXPONENT)
    in_quote = spot and currency == bundle.snapshot.quote
    signed = -worth if one.side == "short" else worth
    return held_shown(one, bundle) | {
        "price": f"{quantity(exact(price))} {currency}",
        "value": amount(signed) if in_quote else f"size {amount(worth)} {currency}",
    }


def _price(info: InstrumentInfo, snapshot: MarketSnapshot) -> tuple[int, str]:
    """Of one unit, and in which currency: a settlement balance counts its currency itself."""
    if info.kind is Kind.SETTLEMENT or (info.kind is Kind.SPOT and info.currency == snapshot.quote):
        return VALUE_SCALE, info.currency
    return snapshot.prices[info.name], snapshot.quote if info.kind is Kind.SPOT else info.currency
