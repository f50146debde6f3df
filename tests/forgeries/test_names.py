"""Buses are told apart by their names and have one width: no claim, record or range check passes for another."""

from __future__ import annotations

from dataclasses import replace

import pytest
from forged_rows import ACTIVE, DEPTH
from small_programs import DIGEST, SmallForgery, run
from toolkit import UPSTREAM, dishonest, dishonest_profile

from plimsoll.circuits.tables import Node, Op, TableSet
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.stark import verify_proof

OUT_OF_RANGE = 5000
FUNCTION, BUILTIN = "fn:range_check", "builtin:range_check"


def merged(tables: TableSet, one: str, other: str) -> TableSet:
    """The tables with both buses as one."""
    return replace(
        tables,
        tables=tuple(
            replace(t, messages=tuple(replace(m, bus=one) if m.bus == other else m for m in t.messages))
            for t in tables.tables
        ),
    )


def refused_but_for_the_names(forgery: SmallForgery, one: str, other: str) -> None:
    """Two buses are out of balance, by what the one lacks and the other has too much: both verifiers refuse, and both
    accept the same rows where the two are one bus."""
    body = forgery.body(forgery.tables)
    with pytest.raises(VerificationError) as ours:
        verify_proof(forgery.tables, forgery.publics, DIGEST, body, STANDARD)
    assert ours.value.step == "terminals"
    with pytest.raises(dishonest.CoreError, match=UPSTREAM["terminals"]):
        dishonest.verify(forgery.tables.encode(), forgery.publics, DIGEST, body, dishonest_profile(STANDARD))
    forgery.accepted_under(merged(forgery.tables, one, other))


def test_control_function_named_like_a_builtin_is_accepted() -> None:
    forgery = run("named_like_builtins", [4095, 1, 1, 0])
    buses = {m.bus for table in forgery.tables.tables for m in table.messages}
    assert {FUNCTION, BUILTIN} <= buses
    names = [table.name for table in forgery.tables.tables]
    assert len(set(names)) == len(names)
    forgery.accepted_under(forgery.tables)


def test_claim_of_a_function_named_like_a_builtin_rejected() -> None:
    """A row of the function `range_check` at depth 5,000 in place of a range check of 5,000."""
    forgery = run("named_like_builtins", [OUT_OF_RANGE, 0])
    row = forgery.trace("range_check.z")[1]
    row[ACTIVE], row[DEPTH] = 1, OUT_OF_RANGE
    assert forgery.publics == [OUT_OF_RANGE]
    refused_but_for_the_names(forgery.rebalance(), FUNCTION, BUILTIN)


def test_row_of_another_function_s_table_rejected() -> None:
    """`add_up(3) = 0`, given by rows of `nothing`, whose claims have the same arguments and results."""
    forgery = run("twins", [3])
    assert forgery.publics == [3, 0]
    for name in ("add_up.z", "add_up.nz"):
        forgery.trace(name)[:] = 0
    for name, rows in (("nothing.z", 1), ("nothing.nz", 3)):
        trace = forgery.trace(name)
        trace[rows : 2 * rows] = trace[:rows]
    [result] = forgery.columns("main").calls[0]
    forgery.trace("main")[0, result] = 0
    forgery.refresh("main", 0)
    forgery.publics = [0, 0]
    forgery.trace("root")[0, 1:3] = 0
    refused_but_for_the_names(forgery, "fn:add_up", "fn:nothing")


def test_message_padded_with_zeros_on_the_left_rejected() -> None:
    """(0, x) folds to the same as (x) in the proof library: only the check of widths keeps a claim at depth 0 from
    meeting another function's claim without one. Both verifiers refuse such tables, whatever the proof."""
    forgery = run("range_first", [4095])
    body = forgery.rebalance().body(forgery.tables)
    changed = []
    for table in forgery.tables.tables:
        nodes = (*table.nodes, Node(Op.CONST, 0))
        sent = tuple(
            replace(m, fields=(len(table.nodes), *m.fields)) if m.bus == BUILTIN and m.weight else m
            for m in table.messages
        )
        changed.append(replace(table, nodes=nodes, messages=sent))
    padded = replace(forgery.tables, tables=tuple(changed))
    assert padded != forgery.tables
    with pytest.raises(VerificationError) as ours:
        verify_proof(padded, forgery.publics, DIGEST, body, STANDARD)
    assert ours.value.step == "tables"
    for use in (
        lambda: dishonest.verify(padded.encode(), forgery.publics, DIGEST, body, dishonest_profile(STANDARD)),
        lambda: forgery.body(padded),
    ):
        with pytest.raises(dishonest.CoreError, match=f"fields on bus {BUILTIN}"):
            use()
