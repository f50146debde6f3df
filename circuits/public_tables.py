"""The tables that are not a function's: the root, and read-only tables whose rows are public columns.

A public column is a periodic column of full height, copied into a main column by a constraint, because a message may
not name a periodic column (p3-lookup 0.8.0).
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.compiler.builtins import RANGE_BITS, RANGE_BUS, ROM_BUS
from plimsoll.circuits.compiler.callgraph import MAIN
from plimsoll.circuits.compiler.calls import FUNCTION_BUS
from plimsoll.circuits.tables import Table, TableBuilder


def root_table(outputs: int, log_height: int) -> Table:
    """One active row, forced by a public column: requires main's claim at depth 0 exactly once.

    Columns: active, then the outputs, which on the active row are the public values and zero elsewhere.
    """
    builder = TableBuilder("root", publics=outputs)
    active = builder.column(builder.new_column())
    first = builder.add_periodic([1] + [0] * ((1 << log_height) - 1))
    builder.assert_zero(builder.sub(active, first))
    fields = [builder.const(0)]
    for i in range(outputs):
        output = builder.column(builder.new_column())
        builder.assert_zero(builder.sub(output, builder.mul(active, builder.public(i))))
        fields.append(output)
    builder.send(FUNCTION_BUS + MAIN, fields, active, 1)
    return builder.build()


def public_table(name: str, bus: str, columns: Sequence[Sequence[int]]) -> Table:
    """A read-only table: column 0 counts how often a row is looked up, the others are the public columns."""
    builder = TableBuilder(name)
    multiplicity = builder.column(builder.new_column())
    fields = []
    for values in columns:
        column = builder.column(builder.new_column())
        builder.assert_zero(builder.sub(column, builder.add_periodic(values)))
        fields.append(column)
    builder.send(bus, fields, builder.sub(builder.const(0), multiplicity), 0)
    return builder.build()


def range_table() -> Table:
    """The 12-bit numbers."""
    return public_table("range_check", RANGE_BUS, [range(1 << RANGE_BITS)])


def rom_table(rom: str, records: Sequence[Sequence[int]], log_height: int) -> Table:
    """Records by address. The rows above the last record repeat it: a row of zeros would be a forged record."""
    padded = [records[min(i, len(records) - 1)] for i in range(1 << log_height)]
    columns = [list(range(1 << log_height)), *map(list, zip(*padded, strict=True))]
    return public_table(ROM_BUS + rom, ROM_BUS + rom, columns)
