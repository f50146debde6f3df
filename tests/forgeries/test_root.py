"""The root row: inactive, without a main, or twice."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_venue import honest
from toolkit import Forgery, forge, genuine, upstream_verdict, verdict

from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.statement import write_proof


def nothing() -> Forgery:
    """No row of any function: nothing is claimed and nothing shown."""
    forgery = forge()
    for table, trace in zip(forgery.tables.instance_tables(), forgery.traces, strict=True):
        if table.name not in ("poseidon", "range_check", "rom:schedule"):
            trace[:] = 0
    return forgery.rebalance()


def test_inactive_root_rejected() -> None:
    """With its one required claim gone, the rest of the proof could be empty, and the public values anything."""
    forgery = nothing()
    forgery.publics = [2, 1, 2, 3, 4, 5, 6, 7, 8]
    forgery.refused("constraints", "constraint root")


def test_root_without_main_rejected() -> None:
    forgery = nothing()
    root = forgery.trace("root")
    forgery.publics = [2, 1, 2, 3, 4, 5, 6, 7, 8]
    root[0, :10] = [1, *forgery.publics]
    forgery.refused("terminals", "bus fn:main")


def joined(first: Forgery, second: Forgery, *, roots: bool) -> Forgery:
    """Both call trees in one set of tables. Active rows stand first in every table."""
    for table, into, rows in zip(first.tables.instance_tables(), first.traces, second.traces, strict=True):
        if table.name in ("poseidon", "range_check", "rom:schedule") or (table.name == "root" and not roots):
            continue
        used, more = int(np.count_nonzero(into[:, 0])), int(np.count_nonzero(rows[:, 0]))
        into[used : used + more] = rows[:more]
    return first.rebalance()


def test_second_main_row_rejected() -> None:
    """A second call tree beside the one that the root asks for."""
    joined(forge(), forge(replace(honest(), start=77)), roots=False).refused("terminals", "bus fn:main")


def test_second_root_row_rejected() -> None:
    joined(forge(), forge(), roots=True).refused("constraints", "constraint root")


def doubled(tables: TableSet, name: str) -> TableSet:
    """A table at twice its height: its public columns, as polynomials the same, repeat."""
    changed = [
        replace(table, periodic=tuple(column * 2 for column in table.periodic)) if table.name == name else table
        for table in tables.tables
    ]
    heights = [
        replace(one, log_height=one.log_height + (tables.tables[one.table].name == name)) for one in tables.instances
    ]
    return TableSet(tuple(changed), tuple(heights))


@pytest.mark.parametrize("name", ["root", "range_check", "rom:schedule"])
def test_doubled_height_rejected(name: str) -> None:
    """The proof is a valid one of tables of another height, and says so; for the root: two call trees, two roots."""
    forgery = joined(forge(), forge(), roots=False) if name == "root" else forge()
    place = [table.name for table in forgery.tables.instance_tables()].index(name)
    trace = forgery.traces[place]
    again = trace.copy() if name == "root" else np.where(np.arange(trace.shape[1]) == 0, 0, trace).astype(trace.dtype)
    forgery.traces[place] = np.concatenate([trace, again])
    tables = doubled(forgery.tables, name)
    forgery.accepted_by_both_under(tables)
    body = forgery.body(tables)
    assert verdict(write_proof(forgery.statement, body)).step == "heights"
    assert "heights: " in upstream_verdict(forgery.statement, body)
    # The height that is expected, written into the body of a proof of another height.
    relabelled = bytearray(body)
    relabelled[place] -= 1
    assert relabelled[place] == genuine().book.tables.instances[place].log_height + 1
    step = verdict(write_proof(forgery.statement, bytes(relabelled))).step
    assert step == ("encoding" if name == "range_check" else "constraints")
    assert upstream_verdict(forgery.statement, bytes(relabelled))
