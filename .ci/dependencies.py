"""The list of dependencies in docs/security/dependencies.md, from the locks and from what was reviewed.

    python .ci/dependencies.py            writes the page
    python .ci/dependencies.py --check    writes nothing; says what is not reviewed, exit status 1 if anything

Advisory databases are not to be had where this is built, so nothing here says that a package has no advisory: it says
which version somebody looked at, when, and which bytes reach it.
"""

from __future__ import annotations

import sys
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from locked import CARGO_LOCKS, ROOT, Locked, crates, python_packages

REVIEWED = Path("requirements/reviewed.toml")
PAGE = Path("docs/security/dependencies.md")
GROUPS = (
    ("Verifying", "What a verifier installs.", ("verify",)),
    ("The verifier service", "What `plimsoll serve` installs beside it, signatures included.", ("service",)),
    ("Proving: Python", "What a prover installs beside it.", ("demo",)),
    ("Proving: Rust", "The core, compiled into its wheel. A verifier has none of it.", (CARGO_LOCKS[0],)),
    ("Building, testing, checking", "Never part of a wheel.", ("build", "dev", "fuzz", "lock", CARGO_LOCKS[1])),
    ("Documentation", "Never part of a wheel.", ("docs",)),
)
"""Heading, meaning and locks; a package stands in the first group that has one of its locks."""


def load(root: Path = ROOT) -> dict[str, dict[str, dict[str, Any]]]:
    """requirements/reviewed.toml: ecosystem, name, then versions, date and what reaches the package."""
    data: dict[str, dict[str, dict[str, Any]]] = tomllib.loads((root / REVIEWED).read_text(encoding="utf-8"))
    return data


def missing(packages: Sequence[Locked], reviewed: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[str]:
    """Locked versions that nobody looked at, and reviews of what is no longer locked."""
    locked: dict[str, dict[str, set[str]]] = {"python": defaultdict(set), "rust": defaultdict(set)}
    for one in packages:
        locked[one.ecosystem][one.name].add(one.version)
    found = []
    for ecosystem, names in locked.items():
        listed = {name: set(entry["versions"]) for name, entry in reviewed[ecosystem].items()}
        for name in sorted({*names, *listed}):
            want, have = names.get(name, set()), listed.get(name, set())
            found += [f"{ecosystem} {name} {version}: not reviewed" for version in sorted(want - have)]
            found += [f"{ecosystem} {name} {version}: reviewed, but not locked" for version in sorted(have - want)]
    return found


def page(packages: Sequence[Locked], reviewed: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """The page's text."""
    lines = [
        "# Dependencies",
        "",
        "Every locked package with the version that was reviewed, when, and which bytes reach it. What a review is "
        "and is not, says [the page on the supply chain](supply-chain.md). Written by `make dependencies` from the "
        f"locks and `{REVIEWED}`; a test fails where a locked version is not listed.",
    ]
    left = {(one.ecosystem, one.name): set[str]() for one in packages}
    for one in packages:
        left[one.ecosystem, one.name].update(one.sources)
    for heading, meaning, locks in GROUPS:
        here = [key for key, sources in left.items() if sources.intersection(locks)]
        lines += ["", f"## {heading}", "", f"{meaning} {len(here)} packages.", ""]
        lines += ["| package | versions | date | what reaches it |", "|---|---|---|---|"]
        for key in here:
            del left[key]
            entry = reviewed[key[0]][key[1]]
            lines.append(f"| {key[1]} | {', '.join(entry['versions'])} | {entry['date']} | {entry['reads']} |")
    assert not left, f"in no group: {sorted(left)}"
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    packages, reviewed = [*python_packages(), *crates()], load()
    found = missing(packages, reviewed)
    if found:
        print("\n".join([*found, f"look at them and say so in {REVIEWED}"]), file=sys.stderr)
        return 1
    if "--check" not in arguments:
        (ROOT / PAGE).write_text(page(packages, reviewed), encoding="utf-8")
        print(PAGE)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
