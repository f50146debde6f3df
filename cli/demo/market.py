"""The sample venue's market: forty instruments, their prices and risk rules.

All figures are made up for this book. They are plausible, and none is copied from a venue. Prices are integers at
10^-8 of their currency and rates are decimal strings, so no binary floating-point number is involved.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from plimsoll.engine.decimals import format_decimal, format_lot

PRICE_DIGITS: Final = 8
QUOTE: Final = "USDT"
VENUE: Final = "Sample Venue"
CASH_LOT: Final = -8
"""Settlement balances are counted in 10^-8 of their currency: every quantity times every price is a whole number. Its
coin counts in the same lots, so that what customers own of both can be added."""

# coin: price, spot lot, contract lot, market depth in units of the quote currency, liquidity grade
COINS: Final[dict[str, tuple[str, int, int, int, str]]] = {
    "BTC": ("92450.1", -6, -3, 1_000_000, "deep"),
    "ETH": ("3218.44", -5, -2, 600_000, "deep"),
    "SOL": ("187.62", -4, -1, 200_000, "middle"),
    "XRP": ("2.1483", -2, 0, 150_000, "middle"),
    "DOGE": ("0.31874", -2, 0, 80_000, "middle"),
    "ADA": ("0.7126", -2, 0, 60_000, "middle"),
    "LINK": ("21.376", -3, -1, 60_000, "middle"),
    "AVAX": ("36.82", -3, -1, 50_000, "middle"),
    "LTC": ("104.37", -4, -2, 60_000, "middle"),
    "DOT": ("7.214", -3, -1, 30_000, "thin"),
    "TRX": ("0.24618", -2, 0, 30_000, "thin"),
    "UNI": ("12.094", -3, -1, 20_000, "thin"),
    "NEAR": ("5.317", -3, -1, 20_000, "thin"),
    "ATOM": ("6.483", -3, -1, 15_000, "thin"),
}
STABLE: Final = {"USDT": "1", "USDC": "0.9998"}
USDC_PERPETUALS: Final = ("BTC", "ETH")
FUTURES: Final = (("BTC", 0), ("BTC", 1), ("ETH", 0), ("ETH", 1), ("SOL", 0), ("XRP", 0))
"""Coin, and which of the next quarterly expiries."""

_FLOORS: Final = (0, 1, 4, 20, 80, 250)
"""Lower ends of the brackets, in multiples of a market's depth."""
_MAINTENANCE: Final = {
    "deep": ("0.004", "0.005", "0.01", "0.025", "0.05", "0.1"),
    "middle": ("0.01", "0.0125", "0.02", "0.05", "0.1", "0.2"),
    "thin": ("0.02", "0.025", "0.05", "0.1", "0.2", "0.5"),
}
_INITIAL: Final = {
    "deep": ("0.008", "0.01", "0.02", "0.05", "0.1", "0.2"),
    "middle": ("0.02", "0.025", "0.04", "0.1", "0.2", "0.4"),
    "thin": ("0.04", "0.05", "0.1", "0.2", "0.4", "1"),
}
_HAIRCUT: Final = {
    "deep": ("0.02", "0.025", "0.05", "0.1", "0.2", "0.4"),
    "middle": ("0.05", "0.075", "0.1", "0.2", "0.4", "0.75"),
    "thin": ("0.1", "0.15", "0.25", "0.4", "0.7", "0.95"),
}
_PREMIUM: Final = {"deep": ("0.01", "0.015"), "middle": ("0.02", "0.03"), "thin": ("0.04", "0.06")}
_BORROWED: Final = {"deep": ("0.03", "0.06"), "middle": ("0.05", "0.1"), "thin": ("0.1", "0.2")}
"""Maintenance and initial margin on borrowed coins."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One instrument of the sample venue. `price` and `funding` at 10^-8 of `currency`, `lot` an exponent of ten."""

    name: str
    kind: str
    currency: str
    lot: int
    price: int = 0
    underlying: str = ""
    depth: int = 0
    grade: str = ""
    expiry: datetime | None = None
    funding: int = 0

    @property
    def derivative(self) -> bool:
        return self.kind in ("perpetual", "future")


def listings(time: datetime, extra_coins: int = 0) -> dict[str, Listing]:
    """The venue's instruments at `time` by name; `extra_coins` adds further coins, each with its perpetual."""
    coins = dict(COINS)
    for k in range(extra_coins):
        coins[f"ALT{k:02}"] = (f"{1 + k}.{37 + k:03}", -3, -1, 20_000, "thin")
    found = [Listing(name, "spot", name, CASH_LOT, _price(price)) for name, price in STABLE.items()]
    for coin, (price, spot_lot, contract_lot, depth, grade) in coins.items():
        mark = _price(price)
        found.append(Listing(coin, "spot", coin, spot_lot, mark, coin, depth, grade))
        for currency in ("USDT", "USDC") if coin in USDC_PERPETUALS else ("USDT",):
            name = f"{coin}-PERP" if currency == QUOTE else f"{coin}-PERP-{currency}"
            # a perpetual stands a little above its coin and has paid about 3 % of its price since it was listed
            premium, funding = mark * 10_003 // 10_000, mark * 3 // 100
            found.append(
                Listing(name, "perpetual", currency, contract_lot, premium, coin, depth, grade, funding=funding)
            )
    for coin, quarter in FUTURES:
        price, _, contract_lot, depth, grade = coins[coin]
        expiry = quarterly_expiries(time)[quarter]
        carried = _price(price) * (10_120 + 110 * quarter) // 10_000
        name = f"{coin}-{expiry:%Y%m%d}"
        found.append(Listing(name, "future", QUOTE, contract_lot, carried, coin, depth // 2, grade, expiry))
    found += [Listing(f"{currency}-SETTLEMENT", "settlement", currency, CASH_LOT) for currency in STABLE]
    return {one.name: one for one in found}


def quarterly_expiries(time: datetime) -> list[datetime]:
    """08:00 UTC on the last Fridays of March, June, September and December that are more than a week away."""
    start = time.year * 12
    found = [_last_friday(start + month) for month in range(3, 28, 3)]
    return [friday for friday in found if friday > time + timedelta(days=7)]


def _last_friday(months: int) -> datetime:
    """Of the month before `months` whole months since year 0."""
    last = datetime(months // 12, months % 12 + 1, 1, 8, tzinfo=UTC) - timedelta(days=1)
    return last - timedelta(days=(last.weekday() - 4) % 7)


def snapshot_json(time: datetime, market: dict[str, Listing]) -> dict[str, Any]:
    """The content of snapshot.json."""
    priced = {name: one for name, one in market.items() if one.price and name != QUOTE}
    return {
        "version": 1,
        "venue": VENUE,
        "time": f"{time:%Y-%m-%dT%H:%M:%SZ}",
        "sequence": 1,
        "quote": QUOTE,
        "prices": {name: format_decimal(one.price, PRICE_DIGITS) for name, one in priced.items()},
        "funding": {
            name: format_decimal(one.funding, PRICE_DIGITS) for name, one in market.items() if one.kind == "perpetual"
        },
    }


def parameters_json(market: dict[str, Listing]) -> dict[str, Any]:
    """The content of parameters.json."""
    return {
        "version": 1,
        "name": f"{VENUE} risk parameters",
        "revision": 1,
        "quote": QUOTE,
        "close_out": "0.5",
        "instruments": [_rules(one) for one in market.values()],
    }


def _rules(one: Listing) -> dict[str, Any]:
    rules: dict[str, Any] = {"name": one.name, "kind": one.kind, "currency": one.currency, "lot": format_lot(one.lot)}
    if one.expiry:
        rules["expiry"] = f"{one.expiry:%Y-%m-%dT%H:%M:%SZ}"
    if one.derivative:
        rules["underlying"] = one.underlying
        rules["maintenance"] = _ladder(one.depth, _MAINTENANCE[one.grade])
        rules["initial"] = _ladder(one.depth, _INITIAL[one.grade])
    elif one.currency in STABLE and one.kind == "spot":
        rules["maintenance"], rules["initial"] = _ladder(1, ("0.02",)), _ladder(1, ("0.04",))
        rules["debt_premium"] = _ladder(1, ("0.001",))
    elif one.kind == "spot":
        maintenance, initial = _BORROWED[one.grade]
        rules["haircut"] = _ladder(one.depth, _HAIRCUT[one.grade])
        rules["debt_premium"] = _ladder(one.depth, _PREMIUM[one.grade])
        rules["maintenance"], rules["initial"] = _ladder(1, (maintenance,)), _ladder(1, (initial,))
    return rules


def _ladder(depth: int, rates: tuple[str, ...]) -> list[dict[str, Any]]:
    floors = [str(depth * multiple) for multiple in _FLOORS[: len(rates)]]
    caps = [*floors[1:], None]
    return [{"floor": f, "cap": c, "rate": r} for f, c, r in zip(floors, caps, rates, strict=True)]


def _price(text: str) -> int:
    whole, _, decimals = text.partition(".")
    return int(whole + decimals.ljust(PRICE_DIGITS, "0"))
