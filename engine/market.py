"""Prices and rules put together: mark prices in quote currency, and everything in which the two files disagree."""

from __future__ import annotations

from fractions import Fraction

from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.instruments import InstrumentInfo, Kind
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, Problem, shown
from plimsoll.engine.snapshot import MarketSnapshot


class Market:
    """Mark prices of every instrument of `parameters` in `snapshot`, as exact rationals.

    Raises `InputError` listing every instrument without a price, every price without an instrument, and every currency
    whose mark price in quote currency is not known.
    """

    def __init__(self, snapshot: MarketSnapshot, parameters: RiskParameters) -> None:
        self.snapshot = snapshot
        self.parameters = parameters
        coins = {one.currency: one.name for one in parameters.table if one.kind is Kind.SPOT}
        problems = market_problems(snapshot, parameters)
        if problems:
            raise InputError(problems)
        self._currencies = {coin: Fraction(snapshot.prices.get(name, 0), VALUE_SCALE) for coin, name in coins.items()}
        self._currencies[snapshot.quote] = Fraction(1)

    def currency_price(self, currency: str) -> Fraction:
        """Mark price of a currency in quote currency; one for the quote currency itself."""
        return self._currencies[currency]

    def price(self, info: InstrumentInfo) -> Fraction:
        """Price of one unit in the instrument's price currency (spot: quote; derivative and settlement: its own)."""
        if info.kind is Kind.SETTLEMENT:
            return Fraction(1)
        if info.kind is Kind.SPOT:
            return self._currencies[info.currency]
        return Fraction(self.snapshot.prices[info.name], VALUE_SCALE)

    def exchange_rate(self, info: InstrumentInfo) -> Fraction:
        """Quote currency for one unit of the instrument's price currency."""
        return Fraction(1) if info.kind is Kind.SPOT else self._currencies[info.currency]


def market_problems(snapshot: MarketSnapshot, parameters: RiskParameters) -> list[Problem]:
    """Everything in which a snapshot and risk parameters do not fit together."""
    table = parameters.table
    problems: list[Problem] = []

    def add(place: str, message: str, remedy: str) -> None:
        problems.append(Problem("snapshot", place, "", message, remedy))

    if snapshot.quote != parameters.quote:
        # amounts in spot brackets would mean another amount in each currency
        add(
            "quote",
            f"counts in {shown(snapshot.quote)}, the parameters' brackets in {shown(parameters.quote)}",
            "give both files one quote currency",
        )
    priced = {one.name for one in table if one.kind is not Kind.SETTLEMENT}
    priced -= {one.name for one in table if one.kind is Kind.SPOT and one.currency == snapshot.quote}
    known = {snapshot.quote} | {one.currency for one in table if one.kind is Kind.SPOT}
    for name in sorted(priced - snapshot.prices.keys()):
        add(f"prices.{name}", "no price for this instrument of the parameters", "add its mark price")
    for name in sorted(snapshot.prices.keys() - priced):
        if name in table:
            add(f"prices.{name}", "a price that is fixed at 1 by definition", "remove it")
        else:
            add(f"prices.{name}", "unknown instrument", "add it to the parameters, or remove its price")
    for field, values in (("funding", snapshot.funding), ("open_interest", snapshot.open_interest)):
        derivatives = {one.name for one in table if one.kind in (Kind.PERPETUAL, Kind.FUTURE)}
        for name in sorted(values.keys() - derivatives):
            add(f"{field}.{name}", "no perpetual or future of this name", "correct the name, or remove it")
    for one in parameters.instruments:
        if one.currency not in known:
            add(
                f"prices.{one.name}",
                f"the price of its currency {one.currency} in {snapshot.quote} is not known",
                f"add a spot instrument of the currency {one.currency} to the parameters and its price here",
            )
        if one.open_interest is not None and one.name not in snapshot.open_interest:
            add(f"open_interest.{one.name}", "the parameters scale its initial margin by open interest", "add it")
    return problems
