"""Columns without a bound: each is of a declared kind, and stands only where that kind may."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from plimsoll.circuits.bounds.declarations import Declarations, Kind
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.lines import Lines
from plimsoll.circuits.bounds.names import LANES, contract_of
from plimsoll.circuits.bounds.rows import Row, Tuple
from plimsoll.circuits.bounds.solve import Solver
from plimsoll.circuits.compiler.builtins import POSEIDON_BUS
from plimsoll.circuits.compiler.calls import FUNCTION_BUS
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import ACTIVE, DEPTH

RATE, CAPACITY = LANES[:8], LANES[8:12]
DIGEST_OUTPUTS, CAPACITY_OUTPUTS = LANES[12:16], LANES[16:]
HASHED: Mapping[Kind, tuple[str, ...]] = {
    Kind.CHOICE: RATE,
    Kind.SELECTED: RATE,
    Kind.DIGEST: (*RATE, *DIGEST_OUTPUTS),
    Kind.CAPACITY: (*CAPACITY, *CAPACITY_OUTPUTS),
}
"""The lanes of a permutation where a free value may stand. What a prover chooses never enters the capacity."""


def check_free(solver: Solver, declared: Declarations, lines: Lines) -> dict[int, str]:
    """Every column without an interval, with the reason why it needs none.

    Raises:
        BoundsError: a column that is neither bounded nor declared free, or a free one in the wrong place.
    """
    row, names = solver.row, solver.names
    choices = declared.choices.get(row.table, {})
    kinds = dict(solver.sources.free)
    for name in choices:
        column = names.tape.get(name)
        if column is None:
            raise BoundsError(row.table, name, "declared free, but no tape cell has this name")
        if column not in solver.facts.intervals:
            kinds[column] = Kind.CHOICE
    for column in range(row.width):
        if column != ACTIVE and column not in kinds and column not in solver.facts.intervals:
            raise BoundsError(
                row.table, names.column(column), f"column {column} has no bound and is not declared free by design"
            )
    for tuple_ in (*row.required, row.provided):
        for place, field in _fields(tuple_, declared, row):
            for column in {c for m in field.terms for c in m} & kinds.keys():
                if not _allowed(kinds[column], field, column, place):
                    at = place.name.lower() if isinstance(place, Kind) else place
                    problem = f"{names.column(column)} has no bound and stands at {at}, where it may not"
                    where = lines.message(tuple_.number, tuple_.bus)
                    raise BoundsError(row.table, where, f"{problem} ({kinds[column].value})")
    for entry in row.posted:
        for column in {c for f in (entry.key, entry.amount) for m in f.terms for c in m} & kinds.keys():
            problem = f"{names.column(column)} has no bound and is posted ({kinds[column].value})"
            raise BoundsError(row.table, lines.message(entry.number, entry.bus), problem)
    text = {names.tape[name]: reason for name, reason in choices.items()}
    return {c: f"{kind.value}{f' ({text[c]})' if kind is Kind.CHOICE else ''}" for c, kind in sorted(kinds.items())}


def _fields(item: Tuple, declared: Declarations, row: Row) -> Iterator[tuple[Kind | str, Poly]]:
    """Each field with the kind that its position has, or the position's name where it has none."""
    if item.bus == POSEIDON_BUS:
        yield from zip(LANES, item.fields, strict=True)
    elif item.bus.startswith(FUNCTION_BUS):
        contract = contract_of(declared, row, item)
        places = [Kind.DEPTH, *(contract.free.get(n, n) for n in (*contract.arguments, *contract.results))]
        yield from zip(places, item.fields, strict=True)
    else:
        yield from ((item.bus, field) for field in item.fields)


def _allowed(kind: Kind, field: Poly, column: int, place: Kind | str) -> bool:
    if kind is Kind.DEPTH:
        return place is Kind.DEPTH and field in (Poly.column(DEPTH), Poly.column(DEPTH) + Poly.constant(1))
    if field != Poly.column(column):
        return False
    return place is kind if isinstance(place, Kind) else place in HASHED.get(kind, ())
