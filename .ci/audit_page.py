"""docs/security/audit.md from the records: what was run, when, where, and the figures."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audit_parts import Part

PAGE = Path("docs/security/audit.md")
HEAD = (
    "# The audit\n\n"
    "Checks that take minutes, and so are not run for every change. `make audit` runs those whose sources have changed "
    "since they were run last; `make audit ALL=1` runs all of them. It writes this page. Each result stands in "
    "`docs/security/audit.json` with a SHA-256 of the sources that it depends on (the files that git tracks, and the "
    "command); the tests compare these with the tree, so a change without its audit fails in CI. Beside each long "
    "check a short form runs with `make test`.\n\n"
)


def page(parts: Sequence[Part], records: Mapping[str, Mapping[str, Any]]) -> str:
    """The page's text."""
    lines = ["| part | what it does | result | minutes | run on |", "|---|---|---|---|---|"]
    for part in parts:
        record = records.get(part.name)
        if record is None:
            lines.append(f"| `{part.name}` | {part.about} | not run yet | | |")
            continue
        result = "passed" if record["passed"] else "**failed**"
        minutes = f"{record['seconds'] / 60:.1f}"
        lines.append(f"| `{part.name}` | {part.about} | {result} | {minutes} | {record['date']}, {record['cpu']} |")
    lines += ["", "## Figures", ""]
    for part in parts:
        record = records.get(part.name)
        if record is None:
            continue
        lines += [f"### {part.name}", "", f"{part.about[0].upper()}{part.about[1:]}."]
        if part.page:
            lines[-1] += f" The whole list: [{Path(part.page).stem}]({Path(part.page).name})."
        lines += ["", "| figure | value |", "|---|---|"]
        lines += [f"| {name} | {value} |" for name, value in record["figures"].items()]
        depends = ", ".join(f"`{source}`" for source in part.sources)
        command = shlex.join(["python" if word == "{python}" else word for word in part.command])
        lines += ["", f"`make audit PARTS={part.name}` runs:", "", "```", command, "```", ""]
        lines += [f"Depends on {depends}. Digest `{record['digest'][:16]}`.", ""]
    return HEAD + "\n".join(lines).rstrip() + "\n"
