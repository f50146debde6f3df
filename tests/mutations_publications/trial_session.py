"""A pytest session in which each test, once it has passed, is run again in forks with weakened checks.

The fixtures are made once, by the product as it is; the control is the test itself.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import publication_trials as trials
import pytest
from check_sites import Site

ROOT = Path(__file__).resolve().parents[2]
Plan = Callable[[pytest.Function, float], Iterable[Site]]
"""The checks that a test which has passed is to be tried with; it took so many seconds."""


class TrialSession:
    """A plugin. `tell` is given check, test and what was seen; `failed`: tests that fail as things are, and why."""

    def __init__(self, plan: Plan, tell: Callable[[Site, str, str], None]) -> None:
        self.plan, self.tell = plan, tell
        self.failed: dict[str, str] = {}
        self.passed: set[str] = set()

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Iterator[None]:
        with _kept(pyfuncitem) as restore:
            begin = time.process_time()
            done = yield
            seconds = time.process_time() - begin
            for site in self.plan(pyfuncitem, seconds):
                restore()
                said = trials.apart(lambda at=site: trials.called(pyfuncitem, at), 60 + 30 * seconds)  # type: ignore[misc]
                self.tell(site, pyfuncitem.nodeid, said)
        return done

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed[report.nodeid] = str(report.longrepr)[-300:]
        elif report.when == "call":
            self.passed.add(report.nodeid)


@contextmanager
def _kept(item: pytest.Function) -> Iterator[Callable[[], None]]:
    """A test's own folder as it was before the test ran, to be put back before each trial."""
    folder: Any = item.funcargs.get("tmp_path")
    if folder is None:
        yield lambda: None
        return
    with tempfile.TemporaryDirectory() as safe:
        shutil.copytree(folder, f"{safe}/kept", symlinks=True)

        def restore() -> None:
            shutil.rmtree(folder)
            shutil.copytree(f"{safe}/kept", folder, symlinks=True)

        yield restore


def run_session(plugin: TrialSession, tests: Iterable[str]) -> None:
    pytest.main([*tests, "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT), "--no-header"], plugins=[plugin])
