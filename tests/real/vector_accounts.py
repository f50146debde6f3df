"""Accounts of public margin systems' cases, each with instruments of its own, so that one book holds all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from venues import X10Asset, dydx_notional, flat, perpetual
from x10_ledger import Ledger

from plimsoll.engine.decimals import PPM, format_decimal

Json = dict[str, Any]


@dataclass(frozen=True)
class VectorAccount:
    """An account of one case. `cash` in 10^-6 of the quote currency, `positions` in lots of one.

    `equity` and `requirement` are the venue's own figures in 10^-6, after its rounding, where the case states them.
    """

    name: str
    cash: int = 0
    instruments: tuple[Json, ...] = ()
    prices: Mapping[str, str] = field(default_factory=dict)
    positions: Mapping[str, int] = field(default_factory=dict)
    equity: int | None = None
    requirement: int | None = None


def x10_account(name: str, cash: int, assets: Mapping[str, X10Asset], balances: Mapping[str, int]) -> VectorAccount:
    """An x10 account; the case's assets get names of their own."""
    held = {key: f"{name}/{key}" for key, balance in balances.items() if balance}
    return VectorAccount(
        name,
        cash,
        tuple(perpetual(full, "1", assets[key].brackets(), style="whole") for key, full in held.items()),
        {full: format_decimal(assets[key].price, 6) for key, full in held.items()},
        {full: balances[key] for key, full in held.items()},
    )


def figures_account(name: str, equity: int, requirement: int) -> VectorAccount:
    """An account of exactly this equity and requirement: a position asks for its whole value, cash makes the rest."""
    asset = X10Asset(1, (1000,))
    account = x10_account(name, equity - requirement, {"figure": asset}, {"figure": requirement})
    return VectorAccount(
        name, account.cash, account.instruments, account.prices, account.positions, equity, requirement
    )


def x10_accounts(cases: Sequence[Json]) -> Iterator[VectorAccount]:
    """Every valuation, requirement and status case of x10.json."""
    for case in cases:
        name, data, out = f"x10/{case['kind']}/{case['n']}", case["in"], case["out"]
        match case["kind"]:
            case "price_mul":
                assets = {"A": X10Asset(int(data["price"]), (0,))}
                yield _with(x10_account(name, 0, assets, {"A": int(data["balance"])}), int(out["value"]), 0)
            case "risk_mul":
                assets = {"A": X10Asset(1, (int(data["risk_permille"]),))}
                yield _with(x10_account(name, 0, assets, {"A": int(data["abs_value"])}), None, int(out["risk"]))
            case "tiered_risk":
                tiers = tuple(map(int, data["tiers"]))
                asset = X10Asset(int(data["price"]), tiers, int(data["first_boundary"]), int(data["tier_size"]))
                account = x10_account(name, 0, {"A": asset}, {"A": int(data["balance"])})
                yield _with(account, None, int(out["risk"]))
            case "tvtr":
                yield _with(_positions(name, data), int(out["tv"]), int(out["tr"]))
            case "tvtr_change":
                for when in ("before", "after"):
                    yield _with(_positions(f"{name}/{when}", data[when]), *map(int, out[when]))
            case "status":
                yield figures_account(name, int(data["tv"]), int(data["tr"]))
            case "transition":
                for when in ("before", "after"):
                    yield figures_account(f"{name}/{when}", *map(int, data[when]))
            case "flow":
                yield from _flow(name, data)


def _with(account: VectorAccount, equity: int | None, requirement: int | None) -> VectorAccount:
    return VectorAccount(
        account.name, account.cash, account.instruments, account.prices, account.positions, equity, requirement
    )


def _positions(name: str, data: Json) -> VectorAccount:
    rows = [tuple(map(int, row)) for row in data["positions"]]
    assets = {f"p{k}": X10Asset(price, (permille,)) for k, (_, price, permille) in enumerate(rows)}
    return x10_account(name, int(data["collateral"]), assets, {f"p{k}": row[0] for k, row in enumerate(rows)})


def _flow(name: str, data: Json) -> Iterator[VectorAccount]:
    """The checked account at each check of a flow, with its real positions."""
    assets = {
        key: X10Asset(
            int(one["price"]), tuple(map(int, one["tiers"])), int(one["first_boundary"]), int(one["tier_size"])
        )
        for key, one in data["assets"].items()
    }
    ledger = Ledger(assets)
    for number, step in enumerate(data["steps"]):
        ledger.run(step)
        if step[0] == "check":
            user = step[1]
            balances = {asset: balance for asset, (balance, _) in ledger.positions.get(user, {}).items()}
            account = x10_account(f"{name}/{number}", ledger.due(user), ledger.assets, balances)
            equity, requirement = (None if x is None else int(x) for x in step[2:4])
            yield _with(account, equity, requirement)


def dydx_accounts(cases: Sequence[Json]) -> Iterator[VectorAccount]:
    """Every valuation, requirement and status case of dydx.json."""
    for case in cases:
        name, kind = f"dydx/{case['kind']}/{case['n']}", case["kind"]
        data = {key: int(value) for key, value in case["in"].items()}
        out = {key: value if isinstance(value, bool) else int(value) for key, value in case["out"].items()}
        match kind:
            case "net_notional" | "base_to_quote":
                yield figures_account(name, out["notional"], 0)
            case "initial_margin":
                rate = data["custom_imf_ppm"] if data["custom_imf_ppm"] > data["imf_ppm"] else data["imf_ppm"]
                if data["oi_upper_cap"] == 0:
                    yield _rated(name, data["notional"], rate, out["imr"])
                yield figures_account(f"{name}/figures", out["imr"], out["imr"])
            case "margin_requirement":
                initial = -(-abs(dydx_notional(data, data["base_quantums"])) * data["imf_ppm"] // PPM)
                yield _rated(name, initial, data["mmf_fraction_ppm"], out["mmr"])
                yield figures_account(f"{name}/initial", out["imr"], out["imr"])
            case "initial_ok":
                yield figures_account(name, data["nc"], data["imr"])
            case "maintenance_ok" | "liquidatable":
                yield figures_account(name, data["nc"], data["mmr"])
            case "risk_compare":
                yield figures_account(f"{name}/a", data["nc_a"], data["mmr_a"])
                yield figures_account(f"{name}/b", data["nc_b"], data["mmr_b"])


def _rated(name: str, notional: int, rate_ppm: int, requirement: int) -> VectorAccount:
    """A position of this notional (10^-6) that asks for a flat rate of it; the case states the rounded requirement."""
    held = f"{name}/P"
    if not notional:
        return VectorAccount(name, equity=0, requirement=requirement)
    instrument = perpetual(held, "1", flat(rate_ppm))
    return VectorAccount(name, 0, (instrument,), {held: "0.000001"}, {held: notional}, None, requirement)
