"""A prover that lies: the reference interpreter with some results of steps changed, and everything after follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from plimsoll.circuits import interpreter
from plimsoll.circuits.compiler.trace import ACTIVE
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row, WitnessError, evaluate
from plimsoll.circuits.poseidon2 import OUTPUT_LANES, poseidon_row
from plimsoll.circuits.tables import TableSet

ALWAYS = -1
"""In every row, not in one."""
WAYS = {
    "add": "a result is another",
    "solve": "a limb makes up for the others in the field, whatever it is then",
    "alone": "the same, and the others are zero",
    "carry": "the same, and those from the third on are a number that is higher",
    "high": "limbs from the third on are a number that is higher, and no limb makes up",
    "zero": "all limbs are zero",
    "take": "a branch that does not fit is taken",
    "refuse": "a branch that fits is not taken",
    "drop": "the rows of a call are not there, its results are made up",
}
LIMIT = 60
"""Executions of one step: more are a recursion that does not end."""


@dataclass(frozen=True, order=True)
class Change:
    """One result of one step of a path, changed.

    Attributes:
        table: the path's table.
        step: number of the step in the path.
        how: what is done (see WAYS).
        place: number of the result (of the limb that is solved).
        amount: what is added; with `solve`, to the limb `other`.
        other: see `amount`.
        at: which execution of the step, from 0, or ALWAYS.
    """

    table: str
    step: int
    how: str
    place: int = 0
    amount: int = 0
    other: int = 0
    at: int = 0


@lru_cache(maxsize=100_000)
def permuted(state: tuple[int, ...]) -> list[int]:
    return poseidon_row(list(state))


class Liar(interpreter._Interpreter):
    """Fills the rows of paths; those of the builtins follow from what these ask for (`statement_judge`)."""

    def __init__(
        self,
        tables: TableSet,
        program: Mapping[str, Any],
        roms: Mapping[str, Sequence[Sequence[int]]],
        tape: Sequence[int],
        changes: Sequence[Change] = (),
    ) -> None:
        super().__init__(tables, program, roms, tape)
        self.read = list(tape)
        """The tape as the lie has it: with what was changed where it was read."""
        self.executed: Counter[tuple[str, int]] = Counter()
        self.changes: dict[tuple[str, int], list[Change]] = {}
        for one in changes:
            self.changes.setdefault((one.table, one.step), []).append(one)
        names = [t.name for t in tables.tables]
        self.number = {id(s): (names[p["table"]], i) for p in program["paths"] for i, s in enumerate(p["steps"])}

    def step(self, step: Mapping[str, Any], row: Row, depth: int) -> bool:
        key = self.number[id(step)]
        wanted = [c for c in self.changes.get(key, ()) if c.at in (ALWAYS, self.executed[key])]
        self.executed[key] += 1
        if self.executed[key] > LIMIT:
            raise WitnessError("the recursion does not end")
        if any(c.how in ("take", "refuse") for c in wanted):
            return any(c.how == "take" for c in wanted)
        lengths = [len(rows) for rows in self.rows]
        fits = self.honest(step, row, depth)
        for change in wanted:
            if change.how == "drop":
                for rows, length in zip(self.rows, lengths, strict=True):
                    del rows[length:]
            columns = step.get("columns") or ([step["column"]] if "column" in step else [])
            if not columns:
                continue
            if change.how in ("alone", "zero"):
                for column in columns:
                    row[column] = 0
            if change.how in ("carry", "high"):
                high = sum(row[c] << 12 * i for i, c in enumerate(columns[2:])) + change.amount
                for i, column in enumerate(columns[2:]):
                    row[column] = high >> 12 * i & 4095
            if change.how in ("solve", "alone", "carry"):
                solve(step, row, change)
            elif change.how not in ("zero", "high"):
                column = columns[change.place]
                row[column] = (row[column] + change.amount) % P
        if step["op"] == "tape":
            self.read[self.position - 1] = row[step["column"]]
        return fits

    def honest(self, step: Mapping[str, Any], row: Row, depth: int) -> bool:
        """The step as it is, but for permutations, which are remembered, and the inverse of zero."""
        if step["op"] == "poseidon":
            full = permuted(tuple(evaluate(poly, row) for poly in step["inputs"]))
            for column, value in zip(step["columns"], full[-len(OUTPUT_LANES) :], strict=True):
                row[column] = value
            return True
        if step["op"] == "inverse" and evaluate(step["poly"], row) == 0:
            row[step["column"]] = 0
            return True
        if step["op"] == "rom" and evaluate(step["index"], row) >= len(self.roms[step["rom"]]):
            raise WitnessError("no such record")
        return super().step(step, row, depth)


def solve(step: Mapping[str, Any], row: Row, change: Change) -> None:
    """Adds to one limb and has another make up for it, modulo p."""
    columns, bits = step["columns"], step["bits"]
    if change.amount and change.how == "solve":
        other = columns[change.other]
        row[other] = (row[other] + change.amount) % P
    value = evaluate(step["poly"], row) + int(step["offset"])
    rest = sum(row[c] << bits * i for i, c in enumerate(columns) if i != change.place)
    row[columns[change.place]] = (value - rest) * pow(1 << bits * change.place, -1, P) % P


def fill(path: Mapping[str, Any], cells: Row, active: int) -> Row:
    """A row whose own steps are run again as if its activity were the number given: constants count that often."""
    row = list(cells)
    row[ACTIVE] = active % P

    def scaled(poly: Sequence[Any]) -> int:
        return evaluate([[str(int(c) * active % P) if not columns else c, columns] for c, columns in poly], row)

    for step in path["steps"]:
        if step["op"] == "limbs":
            value = (scaled(step["poly"]) + int(step["offset"]) * active) % P
            last = len(step["columns"]) - 1
            for i, column in enumerate(step["columns"]):
                # Nobody looks at an inactive row's limbs.
                cut = value >> 12 * i if i == last else value >> 12 * i & 4095
                row[column] = cut if active else 0 if i else value
        elif step["op"] == "inverse":
            value = evaluate(step["poly"], row)
            row[step["column"]] = pow(value, -1, P) * active % P if value else 0
        elif step["op"] == "set":
            row[step["column"]] = scaled(step["poly"])
    return row
