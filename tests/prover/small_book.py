"""A small market with tiers, a haircut, debts and a settlement balance, and four healthy accounts."""

from __future__ import annotations

import json

from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.settlement import holding
from plimsoll.engine.snapshot import MarketSnapshot

COINS = [f"COIN{i}" for i in range(5)]
SNAPSHOT = MarketSnapshot.parse(
    json.dumps(
        {
            "version": 1,
            "venue": "small",
            "time": "2026-11-21T12:00:00Z",
            "sequence": 3,
            "quote": "USD",
            "prices": {"BTC": "50000.5", "BTC-PERP": "50010.25", **dict.fromkeys(COINS, "3.25")},
        }
    ).encode()
)
PARAMETERS = RiskParameters.parse(
    json.dumps(
        {
            "version": 1,
            "name": "small",
            "revision": 1,
            "quote": "USD",
            "close_out": "0.5",
            "instruments": [
                {
                    "name": "BTC",
                    "kind": "spot",
                    "currency": "BTC",
                    "lot": "0.0001",
                    "haircut": [
                        {"floor": "0", "cap": "100000", "rate": "0.05"},
                        {"floor": "100000", "cap": None, "rate": "0.1"},
                    ],
                    "debt_premium": [{"floor": "0", "cap": None, "rate": "0.02"}],
                },
                {
                    "name": "BTC-PERP",
                    "kind": "perpetual",
                    "currency": "USD",
                    "underlying": "BTC",
                    "lot": "0.0001",
                    "maintenance": [
                        {"floor": "0", "cap": "50000", "rate": "0.01"},
                        {"floor": "50000", "cap": "500000", "rate": "0.02"},
                        {"floor": "500000", "cap": None, "rate": "0.05"},
                    ],
                },
                *({"name": name, "kind": "spot", "currency": name, "lot": "0.01"} for name in COINS),
                {"name": "USD-CASH", "kind": "settlement", "currency": "USD", "lot": "0.01"},
            ],
        }
    ).encode()
)
LOTS = {
    "ann": {"BTC": 30_000, "USD-CASH": -1_000_000},
    "ben": {"BTC-PERP": -120_000, "USD-CASH": 65_000_000},
    "cat": {"BTC": -500, "USD-CASH": 700_000},
    "dan": {},
}


def small_book(lots: dict[str, dict[str, int]] | None = None) -> Book:
    """The book of these signed lots by account and instrument; without any, the four healthy accounts."""
    accounts = LOTS if lots is None else lots
    table = PARAMETERS.table
    return Book.of(
        (name, 0, sorted(holding(table, instrument, q) for instrument, q in held.items()))
        for name, held in accounts.items()
    )
