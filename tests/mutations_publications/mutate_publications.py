"""Takes each check of a publication away, and runs the test that must fail then.

    python tests/mutations_publications/mutate_publications.py [--sample N]

Without `--sample`: all of them; writes docs/security/mutations-publications.md and exits with 1 if a test does not fail
as kills.json says, or a check has neither such a test nor an argument.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.extend(str(folder) for folder in sorted((ROOT / "tests").iterdir()) if folder.is_dir())

import mutant_code  # noqa: E402
import publication_trials as trials  # noqa: E402
import py_ecc.bls  # noqa: E402, F401 - imported once, before the forks
import pytest  # noqa: E402
import trial_session  # noqa: E402
from check_sites import Site  # noqa: E402
from kill_list import read_kills  # noqa: E402
from publication_arguments import ARGUED  # noqa: E402
from publication_page import PAGE, counts, written  # noqa: E402
from publication_sites import MODULES, all_sites, reimported  # noqa: E402

FIGURES = ROOT / "build" / "audit" / "mutation-publications.json"
SECONDS = 3_600


def list_complaints() -> list[str]:
    """Checks with neither kill nor argument, or with both; entries about checks that are not there."""
    kills, sites = read_kills(), all_sites()
    wrong = [f"neither killed nor argued: {key}" for key in sites if key not in kills and key not in ARGUED]
    wrong += [f"argued for nothing: {key}" for key in ARGUED if key in kills or key not in sites]
    return wrong + [f"no such check: {key}" for key in kills if key not in sites and key.split()[0] in MODULES]


def replayed(keys: list[str]) -> list[str]:
    """What is wrong when these checks are weakened once more, each seen by its own test only."""
    kills, sites = read_kills(), all_sites()
    wrong: list[str] = []
    by_test: dict[str, list[Site]] = defaultdict(list)
    for key in keys:
        by_test[kills[key][0]].append(sites[key])
    for work in (_anew, _session):
        told = trials.apart(lambda of=work: of(by_test), SECONDS)  # type: ignore[misc]
        wrong += told.splitlines() if told != "well" else []
    return wrong


def _anew(by_test: dict[str, list[Site]]) -> str:
    """The checks for which modules are imported anew, in a process that has imported them all as they are."""
    kills, wrong = read_kills(), []
    pairs = [(test, site) for test, listed in by_test.items() for site in listed if reimported(site)]
    if pairs:
        mutant_code.preload(MODULES)
    for test, site in pairs:
        found = trials.apart(lambda of=test, at=site: trials.run_anew([of], at), 600)  # type: ignore[misc]
        if found != "\t".join(kills[site.key]):
            wrong.append(f"expected {kills[site.key][1]!r}, got {found!r}: {site.key}")
    return "\n".join(wrong) or "well"


def _session(by_test: dict[str, list[Site]]) -> str:
    """All tests as things are, each followed by its trials; in a process that has imported nothing of ours yet."""
    kills, wrong, tried = read_kills(), [], set()

    def plan(item: pytest.Function, _: float) -> list[Site]:
        return [site for site in by_test.get(item.nodeid, ()) if not reimported(site)]

    def tell(site: Site, _: str, said: str) -> None:
        tried.add(site.key)
        if said != kills[site.key][1]:
            wrong.append(f"expected {kills[site.key][1]!r}, got {said!r}: {site.key}")

    plugin = trial_session.TrialSession(plan, tell)
    trial_session.run_session(plugin, by_test)
    wrong += [f"fails as things are: {test}: {why}" for test, why in plugin.failed.items()]
    wrong += [f"did not run: {test}" for test in by_test if test not in plugin.passed | set(plugin.failed)]
    missed = {one.key for listed in by_test.values() for one in listed if not reimported(one)} - tried
    wrong += [f"not tried: {key}" for key in missed]
    return "\n".join(sorted(wrong)) or "well"


def sample(number: int) -> list[str]:
    """Some killed checks, the same ones each time: of quick tests."""
    rng, kills = random.Random(7), read_kills()
    quick = [key for key, site in all_sites().items() if key in kills and kills[key][0].startswith(QUICK)]
    return rng.sample(quick, number)


QUICK = (
    "tests/archives/test_archive.py",
    "tests/audits/test_tie_out.py",
    "tests/reserves/test_ethereum.py",
    "tests/engine/",
    "tests/publications/test_file_limits.py",
)
"""Tests for which no proof is made."""


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sample", type=int)
    given = parser.parse_args()
    kills = read_kills()
    if given.sample:
        wrong = replayed(sample(given.sample))
        print("\n".join([*wrong, f"{given.sample} checks replayed"]))
        return 1 if wrong else 0
    wrong = list_complaints() + replayed([key for key in all_sites() if key in kills])
    PAGE.write_text(written())
    c = counts(all_sites())
    figures = {
        "checks": len(all_sites()),
        "killed": c["killed"],
        "second line": c["second line"],
        "argued": c["argued"],
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=1) + "\n")
    print("\n".join([*wrong, str(figures)]))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
