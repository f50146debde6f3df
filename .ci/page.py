"""Builds the customers' page: fetches what it embeds, once, and writes dist/plimsoll-customer.html.

    python .ci/page.py

Needs npm (for Pyodide, as its authors publish it) and pip. Nothing that is fetched is run; every file must have the
SHA-256 of cli/page/pins.json, and the wheels that of requirements/dev.lock as well.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from locked import ROOT

from plimsoll.cli.page.build import PageError, main, pins, read_parts

PARTS = ROOT / "build" / "page"
OUT = ROOT / "dist" / "plimsoll-customer.html"
LOCK = ROOT / "requirements" / "dev.lock"
TARGET = ("--python-version", "3.14", "--implementation", "cp", "--abi", "cp314")
"""Of the pinned Pyodide; with its platform, which carries the pinned binary interface in its name."""


def fetch() -> None:
    """Fills PARTS. Raises `PageError` where npm or pip cannot be had or gives nothing."""
    PARTS.mkdir(parents=True, exist_ok=True)
    pinned = pins()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = f"pyodide@{pinned['pyodide']['version']}"
        _run("npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), package)
        [archive] = folder.glob("*.tgz")
        with tarfile.open(archive) as tar:
            for file in pinned["pyodide"]["files"]:
                member = tar.extractfile(f"package/{file}")
                assert member is not None
                (PARTS / file).write_bytes(member.read())
        wanted = folder / "wheels.txt"
        wanted.write_text("".join(_locked(wheel) for wheel in pinned["wheels"]), encoding="utf-8")
        platform = f"pyemscripten_{pinned['pyodide']['abi']}_wasm32"
        pip = (sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check")
        exact = ("--no-deps", "--only-binary", ":all:", "--require-hashes", "--platform", platform, *TARGET)
        _run(*pip, *exact, "--dest", str(PARTS), "-r", str(wanted))


def _locked(wheel: str) -> str:
    """A wheel's entry in the lock: its name, version and hashes."""
    name, version = wheel.split("-")[:2]
    pattern = rf"^{name.replace('_', '-')}=={re.escape(version)}[^\n]*\\\n(?:    --hash=\S+(?: \\)?\n)+"
    entry = re.search(pattern, LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    if entry is None:
        raise PageError(f"{wheel}: not in {LOCK.name}; after raising a package, raise it in cli/page/pins.json, too")
    # what the lock says of interpreters is about the machine, not about the page
    return re.sub(r"==(\S+) ;[^\\]*", r"==\1 ", entry[0])


def _run(*command: str) -> None:
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise PageError(f"{' '.join(command[:3])}: {error}; npm, pip and the package registries are needed") from error


if __name__ == "__main__":
    try:
        try:
            read_parts(PARTS)
        except PageError:
            fetch()
        sys.exit(main([str(PARTS), str(OUT)]))
    except PageError as error:
        sys.exit(f"plimsoll: {error}")
