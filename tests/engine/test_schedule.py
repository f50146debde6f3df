"""Compiled schedules against exact rationals: rounded once, against the account, by less than 10^-9 of notional."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from venues import cash, flat, parameters, perpetual, snapshot

from plimsoll.engine.decimals import PPM, VALUE_SCALE, format_decimal
from plimsoll.engine.instruments import Side
from plimsoll.engine.problems import InputError
from plimsoll.engine.schedule import Schedule, ScheduleError, compile_schedule, compile_schedules
from plimsoll.engine.tiers import MAX_QUANTITY, HoldingError

Json = dict[str, Any]


@st.composite
def ladders(draw: st.DrawFn, top: int = PPM) -> list[Json]:
    floors = sorted(draw(st.sets(st.integers(1, 10**12), max_size=6)))
    texts = [format_decimal(floor, 4) for floor in (0, *floors)]
    rates = sorted(draw(st.lists(st.integers(0, top), min_size=len(texts), max_size=len(texts))))
    return [
        {"floor": floor, "cap": cap, "rate": format_decimal(rate, 6)}
        for floor, cap, rate in zip(texts, [*texts[1:], None], rates, strict=True)
    ]


def marginal(ladder: list[Json], notional: Fraction) -> Fraction:
    """Sum over the brackets of rate times the part inside: another formula than the engine's deductions."""
    total = Fraction(0)
    for one in ladder:
        cap = notional if one["cap"] is None else min(notional, Fraction(one["cap"]))
        total += max(Fraction(0), cap - Fraction(one["floor"])) * Fraction(one["rate"])
    return total


def whole(ladder: list[Json], notional: Fraction) -> Fraction:
    return notional * next(Fraction(one["rate"]) for one in reversed(ladder) if Fraction(one["floor"]) <= notional)


def quantities(schedule: Schedule, key: int) -> list[int]:
    """Both ends of every tier, one, zero."""
    return sorted({0, 1, *(q for tier in schedule.of_key(key) for q in (tier.lo, tier.hi))})


def check(schedule: Schedule, key: int, q: int, exact: tuple[Fraction, Fraction, Fraction]) -> None:
    """`exact`: equity, margin, notional. Rounded against the account, in total by less than 10^-9 of the notional."""
    equity, margin, notional = exact
    tier = schedule.find(key, q)
    low, high = equity * VALUE_SCALE - tier.equity(q), tier.requirement(q) - margin * VALUE_SCALE
    assert low >= 0
    assert high >= 0
    assert (low + high) * 10**9 < notional * VALUE_SCALE or low + high == 0


prices = st.integers(10**14, 10**25).map(lambda value: format_decimal(value, 20))


@given(prices, prices, ladders(), st.sampled_from(["marginal", "whole"]), st.integers(0, MAX_QUANTITY))
def test_derivatives_follow_price_currency_and_tiers(
    price: str, coin: str, ladder: list[Json], style: str, drawn: int
) -> None:
    instruments = [
        perpetual("P", "0.001", ladder, currency="C", style=style),
        {"name": "C", "kind": "spot", "currency": "C", "lot": "1"},
        {"name": "cash", "kind": "settlement", "currency": "C", "lot": "0.01"},
    ]
    one = Fraction(price) / 1000
    if one * Fraction(coin) * VALUE_SCALE * 3 >= 2**84 or one * Fraction(coin) * VALUE_SCALE < 4 * 10**9:
        return
    rules = parameters(instruments)
    schedule = compile_schedule(snapshot({"P": price, "C": coin}), rules)
    function = marginal if style == "marginal" else whole
    for side, sign in ((Side.LONG, 1), (Side.SHORT, -1)):
        key = rules.table.key("P", side)
        for q in (*quantities(schedule, key), min(drawn, schedule.of_key(key)[-1].hi)):
            notional = q * one
            margin, value = function(ladder, notional) * Fraction(coin), notional * Fraction(coin)
            check(schedule, key, q, (sign * value, margin, value))
        key = rules.table.key("cash", side)
        cents = drawn * Fraction(coin) / 100
        check(schedule, key, drawn, (sign * cents, Fraction(0), cents))


@given(prices, ladders(), ladders(3 * PPM), ladders(), st.integers(0, MAX_QUANTITY))
def test_coins_follow_haircut_premium_and_margin(
    price: str, haircut: list[Json], premium: list[Json], ladder: list[Json], drawn: int
) -> None:
    coin = {"name": "C", "kind": "spot", "currency": "C", "lot": "0.001"}
    rules = parameters([{**coin, "haircut": haircut, "debt_premium": premium, "maintenance": ladder}])
    one = Fraction(price) / 1000
    schedule = compile_schedule(snapshot({"C": price}), rules)
    for side in Side:
        key = rules.table.key("C", side)
        for q in (*quantities(schedule, key), min(drawn, schedule.of_key(key)[-1].hi)):
            notional = q * one
            if side is Side.LONG:
                check(schedule, key, q, (notional - marginal(haircut, notional), Fraction(0), notional))
            else:
                equity, margin = -notional - marginal(premium, notional), marginal(ladder, notional)
                check(schedule, key, q, (equity, margin, notional))


def test_tiers_meet_at_the_bracket_edge() -> None:
    """A notional of exactly the edge belongs to the bracket above: it decides for whole-value tiers."""
    ladder: list[Json] = [{"floor": "0", "cap": "100", "rate": "0.01"}, {"floor": "100", "cap": None, "rate": "0.5"}]
    rules = parameters([perpetual("P", "1", ladder, style="whole"), cash()])
    schedule = compile_schedule(snapshot({"P": "10"}), rules)
    found = [schedule.find(0, q).requirement(q) for q in (9, 10)]
    assert found == [9 * VALUE_SCALE // 10, 50 * VALUE_SCALE]
    assert [(tier.lo, tier.hi) for tier in schedule.of_key(0)] == [(0, 9), (10, MAX_QUANTITY)]


def test_brackets_narrower_than_a_lot_disappear() -> None:
    ladder: list[Json] = [
        {"floor": "0", "cap": "100", "rate": "0.01"},
        {"floor": "100", "cap": "101", "rate": "0.5"},
        {"floor": "101", "cap": None, "rate": "0.6"},
    ]
    rules = parameters([perpetual("P", "1", ladder), cash()])
    schedule = compile_schedule(snapshot({"P": "99"}), rules)
    assert [(tier.lo, tier.hi) for tier in schedule.of_key(0)] == [(0, 1), (2, MAX_QUANTITY)]
    assert schedule.find(0, 2).requirement(2) == (100 * 1 + 1 * 50 + 97 * 60) * VALUE_SCALE // 100


def test_intercepts_are_rounded_against_the_account() -> None:
    """Floors of 20 decimals times rates of 6: the intercepts are no integers."""
    edge = "1.00000000000000000001"
    ladder: list[Json] = [{"floor": "0", "cap": edge, "rate": "0"}, {"floor": edge, "cap": None, "rate": "0.333333"}]
    coin = {"name": "C", "kind": "spot", "currency": "C", "lot": "1", "haircut": ladder, "debt_premium": ladder}
    rules = parameters([{**coin, "maintenance": ladder}])
    schedule = compile_schedule(snapshot({"C": "1"}), rules)
    exact = Fraction(edge) * Fraction("0.333333") * VALUE_SCALE
    assert exact.denominator != 1
    assert [schedule.find(key, 2).e0 for key in (0, 1)] == [floor(exact)] * 2
    assert schedule.find(1, 2).m0 == -floor(exact)


def test_finite_last_bracket_ends_the_schedule() -> None:
    rules = parameters([perpetual("P", "1", [{"floor": "0", "cap": "100", "rate": "0.01"}]), cash()])
    schedule = compile_schedule(snapshot({"P": "10"}), rules)
    assert schedule.of_key(0)[-1].hi == 9
    with pytest.raises(HoldingError, match="the last tier ends at 9"):
        schedule.find(0, 10)


def test_worthless_coin_is_worth_nothing() -> None:
    coin = {"name": "C", "kind": "spot", "currency": "C", "lot": "1", "haircut": flat(5), "debt_premium": flat(5)}
    schedule = compile_schedule(snapshot({"C": "0"}), parameters([coin]))
    assert {tier[1:] for tier in schedule} == {(0, MAX_QUANTITY, 0, 0, 0, 0)}


def test_quote_coin_and_settlement_are_worth_one() -> None:
    coin = {"name": "U coin", "kind": "spot", "currency": "U", "lot": "0.01"}
    schedule = compile_schedule(snapshot({}), parameters([coin, cash("0.01")]))
    assert [tier.e1 for tier in schedule] == [VALUE_SCALE // 100, -VALUE_SCALE // 100] * 2


def test_equity_is_the_same_in_both_schedules() -> None:
    initial = [{"floor": "0", "cap": "7", "rate": "0.1"}, {"floor": "7", "cap": None, "rate": "0.2"}]
    rules = parameters([perpetual("P", "0.001", flat(10_000), initial=initial), cash()])
    both = compile_schedules(snapshot({"P": "1.23456789012345678901"}), rules)
    assert len(both.initial) == len(both.maintenance) + 2
    for key in (0, 1):
        for q in (0, 1, 5_000, 6_000, 10**9):
            assert both.initial.find(key, q).equity(q) == both.maintenance.find(key, q).equity(q)


@pytest.mark.parametrize(
    ("price", "lot", "message"),
    [
        ("0.00001234567", "0.000000000000000001", r"too fine.*use the lot 0\.0000001"),
        ("250000.1", "1", r"too coarse.*use the lot 0\.1"),
    ],
)
def test_unfit_lot_rejected_with_the_lot_to_use(price: str, lot: str, message: str) -> None:
    def compiled(lot: str) -> Schedule:
        return compile_schedule(snapshot({"P": price}), parameters([perpetual("P", lot, flat(12_345)), cash()]))

    with pytest.raises(ScheduleError, match=message) as caught:
        compiled(lot)
    compiled(str(caught.value).rsplit(" ", 1)[1])


def test_files_that_do_not_fit_together_rejected() -> None:
    rules = parameters(
        [
            perpetual("P", "1", flat(1), open_interest={"lower": "0", "upper": "1"}),
            perpetual("Q", "1", flat(1), currency="V"),
        ]
    )
    with pytest.raises(InputError) as caught:
        compile_schedule(snapshot({"P": "1", "Z": "1"}, funding={"Y": "1"}), rules)
    assert {problem.place for problem in caught.value.problems} == {
        "prices.Q",
        "prices.Z",
        "funding.Y",
        "open_interest.P",
    }
    assert "no price for this instrument" in str(caught.value)
    assert "currency V in U is not known" in str(caught.value)


def test_price_of_what_is_fixed_rejected() -> None:
    with pytest.raises(InputError, match="fixed at 1"):
        compile_schedule(snapshot({"cash": "1"}), parameters([cash()]))


def test_digest_changes_with_any_price_or_rule() -> None:
    def digest(price: str, rate: int) -> bytes:
        return compile_schedule(snapshot({"P": price}), parameters([perpetual("P", "1", flat(rate)), cash()])).digest()

    assert digest("1", 5) == digest("1.0", 5)
    assert len({digest("1", 5), digest("1.00000001", 5), digest("1", 6)}) == 3


def test_open_interest_scales_initial_margin_only() -> None:
    rules = parameters([perpetual("P", "1", flat(100_000), open_interest={"lower": "10", "upper": "20"}), cash()])
    both = compile_schedules(snapshot({"P": "1"}, open_interest={"P": "15"}), rules)
    assert both.maintenance.find(0, 1).requirement(1) == VALUE_SCALE // 10
    assert both.initial.find(0, 1).requirement(1) == VALUE_SCALE * 55 // 100
