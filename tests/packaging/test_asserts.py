"""`python -O` drops assert statements: no check of an input, and nothing that soundness rests on, may be one."""

from __future__ import annotations

import ast
from pathlib import Path

ROOMS = ("engine", "circuits", "verifier", "prover", "service", "cli")
FIXED = {
    "circuits/bounds/facts.py": "the analysis' own order of steps, run by tests only",
    "circuits/bounds/interval.py": "the same",
    "verifier/constraints.py": "numbers of this file against each other: what comes in has been cut to this length",
    "verifier/fri.py": "two constants of the release against each other",
}
"""Files with an assertion that no input can break, and what it says."""


def test_no_check_is_an_assert_statement(repository: Path) -> None:
    found = {
        str(path.relative_to(repository)): [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Assert)]
        for room in ROOMS
        for path in (repository / room).rglob("*.py")
        if (tree := ast.parse(path.read_text(encoding="utf-8")))
    }
    assert {name: len(lines) for name, lines in found.items() if lines} == dict.fromkeys(FIXED, 1)
