"""Schedule records: exact for every tier that the bounds allow, refused for everything else."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.circuits.field import P, signed
from plimsoll.circuits.schedule_records import (
    FIELDS,
    MAX_KEY,
    NULL_KEYS,
    RecordError,
    schedule_records,
    signed_limbs,
)


class Tier(NamedTuple):
    key: int
    lo: int
    hi: int
    e1: int
    e0: int
    m1: int
    m0: int


def number(limbs: list[int], bits: int) -> int:
    return sum(signed(limb) << bits * i for i, limb in enumerate(limbs))


@given(st.integers(1 - 2**84, 2**84 - 1))
def test_slope_limbs_are_signed_and_exact(value: int) -> None:
    limbs = signed_limbs(value, 7, 12)
    assert number(limbs, 12) == value
    assert all(signed(limb) * value >= 0 and abs(signed(limb)) < 2**12 for limb in limbs)


@given(st.integers(1 - 2**144, 2**144 - 1))
def test_value_limbs_are_signed_and_exact(value: int) -> None:
    assert number(signed_limbs(value, 6, 24), 24) == value


@pytest.mark.parametrize("value", [2**84, -(2**84)])
def test_value_beyond_its_limbs_rejected(value: int) -> None:
    with pytest.raises(RecordError, match="coarser lot"):
        signed_limbs(value, 7, 12)


def test_record_holds_net_slope_and_net_value_at_lo() -> None:
    first, second = Tier(4, 0, 99, 7, 0, 2, 0), Tier(4, 100, 2**60 - 1, 7, 3, 3, 400)
    records = schedule_records([first, second])
    assert records[0] == [4, 0, 99, 5, *[0] * 6, *[0] * 6]
    assert records[1][:3] == [4, 100, 2**60 - 101]
    assert number(records[1][3:10], 12) == 4
    assert number(records[1][10:], 24) == 7 * 100 + 3 - 3 * 100 - 400


def test_null_records_stand_last_and_are_worth_nothing() -> None:
    records = schedule_records([Tier(MAX_KEY, 0, 5, -1, 0, 0, 0)])
    assert [r[0] for r in records] == [MAX_KEY, *NULL_KEYS]
    assert range(2**14 - 6, 2**14) == NULL_KEYS
    assert all(r[1:] == [0] * (FIELDS - 1) for r in records[1:])
    assert records[0][3] == P - 1


GOOD = Tier(3, 0, 99, 5, 0, 1, 0)


@pytest.mark.parametrize(
    ("fault", "tiers"),
    [
        ("key too high", [GOOD._replace(key=MAX_KEY + 1)]),
        ("negative key", [GOOD._replace(key=-1)]),
        ("lo above hi", [GOOD, Tier(3, 100, 99, 5, 0, 1, 0)]),
        ("hi of 2^60", [GOOD._replace(hi=2**60)]),
        ("negative lo", [GOOD._replace(lo=-1)]),
        ("slope of 2^84", [GOOD._replace(e1=2**84, m1=0)]),
        ("net slope of 2^84", [GOOD._replace(e1=2**84 - 1, m1=-1)]),
        ("value of 2^144", [GOOD, Tier(3, 100, 199, 5, 2**144, 1, 0)]),
        ("first tier not from 0", [GOOD._replace(lo=1)]),
        ("worth something at 0", [GOOD._replace(e0=1)]),
        ("gap", [GOOD, Tier(3, 101, 199, 5, 0, 1, 0)]),
        ("overlap", [GOOD, Tier(3, 99, 199, 5, 0, 1, 0)]),
        ("tier twice", [GOOD, GOOD]),
        ("keys descend", [GOOD, GOOD._replace(key=2)]),
    ],
)
def test_schedule_out_of_bounds_rejected(fault: str, tiers: list[Tier]) -> None:
    with pytest.raises(RecordError):
        schedule_records(tiers)
