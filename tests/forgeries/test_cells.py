"""No cell of an active row is free: whatever one changes in it alone breaks a constraint or unbalances a bus.

A free cell would be a value that a prover may choose and that nothing binds: the first thing to look for in a circuit.
"""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from forged_rows import ACTIVE
from toolkit import forge, genuine

from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import table_values
from plimsoll.circuits.tables import Table

NAMES = [table.name for table in genuine().book.tables.instance_tables()]
ROWS = {"holdings.nz": 4, "poseidon": 1}
"""How many active rows are looked at, where not six. Padding may hold anything and says nothing."""


def said(table: Table, row: list[int], index: int, publics: list[int]) -> tuple[bool, Counter[tuple[object, ...]]]:
    """Whether a row satisfies its table, and what it requires and provides."""
    values = table_values(table.nodes, row, index, table.periodic, publics if table.publics else [])
    sent: Counter[tuple[object, ...]] = Counter()
    for m in table.messages:
        if values[m.count]:
            sent[m.bus, *(values[f] for f in m.fields)] += values[m.count]
    return not any(values[node] for node in table.constraints), sent


@pytest.mark.parametrize("name", NAMES)
def test_cell_changed_alone_rejected(name: str) -> None:
    forgery = forge()
    trace = forgery.trace(name)
    [table] = [table for table in forgery.tables.tables if table.name == name]
    active = np.flatnonzero(trace[:, ACTIVE])[: ROWS.get(name, 6)].tolist()
    assert active
    for index in active:
        honest = trace[index].tolist()
        before = said(table, honest, index, forgery.publics)
        assert before[0]
        for column in range(table.width):
            for by in (1, P - 1, 1 << 32):
                row = [*honest]
                row[column] = (row[column] + by) % P
                satisfied, sent = said(table, row, index, forgery.publics)
                assert not satisfied or sent != before[1], f"{name} row {index}: column {column} is free"
