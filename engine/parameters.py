"""Risk parameters: the venue's published rules for every instrument, versioned and bound into every proof."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from plimsoll.engine.brackets import Bracket, check_bracket_count, check_brackets
from plimsoll.engine.canonical import Encoder
from plimsoll.engine.decimals import PPM, PPM_DIGITS, format_decimal
from plimsoll.engine.dominance import check_dominates
from plimsoll.engine.fields import Count, Lot, Name, Rate, Time, Value, Version
from plimsoll.engine.instruments import MAX_INSTRUMENTS, InstrumentInfo, InstrumentTable, Kind
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.problems import RefusedValueError, shown

MAX_RATE = 10 * PPM
"""No rate above 1000 %."""

Style = Literal["marginal", "whole"]
Brackets = tuple[Bracket, ...]


class OpenInterestScaling(BaseModel):
    """Initial margin grows with the market: from its own rate at `lower` to 100 % at `upper` open interest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lower: Value
    upper: Value

    @model_validator(mode="after")
    def _check(self) -> OpenInterestScaling:
        if self.lower > self.upper:
            raise RefusedValueError("lower cap above upper cap", "exchange the two")
        return self


class Instrument(BaseModel):
    """One instrument and its rules. Brackets are in the currency of its price: spot in `quote`, others in their own."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    kind: Literal["spot", "perpetual", "future", "settlement"]
    currency: Name = Field(description="spot: the coin; derivative: of its price; settlement: what it counts")
    lot: Lot = Field(description="smallest quantity, a power of ten; inside: its exponent")
    underlying: Name | None = Field(default=None, description="what the price follows; defaults to the currency")
    expiry: Time | None = Field(default=None, description="futures only")
    style: Style = Field(
        default="marginal",
        description="marginal: each rate for the part inside its bracket; whole: one rate for the whole notional",
    )
    maintenance: Brackets = Field(default=(), description="margin requirement; for spot, of borrowed coins")
    initial: Brackets = Field(default=(), description="like maintenance, and never below it; empty: the same")
    open_interest: OpenInterestScaling | None = Field(default=None, description="scales the initial rates")
    haircut: Brackets = Field(default=(), description="spot: part of the value that does not count, growing with size")
    debt_premium: Brackets = Field(default=(), description="spot: what borrowed coins count above their price")

    @property
    def info(self) -> InstrumentInfo:
        """The public part: name, lot, currency, kind and group."""
        return InstrumentInfo(
            self.name,
            Kind[self.kind.upper()],
            self.currency,
            self.lot,
            self.underlying or self.currency,
            self.expiry or 0,
        )

    @model_validator(mode="after")
    def _check(self) -> Instrument:
        self._check_kind()
        whole = self.style == "whole"
        check_brackets(self.maintenance, whole=whole, max_rate=MAX_RATE)
        check_brackets(self.initial, whole=whole, max_rate=MAX_RATE)
        check_brackets(self.haircut)
        check_brackets(self.debt_premium, max_rate=MAX_RATE)
        check_dominates(self.initial, self.maintenance, whole=whole)
        return self

    def _check_kind(self) -> None:
        spot, derivative = self.kind == "spot", self.kind in ("perpetual", "future")
        if (self.expiry is not None) != (self.kind == "future"):
            raise RefusedValueError("a future has an expiry, and nothing else has", "add or remove `expiry`")
        if derivative and (self.underlying is None or not self.maintenance):
            raise RefusedValueError(
                "a perpetual or future needs `underlying` and `maintenance`", 'add both (rate "0" asks for no margin)'
            )
        if not derivative and self.open_interest is not None:
            raise RefusedValueError("`open_interest` is for perpetuals and futures", "remove it")
        if not spot and (self.haircut or self.debt_premium):
            raise RefusedValueError("`haircut` and `debt_premium` are for spot", "remove them")
        if self.kind == "settlement" and (self.maintenance or self.initial):
            raise RefusedValueError(
                "a settlement instrument is cash: no margin, haircut or premium", "remove its brackets"
            )
        if self.initial and not self.maintenance:
            raise RefusedValueError("`initial` without `maintenance`", "add `maintenance`")


class RiskParameters(BaseModel):
    """All rules of a venue, versioned."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version = Field(description="version of this file's format")
    name: Name
    revision: Count = Field(ge=0, lt=2**63, description="version of the rules; grows with every change")
    quote: Name = Field(description="currency of spot brackets' notionals; the snapshot must count in it, too")
    close_out: Rate = Field(description="part of maintenance below which the whole account is liquidated, up to 1")
    instruments: tuple[Instrument, ...]

    @classmethod
    def load(cls, path: str | Path) -> RiskParameters:
        """Read a parameter file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "parameters") -> RiskParameters:
        """Read parameters from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)

    @field_validator("close_out")
    @classmethod
    def _check_close_out(cls, rate: int) -> int:
        if rate > PPM:
            got = format_decimal(rate, PPM_DIGITS)
            raise RefusedValueError(f"expected at most 1, got {got}", "rates are fractions: 0.5 is 50 %")
        return rate

    @field_validator("instruments", mode="before")
    @classmethod
    def _check_count(cls, instruments: Any) -> Any:
        """Before each of them is read: every field that is missing from every one would be a problem to list."""
        if isinstance(instruments, list) and len(instruments) > MAX_INSTRUMENTS:
            raise RefusedValueError(f"expected at most {MAX_INSTRUMENTS} instruments", "split the venue")
        check_bracket_count(instruments)
        return instruments

    @model_validator(mode="after")
    def _check(self) -> RiskParameters:
        if not 1 <= len(self.instruments) <= MAX_INSTRUMENTS:
            raise RefusedValueError(f"expected 1 to {MAX_INSTRUMENTS} instruments", "add one, or split the venue")
        names = Counter(one.name for one in self.instruments)
        coins = Counter(one.currency for one in self.instruments if one.kind == "spot")
        cash = Counter(one.currency for one in self.instruments if one.kind == "settlement")
        for what, counts in (("name", names), ("spot currency", coins), ("settlement currency", cash)):
            twice = [name for name, count in counts.items() if count > 1]
            if twice:
                raise RefusedValueError(
                    f"two instruments of the {what} {', '.join(twice)}", "rename or remove one of them"
                )
        self._check_contracts()
        return self

    def _check_contracts(self) -> None:
        """One contract under two names would have the low tiers twice, and its long could stand beside its short."""
        contracts: dict[tuple[str, tuple[str, int, str]], str] = {}
        for one in self.instruments:
            other = contracts.setdefault((one.kind, one.info.group), one.name)
            if other != one.name:
                raise RefusedValueError(
                    f"{shown(other)} and {shown(one.name)} are one contract: both {one.kind}s on {one.info.underlying} "
                    f"in {one.currency}, of one expiry",
                    "book both under one name; a position split over two names would get the low tiers twice",
                )

    @cached_property
    def table(self) -> InstrumentTable:
        """The public instrument table, in key order."""
        return InstrumentTable(one.info for one in self.instruments)

    @cached_property
    def by_name(self) -> dict[str, Instrument]:
        """Instruments by name."""
        return {one.name: one for one in self.instruments}

    def encode(self) -> bytes:
        """Canonical bytes: spelling of numbers and order of instruments make no difference."""
        return self._encoder().encode()

    def digest(self) -> bytes:
        """SHA-256 of `encode()`; 32 bytes."""
        return self._encoder().digest()

    def _encoder(self) -> Encoder:
        encoder = Encoder("plimsoll/parameters/1")
        encoder.text(self.name)
        encoder.text(self.quote)
        encoder.integers([self.revision, self.close_out])
        encoder.text(self.table.digest().hex())
        for info in self.table:
            one = self.by_name[info.name]
            encoder.text(one.style)
            scaling = one.open_interest
            encoder.integers([0, 0, 0] if scaling is None else [1, scaling.lower, scaling.upper])
            for brackets in (one.maintenance, one.initial, one.haircut, one.debt_premium):
                encoder.integer(len(brackets))
                for bracket in brackets:
                    cap = -1 if bracket.cap is None else bracket.cap
                    encoder.integers([bracket.floor, cap, bracket.rate])
        return encoder
