"""Show what the pre-flight pass found: the first of each kind on the terminal, all of it in JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from plimsoll.cli import console
from plimsoll.engine.ingest.findings import Finding, Severity

EACH: Final = 10
"""Findings of one kind in one file that are printed; of the others, their number."""
LISTED: Final = 60
"""Findings printed in all."""
_STYLES: Final = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


def show_findings(findings: Iterable[Finding]) -> None:
    """Print findings on stderr, one a line and grouped by file."""
    findings = list(findings)
    terminal, seen, left, file, printed = console.stderr(), Counter[Any](), Counter[Any](), None, 0
    for one in findings:
        seen[one.file, one.kind] += 1
        if seen[one.file, one.kind] > EACH or printed >= LISTED:
            left[one.file, one.kind] += 1
            continue
        if one.file != file:
            file = one.file
            terminal.print(f"[bold]{console.plain(file)}[/]", soft_wrap=True)
        style = _STYLES[one.severity]
        terminal.print(f"  [{style}]{one.severity}[/] {console.plain(sentence(one))}", soft_wrap=True)
        printed += 1
    for (name, kind), number in left.items():
        terminal.print(f"[dim]and {number:,} more of {console.plain(kind)} in {console.plain(name)}[/]", soft_wrap=True)
    if left:
        console.say("--json lists all of them")


def sentence(one: Finding) -> str:
    """`row 3, column quantity: scientific notation (got 1e5); write all digits`."""
    got = "" if not one.value else f" (got {one.value})" if one.severity is not Severity.NOTE else f" ({one.value})"
    place = f"{one.place}: " if one.place else ""
    return f"{place}{one.message}{got}; {one.remedy}"


def findings_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """The findings as JSON-able data, all of them."""
    return [
        {
            "severity": one.severity.value,
            "kind": one.kind,
            "file": one.file,
            "row": one.row,
            "column": one.column,
            "value": one.value,
            "message": one.message,
            "remedy": one.remedy,
        }
        for one in findings
    ]


def nameless(one: Finding) -> Finding:
    """A note without what it is about: the output of a successful proof ends in logs, and names no account."""
    return replace(one, value="", column="") if one.severity is Severity.NOTE else one


def summary(findings: Iterable[Finding]) -> str:
    """`3 errors, 1 warning`."""
    counts = Counter(one.severity for one in findings)
    parts = [f"{counts[one]:,} {one}{'s' * (counts[one] != 1)}" for one in Severity if counts[one]]
    return ", ".join(parts) or "no problems"
