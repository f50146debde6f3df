"""Thresholds and their schedules: exact for maintenance and initial, rounded against the account for a ratio."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from one_account import EDGE, INITIAL, LIEN, PARAMETERS, on_the_line
from small_venue import SNAPSHOT

from plimsoll.engine.decimals import PPM
from plimsoll.engine.health import account_health
from plimsoll.engine.schedule import compile_schedule, compile_schedules
from plimsoll.engine.thresholds import AMOUNT_SCALE, MAX_RATIO, Threshold, ThresholdError, compile_threshold, scaled
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_VALUE, Schedule, ScheduleError, Tier
from plimsoll.engine.titles import MAX_AMOUNT
from plimsoll.prover.account_job import account_margin

MAINTENANCE = compile_schedule(SNAPSHOT, PARAMETERS)


@pytest.mark.parametrize(
    ("kind", "ratio", "amount"),
    [
        ("equity", 0, 0),
        ("maintenance", 1, 0),
        ("maintenance", 0, 1),
        ("initial", PPM, 0),
        ("initial", 0, 1),
        ("ratio", 0, 0),
        ("ratio", -1, 0),
        ("ratio", MAX_RATIO + 1, 0),
        ("ratio", PPM, 1),
        ("free", 1, 5),
        ("free", 0, -1),
        ("free", 0, MAX_AMOUNT + 1),
    ],
)
def test_threshold_that_says_nothing_rejected(kind: Any, ratio: int, amount: int) -> None:
    with pytest.raises(ThresholdError):
        Threshold(kind, ratio, amount)


def test_ends_of_the_ranges_are_accepted() -> None:
    for threshold in (Threshold("ratio", 1), Threshold("ratio", MAX_RATIO), Threshold("free", amount=MAX_AMOUNT)):
        assert compile_threshold(SNAPSHOT, PARAMETERS, threshold).tiers


def test_kinds_have_the_engine_s_own_schedules() -> None:
    initial = compile_schedule(SNAPSHOT, PARAMETERS, "initial")
    assert INITIAL and initial != MAINTENANCE
    expected = {"maintenance": MAINTENANCE, "initial": initial, "free": initial}
    for kind, schedule in expected.items():
        assert compile_threshold(SNAPSHOT, PARAMETERS, Threshold(kind)) == schedule  # type: ignore[arg-type]
    assert compile_threshold(SNAPSHOT, PARAMETERS, Threshold("ratio", PPM)) == MAINTENANCE


def test_margin_is_that_of_the_engine_s_health_net_of_lien_and_amount() -> None:
    health = account_health(compile_schedules(SNAPSHOT, PARAMETERS), EDGE.holdings)
    owed = LIEN * AMOUNT_SCALE
    asked = {
        Threshold("maintenance"): health.equity - health.maintenance - owed,
        Threshold("initial"): health.equity - health.initial - owed,
        Threshold("free", amount=9): health.equity - health.initial - owed - 9 * AMOUNT_SCALE,
    }
    for threshold, margin in asked.items():
        assert account_margin(EDGE, compile_threshold(SNAPSHOT, PARAMETERS, threshold), threshold) == margin


@given(st.integers(1, MAX_RATIO))
def test_ratio_is_rounded_up_by_less_than_its_documented_error(ratio: int) -> None:
    made = scaled(MAINTENANCE, ratio)
    for tier in made:
        exact = MAINTENANCE.find(tier.key, tier.lo)
        for q in (tier.lo, tier.hi, (tier.lo + tier.hi) // 2):
            error = tier.requirement(q) - Fraction(exact.requirement(q) * ratio, PPM)
            assert 0 <= error < q + 1
            assert tier.equity(q) == exact.equity(q)
            if error and q:
                assert error < Fraction(abs(tier.equity(q)), 10**9)


@given(st.integers(1, MAX_RATIO))
def test_account_on_the_line_of_a_ratio_has_at_least_the_ratio(ratio: int) -> None:
    threshold = Threshold("ratio", ratio)
    holdings = on_the_line(EDGE, threshold).holdings if ratio < 3 * PPM else EDGE.holdings
    health = account_health(compile_schedules(SNAPSHOT, PARAMETERS), holdings)
    net = health.equity - LIEN * AMOUNT_SCALE
    margin = sum((t := scaled(MAINTENANCE, ratio).find(k, q)).equity(q) - t.requirement(q) for k, q in holdings)
    assert margin - LIEN * AMOUNT_SCALE <= net - Fraction(health.maintenance * ratio, PPM)


def one(slope: int, margin: int) -> Schedule:
    return Schedule([Tier(0, 0, MAX_QUANTITY, slope, 0, margin, 0)])


def test_ratio_that_a_lot_is_too_coarse_for_rejected() -> None:
    with pytest.raises(ScheduleError, match="2\\^84 or more"):
        scaled(one(2**80, 2**80), 100 * PPM)
    with pytest.raises(ScheduleError, match="2\\^84 or more"):
        scaled(one(-(2**83), 2**82), 3 * PPM)
    assert scaled(one(-(2**83), 2**82), 2 * PPM - 1).tiers


def test_ratio_that_a_lot_is_too_fine_for_rejected() -> None:
    """One unit of margin for a lot of a million units: half a unit more is 5 * 10^-7 of it."""
    with pytest.raises(ScheduleError, match="10\\^-9"):
        scaled(one(10**6, 1), 1_500_000)
    assert scaled(one(10**6, 1), 2 * PPM).tiers == one(10**6, 2).tiers


def test_tier_is_cut_where_a_value_would_pass_its_bound() -> None:
    """The requirement is 2^83 q + 2^143; one and a half times that reaches 2^144 within the tier, and the key ends."""
    step, level = 2**83, 2**143
    schedule = Schedule(
        [
            Tier(0, 0, 9, 0, 0, 0, 0),
            Tier(0, 10, 2**59, 0, 0, step, level),
            Tier(0, 2**59 + 1, 2**59 + 5, 0, 0, step, level),
        ]
    )
    made = scaled(schedule, PPM * 3 // 2).tiers
    most = (MAX_VALUE - level * 3 // 2) // (step * 3 // 2)
    assert [tier.hi for tier in made] == [9, most]
    assert most < 2**59
    assert made[-1].requirement(most) <= MAX_VALUE < made[-1].requirement(most + 1)


def test_key_ends_before_a_tier_that_is_all_beyond_the_bounds() -> None:
    """A first tier up to 10 lots; the second one's requirement begins near the bound and is doubled."""
    steep = MAX_VALUE * 2 // 3
    schedule = Schedule([Tier(0, 0, 10, 10**9, 0, 10**9, 0), Tier(0, 11, 20, 10**9, 0, 10**9, steep)])
    made = scaled(schedule, 2 * PPM)
    assert [tier.hi for tier in made] == [10]
    assert [tier.hi for tier in scaled(schedule, PPM)] == [10, 20]
