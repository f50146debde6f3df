"""Tables that are not the program's: a message that counts nothing, a table left out."""

from __future__ import annotations

from dataclasses import replace

from forged_rows import Offence, weakened
from small_venue import EDGE, Leaf, account_lots, honest, positions
from toolkit import forge, put, upstream_verdict, verdict

from plimsoll.circuits.tables import Node, Op, Table
from plimsoll.verifier.statement import write_proof


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


def test_claim_with_fewer_fields_rejected() -> None:
    """The prover's claims of `holdings` leave the sums out, so that an account can be settled by another sum."""
    lots = account_lots()["edge"]
    lots["DUST"] -= 1
    forgery = forge(honest().having(EDGE, Leaf(positions(lots))))
    for column in forgery.columns("holdings.z").args[10:21]:
        put(forgery.trace("holdings.z"), EDGE, column, 0)
    forgery.refresh("holdings.z", EDGE)
    forgery.rebalance()
    assert {str(one) for one in forgery.broken()} == {"bus fn:holdings"}
    without_sums = slice(11, 22)
    changed = []
    for table in forgery.tables.tables:
        sent = list(table.messages)
        for k, message in enumerate(sent):
            if message.bus == "fn:holdings":
                fields = list(message.fields)
                del fields[without_sums]
                sent[k] = replace(message, fields=tuple(fields))
        changed.append(replace(table, messages=tuple(sent)))
    forgery.tables = replace(forgery.tables, tables=tuple(changed))
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
