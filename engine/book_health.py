"""Health of a whole book with NumPy, equal bit for bit with the scalar `account_health` (tested on random books)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.book import Book
from plimsoll.engine.book_schedule import BookSchedule
from plimsoll.engine.book_sums import book_sums
from plimsoll.engine.decimals import PPM
from plimsoll.engine.health import AccountHealth, Status
from plimsoll.engine.schedule import Schedules
from plimsoll.engine.wide import Wide, maximum

MAX_RATIO = 2**27
"""Margin ratios, in ppm, that thresholds can express: up to 134."""


@dataclass(frozen=True, slots=True)
class BookHealth:
    """Figures of every account of a book, in the book's order; values at 10^-20 quote currency."""

    equity: Wide
    maintenance: Wide
    initial: Wide
    """Initial margin, and never below maintenance."""
    status: NDArray[np.uint8]
    """`Status` of each account."""
    close_out_rate: int

    def __len__(self) -> int:
        return len(self.status)

    def __getitem__(self, account: int) -> AccountHealth:
        figures = (self.equity[account], self.maintenance[account], self.initial[account])
        return AccountHealth(*figures, self.close_out_rate, Status(int(self.status[account])))

    def __iter__(self) -> Iterator[AccountHealth]:
        figures = zip(self.equity.ints(), self.maintenance.ints(), self.initial.ints(), strict=True)
        for (equity, maintenance, initial), status in zip(figures, self.status.tolist(), strict=True):
            yield AccountHealth(equity, maintenance, initial, self.close_out_rate, Status(status))

    def counts(self) -> dict[Status, int]:
        """Number of accounts in each status."""
        counts = np.bincount(self.status, minlength=len(Status))
        return {status: int(counts[status]) for status in Status}

    def failing(self) -> NDArray[np.int64]:
        """Indices of the accounts whose equity is below maintenance margin."""
        return np.flatnonzero(self.status >= Status.PARTIAL_LIQUIDATION)

    def margin_gap(self) -> int:
        """The shortfall of the book: sum over the accounts of max(0, MM - E)."""
        failing = self.failing()
        return (self.maintenance.take(failing) - self.equity.take(failing)).total()

    def deficit(self) -> int:
        """Sum over the accounts of max(0, -E)."""
        return -self.equity.take(np.flatnonzero(self.status == Status.BANKRUPT)).total()

    def below(self, ratio: int) -> NDArray[np.bool_]:
        """Which accounts have a margin ratio E/MM below `ratio` ppm; without any MM: whose equity is negative."""
        return (self.equity.times(PPM) - self.maintenance.times(ratio)).negative()

    def worst(self, count: int) -> list[int]:
        """Indices of the `count` accounts of the lowest margin ratio E/MM below 134, worst first, by exact comparison.

        An account with debts and no maintenance margin counts as lower than any other; ties go by index.
        """
        low, high = -MAX_RATIO, MAX_RATIO
        while low < high:
            middle = (low + high) // 2
            if np.count_nonzero(self.below(middle)) >= count:
                high = middle
            else:
                low = middle + 1
        candidates = [int(one) for one in np.flatnonzero(self.below(low))]
        return sorted(candidates, key=self._badness)[:count]

    def _badness(self, account: int) -> tuple[bool, Fraction, int]:
        equity, maintenance = self.equity[account], self.maintenance[account]
        if maintenance == 0:
            return (equity >= 0, Fraction(equity), account)
        return (True, Fraction(equity, maintenance), account)


def book_health(
    schedules: Schedules, book: Book, *, workers: int = 2, progress: Callable[[int], None] | None = None
) -> BookHealth:
    """Health of every account. `progress` is called with the number of accounts just done, from this thread.

    Raises `HoldingError` naming the first holding that no tier covers.
    """
    equity, maintenance, initial = book_sums(BookSchedule(schedules), book, workers=workers, progress=progress)
    initial = maximum(initial, maintenance)
    status = np.zeros(len(book), dtype=np.uint8)
    # Each line is worse than the one before, so the last that applies stands.
    status[(equity - initial).negative()] = Status.PRE_LIQUIDATION
    status[(equity - maintenance).negative()] = Status.PARTIAL_LIQUIDATION
    status[(equity.times(PPM) - maintenance.times(schedules.close_out)).negative()] = Status.FULL_LIQUIDATION
    status[equity.negative()] = Status.BANKRUPT
    return BookHealth(equity, maintenance, initial, status, schedules.close_out)


def totals(book: Book, keys: int) -> list[int]:
    """Total lots under each key below `keys`, exactly: totals by instrument and side."""
    low, high = np.zeros(keys, dtype=np.int64), np.zeros(keys, dtype=np.int64)
    np.add.at(low, book.keys, book.quantities & (2**30 - 1))
    np.add.at(high, book.keys, book.quantities >> 30)
    return [int(a) + (int(b) << 30) for a, b in zip(low, high, strict=True)]
