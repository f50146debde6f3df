"""Names for mutants, as the page shows them."""

from __future__ import annotations

from functools import cache

from lie import POSEIDON, steps_of, tables
from lies_about_builtins import OUTPUTS, RECORD
from lies_about_messages import FIELDS_OF
from lies_about_rows import constraint_of
from table_mutants import Kind, Mutant, table_named

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.bounds.book import BOOK
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.names import RowNames
from plimsoll.circuits.bounds.rows import Row, read_row
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.compiler.builtins import RANGE_BUS

LONGEST = 70
ROUNDS = (*((f"external round {r}", 12) for r in range(4)), *((f"internal round {r}", 1) for r in range(22)))
LAST_ROUNDS = tuple((f"external round {r}", 12) for r in range(4, 8))
OUTPUT_LANES = (0, 1, 2, 3, 8, 9, 10, 11)


@cache
def permutation_columns() -> tuple[str, ...]:
    """What each committed column of a permutation holds."""
    names = []
    for round_, width in (*ROUNDS, *LAST_ROUNDS):
        lanes = range(width)
        names += [f"cube of lane {lane} in {round_}" for lane in lanes]
        kept = OUTPUT_LANES if round_ == LAST_ROUNDS[-1][0] else lanes
        names += [f"lane {lane} after {round_}" for lane in kept]
    return tuple(names)


@cache
def named(name: str) -> tuple[Row, RowNames]:
    program = book_program()
    [path] = [p for p in compile_program(program).paths if p.table.name == name]
    row = read_row(path.table)
    return row, RowNames(program, BOOK, path, row)


def constraint(name: str, place: int) -> str:
    """What a constraint says."""
    if name == "root":
        return "`active` is that of the first row" if place == 0 else f"`{OUTPUTS[place - 1]}` is the public value"
    if name == POSEIDON:
        return permutation_columns()[place]
    if name in ("range_check", "rom:schedule"):
        return f"column `{'number' if name == 'range_check' else RECORD[place]}` is the public one"
    kind, number = constraint_of(name, place)
    if kind == "active":
        return "`active` is 0 or 1"
    row, names = named(name)
    if kind == "set":
        column = [step["column"] for step in steps_of(name) if step["op"] == "set"][number]
        return f"`{names.column(column)}` is the sum of the row's terms"
    text = names.text(IntPoly.lift(row.constraints[place]))
    return f"`{text if len(text) <= LONGEST else text[:LONGEST].rpartition(' ')[0] + ' …'} = 0`"


def message(name: str, place: int) -> str:
    """What a message carries."""
    sent = table_named(tables(), name).messages[place]
    if sent.bus == RANGE_BUS and name != "range_check":
        row, names = named(name)
        [required] = [m for m in row.required if m.number == place]
        return f"`{names.text(IntPoly.lift(required.fields[0]))}` on `{sent.bus}`"
    return f"`{sent.bus}`"


def title(mutant: Mutant) -> str:
    match mutant.kind:
        case Kind.CONSTRAINT:
            return constraint(mutant.owner, mutant.place)
        case Kind.FIELD:
            return f"`{FIELDS_OF[mutant.owner][mutant.place]}`"
        case Kind.BUS:
            return "all messages"
        case Kind.WEIGHT:
            return "1 to 0 in every message"
        case Kind.CONTENTS:
            return constraint(mutant.owner, mutant.place).replace("is the public one", "holds what the witness needs")
        case _:
            return message(mutant.owner, mutant.place)
