"""A lie as data, and its rows: a base with changed steps, rows of no call, idle rows, or one call as two rows.

Totals are then made to fit whatever is posted (`settled`), so that a book or batch that lies is consistent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from statement_judge import Mutant, Offences, offences
from statement_liar import Change, Liar, fill
from statement_worlds import BASES, Base

from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row, WitnessError

LIMIT = 1 << 58
"""Amounts beyond are no totals."""


@dataclass(frozen=True)
class Extra:
    """A call that nobody makes: function, arguments, what it reads."""

    function: str
    arguments: tuple[int, ...]
    tape: tuple[int, ...]


@dataclass(frozen=True)
class Idle:
    """A row with `active` 0 and some cells: (column, value)."""

    table: str
    cells: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Twins:
    """One row of a table as several, of these activities."""

    table: str
    row: int
    activities: tuple[int, ...]


@dataclass(frozen=True)
class Shadow:
    """Two more rows, a row once more and with activity -1, which make up for each other but for one limb.

    In the second the limb `low` is less by `times` 4096^`apart`, and the limb `high`, so many further, is more by
    `times`. So it takes back one look-up of a number out of range that another row makes.
    """

    table: str
    row: int
    low: int
    high: int
    apart: int
    times: int


@dataclass(frozen=True)
class Lie:
    """See the module's docstring."""

    program: str
    base: str
    changes: tuple[Change, ...] = ()
    extra: Extra | None = None
    idle: Idle | None = None
    twins: Twins | None = None
    shadow: Shadow | None = None
    silence: str = ""
    """A program without any row: the public values are of choice."""

    def data(self) -> dict[str, Any]:
        """What JSON can hold, defaults left out."""
        return {key: value for key, value in asdict(self).items() if value}


def lie_of(data: Mapping[str, Any]) -> Lie:
    """The inverse of `Lie.data`."""
    given = dict(data)
    given["changes"] = tuple(Change(**one) for one in given.get("changes", ()))
    if "extra" in given:
        extra = given["extra"]
        given["extra"] = Extra(extra["function"], tuple(extra["arguments"]), tuple(extra["tape"]))
    if "idle" in given:
        idle = given["idle"]
        given["idle"] = Idle(idle["table"], tuple((c, v) for c, v in idle["cells"]))
    if "twins" in given:
        twins = given["twins"]
        given["twins"] = Twins(twins["table"], twins.get("row", 0), tuple(twins["activities"]))
    if "shadow" in given:
        given["shadow"] = Shadow(**given["shadow"])
    return Lie(**given)


@dataclass(frozen=True)
class Told:
    """A lie carried out: rows by table, outputs, and the tape that was read."""

    rows: Mapping[str, list[Row]]
    outputs: list[int]
    tape: tuple[int, ...]


def base_of(lie: Lie) -> Base:
    return BASES[lie.program]()[lie.base]


def path_of_table(base: Base, name: str) -> dict[str, Any]:
    """The path of the witness program that fills a table."""
    index = [t.name for t in base.machine.tables.tables].index(name)
    [path] = [p for p in base.machine.witness["paths"] if p["table"] == index]
    return dict(path)


def told(lie: Lie, tape: Sequence[int]) -> Told:
    """Runs the lie on a tape. Raises WitnessError if it cannot be told."""
    base = base_of(lie)
    tables = base.machine.tables
    names = [t.name for t in tables.tables]
    records = base.machine.records
    roms = records if isinstance(records, Mapping) else {"schedule": records}
    if lie.silence:
        honest = told(Lie(lie.program, lie.base), tape)
        return Told({}, [x + 1 for x in honest.outputs], tuple(tape))
    cells = [*tape, *(lie.extra.tape if lie.extra else ())]
    liar = Liar(tables, base.machine.witness, roms, cells, lie.changes)
    outputs = liar.call(base.machine.witness["main"], 0, [])
    if lie.extra:
        liar.call(lie.extra.function, 7, [x % P for x in lie.extra.arguments])
    if liar.position != len(cells):
        raise WitnessError("not all of the tape is read")
    rows = {name: its for name, its in zip(names, liar.rows, strict=True) if its}
    if lie.idle:
        row = [0] * tables.tables[names.index(lie.idle.table)].width
        for column, value in lie.idle.cells:
            row[column] = value % P
        rows.setdefault(lie.idle.table, []).append(fill(path_of_table(base, lie.idle.table), row, 0))
    if lie.twins:
        path = path_of_table(base, lie.twins.table)
        there = rows.get(lie.twins.table, [])
        if lie.twins.row >= len(there):
            raise WitnessError("there is no such row")
        one = there.pop(lie.twins.row)
        there += [fill(path, one, active) for active in lie.twins.activities]
    if lie.shadow:
        shade = lie.shadow
        there = rows.get(shade.table, [])
        if shade.row >= len(there):
            raise WitnessError("there is no such row")
        once, less = list(there[shade.row]), fill(path_of_table(base, shade.table), there[shade.row], -1)
        less[shade.low] = (less[shade.low] - 4096**shade.apart * shade.times) % P
        less[shade.high] = (less[shade.high] + shade.times) % P
        there += [once, less]
    return Told(rows, outputs, tuple(liar.read[: len(tape)]))


def settled(lie: Lie, gone: Mutant | None) -> tuple[Told, Offences]:
    """The lie with totals that fit what is posted under the tables without the check, if they can."""
    base = base_of(lie)
    tape = list(base.tape if lie == Lie(lie.program, lie.base) else start_of(lie.program, lie.base))
    for _ in range(3):
        result = told(lie, tape)
        found = offences(base.machine.tables, result.rows, result.outputs, gone)
        if not found.ledger or not base.cells:
            break
        for key, count in found.ledger.items():
            if key in base.cells and base.cells[key] < len(tape):
                tape[base.cells[key]] = (tape[base.cells[key]] + count) % P
    return result, found


@lru_cache(maxsize=1_000)
def start_of(program: str, base: str) -> tuple[int, ...]:
    """A base's tape with the totals of what it posts by itself."""
    whole = signature(Lie(program, base))
    return whole[0].tape if whole else BASES[program]()[base].tape


@lru_cache(maxsize=1_000)
def signature(lie: Lie) -> tuple[Told, Offences] | None:
    """Rows with totals that fit under the intact tables, and what they break; None if the lie cannot be told."""
    try:
        return settled(lie, None)
    except WitnessError:
        return None


@lru_cache(maxsize=1_000)
def honest_outputs(program: str, base: str, tape: tuple[int, ...]) -> list[int] | None:
    """What an honest run of a tape gives; None if the intact tables refuse it."""
    try:
        result = told(Lie(program, base), tape)
    except WitnessError:
        return None
    found = offences(base_of(Lie(program, base)).machine.tables, result.rows, result.outputs)
    return result.outputs if found.none else None


@lru_cache(maxsize=1_000)
def honest_bases(program: str) -> tuple[tuple[Any, list[int]], ...]:
    """Public tables and outputs of the bases that intact tables accept as they stand."""
    wholes = [(base, signature(Lie(program, name))) for name, base in BASES[program]().items()]
    return tuple((base.machine.records, whole[0].outputs) for base, whole in wholes if whole and whole[1].none)


def false(lie: Lie, result: Told) -> bool:
    """Whether the outputs are not those of an honest run on the same private input, or there is none.

    Nor those of any other base under the same public tables: a lie that is told in private alone is none.
    """
    if honest_outputs(lie.program, lie.base, result.tape) == result.outputs:
        return False
    return (base_of(lie).machine.records, result.outputs) not in honest_bases(lie.program)
