"""Chi-squared tests with the standard library, and a bound that holds for any number of samples.

`tail` is the usual p-value. Far out, at p-values as small as a threshold over thousands of tests needs, it is only an
approximation for counts of a hundred or so: there `bounded` decides, which is never too small.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
TERMS = 10_000
CLOSE = 1e-15


@lru_cache(1 << 16)
def tail(statistic: float, degrees: int) -> float:
    """P(X >= statistic) for a chi-squared X: the regularised incomplete gamma function Q(degrees / 2, statistic / 2).

    Series of P below a + 1, Lentz's continued fraction of Q above (Abramowitz and Stegun 6.5.29 and 6.5.31).
    """
    a, x = degrees / 2, statistic / 2
    if x <= 0:
        return 1.0
    # x^a e^-x / Gamma(a)
    factor = math.exp(a * math.log(x) - x - math.lgamma(a))
    return 1 - factor * _series(a, x) if x < a + 1 else factor * _fraction(a, x)


def _series(a: float, x: float) -> float:
    total = term = 1 / a
    for k in range(1, TERMS):
        term *= x / (a + k)
        total += term
        if term < total * CLOSE:
            return total
    raise ArithmeticError("the series does not converge")


def _fraction(a: float, x: float) -> float:
    b = x + 1 - a
    c, d = math.inf, 1 / b
    result = d
    for k in range(1, TERMS):
        an = -k * (k - a)
        b += 2
        d, c = 1 / (an * d + b), b + an / c
        result *= d * c
        if abs(d * c - 1) < CLOSE:
            return result
    raise ArithmeticError("the continued fraction does not converge")


def uniform(counts: Counts) -> float:
    """p-value of the hypothesis that all buckets are equally likely."""
    expected = counts.sum() / len(counts)
    return tail(float(((counts - expected) ** 2).sum() / expected), len(counts) - 1)


def homogeneous(a: Counts, b: Counts) -> float:
    """p-value of the hypothesis that two samples have one distribution. Buckets that neither has do not count."""
    seen = (a + b) > 0
    both = np.array([a[seen], b[seen]], float)
    if both.shape[1] < 2:
        return 1.0
    expected = both.sum(0) * both.sum(1, keepdims=True) / both.sum()
    return tail(float(((both - expected) ** 2 / expected).sum()), both.shape[1] - 1)


def bounded(counts: Counts) -> float:
    """An upper bound of the probability that equally likely buckets give any bucket's count so far off.

    Chernoff: one count is k or further out, on its side, with probability exp(-n KL(k/n || 1/B)) at most; there are B
    buckets with two sides each.
    """
    n, share = int(counts.sum()), 1 / len(counts)
    # the divergence grows away from the share, so the furthest count is the least or the greatest
    furthest = max(_divergence(int(k) / n, share) for k in (counts.min(), counts.max()))
    return min(1.0, 2 * len(counts) * math.exp(-n * furthest))


def bounded_difference(a: Counts, b: Counts) -> float:
    """The same for two samples of one size from one distribution, whatever it is.

    Given how many of all samples are in a bucket, how many of these are the first's is hypergeometric, whose tails are
    below the binomial's Chernoff bound (Hoeffding 1963, theorem 4).
    """
    assert a.sum() == b.sum()
    exponents = [(x + y) * _divergence(x / (x + y), 0.5) for x, y in zip(a.tolist(), b.tolist(), strict=True) if x + y]
    return min(1.0, 2 * len(a) * math.exp(-max(exponents)))


@lru_cache(1 << 16)
def _divergence(q: float, p: float) -> float:
    """Kullback-Leibler divergence of two coins, in nats."""

    def part(x: float, y: float) -> float:
        return x * math.log(x / y) if x else 0.0

    return part(q, p) + part(1 - q, 1 - p)


def counted(buckets: NDArray[Any], size: int) -> Counts:
    """How often each of `size` buckets occurs."""
    return np.bincount(buckets.astype(np.int64), minlength=size)
