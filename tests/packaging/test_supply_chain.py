"""Licences and the bill of materials: every locked package is in both, and nothing that a user runs is an exception."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent.parent / ".ci"))

import dependencies
import licences
import sbom
from licences import Review, contradicts, judge, permitted
from locked import CARGO_LOCKS, Locked, crates, python_packages
from test_repository import REGISTRY_HOSTS

PACKAGE = Locked("python", "thing", "1.0", ("dev",), ("0" * 64,))
REVIEW = Review(frozenset({"MIT", "Apache-2.0"}), {"thing": "MIT"}, {}, {}, {})


def test_every_entry_of_the_locks_is_read(repository: Path) -> None:
    locks = sorted((repository / "requirements").glob("*.lock"))
    entries = {
        line.split()[0] for lock in locks for line in lock.read_text().splitlines() if re.match(r"[a-z0-9]", line)
    }
    assert {f"{one.name}=={one.version}" for one in python_packages()} == entries
    assert all(one.hashes for one in python_packages())
    texts = [(repository / lock).read_text() for lock in CARGO_LOCKS]
    assert all(text.count("\nchecksum = ") == text.count("\nsource = ") > 0 for text in texts)
    for lock, text in zip(CARGO_LOCKS, texts, strict=True):
        assert sum(lock in one.sources for one in crates()) == text.count("\nsource = ")


def test_crates_of_both_cargo_locks_are_of_one_version() -> None:
    """What is fuzzed is what is shipped."""
    shipped, fuzzed = ({(one.name, one.version) for one in crates() if lock in one.sources} for lock in CARGO_LOCKS)
    names = {name for name, _ in shipped}
    assert {one for one in fuzzed if one[0] in names} <= shipped
    assert {"p3-batch-stark", "serde_json", "rayon"} <= {name for name, _ in fuzzed & shipped}


def test_every_locked_package_is_reviewed_and_nothing_else() -> None:
    review = Review.load()
    assert set(review.python) == {one.name for one in python_packages()}
    assert set(review.rust) == {one.name for one in crates()}


def test_every_locked_version_was_looked_at(repository: Path) -> None:
    packages, reviewed = [*python_packages(), *crates()], dependencies.load()
    assert dependencies.missing(packages, reviewed) == []
    assert (repository / dependencies.PAGE).read_text() == dependencies.page(packages, reviewed)


def test_new_or_raised_or_dropped_package_is_noticed() -> None:
    packages, reviewed = [*python_packages(), *crates()], dependencies.load()
    raised = replace(packages[0], version="99")
    assert dependencies.missing([*packages, PACKAGE], reviewed) == ["python thing 1.0: not reviewed"]
    assert len(dependencies.missing([raised, *packages[1:]], reviewed)) == 2
    assert dependencies.missing(packages[1:], reviewed)[0].endswith("reviewed, but not locked")


def test_installed_packages_state_what_was_reviewed() -> None:
    """The one that is refused is an open question, which concerns nothing that a user runs."""
    review = Review.load()
    states = {one: judge(one, review, licences.stated_by_distribution(one))[0] for one in python_packages()}
    states |= {one: judge(one, review, None)[0] for one in crates()}
    refused = [one for one, state in states.items() if state == "REFUSED"]
    assert {one.name for one in refused} == set(review.open)
    assert all(licences.RUNTIME.isdisjoint(one.sources) for one in refused)


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("GPL-3.0-only OR (MIT AND Apache-2.0)", True),
        ("MIT AND GPL-3.0-only", False),
        ("(MIT OR Apache-2.0) AND GPL-3.0-only", False),
        ("GPL-3.0-only AND MIT OR MIT", True),
        ("Apache-2.0 WITH LLVM-exception", False),
        ("MIT Apache-2.0", False),
        ("(MIT", False),
        ("", False),
    ],
)
def test_expression_is_judged(expression: str, result: bool) -> None:
    assert permitted(expression, REVIEW.allowed) is result


@pytest.mark.parametrize(
    ("stated", "reviewed", "result"),
    [
        (None, "MIT", False),
        ("", "MIT", False),
        ("MIT", "MIT", False),
        ("GPL-3.0-only", "MIT", True),
        ("MIT AND GPL-3.0-only", "MIT", True),
        ("MIT License", "MIT", False),
        ("BSD", "BSD-3-Clause", False),
        ("BSD License", "MIT", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0", False),
        ("GNU General Public License (GPL)", "MIT", True),
        ("Apache-2.0/MIT", "MIT OR Apache-2.0", False),
    ],
)
def test_statement_is_compared(stated: str | None, reviewed: str, result: bool) -> None:
    assert contradicts(stated, reviewed) is result


def test_allowed_licence_passes() -> None:
    assert judge(PACKAGE, REVIEW, "MIT")[0] == "ok"


def test_unreviewed_package_rejected() -> None:
    assert judge(replace(PACKAGE, name="other"), REVIEW, "MIT")[0] == "REFUSED"


def test_changed_licence_rejected() -> None:
    assert judge(PACKAGE, REVIEW, "GPL-3.0-only")[0] == "REFUSED"


@pytest.mark.parametrize("sources", [("dev", "verify"), ("demo",), ("Cargo.lock",)])
def test_exception_for_what_a_user_runs_rejected(sources: tuple[str, ...]) -> None:
    review = replace(REVIEW, python={"thing": "GPL-3.0-only"}, exceptions={"thing": "a tool"})
    assert judge(PACKAGE, review, None) == ("exception", "a tool")
    assert judge(replace(PACKAGE, sources=sources), review, None)[0] == "REFUSED"


def test_bill_lists_every_package_once() -> None:
    bill = sbom.bill()
    references = [one["bom-ref"] for one in bill["components"]]
    assert len(references) == len(set(references)) == len(python_packages()) + len(crates())
    assert all(one["licenses"] for one in bill["components"])
    assert {target for one in bill["dependencies"] for target in one["dependsOn"]} <= set(references)


def test_bill_has_what_cargo_lock_says(repository: Path) -> None:
    packages = tomllib.loads((repository / "Cargo.lock").read_text())["package"]
    edges = sum(len(one.get("dependencies", ())) for one in packages if "source" in one)
    shipped = {sbom.reference(one) for one in crates() if "Cargo.lock" in one.sources}
    listed = [one for one in sbom.bill()["dependencies"] if one["ref"] in shipped]
    assert sum(len(one["dependsOn"]) for one in listed) == edges


def test_bill_is_the_same_every_time_and_names_no_host() -> None:
    text = json.dumps(sbom.bill())
    assert text == json.dumps(sbom.bill())
    assert not any(host in text for host in REGISTRY_HOSTS)
    assert str(Path.home()) not in text
