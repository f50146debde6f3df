"""The verifier's checks, taken away one at a time: the list against the page, a sample run; all of it with -m audit."""

from __future__ import annotations

import ast
import random
from functools import cache

import check_sites
import mutate
import pytest
from check_audit import all_inputs
from check_page import KINDS, PAGE, listed_rows, row_head, written
from check_reasons import ARGUED, NOT_BOUNDS, NOT_RUN
from check_runs import run
from check_sites import BOUND, all_sites, constants, functions, modules, parsed
from check_worlds import World

SAMPLE = 24
"""Sites of the page that the ordinary tests run again."""


@cache
def rows() -> dict[str, tuple[str, str, str]]:
    """By site: verdict, input and outcome, as the page has them."""
    return dict(zip((site.key for site in all_sites()), listed_rows(), strict=True))


def test_page_lists_every_check() -> None:
    """A check that is added, changed or lost fails here until `mutate.py` has judged it."""
    heads = [line for line in PAGE.read_text().splitlines() if row_head(line)]
    expected = []
    for module in modules():
        expected += [row_head(site) for site in all_sites() if site.module == module]
    assert [row_head(line) for line in heads] == expected
    assert {verdict for verdict, _, _ in rows().values()} == {"killed", "second line", "argued"}


def test_every_argument_is_about_a_check() -> None:
    keys = {site.key for site in all_sites()}
    assert set(ARGUED) <= keys
    assert set(NOT_RUN) <= {key.split(" | ")[0] for key in keys}
    argued = {key for key, (verdict, _, _) in rows().items() if verdict == "argued"}
    assert argued == {key for key in keys if key in ARGUED or (key.split(" | ")[0] in NOT_RUN and key in argued)}


def test_every_integer_constant_is_a_limit_or_said_to_be_none() -> None:
    seen = set()
    for module in modules():
        names = World().modules[f"plimsoll.{module[:-3].replace('/', '.')}"].__dict__
        for name, _ in constants(parsed(module)):
            if isinstance(names[name], int) and not BOUND.match(name):
                seen.add(name)
    assert seen == set(NOT_BOUNDS)


def test_kinds_are_all_found() -> None:
    assert {site.kind for site in all_sites()} == set(KINDS)
    raising = [n for m in modules() for _, f in functions(parsed(m)) for n in ast.walk(f) if isinstance(n, ast.Raise)]
    listed = [site for site in all_sites() if site.kind in ("guard", "raise", "translation")]
    assert len(listed) >= len(raising) > 100


def test_a_check_that_is_added_is_a_site(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse(
        "def check(x: int) -> None:\n    if x < 1 or x > 5:\n        raise ValueError\n    require(x, 'a')\n"
    )
    monkeypatch.setattr(check_sites, "parsed", lambda module: tree)
    kinds = [site.kind for site in check_sites._Walker("verifier/book.py").sites()]
    assert sorted(kinds) == ["guard", "operand", "operand", "ordering", "ordering", "require"]


def sample() -> list[str]:
    """Killed sites, some of each kind, and a few of the second line; the same ones each time."""
    rng = random.Random(1)
    chosen: list[str] = []
    for kind in KINDS:
        of_kind = [s.key for s in all_sites() if s.kind == kind and rows()[s.key][0] == "killed"]
        quick = [key for key in of_kind if "hangs" not in rows()[key][2]]
        chosen += rng.sample(quick, min(2, len(quick)))
    killed = [key for key, (verdict, by, how) in rows().items() if verdict == "killed" and by.startswith("tables")]
    chosen += rng.sample(killed, SAMPLE - len(chosen))
    return list(dict.fromkeys(chosen))


def test_sample_is_killed_again() -> None:
    """The input that the page names is judged as it must be by the verifier as it is, and not so without the check."""
    sites = {site.key: site for site in all_sites()}
    for key in sample():
        _, name, how = rows()[key]
        one = all_inputs()[name]
        assert run(one, World()).verdict == ("accepted" if one.valid else "refused"), (key, name)
        outcome = run(one, World(sites[key]))
        said = f"{outcome.verdict} {outcome.said}".strip()
        assert how == (f"valid, {said}" if one.valid else said), (key, name)


@pytest.mark.audit
def test_every_check_is_needed() -> None:
    found = mutate.results()
    assert not mutate.complaints(found)
    assert PAGE.read_text() == written(found)
