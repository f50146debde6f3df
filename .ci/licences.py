"""The licence of every locked package: the reviewed list against the locks, the allow list, and the packages' own word.

    python .ci/licences.py [--no-cargo]

Prints a line for each package. Exits with 1 and names them if there are packages that are not in the reviewed list
(requirements/licences.toml), whose licence is neither allowed nor a named exception, or that state another licence
than the reviewed one. What is not installed here (other platforms' packages) is judged by the reviewed list alone.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from locked import ROOT, Locked, crates, python_packages

RUNTIME = frozenset({"verify", "demo", "service", "Cargo.lock"})
"""What a user of Plimsoll runs: no exception holds here."""
LONGEST_STATEMENT = 60
"""Some packages put the whole text of their licence where its name belongs."""


@dataclass(frozen=True)
class Review:
    """requirements/licences.toml: licences by package, the allowed ones, exceptions with their reasons, and
    questions that somebody has to settle: those are refused, with the question as the reason."""

    allowed: frozenset[str]
    python: Mapping[str, str]
    rust: Mapping[str, str]
    exceptions: Mapping[str, str]
    open: Mapping[str, str]

    @classmethod
    def load(cls, path: Path = ROOT / "requirements" / "licences.toml") -> Review:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(frozenset(data["allowed"]), data["python"], data["rust"], data["exceptions"], data["open"])

    def licence(self, package: Locked) -> str:
        """The reviewed SPDX expression; empty if there is none."""
        return (self.python if package.ecosystem == "python" else self.rust).get(package.name, "")


def permitted(expression: str, allowed: frozenset[str]) -> bool:
    """Whether an SPDX expression can be met with allowed licences: one side of each OR, both of each AND."""
    tokens = re.findall(r"[()]|[^\s()]+", expression)

    def take(word: str) -> bool:
        if tokens and tokens[0] == word:
            tokens.pop(0)
            return True
        return False

    def either() -> bool:
        result = both()
        while take("OR"):
            result = both() or result
        return result

    def both() -> bool:
        result = one()
        while take("AND"):
            result = one() and result
        return result

    def one() -> bool:
        if take("("):
            result = either()
            return take(")") and result
        name = tokens.pop(0) if tokens else ""
        return (f"{name} WITH {tokens.pop(0)}" if take("WITH") and tokens else name) in allowed

    result = either()
    return result and not tokens


def stated_by_distribution(package: Locked) -> str | None:
    """What the installed distribution says, empty if it says nothing; None if this version is not installed."""
    try:
        found = metadata.distribution(package.name)
    except metadata.PackageNotFoundError:
        return None
    if found.version != package.version:
        return None
    fields: Any = found.metadata
    if fields.get("License-Expression"):
        return str(fields["License-Expression"])
    text = str(fields.get("License") or "")
    classifiers = [one.rpartition(" :: ")[2] for one in fields.get_all("Classifier", []) if one.startswith("License")]
    return "; ".join([text] * (0 < len(text) <= LONGEST_STATEMENT) + classifiers)


def stated_by_crates(root: Path = ROOT) -> dict[tuple[str, str], str]:
    """What each crate's manifest says, by name and version. Needs the crates: `cargo fetch --locked`."""
    command = ["cargo", "metadata", "--locked", "--offline", "--format-version", "1"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"licences: cargo metadata failed; run `cargo fetch --locked` first\n{done.stderr}")
    return {(one["name"], one["version"]): one["license"] or "" for one in json.loads(done.stdout)["packages"]}


def contradicts(stated: str | None, reviewed: str) -> bool:
    """Whether a package's own statement is another than the reviewed one. SPDX expressions compare exactly, names in
    words by family (BSD, MIT, Apache, MPL). What is reviewed as a LicenseRef has no name to compare with."""
    if not stated or stated == reviewed or reviewed.startswith("LicenseRef-"):
        return False
    if re.fullmatch(r"MIT/Apache-2\.0|Apache-2\.0/MIT", stated):
        return reviewed not in ("MIT OR Apache-2.0", "Apache-2.0 OR MIT")
    spelled_out = " " in stated and not re.search(r" (OR|AND|WITH) ", stated)
    vague = spelled_out or stated in ("BSD", "Apache")
    return not (vague and reviewed.partition("-")[0].lower() in stated.lower())


def judge(package: Locked, review: Review, stated: str | None) -> tuple[str, str]:
    """(state, why): state is "ok", "exception" or "REFUSED"."""
    licence = review.licence(package)
    if not licence:
        return "REFUSED", f"not reviewed: it states {stated or 'nothing'}; add it to requirements/licences.toml"
    if contradicts(stated, licence):
        return "REFUSED", f"states {stated}, reviewed as {licence}"
    if permitted(licence, review.allowed):
        return "ok", "" if stated is not None else "not installed here"
    if package.name in review.exceptions and RUNTIME.isdisjoint(package.sources):
        return "exception", review.exceptions[package.name]
    return "REFUSED", review.open.get(package.name) or f"{licence} is not allowed"


def main(arguments: list[str]) -> int:
    """The exit status."""
    review = Review.load()
    manifests = {} if "--no-cargo" in arguments else stated_by_crates()
    refused = 0
    for package in [*python_packages(), *crates()]:
        rust = package.ecosystem == "rust"
        stated = manifests.get((package.name, package.version)) if rust else stated_by_distribution(package)
        state, why = judge(package, review, stated)
        refused += state == "REFUSED"
        name = f"{package.ecosystem} {package.name} {package.version}"
        print(f"{state:9} {name:52} {review.licence(package) or '?'}" + (f"  ({why})" if why else ""))
    print(f"{refused} refused" if refused else "every licence is allowed")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
