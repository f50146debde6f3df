"""Two venues' own rules around the engine: building a case's schedules, and rounding as the venue rounds.

Everything that is a valuation, a requirement or a status goes through schedules compiled from a snapshot and
parameters built for the case; what stands here is only what a venue adds to them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from plimsoll.engine.decimals import PPM, VALUE_SCALE, format_decimal
from plimsoll.engine.health import AccountHealth, Status, account_health
from plimsoll.engine.instruments import Side
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import Schedules, compile_schedules
from plimsoll.engine.settlement import holding
from plimsoll.engine.snapshot import MarketSnapshot

CASH = "cash"
Json = dict[str, Any]


def snapshot(prices: Mapping[str, str], **more: Any) -> MarketSnapshot:
    """A snapshot quoted in U, of these prices."""
    head = {"version": 1, "venue": "test", "time": "2026-01-01T00:00:00Z", "sequence": 1, "quote": "U"}
    return MarketSnapshot.parse(json.dumps({**head, "prices": dict(prices), **more}).encode())


def parameters(instruments: Sequence[Json], close_out: str = "0.5", quote: str = "U") -> RiskParameters:
    """Risk parameters of these instruments."""
    head = {"version": 1, "name": "test", "revision": 1, "quote": quote, "close_out": close_out}
    return RiskParameters.parse(json.dumps({**head, "instruments": list(instruments)}).encode())


def cash(lot: str = "1") -> Json:
    """The settlement instrument of U."""
    return {"name": CASH, "kind": "settlement", "currency": "U", "lot": lot}


def perpetual(name: str, lot: str, maintenance: Sequence[Json], **more: Any) -> Json:
    """A perpetual in U."""
    head = {"name": name, "kind": "perpetual", "currency": "U", "underlying": name, "lot": lot}
    return {**head, "maintenance": list(maintenance), **more}


def flat(rate_ppm: int) -> list[Json]:
    """One bracket for every notional."""
    return [{"floor": "0", "cap": None, "rate": format_decimal(rate_ppm, 6)}]


def binance_perpetuals(tiers: Mapping[str, Sequence[Sequence[str]]], lot: str) -> list[Json]:
    """Perpetuals with these rows of binance_tiers.json as brackets, the last one without an end."""
    instruments = []
    for name, rows in tiers.items():
        brackets: list[Json] = [{"floor": a, "cap": b, "rate": rate, "deduction": cum} for a, b, rate, cum in rows]
        brackets[-1]["cap"] = None
        instruments.append(perpetual(name, lot, brackets))
    return instruments


# x10: values in 10^-6 USD, here the unit U's millionth; balances are lots of one.

X10_UNIT = VALUE_SCALE // 10**6
X10_STATUS = {
    Status.HEALTHY: "healthy",
    Status.PRE_LIQUIDATION: "healthy",
    Status.PARTIAL_LIQUIDATION: "liquidatable",
    Status.FULL_LIQUIDATION: "liquidatable",
    Status.BANKRUPT: "deleveragable",
}


@dataclass(frozen=True)
class X10Asset:
    """Price in 10^-6 USD, risk factors in permille, and where they change."""

    price: int
    tiers: tuple[int, ...]
    first_boundary: int = 0
    tier_size: int = 1

    def brackets(self) -> list[Json]:
        """The whole-value brackets: the whole notional takes the factor of the bracket that it falls into."""
        floors = [0, *(self.first_boundary + k * self.tier_size for k in range(len(self.tiers) - 1))]
        texts = [format_decimal(floor, 6) for floor in floors]
        caps: list[str | None] = [*texts[1:], None]
        return [
            {"floor": floor, "cap": cap, "rate": format_decimal(permille, 3)}
            for floor, cap, permille in zip(texts, caps, self.tiers, strict=True)
        ]


def x10_schedules(assets: Mapping[str, X10Asset]) -> Schedules:
    """Schedules of a case's assets and its collateral."""
    instruments = [perpetual(name, "1", asset.brackets(), style="whole") for name, asset in assets.items()]
    prices = {name: format_decimal(asset.price, 6) for name, asset in assets.items()}
    return compile_schedules(snapshot(prices), parameters([*instruments, cash("0.000001")]))


@dataclass(frozen=True)
class X10Value:
    """Total value and total risk in the venue's unit, the venue's status, and the engine's own figures."""

    value: int
    risk: int
    status: str
    health: AccountHealth


def x10_value(schedules: Schedules, collateral: int, positions: Mapping[str, int]) -> X10Value:
    """An account's figures: value truncated toward zero and risk floored, position by position, as the venue does."""
    signed = {CASH: collateral, **positions}
    holdings = sorted(holding(schedules.table, name, lots) for name, lots in signed.items() if lots)
    tiers = [(schedules.maintenance.find(key, q), q) for key, q in holdings]
    value = sum(truncate(tier.equity(q), X10_UNIT) for tier, q in tiers)
    risk = sum(tier.requirement(q) // X10_UNIT for tier, q in tiers)
    return X10Value(value, risk, x10_status(value, risk), account_health(schedules, holdings))


def x10_status(value: int, risk: int) -> str:
    """The venue's status of an account of these figures, by the engine's status of them."""
    return X10_STATUS[figures_status(value, risk, risk)]


def figures_status(equity: int, maintenance: int, initial: int) -> Status:
    """The engine's status of an account with exactly these figures, in units of 10^-6.

    Cash makes the equity; a position hedged on both sides, worth nothing, asks for the margins.
    """
    instruments = [
        perpetual("mm", "1", flat(PPM), initial=flat(PPM)),
        perpetual("im", "1", flat(0), initial=flat(PPM)),
        cash("0.000001"),
    ]
    schedules = compile_schedules(snapshot({"mm": "0.000001", "im": "0.000001"}), parameters(instruments))
    table = schedules.table
    holdings = [holding(table, "mm", maintenance), holding(table, "im", initial - maintenance)]
    # Each of the two positions is worth its notional: take it out of the cash.
    rest = equity - maintenance - (initial - maintenance)
    holdings.append(holding(table, CASH, rest))
    result = account_health(schedules, sorted(one for one in holdings if one[1]))
    unit = X10_UNIT
    assert (result.equity, result.maintenance, result.initial) == (equity * unit, maintenance * unit, initial * unit)
    return result.status


def x10_oracle_price(oracle_e18: int, resolution: int) -> int:
    """The venue's raw price, 2^28 to the unit, floored twice."""
    return oracle_e18 * 2**28 // resolution // 10**12


def x10_funding_rate_valid(difference: int, max_rate: int, seconds: int, price: int) -> bool:
    """Whether a funding index moved no faster than the venue allows."""
    return abs(difference) <= (price * 2**28 * max_rate // 2**28) * seconds


# dYdX: notionals in quote quantums, 10^-6 USD.


def dydx_notional(case: Mapping[str, int], quantums: int) -> int:
    """Signed notional in quote quantums, truncated toward zero.

    The unit U is chosen so that one quantum is worth price * 10^-14 U, an integer at 10^-20: all that is left to the
    venue's rule is the power of ten.
    """
    price = int(case["price"])
    schedules = compile_schedules(
        snapshot({"P": format_decimal(price, 14)}), parameters([perpetual("P", "1", flat(0)), cash()])
    )
    key, q = holding(schedules.table, "P", quantums)
    # The first tier's line: two of the venue's own cases are larger than any account here may hold.
    value = schedules.maintenance.find(key, 0).equity(q)
    exponent = int(case["price_exponent"]) + int(case["atomic_resolution"])
    return truncate(value * 10**exponent, 1) if exponent >= 0 else truncate(value, 10**-exponent)


def requirement(notional: int, rate_ppm: int, caps: Json | None = None, interest: str = "0") -> int:
    """ceil(notional * rate) through the engine, the rate scaled by open interest where caps are given."""
    scaling = {"open_interest": caps} if caps else {}
    instruments = [perpetual("P", "1", flat(rate_ppm), **scaling), cash()]
    prices = snapshot({"P": "0.000001"}, open_interest={"P": interest} if caps else {})
    schedules = compile_schedules(prices, parameters(instruments))
    # One bracket, one line, also beyond what an account here may hold.
    return -(-schedules.initial.of_key(schedules.table.key("P", Side.LONG))[0].requirement(notional) // X10_UNIT)


def truncate(value: int, unit: int) -> int:
    """value / unit toward zero."""
    return -(-value // unit) if value < 0 else value // unit
