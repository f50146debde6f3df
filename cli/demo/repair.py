"""Brings every account of a sample book above its maintenance margin, and a few of them just above it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Final

from plimsoll.cli.demo.market import QUOTE
from plimsoll.cli.demo.traders import MILLION, Trader
from plimsoll.engine.instruments import Side
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import compile_schedule
from plimsoll.engine.snapshot import MarketSnapshot

CLOSE: Final = (0, 3, 40, 600, 2_000, 4_000, 7_000, 9_000)
"""How far above their maintenance margin the accounts near the line stand, in ppm of it; the first on it."""


class Repair:
    """Adds or takes quote currency. Its schedule is a plain slope without haircut, so one step is enough."""

    def __init__(self, snapshot: MarketSnapshot, parameters: RiskParameters, chance: random.Random) -> None:
        self.table = parameters.table
        self.schedule = compile_schedule(snapshot, parameters, "maintenance")
        self.chance = chance
        self.unit = self.schedule.find(self.table.key(QUOTE, Side.LONG), 1).e1
        self._keys = {one.name: self.table.key(one.name, Side.LONG) for one in self.table}

    def health(self, one: Trader, *, without_quote: bool = False) -> tuple[int, int]:
        """Equity and maintenance margin, at 10^-20 of the quote currency."""
        equity = margin = 0
        for name, lots in one.lots.items():
            if lots == 0 or (without_quote and name == QUOTE and lots > 0):
                continue
            tier = self.schedule.find(self._keys[name] + (lots < 0), abs(lots))
            equity += tier.equity(abs(lots))
            margin += tier.requirement(abs(lots))
        return equity, margin

    def top_up(self, one: Trader) -> None:
        """Deposit what is missing to a margin ratio drawn between 1.02 and 2.5, if anything is."""
        equity, margin = self.health(one)
        if equity >= margin * 102 // 100 and equity >= 0:
            return
        debt = -one.lots.get(QUOTE, 0)
        if debt > 0:
            # without her debt in quote currency first: its premium and margin are no plain slope
            del one.lots[QUOTE]
        ratio = self.chance.choice((102, 105, 110, 120, 135, 150, 170, 200, 250))
        self._set_equity(one, ratio * MILLION // 100 + self.chance.randrange(20_000))
        one.lots[QUOTE] += self.chance.randrange(1, 1000)

    def bring_to_the_line(self, traders: Sequence[Trader]) -> str:
        """Take quote currency from a few speculators until they stand just above the line; the name of the first."""
        fitting = [one for one in traders if one.role == "speculator" and self._needs_quote(one)]
        chosen = self.chance.sample(fitting, min(len(CLOSE), len(fitting)))
        for one, ppm in zip(chosen, CLOSE, strict=False):
            self._set_equity(one, MILLION + ppm)
        return chosen[0].name

    def _needs_quote(self, one: Trader) -> bool:
        equity, margin = self.health(one, without_quote=True)
        return one.lots.get(QUOTE, 0) > 0 and equity < margin

    def _set_equity(self, one: Trader, ratio: int) -> None:
        """The least holding of quote currency that gives `ratio` ppm of the maintenance margin."""
        equity, margin = self.health(one, without_quote=True)
        one.lots[QUOTE] = max(-((equity * MILLION - margin * ratio) // (MILLION * self.unit)), 0)
