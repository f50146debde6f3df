"""Witnesses for the tables that are no function's: root, Poseidon2, the 12-bit numbers, the schedule."""

from __future__ import annotations

from functools import cache

from forged_rows import ACTIVE
from lie import (
    FIRST_KEYS,
    POSEIDON,
    RANGE,
    RICH,
    SCHEDULE,
    Lie,
    below_by_one,
    free_row,
    holding,
    one_account,
    put_limbs,
    sent_by,
)
from lies import FIELDS, constant, moved, other_record, overwriting
from lies_about_rows import TOTAL
from small_venue import EDGE, EMPTY, Batch, honest
from test_market import DUST
from test_root import nothing
from toolkit import Forgery, Program, forge, path_of

from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2 import Values, _permute
from plimsoll.circuits.tables import TableSet

RECORD = ("index", *FIELDS)
"""Fields of the schedule's bus and public columns of its table."""
OUTPUTS = ("height", *(f"root.x{i}" for i in range(4)), *(f"commitment.x{i}" for i in range(4)))
CHOSEN = [2, 1, 2, 3, 4, 5, 6, 7, 8]
"""Public values of choice: the right height, any root, any commitment."""
FREE_ROOT = "no book at all is shown: root and commitment are of choice"


# The root.


def root_constraint(place: int) -> Lie:
    if place == 0:
        forgery = nothing()
        forgery.publics = list(CHOSEN)
        return Lie(forgery, f"the root is inactive: {FREE_ROOT}")
    forgery = forge()
    forgery.publics[place - 1] += 1
    return Lie(forgery, f"the public value {OUTPUTS[place - 1]} is not the one that main returns")


def root_requires_nothing() -> Lie:
    forgery = nothing()
    forgery.publics = list(CHOSEN)
    forgery.trace("root")[0, :10] = [1, *CHOSEN]
    return Lie(forgery, FREE_ROOT)


# Poseidon2.


class Slipped(Values):
    """The permutation with one column of its row one too high, and everything after it computed from that."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place

    def commit(self, a: int) -> int:
        slipped = (a + 1) % P if len(self.columns) == self.place else a
        return super().commit(slipped)


def slipped_row(inputs: list[int], place: int) -> list[int]:
    """Inputs and columns of a row that breaks only the constraint with this number."""
    values = Slipped(place)
    _permute(values, inputs)
    return [*inputs, *values.columns]


@cache
def header() -> tuple[int, ...]:
    """What the header of the one account's leaf gives the permutation."""
    forgery = forge(one_row())
    [fields] = [fields for bus, fields, _ in sent_by(forgery, "subtree.z.nz", 0) if bus == "builtin:poseidon"]
    return fields[:12]


def one_row() -> Batch:
    return one_account(*(holding(key, RICH) for key in FIRST_KEYS))


def poseidon_constraint(place: int) -> Lie:
    """The leaf's header does not hash to its digest; the root follows from the false one."""
    row = slipped_row(list(header()), place)

    def lie(program: Program, tables: TableSet) -> None:
        path = path_of(program, tables, "subtree.z.nz")
        [step] = [s for s in path["steps"] if s["op"] == "poseidon"]
        at = path["steps"].index(step) + 1
        results = zip(step["columns"], row[-8:], strict=True)
        path["steps"][at:at] = [{"op": "set", "column": c, "poly": constant(x)} for c, x in results]

    forgery = forge(one_row(), mislead=lie).rebalance()
    trace = forgery.trace(POSEIDON)
    trace[free_row(trace)] = [1, *row, 0, 0, 0]
    return Lie(forgery, "a leaf is not the hash of its header: the permutation slips by one in this column")


# Public columns.


def range_tie() -> Lie:
    """The table of 12-bit numbers has another number."""
    forgery = forge(below_by_one())
    put_limbs(forgery, "holdings.z", 0, TOTAL, [-1, 0, 0, 0, 0])
    forgery.rebalance()
    trace = forgery.trace(RANGE)
    row = free_row(trace)
    trace[row, 0], trace[row, 1] = 1, P - 1
    return Lie(forgery, "an account one unit below its line passes: the table of 12-bit numbers has a -1")


def record_with_another(place: int) -> Forgery:
    """The account's one unit is made up by its dust: a field of its record is one higher, or its index is another."""
    if place == 0:
        mislead = other_record(DUST, {}, address=1 << 20)
    else:
        mislead = overwriting("holdings.nz", "rom", DUST, place - 1, lambda column: moved(column, 1))
    return forge(below_by_one() if place > 3 else one_unit_up(), mislead=mislead).rebalance()


def one_unit_up() -> Batch:
    """The same account with its unit: exactly on its line."""
    return Batch((honest().leaves[EDGE], EMPTY, EMPTY, EMPTY))


def dust_record() -> int:
    return below_by_one().leaves[0].holdings[DUST][0]


def record_words(place: int) -> str:
    field = RECORD[place]
    said = {
        "index": "a record stands at an address beyond the table",
        "key": "a holding has another key than its record: it is counted as another instrument",
        "lo": "a holding has one lot more in the leaf than in the sums: its record's tier begins one higher",
        "span": "a tier ends one lot higher than the schedule says",
    }
    return said.get(field, f"an account one unit below its line passes: {field} of its record's value is one higher")


def schedule_tie(place: int) -> Lie:
    """The schedule's own row is another; the account uses it."""
    forgery = record_with_another(place)
    trace = forgery.trace(SCHEDULE)
    row = dust_record()
    trace[row, 0] = 1
    trace[row, 1 + place] = 1 << 20 if place == 0 else (int(trace[row, 1 + place]) + 1) % P
    return Lie(forgery, record_words(place))


def column_of(name: str, place: int, forgery: Forgery) -> tuple[int, ...]:
    """What a public column would have to hold for these traces."""
    column = ACTIVE if name == "root" else 1 + place
    return tuple(forgery.trace(name)[:, column].tolist())


def builtin_constraint(name: str, place: int) -> Lie:
    """The witness for a constraint of a table that is no function's."""
    if name == "root":
        return root_constraint(place)
    if name == POSEIDON:
        return poseidon_constraint(place)
    return range_tie() if name == RANGE else schedule_tie(place)
