"""Scenarios: a public list of shocked snapshots, versioned and bound into a proof's stress figures.

A scenario says how each price moves; `shocked` gives the snapshot after it, by integers alone, so that anybody
recomputes it. Nothing else moves: the rules, the instrument table, funding and open interest stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from plimsoll.engine.canonical import Encoder
from plimsoll.engine.decimals import MAX_WHOLE_DIGITS, PPM, VALUE_DIGITS
from plimsoll.engine.fields import Count, Move, Name, Value, Version
from plimsoll.engine.instruments import InstrumentInfo, Kind
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.market import market_problems
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, Problem, RefusedValueError, shown
from plimsoll.engine.snapshot import MarketSnapshot

MAX_SCENARIOS: Final = 3
"""One proof of a batch carries the snapshot itself and this many others."""
MAX_PRICE: Final[int] = 10 ** (MAX_WHOLE_DIGITS + VALUE_DIGITS) - 1
"""The greatest price that a snapshot file can state, in 10^-20."""


class Scenario(BaseModel):
    """How prices move. For each instrument the first of these that is given: its price, its own move, the move of its
    underlying, the default.

    A move m makes a price p to p (1 + m). Moves of underlyings, and the default, are moves in the quote currency: a
    derivative priced in another currency moves by (1 + m) / (1 + move of that currency).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    default: Move = Field(description="move of every underlying that is not named, in the quote currency")
    underlyings: dict[Name, Move] = Field(default_factory=dict, description="move by underlying, in the quote currency")
    moves: dict[Name, Move] = Field(default_factory=dict, description="move by instrument, in its price's currency")
    prices: dict[Name, Value] = Field(
        default_factory=dict, description="the price itself by instrument; inside: 10^-20"
    )
    volatilities: dict[Name, Move] = Field(
        default_factory=dict,
        description="move of volatility by underlying; changes nothing, since no instrument depends on it",
    )
    absent_underlyings: Literal["refused", "ignored"] = Field(
        default="refused",
        description="ignored: underlyings that a venue does not have are passed over; for lists that serve many venues",
    )

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        twice = sorted(self.prices.keys() & self.moves.keys())
        if twice:
            raise RefusedValueError(f"both a price and a move of {', '.join(twice)}", "keep one of the two")
        return self

    def encode_into(self, encoder: Encoder) -> None:
        """Append the canonical integers and texts."""
        encoder.text(self.name)
        encoder.integer(self.default)
        encoder.text(self.absent_underlyings)
        for table in (self.underlyings, self.moves, self.prices, self.volatilities):
            encoder.integer(len(table))
            for name in sorted(table):
                encoder.text(name)
                encoder.integer(table[name])


class ScenarioList(BaseModel):
    """Up to three scenarios. Field values are integers; the file holds decimal strings."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version = Field(description="version of this file's format")
    name: Name
    revision: Count = Field(ge=0, lt=2**63, description="version of the list; grows with every change")
    scenarios: tuple[Scenario, ...] = Field(max_length=MAX_SCENARIOS)

    @classmethod
    def load(cls, path: str | Path) -> ScenarioList:
        """Read a scenario file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "scenarios") -> ScenarioList:
        """Read scenarios from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)

    @model_validator(mode="after")
    def _check(self) -> ScenarioList:
        names = [one.name for one in self.scenarios]
        if len(set(names)) != len(names):
            raise RefusedValueError("two scenarios of one name", "rename or remove one of them")
        return self

    def __len__(self) -> int:
        return len(self.scenarios)

    @property
    def moves_volatility(self) -> bool:
        """Whether a scenario moves a volatility, which changes no figure: whoever shows the list says so."""
        return any(one.volatilities for one in self.scenarios)

    def encode(self) -> bytes:
        """Canonical bytes: spelling of numbers and order of names make no difference; order of scenarios does."""
        return self._encoder().encode()

    def digest(self) -> bytes:
        """SHA-256 of `encode()`; 32 bytes."""
        return self._encoder().digest()

    def _encoder(self) -> Encoder:
        encoder = Encoder("plimsoll/scenarios/1")
        encoder.text(self.name)
        encoder.integers([self.revision, len(self.scenarios)])
        for one in self.scenarios:
            one.encode_into(encoder)
        return encoder


NO_SCENARIOS: Final = ScenarioList(version=1, name="none", revision=0, scenarios=())
"""What stands for the list where there is no stress test."""


def shocked(snapshot: MarketSnapshot, parameters: RiskParameters, scenario: Scenario) -> MarketSnapshot:
    """The snapshot with every price moved; each rounded once to the nearest 10^-20, halves to the even integer.

    Nearest, because a price is on nobody's side: lower is worse for one account and better for another.

    Raises `InputError` where snapshot and parameters do not fit together, or the scenario does not fit them: every
    unknown name, price beyond what a snapshot can state, and move of what is fixed or does not exist.
    """
    problems = market_problems(snapshot, parameters)
    if problems:
        raise InputError(problems)
    shock = _Shock(snapshot, parameters, scenario)
    problems = list(shock.problems())
    prices: dict[str, int] = {}
    for name in () if problems else snapshot.prices:
        new = shock.price(name)
        if isinstance(new, Problem):
            problems.append(new)
        else:
            prices[name] = new
    if problems:
        raise InputError(problems)
    return snapshot.model_copy(update={"prices": prices})


class _Shock:
    """One scenario applied to one market whose files fit together."""

    def __init__(self, snapshot: MarketSnapshot, parameters: RiskParameters, scenario: Scenario) -> None:
        self._snapshot, self._table, self._scenario = snapshot, parameters.table, scenario
        self._coins = {one.currency: one for one in self._table if one.kind is Kind.SPOT}

    def problems(self) -> Iterator[Problem]:
        """Every name of the scenario that is not of this market, and every move of what cannot move."""
        one, quote = self._scenario, self._snapshot.quote
        instruments: tuple[tuple[str, Mapping[str, int]], ...] = (("prices", one.prices), ("moves", one.moves))
        for field, names in instruments:
            for name in sorted(names.keys() - self._snapshot.prices.keys()):
                known = name in self._table
                reason = "its price is fixed at 1 by definition" if known else "unknown instrument"
                yield self._problem(f"{field}.{name}", reason, "remove it" if known else "correct the name")
        known_underlyings = {info.underlying for info in self._table} | {quote}
        for field, names in (("underlyings", one.underlyings), ("volatilities", one.volatilities)):
            for name in sorted(names.keys() - known_underlyings):
                if one.absent_underlyings == "refused":
                    remedy = 'correct the name, remove it, or write "absent_underlyings": "ignored"'
                    yield self._problem(f"{field}.{name}", "no instrument has this underlying", remedy)
        if one.underlyings.get(quote, 0):
            remedy = "give the moves of the other underlyings in it instead"
            yield self._problem(f"underlyings.{quote}", "the quote currency is worth 1 by definition", remedy)

    def price(self, name: str) -> int | Problem:
        """The new price in 10^-20, or why there is none."""
        field, exact = self._moved(self._table[self._table.index(name)])
        if exact is None:
            return self._problem(
                field,
                f"{shown(name)} is priced in a currency that becomes worthless, or was so before",
                f"state the price of {name} under `prices`",
            )
        new = round(exact)
        if new > MAX_PRICE:
            reason = f"the price of {shown(name)} would have more than {MAX_WHOLE_DIGITS} digits before the point"
            return self._problem(field, reason, "give a smaller move")
        return new

    def _moved(self, info: InstrumentInfo) -> tuple[str, Fraction | None]:
        """The field that decides an instrument's price, and the price exactly; None: its currency has no factor."""
        if info.name in self._scenario.prices:
            return f"prices.{info.name}", Fraction(self._scenario.prices[info.name])
        field, factor = self._factor(info)
        return field, None if factor is None else self._snapshot.prices[info.name] * factor

    def _factor(self, info: InstrumentInfo) -> tuple[str, Fraction | None]:
        """The field of the move that applies to an instrument, and new over old price, not rounded."""
        one = self._scenario
        if info.name in one.moves:
            return f"moves.{info.name}", _factor(one.moves[info.name])
        field, move = "default", one.default
        if info.underlying == self._snapshot.quote:
            move = 0
        elif info.underlying in one.underlyings:
            field, move = f"underlyings.{info.underlying}", one.underlyings[info.underlying]
        currency = Fraction(1) if info.kind is Kind.SPOT else self._currency_factor(info.currency)
        return field, _factor(move) / currency if currency else None

    def _currency_factor(self, currency: str) -> Fraction | None:
        """New over old value of a currency in quote currency; None where it was worth nothing."""
        if currency == self._snapshot.quote:
            return Fraction(1)
        coin = self._coins[currency]
        if coin.name not in self._scenario.prices:
            return self._factor(coin)[1]
        old = self._snapshot.prices[coin.name]
        return Fraction(self._scenario.prices[coin.name], old) if old else None

    def _problem(self, place: str, message: str, remedy: str) -> Problem:
        return Problem(f"scenario {self._scenario.name}", place, "", message, remedy)


def _factor(move: int) -> Fraction:
    return Fraction(PPM + move, PPM)
