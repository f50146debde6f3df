"""Every case of x10.json: valuation, tiered risk, status, transitions and funding, after the venue's own rounding."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from venues import X10Asset, truncate, x10_funding_rate_valid, x10_oracle_price, x10_schedules, x10_status, x10_value
from x10_ledger import Ledger

from plimsoll.engine.settlement import funding_payment
from plimsoll.engine.transitions import Figures, is_fair_deleverage, is_healthier

Case = dict[str, Any]


def asset(fields: Case) -> X10Asset:
    """An asset of a case."""
    return X10Asset(
        int(fields["price"]), tuple(map(int, fields["tiers"])), int(fields["first_boundary"]), int(fields["tier_size"])
    )


def figures(account: Case) -> tuple[int, int, str]:
    """TV, TR and status of an account given as collateral and [balance, price, permille] positions."""
    rows = [tuple(map(int, row)) for row in account["positions"]]
    assets = {f"p{k}": X10Asset(price, (permille,)) for k, (_, price, permille) in enumerate(rows)}
    balances = {f"p{k}": balance for k, (balance, _, _) in enumerate(rows)}
    found = x10_value(x10_schedules(assets), int(account["collateral"]), balances)
    assert found.health.solvent <= (found.status == "healthy")
    return found.value, found.risk, found.status


def price_mul(case: Case) -> Case:
    one = X10Asset(int(case["price"]), (0,))
    return {"value": x10_value(x10_schedules({"A": one}), 0, {"A": int(case["balance"])}).value}


def risk_mul(case: Case) -> Case:
    one = X10Asset(1, (int(case["risk_permille"]),))
    return {"risk": x10_value(x10_schedules({"A": one}), 0, {"A": int(case["abs_value"])}).risk}


def tiered_risk(case: Case) -> Case:
    return {"risk": x10_value(x10_schedules({"A": asset(case)}), 0, {"A": int(case["balance"])}).risk}


def tvtr(case: Case) -> Case:
    value, risk, status = figures(case)
    return {"tv": value, "tr": risk, "status": status}


def tvtr_change(case: Case) -> Case:
    return {when: list(figures(case[when])[:2]) for when in ("before", "after")}


def status(case: Case) -> Case:
    return {"status": x10_status(int(case["tv"]), int(case["tr"]))}


def transition(case: Case) -> Case:
    before, after = (Figures(*map(int, case[when])) for when in ("before", "after"))
    state = x10_status(*before)
    allowed = {"liquidate": state != "healthy", "deleverage": state == "deleveragable"}.get(case["op"], True)
    valid = allowed and is_healthier(before, after)
    fair = case["op"] != "deleverage" or is_fair_deleverage(before, after)
    return {"valid": valid and fair, **({"reason": "not_fair"} if valid and not fair else {})}


def funding_mul(case: Case) -> Case:
    return {"amount": funding_payment(int(case["balance"]), int(case["index_raw"]), 0, 2**32)}


def funding_rate_valid(case: Case) -> Case:
    fields = ("index_diff_raw", "max_rate_raw", "seconds", "price")
    return {"valid": x10_funding_rate_valid(*(int(case[field]) for field in fields))}


def oracle_price(case: Case) -> Case:
    return {"price_raw": x10_oracle_price(int(case["oracle_price_e18"]), int(case["resolution"]))}


def flow(case: Case) -> Case:
    ledger = Ledger({name: asset(fields) for name, fields in case["assets"].items()})
    for step in case["steps"]:
        ledger.run(step)
    return {}


KINDS: dict[str, Callable[[Case], Case]] = {
    function.__name__: function
    for function in (
        price_mul,
        risk_mul,
        tiered_risk,
        tvtr,
        tvtr_change,
        status,
        transition,
        funding_mul,
        funding_rate_valid,
        oracle_price,
        flow,
    )
}


def plain(value: Any) -> Any:
    """Decimal strings as integers, everything else as it stands."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return int(value) if isinstance(value, str) and value.lstrip("-").isdigit() else value


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_of_the_kind_agrees(shared: Path, kind: str) -> None:
    cases = [case for case in json.loads((shared / "vectors/x10.json").read_text())["cases"] if case["kind"] == kind]
    assert cases
    for case in cases:
        found, expected = KINDS[kind](case["in"]), plain(case["out"])
        if kind == "transition" and expected.get("reason") != "not_fair":
            del expected["reason"]
        assert found == expected, case


def test_no_kind_is_left_out(shared: Path) -> None:
    cases = json.loads((shared / "vectors/x10.json").read_text())["cases"]
    assert {case["kind"] for case in cases} <= KINDS.keys()
    assert len(cases) == 61


def test_truncation_is_toward_zero() -> None:
    assert (truncate(-7, 2), truncate(7, 2)) == (-3, 3)
