"""Exit codes when nobody receives the result: never 0 or 1, for these are verdicts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-01-31T12:00:00Z")
COMMAND = [sys.executable, "-c", "from plimsoll.cli.main import main; main()"]
FULL = Path("/dev/full")
OUTPUTS = {"a table": (), "JSON": ("--json",)}


def check(book: Path, *options: str, stdout: Any = subprocess.PIPE, stderr: Any = subprocess.PIPE) -> Any:
    return subprocess.Popen([*COMMAND, "check", str(book), *AT, *options], stdout=stdout, stderr=stderr)


def ends(started: Any) -> tuple[int, bytes]:
    _, said = started.communicate(timeout=60)
    return started.returncode, said or b""


@pytest.mark.parametrize("options", OUTPUTS.values(), ids=OUTPUTS)
@pytest.mark.parametrize("verdict", ["healthy", "failing"])
def test_closed_pipe_is_no_verdict(request: pytest.FixtureRequest, options: tuple[str, ...], verdict: str) -> None:
    book = request.getfixturevalue("book" if verdict == "healthy" else "failing_book")
    with check(book, *options) as started:
        started.stdout.close()
        said = started.stderr.read()
        assert started.wait(60) == 141
        assert b"Traceback" not in said and b"Exception ignored" not in said


def test_help_into_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen([*COMMAND, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as started:
        assert started.stdout is not None and started.stderr is not None
        started.stdout.close()
        assert started.stderr.read() == b""
        assert started.wait(60) == 141


@pytest.mark.parametrize("options", OUTPUTS.values(), ids=OUTPUTS)
def test_result_on_a_full_disk_is_no_verdict(book: Path, options: tuple[str, ...]) -> None:
    with FULL.open("wb") as full:
        code, said = ends(check(book, *options, stdout=full))
    assert code == 3
    assert b"No space left on device" in said and b"Traceback" not in said and b"defect" not in said


def test_messages_on_a_full_disk_are_no_verdict(book: Path) -> None:
    with FULL.open("wb") as full:
        assert ends(check(book, stderr=full))[0] == 3


def test_closed_stdout_keeps_the_verdict(book: Path, failing_book: Path) -> None:
    """`plimsoll check BOOK >&-`: whoever asks for the exit code alone gets it."""
    assert book == failing_book
    command = ["sh", "-c", 'exec "$@" >&-', "sh", *COMMAND, "check", str(book), *AT]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert done.returncode == 1 and b"Traceback" not in done.stderr


def test_version_of_a_tree_that_is_not_installed() -> None:
    script = (
        "from importlib import metadata\n"
        "def missing(name):\n"
        "    raise metadata.PackageNotFoundError(name)\n"
        "metadata.version = missing\n"
        "from plimsoll.cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", script, "--version"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("plimsoll ") and "not installed" in done.stdout
