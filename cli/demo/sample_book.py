"""Writes a sample book: accounts.csv, holdings.csv, snapshot.json and parameters.json, the same for the same seed."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from plimsoll.cli.demo.market import Listing, listings, parameters_json, snapshot_json
from plimsoll.cli.demo.repair import Repair
from plimsoll.cli.demo.traders import ROLES, Floor, Trader, hedge, maker
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot

SEED: Final = 1876
"""The year in which the load line became law."""
CLASSES: Final = {"saver": 0, "speculator": 0, "borrower": 0, "hedger": 1, "fund": 1, "maker": 2}
"""Account classes: 0 retail, 1 professional, 2 market maker."""


@dataclass(frozen=True, slots=True)
class SampleBook:
    """A whole book in memory. `edge` names the account that stands on its line: one lot less and it is below."""

    market: dict[str, Listing]
    snapshot: dict[str, Any]
    parameters: dict[str, Any]
    traders: list[Trader]
    edge: str

    def write(self, directory: Path) -> None:
        """The book's four files; existing ones are replaced."""
        directory.mkdir(parents=True, exist_ok=True)
        accounts = [(one.name, CLASSES[one.role]) for one in self.traders]
        holdings = [
            (one.name, name, format_quantity(lots, self.market[name].lot))
            for one in self.traders
            for name, lots in sorted(one.lots.items())
            if lots
        ]
        files = {
            "accounts.csv": _csv(("account", "class"), accounts),
            "holdings.csv": _csv(("account", "instrument", "quantity"), holdings),
            "snapshot.json": json.dumps(self.snapshot, indent=2) + "\n",
            "parameters.json": json.dumps(self.parameters, indent=2) + "\n",
        }
        for name, text in files.items():
            write_atomically(directory / name, text.encode(), 0o600 if name.endswith(".csv") else 0o644)


def sample_book(time: datetime, accounts: int = 2000, seed: int = SEED) -> SampleBook:
    """The demo's book: savers, speculators, hedgers, borrowers, funds and market makers, all above their margin."""
    market, chance = listings(time), random.Random(seed)
    floor = Floor(market, chance)
    names = [f"C{number:08}" for number in sorted(chance.sample(range(10**8), accounts))]
    chance.shuffle(names)
    makers = max(3, accounts * 12 // 1000)
    floor.makers = [Trader(name, "maker", floor.amount(400_000)) for name in names[:makers]]
    roles = chance.choices(list(ROLES), weights=[share for _, share, _ in ROLES.values()], k=accounts - makers)
    others = [
        Trader(name, role, floor.amount(ROLES[role][2])) for name, role in zip(names[makers:], roles, strict=True)
    ]
    for one in others:
        ROLES[one.role][0](floor, one)
    for one in floor.makers:
        maker(floor, one)
    for one in floor.makers:
        hedge(floor, one)
    traders = sorted([*floor.makers, *others], key=lambda one: one.name)
    snapshot, parameters = snapshot_json(time, market), parameters_json(market)
    repair = _repair(snapshot, parameters, chance)
    for one in traders:
        repair.top_up(one)
    edge = repair.bring_to_the_line(traders)
    return SampleBook(market, snapshot, parameters, traders, edge)


def even_book(time: datetime, accounts: int, holdings: int, seed: int = SEED) -> SampleBook:
    """The benchmarks' book: every account has the same number of holdings (2 to 100), among them a settlement balance.

    Accounts come in pairs with opposite contracts, and every fourth coin is borrowed.
    """
    market = listings(time, extra_coins=max(0, holdings - 30) * 3 // 4)
    chance = random.Random(seed)
    floor = Floor(market, chance)
    coins = [one.name for one in floor.coins]
    contracts = [one for one in floor.contracts if one.currency == "USDT"]
    traders = [Trader(f"B{number:08}", "fund", floor.amount(5_000)) for number in range(accounts)]
    floor.makers = traders[1::2]
    for left, right in zip(traders[::2], traders[1::2], strict=False):
        floor.makers = [right]
        many = max(0, holdings - 2)
        for contract in chance.sample(contracts, (many + 1) // 2):
            floor.trade(
                left, contract, left.budget * chance.randint(-50, 50) // 100 or 1, chance.randint(-90_000, 90_000)
            )
        for one in (left, right):
            for number, coin in enumerate(chance.sample(coins, many // 2)):
                floor.hold(one, coin, -one.budget // 20 if number % 4 == 3 else one.budget // 4)
            one.lots["USDT-SETTLEMENT"] = one.lots.get("USDT-SETTLEMENT", 0) or chance.choice((-1, 1)) * 10**9
            one.lots["USDT"] = floor.lots("USDT", one.budget)
    snapshot, parameters = snapshot_json(time, market), parameters_json(market)
    repair = _repair(snapshot, parameters, chance)
    for one in traders:
        repair.top_up(one)
    return SampleBook(market, snapshot, parameters, traders, "")


def _repair(snapshot: dict[str, Any], parameters: dict[str, Any], chance: random.Random) -> Repair:
    return Repair(
        MarketSnapshot.parse(json.dumps(snapshot).encode()),
        RiskParameters.parse(json.dumps(parameters).encode()),
        chance,
    )


def _csv(header: tuple[str, ...], rows: list[Any]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()
