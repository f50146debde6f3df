"""The checks of publications, taken away one at a time: the list against the page, and a sample that is run."""

from __future__ import annotations

import subprocess
import sys

import mutate_publications
from check_sites import LEFT_OUT, ROOT
from kill_list import read_kills
from publication_page import PAGE, verdict, written
from publication_sites import MODULES, TESTS, all_sites

SAMPLE = 12
"""Checks of the page that the ordinary tests try again."""


def test_page_lists_every_check() -> None:
    """A check that is added, changed or lost fails here until `learn_kills.py` has found its test."""
    assert mutate_publications.list_complaints() == []
    assert PAGE.read_text() == written()
    assert {verdict(key) for key in all_sites()} == {"killed", "second line", "argued"}


def test_modules_are_those_that_the_other_list_leaves_to_this_one() -> None:
    others = {name for name, why in LEFT_OUT.items() if "tests/mutations_publications" in why}
    assert {name for name in MODULES if name.startswith("verifier/")} == others
    assert all(any(key.startswith(name) for key in all_sites()) for name in MODULES)


def test_kills_are_by_tests_of_these_folders() -> None:
    assert {test for test, _ in read_kills().values() if not test.startswith(TESTS)} == set()


def test_sample_is_killed_again() -> None:
    """In a process of its own: the product is imported there with a weakened module."""
    command = [sys.executable, "tests/mutations_publications/mutate_publications.py", "--sample", str(SAMPLE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert f"{SAMPLE} checks replayed" in done.stdout
