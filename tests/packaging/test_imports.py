"""What the verifier's imports may reach, seen in an interpreter of its own with the forbidden packages blocked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BLOCKED = (
    "numpy",
    "pyarrow",
    "starkware",
    "plimsoll_core",
    "plimsoll_dishonest",
    "plimsoll.prover",
    "plimsoll.service",
    "plimsoll.cli",
)

IMPORT_ALL = """
import importlib, pkgutil, sys

class Block:
    def __init__(self, names):
        self.names, self.asked = names, set()
    def find_spec(self, name, path=None, target=None):
        for blocked in self.names:
            if name == blocked or name.startswith(blocked + "."):
                self.asked.add(blocked)
                raise ModuleNotFoundError(f"{name} is blocked", name=name)

def import_all(room, names):
    block = Block(names)
    sys.meta_path.insert(0, block)
    package = importlib.import_module(room)
    for module in pkgutil.walk_packages(package.__path__, room + "."):
        importlib.import_module(module.name)
    return block.asked
"""


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", IMPORT_ALL + code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_verifier_imports_with_everything_else_blocked() -> None:
    """Blocked is stronger than absent: also an import behind `try` fails, as it would where the package is missing."""
    code = f"""
asked = import_all("plimsoll.verifier", {BLOCKED!r})
loaded = [name for name in sys.modules if name.split(".")[0] in {BLOCKED!r} or name.startswith("plimsoll.prover")]
assert loaded == [], loaded
print(*sorted(asked))
"""
    asked = set(run(code).split())
    assert asked <= {"numpy"}, "NumPy may be tried for; nothing else that is blocked may even be asked for"


@pytest.mark.parametrize("room", ["plimsoll.engine", "plimsoll.circuits"])
def test_lower_rooms_reach_no_prover(room: str) -> None:
    blocked = ("plimsoll_core", "plimsoll.prover", "plimsoll.service", "plimsoll.cli", "plimsoll.verifier")
    assert run(f"print(*import_all({room!r}, {blocked!r}))").split() == []


def test_block_catches_a_forbidden_import() -> None:
    """The net itself: a room that does import a blocked name is caught."""
    with pytest.raises(AssertionError, match="is blocked"):
        run('import_all("plimsoll.verifier", ("plimsoll.engine",))')


def test_cairo_lang_is_named_by_two_modules_only(repository: Path) -> None:
    """import-linter sees no import by name (`importlib.import_module`); a search of the text does."""
    naming = {
        str(path.relative_to(repository))
        for room in ("engine", "circuits", "verifier", "prover", "service", "cli")
        for path in (repository / room).rglob("*.py")
        if "starkware" in path.read_text(encoding="utf-8")
    }
    assert naming <= {"circuits/toolchain.py", "circuits/vm.py"}
