"""The terminal: results on stdout, everything else on stderr; sober with colour, readable without it.

Colour, width and the bar follow rich's rules (NO_COLOR, COLUMNS, TERM). Progress is shown on a terminal only.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, Any, Final, TypeVar

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from plimsoll.engine.problems import printable

OK: Final = 0
FAILED: Final = 1
"""The answer is no: an invalid proof, or accounts below maintenance margin."""
USAGE: Final = 2
UNREADABLE: Final = 3
DEFECT: Final = 70
INTERRUPTED: Final = 130
PIPE: Final = 141
"""Whoever read stdout went away: what the answer was is not known to anybody. Never 0, never 1."""
TERMINATED: Final = 143
UNWRITABLE: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
PIPE_WIDTH: Final = 200
LONGEST: Final = 1_000
"""Characters of a text that are shown: a statement's names may have 64 KB each."""
POLL_SECONDS: Final = 0.1
NEARLY: Final = 0.97
"""A bar that runs by the clock waits here for the work to end."""

Result = TypeVar("Result")


class Terminal(Console):
    """A console that tells of a closed pipe: rich would end the run with exit code 1, which is a verdict here."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def stdout() -> Console:
    """For results. Made anew each time, so that tests and pipes that replace sys.stdout are seen."""
    console = Terminal(highlight=False, emoji=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        # a pipe has no width: digests stay whole, so that they can be compared and copied
        console.width = PIPE_WIDTH
    return console


def stderr() -> Console:
    """For progress, warnings and errors."""
    return Terminal(stderr=True, highlight=False, emoji=False)


def plain(text: str) -> str:
    """A text from anybody as rich's markup for one harmless line (`engine.problems.printable`); a long one is cut in
    its middle. Every text that a file may have a part in passes here on its way to the terminal.
    """
    text = printable(text)
    if len(text) > LONGEST:
        text = f"{text[: LONGEST // 2]} ... {text[-LONGEST // 2 :]}"
    return escape(text)


def say(message: str) -> None:
    """One line on stderr."""
    stderr().print(plain(message), soft_wrap=True)


def show_error(message: str, *more: str) -> None:
    """An error on stderr; its first word in red where there is colour. `more` are lines that follow."""
    stderr().print("\n".join([f"[bold red]error:[/] {plain(message)}", *map(plain, more)]), soft_wrap=True)


def show_warning(message: str) -> None:
    """A warning on stderr."""
    stderr().print(f"[bold yellow]warning:[/] {plain(message)}", soft_wrap=True)


def write_json(value: dict[str, Any]) -> None:
    """A result for programs on stdout: one JSON object, ASCII only."""
    dump_json(value, sys.stdout)


def dump_json(value: dict[str, Any], stream: IO[str]) -> None:
    """A field a line, and an item of a list a line: readable, and quick for a list of a million findings."""
    opening = "{"
    for name, field in value.items():
        stream.write(f"{opening}\n  {json.dumps(name)}: ")
        if isinstance(field, list) and field:
            separator = "["
            for item in field:
                stream.write(f"{separator}\n    {json.dumps(item)}")
                separator = ","
            stream.write("\n  ]")
        else:
            stream.write(json.dumps(field))
        opening = ","
    stream.write("\n}\n")


def facts(title: str, rows: list[tuple[str, str]]) -> Table:
    """A table of names and values without lines."""
    table = Table(
        title=plain(title), title_justify="left", title_style="bold", box=None, show_header=False, padding=(0, 2, 0, 0)
    )
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(plain(name), plain(value))
    return table


def listing(title: str, columns: list[tuple[str, bool]], rows: list[list[str]]) -> Table:
    """A table with a header; `columns` are names, and whether they hold numbers (set to the right)."""
    table = Table(
        title=plain(title), title_justify="left", title_style="bold", box=None, header_style="dim", padding=(0, 2, 0, 0)
    )
    for name, number in columns:
        table.add_column(name, justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(plain, row))
    return table


def _progress() -> Progress:
    console = stderr()
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None, complete_style="cyan", finished_style="cyan"),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
        expand=False,
    )


@contextmanager
def counted() -> Iterator[Callable[[str, int, int], None]]:
    """A bar a stage. Yields what to call with (stage, done, total); it may be called very often."""
    with _progress() as progress:
        tasks: dict[str, Any] = {}

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for task in tasks.values():
                    progress.update(task, visible=False)
                tasks[stage] = progress.add_task(printable(stage), total=total or 1)
            progress.update(tasks[stage], completed=done if total else 1)

        yield tell


def timed(title: str, seconds: float, work: Callable[[Callable[[str], None]], Result]) -> Result:
    """Run `work` beside a bar that follows the clock towards `seconds`; work tells its stage by what it is handed.

    The work runs in a thread: a native call that holds no lock would keep Ctrl-C waiting until it ends.
    """
    stage, outcome, failure = [title], [], []

    def run() -> None:
        try:
            outcome.append(work(lambda name: stage.__setitem__(0, f"{title}: {name}")))
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, daemon=True)
    start = time.monotonic()
    with _progress() as progress:
        task = progress.add_task(printable(title), total=seconds)
        thread.start()
        while thread.is_alive():
            thread.join(POLL_SECONDS)
            done = min(time.monotonic() - start, NEARLY * seconds)
            progress.update(task, completed=done, description=printable(stage[0]))
    if failure:
        raise failure[0]
    return outcome[0]


def open_streams() -> None:
    """A run whose stdout or stderr was closed writes to nowhere; its exit code is worth having all the same."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8"))


def flush() -> int:
    """Hand on what was written, before an exit that runs no handlers. `OK`, or how the run ends instead: a result that
    nobody received is no success.
    """
    code = OK
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = PIPE
    except OSError as error:
        show_error(f"the result cannot be written: {error.strerror}; make room, or write it to another place")
        code = UNREADABLE
    if code != OK:
        drop(sys.stdout)
    with suppress(OSError):
        sys.stderr.flush()
    return code


def drop(stream: IO[str]) -> None:
    """Nobody reads this stream, or nothing can be written there: Python must not try again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
