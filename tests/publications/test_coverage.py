"""Reserves and fund against what a book claims: what is too little is refused, to the last unit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.coverage import check_coverage
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.reserves import VerifiedReserves

BOOK = Path(__file__).parents[2] / "examples" / "book"
SNAPSHOT = MarketSnapshot.load(BOOK / "snapshot.json")
PARAMETERS = RiskParameters.load(BOOK / "parameters.json")
UNIT = 10**20
CRASH = ScenarioList.model_validate(
    {"version": 1, "name": "crash", "revision": 1, "scenarios": [{"name": "half", "default": "-0.5"}]}
)


def claims(**changes: object) -> BookClaims:
    figure = {"amount": "0", "accounts": 0, "exact": True}
    fields = {"version": 1, "insurance_fund": "0", "margin_gap": figure, "deficits": [figure]}
    return BookClaims.model_validate({**fields, **changes})


def reserves(held: dict[str, int], fund: dict[str, int] | None = None) -> VerifiedReserves:
    return VerifiedReserves(held, fund or {}, {}, {})


def refused(one: BookClaims, listed: VerifiedReserves, what: str, scenarios: ScenarioList = NO_SCENARIOS) -> None:
    with pytest.raises(VerificationError) as error:
        check_coverage(one, scenarios, listed, SNAPSHOT, PARAMETERS)
    assert error.value.step == "coverage"
    assert what in str(error.value)


def test_reserves_reach_the_bound_to_the_last_unit() -> None:
    one = claims(liabilities={"BTC": "2.75"})
    found = check_coverage(one, NO_SCENARIOS, reserves({"BTC": 275 * UNIT // 100}), SNAPSHOT, PARAMETERS)
    assert (found.ratios, found.fund) == ({"BTC": 1_000_000}, None)
    refused(one, reserves({"BTC": 275 * UNIT // 100 - 1}), "reserves of 2.75 BTC")


def test_another_coin_covers_nothing() -> None:
    refused(claims(liabilities={"BTC": "1"}), reserves({"ETH": 10**6 * UNIT}), "reserves of 1 BTC")


def test_the_surplus_comes_on_top() -> None:
    one = claims(liabilities={"BTC": "2"}, surplus="0.05")
    found = check_coverage(one, NO_SCENARIOS, reserves({"BTC": 21 * UNIT // 10}), SNAPSHOT, PARAMETERS)
    assert found.ratios == {"BTC": 1_050_000}
    refused(one, reserves({"BTC": 21 * UNIT // 10 - 1}), "and 50000 ppm more")


def test_the_fund_is_no_reserve_and_the_reserves_are_no_fund() -> None:
    one = claims(liabilities={"BTC": "2"}, insurance_fund="60000")
    refused(one, reserves({"BTC": UNIT}, {"BTC": UNIT}), "reserves of 2 BTC")
    refused(one, reserves({"BTC": 3 * UNIT}, {"USDT": UNIT}), "an insurance fund on addresses worth 60000 USDT")


def test_a_fund_without_addresses_is_only_claimed() -> None:
    assert check_coverage(claims(insurance_fund="5"), NO_SCENARIOS, reserves({}), SNAPSHOT, PARAMETERS).fund is None


def test_the_fund_is_worth_what_is_claimed_at_mark_prices() -> None:
    one = claims(insurance_fund="60000")
    found = check_coverage(one, NO_SCENARIOS, reserves({}, {"BTC": UNIT}), SNAPSHOT, PARAMETERS)
    assert found.fund == (60_000 * UNIT,)
    refused(one, reserves({}, {"BTC": UNIT - 1}), "at the snapshot")


def test_the_fund_covers_the_deficit_of_a_scenario_in_which_its_coins_fall() -> None:
    figure = {"amount": "0", "accounts": 0, "exact": True}
    deficit = {"amount": "30000", "accounts": 3, "exact": True}
    one = claims(insurance_fund="60000", deficits=[figure, deficit])
    found = check_coverage(one, CRASH, reserves({}, {"BTC": UNIT}), SNAPSHOT, PARAMETERS)
    assert found.fund == (60_000 * UNIT, 30_000 * UNIT)
    worse = claims(insurance_fund="60000", deficits=[figure, {**deficit, "amount": "30000.00000000000000000001"}])
    refused(worse, reserves({}, {"BTC": UNIT}), "at scenario half", CRASH)
    held = replace(reserves({}), insurance_fund={"USDT": 60_000 * UNIT})
    assert check_coverage(worse, CRASH, held, SNAPSHOT, PARAMETERS).fund == (60_000 * UNIT, 60_000 * UNIT)
