"""The tail against published values and exact sums; the bounds against exact binomial tails."""

from __future__ import annotations

import math

import numpy as np
import pytest
from chi_squared import bounded, bounded_difference, homogeneous, tail, uniform

TABLE = [
    (3.841458820694124, 1, 0.05),
    (6.634896601021213, 1, 0.01),
    (24.99579013972863, 15, 0.05),
    (30.57791416689249, 15, 0.01),
    (37.69729821835383, 15, 0.001),
    (293.2478350807012, 255, 0.05),
    (330.5197436340893, 255, 0.001),
]
"""Critical values of the usual tables (NIST/SEMATECH e-handbook 1.3.6.7.4), to more digits."""


@pytest.mark.parametrize(("statistic", "degrees", "p"), TABLE)
def test_tail_has_the_tabled_values(statistic: float, degrees: int, p: float) -> None:
    assert tail(statistic, degrees) == pytest.approx(p, rel=1e-4)


@pytest.mark.parametrize("degrees", [2, 4, 10, 256])
def test_tail_of_even_degrees_is_a_poisson_sum(degrees: int) -> None:
    """Q(m, x) = e^-x sum of x^k / k! for k < m."""
    for x in (0.1, 1.0, 7.5, 40.0, 130.0, 300.0):
        terms = [math.exp(-x + k * math.log(x) - math.lgamma(k + 1)) for k in range(degrees // 2)]
        assert tail(2 * x, degrees) == pytest.approx(math.fsum(terms), rel=1e-9, abs=1e-14)


def test_tail_of_one_degree_is_the_normal_s() -> None:
    for z in (0.5, 2.0, 5.0, 9.0):
        assert tail(z * z, 1) == pytest.approx(math.erfc(z / math.sqrt(2)), rel=1e-9)


def test_bound_is_never_below_the_exact_tail() -> None:
    """Two buckets: both sides of a binomial, summed exactly."""
    for n in (10, 100, 400):
        for k in range(n + 1):
            far = abs(k - n / 2)
            exact = sum(math.comb(n, j) for j in range(n + 1) if abs(j - n / 2) >= far) / 2**n
            assert exact <= bounded(np.array([k, n - k])) * (1 + 1e-9)


def test_bound_of_a_difference_is_never_below_the_exact_tail() -> None:
    n = 60
    for total in (10, 30, 60):
        for x in range(total + 1):
            far = abs(x - total / 2)
            ways = [math.comb(total, j) * math.comb(2 * n - total, n - j) for j in range(total + 1)]
            exact = sum(w for j, w in enumerate(ways) if abs(j - total / 2) >= far) / math.comb(2 * n, n)
            a, b = np.array([x, n - x]), np.array([total - x, n - total + x])
            if min(n - x, n - total + x) >= 0:
                assert exact <= bounded_difference(a, b) * (1 + 1e-9)


def test_samples_that_are_off_are_found() -> None:
    even, odd = np.full(16, 100), np.array([100] * 14 + [200, 0])
    assert uniform(even) == homogeneous(even, even) == bounded(even) == bounded_difference(even, even) == 1.0
    assert uniform(odd) < 1e-30 and bounded(odd) < 1e-12
    assert homogeneous(even, odd) < 1e-20 and bounded_difference(even, odd) < 1e-9
    constant = np.array([1600] + [0] * 15)
    assert bounded(constant) < 1e-300 and bounded_difference(even, constant) < 1e-300
