"""Figures of one account under a batch schedule: the scalar reference. `book_figures` gives those of whole books.

Figure 0 is the margin gap max(0, -N) of the net N; figure 1 + s the deficit max(0, -E_s) of the equity E_s.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from plimsoll.engine.batch_schedule import EQUITIES, BatchSchedule
from plimsoll.engine.health import MAX_HOLDINGS
from plimsoll.engine.tiers import HoldingError

FIGURES: Final = 1 + EQUITIES
"""The margin gap, and the deficits at the snapshot and in three scenarios."""
MARGIN_GAP: Final = 0
DEFICIT: Final = 1
"""Place of the deficit at the snapshot; those of the scenarios follow."""


@dataclass(frozen=True, slots=True)
class AccountFigures:
    """Net and equities of one account, integers at 10^-20 quote currency."""

    net: int
    """Equity less maintenance requirement at the snapshot."""
    equities: tuple[int, ...]
    """At the snapshot and in each scenario."""

    @property
    def shortfalls(self) -> tuple[int, ...]:
        """The account's part of each figure: what is missing to zero, and 0 where nothing is."""
        return tuple(max(0, -value) for value in (self.net, *self.equities))


def account_figures(schedule: BatchSchedule, holdings: Iterable[tuple[int, int]]) -> AccountFigures:
    """Figures of the account with these (key, lots); keys strictly ascending, so that no position is split.

    Raises `HoldingError` for keys out of order or unknown, too many holdings, and quantities that no piece covers.
    """
    sums = [0] * FIGURES
    before = -1
    for count, (key, q) in enumerate(holdings, start=1):
        if key <= before:
            raise HoldingError(f"key {key} after key {before}: expected strictly ascending keys, one holding each")
        if count > MAX_HOLDINGS:
            raise HoldingError(f"more than {MAX_HOLDINGS} holdings in one account; split the account")
        before = key
        piece = schedule.find(key, q)
        for figure, line in enumerate(piece.lines):
            sums[figure] += line.at(q - piece.lo)
    return AccountFigures(sums[0], tuple(sums[1:]))
