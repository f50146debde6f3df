"""Forged batches and books before both verifiers, built as those of the strict book (tests/forgeries/toolkit.py).

A forgery starts from a lenient run of the genuine program on a tape, honest or not, with the honest witness program or
a misled one; its traces may be edited. `refused` then asserts that the traces break exactly the checks that are named,
that both verifiers refuse the proof at full security, and that both accept the same traces once these checks, and
nothing else, are taken out of the tables.
"""

from __future__ import annotations

import copy
import hashlib
import json
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from batch_books import INSTRUMENTS, RECORDS, Batch
from forged_rows import ACTIVE, Columns, Matrix, matrix, offences, rebalance, refresh, weakened
from lies import Mislead
from toolkit import UPSTREAM, Program, dishonest, dishonest_profile, path_of
from totals_books import Book

from plimsoll.circuits.batch_tables import BatchShape, batch_program, build_batch
from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.interpreter import Row
from plimsoll.circuits.program_tables import ProgramTables, build_tables
from plimsoll.circuits.tables import Table, TableSet
from plimsoll.circuits.totals_tables import TABLES as TOTALS_TABLES
from plimsoll.circuits.totals_tables import totals_program
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.stark import verify_proof

SHAPE = BatchShape(2, 1)
DIGEST = hashlib.sha256(b"plimsoll/tests/batches").digest()
"""Stands for the statement's digest: what these proofs are about is fixed by the test itself."""


@cache
def batch_tables() -> ProgramTables:
    """Four leaves, the schedule of `batch_books`."""
    return build_batch(batch_program(), RECORDS, SHAPE, INSTRUMENTS)


def totals_tables(book: Book) -> ProgramTables:
    """Every table at its lowest height; the book's own public tables."""
    heights: Callable[[str], list[int]] = lambda name: [12] if name == "range_check" else [8]  # noqa: E731
    return build_tables(totals_program(), book.records.roms(), heights, TOTALS_TABLES)


@dataclass
class ProgramForgery:
    """Filled tables with what goes with them. `built` are the genuine tables."""

    built: ProgramTables
    program: Program
    traces: list[Matrix]
    publics: list[int]

    @property
    def tables(self) -> TableSet:
        return self.built.tables

    def trace(self, name: str) -> Matrix:
        [place] = [k for k, table in enumerate(self.tables.instance_tables()) if table.name == name]
        return self.traces[place]

    def columns(self, name: str) -> Columns:
        return Columns.of(path_of(self.program, self.tables, name))

    def rebalance(self) -> ProgramForgery:
        rebalance(self.tables, self.traces)
        return self

    def refresh(self, name: str, row: int, keep: Sequence[int] = ()) -> None:
        """Computes a row's own results anew from its arguments, tape and messages, except the columns to keep."""
        cells = [int(x) for x in self.trace(name)[row]]
        refresh(path_of(self.program, self.tables, name), cells, keep)
        self.trace(name)[row] = cells

    def body(self, tables: TableSet, profile: Profile) -> bytes:
        raw = [trace.tobytes() for trace in self.traces]
        body: bytes = dishonest.prove_traces(tables.encode(), raw, self.publics, DIGEST, dishonest_profile(profile))
        return body

    def accepted(self, tables: TableSet | None = None, profile: Profile = STANDARD) -> None:
        """Both verifiers accept the traces as a proof about some tables, the genuine ones by default."""
        tables = tables or self.tables
        body = self.body(tables, profile)
        verify_proof(tables, self.publics, DIGEST, body, profile)
        dishonest.verify(tables.encode(), self.publics, DIGEST, body, dishonest_profile(profile))

    def refused(self, step: str, offends: str, *, control: bool = True) -> None:
        """Asserts what the module's docstring lists; without the last of it, where another lie breaks the same check.

        Args:
            step: of our verifier.
            offends: the one check, e.g. "bus builtin:range_check".
        """
        broken = offences(self.tables, self.traces, self.publics)
        assert {str(one) for one in broken} == {offends}, sorted(map(str, broken))
        body = self.body(self.tables, STANDARD)
        with pytest.raises(VerificationError) as ours:
            verify_proof(self.tables, self.publics, DIGEST, body, STANDARD)
        assert ours.value.step == step
        with pytest.raises(dishonest.CoreError, match=UPSTREAM[step]):
            dishonest.verify(self.tables.encode(), self.publics, DIGEST, body, dishonest_profile(STANDARD))
        if control:
            self.accepted(weakened(self.tables, broken), INSECURE_TEST)


def forged(built: ProgramTables, tape: Sequence[int], mislead: Mislead | None = None) -> ProgramForgery:
    """A lenient run of a program on a tape; `mislead` changes the witness program, which no verifier ever sees."""
    program: dict[str, Any] = copy.deepcopy(built.witness_program())
    if mislead:
        mislead(program, built.tables)
    roms = {name: array("Q", [x for one in rows for x in one]).tobytes() for name, rows in built.roms.items()}
    cells = array("Q", tape).tobytes()
    witness = dishonest.Witness(built.tables.encode(), json.dumps(program), roms, cells, lenient=True)
    pairs = zip(built.tables.instance_tables(), witness.traces(), strict=True)
    return ProgramForgery(built, program, [matrix(t, raw) for t, raw in pairs], list(witness.outputs))


def forged_batch(batch: Batch, mislead: Mislead | None = None) -> ProgramForgery:
    return forged(batch_tables(), batch.tape(), mislead)


def forged_book(book: Book, mislead: Mislead | None = None) -> ProgramForgery:
    return forged(totals_tables(book), book.tape(), mislead)


def graft(into: ProgramForgery, donor: ProgramForgery, name: str, takes: Callable[[Columns, Row], bool]) -> None:
    """Copies the donor's active rows of a table that `takes` into free rows: calls that nobody makes."""
    rows = into.trace(name)
    free = [i for i, row in enumerate(rows) if not row[ACTIVE]]
    columns = donor.columns(name)
    taken = [row for row in donor.trace(name).tolist() if row[ACTIVE] and takes(columns, row)]
    for place, row in zip(free, taken, strict=False):
        rows[place] = row


def ungated(tables: TableSet) -> TableSet:
    """The tables with the factor `active` taken out of every amount of the ledger."""

    def free(table: Table) -> Table:
        messages = tuple(replace(m, count=table.nodes[m.count].b) if m.bus == LEDGER_BUS else m for m in table.messages)
        return replace(table, messages=messages)

    return replace(tables, tables=tuple(map(free, tables.tables)))
