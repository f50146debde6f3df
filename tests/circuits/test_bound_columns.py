"""No column of an active row is free: whatever single cell is changed, a constraint or a bus notices.

A cell that nothing notices would be one that a dishonest prover may choose.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from books import Account, Batch, book_machine
from machine import PROGRAMS, Machine, compiled, expectations, machine

from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row, table_values
from plimsoll.circuits.tables import Table

MIXED = Batch(
    [Account.of(*[(k, 5) for k in range(0, 16, 2)]), Account.of((0, 7), (1, 7)), Account([], kind=0), Account.of()]
)


def tuples(table: Table, row: Row, index: int, publics: Sequence[int]) -> tuple[bool, list[tuple[object, ...]]]:
    """Whether the row satisfies the constraints, and what it says on the buses (blinds left out)."""
    values = table_values(table.nodes, row, index, table.periodic, publics if table.publics else ())
    said: list[tuple[object, ...]] = [
        (m.bus, tuple(values[f] for f in m.fields), values[m.count]) for m in table.messages[: -len(table.blinds)]
    ]
    # An entry of nothing counts as said: what key it stands under is of no consequence.
    return not any(values[c] for c in table.constraints), [t for t in said if t[-1] != 0 or t[0] == LEDGER_BUS]


def free_cells(m: Machine, tape: Sequence[int]) -> list[str]:
    """The cells of all filled rows whose change nothing notices."""
    execution = m.execute(tape)
    m.check(execution)
    found = []
    for table, rows in zip(m.tables.tables, execution.rows, strict=True):
        for index, row in enumerate(rows[: 1 if table.name == "poseidon" else 3]):
            _, said = tuples(table, row, index, execution.outputs)
            for column in range(table.width - len(table.blinds)):
                for change in (1, P - 1, 4096):
                    changed = [*row[:column], (row[column] + change) % P, *row[column + 1 :]]
                    satisfied, says = tuples(table, changed, index, execution.outputs)
                    if satisfied and says == said:
                        found.append(f"{table.name} row {index} column {column}")
    return found


def test_no_cell_of_the_book_is_free() -> None:
    assert free_cells(book_machine(), MIXED.tape()) == []


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda p: p.stem)
def test_no_cell_of_a_program_is_free(path: Path) -> None:
    expected = expectations(path)
    for tape, _ in expected.runs:
        assert free_cells(machine(compiled(path), expected.records), tape) == []
