"""Programs of a few lines, for lies that the book program has no place for: tables, a lenient run, both verifiers."""

from __future__ import annotations

import copy
import hashlib
import json
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from forged_rows import Columns, Matrix, matrix, offences, rebalance, refresh, weakened
from lies import Mislead
from toolkit import UPSTREAM, Program, dishonest, dishonest_profile, path_of

from plimsoll.circuits import toolchain
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.poseidon2 import poseidon_table
from plimsoll.circuits.public_tables import range_table, rom_table, root_table
from plimsoll.circuits.shapes import MIN_LOG_HEIGHT
from plimsoll.circuits.tables import Instance, TableSet
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.stark import verify_proof

PROGRAMS = Path(__file__).parent / "programs"
CIRCUITS = Path(__file__).parent.parent.parent / "circuits"
DIGEST = hashlib.sha256(b"plimsoll/tests/forgeries").digest()
"""Stands for the statement's digest: what these proofs are about is fixed by the test itself."""


@cache
def tables_of(name: str, records: tuple[tuple[int, ...], ...] = ()) -> tuple[TableSet, Program]:
    """Tables and witness program of programs/<name>.cairo, each table at its lowest height."""
    compiled = compile_program(toolchain.compile_source(PROGRAMS / f"{name}.cairo", CIRCUITS))
    tables = [root_table(compiled.outputs, MIN_LOG_HEIGHT), *(p.table for p in compiled.paths)]
    tables += [poseidon_table(), range_table()]
    roms = {}
    if records:
        roms["schedule"] = len(tables)
        tables.append(rom_table("schedule", records, MIN_LOG_HEIGHT))
    index = {table.name: i for i, table in enumerate(tables)}
    heights = {"range_check": 12}
    instances = tuple(Instance(i, heights.get(table.name, MIN_LOG_HEIGHT)) for i, table in enumerate(tables))
    return TableSet(tuple(tables), instances), compiled.witness_program(index, roms)


@dataclass
class SmallForgery:
    """Filled tables of a small program."""

    tables: TableSet
    program: Program
    traces: list[Matrix]
    publics: list[int]

    def trace(self, name: str) -> Matrix:
        [place] = [k for k, table in enumerate(self.tables.instance_tables()) if table.name == name]
        return self.traces[place]

    def columns(self, name: str) -> Columns:
        return Columns.of(path_of(self.program, self.tables, name))

    def refresh(self, name: str, row: int) -> None:
        cells = [int(x) for x in self.trace(name)[row]]
        refresh(path_of(self.program, self.tables, name), cells, ())
        self.trace(name)[row] = cells

    def rebalance(self) -> SmallForgery:
        rebalance(self.tables, self.traces)
        return self

    def body(self, tables: TableSet) -> bytes:
        raw = [trace.tobytes() for trace in self.traces]
        body: bytes = dishonest.prove_traces(tables.encode(), raw, self.publics, DIGEST, dishonest_profile(STANDARD))
        return body

    def accepted_under(self, tables: TableSet) -> None:
        body = self.body(tables)
        verify_proof(tables, self.publics, DIGEST, body, STANDARD)
        dishonest.verify(tables.encode(), self.publics, DIGEST, body, dishonest_profile(STANDARD))

    def refused(self, step: str, offends: str) -> None:
        """As `toolkit.Forgery.refused`."""
        broken = offences(self.tables, self.traces, self.publics)
        assert {str(one) for one in broken} == {offends}, sorted(map(str, broken))
        body = self.body(self.tables)
        with pytest.raises(VerificationError) as ours:
            verify_proof(self.tables, self.publics, DIGEST, body, STANDARD)
        assert ours.value.step == step
        with pytest.raises(dishonest.CoreError, match=UPSTREAM[step]):
            dishonest.verify(self.tables.encode(), self.publics, DIGEST, body, dishonest_profile(STANDARD))
        self.accepted_under(weakened(self.tables, broken))


def run(
    name: str, tape: Sequence[int], records: tuple[tuple[int, ...], ...] = (), mislead: Mislead | None = None
) -> SmallForgery:
    """A lenient run of a small program."""
    tables, honest = tables_of(name, records)
    program = copy.deepcopy(honest)
    if mislead:
        mislead(program, tables)
    roms = {"schedule": array("Q", [x for record in records for x in record]).tobytes()} if records else {}
    witness = dishonest.Witness(tables.encode(), json.dumps(program), roms, array("Q", tape).tobytes(), lenient=True)
    pairs = zip(tables.instance_tables(), witness.traces(), strict=True)
    return SmallForgery(tables, program, [matrix(t, raw) for t, raw in pairs], list(witness.outputs))
