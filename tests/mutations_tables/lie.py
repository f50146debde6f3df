"""A lie about a book: filled tables that are false, and in words what is false. Books and rows to lie with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from forged_rows import ACTIVE, Columns, Matrix, messages
from small_venue import EMPTY, Batch, Leaf, account_lots, margin, positions, tiers
from toolkit import Forgery, forge, genuine, path_of

from plimsoll.circuits.field import P, inverse
from plimsoll.circuits.interpreter import evaluate
from plimsoll.circuits.poseidon2 import poseidon_row
from plimsoll.circuits.tables import TableSet

POSEIDON, RANGE, SCHEDULE = "poseidon", "range_check", "rom:schedule"
BUILTINS = (POSEIDON, RANGE, SCHEDULE)
FIRST_KEYS = (4, 6, 8, 10, 12, 14)
"""Six assets: keys of long holdings. One more is the key of the debt of the same."""
RICH = 10**8
"""Lots of an asset that make any account of these tests healthy."""


@dataclass
class Lie:
    """A witness of a mutant.

    Attributes:
        forgery: traces and public values, as the genuine tables are to refuse them.
        words: what is false: about the statement if it can be said, else which relation.
        widened: traces for tables that have a column more, by table.
    """

    forgery: Forgery
    words: str
    widened: dict[str, Matrix] | None = None


class NoWitness(Exception):  # noqa: N818 (not an error: the mutant is argued)
    """No witness exists: why, and the nearest attempt, which another check still refuses."""

    def __init__(self, argument: str, attempt: Forgery | None = None) -> None:
        super().__init__(argument)
        self.argument = argument
        self.attempt = attempt


def tables() -> TableSet:
    return genuine().book.tables


@cache
def steps_of(name: str) -> tuple[dict[str, Any], ...]:
    """Steps of a path of the genuine witness program. Not to be changed."""
    return tuple(path_of(genuine().book.witness_program(), tables(), name)["steps"])


def holding(key: int, quantity: int) -> tuple[int, ...]:
    """A holding as it stands on the tape, in the tier of its quantity."""
    return tuple(tiers().holding(key, quantity))


def one_account(*holdings: Sequence[int]) -> Batch:
    return Batch((Leaf(tuple(tuple(h) for h in holdings)), EMPTY, EMPTY, EMPTY))


def below_by_one() -> Batch:
    """A book of one account that is one unit (10^-20 of the quote currency) below its margin line."""
    lots = account_lots()["edge"]
    lots["DUST"] -= 1
    assert margin(lots) == -1
    return Batch((Leaf(positions(lots)), EMPTY, EMPTY, EMPTY))


def free_row(trace: Matrix) -> int:
    """An inactive row, or one that is looked up by nobody."""
    return int(np.flatnonzero(trace[:, ACTIVE] == 0)[-1])


def provide_permutation(forgery: Forgery, inputs: Sequence[int], row: Sequence[int] | None = None) -> None:
    """A row of Poseidon2's table for one use, with true results unless the row's columns are given."""
    trace = forgery.trace(POSEIDON)
    trace[free_row(trace)] = [1, *(row or poseidon_row([x % P for x in inputs])), 0, 0, 0]


def looked_up_once_more(forgery: Forgery, name: str, row: int) -> None:
    forgery.trace(name)[row, 0] += 1


def sent_by(forgery: Forgery, name: str, row: int) -> list[tuple[str, tuple[int, ...], int]]:
    """(bus, fields, count) of one row's messages."""
    place = [t.name for t in forgery.tables.instance_tables()].index(name)
    one = TableSet(forgery.tables.tables, (forgery.tables.instances[place],))
    return [(m.bus, m.fields, m.count) for m in messages(one, [forgery.trace(name)[row : row + 1]])]


def remove_callees(forgery: Forgery, name: str, row: int) -> None:
    """Clears every row that stands for a call made by this row, and those for the calls that they make."""
    wanted = {(bus, fields) for bus, fields, count in sent_by(forgery, name, row) if count == 1 and bus[:3] == "fn:"}
    for table in forgery.tables.instance_tables():
        if table.name in (*BUILTINS, "root"):
            continue
        trace = forgery.trace(table.name)
        for k in np.flatnonzero(trace[:, ACTIVE]).tolist():
            if any((bus, fields) in wanted for bus, fields, count in sent_by(forgery, table.name, k) if count != 1):
                remove_callees(forgery, table.name, k)
                trace[k] = 0


def fill(forgery: Forgery, name: str, row: int, active: int) -> None:
    """Runs a row's own steps again as if its activity were the number given: constant terms count that often."""
    cells = [int(x) for x in forgery.trace(name)[row]]
    cells[ACTIVE] = active % P
    for step in steps_of(name):
        if step["op"] == "limbs":
            value = (_scaled(step["poly"], cells, active) + int(step["offset"]) * active) % P
            places = len(step["columns"])
            for i, column in enumerate(step["columns"]):
                cells[column] = value >> 12 * i if i == places - 1 else value >> 12 * i & 4095
            if not active:
                # Nobody looks at an inactive row's limbs.
                for i, column in enumerate(step["columns"]):
                    cells[column] = 0 if i else value
        elif step["op"] == "inverse":
            value = evaluate(step["poly"], cells)
            cells[step["column"]] = inverse(value) * active % P if value else 0
        elif step["op"] == "set":
            cells[step["column"]] = _scaled(step["poly"], cells, active)
    forgery.trace(name)[row] = cells


def _scaled(poly: list[Any], cells: list[int], active: int) -> int:
    return evaluate([[str(int(c) * active % P) if not columns else c, columns] for c, columns in poly], cells)


def uneven(name: str, batch: Batch, first: int, second: int) -> Forgery:
    """One call as two rows whose activities are neither 0 nor 1 and add up to 1."""
    forgery = forge(batch)
    trace = forgery.trace(name)
    [row, *_] = np.flatnonzero(trace[:, ACTIVE]).tolist()
    other = free_row(trace)
    trace[other] = trace[row]
    fill(forgery, name, row, first)
    fill(forgery, name, other, second)
    return forgery.rebalance()


def without_call(name: str, number: int, results: Callable[[int, Any], list[Any]]) -> Callable[[Any, TableSet], None]:
    """A lie of the witness program: a call is not made, its results are made up; `results` gives a polynomial for the
    k-th of them, given the path."""

    def lie(program: Any, _: TableSet) -> None:
        path = path_of(program, tables(), name)
        call = [s for s in path["steps"] if s["op"] == "call"][number]
        at = path["steps"].index(call)
        made_up = [
            {"op": "set", "column": column, "poly": results(k, path)} for k, column in enumerate(call["columns"])
        ]
        path["steps"][at : at + 1] = made_up

    return lie


def columns(name: str) -> Columns:
    return Columns.of(path_of(genuine().book.witness_program(), tables(), name))


def cut(value: int, places: int, place: int) -> list[int]:
    """Limbs that add up to a number, low first: all of 12 bits but the one at `place`, which takes the rest."""
    value %= P
    return [value >> 12 * i & 4095 if i < place else value >> 12 * place if i == place else 0 for i in range(places)]


def put_limbs(forgery: Forgery, name: str, row: int, number: int, limbs: Sequence[int]) -> None:
    """Writes the limbs of the `number`-th cut of a row."""
    for column, limb in zip(columns(name).limbs[number], limbs, strict=True):
        forgery.trace(name)[row, column] = limb % P
