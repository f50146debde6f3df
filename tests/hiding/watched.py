"""Runs `plimsoll` in a process of its own and writes down what anybody else on the machine could see of it.

    python watched.py REPORT SCENARIO ARGUMENT...

REPORT becomes JSON: exit code, every file opened for writing, renamed, linked or removed (Python's audit events, in
order), what reached the root logger at DEBUG, the command line and the environment, and the process's core limits.
SCENARIO is one of `SCENARIOS`.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any, NoReturn

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
EVENTS = {"os.rename", "os.link", "os.remove", "os.chmod", "os.mkdir", "os.truncate"}
seen: list[list[str]] = []
FAKE_PROOF = b"not a proof: this run is about files"


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = arguments
        if isinstance(flags, int) and flags & WRITING and "__pycache__" not in str(path):
            seen.append(["open", str(path)])
    elif event in EVENTS:
        seen.append([event, *(str(one) for one in arguments if isinstance(one, str | os.PathLike | int))])
    elif event in ("socket.connect", "socket.bind", "subprocess.Popen", "os.exec", "os.fork", "syslog.syslog"):
        seen.append([event])


def _fast() -> None:
    """Everything but the proof itself."""
    import plimsoll.cli.prove as command

    command.prove_book = lambda *_a, progress, **_k: (progress("proof"), FAKE_PROOF)[1]


def _killed_while_writing() -> None:
    """SIGKILL in the middle of writing the opening file."""
    _fast()
    real = os.fsync

    def fsync(handle: int) -> None:
        real(handle)
        os.kill(os.getpid(), signal.SIGKILL)

    os.fsync = fsync


def _disk_full() -> None:
    """No file may grow beyond 512 bytes."""
    _fast()
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (512, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def _interrupted() -> None:
    """Ctrl-C while the proof is made."""
    import plimsoll.cli.prove as command

    signal.signal(signal.SIGINT, signal.default_int_handler)

    def stopped(*_a: object, **_k: object) -> bytes:
        os.kill(os.getpid(), signal.SIGINT)
        signal.pause()
        return b""

    command.prove_book = stopped


def _altered_tape(change: Any) -> None:
    """The tape is not what the witness program expects, though all checks before it passed."""
    import array

    from plimsoll.prover import job

    real = job.encode_tape

    def altered(*arguments: Any) -> bytes:
        words = array.array("Q", real(*arguments))
        change(words)
        return words.tobytes()

    job.encode_tape = altered


def _unforeseen() -> None:
    """An error that nobody foresaw, with the book in its text and in its context."""
    import plimsoll.cli.prove as command

    def broken(book: Any, *_a: object, **_k: object) -> bytes:
        try:
            raise KeyError(str(book.accounts))
        except KeyError as error:
            raise RuntimeError(f"cannot prove {book.accounts}: {book.quantities.tolist()}") from error

    command.prove_book = broken


SCENARIOS = {
    "plain": lambda: None,
    "fast": _fast,
    "killed": _killed_while_writing,
    "disk full": _disk_full,
    "interrupted": _interrupted,
    "tape too long": lambda: _altered_tape(lambda words: words.append(73519482)),
    "tape too short": lambda: _altered_tape(lambda words: words.pop()),
    "limb altered": lambda: _altered_tape(lambda words: words.__setitem__(-2, words[-2] + 4096 + 73519482)),
    "record altered": lambda: _altered_tape(lambda words: words.__setitem__(-6, 73519482)),
    "unforeseen": _unforeseen,
}


def perform(report: str, scenario: str, arguments: list[str]) -> NoReturn:
    """Runs the command, writes the report, and ends the process."""
    log = io.StringIO()
    logging.basicConfig(stream=log, level=logging.DEBUG, force=True)
    from plimsoll.cli import main as cli

    SCENARIOS[scenario]()
    sys.addaudithook(_hook)
    chains: list[str] = []
    show = cli._unexpected  # what an error tracker would see: the whole chain, without locals

    def unexpected(error: Exception, debug: bool) -> int:
        chains.append("".join(traceback.format_exception(error)))
        return show(error, debug)

    cli._unexpected = unexpected
    code = cli.run(arguments)
    files = list(seen)
    import resource

    dumpable = None
    with contextlib.suppress(OSError, AttributeError):
        import ctypes

        dumpable = ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)
    result = {
        "code": code,
        "files": files,
        "log": log.getvalue(),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "dumpable": dumpable,
        "title": Path("/proc/self/cmdline").read_bytes().decode() if Path("/proc/self/cmdline").exists() else "",
        "environment": dict(os.environ),
        "unforeseen": chains,
    }
    sys.stdout.flush()
    sys.stderr.flush()
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    Path(report).write_text(json.dumps(result))
    os._exit(code)


if __name__ == "__main__":
    perform(sys.argv[1], sys.argv[2], sys.argv[3:])
