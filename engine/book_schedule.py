"""Both schedules as arrays: the common refinement of their tiers, with coefficients cut into limbs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.instruments import MAX_KEY
from plimsoll.engine.schedule import Schedules
from plimsoll.engine.wide import BITS, LIMBS, MASK, Limbs, split

SLOPE_LIMBS = 4
QUANTITY_LIMBS = 3


class BookSchedule:
    """Tiers of maintenance and initial schedule refined into one list, for looking up many holdings at once."""

    def __init__(self, schedules: Schedules) -> None:
        keys: list[int] = []
        spans: list[tuple[int, int]] = []
        coefficients: list[tuple[int, ...]] = []
        self._start = np.zeros(MAX_KEY + 2, dtype=np.int64)
        for key in schedules.maintenance.keys():  # noqa: SIM118 - not a mapping
            maintenance, initial = schedules.maintenance.of_key(key), schedules.initial.of_key(key)
            end = min(maintenance[-1].hi, initial[-1].hi)
            los = [lo for lo in sorted({tier.lo for tier in (*maintenance, *initial)}) if lo <= end]
            for lo, hi in zip(los, [*(lo - 1 for lo in los[1:]), end], strict=True):
                one, other = schedules.maintenance.find(key, lo), schedules.initial.find(key, lo)
                keys.append(key)
                spans.append((lo, hi))
                coefficients.append((one.e1, one.e0, one.m1, one.m0, other.m1, other.m0))
        self._lo = np.array([lo for lo, _ in spans], dtype=np.int64)
        self._hi = np.array([hi for _, hi in spans], dtype=np.int64)
        counts = np.bincount(np.array(keys, dtype=np.int64), minlength=MAX_KEY + 2)
        self._end = np.cumsum(counts)
        self._start = self._end - counts
        self._steps = range(int(counts.max(initial=1)).bit_length() - 1, -1, -1)
        columns = list(zip(*coefficients, strict=True))
        self._slopes = [split(columns[j], SLOPE_LIMBS) for j in (0, 2, 4)]
        self._intercepts = [split(columns[j], LIMBS) for j in (1, 3, 5)]

    def find(self, keys: NDArray[np.uint16], quantities: NDArray[np.int64]) -> tuple[Limbs, NDArray[np.bool_]]:
        """Tier index of each holding, and whether that tier covers it (unknown keys and too large quantities: no)."""
        found, end = self._start[keys], self._end[keys]
        known = found < end
        found[~known] = 0
        last = len(self._lo) - 1
        for step in self._steps:
            candidate = found + (1 << step)
            fits = (candidate < end) & (self._lo[np.minimum(candidate, last)] <= quantities)
            found[fits] = candidate[fits]
        return found, known & (quantities >= 0) & (quantities <= self._hi[found])

    def sums(self, found: Limbs, quantities: NDArray[np.int64], starts: NDArray[np.int64]) -> list[Limbs]:
        """Equity, maintenance and initial margin of the accounts whose holdings begin at `starts`, not yet carried.

        A limb of the result adds up to three products of 24-bit limbs and an intercept's limb over up to 1024
        holdings: below 2^60.
        """
        q = [quantities >> BITS * j & MASK for j in range(QUANTITY_LIMBS)]
        return [
            np.stack([np.add.reduceat(limb, starts) for limb in self._values(slope, intercept, found, q)])
            for slope, intercept in zip(self._slopes, self._intercepts, strict=True)
        ]

    @staticmethod
    def _values(slope: Limbs, intercept: Limbs, found: Limbs, q: list[Limbs]) -> list[Limbs]:
        result = [limb[found] for limb in intercept]
        for j, limb in enumerate(slope):
            factor = limb[found]
            for k, part in enumerate(q):
                result[j + k] += factor * part
        return result
