"""Inputs for a random program: a tape that grows as it is read, repaired until the rows fit, and dishonest witnesses.

A random tape almost never satisfies an assertion such as `x = y * z` about a cell of the tape. So a run is looked at:
where a constraint or a range check fails that is linear in a cell of the tape, the cell is set to what it asks for and
the program runs again.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

from machine import Machine
from rebuild import RecordedPath, evaluate

from plimsoll.circuits.compiler.builtins import RANGE_BITS, RANGE_BUS
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.field import P, inverse
from plimsoll.circuits.interpreter import Execution, Row, WitnessError, _Interpreter
from plimsoll.circuits.tables import TableSet

MAX_ROWS = 300
MAX_STEPS = 20_000
"""Of one run, those of paths that did not fit among them: a tree of calls that never fit is tried again and again."""
REPAIRS = 12


class TooLong(Exception):  # noqa: N818 (no error: the run is not looked at)
    """A run of more rows or steps than are worth looking at."""


class Improvised(_Interpreter):
    """Makes up tape cells when they are read, and limbs other than the hint's where it is told to lie."""

    def __init__(self, m: Machine, rng: random.Random, tape: list[int], lie: bool = False) -> None:
        super().__init__(m.tables, m.witness, {"schedule": m.records}, tape)
        self.grown, self.rng, self.lie = tape, rng, lie
        self.read: dict[int, dict[int, int]] = {}
        self.steps = 0

    def step(self, step: Mapping[str, Any], row: Row, depth: int) -> bool:
        self.steps += 1
        if self.steps > MAX_STEPS or sum(map(len, self.rows)) > MAX_ROWS or depth > MAX_ROWS:
            raise TooLong
        if step["op"] == "tape":
            if self.position >= len(self.grown):
                self.grown.append(self.made_up())
            self.read.setdefault(id(row), {})[step["column"]] = self.position
        result = super().step(step, row, depth)
        if step["op"] == "limbs" and self.lie and self.rng.random() < 0.7:
            i = self.rng.randrange(len(step["columns"]) - 1)
            low, high = step["columns"][i : i + 2]
            by = self.rng.choice([1, -1, self.rng.randrange(P)])
            row[low] = (row[low] - (by << step["bits"])) % P
            row[high] = (row[high] + by) % P
            if self.rng.random() < 0.3:
                row[low] = self.rng.randrange(4096)
        return result

    def made_up(self) -> int:
        rng = self.rng
        return rng.choice([rng.randrange(3), rng.randrange(5), rng.randrange(1 << RANGE_BITS), rng.randrange(P)])

    def execution(self) -> Execution:
        """A run with the tape cut to what was read.

        Raises:
            WitnessError: no path fits, or a record is asked for that there is not.
            TooLong: the calls do not end soon.
        """
        outputs = self.call(self.program["main"], 0, [])
        del self.grown[self.position :]
        self.fill_builtins(outputs)
        return Execution(self.rows, outputs)


def linear_in(poly: Poly, columns: Sequence[int]) -> list[tuple[int, int]]:
    """(column, coefficient) of the given columns that stand in the polynomial by themselves and nowhere else."""
    found = []
    for column in columns:
        monomials = [m for m in poly.terms if column in m]
        if monomials == [(column,)]:
            found.append((column, poly.terms[(column,)]))
    return found


def repaired(run: Improvised, paths: Mapping[str, RecordedPath], tape: list[int]) -> bool:
    """Sets one cell of the tape to what a failing row asks for. False if no row fails, or none can be helped."""
    rng = run.rng
    wishes: list[tuple[int, int]] = []
    for table, rows in zip(run.tables.tables, run.rows, strict=True):
        if table.name not in paths:
            continue
        trace = paths[table.name].trace
        for row in rows:
            positions = run.read.get(id(row), {})
            for poly in trace.constraints:
                if wrong := evaluate(poly, row):
                    for column, coefficient in linear_in(poly, list(positions)):
                        wishes.append((positions[column], row[column] - wrong * inverse(coefficient)))
            for message in trace.messages:
                if message.bus == RANGE_BUS and (value := evaluate(message.fields[0], row)) >> RANGE_BITS:
                    for column, coefficient in linear_in(message.fields[0], list(positions)):
                        change = (rng.randrange(1 << RANGE_BITS) - value) * inverse(coefficient)
                        wishes.append((positions[column], row[column] + change))
    if not wishes:
        return False
    position, value = rng.choice(wishes)
    tape[position] = value % P
    return True


def improvise(m: Machine, paths: Mapping[str, RecordedPath], rng: random.Random) -> list[int]:
    """A tape on which the program is likely to run. Raises TooLong."""
    tape: list[int] = []
    for _ in range(REPAIRS):
        run = Improvised(m, rng, tape)
        try:
            run.execution()
        except WitnessError:
            if tape:
                tape[rng.randrange(len(tape))] = rng.randrange(3)
            continue
        if not repaired(run, paths, tape):
            break
    return tape


def dishonest(m: Machine, rng: random.Random, tape: list[int]) -> Execution:
    """Rows with other values than the hints'. Raises WitnessError or TooLong."""
    return Improvised(m, rng, list(tape), lie=True).execution()


def changed(tables: TableSet, rows: list[list[Row]], rng: random.Random, outputs: list[int]) -> None:
    """Changes rows in place in one way of many; outputs may be changed too. Heights of public tables stay."""
    filled = [t for t, its_rows in enumerate(rows) if its_rows]
    active = [t for t in filled if any(row[0] for row in rows[t])]
    table = rng.choice(rng.choice([filled, active]))
    its_rows = rows[table]
    place = rng.randrange(min(len(its_rows), 8))
    row = list(its_rows[place])
    ways = ["cell", "cell", "cells", "swap", "copy", "order", "output"]
    match rng.choice(ways if tables.tables[table].periodic else [*ways, "drop", "double", "idle"]):
        case "cell":
            row[rng.randrange(len(row))] = rng.choice([0, 1, rng.randrange(P), rng.choice(row)])
            its_rows[place] = row
        case "cells":
            for _ in range(2):
                at = rng.randrange(len(row))
                row[at] = (row[at] + rng.choice([1, -1])) % P
            its_rows[place] = row
        case "swap":
            a, b = rng.randrange(len(row)), rng.randrange(len(row))
            row[a], row[b] = row[b], row[a]
            its_rows[place] = row
        case "copy":
            its_rows[place] = list(rng.choice(its_rows))
        case "drop":
            its_rows.pop(place)
        case "double":
            its_rows.append(row)
        case "order":
            rng.shuffle(its_rows)
        case "idle":
            its_rows.append([0, rng.randrange(P), *([0] * (len(row) - 2))])
        case "output" if outputs:
            outputs[rng.randrange(len(outputs))] = rng.randrange(P)
