"""Shape classes: the published list of table heights that a proof may have.

Heights are visible in a proof. They are therefore chosen before the book is looked at, from two declared figures: how
many leaves the tree has, and how many rows of six holdings an account has on average at most. A book that does not fit
is refused; it never makes a table higher.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from plimsoll.engine.errors import PlimsollError

MIN_LOG_HEIGHT: Final = 8
"""No table is lower than 2^8 rows: the hiding budget 2 * (queries + 3 * points) <= height (docs/security)."""
LOG_LEAVES: Final = range(2, 15)
ROWS_PER_ACCOUNT: Final = (1, 2, 3, 4, 6, 9, 14, 22, 30, 46, 62, 94, 126, 171)
"""Coarse grid of the declared average number of rows of six holdings (171 rows: 1,024 holdings and a part row)."""
HOLDINGS_PER_ROW: Final = 6


class ShapeError(PlimsollError):
    """A declared size that no shape class serves, or a name of no shape class."""


class Role(Enum):
    """What a table of the book program is for; its height follows from the role and the shape class alone."""

    SINGLE = "one row: root and main"
    INNER = "inner node of the tree"
    EMPTY = "empty leaf"
    ACCOUNT = "account leaf"
    HOLDINGS = "row of six holdings"
    SETTLE = "end of an account: its equity meets its requirement"
    POSEIDON = "permutation"
    RANGE = "range check"
    SCHEDULE = "schedule record"


@dataclass(frozen=True, slots=True)
class ShapeClass:
    """A tree of 2^log_leaves leaves whose accounts have `rows_per_account` rows of six holdings on average at most."""

    log_leaves: int
    rows_per_account: int

    def __post_init__(self) -> None:
        if self.log_leaves not in LOG_LEAVES or self.rows_per_account not in ROWS_PER_ACCOUNT:
            raise ShapeError(
                f"no shape class has 2^{self.log_leaves} leaves and {self.rows_per_account} rows an account: "
                f"expected 2^{LOG_LEAVES[0]} to 2^{LOG_LEAVES[-1]} leaves and one of {ROWS_PER_ACCOUNT} rows"
            )

    @property
    def name(self) -> str:
        """The published name, e.g. `book-2^12x2`."""
        return f"book-2^{self.log_leaves}x{self.rows_per_account}"

    @property
    def leaves(self) -> int:
        return 1 << self.log_leaves

    @property
    def holdings_rows(self) -> int:
        """How many rows of six holdings the whole batch has room for."""
        return self.leaves * self.rows_per_account

    def log_heights(self, role: Role, schedule_records: int) -> list[int]:
        """Logarithms of the heights of a table's instances, highest first.

        A schedule is public, so its table is as high as its records need. All other heights depend on the class only:
        a permutation for each leaf's header, each row of holdings, each inner node, and the commitment.
        """
        leaves = self.leaves
        match role:
            case Role.SINGLE:
                return [MIN_LOG_HEIGHT]
            case Role.INNER | Role.EMPTY | Role.ACCOUNT | Role.SETTLE:
                return cover(leaves)
            case Role.HOLDINGS:
                return cover(self.holdings_rows)
            case Role.POSEIDON:
                return cover(leaves + self.holdings_rows + (leaves - 1) + 1)
            case Role.RANGE:
                return [12]
            case Role.SCHEDULE:
                return [max(MIN_LOG_HEIGHT, (schedule_records - 1).bit_length())]

    @staticmethod
    def parse(name: str) -> ShapeClass:
        """The class of a published name. Raises ShapeError for anything but a name that `name` gives."""
        match = re.fullmatch(r"book-2\^([1-9][0-9]?)x([1-9][0-9]{0,2})", name)
        if match is None:
            raise ShapeError(f"{name!r} names no shape class: expected a name such as 'book-2^12x2'")
        return ShapeClass(int(match[1]), int(match[2]))

    @staticmethod
    def fitting(accounts: int, holdings_per_account: int) -> ShapeClass:
        """The smallest class for a declared number of accounts and a declared average of holdings an account.

        Both are declarations, to be made before looking at the book: the class is public.
        """
        rows = -(-holdings_per_account // HOLDINGS_PER_ROW)
        grid = [r for r in ROWS_PER_ACCOUNT if r >= max(rows, 1)]
        log_leaves = max((accounts - 1).bit_length(), LOG_LEAVES[0])
        if not grid or log_leaves not in LOG_LEAVES or accounts < 1:
            raise ShapeError(
                f"no shape class serves {accounts} accounts of {holdings_per_account} holdings: a batch has 1 to "
                f"{1 << LOG_LEAVES[-1]} accounts and at most {ROWS_PER_ACCOUNT[-1] * HOLDINGS_PER_ROW} holdings each"
            )
        return ShapeClass(log_leaves, grid[0])


def cover(rows: int) -> list[int]:
    """One or two powers of two that hold `rows` rows: the highest one within, and one for the rest."""
    low = 1 << MIN_LOG_HEIGHT
    top = 1 << max(rows.bit_length() - 1, MIN_LOG_HEIGHT)
    rest = rows - top
    if rest <= 0:
        return [top.bit_length() - 1]
    second = max(low, 1 << (rest - 1).bit_length())
    if second >= top:
        return [top.bit_length()]
    return [top.bit_length() - 1, second.bit_length() - 1]
