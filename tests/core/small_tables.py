"""Two small tables for the core's tests: a square is claimed on each row of one and provided by the other.

`claims` has two instances (heights 512 and 256), a public value and a public column that switches its first row's
constraint on; `squares` is a public table of 256 records (x, x^2) with a multiplicity, copied from public columns.
"""

from __future__ import annotations

import random
import struct
from dataclasses import dataclass

from plimsoll.circuits.tables import Instance, Table, TableBuilder, TableSet

RECORDS = 256
CLAIMS_LOG_HEIGHTS = (9, 8)


@dataclass(frozen=True)
class Case:
    """A table set with an honest trace for each instance (rows of integers) and its public values."""

    tables: TableSet
    traces: list[list[list[int]]]
    publics: list[int]

    def packed(self) -> list[bytes]:
        """The traces as the core takes them: u64 little-endian, row after row."""
        return [struct.pack(f"<{len(t) * len(t[0])}Q", *(x for row in t for x in row)) for t in self.traces]


def claims_table() -> Table:
    """Columns: active, x, y. Active rows require (x, y) on the bus."""
    t = TableBuilder("claims")
    active, x, y = (t.column(t.new_column()) for _ in range(3))
    t.assert_zero(t.mul(active, t.sub(active, t.const(1))))
    t.assert_zero(t.mul(active, t.sub(y, t.mul(x, x))))
    t.send("rom:squares", [x, y], active, 1)
    return t.build()


def root_table() -> Table:
    """Columns: active, y. The first row, forced active, requires (7, y) and has the public value as y."""
    t = TableBuilder("root", publics=1)
    active, y = (t.column(t.new_column()) for _ in range(2))
    first = t.add_periodic([1] + [0] * (RECORDS - 1))
    t.assert_zero(t.sub(active, first))
    t.assert_zero(t.mul(first, t.sub(y, t.public(0))))
    t.send("rom:squares", [t.const(7), y], active, 1)
    return t.build()


def squares_table() -> Table:
    """Columns: multiplicity, x, y: copies of two public columns."""
    t = TableBuilder("squares")
    multiplicity, x, y = (t.column(t.new_column()) for _ in range(3))
    t.assert_zero(t.sub(x, t.add_periodic(range(RECORDS))))
    t.assert_zero(t.sub(y, t.add_periodic([i * i for i in range(RECORDS)])))
    t.send("rom:squares", [x, y], t.sub(t.const(0), multiplicity), 0)
    return t.build()


def small_case(seed: int = 1) -> Case:
    """The tables with a random honest trace; the public value is 49."""
    rng = random.Random(seed)
    tables = TableSet(
        (root_table(), claims_table(), squares_table()),
        (Instance(0, 8), *(Instance(1, h) for h in CLAIMS_LOG_HEIGHTS), Instance(2, 8)),
    )
    counts = [0] * RECORDS
    counts[7] = 1
    root = [[int(i == 0), 49 * int(i == 0), 0, 0, 0] for i in range(RECORDS)]
    claims = []
    for log_height in CLAIMS_LOG_HEIGHTS:
        rows = []
        for i in range(1 << log_height):
            x = rng.randrange(RECORDS)
            used = i < (1 << log_height) - 5
            counts[x] += int(used)
            rows.append([1, x, x * x, 0, 0, 0] if used else [0] * 6)
        claims.append(rows)
    squares = [[counts[i], i, i * i, 0, 0, 0] for i in range(RECORDS)]
    return Case(tables, [root, *claims, squares], [49])
