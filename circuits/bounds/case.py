"""One path in one case of its contract: from the contract's assumptions to its results, calls in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from plimsoll.circuits.bounds.declarations import Conclusion, Contract, Declarations, Inequality, Names
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.bounds.facts import Facts
from plimsoll.circuits.bounds.finish import finish, nothing_pending
from plimsoll.circuits.bounds.free import check_free
from plimsoll.circuits.bounds.identities import follows
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.bounds.ledger import Item, areas_of, postings, within
from plimsoll.circuits.bounds.lines import Lines
from plimsoll.circuits.bounds.names import RowNames, contract_of
from plimsoll.circuits.bounds.packing import overlap
from plimsoll.circuits.bounds.rows import Row, Tuple
from plimsoll.circuits.bounds.solve import Solver
from plimsoll.circuits.bounds.sources import Sources, polynomial
from plimsoll.circuits.bounds.sums import Sum, field_sums
from plimsoll.circuits.compiler.callgraph import MAIN
from plimsoll.circuits.compiler.calls import FUNCTION_BUS


@dataclass(slots=True)
class Case:
    """What was shown of one path in one case: the solver, reasons of free columns, sums, and
    the inequalities and conclusions proved (place, text)."""

    solver: Solver
    free: dict[int, str]
    sums: list[Sum]
    proved: list[tuple[str, str]] = field(default_factory=list)


def analyse_case(row: Row, names: RowNames, lines: Lines, declared: Declarations, case: int) -> Case:
    """Proves the path in this case.

    Raises:
        Infeasible: no row takes the path in this case.
        BoundsError: something cannot be proved.
    """
    contract = contract_of(declared, row, row.provided)
    sources = Sources(row, names, Facts())
    sources.bind(contract.arguments, names, contract, contract.before(case), "arguments")
    if contract.case in contract.results:
        sources.facts.give(sources.unsourced(names(f"result.{contract.case}"), "case"), Interval.of(case))
    if row.provided.bus == FUNCTION_BUS + MAIN:
        fixed = dict.fromkeys(name for rule in contract.assumed for name, _ in rule.terms)
        sources.bind(fixed, lambda name: names(f"result.{name}"), contract, list(contract.assumed), "assumed")
    sources.lookups(declared)
    calls = row.on(FUNCTION_BUS)
    late = {c for claim in calls for c in _results(row, declared, claim)}
    choices = {names.tape[name] for name in declared.choices.get(row.table, {}) if name in names.tape}
    solver = Solver(sources, lines, late, choices)
    proved: list[tuple[str, str]] = []
    below: list[Item] = []
    for i, claim in enumerate(calls):
        solver.settle()
        proved += _call(solver, declared, claim, f"call{i}.", below)
    solver.settle()
    finish(solver)
    free, sums = check_free(solver, declared, lines), field_sums(solver)
    place = lines.message(row.provided.number, row.provided.bus)
    own = {n: f"result.{n}" for n in contract.results}
    proved += [_prove(solver, rule, lambda n: names(own.get(n, n)), place) for rule in contract.after(case)]
    _narrow(solver, declared.lemmas.get(row.table, {}))
    within(solver, areas_of(contract, case, names, place), [*postings(solver, declared), *below])
    proved += [_conclude(solver, conclusion) for conclusion in declared.conclusions.get(row.table, ())]
    return Case(solver, free, sums, proved)


def _results(row: Row, declared: Declarations, claim: Tuple) -> list[int]:
    fields = claim.fields[1 + len(contract_of(declared, row, claim).arguments) :]
    return [c for c in (IntPoly.lift(f).as_column() for f in fields) if c is not None]


def _call(
    solver: Solver, declared: Declarations, claim: Tuple, prefix: str, below: list[Item]
) -> list[tuple[str, str]]:
    """Proves what the callee needs, then takes what it gives; notes what it posts."""
    contract, place = contract_of(declared, solver.row, claim), solver.lines.message(claim.number, claim.bus)

    def local(name: str) -> IntPoly:
        return solver.names(prefix + name)

    cases = _cases(solver, contract, local, place)
    proved = [_prove(solver, rule, local, place) for case in cases for rule in contract.before(case)]
    solver.late -= set(_results(solver.row, declared, claim))
    given = contract.after(cases[0]) if len(cases) == 1 else []
    below += [item for case in cases for item in areas_of(contract, case, local, place, prefix)]
    solver.sources.bind(contract.results, local, contract, given, place)
    return proved


def _cases(solver: Solver, contract: Contract, local: Names, place: str) -> list[int]:
    """The callee's cases that its argument can have."""
    if contract.case is None:
        return [0]
    value = solver.facts.value(local(contract.case))
    if value is None or value.lo not in contract.cases or value.hi not in contract.cases:
        problem = f"{contract.case} is not shown to be from {contract.cases[0]} to {contract.cases[-1]}"
        raise BoundsError(solver.row.table, place, problem, str(value or ""))
    return list(range(value.lo, value.hi + 1))


def _prove(solver: Solver, rule: Inequality, local: Names, place: str) -> tuple[str, str]:
    _show(solver, polynomial(rule, local), place, f"{rule} is not proved")
    return place, str(rule)


def _show(solver: Solver, goal: IntPoly, place: str, problem: str) -> None:
    facts = solver.facts
    if goal.columns() <= facts.intervals.keys() and facts.proves(goal):
        return
    nothing_pending(solver)  # a constraint that was not understood is the better explanation
    unknown = [solver.names.column(c) for c in sorted(goal.columns() - facts.intervals.keys())]
    if unknown:
        raise BoundsError(solver.row.table, place, f"{problem}: no bound is known of {', '.join(unknown)}")
    raise BoundsError(solver.row.table, place, problem, str(facts.value(goal)))


def _narrow(solver: Solver, lemmas: Mapping[str, Callable[[Names], IntPoly]]) -> None:
    """Proves that each named column equals another polynomial, and gives it that one's interval, too."""
    for name, equal in lemmas.items():
        column, other = solver.names(name).as_column(), equal(solver.names)
        value = solver.facts.value(other)
        if column is None or value is None or not follows(solver.names(name) - other, solver.facts):
            raise BoundsError(solver.row.table, f"lemma: {name}", f"not equal to {solver.names.text(other)}")
        solver.facts.narrow(column, value)


def _conclude(solver: Solver, conclusion: Conclusion) -> tuple[str, str]:
    names, place = solver.names, f"conclusion: {conclusion.text}"
    for goal in _each(conclusion.positive, names):
        _show(solver, goal, place, "not proved")
    for goal in _each(conclusion.zero, names):
        if not follows(goal, solver.facts):
            rest = names.text(solver.facts.normal(goal))[:200]
            raise BoundsError(solver.row.table, place, f"the two sides differ by {rest}")
    if conclusion.packed is not None:
        poly = conclusion.packed(names)
        if problem := overlap(poly, poly.columns(), solver.facts.intervals):
            raise BoundsError(solver.row.table, place, problem)
    return "conclusion", conclusion.text


def _each(stated: Callable[[Names], IntPoly | list[IntPoly]] | None, names: Names) -> list[IntPoly]:
    found = stated(names) if stated is not None else []
    return [found] if isinstance(found, IntPoly) else found
