"""The root table, main's claim, and the claims of calls: each active row and each required claim belong together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from forged_rows import Offence, weakened
from lies import moved, overwriting
from small_venue import CAT, EDGE, honest
from toolkit import Forgery, forge, genuine, put, upstream_verdict, verdict

from plimsoll.circuits.tables import Node, Op, Table, TableSet
from plimsoll.verifier.statement import write_proof

ROOT, COMMITMENT = range(1, 5), range(5, 9)
"""Places of the public values."""


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
    # Another longest table changes the lengths of all that follows: upstream's wrapper stumbles over these first.
    assert ("encoding: " if name == "range_check" else "heights: ") in upstream_verdict(forgery.statement, body)
    # The height that is expected, written into the body of a proof of another height.
    relabelled = bytearray(body)
    relabelled[place] -= 1
    assert relabelled[place] == genuine().book.tables.instances[place].log_height + 1
    step = verdict(write_proof(forgery.statement, bytes(relabelled))).step
    assert step == ("encoding" if name == "range_check" else "constraints")
    assert upstream_verdict(forgery.statement, bytes(relabelled))


# Public values that are not those of the call tree: the lie can stand at each link of the chain.


def with_publics(forgery: Forgery, place: int) -> Forgery:
    """Another public value, and the root row that goes with it."""
    forgery.publics[place] += 1
    put(forgery.trace("root"), 0, 1 + place, forgery.publics[place])
    return forgery


@pytest.mark.parametrize("place", [0, *ROOT, *COMMITMENT])
def test_public_value_that_main_does_not_return_rejected(place: int) -> None:
    forgery = with_publics(forge(), place)
    if place == 0:
        # Our verifier knows the height from the shape class; upstream's does not.
        assert verdict(forgery.file()).step == "policy"
        assert "TerminalSumNonZero" in upstream_verdict(forgery.statement, forgery.body())
        return
    if place in (ROOT[0], COMMITMENT[0]):
        forgery.refused("terminals", "bus fn:main")
    assert {str(one) for one in forgery.broken()} == {"bus fn:main"}


def test_another_book_s_values_rejected() -> None:
    """Root and commitment of another book, whose proof would be accepted."""
    other = forge(honest().having(EDGE, replace(honest().leaves[EDGE], salt=(1, 2, 3, 5))))
    assert other.publics[1:] != forge().publics[1:]
    forgery = forge()
    forgery.publics = other.publics
    forgery.trace("root")[0, 1:10] = other.publics
    forgery.refused("terminals", "bus fn:main")


def test_public_value_that_the_root_row_does_not_have_rejected() -> None:
    forgery = forge()
    forgery.publics[1] += 1
    forgery.refused("constraints", "constraint root")


def test_swapped_public_values_rejected() -> None:
    forgery = forge()
    forgery.publics[1], forgery.publics[2] = forgery.publics[2], forgery.publics[1]
    forgery.refused("constraints", "constraint root")


LINKS = {
    "main's tree": ("main", "call", 0, "bus fn:subtree"),
    "main's commitment": ("main", "poseidon", 0, "bus builtin:poseidon"),
    "a node's hash": ("subtree.nz", "poseidon", 0, "bus builtin:poseidon"),
    "a node's child": ("subtree.nz", "call", 0, "bus fn:subtree"),
    "a leaf's sponge": ("holdings.nz", "poseidon", 0, "bus builtin:poseidon"),
    "a leaf's header": ("subtree.z.nz", "poseidon", 0, "bus builtin:poseidon"),
    "an account's holdings": ("subtree.z.nz", "call", 0, "bus fn:holdings"),
    "an empty leaf": ("subtree.z.z", "poseidon", 0, "bus builtin:poseidon"),
}


@pytest.mark.parametrize("name", LINKS)
def test_result_that_is_not_the_one_given_rejected(name: str) -> None:
    """A call's or a permutation's result is changed as it arrives, and everything above is computed from it."""
    table, op, number, offends = LINKS[name]
    forgery = forge(mislead=overwriting(table, op, number, 0, lambda column: moved(column, 1)))
    forgery.rebalance().refused("terminals", offends)


def test_altered_permutation_rejected() -> None:
    """The permutation's own row gives the false result that a node uses."""
    forgery = forge(mislead=overwriting("subtree.z.z", "poseidon", 0, 0, lambda column: moved(column, 1)))
    rows = forgery.trace("poseidon")
    used = int(forgery.trace("subtree.z.z")[0, forgery.columns("subtree.z.z").hashes[0][0]])
    output = 1 + rows.shape[1] - 4 - 8
    [row] = np.flatnonzero(rows[:, output] == np.uint64(used - 1))
    rows[row, output] = used
    forgery.refused("constraints", "constraint poseidon")


# Rows that stand for calls which were never made that way.


def test_row_of_another_path_rejected() -> None:
    """A leaf that holds an account is passed off as empty: kind 1 on the path of kind 0."""
    forgery = forge()
    row = forgery.trace("subtree.z.z")
    put(row, 0, forgery.columns("subtree.z.z").tape[0], 1)
    forgery.refused("constraints", "constraint subtree.z.z")


def test_leaf_in_place_of_a_node_rejected() -> None:
    """A whole subtree is passed off as one empty leaf: a failing account could hide in what is not shown."""
    forgery = forge()
    rows = forgery.trace("subtree.z.z")
    put(rows, 0, forgery.columns("subtree.z.z").args[0], 1)
    names = {str(one) for one in forgery.broken()}
    assert names == {"constraint subtree.z.z", "bus fn:subtree"}
    forgery.refused_by_both("constraints")


def test_claim_at_another_depth_rejected() -> None:
    forgery = forge()
    forgery.trace("holdings.z")[0, 1] += 1
    forgery.refused("terminals", "bus fn:holdings")


def test_account_left_out_rejected() -> None:
    """Account and holdings have no rows; the node above still uses the leaf."""
    forgery = forge()
    for name in ("subtree.z.nz", "holdings.z"):
        rows = forgery.trace(name)
        rows[2] = 0
    forgery.trace("holdings.nz")[3] = 0
    assert CAT == 3
    forgery.rebalance().refused("terminals", "bus fn:subtree")


# Tables that are not the program's.


def without_requirement(table: Table, bus: str) -> Table:
    """The table's requirements on a bus count zero."""
    nodes = (*table.nodes, Node(Op.CONST, 0))
    sent = tuple(replace(m, count=len(nodes) - 1, weight=0) if m.bus == bus and m.weight else m for m in table.messages)
    return replace(table, nodes=nodes, messages=sent)


def test_message_that_counts_nothing_rejected() -> None:
    """The prover's tables ask for no settlement; that of an account below its line is left out."""
    forgery = forge()
    for name in ("holdings.z", "holdings.nz"):
        forgery.trace(name)[:] = 0
    forgery.rebalance()
    tables = forgery.tables
    changed = tuple(
        without_requirement(table, "fn:holdings") if table.name == "subtree.z.nz" else table for table in tables.tables
    )
    forgery.tables = replace(tables, tables=changed)
    forgery.accepted_by_both_under(forgery.tables)
    forgery.refused_by_both("constraints")


def test_message_count_that_is_not_the_row_s_rejected() -> None:
    """Multiplicities of the range table one too high, and one too low."""
    for by in (1, -1):
        forgery = forge()
        put(forgery.trace("range_check"), 7, 0, int(forgery.trace("range_check")[7, 0]) + by)
        assert {str(one) for one in forgery.broken()} == {"bus builtin:range_check"}
    forgery.refused_by_both("terminals")


def test_table_left_out_rejected() -> None:
    """A proof of all tables but one: settlements are neither asked for nor given."""
    forgery = forge()
    tables = weakened(forgery.tables, {Offence("bus", "fn:holdings")})
    place = [table.name for table in tables.instance_tables()].index("holdings.z")
    forgery.tables = replace(tables, instances=tables.instances[:place] + tables.instances[place + 1 :])
    del forgery.traces[place]
    forgery.rebalance().accepted_by_both_under(forgery.tables)
    body = forgery.body()
    assert verdict(write_proof(forgery.statement, body)).step == "heights"
    assert upstream_verdict(forgery.statement, body)
