"""Limb vectors against Python's own integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.engine.wide import BITS, MAX_FACTOR, Wide, carry, maximum, split

integers = st.integers(-(2**154), 2**154)
pairs = st.lists(st.tuples(integers, integers), max_size=9)


@given(pairs, st.integers(-MAX_FACTOR + 1, MAX_FACTOR - 1))
def test_arithmetic_is_exact(drawn: list[tuple[int, int]], factor: int) -> None:
    left, right = [a for a, _ in drawn], [b for _, b in drawn]
    one, other = Wide.of(left), Wide.of(right)
    assert one.ints() == [one[k] for k in range(len(one))] == left
    assert (one - other).ints() == [a - b for a, b in drawn]
    assert one.times(factor).ints() == [a * factor for a in left]
    assert one.negative().tolist() == [a < 0 for a in left]
    assert maximum(one, other).ints() == [max(a, b) for a, b in drawn]
    assert one.total() == sum(left)


@given(st.lists(st.integers(-(2**84) + 1, 2**84 - 1), max_size=5))
def test_split_keeps_the_sign_in_every_limb(values: list[int]) -> None:
    limbs = split(values, 4)
    assert [sum(int(limb) << BITS * j for j, limb in enumerate(limbs[:, k])) for k in range(len(values))] == values
    assert (np.abs(limbs) < 2**BITS).all()


def test_carry_normalises_limbs_of_either_sign() -> None:
    limbs = np.array([[-1], [2**61], [-(2**61)], [3], [0], [-5]], dtype=np.int64)
    value = sum(int(limb) << BITS * j for j, limb in enumerate(limbs[:, 0]))
    assert Wide(carry(limbs))[0] == value
    assert (limbs[:5] >= 0).all()
    assert (limbs[:5] < 2**BITS).all()


def test_too_large_factor_rejected() -> None:
    with pytest.raises(OverflowError, match="not below"):
        Wide.of([1]).times(MAX_FACTOR)
