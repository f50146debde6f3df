"""Health of one account: the scalar reference, written to be read. `book_health` computes the same for whole books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from plimsoll.engine.decimals import PPM
from plimsoll.engine.schedule import Schedules
from plimsoll.engine.tiers import HoldingError

MAX_HOLDINGS = 1024
"""Holdings an account may have."""


class Status(IntEnum):
    """Where an account stands; each state is worse than the one before."""

    HEALTHY = 0
    """Equity covers initial margin."""
    PRE_LIQUIDATION = 1
    """Equity covers maintenance, not initial margin: no new risk."""
    PARTIAL_LIQUIDATION = 2
    """Equity is below maintenance margin: positions are reduced."""
    FULL_LIQUIDATION = 3
    """Equity is below the close-out line: everything is closed."""
    BANKRUPT = 4
    """Equity is negative: the insurance fund pays."""


@dataclass(frozen=True, slots=True)
class AccountHealth:
    """Figures of one account, integers at 10^-20 quote currency."""

    equity: int
    maintenance: int
    initial: int
    """Initial margin, and never below maintenance: rounding against the account may put a unit between the two."""
    close_out_rate: int
    """Part of maintenance, in ppm, at which the close-out line stands."""
    status: Status

    @property
    def close_out(self) -> int:
        """The close-out line: the least equity that is not below `close_out_rate` of maintenance."""
        return -(-self.maintenance * self.close_out_rate // PPM)

    @property
    def margin_gap(self) -> int:
        """What is missing to maintenance margin, max(0, MM - E)."""
        return max(0, self.maintenance - self.equity)

    @property
    def deficit(self) -> int:
        """What is missing to zero, max(0, -E)."""
        return max(0, -self.equity)

    @property
    def solvent(self) -> bool:
        """Whether equity covers maintenance margin: what a proof of the book says of every account."""
        return self.equity >= self.maintenance


def status_of(equity: int, maintenance: int, initial: int, close_out_rate: int) -> Status:
    """The status that follows from the figures; without any division."""
    if equity < 0:
        return Status.BANKRUPT
    if equity * PPM < maintenance * close_out_rate:
        return Status.FULL_LIQUIDATION
    if equity < maintenance:
        return Status.PARTIAL_LIQUIDATION
    return Status.HEALTHY if equity >= initial else Status.PRE_LIQUIDATION


def account_health(schedules: Schedules, holdings: Iterable[tuple[int, int]]) -> AccountHealth:
    """Health of the account with these (key, lots); keys strictly ascending, so that no position is split.

    Raises `HoldingError` for keys out of order or unknown, too many holdings, and quantities that no tier covers.
    """
    equity = maintenance = initial = 0
    before = -1
    for count, (key, q) in enumerate(holdings, start=1):
        if key <= before:
            raise HoldingError(f"key {key} after key {before}: expected strictly ascending keys, one holding each")
        if count > MAX_HOLDINGS:
            raise HoldingError(f"more than {MAX_HOLDINGS} holdings in one account; split the account")
        before = key
        tier = schedules.maintenance.find(key, q)
        equity += tier.equity(q)
        maintenance += tier.requirement(q)
        initial += schedules.initial.find(key, q).requirement(q)
    initial = max(initial, maintenance)
    status = status_of(equity, maintenance, initial, schedules.close_out)
    return AccountHealth(equity, maintenance, initial, schedules.close_out, status)
