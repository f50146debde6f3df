"""The checks of publications, taken away one at a time: the list against the page, and a sample that is run."""

from __future__ import annotations

import ast
import subprocess
import sys
import time

import mutate_publications
import publication_trials as trials
import pytest
from check_sites import LEFT_OUT, ROOT, functions
from kill_list import read_kills
from publication_page import PAGE, verdict, written
from publication_sites import MODULES, TESTS, all_sites

from plimsoll.verifier.errors import VerificationError, require

SAMPLE = 8
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


def test_kills_are_by_tests_that_exist_in_these_folders() -> None:
    named = {tuple(test.partition("[")[0].split("::")) for test, _ in read_kills().values()}
    assert {file for file, _ in named if not file.startswith(TESTS)} == set()
    there = {(file, name) for file, _ in named for name, _ in functions(ast.parse((ROOT / file).read_text()))}
    assert named - there == set()


def test_sample_is_killed_again() -> None:
    """In a process of its own: the product is imported there with a weakened module."""
    command = [sys.executable, "tests/mutations_publications/mutate_publications.py", "--sample", str(SAMPLE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    assert f"{SAMPLE} checks replayed" in done.stdout


# --- what a trial sees -----------------------------------------------------------------------------------------------


def accepts() -> None:
    with pytest.raises(VerificationError, match="a sum"):
        require(True, "step", "a sum", "another")


def refuses_elsewhere() -> None:
    with pytest.raises(VerificationError, match="a sum"):
        require(False, "step", "a root", "another")


def refuses_as_it_should() -> None:
    with pytest.raises(VerificationError, match="a sum"):
        require(False, "step", "a sum", "another")


def test_control_passes_and_each_failure_is_told_apart() -> None:
    assert trials.seen(refuses_as_it_should) == trials.PASSED
    assert trials.seen(accepts) == trials.ACCEPTED
    assert trials.seen(refuses_elsewhere).startswith(trials.ELSEWHERE)
    assert trials.seen(lambda: require(False, "step", "a sum", "another")) == "an honest input is refused"
    assert trials.seen(lambda: 1 // 0) == "crashes: ZeroDivisionError"


def test_trial_that_never_ends_is_no_kill() -> None:
    assert trials.apart(lambda: str(time.sleep(60)), 0.2) == trials.HANGS
    assert trials.apart(lambda: "said", 60) == "said"
    assert trials.HANGS not in {said for _, said in read_kills().values()}
