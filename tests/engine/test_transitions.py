"""What a venue allows an account below its margin."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from plimsoll.engine.decimals import PPM
from plimsoll.engine.open_interest import scaled_rate
from plimsoll.engine.transitions import Figures, compare_risk, is_fair_deleverage, is_healthier


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((1, 2), (1, 1), True),
        ((1, 2), (5, 2), True),
        ((0, 3), (0, 2), True),
        ((-2, 5), (-1, 4), True),
        ((1, 4), (0, 3), False),
        ((1, 4), (1, 4), False),
        ((-1, 0), (-1, 1), False),
        ((-4, 4), (-4, 3), False),
    ],
)
def test_healthier(before: tuple[int, int], after: tuple[int, int], expected: bool) -> None:
    assert is_healthier(Figures(*before), Figures(*after)) is expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((-2, 2), (-1, 1), True),
        ((-2, 2), (0, 1), True),
        ((-2, 2), (1, 1), False),
        ((-2, 2), (-2, 1), False),
        ((-2, 2), (0, 0), True),
        ((-2, 2), (1, 0), False),
        ((-2, 0), (-1, 1), False),
    ],
)
def test_fair_deleverage(before: tuple[int, int], after: tuple[int, int], expected: bool) -> None:
    assert is_fair_deleverage(Figures(*before), Figures(*after)) is expected


figures = st.tuples(st.integers(-50, 50), st.integers(0, 50)).map(lambda pair: Figures(*pair))


@given(figures, figures)
def test_comparison_is_antisymmetric(a: Figures, b: Figures) -> None:
    assert compare_risk(a, b) == -compare_risk(b, a)


@example(rate=PPM + 1, interest=9, lower=3, width=3)
@given(rate=st.integers(0, 2 * PPM), interest=st.integers(0, 100), lower=st.integers(0, 50), width=st.integers(0, 50))
def test_scaled_rate_lies_between_its_ends(rate: int, interest: int, lower: int, width: int) -> None:
    scaled = scaled_rate(rate, interest, lower, lower + width)
    assert rate <= scaled <= max(rate, PPM)
    if interest <= lower or lower + width == 0:
        assert scaled == rate
    elif interest >= lower + width:
        assert scaled == max(rate, PPM)
