"""The audit's part `tests`: property tests with many more examples, and those marked `audit`, with their figures.

Folders that are a part of their own are left out. Everything else in the suite runs with every change already.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (
    "accounts",
    "archives",
    "attestations",
    "audits",
    "batches",
    "circuits",
    "core",
    "engine",
    "forgeries",
    "ingest",
    "verifier",
)
REPORT = ROOT / "build" / "audit" / "tests.xml"
FIGURES = REPORT.with_suffix(".json")
SLOWEST = 3


def main() -> int:
    """The exit status, pytest's own."""
    arguments = [
        "-m",
        "hypothesis or audit",
        "--hypothesis-profile=audit",
        "--durations=20",
        f"--junitxml={REPORT}",
        "-q",
    ]
    status = pytest.main([*arguments, *(str(ROOT / "tests" / folder) for folder in FOLDERS)])
    suite = ElementTree.parse(REPORT).getroot().find("testsuite")
    assert suite is not None
    cases = sorted(suite.iter("testcase"), key=lambda case: -float(case.attrib["time"]))
    figures = {
        "tests": int(suite.attrib["tests"]),
        "failed": int(suite.attrib["failures"]) + int(suite.attrib["errors"]),
        "examples a property": settings.get_profile("audit").max_examples,
        "longest": ", ".join(case.attrib["name"] for case in cases[:SLOWEST]),
    }
    FIGURES.write_text(json.dumps({"figures": figures}, indent=1) + "\n", encoding="utf-8")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
