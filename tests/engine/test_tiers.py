"""A schedule holds its bounds and order, whoever made its tiers."""

from __future__ import annotations

import pytest

from plimsoll.engine.instruments import MAX_KEY
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_SLOPE, MAX_VALUE, HoldingError, Schedule, ScheduleError, Tier

GOOD = (Tier(0, 0, 9, 5, 0, 1, 0), Tier(0, 10, 99, 4, 10, 2, -10), Tier(3, 0, MAX_QUANTITY, -5, 0, 1, 0))


def test_find_takes_the_tier_of_the_quantity() -> None:
    schedule = Schedule(GOOD)
    assert [schedule.find(0, q) for q in (0, 9, 10, 99)] == [GOOD[0], GOOD[0], GOOD[1], GOOD[1]]
    assert schedule.find(3, MAX_QUANTITY) is GOOD[2]
    assert schedule.keys() == [0, 3]


@pytest.mark.parametrize(
    ("key", "q", "message"),
    [(0, 100, "last tier ends at 99"), (1, 0, "no instrument has the key 1"), (0, -1, "expected 0 or more")],
)
def test_holdings_without_a_tier_rejected(key: int, q: int, message: str) -> None:
    with pytest.raises(HoldingError, match=message):
        Schedule(GOOD).find(key, q)


@pytest.mark.parametrize(
    ("tiers", "message"),
    [
        ([Tier(MAX_KEY + 1, 0, 9, 0, 0, 0, 0)], "outside 0"),
        ([Tier(-1, 0, 9, 0, 0, 0, 0)], "outside 0"),
        ([Tier(0, 0, MAX_QUANTITY + 1, 0, 0, 0, 0)], r"reaches 2\^60"),
        ([GOOD[0], Tier(0, 10, 9, 0, 0, 0, 0)], "is empty"),
        ([GOOD[1]], "expected a first tier from 0"),
        ([Tier(0, 0, 9, 5, 1, 1, 0)], "worth 0 at 0"),
        ([Tier(0, 0, 9, 5, 0, 1, 1)], "worth 0 at 0"),
        ([GOOD[0], GOOD[1]._replace(lo=11)], "starts at 11, expected 10"),
        ([GOOD[0], GOOD[1]._replace(lo=9)], "starts at 9, expected 10"),
        ([GOOD[0], GOOD[0]], "starts at 0, expected 10"),
        ([GOOD[2], GOOD[0]], "stands after key 3"),
        ([Tier(0, 0, 9, MAX_SLOPE + 1, 0, 0, 0)], r"slope of 2\^84"),
        ([Tier(0, 0, 9, 0, 0, MAX_SLOPE + 1, 0)], r"slope of 2\^84"),
        ([Tier(0, 0, 9, -MAX_SLOPE, 0, 1, 0)], r"slope of 2\^84"),
        ([Tier(0, 0, 0, 0, 0, 0, 0), Tier(0, 1, 9, 0, MAX_VALUE + 1, 0, 0)], r"value of 2\^144"),
        ([Tier(0, 0, 0, 0, 0, 0, 0), Tier(0, 1, 9, 0, 0, 1, -MAX_VALUE - 1)], r"value of 2\^144"),
        ([Tier(0, 0, 0, 0, 0, 0, 0), Tier(0, 1, 9, 0, -MAX_VALUE, 1, 0)], r"value of 2\^144"),
    ],
)
def test_tiers_out_of_bounds_or_order_rejected(tiers: list[Tier], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        Schedule(tiers)


def test_net_value_is_what_the_circuit_multiplies() -> None:
    for tier in GOOD:
        for q in (tier.lo, tier.hi):
            assert tier.net_slope * (q - tier.lo) + tier.net_at_lo == tier.equity(q) - tier.requirement(q)


def test_every_coefficient_is_in_the_digest() -> None:
    tier = GOOD[2]
    changed = [tier._replace(**{field: getattr(tier, field) - 1}) for field in ("hi", "e1", "m1", "key")]
    digests = {Schedule([one]).digest() for one in (tier, *changed)}
    middle = [(GOOD[0], GOOD[1]._replace(**{field: 0})) for field in ("e0", "m0")]
    digests |= {Schedule(tiers).digest() for tiers in (GOOD[:2], *middle)}
    assert len(digests) == 8
    assert Schedule(list(GOOD)) == Schedule(GOOD)
