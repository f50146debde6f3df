"""The sample venue's customers and what they traded, in whole numbers and the same for every run of a seed.

Derivatives come from trades, each with a buyer and a seller who book opposite entry notionals in the settlement
instrument: longs equal shorts in every contract, and the settlement balances of a currency add up to zero.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from plimsoll.cli.demo.market import CASH_LOT, PRICE_DIGITS, QUOTE, STABLE, Listing

MILLION: Final = 1_000_000
PART: Final = 100_000
"""Larger trades are filled in parts, by different market makers."""
MOST_PARTS: Final = 12
MOST_DEPTHS: Final = 25
"""Nobody trades, or keeps, more than this many times a market's depth at once."""
LEVERAGE: Final = (2, 3, 5, 5, 10, 10, 15, 20, 20, 25, 50, 50, 75, 100)
MOST_LEVERAGE: Final = {"deep": 100, "middle": 40, "thin": 15}


@dataclass(slots=True)
class Trader:
    """A customer. `budget`: what she brought, in whole units of the quote currency; `lots`: signed, by instrument."""

    name: str
    role: str
    budget: int
    lots: dict[str, int] = field(default_factory=dict)

    def add(self, instrument: str, lots: int) -> None:
        self.lots[instrument] = self.lots.get(instrument, 0) + lots


class Floor:
    """The trading floor: who is there, what is listed, and the source of chance."""

    def __init__(self, market: dict[str, Listing], chance: random.Random) -> None:
        self.market = market
        self.chance = chance
        self.makers: list[Trader] = []
        self.coins = [one for one in market.values() if one.kind == "spot" and one.name not in STABLE]
        self.contracts = [one for one in market.values() if one.derivative]

    def lots(self, instrument: str, worth: int) -> int:
        """Lots of an instrument that `worth` units of its currency buy at its mark price, at least one."""
        one = self.market[instrument]
        scale: int = 10 ** (PRICE_DIGITS - one.lot)
        return max(worth * scale // one.price, 1)

    def hold(self, trader: Trader, instrument: str, worth: int) -> None:
        """Deposit (or, with a negative `worth`, borrow and sell) a coin, up to what its market bears."""
        sign, much, depth = (1 if worth > 0 else -1), abs(worth), self.market[instrument].depth
        if depth:
            much = min(much, MOST_DEPTHS * depth)
        if much:
            trader.add(instrument, sign * self.lots(instrument, much))

    def trade(self, trader: Trader, contract: Listing, worth: int, gain: int = 0) -> None:
        """Buy a contract (`worth` > 0) or sell it, as much as the market is deep enough for, in parts if it is much.

        `gain` is what the trader has made on it since, in ppm of the notional.
        """
        much = min(abs(worth), MOST_DEPTHS * contract.depth)
        parts = 1 + min(much // PART, MOST_PARTS - 1)
        for _ in range(parts):
            self._fill(trader, contract, much // parts, gain, long=worth > 0)

    def _fill(self, trader: Trader, contract: Listing, worth: int, gain: int, *, long: bool) -> None:
        """One trade with one of the market makers."""
        lots = self.lots(contract.name, worth) * (1 if long else -1)
        step = 10 ** max(-contract.lot, 0)
        # she bought below today's price, or sold above it, where she has gained
        entry = contract.price * (MILLION - (gain if long else -gain)) // MILLION // step * step
        # funding that has accrued since, up to a tenth of all since the listing, stays unsettled with the notional
        funding = contract.funding * self.chance.randrange(100_000) // MILLION // step * step
        cash = lots * (entry + funding) * 10 ** (contract.lot - CASH_LOT) // 10**PRICE_DIGITS
        maker = self.chance.choice([m for m in self.makers if m is not trader])
        for party, sign in ((trader, 1), (maker, -1)):
            party.add(contract.name, sign * lots)
            party.add(f"{contract.currency}-SETTLEMENT", -sign * cash)

    def favourite(self, listed: Sequence[Listing]) -> Listing:
        """One of them, those that stand first (the well-known ones) more often."""
        return listed[min(self.chance.randrange(len(listed)) for _ in range(3))]

    def several(self, listed: Sequence[Listing], least: int, most: int) -> list[Listing]:
        """Between `least` and `most` different ones."""
        found = {one.name: one for one in (self.favourite(listed) for _ in range(self.chance.randint(least, most)))}
        return list(found.values())

    def amount(self, least: int) -> int:
        """A heavy-tailed amount: it doubles with probability 9/20, again and again (tail exponent about 1.15)."""
        doublings = 0
        while doublings < 14 and self.chance.randrange(20) < 9:
            doublings += 1
        return (least << doublings) * self.chance.randint(1000, 1999) // 1000


def saver(floor: Floor, one: Trader) -> None:
    """Owns coins, owes nothing."""
    coins = floor.several(floor.coins, 1, 7)
    for coin in coins:
        floor.hold(one, coin.name, one.budget * floor.chance.randint(10, 100) // (50 * len(coins)) + 1)
    if floor.chance.randrange(3):
        floor.hold(one, floor.chance.choice(list(STABLE)), one.budget // 3 + 1)


def speculator(floor: Floor, one: Trader) -> None:
    """Levered positions in one to four contracts, most of them long, against stable coins."""
    floor.hold(one, QUOTE, one.budget)
    contracts = floor.several(floor.contracts, 1, 4)
    losing = floor.chance.randrange(100) < 7
    for contract in contracts:
        times = min(floor.chance.choice(LEVERAGE), MOST_LEVERAGE[contract.grade])
        worth = one.budget * times // len(contracts) + 10
        # most have lost at most 70 % or gained at most 100 % of their stake on it; a few have lost almost all
        gain = floor.chance.randint(-985_000, -850_000) if losing else floor.chance.randint(-700_000, MILLION)
        floor.trade(one, contract, worth if floor.chance.randrange(100) < 62 else -worth, gain // times)


def hedger(floor: Floor, one: Trader) -> None:
    """Long coins, short their perpetuals or futures: earns the basis."""
    for coin in floor.several(floor.coins, 1, 3):
        hedges = [c for c in floor.contracts if c.underlying == coin.name]
        contract = floor.chance.choice(hedges)
        floor.hold(one, coin.name, one.budget)
        gain = floor.chance.randint(-250_000, 150_000)
        floor.trade(one, contract, -one.budget * floor.chance.randint(85, 100) // 100 - 1, gain)
    floor.hold(one, QUOTE, one.budget * floor.chance.randint(10, 40) // 100 + 1)


def borrower(floor: Floor, one: Trader) -> None:
    """Owes a stable coin against coins, or owes coins against stable coins."""
    chance = floor.chance
    if chance.randrange(4):
        for coin in floor.several(floor.coins[:9], 1, 3):
            floor.hold(one, coin.name, one.budget)
        floor.hold(one, chance.choice(list(STABLE)), -one.budget * chance.randint(15, 60) // 100 - 1)
    else:
        floor.hold(one, QUOTE, one.budget * 2)
        for coin in floor.several(floor.coins, 1, 2):
            floor.hold(one, coin.name, -one.budget * chance.randint(20, 70) // 100 - 1)


def fund(floor: Floor, one: Trader) -> None:
    """A large account in everything: coins, debts, long and short contracts."""
    chance = floor.chance
    floor.hold(one, QUOTE, one.budget // 2)
    for coin in floor.several(floor.coins, 3, 8):
        floor.hold(one, coin.name, one.budget * chance.randint(-10, 40) // 100)
    for contract in floor.several(floor.contracts, 4, 10):
        worth = one.budget * chance.randint(10, 120) // 100
        floor.trade(one, contract, worth if chance.randrange(2) else -worth, chance.randint(-60_000, 90_000))


def maker(floor: Floor, one: Trader) -> None:
    """Quotes every contract: is long some and short others of the same coin, on top of the customers' other side."""
    chance = floor.chance
    floor.hold(one, QUOTE, one.budget)
    floor.hold(one, "USDC", one.budget // 4)
    for contract in chance.sample(floor.contracts, min(14, len(floor.contracts))):
        worth = min(one.budget // 10, contract.depth * 6) + 1
        floor.trade(one, contract, worth if chance.randrange(2) else -worth, chance.randint(-20_000, 20_000))


def hedge(floor: Floor, one: Trader) -> None:
    """A market maker buys what her contracts leave open in each coin, or borrows and sells a part of it."""
    for coin in floor.coins:
        worth = 0
        for name, lots in one.lots.items():
            contract = floor.market[name]
            if contract.derivative and contract.underlying == coin.name:
                worth += lots * contract.price // 10 ** (PRICE_DIGITS - contract.lot)
        worth = min(worth, one.budget // 20)
        floor.hold(one, coin.name, -worth * floor.chance.randint(70, 95) // 100)


Role = Callable[[Floor, Trader], None]
ROLES: Final[dict[str, tuple[Role, int, int]]] = {
    "saver": (saver, 26, 150),
    "speculator": (speculator, 40, 250),
    "hedger": (hedger, 15, 2_000),
    "borrower": (borrower, 15, 1_200),
    "fund": (fund, 4, 60_000),
}
"""Role: what it does, its share in per cent, and the least it brings. Market makers come on top."""
