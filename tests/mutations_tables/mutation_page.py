"""The page of all mutants: rendered from the outcomes, and read back to be compared with the generated list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from cairo_mutation import Argued, Endless, Entry, Loosened, Refused
from cairo_sources import Item
from judging import Outcome, Verdict
from table_mutants import Kind
from titles import title

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "security" / "mutations-tables.md"
SECTION = re.compile(r"^#### (.+) of `(.+)`$")
CAIRO_ROW = re.compile(r"^\| (.+?) \| (.*) \| (.*) \| (.*) \|$")
INTRODUCTION = Path(__file__).parent / "introduction.md"


@dataclass(frozen=True)
class CairoOutcome:
    """An item of the Cairo sources with the change made, the verdict and the words."""

    item: Item
    change: str
    verdict: str
    words: str


def pattern(text: str) -> str:
    """A text with its numbers left out, ranges of numbers as one."""
    return re.sub(r"\[-?\d+\.\.-?\d+\]|-?\d+", "#", text)


def merged(texts: Sequence[str]) -> str:
    """Texts of one pattern as one, numbers that differ as ranges."""
    numbers = [[int(x) for x in re.findall(r"-?\d+", text)] for text in texts]
    spans = iter([(min(column), max(column)) for column in zip(*numbers, strict=True)])

    def span(_: re.Match[str]) -> str:
        low, high = next(spans)
        return str(low) if low == high else f"[{low}..{high}]"

    return re.sub(r"-?\d+", span, texts[0])


def places(numbers: Iterable[int]) -> str:
    """Numbers in ascending order, runs written as ranges."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


def placed(text: str) -> list[int]:
    """The inverse of `places`."""
    spans = [part.partition("-") for part in text.split(", ")]
    return [number for low, _, high in spans for number in range(int(low), int(high or low) + 1)]


def section(outcomes: Sequence[Outcome]) -> list[str]:
    """A table of the page: mutants of one kind and owner, those of one pattern in a row."""
    first = outcomes[0].mutant
    out = [f"#### {first.kind.value} of `{first.owner}`", "", "| number | what | verdict | lie, or argument |"]
    out += ["|---|---|---|---|"]
    groups: dict[tuple[str, str, str], list[Outcome]] = {}
    for one in outcomes:
        groups.setdefault((pattern(title(one.mutant)), one.verdict, pattern(one.words)), []).append(one)
    for (_, verdict, _), group in groups.items():
        what = merged([title(one.mutant) for one in group])
        words = merged([one.words for one in group])
        out.append(f"| {places(one.mutant.place for one in group)} | {what} | {verdict} | {words} |")
    return [*out, ""]


def summary(outcomes: Sequence[Outcome], cairo: Sequence[CairoOutcome]) -> list[str]:
    out = ["## Summary", "", "| taken out | mutants | killed | argued | no check |", "|---|---|---|---|---|"]
    rows = [(kind.value, [one.verdict for one in outcomes if one.mutant.kind is kind]) for kind in Kind]
    rows.append(("Bounds in the Cairo sources", [one.verdict for one in cairo]))
    rows.append(("All", [verdict for _, verdicts in rows for verdict in verdicts]))
    for name, verdicts in rows:
        counts = [verdicts.count(v) for v in (Verdict.KILLED, Verdict.ARGUED, Verdict.COMPLETENESS)]
        out.append(f"| {name} | {len(verdicts)} | {' | '.join(map(str, counts))} |")
    return [*out, ""]


def markdown(outcomes: Sequence[Outcome], cairo: Sequence[CairoOutcome]) -> str:
    """The whole page."""
    out = [INTRODUCTION.read_text(), *summary(outcomes, cairo), "## Tables and buses", ""]
    ordered = sorted(outcomes, key=lambda one: one.mutant.kind in (Kind.FIELD, Kind.BUS))
    for owner, of_owner in groupby(ordered, key=lambda one: one.mutant.owner):
        found = list(of_owner)
        what = "Bus" if found[0].mutant.kind in (Kind.FIELD, Kind.BUS) else "Table"
        out += [f"### {what} `{owner}`", ""]
        for _, group in groupby(sorted(found, key=by_kind), key=by_kind):
            out += section(list(group))
    out += ["## Cairo sources", "", "| bound | changed to | verdict | lie, or argument |", "|---|---|---|---|"]
    out += [f"| {c.item.key} | {c.change} | {c.verdict} | {c.words} |" for c in cairo]
    return "\n".join(out) + "\n"


def by_kind(one: Outcome) -> int:
    return list(Kind).index(one.mutant.kind)


def listed(page: str) -> dict[str, str]:
    """Keys of all mutants of tables on the page, each with its row's verdict and words."""
    found: dict[str, str] = {}
    kinds = {kind.value: kind for kind in Kind}
    head: tuple[Kind, str] | None = None
    for line in page.partition("## Cairo sources")[0].splitlines():
        if match := SECTION.match(line):
            head = kinds[match[1]], match[2]
        elif head and re.match(r"\| \d", line):
            numbers, _, verdict, words = line.strip("| ").split(" | ", 3)
            for place in placed(numbers):
                key = f"{head[0].name.lower()} {head[1]} {place}"
                assert key not in found, f"{key} stands twice on the page"
                found[key] = f"{verdict}: {words}"
        elif line.startswith("#"):
            head = None
    return found


def listed_cairo(page: str) -> dict[str, str]:
    """Keys of all items of Cairo sources on the page, with change, verdict and words."""
    rows = page.partition("## Cairo sources")[2].splitlines()[4:]
    cells = [CAIRO_ROW.match(row) for row in rows if row]
    return {m[1]: f"{m[2]}; {m[3]}: {m[4]}" for m in cells if m}


def change_of(entry: Entry) -> str:
    """How an item is changed, as the page says it."""
    match entry:
        case Argued():
            return ""
        case Refused(new) | Endless(new):
            return f"`{new}`"
        case Loosened(new):
            text = " ".join(new.split())
            return f"`{text}`" if text else "removed"
