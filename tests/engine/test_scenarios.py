"""Shocked snapshots: exact integers by the written rule, and everything refused that the rule does not cover."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_market import files, scenarios
from venues import cash, flat, parameters, perpetual, snapshot

from plimsoll.engine.decimals import PPM, VALUE_SCALE
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.engine.scenarios import MAX_PRICE, NO_SCENARIOS, Scenario, ScenarioList, shocked
from plimsoll.engine.snapshot import MarketSnapshot

Json = dict[str, Any]
PRICES = {"BTC": "60000", "ETH": "3000", "BTC-PERP": "60010.5", "ETH-BTC": "0.05", "GOLD-PERP": "2000"}


def coin(name: str, **more: Any) -> Json:
    return {"name": name, "kind": "spot", "currency": name, "lot": "0.00000001", **more}


RULES = parameters(
    [
        coin("BTC"),
        coin("ETH"),
        coin("U"),
        perpetual("BTC-PERP", "0.001", flat(1), underlying="BTC"),
        perpetual("ETH-BTC", "0.001", flat(1), underlying="ETH", currency="BTC"),
        perpetual("GOLD-PERP", "0.001", flat(1), underlying="GOLD"),
        cash(),
    ]
)


def scenario(**fields: Any) -> Scenario:
    document = {"version": 1, "name": "L", "revision": 1, "scenarios": [{"name": "S", "default": "0", **fields}]}
    return ScenarioList.parse(json.dumps(document).encode()).scenarios[0]


def moved(market: dict[str, str] | None = None, /, **fields: Any) -> dict[str, Fraction]:
    new = shocked(snapshot(market or PRICES), RULES, scenario(**fields))
    return {name: Fraction(price, VALUE_SCALE) for name, price in new.prices.items()}


def test_the_nearest_rule_decides() -> None:
    """Price before own move before underlying before default."""
    new = moved(default="-0.5", underlyings={"BTC": "-0.2"}, moves={"ETH": "0.1"}, prices={"GOLD-PERP": "1.5"})
    assert new["BTC"] == 48_000
    assert new["BTC-PERP"] == Fraction("48008.4")
    assert new["ETH"] == 3_300
    assert new["GOLD-PERP"] == Fraction("1.5")
    # its underlying ETH moves by the default in the quote currency, its currency BTC by -0.2
    assert new["ETH-BTC"] == Fraction("0.05") * Fraction(1, 2) / Fraction(4, 5)


def test_no_move_is_no_change() -> None:
    one = snapshot(PRICES, funding={"BTC-PERP": "1"}, open_interest={"BTC-PERP": "7"})
    assert shocked(one, RULES, scenario()) == one
    assert shocked(one, RULES, scenario(default="-0.1")).funding == one.funding


def test_currency_with_a_stated_price_moves_by_the_quotient() -> None:
    new = moved(prices={"BTC": "90000"}, underlyings={"ETH": "0.2"})
    assert new["ETH-BTC"] == Fraction("0.05") * Fraction(6, 5) / Fraction(3, 2)


@pytest.mark.parametrize(
    ("old", "move", "new"),
    [(1, "-0.5", 0), (3, "-0.5", 2), (5, "-0.5", 2), (7, "-0.5", 4), (5, "0.3", 6), (5, "-1", 0)],
)
def test_prices_round_to_the_nearest_and_halves_to_even(old: int, move: str, new: int) -> None:
    tiny = "0." + str(old).rjust(20, "0")
    result = shocked(snapshot({**PRICES, "GOLD-PERP": tiny}), RULES, scenario(underlyings={"GOLD": move}))
    assert result.prices["GOLD-PERP"] == new


@given(st.integers(0, 10**30), st.integers(-PPM, 100 * PPM))
def test_rounding_is_on_nobodys_side(price: int, move: int) -> None:
    rules = parameters([coin("C"), cash()])
    market = snapshot({}).model_copy(update={"prices": {"C": price}})
    one = Scenario.model_construct(**{**scenario().__dict__, "default": move})
    new = shocked(market, rules, one).prices["C"]
    assert abs(new * PPM - price * (PPM + move)) * 2 <= PPM


@pytest.mark.parametrize(
    ("fields", "place", "message"),
    [
        ({"moves": {"XRP": "0"}}, "moves.XRP", "unknown instrument"),
        ({"prices": {"XRP": "0"}}, "prices.XRP", "unknown instrument"),
        ({"prices": {"cash": "1"}}, "prices.cash", "fixed at 1"),
        ({"moves": {"U": "0.1"}}, "moves.U", "fixed at 1"),
        ({"underlyings": {"XRP": "0"}}, "underlyings.XRP", "no instrument has this underlying"),
        ({"underlyings": {"U": "-0.1"}}, "underlyings.U", "worth 1 by definition"),
        ({"volatilities": {"XRP": "0.5"}}, "volatilities.XRP", "no instrument has this underlying"),
        ({"underlyings": {"BTC": "-1"}}, "default", "'ETH-BTC' is priced in a currency that becomes worthless"),
        ({"prices": {"BTC": "0"}, "underlyings": {"ETH": "0.5"}}, "underlyings.ETH", "becomes worthless"),
    ],
)
def test_scenario_that_does_not_fit_the_market_rejected(fields: Json, place: str, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        moved(**fields)
    assert [(one.file, one.place) for one in caught.value.problems] == [("scenario S", place)]


def test_moves_of_volatility_change_no_price_and_are_told() -> None:
    assert moved(volatilities={"BTC": "0.5"}) == moved()
    assert moved(volatilities={"XRP": "0.5"}, absent_underlyings="ignored") == moved()
    assert file([{"name": "S", "default": "0", "volatilities": {"BTC": "0.5"}}]).moves_volatility
    assert not file([{"name": "S", "default": "0"}]).moves_volatility


def test_every_problem_is_listed() -> None:
    with pytest.raises(InputError) as caught:
        moved(moves={"X": "0"}, underlyings={"Y": "0"}, volatilities={"Z": "0"})
    assert [one.place for one in caught.value.problems] == ["moves.X", "underlyings.Y", "volatilities.Z"]


def test_worthless_currency_with_a_stated_price_of_its_contract() -> None:
    assert moved(underlyings={"BTC": "-1"}, prices={"ETH-BTC": "4"})["BTC"] == 0
    assert moved({**PRICES, "BTC": "0"}, prices={"BTC": "5", "ETH-BTC": "4"})["BTC"] == 5


def test_currency_that_was_worthless_rejected() -> None:
    with pytest.raises(InputError, match="or was so before"):
        moved({**PRICES, "BTC": "0"}, prices={"BTC": "5"})


def test_price_beyond_the_bound_rejected() -> None:
    most = "9" * 24
    assert moved({**PRICES, "ETH": most})["ETH"] * VALUE_SCALE <= MAX_PRICE
    with pytest.raises(InputError, match="more than 24 digits") as caught:
        moved({**PRICES, "ETH": most}, underlyings={"ETH": "0.01"})
    assert caught.value.problems[0].place == "underlyings.ETH"


def test_absent_underlyings_are_ignored_where_the_list_says_so() -> None:
    assert moved(default="-0.5", underlyings={"XRP": "-0.9"}, absent_underlyings="ignored") == moved(default="-0.5")
    with pytest.raises(InputError, match="unknown instrument"):
        moved(moves={"XRP": "-0.9"}, absent_underlyings="ignored")


def test_a_quote_currency_that_does_not_move_may_be_named() -> None:
    assert moved(underlyings={"U": "0"}) == moved()


def test_snapshot_of_other_instruments_rejected() -> None:
    with pytest.raises(InputError, match="no price for this instrument"):
        moved({"BTC": "1"})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"default": "-1.000001"}, "outside -1 to 100"),
        ({"default": "100.000001"}, "outside -1 to 100"),
        ({"default": "1e-1"}, "scientific notation"),
        ({"default": "0.0000001"}, "finer than 6 decimals"),
        ({"moves": {"A": "0"}, "prices": {"A": "1"}}, "both a price and a move of A"),
        ({"prices": {"A": "-1"}}, "negative"),
        ({"shock": "1"}, "unknown field"),
    ],
)
def test_wrong_files_rejected(fields: Json, message: str) -> None:
    with pytest.raises(InputError, match=message):
        scenario(**fields)


def file(scenarios: list[Json]) -> ScenarioList:
    document = {"version": 1, "name": "L", "revision": 1, "scenarios": scenarios}
    return ScenarioList.parse(json.dumps(document).encode())


@pytest.mark.parametrize(
    ("scenarios", "message"),
    [
        ([{"name": str(k), "default": "0"} for k in range(4)], "at most 3 of them"),
        ([{"name": "S", "default": "0"}] * 2, "two scenarios of one name"),
        ([{"name": "S"}], "missing field"),
    ],
)
def test_wrong_lists_rejected(scenarios: list[Json], message: str) -> None:
    with pytest.raises(InputError, match=message):
        file(scenarios)


def test_digest_covers_every_field_and_no_spelling() -> None:
    base: Json = {"name": "S", "default": "0.1"}
    changes: list[Json] = [
        {"name": "T"},
        {"default": "0.2"},
        {"absent_underlyings": "ignored"},
        *({field: {name: "0.5"}} for name in "AB" for field in ("underlyings", "moves", "prices", "volatilities")),
        {"moves": {"A": "0.25"}},
    ]
    lists = [file([base]), file([]), file([base, {**base, "name": "T"}]), file([{**base, "name": "T"}, base])]
    lists += [file([{**base, **change}]) for change in changes]
    lists += [lists[0].model_copy(update=change) for change in ({"name": "other"}, {"revision": 2})]
    assert len({one.digest() for one in lists}) == len(lists)
    assert file([{**base, "default": "0.10"}]).digest() == lists[0].digest()
    two = {"moves": {"A": "1", "B": "2"}}
    assert file([{**base, **two}]).digest() == file([{**base, "moves": {"B": "2", "A": "1"}}]).digest()


def test_file_round_trip() -> None:
    one = scenarios(4)
    again = ScenarioList.parse(one.model_dump_json().encode())
    assert again == one
    assert again.digest() == one.digest()
    assert len(NO_SCENARIOS) == 0


@given(st.integers(0, 50))
def test_random_scenarios_follow_the_rule(seed: int) -> None:
    """The rule once more, in fractions of decimal strings."""
    market, rules = files(seed % 5)
    for one in scenarios(seed).scenarios:
        assert shocked(market, rules, one).prices == expected(market, rules, one)


def expected(market: MarketSnapshot, rules: RiskParameters, one: Scenario) -> dict[str, int]:
    value = {market.quote: Fraction(1)}
    for info in rules.table:
        if info.name in market.prices and info.currency == info.name:
            by = 1 + Fraction(one.underlyings.get(info.name, one.default), PPM)
            old = market.prices[info.name]
            value[info.name] = Fraction(one.prices[info.name], old) if info.name in one.prices else by
    result = {}
    for info in rules.table:
        if info.name not in market.prices:
            continue
        exact = market.prices[info.name] * (1 + Fraction(one.underlyings.get(info.underlying, one.default), PPM))
        if info.currency != info.name:
            exact /= value[info.currency]
        if info.name in one.moves:
            exact = market.prices[info.name] * (1 + Fraction(one.moves[info.name], PPM))
        result[info.name] = one.prices.get(info.name, round(exact))
    return result
