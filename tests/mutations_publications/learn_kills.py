"""Finds, for each check without one, the test that its weakening fails; writes kills.json. For whoever adds a check.

    python tests/mutations_publications/learn_kills.py [KEY PREFIX] [--tests PATH ...] [--most SECONDS]

Each test is run once, noting which lines it reaches and from which it is refused; then again in forks, once for each
unkilled check at whose lines it was refused, or a few of those that it reached.
"""

from __future__ import annotations

import argparse
import ast
import builtins
import fcntl
import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.extend(str(folder) for folder in sorted((ROOT / "tests").iterdir()) if folder.is_dir())

import hypothesis  # noqa: E402, F401 - imported once, before the forks
import mutant_code  # noqa: E402
import publication_trials as trials  # noqa: E402
import py_ecc.bls  # noqa: E402, F401
import pytest  # noqa: E402
import trial_session  # noqa: E402
from check_sites import Site, functions  # noqa: E402
from kill_list import read_kills, write_kills  # noqa: E402
from publication_sites import MODULES, TESTS, all_sites, reimported  # noqa: E402

REACHED = ROOT / "build" / "mutations-publications" / "reached.json"
MANY = 5
"""Tests that a check is tried with that they reach, but are not refused by."""

FEW = 12
"""Tests that a check of a second line is tried with again, in case one is killed for good."""


class Reached:
    """Lines of the modules that ran, and that stood on the stack when a refusal was made, since it was cleared."""

    def __init__(self) -> None:
        self.ran: set[tuple[str, int]] = set()
        self.refused: set[tuple[str, int]] = set()

    def tree(self, path: str) -> ast.Module:
        """The module with a note before each statement of a function."""
        tree = ast.parse((ROOT / path).read_text())
        for _, function in functions(tree):
            for node in ast.walk(function):
                for part in ("body", "orelse", "finalbody"):
                    held: Any = getattr(node, part, None)
                    if isinstance(held, list):
                        setattr(node, part, [new for one in held for new in (self._note(path, one), one)])
        return ast.fix_missing_locations(tree)

    def _note(self, path: str, statement: ast.stmt) -> ast.stmt:
        text = f"__import__('builtins').__dict__['_ran'].add(({path!r}, {statement.lineno}))"
        note = ast.parse(text).body[0]
        for node in ast.walk(note):
            ast.copy_location(node, statement)
        return note

    def watch(self) -> None:
        builtins.__dict__["_ran"] = self.ran
        sys.meta_path.insert(0, mutant_code.Changed({path: lambda at=path: self.tree(at) for path in MODULES}))  # type: ignore[misc]
        from plimsoll.engine.errors import PlimsollError

        names = {mutant_code.dotted(path): path for path in MODULES}

        def made(kind: type[Exception], *args: Any, **kwargs: Any) -> Exception:
            frame: Any = sys._getframe(1)
            while frame is not None:
                path = names.get(frame.f_globals.get("__name__", ""))
                if path:
                    self.refused.add((path, frame.f_lineno))
                frame = frame.f_back
            return Exception.__new__(kind, *args)

        PlimsollError.__new__ = made  # type: ignore[assignment,method-assign]


class Learner:
    """Chooses what each test is tried with, and keeps what kills."""

    def __init__(self, wanted: list[Site], most: float) -> None:
        self.wanted, self.most = wanted, most
        self.kills = read_kills()
        self.reached = Reached()
        self.tried: Counter[str] = Counter()
        self.weak: Counter[str] = Counter()
        self.refusing: dict[str, list[tuple[float, str]]] = {path: [] for path in MODULES}

    def open(self, site: Site) -> bool:
        known = self.kills.get(site.key)
        return known is None or (known[1].startswith(trials.ELSEWHERE) and self.weak[site.key] < FEW)

    def plan(self, item: pytest.Function, seconds: float) -> list[Site]:
        ran, refused = set(self.reached.ran), set(self.reached.refused)
        self.reached.ran.clear()
        self.reached.refused.clear()
        if seconds > self.most or hasattr(item.function, "hypothesis"):
            return []
        for path in {path for path, _ in ran | refused}:
            self.refusing[path].append((seconds, item.nodeid))
        chosen = []
        for site in self.wanted:
            at = {(site.module, line) for line in range(site.lines[0], site.lines[1] + 1)}
            if reimported(site) or not self.open(site) or not at & (ran | refused):
                continue
            if not at & refused:
                self.tried[site.key] += seconds > 0.05
                if self.tried[site.key] > MANY:
                    continue
            chosen.append(site)
        return chosen

    def tell(self, site: Site, test: str, said: str) -> None:
        if said in (trials.PASSED, trials.HANGS) or said.startswith("crashes: process"):
            if said:
                print(f"\n? {said}: {site.key} <- {test}", file=sys.__stderr__, flush=True)
            return
        weak = said.startswith(trials.ELSEWHERE)
        self.weak[site.key] += weak
        if site.key not in self.kills or not weak:
            with REACHED.with_name("lock").open("w") as held:  # two of these may run at a time
                fcntl.flock(held, fcntl.LOCK_EX)
                self.kills = read_kills() | {site.key: (test, said)}
                write_kills(self.kills)

    def learn_anew(self, tests: dict[str, list[str]]) -> None:
        """The checks for which a module is imported anew."""
        mutant_code.preload(MODULES)
        for site in self.wanted:
            if reimported(site) and self.open(site):
                listed = tests.get(site.module, [])
                found = trials.apart(lambda at=site, of=listed: trials.run_anew(of, at), 120)  # type: ignore[misc]
                test, _, said = found.partition("\t")
                self.tell(site, test, said or found)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("prefix", nargs="?", default="")
    parser.add_argument("--tests", nargs="*", default=list(TESTS))
    parser.add_argument("--most", type=float, default=1.0)
    parser.add_argument("--anew", action="store_true", help="only the checks for which everything is imported anew")
    given = parser.parse_args()
    learner = Learner([one for key, one in all_sites().items() if key.startswith(given.prefix)], given.most)

    def session() -> str:
        learner.reached.watch()
        plugin = trial_session.TrialSession(learner.plan, learner.tell)
        trial_session.run_session(plugin, given.tests)
        tests = {path: [test for _, test in sorted(found)] for path, found in learner.refusing.items()}
        known = json.loads(REACHED.read_text()) if REACHED.exists() else {}
        REACHED.write_text(json.dumps({path: [*tests[path], *known.get(path, [])] for path in MODULES}))
        return "done"

    REACHED.parent.mkdir(parents=True, exist_ok=True)
    if given.anew:
        learner.learn_anew(json.loads(REACHED.read_text()))
    else:
        trials.apart(session, 3_600)
    learner.kills = read_kills()
    left = [one.key for one in learner.wanted if learner.open(one)]
    print("\n".join([*left, f"{len(left)} of {len(learner.wanted)} have no kill"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
