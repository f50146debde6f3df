"""The sums' bounds: what coefficients can reach, what `settle` tolerates, and that it decides the integer's sign."""

from __future__ import annotations

from functools import cache
from math import log2

import pytest
from books import RECORDS
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from machine import HERE, Machine, compiled, machine

from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.field import P, signed
from plimsoll.circuits.schedule_records import KEY_BITS

COEFFICIENTS = 11
LIMB = 2**12 - 1
TOLERATED = int(2**46.99)


def products(k: int) -> int:
    """The largest absolute value that one holding adds to coefficient k (lib/schedule.cairo)."""
    slopes = sum(1 for j in range(7) if 0 <= k - j < 5)
    return slopes * LIMB * LIMB + (2**24 - 1 if k % 2 == 0 else 0)


@cache
def settle() -> Machine:
    return machine(compiled(HERE / "programs" / "settle.cairo"), [])


def accepted(coefficients: list[int]) -> bool:
    try:
        settle().run([c % P for c in coefficients])
    except CheckError:
        return False
    return True


def test_coefficients_stay_far_below_what_settle_tolerates() -> None:
    worst = max(products(k) for k in range(COEFFICIENTS)) << KEY_BITS
    assert log2(worst) < 40.6
    assert worst < TOLERATED


def test_carries_fit_their_limbs() -> None:
    """|c_2k + 2^12 c_2k+1 + carry| < 2^59 for tolerated coefficients, where |carry| <= 2^35."""
    assert TOLERATED + 2**12 * TOLERATED + 2**35 < 2**59


def test_packed_words_do_not_wrap() -> None:
    keys = 2**14 - 1
    assert keys * (1 + 2**14 + 2**28) < P
    assert P > 2**60 - 1
    assert 1 + 2**8 + 2**16 * LIMB + 2**32 * LIMB < P


def test_orders_do_not_wrap() -> None:
    """start and last are below 2^60 and each leaf adds at most 2^48, over at most 2^14 leaves (shapes)."""
    assert P > 2**60 + 2**14 * 2**48


def test_tier_check_does_not_wrap() -> None:
    """span - above lies between -2^60 and 2^60, and p - 2^60 is no number of 60 bits."""
    assert P - 2**60 >= 2**60


def test_key_check_does_not_wrap() -> None:
    """key - prev_key - 1 >= 0 is checked with 24 bits; keys of the public table have 14."""
    assert all(0 <= r[0] < 2**KEY_BITS for r in RECORDS)
    assert P - 2**KEY_BITS - 1 >= 2**24


@settings(max_examples=30)
@given(st.lists(st.integers(-TOLERATED, TOLERATED), min_size=COEFFICIENTS, max_size=COEFFICIENTS))
@example([TOLERATED] * 11)
@example([-TOLERATED] * 10 + [TOLERATED])
@example([-TOLERATED] * 11)
def test_settle_accepts_exactly_sums_of_zero_or_more(coefficients: list[int]) -> None:
    total = sum(c << 12 * k for k, c in enumerate(coefficients))
    assert accepted(coefficients) is (total >= 0)


@settings(max_examples=20)
@given(st.lists(st.integers(-(2**40), 2**40), min_size=COEFFICIENTS - 1, max_size=COEFFICIENTS - 1), st.integers(-1, 1))
def test_settle_is_exact_at_zero(high: list[int], total: int) -> None:
    """Choose the lowest coefficient so that the sum is exactly -1, 0 or 1."""
    rest = sum(c << 12 * (k + 1) for k, c in enumerate(high))
    carried, low = [], total - rest
    for _ in range(COEFFICIENTS - 1):  # spread what the lowest coefficient cannot hold over the others
        carried.append(low & LIMB)
        low >>= 12
    coefficients = [carried[0], *(h + c for h, c in zip(high[:-1], carried[1:], strict=True)), high[-1] + low]
    assume(max(map(abs, coefficients)) < TOLERATED)
    assert sum(c << 12 * k for k, c in enumerate(coefficients)) == total
    assert accepted(coefficients) is (total >= 0)


@pytest.mark.parametrize("value", [P // 2, 2**62])
def test_signed_reads_the_upper_half_as_negative(value: int) -> None:
    assert signed(value) == value
    assert signed(P - value) == -value
