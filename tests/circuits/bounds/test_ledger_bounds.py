"""The committed batch and totals: proved, honest rows and sums inside the intervals, the documents current."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import pytest
from batch_books import batch_machine, random_batch
from ledger_programs import TABLES, report
from machine import Machine
from totals_books import random_book, totals_machine

from plimsoll.circuits.bounds.__main__ import with_report
from plimsoll.circuits.bounds.interval import equation_margin
from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.field import P, signed
from plimsoll.circuits.interpreter import Execution, table_values

PROGRAMS = ("batch", "totals")


def test_every_path_is_reported() -> None:
    assert [(name, table.name) for name in PROGRAMS for table in report(name).tables] == TABLES
    cases = {t.name: t.cases for name in PROGRAMS for t in report(name).tables}
    assert cases["subtree.nz"] == tuple(range(1, 15))
    assert cases["join.nz"] == tuple(range(1, 7))


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_margin_is_positive(name: str) -> None:
    margins = [c.margin for t in report(name).tables for c in t.constraints if c.margin is not None]
    assert len(margins) > 70
    assert min(margins) > 1.6


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_column_is_bounded_or_free_with_a_reason(name: str) -> None:
    for table in report(name).tables:
        for column, interval in enumerate(table.columns):
            assert (interval is None) == (column in table.free), f"{table.name} {table.labels[column]}"


def test_sums_of_the_ledger_stay_below_the_prime() -> None:
    batch, totals = (report(name).ledger for name in PROGRAMS)
    assert [(k.keys.lo, k.keys.hi) for k in batch] == [(0, 2**15 - 1), (2**15, 2**15 + 39)]
    assert [(k.keys.lo, k.keys.hi) for k in totals[:2]] == [(0, 2**15 - 1), (2**15, 2**15 + 39)]
    assert totals[2].keys.lo == 2**16
    assert all(equation_margin(k.total) > 11.9 for k in batch)
    assert all(equation_margin(k.total) > 3.9 for k in totals)


def test_what_accounts_post_can_be_closed() -> None:
    """2^14 accounts under one key, against the most that a row of totals may say."""
    for key in report("batch").ledger:
        assert 0 < key.total.hi < -key.total.lo
    in_batches, in_book = report("batch").ledger[0].total, report("totals").ledger[0].total
    assert in_book.hi == -64 * in_batches.lo


def executed(name: str, seed: int) -> tuple[Machine, Execution]:
    if name == "batch":
        machine, tape = batch_machine(), random_batch(seed).tape()
    else:
        book = random_book(seed)
        machine, tape = totals_machine(book), book.tape()
    return machine, machine.execute(tape)


def posted(machine: Machine, rows: Sequence[Sequence[Sequence[int]]]) -> dict[int, int]:
    """The sums of amounts by key, over the integers."""
    sums: dict[int, int] = defaultdict(int)
    for table, its_rows in zip(machine.tables.tables, rows, strict=True):
        entries = [m for m in table.messages if m.bus == LEDGER_BUS]
        for row in its_rows if entries else []:
            values = table_values(table.nodes, row, 0, (), ())
            for entry in entries:
                sums[values[entry.fields[0]]] += signed(values[entry.count])
    return sums


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("seed", range(2))
def test_honest_rows_lie_in_the_intervals(name: str, seed: int) -> None:
    machine, execution = executed(name, seed)
    machine.check(execution)
    seen = 0
    for table, rows in zip(machine.tables.tables, execution.rows, strict=True):
        for bounds in (t for t in report(name).tables if t.name == table.name):
            for row in rows:
                seen += 1
                for label, interval, value in zip(bounds.labels, bounds.columns, row, strict=False):
                    assert interval is None or interval.holds(value), f"{table.name} {label}: {value} not in {interval}"
    assert seen > 8


@pytest.mark.parametrize("name", PROGRAMS)
def test_honest_sums_are_zero_over_the_integers(name: str) -> None:
    machine, execution = executed(name, 1)
    sums = posted(machine, execution.rows)
    assert len(sums) > 40
    assert set(sums.values()) == {0}
    regions = [k.keys for k in report(name).ledger]
    assert all(any(key in keys for keys in regions) for key in sums)


def test_a_sum_of_the_prime_would_be_seen() -> None:
    """The control: one amount of p - 1 and one of 1 balance in the field, and not here."""
    machine, execution = executed("batch", 1)
    rows = [[list(row) for row in its_rows] for its_rows in execution.rows]
    [place] = [i for i, table in enumerate(machine.tables.tables) if table.name == "close.nz"]
    table = machine.tables.tables[place]
    [column] = [i for i, label in enumerate(report("batch").table("close.nz").labels) if label == "amount0"]
    assert table.name == "close.nz"
    rows[place][0][column] = (rows[place][0][column] + P // 2) % P
    assert set(posted(machine, rows).values()) != {0}


@pytest.mark.parametrize("page", ["bounds-batch.md", "bounds-totals.md"])
def test_documents_are_current(page: str, repository: Path) -> None:
    text = (repository / "docs" / "security" / page).read_text()
    assert with_report(text, page) == text, "run python -m plimsoll.circuits.bounds"
