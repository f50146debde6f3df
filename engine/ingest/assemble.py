"""From accepted rows to the engine's book: checks that need all rows of an account, then keys in order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.book import Book
from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.health import MAX_HOLDINGS
from plimsoll.engine.ingest.accounts import Accounts
from plimsoll.engine.ingest.findings import FieldRefusedError, Findings, Severity
from plimsoll.engine.ingest.holdings import Rows
from plimsoll.engine.ingest.values import beyond_tiers
from plimsoll.engine.instruments import InstrumentTable
from plimsoll.engine.schedule import Schedules

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class RowChecks:
    """The checks that need all rows of an account. `schedules` may be None where they could not be compiled."""

    file: str
    accounts: Accounts
    table: InstrumentTable
    schedules: Schedules | None
    findings: Findings

    def run(self, rows: Rows) -> Rows:
        """The rows sorted by account and instrument, zero quantities dropped; what is wrong goes to `findings`.

        Refused are duplicates, quantities beyond the last tier, and accounts of more than 1,024 holdings.
        """
        joined = _joined(rows)
        if (joined[1:] <= joined[:-1]).any():
            rows = _take(rows, np.argsort(joined, kind="stable"))
            joined = _joined(rows)
        self._duplicates(rows, joined)
        zeros = int((rows.lots == 0).sum())
        if zeros:
            rows = _take(rows, np.flatnonzero(rows.lots))
            self._note("zero-quantity", f"{_count(zeros, 'row')} of quantity zero left out", "nothing to do")
        if self.schedules is not None:
            self._beyond(rows, self.schedules)
        self._counts(rows)
        return rows

    def _duplicates(self, rows: Rows, joined: NDArray[np.int64]) -> None:
        starts = np.ones(len(joined), dtype=np.bool_)
        starts[1:] = joined[1:] != joined[:-1]
        firsts = np.maximum.accumulate(np.where(starts, np.arange(len(joined)), 0))
        for i in np.flatnonzero(~starts).tolist():
            account, instrument = self.accounts.names[rows.accounts[i]], self.table[int(rows.instruments[i])].name
            message = f"duplicate holding, first in row {rows.numbers[firsts[i]]}"
            error = FieldRefusedError("duplicate-holding", message, "keep one row for each account and instrument")
            row = int(rows.numbers[i])
            self.findings.add(self.file, error, row=row, column="instrument", value=f"{account}, {instrument}")

    def _beyond(self, rows: Rows, schedules: Schedules) -> None:
        limits = np.array([last_quantity(schedules, key) for key in range(2 * len(self.table))], dtype=np.int64)
        keys = 2 * rows.instruments.astype(np.int64) + (rows.lots < 0)
        for i in np.flatnonzero(np.abs(rows.lots) > limits[keys]).tolist():
            lot = self.table[int(rows.instruments[i])].lot
            error = beyond_tiers(format_quantity(int(limits[keys[i]]), lot))
            value = format_quantity(int(rows.lots[i]), lot)
            self.findings.add(self.file, error, row=int(rows.numbers[i]), column="quantity", value=value)

    def _counts(self, rows: Rows) -> None:
        counts = np.bincount(rows.accounts, minlength=len(self.accounts.names))
        for account in np.flatnonzero(counts > MAX_HOLDINGS).tolist():
            message = f"an account of {counts[account]} holdings, at most {MAX_HOLDINGS} are possible"
            error = FieldRefusedError("too-many-holdings", message, "split the account, or close dust positions")
            row = int(np.sort(rows.numbers[rows.accounts == account])[MAX_HOLDINGS])
            self.findings.add(self.file, error, row=row, column="account", value=self.accounts.names[account])
        empty = np.flatnonzero(counts == 0).tolist()
        if empty:
            names = ", ".join(self.accounts.names[i] for i in empty[:EXAMPLES]) + (", ..." if empty[EXAMPLES:] else "")
            self._note("no-holdings", f"{_count(len(empty), 'account')} without holdings", "nothing to do", names)

    def _note(self, kind: str, message: str, remedy: str, value: str = "") -> None:
        error = FieldRefusedError(kind, message, remedy)
        self.findings.add(self.file, error, column="account" * bool(value), value=value, severity=Severity.NOTE)


def book_of(rows: Rows, accounts: Accounts) -> Book:
    """The engine's arrays of sorted rows that `check_rows` has accepted."""
    counts = np.bincount(rows.accounts, minlength=len(accounts.names))
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    keys = (2 * rows.instruments.astype(np.int64) + (rows.lots < 0)).astype(np.uint16)
    return Book(accounts.names, accounts.classes, offsets, keys, np.abs(rows.lots), accounts.titles)


def last_quantity(schedules: Schedules, key: int) -> int:
    """The most lots of a key that both schedules cover."""
    return min(one.of_key(key)[-1].hi for one in (schedules.maintenance, schedules.initial))


def _joined(rows: Rows) -> NDArray[np.int64]:
    return np.asarray(rows.accounts.astype(np.int64) << 16 | rows.instruments)


def _take(rows: Rows, order: NDArray[np.int64]) -> Rows:
    return Rows(rows.numbers[order], rows.accounts[order], rows.instruments[order], rows.lots[order])


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number != 1)}"
