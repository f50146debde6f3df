"""Schedules as arrays, with coefficients cut into limbs: what whole books are evaluated with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.batch_schedule import EQUITIES, BatchSchedule
from plimsoll.engine.instruments import MAX_KEY
from plimsoll.engine.schedule import Schedules
from plimsoll.engine.wide import BITS, LIMBS, MASK, Limbs, split

SLOPE_LIMBS = 4
QUANTITY_LIMBS = 3


class PieceTable:
    """Linear pieces of several figures, sorted by (key, lo), for looking up and summing many holdings at once."""

    def __init__(
        self, keys: Sequence[int], spans: Sequence[tuple[int, int]], lines: Sequence[Sequence[tuple[int, int]]]
    ) -> None:
        """`spans`: lo and hi of each piece; `lines`: for each figure, slope and constant of each piece."""
        self._lo = np.array([lo for lo, _ in spans], dtype=np.int64)
        self._hi = np.array([hi for _, hi in spans], dtype=np.int64)
        counts = np.bincount(np.array(keys, dtype=np.int64), minlength=MAX_KEY + 2)
        self._end = np.cumsum(counts)
        self._start = self._end - counts
        self._steps = range(int(counts.max(initial=1)).bit_length() - 1, -1, -1)
        self._slopes = [split([slope for slope, _ in one], SLOPE_LIMBS) for one in lines]
        self._constants = [split([constant for _, constant in one], LIMBS) for one in lines]

    @property
    def figures(self) -> int:
        """Number of figures of a holding."""
        return len(self._slopes)

    def find(self, keys: NDArray[np.uint16], quantities: NDArray[np.int64]) -> tuple[Limbs, NDArray[np.bool_]]:
        """Index of each holding's piece, and whether it covers it (unknown keys and too large quantities: no)."""
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
        """The figures of the accounts whose holdings begin at `starts`, not yet carried.

        A limb of the result adds up to three products of 24-bit limbs and a constant's limb over up to 1024
        holdings: below 2^60.
        """
        q = [quantities >> BITS * j & MASK for j in range(QUANTITY_LIMBS)]
        return [
            np.stack([np.add.reduceat(limb, starts) for limb in self._values(slope, constant, found, q)])
            for slope, constant in zip(self._slopes, self._constants, strict=True)
        ]

    @staticmethod
    def _values(slope: Limbs, constant: Limbs, found: Limbs, q: list[Limbs]) -> list[Limbs]:
        result = [limb[found] for limb in constant]
        for j, limb in enumerate(slope):
            factor = limb[found]
            for k, part in enumerate(q):
                result[j + k] += factor * part
        return result


class BookSchedule(PieceTable):
    """Tiers of maintenance and initial schedule refined into one list: equity, maintenance and initial margin."""

    def __init__(self, schedules: Schedules) -> None:
        keys: list[int] = []
        spans: list[tuple[int, int]] = []
        equity: list[tuple[int, int]] = []
        margins: tuple[list[tuple[int, int]], list[tuple[int, int]]] = ([], [])
        for key in schedules.maintenance.keys():  # noqa: SIM118 - not a mapping
            maintenance, initial = schedules.maintenance.of_key(key), schedules.initial.of_key(key)
            end = min(maintenance[-1].hi, initial[-1].hi)
            los = [lo for lo in sorted({tier.lo for tier in (*maintenance, *initial)}) if lo <= end]
            for lo, hi in zip(los, [*(lo - 1 for lo in los[1:]), end], strict=True):
                one, other = schedules.maintenance.find(key, lo), schedules.initial.find(key, lo)
                keys.append(key)
                spans.append((lo, hi))
                equity.append((one.e1, one.e0))
                margins[0].append((one.m1, one.m0))
                margins[1].append((other.m1, other.m0))
        super().__init__(keys, spans, [equity, *margins])


class BatchTable(PieceTable):
    """The pieces of a batch schedule: net, then the equities. Values are counted from each piece's first lot."""

    def __init__(self, schedule: BatchSchedule) -> None:
        pieces = schedule.pieces
        spans = [(piece.lo, piece.hi) for piece in pieces]
        lines = [[piece.lines[figure] for piece in pieces] for figure in range(1 + EQUITIES)]
        super().__init__([piece.key for piece in pieces], spans, lines)

    def sums(self, found: Limbs, quantities: NDArray[np.int64], starts: NDArray[np.int64]) -> list[Limbs]:
        return super().sums(found, quantities - self._lo[found], starts)
