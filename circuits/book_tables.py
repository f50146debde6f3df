"""All tables of the book program at one shape class: what a proof's statement binds and both provers and verifiers use.

Order: root, the program's paths (main first), poseidon, range_check, rom:schedule. Instances stand in the same order,
those of one table from the highest to the lowest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from plimsoll.circuits.compiler.compile import CompiledProgram, compile_program
from plimsoll.circuits.poseidon2 import poseidon_table
from plimsoll.circuits.program import Program
from plimsoll.circuits.public_tables import range_table, rom_table, root_table
from plimsoll.circuits.shapes import Role, ShapeClass
from plimsoll.circuits.tables import Instance, Table, TableSet
from plimsoll.engine.errors import PlimsollError

BOOK_PROGRAM = Path(__file__).parent / "compiled" / "book.json"
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


class BookTablesError(PlimsollError):
    """A program or a schedule that does not make the book's tables."""


@dataclass(frozen=True, slots=True)
class BookTables:
    """The tables of one statement, and how the prover fills them."""

    tables: TableSet
    compiled: CompiledProgram

    def witness_program(self) -> dict[str, Any]:
        """The witness program as JSON-able data (docs/compiler.md)."""
        index = {t.name: i for i, t in enumerate(self.tables.tables)}
        return self.compiled.witness_program(index, {SCHEDULE: index[f"rom:{SCHEDULE}"]})


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
        BookTablesError: the program's paths are not those of the book, or a record has another number of fields.
    """
    return build_book(program, schedule_records, shape).tables


def build_book(program: Program, schedule_records: Sequence[Sequence[int]], shape: ShapeClass) -> BookTables:
    """`book_tables` together with the compiled program, for the prover. Arguments and errors are the same."""
    compiled = _compiled(program)
    size = compiled.record_sizes.get(SCHEDULE)
    if not schedule_records or any(len(r) != size for r in schedule_records):
        raise BookTablesError(f"expected schedule records of {size} fields, as the program declares them")
    [root_height] = shape.log_heights(Role.SINGLE, len(schedule_records))
    [rom_height] = shape.log_heights(Role.SCHEDULE, len(schedule_records))
    tables = (
        root_table(compiled.outputs, root_height),
        *(p.table for p in compiled.paths),
        _poseidon_table(),
        _range_table(),
        rom_table(SCHEDULE, schedule_records, rom_height),
    )
    names = [t.name for t in tables]
    if sorted(names) != sorted(ROLES):
        raise BookTablesError(f"the program's tables are {names}: expected those of the book, {list(ROLES)}")
    instances = [
        Instance(i, height)
        for i, table in enumerate(tables)
        for height in shape.log_heights(ROLES[table.name], len(schedule_records))
    ]
    return BookTables(TableSet(tables, tuple(instances)), compiled)


@lru_cache(maxsize=4)
def _compiled(program: Program) -> CompiledProgram:
    return compile_program(program)


@lru_cache(maxsize=1)
def _poseidon_table() -> Table:
    return poseidon_table()


@lru_cache(maxsize=1)
def _range_table() -> Table:
    return range_table()
