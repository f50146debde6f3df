"""Every case of dydx.json: notional, margins, open-interest scaling, funding, after the venue's rounding."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from venues import dydx_notional, figures_status, requirement

from plimsoll.engine.decimals import PPM, format_decimal
from plimsoll.engine.health import Status
from plimsoll.engine.open_interest import scaled_rate
from plimsoll.engine.parameters import OpenInterestScaling
from plimsoll.engine.settlement import funding_payment
from plimsoll.engine.transitions import Figures, compare_risk

Case = dict[str, int]


def notional(case: Case) -> Any:
    return {"notional": dydx_notional(case, case["base_quantums"])}


def initial(case: Case, amount: int, interest: int) -> int:
    """The initial margin of a notional: the engine scales the rate by open interest; a higher custom rate wins."""
    lower, upper = case["oi_lower_cap"], case["oi_upper_cap"]
    if case["custom_imf_ppm"] > scaled_rate(case["imf_ppm"], interest, lower, upper):
        return requirement(amount, case["custom_imf_ppm"])
    if upper == 0:
        return requirement(amount, case["imf_ppm"])
    caps = {"lower": format_decimal(lower, 6), "upper": format_decimal(upper, 6)}
    return requirement(amount, case["imf_ppm"], caps, format_decimal(interest, 6))


def initial_margin(case: Case) -> Any:
    return {"imr": initial(case, case["notional"], case["oi_notional"])}


def margin_requirement(case: Case) -> Any:
    amount = abs(dydx_notional(case, case["base_quantums"]))
    interest = abs(dydx_notional(case, case["open_interest"]))
    unscaled = requirement(amount, case["imf_ppm"])
    return {"imr": initial(case, amount, interest), "mmr": requirement(unscaled, case["mmf_fraction_ppm"])}


def oi_scaled_imf(case: Case) -> Any:
    rate = scaled_rate(case["imf_ppm"], case["oi_notional"], case["oi_lower_cap"], case["oi_upper_cap"])
    return {"imf_ppm": rate}


def maintenance_ppm(case: Case) -> Any:
    return {"mmf_ppm": case["imf_ppm"] * case["mmf_fraction_ppm"] // PPM}


def funding_clamp(case: Case) -> Any:
    room = case["imf_ppm"] - maintenance_ppm(case)["mmf_ppm"]
    return {"max_abs_ppm": case["clamp_factor_ppm"] * room // PPM}


def funding_settlement(case: Case) -> Any:
    return {"settlement_ppm": funding_payment(case["base_quantums"], case["old_index"], case["new_index"])}


def tier_valid(case: Case) -> Any:
    rates = max(case["imf_ppm"], case["mmf_fraction_ppm"]) <= PPM
    caps = {"lower": str(case["oi_lower_cap"]), "upper": str(case["oi_upper_cap"])}
    try:
        OpenInterestScaling.model_validate(caps)
    except ValueError:
        return {"valid": False}
    return {"valid": rates and case["impact_notional"] > 0}


def initial_ok(case: Case) -> Any:
    return {"result": figures_status(case["nc"], case["imr"], case["imr"]) is Status.HEALTHY}


def maintenance_ok(case: Case) -> Any:
    return {"result": figures_status(case["nc"], case["mmr"], case["mmr"]) <= Status.PRE_LIQUIDATION}


def liquidatable(case: Case) -> Any:
    return {"result": case["mmr"] > 0 and not maintenance_ok(case)["result"]}


def risk_compare(case: Case) -> Any:
    a, b = Figures(case["nc_a"], case["mmr_a"]), Figures(case["nc_b"], case["mmr_b"])
    return {"cmp": compare_risk(a, b)}


def risk_add(case: Case) -> Any:
    return {field: case[f"a_{field}"] + case[f"b_{field}"] for field in ("nc", "imr", "mmr")}


KINDS: dict[str, Callable[[Case], Any]] = {
    "base_to_quote": notional,
    "net_notional": notional,
    "initial_margin": initial_margin,
    "margin_requirement": margin_requirement,
    "oi_scaled_imf": oi_scaled_imf,
    "maintenance_ppm": maintenance_ppm,
    "funding_clamp": funding_clamp,
    "funding_settlement": funding_settlement,
    "tier_valid": tier_valid,
    "initial_ok": initial_ok,
    "maintenance_ok": maintenance_ok,
    "liquidatable": liquidatable,
    "risk_compare": risk_compare,
    "risk_add": risk_add,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_case_of_the_kind_agrees(shared: Path, kind: str) -> None:
    cases = [case for case in json.loads((shared / "vectors/dydx.json").read_text())["cases"] if case["kind"] == kind]
    assert cases
    for case in cases:
        expected = {key: int(one) if isinstance(one, str) else one for key, one in case["out"].items()}
        assert KINDS[kind]({key: int(one) for key, one in case["in"].items()}) == expected, case


def test_no_kind_is_left_out(shared: Path) -> None:
    cases = json.loads((shared / "vectors/dydx.json").read_text())["cases"]
    assert {case["kind"] for case in cases} <= KINDS.keys()
    assert len(cases) == 60


def test_crossed_caps_rejected() -> None:
    with pytest.raises(ValueError, match="lower cap above upper cap"):
        OpenInterestScaling.model_validate({"lower": "2", "upper": "1"})
