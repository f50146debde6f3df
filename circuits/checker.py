"""Reference check of filled tables: every constraint on every row, and every bus in balance.

What a proof shows about committed rows, shown here on rows in the clear; for tests and small books.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row, table_values
from plimsoll.circuits.tables import TableSet
from plimsoll.engine.errors import PlimsollError


class CheckError(PlimsollError):
    """Rows that do not satisfy the tables."""


class ConstraintError(CheckError):
    """A constraint that is not zero on some row."""


class BusError(CheckError):
    """A tuple that is required more or less often than it is provided."""


def check(tables: TableSet, rows: Sequence[Sequence[Row]], publics: Sequence[int]) -> None:
    """Checks rows (by table; padding may be left out) against the tables and the public values.

    Raises:
        ConstraintError: naming the table, row and constraint.
        BusError: naming the bus and tuple.
    """
    balance: dict[tuple[str, tuple[int, ...]], int] = {}
    for table, its_rows in zip(tables.tables, rows, strict=True):
        for i, row in enumerate(its_rows):
            if len(row) != table.width or any(not 0 <= x < P for x in row):
                raise ConstraintError(f"{table.name} row {i}: expected {table.width} field elements")
            values = table_values(table.nodes, row, i, table.periodic, publics if table.publics else ())
            for k, node in enumerate(table.constraints):
                if values[node]:
                    raise ConstraintError(f"{table.name} row {i}: constraint {k} is {values[node]}, expected 0")
            for message in table.messages:
                key = (message.bus, tuple(values[f] for f in message.fields))
                balance[key] = (balance.get(key, 0) + values[message.count]) % P
    for (bus, fields), count in balance.items():
        if count:
            signed = count if count <= P // 2 else count - P
            raise BusError(f"{bus}: {fields} is required {signed} times more often than it is provided")
