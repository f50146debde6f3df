"""Runs inputs in worlds: what became of each, and which inputs a weakened check must be tried with."""

from __future__ import annotations

import ast
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import FrameType, TracebackType
from typing import Any, NoReturn

from check_sites import Site, functions, modules, parsed
from check_worlds import World
from pydantic import ValidationError

SECONDS = 4.0
"""An input that takes longer in a weakened verifier makes it hang: in the verifier as it is, none takes one."""
MEMORY = 1 << 30
"""Address space that an input may take beyond what the process has."""
Place = tuple[str, int]
"""Module's path and line."""
Runner = Callable[[World], object]


@dataclass(frozen=True)
class Input:
    """Something that a verifier is handed. `run` raises where it is refused, in the world it is given.

    `valid`: it must be accepted. `about` is for the page. `prepare` makes what it hands over, before the
    clock runs.
    """

    name: str
    about: str
    run: Runner
    valid: bool = False
    prepare: Callable[[], object] | None = None


@dataclass(frozen=True)
class Outcome:
    """`verdict`: accepted, refused (by an error of our own), crashes (another error), hangs, memory."""

    verdict: str
    said: str = ""
    trail: frozenset[Place] = frozenset()


class _TooLongError(BaseException):
    """Past every `except Exception` of the verifier."""


def run(one: Input, world: World, *, bounded: bool = True) -> Outcome:
    """Runs an input. `bounded`: with the limits on time and memory that a weakened verifier needs."""
    own = world["engine.errors"].PlimsollError
    if one.prepare is not None:
        one.prepare()
    try:
        with _limits(bounded):
            one.run(world)
    except own as error:
        return Outcome("refused", _step(error), frozenset(_trail(error)))
    except _TooLongError:
        return Outcome("hangs", f"over {SECONDS:.0f} s")
    except MemoryError:
        return Outcome("memory", "over 1 GiB")
    except Exception as error:
        return Outcome("crashes", type(error).__name__)
    return Outcome("accepted")


@contextmanager
def _limits(bounded: bool) -> Iterator[None]:
    if not bounded:
        yield
        return

    def stop(_: int, __: FrameType | None) -> NoReturn:
        raise _TooLongError

    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    with open("/proc/self/statm") as pages:
        now = int(pages.read().split()[0]) * resource.getpagesize()
    before = signal.signal(signal.SIGPROF, stop)
    resource.setrlimit(resource.RLIMIT_AS, (now + MEMORY, hard))
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGPROF, before)


def _step(error: BaseException) -> str:
    """Where an error of our own comes from: the verifier's step, or the error's class; and the function."""
    name = getattr(error, "step", type(error).__name__)
    places = [(path, function) for path, _, function in _frames(error) if function != "require"]
    return f"{name}, `{places[-1][1]}`" if places else str(name)


def _frames(error: BaseException) -> list[tuple[str, int, str]]:
    found, tb = [], error.__traceback__
    while isinstance(tb, TracebackType):
        module = str(tb.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("plimsoll."):
            path = module.removeprefix("plimsoll.").replace(".", "/") + ".py"
            found.append((path, tb.tb_lineno, tb.tb_frame.f_code.co_name))
        tb = tb.tb_next
    return found


def _trail(error: BaseException) -> Iterator[Place]:
    """Every line of ours on the way to a refusal, through the errors that it was made of."""
    pending: list[Any] = [error]
    while pending:
        one = pending.pop()
        yield from ((path, line) for path, line, _ in _frames(one))
        if isinstance(one, ValidationError):
            pending += [item["ctx"]["error"] for item in one.errors() if "error" in item.get("ctx", {})]
        pending += [cause for cause in (one.__cause__, one.__context__) if cause is not None]


# Which inputs a site is tried with.


def executed(one: Input, world: World) -> frozenset[tuple[str, str]]:
    """Functions (module's path, qualified name) that a valid input runs through."""
    seen: set[Any] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call":
            seen.add(frame.f_code)

    sys.setprofile(note)
    try:
        one.run(world)
    finally:
        sys.setprofile(None)
    marks = (("/" + name, name) for name in modules())
    by_file = {code.co_filename: name for mark, name in marks for code in seen if code.co_filename.endswith(mark)}
    return frozenset((by_file[c.co_filename], c.co_qualname) for c in seen if c.co_filename in by_file)


@cache
def _spans() -> dict[str, list[tuple[int, int, str]]]:
    """First and last line of each function, decorators included."""
    return {
        module: [(node.lineno, node.end_lineno or 0, name) for name, node in functions(parsed(module))]
        for module in modules()
    }


def function_at(place: Place) -> tuple[str, str] | None:
    for first, last, name in _spans().get(place[0], ()):
        if first <= place[1] <= last:
            return place[0], name
    return None


@cache
def _users(name: str, depth: int = 1) -> frozenset[tuple[str, str]]:
    """Functions in which a name occurs, and so on to a depth: what may refuse by its means."""
    found: set[tuple[str, str]] = set()
    names = {name}
    for _ in range(depth):
        for module in modules():
            for qualified, node in functions(parsed(module)):
                used = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
                used |= {n.attr for n in ast.walk(node) if isinstance(n, ast.Attribute)}
                if names & used:
                    found.add((module, qualified))
        names |= {qualified.rpartition(".")[2] for _, qualified in found} - {"_check", "__init__", "parse", "load"}
    return frozenset(found)


def users_of_bound(site: Site) -> frozenset[tuple[str, str]]:
    """Functions that use a constant, or one that is made of it."""
    names, made = {site.text.split()[0]}, [n for m in modules() for n in parsed(m).body]
    for _ in range(3):
        for node in made:
            if isinstance(node, ast.Assign | ast.AnnAssign) and names & {
                n.id for n in ast.walk(node) if isinstance(n, ast.Name)
            }:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                names |= {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)}
    return frozenset().union(*(_users(name, 3) for name in names))


@dataclass(frozen=True)
class Known:
    """What the unweakened verifier says to an input."""

    outcome: Outcome
    functions: frozenset[tuple[str, str]]


def candidates(site: Site, known: dict[str, Known]) -> list[str]:
    """Names of the refused inputs that a site is tried with.

    Those refused at the site's lines; where there are none, those refused in its function (a condition under which a
    function returns before it raises); where there are none, those refused by functions that use it (a predicate).
    """
    if site.kind == "field":
        return [f"exchanged {site.text.split()[0]}"]
    first, last = site.lines
    at = {(site.module, line) for line in range(first, last + 1)}
    users = _users(site.function.rpartition(".")[2])
    if site.kind == "bound":
        users = users_of_bound(site)
    elif site.kind == "model":
        users = frozenset({("engine/json_files.py", "load_model")})
    refused = {name: one for name, one in known.items() if one.outcome.verdict == "refused"}
    tiers = (
        [name for name, one in refused.items() if one.outcome.trail & at],
        [name for name, one in refused.items() if (site.module, site.function) in one.functions],
        [name for name, one in refused.items() if one.functions & users],
    )
    return next((tier for tier in tiers if tier), [])


def functions_of(outcome: Outcome) -> frozenset[tuple[str, str]]:
    return frozenset(found for place in outcome.trail if (found := function_at(place)))
