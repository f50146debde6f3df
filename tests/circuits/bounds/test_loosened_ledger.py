"""A bound of a batch or of a book's totals that is loosened is refused: in the Cairo sources, and in the tables.

At every change a seeded sample is tried; the audit tries all of them.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from ledger_programs import DECLARED, TABLES, Loosened, paths
from loosened import Change
from loosened_ledger import BATCH_CHANGES, TOTALS_CHANGES

from plimsoll.circuits.bounds import BoundsError, analyse
from plimsoll.circuits.bounds.analyse import analyse_path
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.compiler.builtins import LEDGER_BUS, RANGE_BUS
from plimsoll.circuits.program_tables import committed_program

ALL = [Loosened("batch", c) for c in BATCH_CHANGES] + [Loosened("totals", c) for c in TOTALS_CHANGES]
SAMPLE = set(random.Random(5).sample(range(len(ALL)), 5))
TRIED = 2
"""How many range checks, entries and constraints of each table are taken away at every change."""

LEAVES = [("batch", name) for name in ("holdings.z", "subtree.z.z", "subtree.z.nz", "close.z")]
LEAVES += [("totals", f"{name}.z") for name in ("batch_rows", "instruments", "figures", "assets")]
LEAVES += [("totals", "join.z.z"), ("totals", "join.z.nz")]
HARMLESS = {(program, table, "constraints", 1) for program, table in LEAVES} | {
    ("totals", "figures.nz", "messages", 45)
}
"""What bounds nothing: `n = 0` and `height = 0`, which say that the path is the right one; and the last of the checks
that a figure's number of accounts is below 2^58, which its bound says, too (the check is the library's)."""


def marked() -> Iterator[object]:
    for i, one in enumerate(ALL):
        marks = () if i in SAMPLE else (pytest.mark.audit,)
        yield pytest.param(one, marks=marks, id=f"{one.program}-{one.change.name}")


@pytest.mark.parametrize("loosened", list(marked()))
def test_loosened_ledger_bound_rejected(loosened: Loosened, tmp_path: Path) -> None:
    program, change = loosened.compiled(tmp_path), loosened.change
    [path] = [p for p in compile_program(program).paths if p.table.name == change.table]
    with pytest.raises(BoundsError) as caught:
        analyse_path(program, DECLARED[loosened.program], path)
    assert caught.value.table == change.table
    assert change.place in caught.value.place
    assert change.message in caught.value.problem


def test_unchanged_totals_are_accepted(tmp_path: Path) -> None:
    """So the refusals above are due to the change. (The committed programs are analysed elsewhere.)"""
    none = Change("none", "totals.cairo", "assets", "assets", "", "", "")
    analyse(Loosened("totals", none).compiled(tmp_path), DECLARED["totals"])


def removable(program: str, name: str) -> list[tuple[str, int]]:
    """Every range check and entry of the ledger, and every constraint but that `active` is 0 or 1."""
    table = paths(program)[name].table
    sent = [i for i, m in enumerate(table.messages) if m.bus in (RANGE_BUS, LEDGER_BUS)]
    return [("messages", i) for i in sent] + [("constraints", i) for i in range(1, len(table.constraints))]


def survivors(program: str, name: str, parts: Sequence[tuple[str, int]]) -> set[tuple[str, str, str, int]]:
    """What can be taken away, one at a time, without a refusal."""
    path, found = paths(program)[name], set()
    for part, i in parts:
        table = path.table
        if part == "messages":
            table = replace(table, messages=(*table.messages[:i], *table.messages[i + 1 :]))
        else:
            table = replace(table, constraints=(*table.constraints[:i], *table.constraints[i + 1 :]))
        try:
            analyse_path(committed_program(program), DECLARED[program], replace(path, table=table))
            found.add((program, name, part, i))
        except BoundsError as error:
            assert error.table == name
    return found


@pytest.mark.parametrize(("program", "name"), TABLES)
def test_parts_of_the_table_are_needed(program: str, name: str) -> None:
    parts = removable(program, name)
    tried = random.Random(len(parts)).sample(parts, min(TRIED, len(parts)))
    assert survivors(program, name, tried) <= HARMLESS


@pytest.mark.audit
@pytest.mark.parametrize(("program", "name"), TABLES)
def test_every_part_of_the_table_is_needed(program: str, name: str) -> None:
    expected = {one for one in HARMLESS if one[:2] == (program, name)}
    assert survivors(program, name, removable(program, name)) == expected
