"""The committed book: proved, honest rows inside the intervals, the document current."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from books import RECORDS, book_machine, random_batch

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.bounds import BoundsError, BoundsReport, analyse, check_records
from plimsoll.circuits.bounds.__main__ import with_report
from plimsoll.circuits.bounds.sources import LIMB
from plimsoll.circuits.field import P
from plimsoll.circuits.public_tables import range_table


@cache
def report() -> BoundsReport:
    return analyse(book_program())


def test_every_path_is_reported() -> None:
    names = ["main", "holdings.z", "holdings.nz", "subtree.z.z", "subtree.z.nz", "subtree.nz"]
    assert [t.name for t in report().tables] == names
    cases = {t.name: t.cases for t in report().tables}
    assert cases["main"] == tuple(range(15))
    assert cases["subtree.nz"] == tuple(range(1, 15))
    assert {cases[name] for name in names if name not in ("main", "subtree.nz")} == {(0,)}


def test_every_margin_is_positive() -> None:
    margins = [c.margin for t in report().tables for c in t.constraints if c.margin is not None]
    assert len(margins) > 40
    assert min(margins) > 1.6


def test_every_column_is_bounded_or_free_with_a_reason() -> None:
    for table in report().tables:
        for column, interval in enumerate(table.columns):
            assert (interval is None) == (column in table.free), f"{table.name} {table.labels[column]}"


def test_coefficients_stay_below_what_the_documents_say() -> None:
    table = report().table("holdings.z")
    sums = [v for name, v in zip(table.labels, table.columns, strict=True) if name.startswith("sum.c")]
    assert len(sums) == 11
    assert all(v is not None and v.size < 2**40.6 for v in sums)


@pytest.mark.parametrize("seed", range(2))
def test_honest_rows_lie_in_the_intervals(seed: int) -> None:
    machine = book_machine()
    execution = machine.execute(random_batch(seed).tape())
    machine.check(execution)
    seen = 0
    for table, rows in zip(machine.tables.tables, execution.rows, strict=True):
        for bounds in (t for t in report().tables if t.name == table.name):
            for row in rows:
                seen += 1
                for name, interval, value in zip(bounds.labels, bounds.columns, row, strict=False):
                    assert interval is None or interval.holds(value), f"{table.name} {name}: {value} not in {interval}"
    assert seen > 8


def test_a_value_outside_its_interval_would_be_seen() -> None:
    table = report().table("subtree.z.nz")
    [count] = [v for name, v in zip(table.labels, table.columns, strict=True) if name == "count"]
    assert count == LIMB
    assert count.holds(4095)
    assert not count.holds(4096)
    assert not count.holds(P - 1)


def test_limbs_are_the_numbers_of_the_range_table() -> None:
    [column] = range_table().periodic
    assert list(column) == list(range(LIMB.lo, LIMB.hi + 1))


def test_records_satisfy_the_rules() -> None:
    check_records(RECORDS)


@pytest.mark.parametrize(
    ("field", "value"), [(0, 2**14), (0, P - 1), (1, 2**60), (2, 2**60), (3, 4096), (3, P - 4096), (15, 2**24)]
)
def test_record_out_of_bounds_rejected(field: int, value: int) -> None:
    record = list(RECORDS[0])
    record[field] = value
    with pytest.raises(BoundsError, match="record 0"):
        check_records([record])


def test_record_whose_upper_end_passes_60_bits_rejected() -> None:
    record = [0, 2**59, 2**59, *[0] * 13]
    with pytest.raises(BoundsError, match="lo - span"):
        check_records([record])


def test_document_is_current(repository: Path) -> None:
    text = (repository / "docs" / "security" / "bounds.md").read_text()
    assert with_report(text) == text, "run python -m plimsoll.circuits.bounds docs/security/bounds.md"
