"""How runs end: stopped, broken, without a needed package; and what the terminal shows."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli import main as module
from plimsoll.cli.amounts import amount, missing, quantity, ratio
from plimsoll.cli.main import COMMANDS

AT = ("--at", "2026-01-31T12:00:00Z")
STOP = """
import os, signal, time
import plimsoll.cli.prove as command
# a shell's background job ignores SIGINT, and so would its children: the test is of a person's Ctrl-C
signal.signal(signal.SIGINT, signal.default_int_handler)
def stopped(*arguments, **options):
    os.kill(os.getpid(), signal.{signal})
    time.sleep(60)
command.prove_book = stopped
"""


def test_help_names_every_command(plimsoll: Any) -> None:
    outcome = plimsoll("--help")
    assert outcome.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in outcome.out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_each_command(plimsoll: Any, name: str) -> None:
    outcome = plimsoll(name, "--help")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: plimsoll {name}")


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("check",), ("--nonsense",)])
def test_wrong_usage_rejected(plimsoll: Any, arguments: tuple[str, ...]) -> None:
    assert plimsoll(*arguments).code == 2


@pytest.mark.parametrize(("signal", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_stopped_run_leaves_nothing_and_says_one_line(process: Any, book: Path, signal: str, code: int) -> None:
    before = sorted(book.parent.rglob("*"))
    outcome = process("prove", book, *AT, "--out", book.parent / "book.proof", script=STOP.replace("{signal}", signal))
    assert outcome.code == code
    lines = [line for line in outcome.err.splitlines() if line and "note" not in line and line != "holdings.csv"]
    assert len(lines) == 1
    assert lines[0].startswith("stopped")
    assert sorted(book.parent.rglob("*")) == before


def test_failed_writing_leaves_nothing(process: Any, book: Path) -> None:
    """The disk is full when the proof is written: no proof, no temporary file; the opening is whole."""
    script = """
import os, plimsoll.engine.atomic as atomic
kept, count = os.fsync, [0]
def full(handle):
    count[0] += 1
    if count[0] > 1:
        raise OSError(28, "No space left on device")
    kept(handle)
atomic.os.fsync = full
"""
    outcome = process("prove", book, *AT, "--out", book / "book.proof", script=script)
    assert outcome.code == 3
    assert "No space left on device" in outcome.err
    names = {path.name for path in book.iterdir()}
    assert names == {
        "accounts.csv",
        "holdings.csv",
        "snapshot.json",
        "parameters.json",
        "README.md",
        "opening-1.json",
    }


def test_unexpected_error_is_one_line(plimsoll: Any, book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object, **options: object) -> None:
        raise RuntimeError("alice owes\n12345")

    monkeypatch.setattr("plimsoll.cli.check.preflight", broken)
    outcome = plimsoll("check", book)
    assert outcome.code == 70
    assert outcome.err.count("\n") == 1
    assert re.search(r"RuntimeError in test_main\.py:[0-9]+\)", outcome.err)
    # what it says may be about an account: shown with --debug only
    assert "alice" not in outcome.err and "12345" not in outcome.err
    assert "--debug" in outcome.err
    outcome = plimsoll("check", book, "--debug")
    assert outcome.code == 70
    assert "Traceback" in outcome.err


@pytest.mark.parametrize("package", ["numpy", "plimsoll_core"])
def test_missing_package_is_no_defect(process: Any, book: Path, package: str) -> None:
    outcome = process(
        "prove", book, *AT, "--out", book / "book.proof", script=f"import sys; sys.modules[{package!r}] = None"
    )
    assert outcome.code == 3
    assert "Traceback" not in outcome.err
    assert "run `make setup` in Plimsoll's repository" in outcome.err


def test_verification_needs_no_numpy(process: Any, proven: Path) -> None:
    script = (
        "import sys; sys.modules.update({name: None for name in ('numpy', 'pyarrow', 'plimsoll_core', 'starkware')})"
    )
    files = ("--market", proven / "snapshot.json", "--parameters", proven / "parameters.json")
    for command in (("verify", *files, *AT), ("inspect", *files)):
        outcome = process(command[0], proven / "book.proof", *command[1:], script=script)
        assert outcome.code == 0, outcome.err


def test_closed_pipe_is_quiet(book: Path) -> None:
    code = "from plimsoll.cli.main import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", code, "check", str(book), *AT, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as started:
        assert started.stdout is not None
        assert started.stderr is not None
        started.stdout.close()
        assert b"Traceback" not in started.stderr.read()


@pytest.mark.parametrize("width", [30, 60, 80, 200])
def test_narrow_and_wide_terminals_without_colour(process: Any, book: Path, width: int) -> None:
    outcome = process("check", book, *AT, NO_COLOR="1", COLUMNS=str(width), TERM="xterm-256color", FORCE_COLOR="")
    assert outcome.code == 0
    assert "\x1b" not in outcome.out + outcome.err
    assert max(map(len, outcome.out.splitlines())) <= width
    names = ("Accounts by status", "maintenance", "frank", "BTC-20300329") if width >= 60 else ()
    for name in names:
        assert name in outcome.out


def on_terminal(book: Path, *arguments: str, **environment: str) -> str:
    """What a command writes on stderr if that is a terminal."""
    master, slave = pty.openpty()
    code = "from plimsoll.cli.main import main; main()"
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "CI")}
    with subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=slave,
        env={**kept, "TERM": "xterm-256color", "COLUMNS": "100", **environment},
    ) as started:
        os.close(slave)
        written = b""
        try:
            while piece := os.read(master, 4096):
                written += piece
        except OSError:
            pass
        assert started.wait() == 0
    os.close(master)
    return written.decode()


def test_progress_is_shown_on_a_terminal_only(process: Any, book: Path) -> None:
    shown = on_terminal(book, "check", str(book), *AT)
    assert "evaluating accounts" in shown or "reading holdings.csv" in shown
    assert "\x1b[" in shown
    quiet = process("check", book, *AT).err
    assert "reading" not in quiet
    assert "evaluating" not in quiet


def test_no_colour_on_a_terminal(book: Path) -> None:
    shown = on_terminal(book, "check", str(book), *AT, NO_COLOR="1")
    colours = re.findall(r"\x1b\[(?:3[0-7]|9[0-7]|38;)[0-9;]*m", shown)
    assert colours == []


def test_amounts_are_rounded_against_the_account() -> None:
    cent = 10**18
    assert amount(123_456 * cent + cent - 1) == "1,234.56"
    assert amount(-1) == "-0.01"
    assert missing(1) == "0.01"
    assert missing(0) == "0.00"
    assert ratio(2 * cent, 3 * cent) == "0.6666"
    assert ratio(1, 0) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0", "0"),
        ("-0.5", "-0.5"),
        ("0.123456789", "0.12345678"),
        ("1234.56789", "1,234.5678"),
        ("-69941905.07520873", "-69,941,905.07"),
        ("1000000.001", "1,000,000"),
    ],
)
def test_quantities(text: str, shown: str) -> None:
    assert quantity(text) == shown


def test_commands_exist() -> None:
    context = module.click.Context(module.cli)
    for name in COMMANDS:
        assert module.cli.get_command(context, name) is not None
