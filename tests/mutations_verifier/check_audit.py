"""All sites against all inputs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import inputs_accounts
import inputs_book
import inputs_counts
import inputs_files
import inputs_json
import inputs_parts
import inputs_proofs
import inputs_tables
import inputs_vectors
import inputs_whole_books
from check_runs import Input, Known, Outcome, candidates, executed, functions_of, run, users_of_bound
from check_sites import Site
from check_worlds import World

GROUPS = [
    inputs_parts,
    inputs_files,
    inputs_json,
    inputs_tables,
    inputs_counts,
    inputs_proofs,
    inputs_vectors,
    inputs_book,
    inputs_whole_books,
    inputs_accounts,
]
"""From quick to slow. Within a site the first input that kills it is named, so the order is part of the page."""
SLOW_FOR = ("verifier/book.py", "verifier/policy.py")
"""Modules for which valid vectors at full security are tried; for the others the small valid inputs say as much."""


ALSO = {
    "engine/parameters.py RiskParameters._check_count | operand | without `isinstance(instruments, list)`": [
        "parameters with instruments that are a number"
    ],
    "verifier/statement.py  | bound | MAX_STATEMENT_BYTES loosened": ["proof of a long context"],
}
"""Inputs that a site is tried with first, whether or not they are refused there."""


@cache
def all_inputs() -> dict[str, Input]:
    listed = [one for group in GROUPS for one in group.inputs()]
    named = {one.name: one for one in listed}
    assert len(named) == len(listed)
    return named


@cache
def known() -> dict[str, Known]:
    """What the verifier as it is says to every input. Raises where an input is not judged as it must be."""
    world, found, wrong = World(), {}, []
    for name, one in all_inputs().items():
        outcome = run(one, world)
        expected = "accepted" if one.valid else "refused"
        if outcome.verdict != expected:
            wrong.append(f"{name}: {outcome.verdict} {outcome.said}")
            continue
        through = executed(one, world) if one.valid else functions_of(outcome)
        found[name] = Known(outcome, through)
    assert not wrong, "\n".join(wrong)
    return found


@dataclass(frozen=True)
class Result:
    """What became of a site. `verdict`: killed, second or survives."""

    site: Site
    verdict: str
    by: str = ""
    how: str = ""


def judge(site: Site) -> Result:
    """Tries a site's inputs until one is accepted (or a valid one refused) that should not be."""
    world = World(site)
    inputs, seen = all_inputs(), known()
    second: tuple[str, Outcome] | None = None
    for name in [*ALSO.get(site.key, []), *candidates(site, seen)]:
        outcome = run(inputs[name], world)
        if outcome.verdict != "refused":
            return Result(site, "killed", name, f"{outcome.verdict} {outcome.said}".strip())
        if second is None and outcome.trail != seen[name].outcome.trail:
            second = name, outcome
    for name in _valid(site):
        outcome = run(inputs[name], world)
        if outcome.verdict != "accepted":
            return Result(site, "killed", name, f"valid, {outcome.verdict} {outcome.said}".strip())
    if second is not None:
        return Result(site, "second", second[0], second[1].said)
    return Result(site, "survives")


def _valid(site: Site) -> Iterable[str]:
    if site.kind not in ("ordering", "operand", "bound"):
        return []
    at = users_of_bound(site) if site.kind == "bound" else {(site.module, site.function)}
    slow = site.module in SLOW_FOR
    return [
        name
        for name, one in known().items()
        if all_inputs()[name].valid and one.functions & at and (slow or not name.startswith("vector "))
    ]
