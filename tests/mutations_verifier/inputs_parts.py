"""Inputs: tiers, compiled programs, names of shape classes and records, each wrong in one thing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from check_runs import Input
from check_worlds import World

from plimsoll.circuits.book_tables import BOOK_PROGRAM, book_program
from plimsoll.circuits.field import P

Row = tuple[int, int, int, int, int, int, int]
MAX_KEY, MAX_Q, MAX_SLOPE, MAX_VALUE = 2**14 - 7, 2**60 - 1, 2**84 - 1, 2**144 - 1
GOOD: list[Row] = [(0, 0, 9, 5, 0, 1, 0), (0, 10, 99, 4, 10, 2, -10), (3, 0, 9, -5, 0, 0, 0)]
TIERS: dict[str, tuple[str, list[Row]]] = {
    "key -1": ("a key below zero", [(-1, 0, 9, 0, 0, 0, 0)]),
    "key 2^14 - 6": ("a null record's key", [(MAX_KEY + 1, 0, 9, 0, 0, 0, 0)]),
    "lo -1": ("a tier that begins below zero", [(0, -1, 9, 0, 0, 0, 0)]),
    "lo -1 after a gap": ("a second tier that begins below zero", [(0, 0, -2, 0, 0, 0, 0), (0, -1, 9, 0, 0, 0, 0)]),
    "hi below lo": ("an empty tier", [(0, 0, 9, 5, 0, 1, 0), (0, 10, 9, 5, 0, 1, 0)]),
    "hi 2^60": ("a tier up to 2^60", [(0, 0, MAX_Q + 1, 0, 0, 0, 0)]),
    "slope 2^84": ("an equity slope of 2^84", [(0, 0, 1, MAX_SLOPE + 1, 0, MAX_SLOPE, 0)]),
    "slope -2^84": ("an equity slope of -2^84", [(0, 0, 1, -MAX_SLOPE - 1, 0, 0, 0)]),
    "requirement 2^84": ("a requirement's slope of 2^84", [(0, 0, 1, 0, 0, MAX_SLOPE + 1, 0)]),
    "difference 2^84": ("a net slope of 2^84", [(0, 0, 1, MAX_SLOPE, 0, -1, 0)]),
    "value 2^144": ("a value of 2^144", [(0, 0, 9, 0, 0, 0, 0), (0, 10, 10, 0, MAX_VALUE + 1, 0, MAX_VALUE)]),
    "a value beyond at the end": (
        "an equity of 2^144 at a tier's end",
        [(0, 0, 9, 0, 0, 0, 0), (0, 10, 11, 1, MAX_VALUE - 10, 0, MAX_VALUE - 10)],
    ),
    "a net value beyond": (
        "a net value of 2^144",
        [(0, 0, 9, 0, 0, 0, 0), (0, 10, 10, 0, MAX_VALUE, 0, -1)],
    ),
    "a gap": ("quantities that no tier covers", [(0, 0, 9, 0, 0, 0, 0), (0, 11, 20, 0, 0, 0, 0)]),
    "an overlap": ("quantities that two tiers cover", [(0, 0, 9, 0, 0, 0, 0), (0, 9, 20, 0, 0, 0, 0)]),
    "keys that descend": ("keys in another order", [(3, 0, 9, 0, 0, 0, 0), (0, 0, 9, 0, 0, 0, 0)]),
    "a key that comes back": (
        "a key whose tiers stand in two places",
        [(0, 0, 9, 0, 0, 0, 0), (3, 0, 9, 0, 0, 0, 0), (0, 10, 20, 0, 0, 0, 0)],
    ),
    "a late start": ("a first tier from 1", [(0, 1, 9, 0, 0, 0, 0)]),
    "worth at nothing": ("an equity of nothing", [(0, 0, 9, 0, 1, 0, 1)]),
    "net worth at nothing": ("a holding of nothing that is worth something", [(0, 0, 9, 0, 1, 0, 0)]),
    "a requirement at nothing": ("a holding of nothing that needs margin", [(0, 0, 9, 0, 0, 0, 1)]),
}
NET_ONLY = {"slope 2^84", "value 2^144", "a value beyond at the end", "worth at nothing"}
"""Where the net slope and value, which are all that a record has, are within bounds."""
VALID_TIERS: dict[str, list[Row]] = {
    "three tiers": GOOD,
    "none": [],
    "the last key": [(MAX_KEY, 0, 9, 0, 0, 0, 0)],
    "one quantity": [(0, 0, 0, 1, 0, 0, 0), (0, 1, 1, 1, 0, 0, 0)],
    "all quantities": [(0, 0, MAX_Q, 0, 0, 0, 0)],
    "the steepest slope": [(0, 0, 1, MAX_SLOPE, 0, 0, 0)],
    "the steepest requirement": [(0, 0, 1, 0, 0, MAX_SLOPE, 0)],
    "the highest value": [(0, 0, 9, 0, 0, 0, 0), (0, 10, 10, 0, MAX_VALUE, 0, 0)],
}


def inputs() -> Iterator[Input]:
    for name, (about, rows) in TIERS.items():
        yield Input(f"tiers with {name}", about, schedule(rows))
        if name not in NET_ONLY:
            yield Input(f"records of tiers with {name}", about, records(rows))
    for name, rows in VALID_TIERS.items():
        yield Input(f"tiers: {name}", "accepted", schedule(rows), valid=True)
        yield Input(f"records of tiers: {name}", "accepted", records(rows), valid=True)
    yield from _records()
    yield from _shapes()
    yield from _programs()
    yield from _books()
    yield from _instruments()
    yield from _brackets()


def schedule(rows: list[Row]) -> Callable[[World], None]:
    """The engine's own check of a schedule."""

    def run(world: World) -> None:
        tiers = world["engine.tiers"]
        tiers.Schedule([tiers.Tier(*row) for row in rows])

    return run


def records(rows: list[Row]) -> Callable[[World], None]:
    """The circuits' check, which relies on no engine."""

    def run(world: World) -> None:
        names = ("key", "lo", "hi", "e1", "e0", "m1", "m0")
        tiers = [SimpleNamespace(**dict(zip(names, row, strict=True))) for row in rows]
        world["circuits.schedule_records"].schedule_records(tiers)

    return run


LESS = (1 << 20) - 20


def few(rows: list[Row]) -> Callable[[World], None]:
    """`records` with the limit on their number, whatever it is in this world, lowered by 2^20 - 20."""

    def run(world: World) -> None:
        module = world["circuits.schedule_records"]
        module.MAX_RECORDS -= LESS  # type: ignore[attr-defined]
        try:
            records(rows)(world)
        finally:
            module.MAX_RECORDS += LESS  # type: ignore[attr-defined]

    return run


def _records() -> Iterator[Input]:
    rows: list[Row] = [(k, 0, 9, 0, 0, 0, 0) for k in range(15)]
    yield Input("records of one tier too many", "more records than a table may have (limit lowered)", few(rows))
    yield Input("records of as many tiers as fit", "accepted (limit lowered)", few(rows[:14]), valid=True)
    for value, count, bits, good in ((2**84, 7, 12, False), (-(2**84), 7, 12, False), (2**84 - 1, 7, 12, True)):
        yield Input(
            f"limbs of {value}",
            "a number in signed limbs",
            lambda w, a=(value, count, bits): w["circuits.schedule_records"].signed_limbs(*a),  # type: ignore[misc]
            good,
        )


def _shapes() -> Iterator[Input]:
    def parse(name: str) -> Callable[[World], None]:
        return lambda w: w["circuits.shapes"].ShapeClass.parse(name)

    def fitting(accounts: int, holdings: int) -> Callable[[World], None]:
        return lambda w: w["circuits.shapes"].ShapeClass.fitting(accounts, holdings)

    for name in ("book-2^1x1", "book-2^15x1", "book-2^2x5", "book-2^2x172", "book-2^02x1", "account", "book-2^2x1\n"):
        yield Input(f"shape {name!r}", "a class that is not published", parse(name))
    for name in ("book-2^2x1", "book-2^14x171"):
        yield Input(f"shape {name!r}", "a published class", parse(name), valid=True)
    for accounts, holdings in ((0, 1), ((1 << 14) + 1, 1), (1, 1027)):
        yield Input(f"shape for {accounts} accounts of {holdings}", "no class serves it", fitting(accounts, holdings))
    for accounts, holdings in ((1, 0), (1 << 14, 1026)):
        yield Input(f"shape for {accounts} accounts of {holdings}", "served", fitting(accounts, holdings), valid=True)


def _programs() -> Iterator[Input]:
    text = Path(BOOK_PROGRAM).read_text()

    def loads(changed: str) -> Callable[[World], None]:
        return lambda w: w["circuits.program"].Program.loads(changed)

    def file(content: bytes | None) -> Callable[[World], None]:
        def run(world: World) -> None:
            path = Path("/proc/self/mem") if content is None else Path("/dev/null")
            world["circuits.program"].Program.load(path)

        return run

    def changed(**values: Any) -> str:
        return json.dumps(json.loads(text) | values)

    words = json.loads(text)["bytecode"]
    yield Input("program as committed", "the book's", loads(text), valid=True)
    yield Input("program of format 2", "a later format", loads(changed(format=2)))
    yield Input("program without bytecode", "no program", loads("{}"))
    yield Input("program that is no JSON", "no program", loads("{"))
    yield Input("program that is a list", "no program", loads("[]"))
    yield Input(
        "program with a word of p", "a word spelled in a second way", loads(changed(bytecode=[hex(P), *words[1:]]))
    )
    yield Input("program with a word below zero", "no field element", loads(changed(bytecode=["-0x1", *words[1:]])))
    yield Input("program with the largest word", "p - 1", loads(changed(bytecode=[hex(P - 1), *words[1:]])), valid=True)
    yield Input("program in a file that cannot be read", "no program", file(None))
    yield Input("program in an empty file", "no program", file(b""))


def _books() -> Iterator[Input]:
    def book(rows: list[list[int]], program: Any = None) -> Callable[[World], None]:
        def run(world: World) -> None:
            shape = world["circuits.shapes"].ShapeClass(2, 1)
            chosen = world.here(program or book_program())
            world["circuits.book_tables"].build_book(chosen, rows, shape)

        return run

    record = [0] * 16
    yield Input("book of one record", "accepted", book([record]), valid=True)
    yield Input("book without records", "a schedule of nothing", book([]))
    yield Input("book of a record of 15 fields", "a record that lacks a limb", book([record, record[:15]]))
    yield Input("book of records of 17 fields", "records with a field that nobody reads", book([[*record, 0]]))
    renamed = book_program()
    functions = tuple(replace(f, name=f.name.replace("holdings", "holding")) for f in renamed.functions)
    yield Input(
        "book of another program", "a function of another name", book([record], replace(renamed, functions=functions))
    )


def _instruments() -> Iterator[Input]:
    """The instrument table, which relies on no parameter file."""

    def table(names: list[str]) -> Callable[[World], None]:
        def run(world: World) -> None:
            module = world["engine.instruments"]
            module.InstrumentTable(module.InstrumentInfo(n, module.Kind.SPOT, n, 0, n, 0) for n in names)

        return run

    many = [str(i) for i in range(8190)]
    yield Input("instruments of one name", "two instruments that share a key", table(["A", "A"]))
    yield Input("instruments, 8190 of them", "more keys than the circuit has", table(many))
    yield Input("instruments, 8189 of them", "accepted", table(many[1:]), valid=True)


def _brackets() -> Iterator[Input]:
    """Brackets in all: counted only, since a file of as many as may be takes seconds to read; and a whole file."""

    def count(lists: int, of: int) -> Callable[[World], None]:
        instruments = [{"maintenance": [None] * of}] * lists
        return lambda w: w["engine.brackets"].check_bracket_count(instruments)

    def parse(lists: int, of: int) -> Callable[[World], None]:
        ladder = [{"floor": str(i), "cap": str(i + 1) if i < of - 1 else None, "rate": "0.01"} for i in range(of)]
        one = {"kind": "perpetual", "currency": "USD", "lot": "1", "maintenance": ladder}
        listed = [{**one, "name": f"P{i}", "underlying": f"C{i}"} for i in range(lists)]
        head = {"version": 1, "name": "N", "revision": 1, "close_out": "1"}
        data = json.dumps({**head, "instruments": listed}).encode()
        return lambda w: w["engine.parameters"].RiskParameters.parse(data)

    yield Input("brackets, 32769 of them", "more brackets in all than a venue may have", count(33, 993))
    yield Input("brackets, 32768 of them", "accepted", count(32, 1024), valid=True)
    yield Input("a file of 32769 brackets", "more brackets in all than a venue may have", parse(33, 993))
