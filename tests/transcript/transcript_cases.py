"""Two small tables with a bus between them, for proofs in plain Python.

`root` (taller) requires one tuple, its four public values; `powers` provides (i, i^2, i^3, i^4) for each of its rows.
So the true statements are those about four powers of one number. Beside them two free values of the bus `blind`.
"""

from __future__ import annotations

from prover_parts import Case

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import BLINDS, Instance, Table, TableBuilder, TableSet
from plimsoll.verifier.profile import Profile

ROOT, POWERS = range(2)
BUS = "fn:powers"
DIGEST = bytes(range(32))
NUMBER = 7
TRUE = [NUMBER**k for k in range(1, 5)]
FALSE = [NUMBER, NUMBER**2, NUMBER**3, NUMBER**4 + 1]
FIELDS = 4


def small_profile(queries: int = 2, work: int = 0) -> Profile:
    """Two queries, so that tables of 16 rows have the hiding budget; a last codeword of 16 values."""
    return Profile("insecure-transcript-test", 2, queries, work, 2, 3, 4, 3)


def root_table(height: int) -> Table:
    t = TableBuilder("root", publics=FIELDS)
    active, *values = [t.column(t.new_column()) for _ in range(1 + FIELDS)]
    first = t.add_periodic([1] + [0] * (height - 1))
    t.assert_zero(t.sub(active, first))
    for k, value in enumerate(values):
        t.assert_zero(t.mul(first, t.sub(value, t.public(k))))
    t.send(BUS, values, active, 1)
    return t.build()


def powers_table(height: int) -> Table:
    t = TableBuilder("powers")
    count, *values = [t.column(t.new_column()) for _ in range(1 + FIELDS)]
    for k, value in enumerate(values, 1):
        t.assert_zero(t.sub(value, t.add_periodic([i**k for i in range(height)])))
    t.send(BUS, values, t.sub(t.const(0), count), 0)
    return t.build()


def case(
    publics: list[int] = TRUE,
    values: list[int] | None = None,
    *,
    log_heights: tuple[int, int] = (5, 4),
    profile: Profile | None = None,
) -> Case:
    """The tables at these heights, filled for `values` (the public ones by default): the seventh power's row counts
    one, whether or not that is what is required."""
    root, powers = (1 << log for log in log_heights)
    tables = TableSet(
        (root_table(root), powers_table(powers)), (Instance(0, log_heights[0]), Instance(1, log_heights[1]))
    )
    required = [[int(i == 0), *([x % P for x in (values or publics)] if i == 0 else [0] * FIELDS)] for i in range(root)]
    provided = [[int(i == NUMBER), *(i**k for k in range(1, 5))] for i in range(powers)]
    blinds = [0] * BLINDS
    traces = [[row + blinds for row in trace] for trace in (required, provided)]
    return Case(tables, publics, traces, DIGEST, profile or small_profile())
