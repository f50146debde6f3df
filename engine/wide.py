"""Vectors of wide integers as rows of int64 limbs: exact, and without one Python object an element.

A value is sum over j of limb_j * 2^(24 j), j = 0..5. Normal form: limbs 0 to 4 in [0, 2^24), limb 5 signed. Account
sums are below 1024 * 2^144 = 2^154, so limb 5 stays below 2^34, and multiplying by less than 2^28 stays below 2^62.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

BITS = 24
LIMBS = 6
MASK = 2**BITS - 1
MAX_FACTOR = 2**28

Limbs = NDArray[np.int64]


def split(values: Iterable[int], limbs: int) -> Limbs:
    """Python integers as limbs of their own sign; shape (limbs, n). The caller knows that they fit."""
    columns = []
    for value in values:
        sign, size = (-1 if value < 0 else 1), abs(value)
        columns.append([sign * (size >> BITS * j & MASK) for j in range(limbs)])
    return np.array(columns, dtype=np.int64).reshape(-1, limbs).T.copy()


def carry(limbs: Limbs) -> Limbs:
    """Bring limbs below 2^62 in size to normal form, in place."""
    for j in range(LIMBS - 1):
        limbs[j + 1] += limbs[j] >> BITS
        limbs[j] &= MASK
    return limbs


class Wide:
    """A vector of n wide integers in normal form; `limbs` has the shape (6, n)."""

    __slots__ = ("limbs",)

    def __init__(self, limbs: Limbs) -> None:
        self.limbs = limbs

    @classmethod
    def of(cls, values: Iterable[int]) -> Wide:
        """A vector of Python integers, each below 2^154 in size."""
        values = list(values)
        top = [value >> BITS * (LIMBS - 1) for value in values]
        low = [[value >> BITS * j & MASK for value in values] for j in range(LIMBS - 1)]
        return cls(np.array([*low, top], dtype=np.int64).reshape(LIMBS, len(values)))

    def __len__(self) -> int:
        return int(self.limbs.shape[1])

    def __getitem__(self, index: int) -> int:
        return sum(int(limb) << BITS * j for j, limb in enumerate(self.limbs[:, index]))

    def __sub__(self, other: Wide) -> Wide:
        return Wide(carry(self.limbs - other.limbs))

    def times(self, factor: int) -> Wide:
        """Every value times one integer below 2^28 in size."""
        if abs(factor) >= MAX_FACTOR:
            raise OverflowError(f"factor {factor} is not below 2^28")
        return Wide(carry(self.limbs * factor))

    def negative(self) -> NDArray[np.bool_]:
        """Which values are below zero."""
        below: NDArray[np.bool_] = self.limbs[-1] < 0
        return below

    def take(self, indices: NDArray[np.int64]) -> Wide:
        """The values at these places."""
        return Wide(self.limbs[:, indices])

    def total(self) -> int:
        """Sum of all values, for up to 2^28 of them."""
        return sum(int(limb) << BITS * j for j, limb in enumerate(self.limbs.sum(axis=1)))

    def ints(self) -> list[int]:
        """All values as Python integers."""
        columns = [limb.tolist() for limb in self.limbs]
        return [sum(limb << BITS * j for j, limb in enumerate(limbs)) for limbs in zip(*columns, strict=True)]


def maximum(one: Wide, other: Wide) -> Wide:
    """The greater of two vectors, place by place."""
    return Wide(np.where((one - other).negative(), other.limbs, one.limbs))
