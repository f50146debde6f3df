"""A random book of any size, straight into arrays: for measuring the engine, not for proving."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np

from plimsoll.cli.demo.market import listings, parameters_json, snapshot_json
from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import Schedules, compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot

TIME = datetime(2026, 3, 21, 7, 0, tzinfo=UTC)


def random_book(accounts: int, holdings: int, seed: int = 1876) -> tuple[Schedules, Book]:
    """Schedules of the demo's market, and a book of `accounts` accounts with `holdings` holdings each.

    Quantities are spread over ten powers of two, up to the ones that reach the upper tiers. At most 40 holdings.
    """
    market = listings(TIME)
    snapshot = MarketSnapshot.parse(json.dumps(snapshot_json(TIME, market)).encode())
    parameters = RiskParameters.parse(json.dumps(parameters_json(market)).encode())
    chance = np.random.default_rng(seed)
    many = len(parameters.table)
    # The first `holdings` of a random order of the instruments, sorted: distinct, so the keys strictly ascend.
    order = np.argsort(chance.random((accounts, many), dtype=np.float32), axis=1)[:, :holdings]
    instruments = np.sort(order, axis=1).astype(np.int64)
    del order
    # Lots that are worth about 1,000 units of quote currency, times a power of two.
    schedules = compile_schedules(snapshot, parameters)
    unit = np.array([_thousand(schedules, 2 * index) for index in range(many)], dtype=np.int64)
    keys = 2 * instruments + (chance.random(instruments.shape, dtype=np.float32) < 0.4)
    quantities = unit[instruments] << chance.integers(0, 10, instruments.shape, dtype=np.int64)
    offsets = np.arange(0, accounts * holdings + 1, holdings, dtype=np.int64)
    names = [f"R{number:08}" for number in range(accounts)]
    classes = np.zeros(accounts, dtype=np.uint16)
    return schedules, Book(names, classes, offsets, keys.astype(np.uint16).ravel(), quantities.ravel())


def _thousand(schedules: Schedules, key: int) -> int:
    slope = schedules.maintenance.of_key(key)[0].e1
    return max(10**23 // slope, 1)
