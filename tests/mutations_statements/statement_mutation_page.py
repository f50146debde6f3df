"""The page of all mutants of the three programs, and the lies that kill them, as data beside the tests."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mutation_page import places
from statement_arguments import argument
from statement_hunt import by_run
from statement_judge import Mutant
from statement_lies import Lie, lie_of
from statement_search import mutants, table_of

HERE = Path(__file__).parent
PAGE = HERE.parent.parent / "docs" / "security" / "mutations-statements.md"
DATA = HERE / "lies_of_statements.json"
INTRODUCTION = HERE / "introduction.md"
KILLED, ROWS, ARGUED, COMPLETE = "killed", "rows only", "argued", "no check"
VERDICTS = (KILLED, ROWS, ARGUED, COMPLETE)


@dataclass(frozen=True)
class Outcome:
    """A mutant with its verdict, its lie if one was found, and in words why it survives."""

    mutant: Mutant
    verdict: str
    lie: Lie | None
    words: str


@cache
def recorded() -> Mapping[str, Any]:
    """By mutant: the lie and whether its outputs are false."""
    found: Mapping[str, Any] = json.loads(DATA.read_text())
    return found


def outcome(mutant: Mutant) -> Outcome | None:
    """What the record says of a mutant, or else an argument; None if there is neither."""
    known = recorded().get(mutant.key)
    lie = lie_of(known["lie"]) if known else None
    if known and known["strict"]:
        return Outcome(mutant, KILLED, lie, "")
    words = argument(mutant)
    if words is not None:
        return Outcome(mutant, COMPLETE if words.startswith("completeness") else ARGUED, None, words)
    if mutant.kind == "constraint" and mutant.place == 0 and lie is not None:
        return Outcome(mutant, ROWS, lie, "one call is several rows, whose activities add up to one")
    return None


@cache
def outcomes() -> tuple[Outcome, ...]:
    """Of all mutants that have a verdict."""
    return tuple(one for one in map(outcome, mutants()) if one is not None)


def undecided() -> list[str]:
    """Mutants without a verdict: the tests demand that there is none."""
    return [mutant.key for mutant in mutants() if outcome(mutant) is None]


def about(mutant: Mutant) -> str:
    """What is gone, in a word or two."""
    if mutant.kind == "constraint":
        return "constraint"
    bus = table_of(mutant.program, mutant.table).messages[mutant.place].bus.removeprefix("builtin:")
    side = "" if mutant.kind == "factor" or not bus.startswith("fn:") else provided(mutant)
    return f"{'factor `active` of' if mutant.kind == 'factor' else 'message'} `{bus}`{side}"


def provided(mutant: Mutant) -> str:
    message = table_of(mutant.program, mutant.table).messages[mutant.place]
    return " (asked)" if message.weight else " (provided)"


def markdown() -> str:
    """The whole page."""
    found = outcomes()
    out = [INTRODUCTION.read_text(), "## Counts", "", f"| program | mutants | {' | '.join(VERDICTS)} |"]
    out.append("|---|---|" + "---|" * len(VERDICTS))
    programs = list(dict.fromkeys(one.mutant.program for one in found))
    for name, chosen in [*((p, [o for o in found if o.mutant.program == p]) for p in programs), ("all", list(found))]:
        counts = Counter(one.verdict for one in chosen)
        out.append(f"| {name} | {len(chosen)} | {' | '.join(str(counts[v]) for v in VERDICTS)} |")
    for program in programs:
        out += ["", f"## `{program}`", "", "| table | gone | numbers | verdict | why |", "|---|---|---|---|---|"]
        groups: dict[tuple[str, str, str, str], list[int]] = {}
        for one in found:
            if one.mutant.program == program:
                key = (one.mutant.table, about(one.mutant), one.verdict, one.words)
                groups.setdefault(key, []).append(one.mutant.place)
        for (table, what, verdict, words), numbers in groups.items():
            out.append(f"| `{table}` | {what} | {places(numbers)} | {verdict} | {words} |")
    return "\n".join(out) + "\n"


def settles(mutant: Mutant) -> Mutant | None:
    """For which tables totals are made to fit."""
    return mutant if by_run(mutant) else None
