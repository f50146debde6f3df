"""Rows of batches and books are a run: a Cairo memory can be laid out from them, and no cell of a row is free."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from batch_books import EMPTY, RECORDS, Account, Batch, batch_in_cairo, batch_machine
from machine import CIRCUITS, Machine, compiled, program
from rebuild import judge, padded, rebuild, recorded_paths
from test_bound_columns import free_cells
from totals_books import NONE, Book, Slot, rows_for, totals_in_cairo, totals_machine

Made = tuple[str, Machine, list[int], Any]
"""A program's name, its tables, a tape, and the program as cairo-lang has it."""
BATCH = Batch((Account(((2, 50), (3, 51))), EMPTY))
BOOK = Book((Slot(rows_for([(7, 7), (2**36, 5), (1, 2), (3, 4)], [(2**24, 1)] * 5), 5000), NONE)).terms(shown=[0])


def of_batch() -> Made:
    return "batch", batch_machine(), BATCH.tape(), batch_in_cairo()


def of_totals() -> Made:
    return "totals", totals_machine(BOOK), BOOK.tape(), totals_in_cairo()


@pytest.mark.parametrize("made", [of_batch, of_totals])
def test_rows_are_a_memory_of_the_program(made: Callable[[], Made]) -> None:
    """Which cairo-lang's VM accepts as it stands, and it adds the ledger up."""
    name, tables, tape, in_cairo = made()
    path = CIRCUITS / f"{name}.cairo"
    execution = tables.execute(tape)
    tables.check(execution)
    paths = recorded_paths(program(path), compiled(path))
    memory = rebuild(program(path), paths, tables.tables, execution.rows, execution.outputs)
    assert len(memory.segment("ledger")) > 100
    judge(in_cairo, memory, padded(tables.tables))


@pytest.mark.audit
@pytest.mark.parametrize("made", [of_batch, of_totals])
def test_no_cell_is_free(made: Callable[[], Made]) -> None:
    _, tables, tape, _ = made()
    assert free_cells(tables, tape) == []


def test_records_are_those_of_the_machine() -> None:
    assert padded(batch_machine().tables)["schedule"][: len(RECORDS)] == RECORDS
