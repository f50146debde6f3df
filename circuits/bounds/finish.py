"""What must hold when a row's constraints have been worked through: nothing pending, nothing wraps, limbs unique."""

from __future__ import annotations

from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.interval import readable
from plimsoll.circuits.bounds.packing import overlap
from plimsoll.circuits.bounds.solve import DEFINITION, EQUATION, Solver


def finish(solver: Solver) -> None:
    """Checks that every constraint and lookup is solved, every value can be read back, every hint is determined.

    Raises:
        BoundsError: a constraint, lookup, value or hint of which the integers are not determined.
    """
    nothing_pending(solver)
    _lookups_confined(solver)
    names, table = solver.names, solver.row.table
    for number, solved in solver.solved.items():
        if solved.what == DEFINITION and solved.interval is not None and not readable(solved.interval):
            problem = f"{names.text(solved.poly)} can wrap p"
            raise BoundsError(table, solver.lines.constraint(number), problem, str(solved.interval))
    for column, value in solver.facts.intervals.items():
        if not readable(value):
            raise BoundsError(table, names.column(column), "the value can wrap p", str(value))
    _hints_determined(solver)


def nothing_pending(solver: Solver) -> None:
    """No constraint is left but those about results of calls to come. Raises BoundsError."""
    names, facts, table = solver.names, solver.facts, solver.row.table
    for number, poly in solver.pending.items():
        if poly.columns() & solver.late:
            continue
        place, value = solver.lines.constraint(number), facts.value(poly)
        if value is not None:
            raise BoundsError(table, place, f"{names.text(poly)} = 0 can wrap p", str(value))
        unknown = [names.column(c) for c in sorted(poly.columns() - facts.intervals.keys())]
        raise BoundsError(table, place, f"no bound is known of {', '.join(unknown)}")


def _lookups_confined(solver: Solver) -> None:
    for check, poly, _ in solver.sources.checked:
        place = solver.lines.message(check.number, check.bus)
        problem = f"{solver.names.text(poly)} is looked up, but is not confined to one window of p"
        raise BoundsError(solver.row.table, place, problem, str(solver.facts.value(poly) or ""))


def _hints_determined(solver: Solver) -> None:
    """The limbs of each hint are determined by an equation, whose other limbs are determined before.

    The equation may be the one that bounds a cell of the tape, but none that only computes a column from limbs.
    """
    left = dict(enumerate(solver.names.hints))
    read = set(solver.names.tape.values())
    equations = [s.poly for s in solver.solved.values() if s.what == EQUATION or s.column in read]
    while left:
        undetermined = {c for hint in left.values() for c in hint}
        done = [
            i
            for i, hint in left.items()
            if any(
                set(hint) <= e.columns()
                and not (e.columns() & undetermined) - set(hint)
                and not overlap(e, hint, solver.facts.intervals)
                for e in equations
            )
        ]
        if not done:
            problem = "the limbs that a hint proposes are not unique, or not all checked"
            raise BoundsError(solver.row.table, f"limbs{next(iter(left))}", problem)
        for i in done:
            del left[i]
