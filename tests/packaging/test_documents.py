"""What the documents tell a newcomer to do can be done."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path


def pages(repository: Path) -> list[Path]:
    built = repository / "docs" / "_build"
    return [
        *repository.glob("*.md"),
        *(path for path in (repository / "docs").rglob("*.md") if built not in path.parents),
    ]


def test_links_between_documents_resolve(repository: Path) -> None:
    broken = [
        f"{page.relative_to(repository)}: {target}"
        for page in pages(repository)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert broken == []


def test_every_make_target_that_documents_name_exists(repository: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (repository / "Makefile").read_text(), flags=re.MULTILINE))
    named = {
        name
        for page in pages(repository)
        for name in re.findall(r"(?:^|`|\$ )make ([a-z-]+)", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    }
    assert {"demo", "test"} <= named
    assert named <= targets


def test_quickstart_runs_as_written(repository: Path, tmp_path: Path) -> None:
    text = (repository / "docs" / "quickstart.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\$ \.venv/bin/(plimsoll .*)$", text, flags=re.MULTILINE)
    assert [command.split()[1] for command in commands] == ["init", "check", "prove", "verify"]
    for command in commands:
        name, *arguments = shlex.split(command)
        program = Path(sys.executable).parent / name
        done = subprocess.run([program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_ci_runs_every_check(repository: Path) -> None:
    script = repository / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.findall(r"^make .*$", script.read_text(), flags=re.MULTILINE) == [
        "make check",
        "make docs",
        "make page",
        "make test",
    ]


LINES_OFF = 0.15


def test_reading_order_has_every_module_of_the_verifier_once_and_its_lines(repository: Path) -> None:
    sections = (repository / "docs" / "reading-the-verifier.md").read_text(encoding="utf-8").split("\n## ")[1:]
    named = []
    for section in sections:
        rows = [line for line in section.splitlines() if line.startswith(("| `", "`"))]
        here = [name for row in rows for name in re.findall(r"`(verifier/\w+\.py)`", row)]
        named += here
        lines = sum(len((repository / name).read_text(encoding="utf-8").splitlines()) for name in here)
        said = re.search(r"\(about ([\d,]+) lines", section)
        assert said, section[:60]
        told = int(said[1].replace(",", ""))
        assert abs(lines - told) <= LINES_OFF * lines, f"{section.splitlines()[0]}: {lines} lines"
    modules = [f"verifier/{path.name}" for path in (repository / "verifier").glob("*.py") if path.name != "__init__.py"]
    assert sorted(named) == sorted(modules)
