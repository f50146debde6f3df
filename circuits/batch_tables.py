"""All tables of the batch program (batch.cairo) at one shape class, and the heights that the class fixes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import ProgramTables, Records, build_tables, committed_program
from plimsoll.circuits.shapes import MIN_LOG_HEIGHT, Role, ShapeClass, ShapeError, cover

SCHEDULE: Final = "schedule"
SCENARIOS: Final = 3
"""Shocked snapshots of a batch, beside the snapshot itself."""
FIGURES: Final = 2 + SCENARIOS
"""The margin gap, and the deficit at each snapshot: the rows of totals behind those of the instruments."""
ROW: Final = 8
"""Amounts a row of totals: two instruments, or one figure."""
PUBLIC_VALUES: Final = ("height", "rows", "root", "root", "root", "root", *["commitment"] * 4)
_OF_THE_BOOK: Final = {
    "root": Role.SINGLE,
    "main": Role.SINGLE,
    "holdings.z": Role.SETTLE,
    "holdings.nz": Role.HOLDINGS,
    "subtree.z.z": Role.EMPTY,
    "subtree.z.nz": Role.ACCOUNT,
    "subtree.nz": Role.INNER,
    "range_check": Role.RANGE,
}
TABLES: Final = (*_OF_THE_BOOK, "close.z", "close.nz", "poseidon")
_NAME: Final = re.compile(r"batch-2\^([1-9][0-9]?)x([1-9][0-9]{0,2})")


def instrument_rows(instruments: int) -> int:
    """Rows of totals of a table of so many instruments, two a row."""
    return -(-instruments // 2)


@dataclass(frozen=True, slots=True)
class BatchShape:
    """A batch of 2^log_leaves leaves whose accounts have `rows_per_account` rows of six holdings on average at most."""

    log_leaves: int
    rows_per_account: int

    def __post_init__(self) -> None:
        self.leaf_class  # noqa: B018 - raises ShapeError for what is not on the published grid

    @property
    def leaf_class(self) -> ShapeClass:
        """The book batch's class of the same size."""
        return ShapeClass(self.log_leaves, self.rows_per_account)

    @property
    def name(self) -> str:
        """The published name, e.g. `batch-2^12x2`."""
        return f"batch-2^{self.log_leaves}x{self.rows_per_account}"

    @property
    def leaves(self) -> int:
        return 1 << self.log_leaves

    def log_heights(self, table: str, rows: int) -> list[int]:
        """Logarithms of the heights of a table's instances. `rows` of instruments' totals are public."""
        closing = rows + FIGURES
        if table == "close.z":
            return [MIN_LOG_HEIGHT]
        if table == "close.nz":
            return cover(closing)
        if table == "poseidon":
            leaves = self.leaves
            return cover(leaves + self.leaf_class.holdings_rows + (leaves - 1) + 1 + closing)
        return self.leaf_class.log_heights(_OF_THE_BOOK[table], 1)

    @staticmethod
    def parse(name: str) -> BatchShape:
        """The class of a published name. Raises ShapeError for anything but a name that `name` gives."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise ShapeError(f"{name!r} names no shape class of a batch: expected a name such as 'batch-2^12x2'")
        return BatchShape(int(match[1]), int(match[2]))


def batch_program() -> Program:
    """The committed batch program."""
    return committed_program("batch")


def build_batch(program: Program, records: Records, shape: BatchShape, instruments: int) -> ProgramTables:
    """The tables of a batch.

    Args:
        program: compiled batch.cairo.
        records: of `position_records`, null records last.
        instruments: how many the instrument table has.

    Raises:
        CompileError: the program is not one the compiler accepts.
        ProgramTablesError: the program's paths are not those of a batch, or a record has another number of fields.
    """
    rows = instrument_rows(instruments)
    return build_tables(program, {SCHEDULE: records}, lambda table: shape.log_heights(table, rows), TABLES)
