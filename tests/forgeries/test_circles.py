"""Claims that rest on each other. `spin(1)` has no result; a circle or an endless chain of claims would give it any."""

from __future__ import annotations

from dataclasses import replace

from forged_rows import ACTIVE, DEPTH
from small_programs import SmallForgery, run

from plimsoll.circuits.tables import Node, Op, Table, TableSet

BUS = "fn:spin"
FORGED = 1_000_000


def claim(forgery: SmallForgery, row: int, depth: int) -> None:
    """A row that gives spin(1) = FORGED at a depth, and asks for the same one level deeper."""
    rows, columns = forgery.trace("spin.nz"), forgery.columns("spin.nz")
    rows[row, ACTIVE], rows[row, DEPTH] = 1, depth
    rows[row, columns.args[0]] = 1
    rows[row, columns.calls[0][0]] = FORGED
    forgery.refresh("spin.nz", row)


def flat(tables: TableSet) -> TableSet:
    """The tables without depth: a claim asks for its callee's at its own depth."""

    def level(table: Table) -> Table:
        nodes = (*table.nodes, Node(Op.COLUMN, DEPTH))
        sent = tuple(
            replace(m, fields=(len(nodes) - 1, *m.fields[1:])) if m.bus == BUS and m.weight else m
            for m in table.messages
        )
        return replace(table, nodes=nodes, messages=sent)

    return replace(tables, tables=tuple(level(t) if t.name != "root" else t for t in tables.tables))


def test_control_recursion_that_ends_is_accepted() -> None:
    forgery = run("spin", [0])
    assert forgery.publics == [0]
    forgery.accepted_under(forgery.tables)


def test_chain_of_claims_to_nowhere_rejected() -> None:
    """main outputs a forged result; every row of the table is used, and the last one's claim is given by none."""
    forgery = run("spin", [0])
    main, columns = forgery.trace("main"), forgery.columns("main")
    main[0, columns.tape[0]], main[0, columns.calls[0][0]] = 1, FORGED
    forgery.publics = [FORGED]
    forgery.trace("root")[0, 1] = FORGED
    forgery.trace("spin.z")[0] = 0
    for row in range(256):
        claim(forgery, row, row + 1)
    forgery.refused("terminals", f"bus {BUS}")


def test_circle_of_claims_rejected() -> None:
    """Rows beside main's call tree that rest on each other. With a ledger they could cancel what the tree enters."""
    forgery = run("spin", [0])
    for row in range(3):
        claim(forgery, row, 5 + row)
    forgery.refused("terminals", f"bus {BUS}")


def test_control_without_depth_a_circle_is_accepted() -> None:
    forgery = run("spin", [0])
    claim(forgery, 0, 0)
    forgery.trace("spin.z")[0, DEPTH] = 0
    forgery.accepted_under(flat(forgery.tables))
