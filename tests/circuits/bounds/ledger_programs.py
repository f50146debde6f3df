"""The two programs with a ledger, their declarations, and copies of their sources with a change."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from loosened import Change
from machine import CIRCUITS

from plimsoll.circuits import toolchain
from plimsoll.circuits.bounds import BoundsReport, analyse
from plimsoll.circuits.bounds.batch import BATCH
from plimsoll.circuits.bounds.declarations import Declarations
from plimsoll.circuits.bounds.totals import TOTALS
from plimsoll.circuits.compiler import CompiledPath, compile_program
from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import committed_program

DECLARED: dict[str, Declarations] = {"batch": BATCH, "totals": TOTALS}


@cache
def report(name: str) -> BoundsReport:
    return analyse(committed_program(name), DECLARED[name])


@cache
def paths(name: str) -> dict[str, CompiledPath]:
    return {p.table.name: p for p in compile_program(committed_program(name)).paths}


TABLES = [(name, table) for name in DECLARED for table in paths(name)]


@dataclass(frozen=True)
class Loosened:
    """A change of one of the two programs."""

    program: str
    change: Change

    def compiled(self, folder: Path) -> Program:
        source = folder / f"{self.program}.cairo"
        shutil.copytree(CIRCUITS / "lib", folder / "lib")
        shutil.copy(CIRCUITS / source.name, source)
        text = (folder / self.change.file).read_text()
        assert self.change.old in text, "the text to be replaced is there"
        (folder / self.change.file).write_text(text.replace(self.change.old, self.change.new, 1))
        return toolchain.compile_source(source)
