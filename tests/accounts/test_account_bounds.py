"""The account's bounds are proved, the page is current, and each bound that is loosened is refused."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from account_tapes import account_machine, tape_of
from machine import CIRCUITS
from one_account import EDGE, EDGE_IN_MANY
from test_bound_columns import free_cells

from plimsoll.circuits.account_tables import account_program
from plimsoll.circuits.bounds import BoundsError, BoundsReport, analyse
from plimsoll.circuits.bounds.__main__ import with_report
from plimsoll.circuits.bounds.account import ACCOUNT, start_bound
from plimsoll.circuits.toolchain import compile_source


@cache
def report() -> BoundsReport:
    return analyse(account_program(), ACCOUNT)


def test_every_path_is_reported_with_a_margin() -> None:
    assert [t.name for t in report().tables] == ["main", "holdings.z", "holdings.nz", "climb.z", "climb.nz"]
    assert min(c.margin for t in report().tables for c in t.constraints if c.margin is not None) > 2.9


def test_every_column_is_bounded_or_free_with_a_reason() -> None:
    for table in report().tables:
        for column, interval in enumerate(table.columns):
            assert (interval is None) == (column in table.free), f"{table.name} {table.labels[column]}"


def test_no_cell_of_the_account_is_free() -> None:
    """Whatever single cell of a filled row is changed, a constraint or a bus notices."""
    assert free_cells(account_machine(), tape_of(EDGE_IN_MANY)) == []


def test_sums_stay_below_what_the_documents_say() -> None:
    assert max(start_bound(k) for k in range(11)) < 2**26
    table = report().table("holdings.z")
    sums = [v for name, v in zip(table.labels, table.columns, strict=True) if name.startswith("sum.c")]
    assert all(v is not None and v.size < 2**40.6 for v in sums)


def test_honest_rows_lie_in_the_intervals() -> None:
    for opening in (EDGE, EDGE_IN_MANY):
        machine = account_machine()
        execution = machine.execute(tape_of(opening))
        for table, rows in zip(machine.tables.tables, execution.rows, strict=True):
            for bounds in (t for t in report().tables if t.name == table.name):
                for row in rows:
                    for name, interval, value in zip(bounds.labels, bounds.columns, row, strict=False):
                        assert interval is None or interval.holds(value), f"{table.name} {name}"


def test_page_is_current(repository: Path) -> None:
    text = (repository / "docs" / "security" / "bounds-account.md").read_text()
    assert with_report(text, "bounds-account.md") == text, "run python -m plimsoll.circuits.bounds"


LOOSENED = {
    "order unchecked": ("    check60(order);\n", "", "main"),
    "class unchecked": ("    range_check(class);\n", "", "main"),
    "count unchecked": ("    range_check(count);\n", "", "main"),
    "limb of lien unchecked": (
        "range_check(l3);\n    range_check(l4);\n    return (amount",
        "range_check(l3);\n    return (amount",
        "main",
    ),
    "lien not cut": ("cut60(lien)", "cut60(amount)", "main"),
    "lien not owed": ("owed(amount_limbs, lien_limbs)", "owed(amount_limbs, amount_limbs)", "main"),
    "another unit": ("0x310", "0x311", "main"),
    "joined no bit": ("    assert joined * joined = joined;\n", "", "main"),
    "direction no bit": ("    assert bit * bit = bit;\n", "", "climb.nz"),
    "sides mixed": ("right=sibling - shift", "right=sibling + shift", "climb.nz"),
    "secret in a capacity": ("Quad(header, order, 0, 0)", "Quad(header, order, secret.x0, 0)", "main"),
}


QUICK = ("order unchecked", "lien not owed", "joined no bit", "direction no bit")
"""Those that every change runs; the audit runs all."""


@pytest.mark.parametrize("name", [n if n in QUICK else pytest.param(n, marks=pytest.mark.audit) for n in LOOSENED])
def test_loosened_bound_rejected(name: str, tmp_path: Path) -> None:
    old, new, table = LOOSENED[name]
    shutil.copytree(CIRCUITS / "lib", tmp_path / "lib")
    text = (CIRCUITS / "account.cairo").read_text()
    assert old in text
    (tmp_path / "account.cairo").write_text(text.replace(old, new, 1))
    with pytest.raises(BoundsError) as caught:
        analyse(compile_source(tmp_path / "account.cairo"), ACCOUNT)
    assert caught.value.table == table
