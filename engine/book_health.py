"""Health of a whole book with NumPy, equal bit for bit with the scalar `account_health` (tested on random books)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.book import Book
from plimsoll.engine.book_schedule import BookSchedule
from plimsoll.engine.decimals import PPM
from plimsoll.engine.health import AccountHealth, Status
from plimsoll.engine.problems import shown
from plimsoll.engine.schedule import Schedules
from plimsoll.engine.tiers import HoldingError
from plimsoll.engine.wide import LIMBS, Limbs, Wide, carry, maximum

CHUNK = 2**15
"""Holdings evaluated at a time, so that the working arrays stay in the processor's cache."""
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
    n = len(book)
    tables = BookSchedule(schedules)
    figures = [np.zeros((LIMBS, n), dtype=np.int64) for _ in range(3)]

    def evaluate(span: tuple[int, int]) -> int:
        for whole, part in zip(figures, _evaluate(tables, book, *span), strict=True):
            whole[:, slice(*span)] = carry(part)
        return span[1] - span[0]

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done in pool.map(evaluate, _spans(book)):
            if progress is not None:
                progress(done)
    equity, maintenance, initial = (Wide(limbs) for limbs in figures)
    initial = maximum(initial, maintenance)
    status = np.zeros(n, dtype=np.uint8)
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


def _spans(book: Book) -> list[tuple[int, int]]:
    """Account ranges of about `CHUNK` holdings each."""
    n = len(book)
    marks = np.searchsorted(book.offsets, np.arange(0, len(book.keys), CHUNK))
    edges = sorted({0, n, *(int(mark) for mark in marks if mark <= n), *range(0, n, CHUNK)})
    return list(pairwise(edges))


def _evaluate(tables: BookSchedule, book: Book, start: int, stop: int) -> list[Limbs]:
    first, last = int(book.offsets[start]), int(book.offsets[stop])
    keys, quantities = book.keys[first:last], book.quantities[first:last]
    results = [np.zeros((LIMBS, stop - start), dtype=np.int64) for _ in range(3)]
    if first == last:
        return results
    found, covered = tables.find(keys, quantities)
    if not covered.all():
        _refuse(book, first + int(np.flatnonzero(~covered)[0]))
    # `reduceat` takes an empty range for one element: sum over the accounts that hold something.
    holding = np.flatnonzero(np.diff(book.offsets[start : stop + 1]))
    starts = book.offsets[start:stop][holding] - first
    for result, sums in zip(results, tables.sums(found, quantities, starts), strict=True):
        result[:, holding] = sums
    return results


def _refuse(book: Book, holding: int) -> None:
    account = int(book.account_of(np.array([holding]))[0])
    raise HoldingError(
        f"account {shown(book.accounts[account])}: {int(book.quantities[holding])} lots under key "
        f"{int(book.keys[holding])} are covered by no tier; correct the key, or give the last bracket a null cap"
    )
