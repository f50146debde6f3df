"""Figures of a whole book with NumPy: totals, sums and shortfalls, equal bit for bit with the scalar reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.account_figures import FIGURES, AccountFigures
from plimsoll.engine.batch_schedule import BatchSchedule
from plimsoll.engine.book import Book
from plimsoll.engine.book_health import totals
from plimsoll.engine.book_schedule import BatchTable
from plimsoll.engine.book_sums import book_sums
from plimsoll.engine.wide import Wide, carry


class Figure(NamedTuple):
    """One figure of a book."""

    amount: int
    """Sum of the shortfalls, 10^-20 quote currency."""
    accounts: int
    """Number of accounts with one."""


@dataclass(frozen=True, slots=True)
class BookFigures:
    """Net and equities of every account of a book, in the book's order, and the book's totals."""

    sums: tuple[Wide, ...]
    """Net, then the equities: `FIGURES` of them."""
    totals: tuple[int, ...]
    """Lots under each key of the schedule's table: 2 * instrument + side."""

    def __len__(self) -> int:
        return len(self.sums[0])

    def __getitem__(self, account: int) -> AccountFigures:
        net, *equities = (one[account] for one in self.sums)
        return AccountFigures(net, tuple(equities))

    def __iter__(self) -> Iterator[AccountFigures]:
        for net, *equities in zip(*(one.ints() for one in self.sums), strict=True):
            yield AccountFigures(net, tuple(equities))

    @property
    def net(self) -> Wide:
        """Equity less maintenance requirement at the snapshot."""
        return self.sums[0]

    @property
    def equities(self) -> tuple[Wide, ...]:
        """Equities at the snapshot and in each scenario."""
        return self.sums[1:]

    def lacking(self, figure: int) -> NDArray[np.int64]:
        """Indices of the accounts with a shortfall: 0 below maintenance margin, 1 + s bankrupt in scenario s."""
        return np.flatnonzero(self.sums[figure].negative())

    def shortfalls(self, figure: int) -> Wide:
        """What each account lacks, 0 where it lacks nothing."""
        one = self.sums[figure]
        return Wide(carry(np.where(one.negative(), -one.limbs, 0)))

    def figure(self, figure: int) -> Figure:
        """Sum and number of the shortfalls of one figure."""
        return Figure(self.shortfalls(figure).total(), len(self.lacking(figure)))

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All of them: the margin gap, then the deficits."""
        return tuple(self.figure(figure) for figure in range(FIGURES))


def book_figures(
    schedule: BatchSchedule, book: Book, *, workers: int = 2, progress: Callable[[int], None] | None = None
) -> BookFigures:
    """Figures of every account. `progress` is called with the number of accounts just done, from this thread.

    Raises `HoldingError` naming the first holding that no piece covers.
    """
    sums = book_sums(BatchTable(schedule), book, workers=workers, progress=progress)
    return BookFigures(tuple(sums), tuple(totals(book, 1 + max(schedule.keys(), default=-1))))
