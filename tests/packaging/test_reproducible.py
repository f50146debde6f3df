"""The same sources give the same wheel, byte for byte, wherever and whenever it is built.

setuptools copies the files' modes: whoever compares builds under umask 022, as `make wheel` does.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from test_wheel import room_files

RELEASED = "1767225600"
"""Any moment: a release takes its commit's."""


def build(repository: Path, folder: Path, hash_seed: str) -> bytes:
    """The wheel of the tracked files, copied to `folder`."""
    names = ["pyproject.toml", "README.md", "LICENSE", *room_files(repository)]
    previous = os.umask(0o022)
    try:
        for name in names:
            target = folder / "source" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(repository / name, target)
        command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
        subprocess.run(
            [*command, "--wheel-dir", str(folder / "out"), str(folder / "source")],
            check=True,
            env={**os.environ, "SOURCE_DATE_EPOCH": RELEASED, "PYTHONHASHSEED": hash_seed},
        )
    finally:
        os.umask(previous)
    (wheel,) = (folder / "out").glob("plimsoll-*.whl")
    return wheel.read_bytes()


def test_wheel_is_reproducible(repository: Path, tmp_path: Path) -> None:
    first = build(repository, tmp_path / "here", "1")
    second = build(repository, tmp_path / "another" / "place", "2")
    assert hashlib.sha256(first).hexdigest() == hashlib.sha256(second).hexdigest()
