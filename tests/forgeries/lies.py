"""Lies of the witness program: steps that an honest prover would not run, so that all that follows is consistent."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from toolkit import Program, path_of

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import TableSet

Mislead = Callable[[Program, TableSet], None]
Path = dict[str, Any]
FIELDS = ["key", "lo", "span", *(f"d1_{i}" for i in range(7)), *(f"d0_{i}" for i in range(6))]
"""Fields of a schedule record, in its order."""
VALUES = FIELDS[3:]
"""The fields that a holding's worth is made of."""


def constant(value: int) -> list[Any]:
    """A polynomial of the witness program that is a number."""
    return [[str(value % P), []]]


def moved(column: int, by: int) -> list[Any]:
    """A polynomial: a column plus a number."""
    return [*constant(by), ["1", [column]]]


def in_path(name: str, lie: Callable[[Path], None]) -> Mislead:
    """A lie in the steps of one table's rows."""
    return lambda program, tables: lie(path_of(program, tables, name))


def steps(path: Path, op: str) -> list[Any]:
    return [step for step in path["steps"] if step["op"] == op]


def after(path: Path, step: Any, column: int, poly: list[Any]) -> None:
    """Overwrites a column as soon as `step` is done."""
    path["steps"].insert(path["steps"].index(step) + 1, {"op": "set", "column": column, "poly": poly})


def overwriting(name: str, op: str, number: int, place: int, poly: Callable[[int], list[Any]]) -> Mislead:
    """Overwrites column `place` of the results of the `number`-th step of a kind; `poly` is given the column."""

    def lie(path: Path) -> None:
        step = steps(path, op)[number]
        column = step["columns"][place] if "columns" in step else step["column"]
        after(path, step, column, poly(column))

    return in_path(name, lie)


def other_record(slot: int, values: dict[str, int], address: int | None = None) -> Mislead:
    """The record in a slot of each row of holdings has other values in some fields, or stands at another address."""

    def lie(path: Path) -> None:
        step = steps(path, "rom")[slot]
        if address is not None:
            [[_, [index]]] = step["index"]
            after(path, step, index, constant(address))
        for name, value in values.items():
            after(path, step, step["columns"][FIELDS.index(name)], constant(value))

    return in_path("holdings.nz", lie)


def without_terms(path: Path, columns: Iterable[int]) -> None:
    """Takes every term with one of the columns out of the sums."""
    gone = set(columns)
    for step in steps(path, "set"):
        step["poly"] = [term for term in step["poly"] if not gone & set(term[1])]
