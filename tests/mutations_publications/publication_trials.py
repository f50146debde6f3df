"""Runs one test against one weakened check, in a process of its own, and says what the test saw."""

from __future__ import annotations

import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import mutant_code
import pytest
from check_sites import Site

ROOT = Path(__file__).resolve().parents[2]
ACCEPTED = "accepted"
"""What must be refused is not."""
ELSEWHERE = "refused elsewhere"
"""Another check, which is named after it, refuses the same input: the test sees it by the words. A second line."""
PASSED = ""
HANGS = "hangs"
MOST = 50_000
"""Bytes that a process says: less than a pipe holds."""


def apart(work: Callable[[], str], seconds: float) -> str:
    """What `work` says in a forked process, or `HANGS` after that time."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        said = "crashes: process"
        with suppress(BaseException):
            os.close(reader)
            said = work()
        os.write(writer, said.encode()[:MOST])
        os._exit(0)
    os.close(writer)
    try:
        ready, _, _ = select.select([reader], [], [], seconds)
        if not ready:
            return HANGS
        return os.read(reader, MOST).decode(errors="replace")
    finally:
        os.close(reader)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def called(item: pytest.Function, site: Site) -> str:
    """What a test whose fixtures stand says of a weakened check. To be called in a process of its own."""
    assert mutant_code.swap(site), site.key
    return seen(lambda: item.obj(**{name: item.funcargs[name] for name in item._fixtureinfo.argnames}))


def seen(call: Callable[[], Any]) -> str:
    """Nothing if a call returns, else the kind of failure in a few words that are the same every time."""
    watch = _Watch()
    try:
        with watch:
            call()
    except pytest.fail.Exception as error:
        return ACCEPTED if "DID NOT RAISE" in str(error) else "fails"
    except pytest.skip.Exception:
        return PASSED
    except AssertionError as error:
        lines = traceback.extract_tb(error.__traceback__)
        by_words = watch.refused or "caught" in (lines[-1].line or "")
        return f"{ELSEWHERE}: {watch.place}" if by_words else "fails"
    except Exception as error:
        from plimsoll.engine.errors import PlimsollError

        if isinstance(error, PlimsollError):
            return f"{ELSEWHERE}: {watch.place}" if watch.refused else "an honest input is refused"
        return f"crashes: {type(error).__name__}"
    return PASSED


class _Watch:
    """Notes a refusal that `pytest.raises` did not expect in these words or of this class."""

    refused = False
    place = ""
    """Module and function of the last refusal."""

    def __enter__(self) -> None:
        kind: Any = type(pytest.raises(ValueError))
        leave = kind.__exit__

        def noted(context: Any, *error: Any) -> Any:
            from plimsoll.engine.errors import PlimsollError

            if isinstance(error[1], PlimsollError):
                self.place = _place(error[1])
            try:
                fine = leave(context, *error)
            except BaseException:
                self.refused = isinstance(error[1], PlimsollError)
                raise
            self.refused = not fine and isinstance(error[1], PlimsollError)
            return fine

        self.kind, self.leave = kind, leave
        kind.__exit__ = noted

    def __exit__(self, *_: object) -> None:
        self.kind.__exit__ = self.leave


def _place(error: BaseException) -> str:
    """The innermost function of the product that an error comes from."""
    places, at = [""], error.__traceback__
    while at is not None:
        name = str(at.tb_frame.f_globals.get("__name__", ""))
        if name.startswith("plimsoll.") and at.tb_frame.f_code.co_name != "require":
            path = name.removeprefix("plimsoll.").replace(".", "/") + ".py"
            places.append(f"`{at.tb_frame.f_code.co_qualname}` of `{path}`")
        at = at.tb_next
    return places[-1]


class _Reports:
    """What tests say, run in pytest's own way until one fails for more than its words."""

    def __init__(self) -> None:
        self.said: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> bool:
        names = pyfuncitem._fixtureinfo.argnames
        said = seen(lambda: pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
        self.said[pyfuncitem.nodeid] = said
        if said != PASSED and not said.startswith(ELSEWHERE):
            pyfuncitem.session.shouldstop = "killed"
        return True


def run_anew(tests: Sequence[str], site: Site) -> str:
    """The test that fails, and how, when everything is imported with the weakened module; apart by a tab.

    To be called in a process of its own.
    """
    mutant_code.import_weakened(site)
    reports = _Reports()
    quiet()
    pytest.main([*tests, "-q", "-p", "no:cacheprovider", "--rootdir", str(ROOT)], plugins=[reports])
    kills = [(said.startswith(ELSEWHERE), test, said) for test, said in reports.said.items() if said != PASSED]
    if not reports.said:
        return "\tcrashes: collection"
    return "\t".join(min(kills)[1:]) if kills else ""


def quiet() -> None:
    """Sends what this process prints nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stdout.flush()
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
