"""A venue of three accounts for the forgeries, and the tapes that a prover writes about it, honest or not.

`edge` stands exactly on its margin line: equity minus requirement is 0 in units of 10^-20. One lot of DUST is worth one
such unit, so taking one lot puts the account one unit below. `wide` has eight holdings in two rows. One leaf is empty.
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from plimsoll.circuits.field import P
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.circuits.shapes import HOLDINGS_PER_ROW, ShapeClass
from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import Schedule, compile_schedule
from plimsoll.engine.settlement import holding
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.tape import Tiers, limbs

SHAPE = ShapeClass(2, 1)
COINS = [f"COIN{i}" for i in range(5)]
PRICES = {"BTC": "50000.5", "PERP": "50010.25", "DUST": "0.01", **dict.fromkeys(COINS, "3.25")}
RULES: list[dict[str, Any]] = [
    {
        "name": "BTC",
        "kind": "spot",
        "currency": "BTC",
        "lot": "0.0001",
        "haircut": [{"floor": "0", "cap": "100000", "rate": "0.05"}, {"floor": "100000", "cap": None, "rate": "0.1"}],
        "debt_premium": [{"floor": "0", "cap": None, "rate": "0.02"}],
    },
    {
        "name": "PERP",
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
    {"name": "CASH", "kind": "settlement", "currency": "USD", "lot": "0.01"},
    {"name": "DUST", "kind": "spot", "currency": "DUST", "lot": "0.000000000000000001"},
    *({"name": name, "kind": "spot", "currency": name, "lot": "0.01"} for name in COINS),
]
TIME = "2026-11-21T12:00:00Z"
LOTS: dict[str, dict[str, int]] = {
    "edge": {"PERP": -120_000, "CASH": 61_000_000},
    "wide": {"BTC": 30_000, "PERP": 500, "CASH": -3_000_000, **dict.fromkeys(COINS, 700)},
    "cat": {"BTC": -500, "CASH": 900_000},
}
"""Signed lots; `edge` also has the DUST that makes its margin exactly zero."""


def snapshot(time: str = TIME, **prices: str) -> MarketSnapshot:
    """The market, at another time or with some prices other than they are."""
    facts = {"version": 1, "venue": "forged", "time": time, "sequence": 3, "quote": "USD", "prices": PRICES | prices}
    return MarketSnapshot.parse(json.dumps(facts).encode())


def parameters(**changes: dict[str, Any]) -> RiskParameters:
    """The rules, with some instruments' entries other than they are."""
    rules = [rule | changes.get(rule["name"], {}) for rule in RULES]
    facts = {"version": 1, "name": "forged", "revision": 1, "quote": "USD", "close_out": "0.5", "instruments": rules}
    return RiskParameters.parse(json.dumps(facts).encode())


SNAPSHOT, PARAMETERS = snapshot(), parameters()


@cache
def schedule() -> Schedule:
    return compile_schedule(SNAPSHOT, PARAMETERS)


@cache
def records() -> list[list[int]]:
    return schedule_records(schedule().tiers)


@cache
def tiers() -> Tiers:
    return Tiers(schedule())


def key_of(instrument: str, lots: int) -> int:
    return holding(PARAMETERS.table, instrument, lots)[0]


def position(instrument: str, lots: int) -> tuple[int, ...]:
    """One holding as it stands on the tape: index of its record, five limbs above the tier's lower end."""
    return tuple(tiers().holding(*holding(PARAMETERS.table, instrument, lots)))


def positions(lots: dict[str, int]) -> tuple[tuple[int, ...], ...]:
    """Holdings in the order of their keys."""
    return tuple(position(name, lots[name]) for name in sorted(lots, key=lambda name: key_of(name, lots[name])))


def margin(lots: dict[str, int]) -> int:
    """Equity minus requirement, 10^-20 of the quote currency."""
    total = 0
    for name, signed in lots.items():
        key, q = holding(PARAMETERS.table, name, signed)
        tier = next(t for t in schedule().tiers if t.key == key and t.lo <= q <= t.hi)
        total += (tier.e1 - tier.m1) * q + tier.e0 - tier.m0
    return total


@cache
def _edge() -> tuple[tuple[str, int], ...]:
    """The account on its line: debt in cash so that what is missing is less than a lot of it, then dust to the line."""
    lots = dict(LOTS["edge"])
    lots["CASH"] -= margin(lots) // -margin({"CASH": -1}) + 1
    lots["DUST"] = -margin(lots)
    assert margin(lots) == 0 < lots["DUST"] < 1 << 60
    return tuple(lots.items())


def account_lots() -> dict[str, dict[str, int]]:
    """Signed lots by account and instrument, fresh dictionaries."""
    return {name: dict(_edge()) if name == "edge" else dict(lots) for name, lots in LOTS.items()}


def book() -> Book:
    """The accounts as the engine keeps them."""
    return Book.of(
        (name, 0, sorted(holding(PARAMETERS.table, i, q) for i, q in lots.items()))
        for name, lots in account_lots().items()
    )


@dataclass(frozen=True)
class Leaf:
    """One leaf of the tape. Anything may be set to something that no honest prover writes; numbers count modulo p."""

    holdings: tuple[tuple[int, ...], ...] = ()
    gap: tuple[int, ...] = (3, 0, 0, 0)
    kind: int = 1
    id: tuple[int, ...] = (11, 12, 13, 14)
    salt: tuple[int, ...] = (21, 22, 23, 24)
    account_class: int = 0
    rows: int | None = None

    def tape(self) -> list[int]:
        if not self.kind:
            return [0, *self.salt]
        missing = -len(self.holdings) % HOLDINGS_PER_ROW
        nulls = [(tiers().null + k, *limbs(0, 5)) for k in range(missing)]
        rows = (len(self.holdings) + missing) // HOLDINGS_PER_ROW if self.rows is None else self.rows
        head = [self.kind, *self.id, *self.salt, self.account_class, rows, *self.gap]
        return head + [x for one in (*self.holdings, *nulls) for x in one]

    def having(self, place: int, changed: tuple[int, ...]) -> Leaf:
        return replace(self, holdings=(*self.holdings[:place], changed, *self.holdings[place + 1 :]))


EMPTY = Leaf(kind=0, salt=(5, 6, 7, 8))


@dataclass(frozen=True)
class Batch:
    """A whole tape: four leaves under one root, or another power of two."""

    leaves: tuple[Leaf, ...]
    start: int = 1000
    salt: tuple[int, ...] = (31, 32, 33, 34)

    def tape(self) -> bytes:
        height = (len(self.leaves) - 1).bit_length()
        cells = [height, self.start, *self.salt, *(x for leaf in self.leaves for x in leaf.tape())]
        return array("Q", [x % P for x in cells]).tobytes()

    def having(self, place: int, leaf: Leaf) -> Batch:
        return replace(self, leaves=(*self.leaves[:place], leaf, *self.leaves[place + 1 :]))


EDGE, WIDE, CAT = 0, 1, 3
"""Places of the accounts' leaves; the third leaf is empty."""


@cache
def honest() -> Batch:
    """What an honest prover would write (with salts that are easy to read)."""
    lots = account_lots()
    edge, wide, cat = (Leaf(positions(lots[name])) for name in ("edge", "wide", "cat"))
    return Batch((edge, wide, EMPTY, cat))
