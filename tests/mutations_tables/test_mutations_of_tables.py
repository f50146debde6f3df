"""No check of the tables and no bound of the Cairo sources can go: each mutant is killed by a witness, or argued.

The short form compares the generated lists with the page, and decides a sample that is drawn with a fixed seed. The
long form decides all with real proofs and both verifiers, and writes the page and the figures.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from cairo_entries import entries
from cairo_mutation import Argued, Endless, Loosened, Refused, is_endless, is_refused, killed
from cairo_sources import Item, items, items_of
from judging import Outcome, Verdict, decide, without_the_check, witness
from lie import tables
from mutation_page import PAGE, CairoOutcome, change_of, listed, listed_cairo, markdown, pattern
from table_mutants import Kind, Mutant, mutants

REFUSED = "no program: refused by cairo-lang or the compiler (run)"
FIGURES = Path(__file__).resolve().parent.parent.parent / "build" / "audit" / "mutation-tables.json"
SEED = 20261121


@cache
def all_mutants() -> tuple[Mutant, ...]:
    return tuple(mutants(tables()))


@cache
def page() -> str:
    return PAGE.read_text()


def decide_cairo(item: Item, *, proofs: bool) -> CairoOutcome:
    """Kills a change of a Cairo source, or has it argued."""
    entry = entries()[item.key]
    change = change_of(entry)
    match entry:
        case Argued(argument):
            return CairoOutcome(item, change, Verdict.ARGUED, argument)
        case Refused():
            assert is_refused(item, entry), item.key
            return CairoOutcome(item, change, Verdict.ARGUED, REFUSED)
        case Endless(_, argument):
            assert is_endless(item, entry), item.key
            return CairoOutcome(item, change, Verdict.ARGUED, argument)
        case Loosened():
            words, [broken] = killed(item, entry, tables(), proofs=proofs)
            return CairoOutcome(item, change, Verdict.KILLED, f"{words} (genuine: {broken})")


def sample() -> list[Mutant]:
    """One mutant of each kind, and some of all."""
    draw = random.Random(SEED)
    kinds = [draw.choice([m for m in all_mutants() if m.kind is kind]) for kind in Kind]
    return [*kinds, *draw.sample(all_mutants(), 18)]


def test_the_page_lists_every_mutant_and_no_other() -> None:
    keys = [mutant.key for mutant in all_mutants()]
    assert len(set(keys)) == len(keys) > 500
    found = listed(page())
    assert sorted(found) == sorted(keys), "run python -m pytest tests/mutations_tables -m audit"
    assert {row.partition(":")[0] for row in found.values()} == {"killed", "argued", "no check"}


def test_the_page_lists_every_bound_of_the_cairo_sources() -> None:
    keys = [item.key for item in items()]
    assert len(set(keys)) == len(keys) > 140
    assert list(listed_cairo(page())) == keys
    assert sorted(entries()) == sorted(keys), "each bound in a Cairo source needs an entry, and each entry a bound"
    for item in items():
        row = listed_cairo(page())[item.key]
        assert row.startswith(change_of(entries()[item.key]) + "; "), item.key


def test_a_line_that_is_added_is_an_item_without_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cairo_sources.CIRCUITS", tmp_path)
    changed = tmp_path / "book.cairo"
    changed.write_text("func main{range_check_ptr}() {\n    range_check(70);\n    assert 30 = 30;\n    return ();\n}\n")
    found = items_of(changed)
    assert [item.kind for item in found] == ["call", "literal", "assert", "literal", "literal"]
    assert not {item.key for item in found} & set(entries())


@pytest.mark.parametrize("mutant", sample(), ids=lambda m: m.key)
def test_sample_is_decided_as_the_page_says(mutant: Mutant) -> None:
    outcome = decide(mutant, proofs=False)
    assert pattern(listed(page())[mutant.key]) == pattern(f"{outcome.verdict}: {outcome.words}")


@pytest.mark.parametrize("kind", [Kind.CONSTRAINT, Kind.REQUIRED, Kind.FIELD])
def test_sample_is_accepted_by_both_verifiers(kind: Kind) -> None:
    drawn = random.Random(SEED + 1).choice([m for m in all_mutants() if m.kind is kind])
    left, forgery = without_the_check(drawn, witness(drawn))
    forgery.accepted_by_both_under(left)


def cairo_sample() -> list[Item]:
    loosened = [item for item in items() if isinstance(entries()[item.key], Loosened | Refused)]
    return random.Random(SEED).sample(loosened, 4)


@pytest.mark.parametrize("item", cairo_sample(), ids=lambda item: item.key)
def test_sample_of_the_cairo_sources_is_decided_as_the_page_says(item: Item) -> None:
    outcome = decide_cairo(item, proofs=False)
    assert listed_cairo(page())[item.key] == f"{outcome.change}; {outcome.verdict}: {outcome.words}"


@pytest.mark.audit
def test_every_mutant_is_decided() -> None:
    """Real proofs and both verifiers for all; writes page and figures."""
    outcomes: list[Outcome] = [decide(mutant, proofs=True) for mutant in all_mutants()]
    cairo = [decide_cairo(item, proofs=True) for item in items()]
    text = markdown(outcomes, cairo)
    assert sorted(listed(text)) == sorted(mutant.key for mutant in all_mutants())
    PAGE.write_text(text)
    verdicts = Counter([one.verdict for one in outcomes] + [one.verdict for one in cairo])
    figures = {
        "mutants": len(outcomes) + len(cairo),
        "mutants of tables": len(outcomes),
        "mutants of Cairo sources": len(cairo),
        **{verdict: verdicts[verdict] for verdict in sorted(verdicts)},
        "survivors": 0,
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=2) + "\n")
