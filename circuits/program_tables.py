"""The tables of a compiled program: what a proof's statement binds and both provers and verifiers use.

Order: root, the program's paths (main first), poseidon, range_check, then the program's read-only tables by name.
Instances stand in the same order, those of one table from the highest to the lowest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from plimsoll.circuits.compiler.compile import CompiledProgram, compile_program
from plimsoll.circuits.compiler.cursors import ROMS
from plimsoll.circuits.poseidon2 import poseidon_table
from plimsoll.circuits.program import Program
from plimsoll.circuits.public_tables import range_table, rom_table, root_table
from plimsoll.circuits.shapes import MIN_LOG_HEIGHT
from plimsoll.circuits.tables import Instance, Table, TableSet
from plimsoll.engine.errors import PlimsollError

COMPILED: Final = Path(__file__).parent / "compiled"
"""The committed bytecode of each program."""
ROM_PREFIX: Final = "rom:"

Records = Sequence[Sequence[int]]
Heights = Callable[[str], list[int]]
"""Logarithms of the heights of a table's instances, highest first, by the table's name; of no table but the root and
read-only ones does it depend on anything but the shape class."""


class ProgramTablesError(PlimsollError):
    """A program or records that do not make the tables."""


@dataclass(frozen=True, slots=True)
class ProgramTables:
    """The tables of one statement, and how the prover fills them. `roms` are the records of the read-only tables."""

    tables: TableSet
    compiled: CompiledProgram
    roms: Mapping[str, Records]

    def witness_program(self) -> dict[str, Any]:
        """The witness program as JSON-able data (docs/compiler.md)."""
        index = {t.name: i for i, t in enumerate(self.tables.tables)}
        return self.compiled.witness_program(index, {name: index[ROM_PREFIX + name] for name in self.roms})


def committed_program(name: str) -> Program:
    """A program by the name of its Cairo file, as committed."""
    return Program.load(COMPILED / f"{name}.json")


def rom_log_height(records: int) -> int:
    """A read-only table is public, and therefore as high as its records need."""
    return max(MIN_LOG_HEIGHT, (records - 1).bit_length())


def build_tables(
    program: Program, roms: Mapping[str, Records], heights: Heights, names: Sequence[str]
) -> ProgramTables:
    """The table set of a program.

    Args:
        program: compiled Cairo.
        roms: rows of field elements by read-only table; every one that the program declares.
        heights: for every table but the read-only ones.
        names: the tables that are expected, but the read-only ones.

    Raises:
        CompileError: the program is not one the compiler accepts.
        ProgramTablesError: the program has other paths or read-only tables, or a record has another number of fields.
    """
    compiled = _compiled(program)
    declared = sorted(set(compiled.record_sizes) & set(ROMS))
    if sorted(roms) != declared:
        raise ProgramTablesError(f"expected records of {declared}, got {sorted(roms)}")
    for name, records in roms.items():
        size = compiled.record_sizes[name]
        if not records or any(len(r) != size for r in records):
            raise ProgramTablesError(f"expected {name} records of {size} fields, as the program declares them")
    [root_height] = heights("root")
    private = [
        root_table(compiled.outputs, root_height),
        *(p.table for p in compiled.paths),
        _poseidon_table(),
        _range_table(),
    ]
    found = [t.name for t in private]
    if sorted(found) != sorted(names):
        raise ProgramTablesError(f"the program's tables are {found}: expected {list(names)}")
    instances = [Instance(i, height) for i, table in enumerate(private) for height in heights(table.name)]
    public: list[Table] = []
    for name in sorted(roms):
        log_height = rom_log_height(len(roms[name]))
        instances.append(Instance(len(private) + len(public), log_height))
        public.append(rom_table(name, roms[name], log_height))
    return ProgramTables(TableSet((*private, *public), tuple(instances)), compiled, dict(roms))


@lru_cache(maxsize=4)
def _compiled(program: Program) -> CompiledProgram:
    return compile_program(program)


@lru_cache(maxsize=1)
def _poseidon_table() -> Table:
    return poseidon_table()


@lru_cache(maxsize=1)
def _range_table() -> Table:
    return range_table()
