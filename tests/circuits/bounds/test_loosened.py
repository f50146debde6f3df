"""A bound that is loosened, one at a time, is refused at the right place: in the Cairo sources, and in the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from loosened import CHANGES, Change, compiled

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.bounds import BoundsError, analyse
from plimsoll.circuits.bounds.analyse import analyse_path
from plimsoll.circuits.bounds.book import BOOK
from plimsoll.circuits.bounds.declarations import between
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.bounds.lines import Lines
from plimsoll.circuits.compiler import CompiledPath, compile_program
from plimsoll.circuits.compiler.builtins import POSEIDON_BUS, RANGE_BUS
from plimsoll.circuits.field import P

LOOKED_AT = {"main": 10, "holdings.z": 5, "holdings.nz": 4, "subtree.z.nz": 6}
"""How many range checks of each table are removed at every change; the audit removes all of them."""
BRANCHES = {"holdings.z": [1], "subtree.z.z": [1], "subtree.z.nz": [1]}
"""Constraints that bound nothing: `n = 0` and `height = 0`, which say that the path is the right one."""


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_loosened_bound_rejected(change: Change, tmp_path: Path) -> None:
    with pytest.raises(BoundsError) as caught:
        analyse(compiled(change, tmp_path))
    error = caught.value
    assert error.table == change.table
    assert change.place in error.place
    assert change.message in error.problem


def test_unchanged_copy_is_accepted(tmp_path: Path) -> None:
    """So the refusals above are due to the change."""
    analyse(compiled(Change("none", "book.cairo", "holdings", "holdings", "", "", ""), tmp_path))


@cache
def paths() -> dict[str, CompiledPath]:
    return {p.table.name: p for p in compile_program(book_program()).paths}


def with_check(lane: int) -> CompiledPath:
    """An account whose lane of the leaf's permutation is looked up among the limbs, too."""
    path = paths()["subtree.z.nz"]
    [hashed] = [m for m in path.table.messages if m.bus == POSEIDON_BUS]
    check = replace(hashed, bus=RANGE_BUS, fields=(hashed.fields[lane],))
    return replace(path, table=replace(path.table, messages=(*path.table.messages, check)))


def test_checked_sum_narrows_its_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """The header, 257 + 2^16 class + 2^32 count, is below 2^12 only if class and count are zero."""
    monkeypatch.setattr(Lines, "message", lambda self, number, bus: bus)
    bounds = analyse_path(book_program(), BOOK, with_check(8))
    columns = dict(zip(bounds.labels, bounds.columns, strict=True))
    assert columns["class"] == columns["count"] == Interval.of(0)


def test_checked_sum_that_may_pass_p_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The order, if the order before could be anything up to p."""
    monkeypatch.setattr(Lines, "message", lambda self, number, bus: bus)
    before = [*between("height", 0, 0), *between("prev", 0, P - 1)]
    contract = replace(BOOK.contracts["subtree"], before=lambda h: before, cases=range(1))
    declared = replace(BOOK, contracts={**BOOK.contracts, "subtree": contract})
    with pytest.raises(BoundsError, match="not confined"):
        analyse_path(book_program(), declared, with_check(9))


def survivors(name: str, part: str, numbers: Sequence[int]) -> list[int]:
    """The constraints or messages of a table that can be taken away, one at a time, without a refusal."""
    path, found = paths()[name], []
    for i in numbers:
        table = path.table
        if part == "messages":
            table = replace(table, messages=(*table.messages[:i], *table.messages[i + 1 :]))
        else:
            table = replace(table, constraints=(*table.constraints[:i], *table.constraints[i + 1 :]))
        try:
            analyse_path(book_program(), BOOK, replace(path, table=table))
            found.append(i)
        except BoundsError as error:
            assert error.table == name
    return found


def range_checks(name: str) -> list[int]:
    return [i for i, m in enumerate(paths()[name].table.messages) if m.bus == RANGE_BUS]


@pytest.mark.parametrize("name", LOOKED_AT)
def test_range_checks_are_needed(name: str) -> None:
    assert survivors(name, "messages", range_checks(name)[: LOOKED_AT[name]]) == []


@pytest.mark.audit
@pytest.mark.parametrize("name", ["main", "holdings.z", "holdings.nz", "subtree.z.z", "subtree.z.nz", "subtree.nz"])
def test_every_range_check_and_constraint_is_needed(name: str) -> None:
    assert survivors(name, "messages", range_checks(name)) == []
    constraints = range(1, len(paths()[name].table.constraints))
    assert survivors(name, "constraints", constraints) == BRANCHES.get(name, [])
