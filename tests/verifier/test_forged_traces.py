"""Proofs by a prover that cheats in the trace and is honest otherwise: each is refused at the step that it offends.

The statement, the public values and the transcript are consistent, so nothing else is what fails. Upstream's verifier,
wrapped, refuses the same proofs.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from example_proof import DIGEST, Example, Trace, core_profile, example, prove
from verifier_samples import refused, verify

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Instance
from plimsoll.verifier.profile import INSECURE_TEST

dishonest = importlib.import_module("plimsoll_dishonest")

ROOT, PAIRS, PAIRS_TOO, SQUARES = range(4)


def set_cell(trace: int, row: int, column: int, value: int) -> Callable[[list[Trace]], None]:
    def forge(traces: list[Trace]) -> None:
        traces[trace][row][column] = value % P

    return forge


def add_to(trace: int, row: int, column: int, value: int) -> Callable[[list[Trace]], None]:
    def forge(traces: list[Trace]) -> None:
        traces[trace][row][column] = (traces[trace][row][column] + value) % P

    return forge


def both(*forgeries: Callable[[list[Trace]], None]) -> Callable[[list[Trace]], None]:
    def forge(traces: list[Trace]) -> None:
        for forgery in forgeries:
            forgery(traces)

    return forge


FORGERIES: dict[str, tuple[Callable[[list[Trace]], None], str]] = {
    # A row's own constraints.
    "root row inactive": (set_cell(ROOT, 0, 0, 0), "constraints"),
    "second root row active": (both(set_cell(ROOT, 1, 0, 1), set_cell(ROOT, 1, 1, 7)), "constraints"),
    "output that is not the public value": (set_cell(ROOT, 0, 2, 50), "constraints"),
    "square that is none": (add_to(PAIRS, 3, 3, 1), "constraints"),
    "last row's square": (add_to(PAIRS_TOO, 511, 4, 1), "constraints"),
    "row counted twice": (set_cell(PAIRS, 0, 0, 2), "constraints"),
    "public table's value": (both(add_to(SQUARES, 9, 3, 1)), "constraints"),
    # Every row is in order, but a bus does not balance.
    "multiplicity one too high": (add_to(SQUARES, 12, 0, 1), "terminals"),
    "multiplicity one too low": (add_to(SQUARES, 12, 1, -1), "terminals"),
    "required row switched off": (set_cell(PAIRS, 5, 0, 0), "terminals"),
    "required row switched on": (set_cell(PAIRS, 99, 0, 1), "terminals"),
    "unused square claimed by two rows": (
        both(set_cell(PAIRS, 99, 0, 1), set_cell(PAIRS, 199, 0, 1)),
        "terminals",
    ),
    "tuple outside the public table": (
        # a = 255 requires (256, 65536), which no row provides.
        both(set_cell(PAIRS, 4, 1, 255), set_cell(PAIRS, 4, 3, 255 * 255)),
        "terminals",
    ),
    "counts moved between buses": (both(add_to(SQUARES, 0, 0, 1), add_to(SQUARES, 0, 1, -1)), "terminals"),
    "counts moved between tuples": (both(add_to(SQUARES, 0, 0, 1), add_to(SQUARES, 1, 0, -1)), "terminals"),
}


def forged(forge: Callable[[list[Trace]], None]) -> Example:
    case = example()
    forge(case.traces)
    return case


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_trace_rejected(name: str) -> None:
    forge, step = FORGERIES[name]
    case = forged(forge)
    body = prove(case)
    assert refused(lambda: verify(body)).step == step
    parameters = core_profile(dishonest, INSECURE_TEST)
    with pytest.raises(dishonest.CoreError):
        dishonest.verify(case.tables.encode(), case.publics, DIGEST, body, parameters)


def test_blinds_that_do_not_cancel_rejected() -> None:
    case = forged(set_cell(PAIRS, 0, 5, 1))
    assert refused(lambda: verify(prove(case, keep_blinds=True))).step == "terminals"


def test_zero_blinds_are_accepted_for_they_concern_the_prover_alone() -> None:
    verify(prove(example(), keep_blinds=True))


def test_proof_at_another_height_rejected() -> None:
    """Both instances of `pairs` swapped, then one doubled: valid proofs, of other shapes."""
    case = example()
    tables, traces = case.tables, case.traces
    for heights in ((9, 10), (10, 10), (11, 9)):
        instances = (Instance(0, 8), Instance(1, heights[0]), Instance(1, heights[1]), Instance(2, 8))
        long, short = traces[1], traces[2]
        if heights == (9, 10):
            pair = [short, long]
        else:
            pair = [t + [[0] * 8] * ((1 << h) - len(t)) for t, h in zip((long, short), heights, strict=True)]
        other = Example(replace(tables, instances=instances), [traces[0], *pair, traces[3]], case.publics)
        body = prove(other)
        verify(body, tables=other.tables)
        assert refused(lambda body=body: verify(body)).step == "heights"
