"""All tables of the account program: what a proof's statement binds and both provers and verifiers use.

There is one shape class. The largest account (171 rows of holdings) and the longest path (14 levels of a batch, 6 of a
book of 64 batches) fit tables of the lowest height, 256, so that nothing of an account shows in the heights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import ProgramTables, build_tables, committed_program
from plimsoll.circuits.shapes import LOG_LEAVES, MIN_LOG_HEIGHT

ACCOUNT_SHAPE: Final = "account"
"""Name of the only shape class."""
MAX_LEVELS: Final = LOG_LEAVES[-1]
MAX_ABOVE: Final = 6
"""Levels of a book's tree over its batches: up to 64 batches."""
OUTPUTS: Final = 20
"""Public values: root (4), levels, joined, above, instruments (4), context (4), tag (4), amount."""
TABLES: Final = (
    "root",
    "main",
    "holdings.z",
    "holdings.nz",
    "climb.z",
    "climb.nz",
    "poseidon",
    "range_check",
)
_SCHEDULE: Final = "schedule"


def account_program() -> Program:
    """The committed account program."""
    return committed_program("account")


def build_account(program: Program, schedule_records: Sequence[Sequence[int]]) -> ProgramTables:
    """The tables of an account's proof.

    Args:
        program: compiled account.cairo.
        schedule_records: rows of field elements as `schedule_records` gives them, null records last.

    Raises:
        CompileError: the program is not one the compiler accepts.
        ProgramTablesError: the program's paths are not those of the account, or a record has another number of fields.
    """
    return build_tables(program, {_SCHEDULE: schedule_records}, _heights, TABLES)


def _heights(name: str) -> list[int]:
    return [12 if name == "range_check" else MIN_LOG_HEIGHT]
