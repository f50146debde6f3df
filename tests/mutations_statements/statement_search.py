"""Which lies to try for each check that is taken out; `statement_hunt` finds one that is then accepted.

Strategies are general: they are read off the witness program, and tried in turn on every base.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import combinations, islice
from typing import Any

from statement_judge import Mutant, read
from statement_liar import ALWAYS, Change, fill
from statement_lies import Extra, Idle, Lie, Shadow, Twins, path_of_table, signature
from statement_worlds import BASES, BELOW, FIGURE_KEY

from plimsoll.circuits.compiler.builtins import LEDGER_BUS, RANGE_BUS
from plimsoll.circuits.field import P
from plimsoll.circuits.tables import BLIND_BUS, Op, Table, TableSet

PROGRAMS = tuple(BASES)
NOT_PATHS = ("root", "poseidon", "range_check")
HALF = pow(2, -1, P)
TWINS = ((HALF, HALF), (2, P - 1), (1, 1, P - 1))
LEDGER_ROW = tuple(range(1, 9))


def tables_of(program: str) -> TableSet:
    return BASES[program]()["honest"].machine.tables


@cache
def table_of(program: str, name: str) -> Table:
    [table] = [t for t in tables_of(program).tables if t.name == name]
    return table


def mutants() -> Iterator[Mutant]:
    """Each constraint and message of each path's table gone, each entry's factor gone."""
    for program in PROGRAMS:
        for table in tables_of(program).tables:
            if table.name in NOT_PATHS or table.name.startswith("rom:"):
                continue
            for k in range(len(table.constraints)):
                yield Mutant(program, "constraint", table.name, k)
            for k, message in enumerate(table.messages):
                if message.bus != BLIND_BUS:
                    yield Mutant(program, "message", table.name, k)
            for k, message in enumerate(table.messages):
                if message.bus == LEDGER_BUS:
                    yield Mutant(program, "factor", table.name, k)


def columns_in(table: Table, node: int) -> set[int]:
    """Columns that an expression names."""
    found, todo, seen = set(), [node], set()
    while todo:
        at = todo.pop()
        if at in seen:
            continue
        seen.add(at)
        one = table.nodes[at]
        if one.op is Op.COLUMN:
            found.add(one.a)
        elif one.op in (Op.ADD, Op.SUB, Op.MUL):
            todo += [one.a, one.b]
    return found


@cache
def steps_of(program: str, name: str) -> tuple[dict[str, Any], ...]:
    return tuple(path_of_table(BASES[program]()["honest"], name)["steps"])


def results_of(step: dict[str, Any]) -> list[int]:
    return step.get("columns") or ([step["column"]] if "column" in step else [])


def lies_with(program: str, *changes: Change) -> Iterator[Lie]:
    """The changes on every base that they may go with, first where the base breaks what is nearest."""
    structural = any(c.how in ("take", "refuse", "drop") for c in changes)
    tables = {c.table for c in changes}
    near = []
    for place, base in enumerate(BASES[program]()):
        broken = broken_by(program, base)
        if broken is None:
            if structural or not changes:
                near.append((0, place, base))
        elif not broken or not changes:
            near.append((1000, place, base))
        elif tables & {table for table, _ in broken}:
            where = constraint_of(program, changes[-1])
            near.append((min(abs(k - where) for table, k in broken if table in tables), place, base))
    for _, _, base in sorted(near):
        yield Lie(program, base, changes)


@cache
def constraint_of(program: str, change: Change) -> int:
    """The first constraint that names a result of the step."""
    table = table_of(program, change.table)
    results = set(results_of(steps_of(program, change.table)[change.step]))
    return next((k for k, node in enumerate(table.constraints) if columns_in(table, node) & results), 0)


@cache
def broken_by(program: str, base: str) -> frozenset[tuple[str, int]] | None:
    """Constraints that a base breaks, as it stands; None if it cannot be run."""
    whole = signature(Lie(program, base))
    return None if whole is None else frozenset(whole[1].constraints)


def about_constraint(mutant: Mutant) -> Iterator[Lie]:
    program, name = mutant.program, mutant.table
    table = table_of(program, name)
    if mutant.place == 0:
        for activities in TWINS:
            for base in [one for one in BASES[program]() if broken_by(program, one) == frozenset()][:6]:
                for row in range(2):
                    yield Lie(program, base, twins=Twins(name, row, activities))
        yield from about_activity(mutant)
        return
    yield from lies_with(program)
    used = columns_in(table, table.constraints[mutant.place])
    steps = steps_of(program, name)
    # First the step that the constraint is the definition of.
    order = sorted(range(len(steps)), key=lambda n: constraint_of(program, Change(name, n, "")) != mutant.place)
    for number in order:
        step = steps[number]
        results = results_of(step)
        if step["op"] == "branch":
            if {c for _, m in step["poly"] for c in m} <= used:
                yield from lies_with(program, Change(name, number, "take"))
                yield from lies_with(program, Change(name, number, "take", at=ALWAYS))
                yield from refusing(program, name, number)
        elif step["op"] in ("set", "inverse") and used.intersection(results):
            yield from lies_with(program, Change(name, number, "add", 0, 1))
            yield from lies_with(program, Change(name, number, "add", 0, P - 1))
            if step["op"] == "set":
                for base in BASES[program]():
                    for amount in (1, P - 1):
                        if len(broken_by(program, base) or ()) == 1:
                            yield Lie(program, base, (Change(name, number, "add", 0, amount, at=ALWAYS),))
                            yield Lie(program, base, (Change(name, number, "add", 0, amount),))
        elif step["op"] == "limbs" and used.intersection(results):
            for less in beyond(program, name, number, P - 101):
                yield from lies_with(program, less, Change(name, number, "zero"))
            for at in (0, 1, ALWAYS):
                for base in BASES[program]():
                    if len(broken_by(program, base) or ()) == 1:
                        yield Lie(program, base, (Change(name, number, "zero", at=at),))
            if len(results) == 5:
                yield from lies_with(program, Change(name, number, "high", 0, 1))
                yield from lies_with(program, Change(name, number, "high", 0, 1, at=ALWAYS))
            for place in range(len(results) - 1, -1, -1):
                for amount in (1, P - 1):
                    for at in (0, 1):
                        yield from lies_with(program, Change(name, number, "add", place, amount, at=at))
        elif step["op"] == "tape" and used.intersection(results):
            for amount in (1, P - 1, 2**12, 2**60, P - 2**13):
                yield from lies_with(program, Change(name, number, "add", 0, amount))
                yield from lies_with(program, Change(name, number, "add", 0, amount, at=1))


def about_activity(mutant: Mutant) -> Iterator[Lie]:
    """A row looks up a number that is out of range, and a row of activity -1 takes it back."""
    program, name = mutant.program, mutant.table
    path, steps = path_of_table(BASES[program]()["honest"], name), steps_of(program, name)
    several = [results_of(s) for s in steps if s["op"] == "limbs"] + [[s["column"] for s in steps if s["op"] == "tape"]]
    pairs = [(one[i], one[i + apart], apart) for one in several for apart in (1, 2) for i in range(len(one) - apart)]
    for lie in about_ranges(program, name):
        whole = signature(lie)
        if whole is None or whole[1].constraints or list(whole[1].tuples.values()) != [1]:
            continue
        [(bus, fields)] = whole[1].tuples
        if bus != RANGE_BUS or {table for said in whole[1].said_by.values() for table, _ in said} != {name}:
            continue
        for number, row in enumerate(whole[0].rows[name]):
            less = fill(path, row, -1)
            for low, high, apart in pairs:
                over = (less[low] - fields[0]) % P
                times, rest = divmod(over - P * (over > P // 2), 4096**apart)
                if not rest and 0 <= less[high] + times < 4096:
                    yield replace(lie, shadow=Shadow(name, number, low, high, apart, times))


def about_ranges(program: str, name: str) -> Iterator[Lie]:
    """Lies about each number of a table that is looked up."""
    table = table_of(program, name)
    yield from lies_with(program)
    for message in table.messages:
        if message.bus == RANGE_BUS:
            for column in sorted(columns_in(table, message.fields[0])):
                yield from islice(about_range(Mutant(program, "message", name, 0), column), 5_000)


def refusing(program: str, name: str, number: int) -> Iterator[Lie]:
    """A path is taken in place of the one before it, which fits."""
    paths = BASES[program]()["honest"].machine.witness["paths"]
    names = [t.name for t in tables_of(program).tables]
    function = path_of_table(BASES[program]()["honest"], name)["function"]
    before = [names[p["table"]] for p in paths if p["function"] == function and names[p["table"]] != name]
    for other in before:
        for place, step in enumerate(steps_of(program, other)):
            if step["op"] == "branch":
                changes = (Change(other, place, "refuse"), Change(name, number, "take"))
                yield from lies_with(program, *changes)


def about_range(mutant: Mutant, column: int) -> Iterator[Lie]:
    """The number is out of range, and what it is a limb of still adds up."""
    program, name = mutant.program, mutant.table
    for number, step in enumerate(steps_of(program, name)):
        results = results_of(step)
        if column not in results:
            continue
        place = results.index(column)
        if step["op"] == "limbs":
            five = len(results) == 5
            shifts = [Change(name, number, "carry", place, 1)] if five and place < 2 else []
            shifts += [Change(name, number, "solve", place, P - 1, 0)] if five and place > 1 else []
            shifts += [Change(name, number, "solve", place), Change(name, number, "alone", place)]
            # 16 p is 16 + 2^36 (2^32 - 1): what limbs past 2^36 can hide.
            shifts += [Change(name, number, "solve", place, P - 16, 0)] if five and place > 2 else []
            for other in (place + 1, 0, place - 1, 3):
                if other != place and 0 <= other < len(results):
                    shifts += [Change(name, number, "solve", place, amount, other) for amount in (1, P - 1)]
            for at in (0, ALWAYS, 1):
                for change in shifts:
                    yield from lies_with(program, replace(change, at=at))
            for less in beyond(program, name, number, P - 101):
                yield from lies_with(program, less, Change(name, number, "alone", place))
            top = len(results) - 1
            for amount in (2**52, 2**58):
                for more in beyond(program, name, number, amount):
                    yield from lies_with(program, more)
            if place == top:
                # A multiple of it is looked up, too: 2^52 is 4095 / 2^8 of that limb and 16 of the one below.
                down = Change(name, number, "solve", place - 1, P - pow(2**8, -1, P), place)
                for more in beyond(program, name, number, 2**52):
                    yield from lies_with(program, more, down)
        elif step["op"] == "tape":
            for amount in (P - 1, 2**12, P - 2**12, 2**16, P - 2**13):
                yield from lies_with(program, Change(name, number, "add", 0, amount))
                yield from lies_with(program, Change(name, number, "add", 0, amount, at=1))


def beyond(program: str, name: str, number: int, amount: int) -> tuple[Change, ...]:
    """A cell of the tape that the limbs are of, so much higher."""
    cut = {c for _, m in steps_of(program, name)[number]["poly"] for c in m}
    tape = [i for i, s in enumerate(steps_of(program, name)) if s["op"] == "tape" and s["column"] in cut]
    return tuple(Change(name, i, "add", 0, amount) for i in tape[:1])


def about_results(mutant: Mutant, columns: set[int]) -> Iterator[Lie]:
    """Another result than the builtin's."""
    program, name = mutant.program, mutant.table
    for number, step in enumerate(steps_of(program, name)):
        results = results_of(step)
        if step["op"] in ("poseidon", "rom") and columns.issuperset(results):
            for place in range(len(results)):
                for amount in (1, P - 1):
                    yield from lies_with(program, Change(name, number, "add", place, amount))
                    yield from lies_with(program, Change(name, number, "add", place, amount, at=ALWAYS))


def about_call(mutant: Mutant, columns: set[int], function: str) -> Iterator[Lie]:
    """The call is not made, its results are made up."""
    program, name = mutant.program, mutant.table
    for number, step in enumerate(steps_of(program, name)):
        if step["op"] == "call" and step["function"] == function and columns.issuperset(step["columns"]):
            for place in range(max(1, len(step["columns"]))):
                yield from lies_with(program, Change(name, number, "drop", place, 1, at=ALWAYS))


SUMS_BELOW = tuple([P - 1, *[0] * 10] * 5)
EXTRAS = {
    ("batch", "holdings.z"): Extra("holdings", (0, 0, *LEDGER_ROW, *SUMS_BELOW), (1,) * 5),
    ("batch", "holdings.nz"): Extra(
        "holdings", (1, P - 1, *LEDGER_ROW, *[0] * 55), (*(x for h in BELOW.padded() for x in h), *[1] * 5)
    ),
    ("batch", "close.nz"): Extra("close", (1, 0, *LEDGER_ROW), LEDGER_ROW),
    ("totals", "batch_rows.nz"): Extra("batch_rows", (1, 0, *LEDGER_ROW), (1, 2, 3, 4, 0, 0, 7, 8)),
    ("totals", "instruments.nz"): Extra("instruments", (1, 0, *LEDGER_ROW), LEDGER_ROW),
    ("totals", "figures.nz"): Extra("figures", (1, 0, *LEDGER_ROW), LEDGER_ROW),
    ("totals", "assets.nz"): Extra("assets", (1, 0), (3, 0, 0)),
}


def about_claim(mutant: Mutant) -> Iterator[Lie]:
    """A row of no call, where a base has no call of the table."""
    extra = EXTRAS.get((mutant.program, mutant.table))
    for base in BASES[mutant.program]():
        if extra:
            yield Lie(mutant.program, base, extra=extra)


def about_factor(mutant: Mutant) -> Iterator[Lie]:
    """An idle row that posts."""
    program, name = mutant.program, mutant.table
    table = table_of(program, name)
    path = path_of_table(BASES[program]()["honest"], name)
    named = columns_in(table, table.messages[mutant.place].count)
    steps = path["steps"]
    free = [c for s in steps if s["op"] in ("tape", "rom") for c in results_of(s)] + list(path["args"])
    roms = [s["columns"] for s in steps if s["op"] == "rom"]
    presets: list[list[tuple[int, int]]] = [[]]
    if name == "instruments.nz":
        presets += [[(columns[1], 1), (columns[2], 1 << 16)] for columns in roms]
    first = [c for c in free if c in named]
    others = [c for c in free if c not in named]
    keyed = [(path["args"][1], FIGURE_KEY)] if name == "close.nz" else []
    for preset in presets:
        chosen = [((c, 1),) for c in free] + [((c, 1), (d, 1)) for c in first for d in others]
        if name == "holdings.z":
            # A carry's offset makes up for the rest of a shortfall's last limb: one is posted.
            chosen += [((s["column"], 1), (c, -(2**35) - 1)) for s in steps if s["op"] == "tape" for c in path["args"]]
        chosen += [((c, 1), (d, 1)) for c, d in combinations(others, 2)] if not first else []
        for extra in ([], keyed) if keyed else ([],):
            for cells in chosen:
                row = [0] * table.width
                put = (*preset, *extra, *cells)
                for column, value in put:
                    row[column] = value
                bad, sent = read(table, fill(path, row, 0), mutant.place)
                if not bad and any(s[0] == mutant.place and s[3] for s in sent):
                    for base in BASES[program]():
                        yield Lie(program, base, idle=Idle(name, put))


def candidates(mutant: Mutant) -> Iterator[Lie]:
    """Lies to try, by what is gone."""
    if mutant.kind == "constraint":
        yield from about_constraint(mutant)
        return
    if mutant.kind == "factor":
        yield from about_factor(mutant)
        return
    table = table_of(mutant.program, mutant.table)
    message = table.messages[mutant.place]
    columns = {c for f in message.fields for c in columns_in(table, f)}
    if message.bus == LEDGER_BUS:
        yield from lies_with(mutant.program)
        amount = columns_in(table, message.count)
        for number, step in enumerate(steps_of(mutant.program, mutant.table)):
            if step["op"] == "tape" and step["column"] in amount:
                yield from lies_with(mutant.program, Change(mutant.table, number, "add", 0, 5))
    elif message.bus == RANGE_BUS:
        for column in sorted(columns):
            yield from about_range(mutant, column)
    elif message.bus.startswith("fn:"):
        if message.weight:
            yield from about_call(mutant, columns, message.bus[3:])
        else:
            yield from about_claim(mutant)
    else:
        yield from about_results(mutant, columns)
