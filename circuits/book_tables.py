"""All tables of the book program at one shape class: what a proof's statement binds and both provers and verifiers use.

Order: root, the program's paths (main first), poseidon, range_check, rom:schedule. Instances stand in the same order,
those of one table from the highest to the lowest.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import COMPILED, ROM_PREFIX, ProgramTables, build_tables
from plimsoll.circuits.shapes import Role, ShapeClass
from plimsoll.circuits.tables import TableSet

BOOK_PROGRAM = COMPILED / "book.json"
"""The committed bytecode of book.cairo."""
SCHEDULE = "schedule"
ROLES = {
    "root": Role.SINGLE,
    "main": Role.SINGLE,
    "holdings.z": Role.SETTLE,
    "holdings.nz": Role.HOLDINGS,
    "subtree.z.z": Role.EMPTY,
    "subtree.z.nz": Role.ACCOUNT,
    "subtree.nz": Role.INNER,
    "poseidon": Role.POSEIDON,
    "range_check": Role.RANGE,
    f"rom:{SCHEDULE}": Role.SCHEDULE,
}
"""What each table of the book program is for, which decides its heights."""


def book_program() -> Program:
    """The committed book program."""
    return Program.load(BOOK_PROGRAM)


def book_tables(program: Program, schedule_records: Sequence[Sequence[int]], shape: ShapeClass) -> TableSet:
    """The table set of a book batch.

    Args:
        program: compiled book.cairo.
        schedule_records: rows of field elements as `schedule_records` gives them, null records last.
        shape: decides the height of every instance.

    Raises:
        CompileError: the program is not one the compiler accepts.
        ProgramTablesError: the program's paths are not those of the book, or a record has another number of fields.
    """
    return build_book(program, schedule_records, shape).tables


def build_book(program: Program, schedule_records: Sequence[Sequence[int]], shape: ShapeClass) -> ProgramTables:
    """`book_tables` together with the compiled program, for the prover. Arguments and errors are the same."""
    return build_tables(
        program,
        {SCHEDULE: schedule_records},
        lambda name: shape.log_heights(ROLES[name], len(schedule_records)),
        [name for name in ROLES if not name.startswith(ROM_PREFIX)],
    )
