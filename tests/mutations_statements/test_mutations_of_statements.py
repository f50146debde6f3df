"""No check of the tables of batch, totals and account goes unnoticed: each has a lie on record, or an argument.

The short form compares list and page and replays a sample before the reference checker; the long form replays all.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
import statement_mutation_page
from books import book_machine
from statement_judge import checked, mutated, offences
from statement_lies import Lie, base_of, false, settled, signature
from statement_mutation_page import (
    KILLED,
    PAGE,
    ROWS,
    VERDICTS,
    Outcome,
    markdown,
    outcomes,
    recorded,
    settles,
    undecided,
)
from statement_search import PROGRAMS, broken_by, mutants, tables_of

FIGURES = Path(__file__).resolve().parent.parent.parent / "build" / "audit" / "mutation-statements.json"
SEED = 20261121
SAMPLE, AUDITED = 40, 200


def with_lies() -> list[Outcome]:
    return [one for one in outcomes() if one.verdict in (KILLED, ROWS)]


def sample(size: int) -> list[Outcome]:
    found = with_lies()
    return random.Random(SEED).sample(found, min(size, len(found)))


def replay(one: Outcome, *, reference: bool) -> None:
    """The lie is accepted without the check and refused with it; and is false, if the page says so."""
    assert one.lie is not None
    tables = base_of(one.lie).machine.tables
    told, left = settled(one.lie, settles(one.mutant))
    if settles(one.mutant) is None:
        assert left.only(one.mutant), one.mutant.key
    else:
        assert left.none, one.mutant.key
    assert not offences(tables, told.rows, told.outputs).none, one.mutant.key
    assert false(one.lie, told) is (one.verdict == KILLED), one.mutant.key
    if reference:
        assert checked(mutated(tables, one.mutant), told.rows, told.outputs), one.mutant.key
        assert not checked(tables, told.rows, told.outputs), one.mutant.key


def test_no_mutant_is_without_a_verdict() -> None:
    assert undecided() == [], "find a lie (find_lies.py), or argue (statement_arguments.py)"
    assert [one.mutant for one in outcomes()] == list(mutants())


def test_control_a_mutant_without_lie_and_argument_is_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    key = "batch constraint holdings.nz 2"
    monkeypatch.setattr(statement_mutation_page, "recorded", lambda: {k: v for k, v in recorded().items() if k != key})
    assert statement_mutation_page.undecided() == [key]


def test_the_page_is_what_the_record_says_of_every_mutant() -> None:
    keys = [mutant.key for mutant in mutants()]
    assert len(set(keys)) == len(keys) > 1000
    assert set(recorded()) <= set(keys)
    assert PAGE.read_text() == markdown(), "run python -m pytest tests/mutations_statements -m audit"


def test_builtins_are_the_books() -> None:
    """Whose mutants are killed in tests/mutations_tables."""
    shared = ("poseidon", "range_check")
    book = {t.name: t for t in book_machine().tables.tables if t.name in shared}
    for program in PROGRAMS:
        assert {t.name: t for t in tables_of(program).tables if t.name in shared} == book


@pytest.mark.parametrize("program", PROGRAMS)
def test_control_honest_rows_are_accepted(program: str) -> None:
    assert broken_by(program, "honest") == frozenset()
    whole = signature(Lie(program, "honest"))
    assert whole is not None
    result, found = whole
    assert found.none
    assert checked(tables_of(program), result.rows, result.outputs)


@pytest.mark.parametrize("one", sample(SAMPLE), ids=lambda one: one.mutant.key)
def test_sample_is_a_lie_before_the_reference_checker(one: Outcome) -> None:
    replay(one, reference=True)


@pytest.mark.audit
def test_every_lie_is_accepted_without_the_check_alone() -> None:
    """Replays all; writes page and figures."""
    assert undecided() == []
    chosen = {one.mutant.key for one in sample(AUDITED)}
    for one in with_lies():
        replay(one, reference=one.mutant.key in chosen)
    PAGE.write_text(markdown())
    counts = Counter(one.verdict for one in outcomes())
    figures = {
        "mutants": len(outcomes()),
        **{verdict: counts[verdict] for verdict in VERDICTS},
        "confirmed by the reference checker": len(chosen),
        "without a verdict": len(undecided()),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=2) + "\n")
