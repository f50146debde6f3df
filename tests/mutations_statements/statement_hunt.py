"""Finds, for each check that is taken out, a lie that is then accepted and that intact tables refuse."""

from __future__ import annotations

from dataclasses import dataclass

from statement_judge import Mutant, offences
from statement_lies import Lie, base_of, false, settled, signature
from statement_search import candidates, table_of

from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.interpreter import WitnessError


@dataclass(frozen=True)
class Found:
    """A lie that the mutant accepts. `strict`: outputs that an honest run of the same private input does not give."""

    lie: Lie
    strict: bool


def accepts(mutant: Mutant, lie: Lie) -> bool | None:
    """Whether the mutant accepts what intact tables refuse: True for a lie, False for rows of a true statement."""
    whole = signature(lie)
    if whole is None:
        return None
    result, broken = whole
    if by_run(mutant):
        try:
            result, left = settled(lie, mutant)
        except WitnessError:
            return None
        base = base_of(lie)
        if not left.none or offences(base.machine.tables, result.rows, result.outputs).none:
            return None
    elif not broken.only(mutant):
        return None
    return false(lie, result)


def by_run(mutant: Mutant) -> bool:
    """Whether other rows change when the check is gone: entries of the ledger, and claims."""
    if mutant.kind == "constraint":
        return mutant.place == 0
    bus = table_of(mutant.program, mutant.table).messages[mutant.place].bus
    return bus == LEDGER_BUS or bus.startswith("fn:") or mutant.kind == "factor"


def search(mutant: Mutant) -> Found | None:
    """The first lie; else the first rows that are accepted though the statement is true; else None."""
    loose = None
    for lie in candidates(mutant):
        verdict = accepts(mutant, lie)
        if verdict:
            return Found(lie, True)
        if verdict is False and loose is None:
            loose = Found(lie, False)
    return loose
