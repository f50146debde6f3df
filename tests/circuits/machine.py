"""Runs small Cairo programs through both halves of the differential test: tables, and cairo-lang's VM."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from plimsoll.circuits import checker, interpreter, toolchain
from plimsoll.circuits.compiler import CompiledProgram, compile_program
from plimsoll.circuits.compiler.cursors import ROMS
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Execution
from plimsoll.circuits.poseidon2 import poseidon_table
from plimsoll.circuits.program import Program
from plimsoll.circuits.public_tables import range_table, rom_table, root_table
from plimsoll.circuits.tables import TableSet

HERE = Path(__file__).parent
CIRCUITS = HERE.parent.parent / "circuits"
PROGRAMS = sorted((HERE / "programs").glob("*.cairo"))
Records = Sequence[Sequence[int]]


@cache
def cairo(path: Path) -> Any:
    """cairo-lang's compiled program; `lib` is the shared library."""
    return toolchain.compile_cairo(path, CIRCUITS)


@cache
def program(path: Path) -> Program:
    return toolchain.compile_source(path, CIRCUITS)


@cache
def compiled(path: Path) -> CompiledProgram:
    return compile_program(program(path))


@dataclass(frozen=True)
class Machine:
    """A program's tables at the smallest heights, and its witness program as read back from JSON."""

    tables: TableSet
    witness: dict[str, Any]
    records: Records | Mapping[str, Records]

    def execute(self, tape: Sequence[int]) -> Execution:
        return interpreter.run(
            self.tables,
            self.witness,
            self.records if isinstance(self.records, Mapping) else {"schedule": self.records},
            [x % P for x in tape],
        )

    def check(self, execution: Execution) -> None:
        checker.check(self.tables, execution.rows, execution.outputs)

    def run(self, tape: Sequence[int]) -> list[int]:
        """Outputs of a run whose rows satisfy the tables; raises otherwise."""
        execution = self.execute(tape)
        self.check(execution)
        return execution.outputs


def machine(c: CompiledProgram, records: Records | Mapping[str, Records]) -> Machine:
    tables = [root_table(c.outputs, 8), *(p.table for p in c.paths), poseidon_table(), range_table()]
    roms = {}
    given = records if isinstance(records, Mapping) else {"schedule": records}
    for name in [name for name in ROMS if name in c.record_sizes]:
        roms[name] = len(tables)
        tables.append(rom_table(name, given[name], (len(given[name]) - 1).bit_length()))
    index = {t.name: i for i, t in enumerate(tables)}
    witness = json.loads(json.dumps(c.witness_program(index, roms)))
    return Machine(TableSet(tuple(tables), ()), witness, records)


def numbers(text: str) -> list[int]:
    return [int(x) % P for x in text.split()]


@dataclass(frozen=True)
class Expectations:
    """The header of a program: records, tapes with their outputs, and tapes to reject."""

    records: list[list[int]]
    runs: list[tuple[list[int], list[int]]]
    rejects: list[list[int]]


def expectations(path: Path) -> Expectations:
    text = path.read_text()
    records = re.search(r"^// records: (.*)$", text, re.M)
    runs = re.findall(r"^// tape:(.*)\n// outputs:(.*)$", text, re.M)
    return Expectations(
        [numbers(r) for r in records[1].split(";")] if records else [],
        [(numbers(tape), numbers(outputs)) for tape, outputs in runs],
        [numbers(tape) for tape in re.findall(r"^// rejects:(.*)$", text, re.M)],
    )
