"""A report as Markdown: for each table its constraints with interval and margin, bounds of columns, what is free."""

from __future__ import annotations

import re

from plimsoll.circuits.bounds.interval import Interval, equation_margin
from plimsoll.circuits.bounds.report import BoundsReport, ConstraintBounds, TableBounds

LONGEST = 110
"""Longer texts of constraints are cut."""


def markdown(report: BoundsReport) -> str:
    """The whole report, ending with a newline."""
    table, narrowest = report.narrowest()
    out = ["### Contracts", ""]
    out += [f"- `{name}`: {text}" for name, text in report.contracts.items()]
    out += ["", f"Smallest margin: {narrowest.margin:.2f} bits, `{table.name}`, {narrowest.place}.", ""]
    if report.ledger:
        out += ["### Ledger", "", "| keys | sum of each key's amounts over all rows | margin, bits |", "|---|---|---|"]
        out += [f"| {k.keys.lo} to {k.keys.hi} | {k.total} | {equation_margin(k.total):.2f} |" for k in report.ledger]
        out += [""]
    for item in report.tables:
        out += _table(item)
    return "\n".join(out).rstrip() + "\n"


def _table(table: TableBounds) -> list[str]:
    cases = f" Cases {table.cases[0]} to {table.cases[-1]}." if len(table.cases) > 1 else ""
    conclusions = [text for place, text in table.proved if place == "conclusion"]
    out = [f"### Table `{table.name}`", ""]
    out += [f"{len(table.columns)} columns, blinds left out.{cases}", ""]
    out += ["| constraint | states | kind | interval | margin, bits | verdict |", "|---|---|---|---|---|---|"]
    out += [_constraint(c) for c in table.constraints]
    out += ["", "| columns | number | interval |", "|---|---|---|"]
    out += [f"| `{name}` | {n} | {interval} |" for name, (n, interval) in _bounded(table).items()]
    out += ["", "Free by design:", ""]
    out += [f"- {', '.join(f'`{n}`' for n in names)}: {reason}" for reason, names in _free(table).items()]
    claims: dict[str, int] = {}
    for place, _ in table.proved:
        if place != "conclusion":
            claims[place] = claims.get(place, 0) + 1
    if claims:
        out += ["", "Proved of claims:", ""]
        out += [f"- {place}: {n} different inequalities over all cases" for place, n in claims.items()]
    if conclusions:
        out += ["", "Conclusions, all proved:", "", *(f"- {text}" for text in conclusions)]
    return [*out, ""]


def _constraint(c: ConstraintBounds) -> str:
    text = c.text if len(c.text) <= LONGEST else c.text[: LONGEST - 2].rpartition(" ")[0] + " …"
    interval, bits = ("", "") if c.interval is None else (str(c.interval), f"{c.margin:.2f}")
    verdict = "no bound needed" if c.interval is None else "no wrap"
    return f"| {c.place} | `{text}` | {c.what} | {interval} | {bits} | {verdict} |"


def _pattern(label: str) -> str:
    return re.sub(r"\d+", "#", label)


def _bounded(table: TableBounds) -> dict[str, tuple[int, Interval]]:
    """Names with their numbers left out: how many columns, and the hull of their intervals."""
    found: dict[str, tuple[int, Interval]] = {}
    for label, interval in zip(table.labels, table.columns, strict=True):
        if interval is not None:
            n, hull = found.get(_pattern(label), (0, interval))
            found[_pattern(label)] = (n + 1, hull.hull(interval))
    return found


def _free(table: TableBounds) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for column, reason in table.free.items():
        names = found.setdefault(reason, [])
        if _pattern(table.labels[column]) not in names:
            names.append(_pattern(table.labels[column]))
    return found
