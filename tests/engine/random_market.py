"""Random markets, rules and books: every kind of instrument, awkward prices, many tiers."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
from venues import parameters, snapshot

from plimsoll.engine.book import Book
from plimsoll.engine.decimals import PPM, VALUE_SCALE, format_decimal
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.schedule import Schedules, compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot

Json = dict[str, Any]


def brackets(random: Random, count: int, low: int, high: int) -> list[Json]:
    """Brackets of rising rates between `low` and `high` ppm."""
    floors = [0, *sorted(random.sample(range(1, 10**7), count - 1))]
    caps = [*(str(floor) for floor in floors[1:]), None]
    rates = sorted(random.sample(range(low, high), count))
    return [
        {"floor": str(floor), "cap": cap, "rate": format_decimal(rate, 6)}
        for floor, cap, rate in zip(floors, caps, rates, strict=True)
    ]


def raised(margins: list[Json], random: Random) -> list[Json]:
    """Initial brackets above these maintenance brackets."""
    extra = random.randrange(0, PPM // 10)
    return [{**one, "rate": format_decimal(int(str(one["rate"])[2:].ljust(6, "0")) + extra, 6)} for one in margins]


def price(random: Random) -> str:
    """A price between 10^-4 and 10^5 with up to 20 decimals."""
    value = random.randrange(1, 10 ** random.randrange(2, 6)) * VALUE_SCALE // 10**4 + random.randrange(VALUE_SCALE)
    return format_decimal(value, 20)


def market(seed: int, coins: int = 6, derivatives: int = 12) -> Schedules:
    """Schedules of a random market."""
    return compile_schedules(*files(seed, coins, derivatives))


def files(seed: int, coins: int = 6, derivatives: int = 12) -> tuple[MarketSnapshot, RiskParameters]:
    """A random market quoted in U: coins, perpetuals and futures in two currencies, settlement."""
    random = Random(seed)
    instruments: list[Json] = []
    prices: dict[str, str] = {}
    for k in range(coins):
        rules = {"haircut": brackets(random, 4, 0, 300_000), "debt_premium": brackets(random, 2, 0, 50_000)}
        if k % 3 == 0:
            rules["maintenance"] = brackets(random, 3, 0, 200_000)
        instruments.append({"name": f"C{k}", "kind": "spot", "currency": f"C{k}", "lot": "0.000001", **rules})
        prices[f"C{k}"] = price(random)
    for k in range(derivatives):
        margins = brackets(random, 9, 4_000, 400_000)
        kind: Json = {"kind": "perpetual"} if k % 2 else {"kind": "future", "expiry": "2026-06-26T08:00:00Z"}
        kind["style"] = "whole" if k % 5 == 0 else "marginal"
        underlying = f"C{k}" if k < coins else f"X{k}"
        head = {"name": f"D{k}", "currency": "C0" if k % 4 == 0 else "U", "underlying": underlying, "lot": "0.001"}
        instruments.append({**head, **kind, "maintenance": margins, "initial": raised(margins, random)})
        prices[f"D{k}"] = price(random)
    instruments += [
        {"name": f"cash {name}", "kind": "settlement", "currency": name, "lot": "0.000001"} for name in ("U", "C0")
    ]
    return snapshot(prices), parameters(instruments, close_out="0.654321")


def scenarios(seed: int, count: int = 3) -> ScenarioList:
    """Random scenarios of the random market: a default, moves of underlyings, a move and a price of an instrument."""
    random = Random(seed)

    def move() -> str:
        return format_decimal(random.randrange(-900_000, 2_000_000), 6)

    drawn = [
        {
            "name": f"S{k}",
            "default": move(),
            "underlyings": {f"C{coin}": move() for coin in range(3)},
            "moves": {"D5": move()},
            "prices": {"D7": price(random), "C3": price(random)},
        }
        for k in range(count)
    ]
    return ScenarioList.model_validate({"version": 1, "name": "random", "revision": seed, "scenarios": drawn})


def book(schedules: Schedules, accounts: int, holdings: int, seed: int, *, full: bool = False) -> Book:
    """A random book: up to `holdings` distinct keys an account (some hold nothing; `full`: all hold as many)."""
    random = np.random.default_rng(seed)
    keys = 2 * len(schedules.table)
    counts = random.integers(holdings if full else 0, holdings + 1, accounts)
    chosen = np.argsort(random.random((accounts, keys), dtype=np.float32), axis=1)[:, :holdings].astype(np.uint16)
    mask = np.arange(holdings) < counts[:, None]
    chosen[~mask] = 2**16 - 1
    chosen.sort(axis=1)
    quantities = random.integers(0, 2**60, accounts * holdings) >> random.integers(0, 60, accounts * holdings)
    return Book(
        [f"account-{k}" for k in range(accounts)],
        np.zeros(accounts, dtype=np.uint16),
        np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        chosen[mask],
        quantities.astype(np.int64)[: int(counts.sum())],
    )
