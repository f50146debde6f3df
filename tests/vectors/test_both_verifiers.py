"""The page about both verifiers is that of the committed vectors, and what it says of a few of them is so."""

from __future__ import annotations

import random
import re
from collections import Counter

from both_verifiers import ACCEPTS, MAY_DIFFER, MUTE, PAGE, REFUSES, Verdicts, judge
from vector_edits import FOLDER

from plimsoll.verifier.vector_files import read_suite

SAMPLE = 6


def listed() -> set[str]:
    """The vectors on which the page says that the two differ."""
    return set(re.findall(r"^\| `([^`]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def test_page_counts_every_vector() -> None:
    rows = re.findall(r"^\| (\w+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$", PAGE.read_text(), re.MULTILINE)
    expected = Counter(str(vector.expect) for vector in read_suite(FOLDER).vectors)
    assert {name: int(count) for name, count, *_ in rows if int(count)} == expected
    assert all(int(total) == sum(map(int, parts)) for _, total, *parts in rows)
    assert len(listed()) == sum(int(accepted) for name, _, accepted, *_ in rows if name != "valid")


def test_page_is_right_about_a_sample() -> None:
    suite, differing = read_suite(FOLDER), listed()
    by_name = {vector.name: vector for vector in suite.vectors}
    assert differing <= set(by_name)
    rng = random.Random(1)
    chosen = rng.sample(sorted(differing), SAMPLE // 2) + rng.sample(sorted(set(by_name) - differing), SAMPLE)
    for name in chosen:
        verdicts = judge(suite, by_name[name])
        assert verdicts.differ == (name in differing), verdicts
        assert not verdicts.differ or verdicts.ours in MAY_DIFFER


def test_difference_is_seen() -> None:
    vector = read_suite(FOLDER).vectors[0]
    assert Verdicts(vector, "valid", REFUSES).differ
    assert Verdicts(vector, "openings", ACCEPTS).differ
    assert not Verdicts(vector, "openings", REFUSES).differ
    assert not Verdicts(vector, "input", MUTE).differ
