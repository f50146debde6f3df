"""Tables that are not the program's: a message that counts nothing, a table left out or added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from forged_rows import DEPTH, Offence, weakened
from small_venue import EDGE, Leaf, account_lots, honest, positions
from toolkit import forge, put, upstream_verdict, verdict

from plimsoll.circuits.tables import Instance, Node, Op, Table, TableBuilder
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


def settles_anything() -> Table:
    """A table that gives the claim of `holdings`, whatever it is: all of its columns are free."""
    builder = TableBuilder("holdings.any")
    active = builder.column(builder.new_column())
    builder.assert_zero(builder.sub(builder.mul(active, active), active))
    fields = [builder.column(builder.new_column()) for _ in range(26)]
    builder.send("fn:holdings", fields, builder.sub(builder.const(0), active), 0)
    return builder.build()


def test_table_added_rejected() -> None:
    """Beside the program's tables one of the prover's own, which gives a settlement that none of them gives."""
    forgery = forge()
    rows, columns = forgery.trace("holdings.z"), forgery.columns("holdings.z")
    [provided] = [
        m for t in forgery.tables.tables if t.name == "holdings.z" for m in t.messages if m.bus == "fn:holdings"
    ]
    assert len(provided.fields) == 26
    settled = [int(rows[EDGE, DEPTH]), *(int(rows[EDGE, column]) for column in columns.args)]
    returned = settled[3:7]
    rows[EDGE] = 0
    tables, added = forgery.tables, settles_anything()
    trace = np.zeros((256, added.width), np.uint64)
    trace[0, : 1 + len(provided.fields)] = [1, *settled, *returned]
    forgery.tables = replace(
        tables, tables=(*tables.tables, added), instances=(*tables.instances, Instance(len(tables.tables), 8))
    )
    forgery.traces.append(trace)
    forgery.rebalance().accepted_by_both_under(forgery.tables)
    body = forgery.body()
    assert verdict(write_proof(forgery.statement, body)).step == "encoding"
    assert upstream_verdict(forgery.statement, body)


def test_control_no_table_reads_another_row_or_a_selector() -> None:
    """Rows are independent, and no constraint or count rests on upstream's `is_first_row`, which is not normalised:
    there is no kind of expression for either."""
    assert {op.name for op in Op} == {"CONST", "COLUMN", "PERIODIC", "PUBLIC", "ADD", "SUB", "MUL"}
    [root] = [table for table in forge().tables.tables if table.name == "root"]
    assert [sum(column) for column in root.periodic] == [1] and root.periodic[0][0] == 1
