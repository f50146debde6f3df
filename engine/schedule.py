"""Compile market snapshot and risk parameters into schedules. Anyone with the two files computes the same integers.

Prices and rates become exact rationals; each coefficient is then rounded once, against the account: equity down,
requirement up. The total error of a tier stays below 10^-9 of the notional, or the lot is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

from plimsoll.engine.brackets import Bracket, Piece, pieces, pieces_at
from plimsoll.engine.decimals import MAX_LOT_EXPONENT, MIN_LOT_EXPONENT, VALUE_SCALE, format_lot
from plimsoll.engine.instruments import InstrumentInfo, InstrumentTable, Kind, Side
from plimsoll.engine.market import Market
from plimsoll.engine.open_interest import scaled_rate
from plimsoll.engine.parameters import Instrument, RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_SLOPE, MAX_VALUE, HoldingError, Schedule, ScheduleError, Tier

__all__ = [
    "HoldingError",
    "Requirement",
    "Schedule",
    "ScheduleError",
    "Schedules",
    "Tier",
    "compile_equity",
    "compile_schedule",
    "compile_schedules",
]

Requirement = Literal["maintenance", "initial"]
MAX_ERROR = Fraction(1, 10**9)
"""Total rounding error of a tier, relative to the notional; strictly below."""

_FREE = (Piece(Fraction(0), None, Fraction(0), Fraction(0)),)
_FULL = (Piece(Fraction(0), None, Fraction(1), Fraction(0)),)


@dataclass(frozen=True, slots=True)
class Schedules:
    """Both schedules of one snapshot and one set of parameters. Their equities are the same, their tiers need not be.

    `close_out` is the part of maintenance, in ppm, below which an account is liquidated as a whole.
    """

    table: InstrumentTable
    maintenance: Schedule
    initial: Schedule
    close_out: int


def compile_schedules(snapshot: MarketSnapshot, parameters: RiskParameters) -> Schedules:
    """Maintenance and initial schedules together. Raises as `compile_schedule` does."""
    market = Market(snapshot, parameters)
    maintenance, initial = _compile(market, "maintenance"), _compile(market, "initial")
    return Schedules(parameters.table, maintenance, initial, parameters.close_out)


def compile_schedule(
    snapshot: MarketSnapshot, parameters: RiskParameters, requirement: Requirement = "maintenance"
) -> Schedule:
    """The schedule of every key, with maintenance or initial margin as the requirement.

    Raises `InputError` where the files do not fit together, `ScheduleError` for a lot that is too fine or too coarse,
    naming the lot to use.
    """
    return _compile(Market(snapshot, parameters), requirement)


def compile_equity(snapshot: MarketSnapshot, parameters: RiskParameters) -> Schedule:
    """The schedule of every key without any requirement: the same equities, and no tier that only a margin makes.

    Raises as `compile_schedule` does.
    """
    return _compile(Market(snapshot, parameters), None)


def _compile(market: Market, requirement: Requirement | None) -> Schedule:
    tiers: list[Tier] = []
    for index, info in enumerate(market.parameters.table):
        for side in Side:
            rules = _rules(market, info, side, requirement)
            try:
                tiers += _tiers(rules, 2 * index + side, info.lot)
            except _LotRefusedError as refused:
                raise _lot_error(rules, info, str(refused)) from None
    return Schedule(tiers)


@dataclass(frozen=True, slots=True)
class _Rules:
    """Equity and requirement of one key as functions of its notional, and the notional of one unit."""

    equity: tuple[Piece, ...]
    requirement: tuple[Piece, ...]
    price: Fraction
    exchange_rate: Fraction


class _LotRefusedError(Exception):
    """Why a lot does not fit ("fine" or "coarse"); never leaves this module."""


def _rules(market: Market, info: InstrumentInfo, side: Side, requirement: Requirement | None) -> _Rules:
    one = market.parameters.by_name[info.name]
    margin: tuple[Piece, ...] = _FREE
    asked = info.kind in (Kind.PERPETUAL, Kind.FUTURE) or (info.kind is Kind.SPOT and side is Side.SHORT)
    if asked and requirement is not None:
        margin = _requirement(market, one, requirement)
    return _Rules(_equity(one, side), margin, market.price(info), market.exchange_rate(info))


def _equity(one: Instrument, side: Side) -> tuple[Piece, ...]:
    """Long: notional less haircut. Short: minus notional and premium. Pieces keep `rate * notional - deduction`."""
    if side is Side.LONG:
        return tuple(Piece(p.floor, p.cap, 1 - p.rate, -p.deduction) for p in pieces(one.haircut)) or _FULL
    ladder = pieces(one.debt_premium) or _FREE
    return tuple(Piece(p.floor, p.cap, -1 - p.rate, -p.deduction) for p in ladder)


def _requirement(market: Market, one: Instrument, requirement: Requirement) -> tuple[Piece, ...]:
    brackets: Sequence[Bracket] = one.maintenance
    if requirement == "initial":
        brackets = one.initial or one.maintenance
        if one.open_interest is not None:
            lower, upper = one.open_interest.lower, one.open_interest.upper
            interest = market.snapshot.open_interest[one.name]
            brackets = [
                b.model_copy(update={"rate": scaled_rate(b.rate, interest, lower, upper), "deduction": None})
                for b in brackets
            ]
    return pieces(brackets, whole=one.style == "whole") or _FREE


def _tiers(rules: _Rules, key: int, lot: int) -> list[Tier]:
    """The common refinement of equity and requirement pieces, in lots."""
    notional = rules.price * Fraction(10) ** lot
    end = min(_end(rules.equity, notional), _end(rules.requirement, notional))
    starts = {0, *_starts(rules.equity, notional), *_starts(rules.requirement, notional)}
    los = sorted(lo for lo in starts if lo <= end)
    at = [lo * notional for lo in los]
    parts = zip(pieces_at(rules.equity, at), pieces_at(rules.requirement, at), strict=True)
    tiers: list[Tier] = []
    unit = rules.exchange_rate * VALUE_SCALE
    for lo, following, part in zip(los, [*los[1:], end + 1], parts, strict=True):
        tier = _tier((key, lo, following - 1), part, notional, unit)
        if tier.hi < tier.lo:
            break
        tiers.append(tier)
        if tier.hi < following - 1:
            break
    return tiers


def _starts(parts: Sequence[Piece], notional: Fraction) -> list[int]:
    """First quantity in each piece; none for those that begin beyond every quantity (or that nothing reaches)."""
    if notional == 0:
        return [0]
    return [lo for lo in (ceil(piece.floor / notional) for piece in parts) if lo <= MAX_QUANTITY]


def _end(parts: Sequence[Piece], notional: Fraction) -> int:
    cap = parts[-1].cap
    return MAX_QUANTITY if cap is None or notional == 0 else min(MAX_QUANTITY, ceil(cap / notional) - 1)


def _tier(span: tuple[int, int, int], parts: tuple[Piece, Piece], notional: Fraction, unit: Fraction) -> Tier:
    """Round each coefficient against the account, check slopes and error, and clamp `hi` to the value bounds.

    `span`: key, lo and hi. `parts`: equity and requirement. `unit`: units of value in one of the price currency.
    """
    key, lo, hi = span
    equity, requirement = parts
    exact = (
        equity.rate * notional * unit,
        -equity.deduction * unit,
        requirement.rate * notional * unit,
        -requirement.deduction * unit,
    )
    e1, e0, m1, m0 = floor(exact[0]), floor(exact[1]), ceil(exact[2]), ceil(exact[3])
    if max(abs(e1), abs(m1), abs(e1 - m1)) > MAX_SLOPE:
        raise _LotRefusedError("coarse")
    # The error divided by the notional falls with q, so the first quantity of the tier bounds all of it.
    q = max(lo, 1)
    error = (exact[0] - e1 + m1 - exact[2]) * q + exact[1] - e0 + m0 - exact[3]
    if error and error >= MAX_ERROR * q * notional * unit:
        raise _LotRefusedError("fine")
    for slope, intercept in ((e1, e0), (m1, m0), (e1 - m1, e0 - m0)):
        if slope:
            hi = min(hi, (MAX_VALUE - abs(intercept)) // abs(slope))
    return Tier(key, lo, hi, e1, e0, m1, m0)


def _lot_error(rules: _Rules, info: InstrumentInfo, what: str) -> ScheduleError:
    def fits(lot: int) -> bool:
        try:
            _tiers(rules, 0, lot)
        except _LotRefusedError:
            return False
        return True

    lots = [lot for lot in range(MIN_LOT_EXPONENT, MAX_LOT_EXPONENT + 1) if fits(lot)]
    near = min(lots, key=lambda lot: abs(lot - info.lot), default=None)
    remedy = "no lot fits: express the price in another unit" if near is None else f"use the lot {format_lot(near)}"
    reason = {
        "fine": "too fine: rounding would reach 10^-9 of the notional",
        "coarse": "too coarse: the value of one lot would reach 2^84 units of 10^-20",
    }
    return ScheduleError(f"{info.name}: the lot {format_lot(info.lot)} is {reason[what]}; {remedy}")
