"""The first thing `make` does: a missing or an old tool is named, with what to do about it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of programs that is all of PATH: good ones, which a test replaces or removes."""
    for name in ("sh", "cut"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    program(tmp_path, "python3", "exit 0")
    program(tmp_path, "cargo", "echo cargo 1.95.0")
    program(tmp_path, "cc", "exit 0")
    return tmp_path


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def check(repository: Path, machine: Path) -> tuple[int, str]:
    """Exit status and message."""
    environment = {"PATH": str(machine), "PYTHON": "python3", "CARGO_MINOR": "88", "HOME": os.environ.get("HOME", "/")}
    script = str(repository / ".ci" / "tools.sh")
    done = subprocess.run([str(machine / "sh"), script], env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stderr


def test_good_machine_passes_silently(repository: Path, machine: Path) -> None:
    assert check(repository, machine) == (0, "")


@pytest.mark.parametrize(("missing", "remedy"), [("python3", "Python 3.11"), ("cargo", "rustup"), ("cc", "gcc")])
def test_missing_tool_rejected(repository: Path, machine: Path, missing: str, remedy: str) -> None:
    (machine / missing).unlink()
    status, message = check(repository, machine)
    assert status == 1
    assert message.startswith("plimsoll: ")
    assert remedy in message


def test_old_python_rejected(repository: Path, machine: Path) -> None:
    program(machine, "python3", 'case "$2" in *exit*) exit 1;; *) echo 3.9;; esac')
    status, message = check(repository, machine)
    assert status == 1
    assert "Python 3.11 or newer is needed, python3 is 3.9" in message


@pytest.mark.parametrize(("version", "said"), [("cargo 1.70.0", "cargo is 1.70.0"), ("", "cargo does not run")])
def test_old_or_broken_cargo_rejected(repository: Path, machine: Path, version: str, said: str) -> None:
    program(machine, "cargo", f"echo {version}")
    status, message = check(repository, machine)
    assert status == 1
    assert said in message
