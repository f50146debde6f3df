"""No input makes the verifier or the readers hang, use 1 GiB, or raise anything but Plimsoll's own errors: in short.

`make fuzz` searches long and with atheris; here seeded mutants of real inputs go through the same functions.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from itertools import islice
from pathlib import Path

import fuzz_long
import harnesses
import mutants
import pytest
from harnesses import HARNESSES, Harness, LimitExceededError, check

from plimsoll.engine.errors import PlimsollError

SMOKE = Path(__file__).parent / "smoke.py"


def test_seeded_mutants_keep_the_property() -> None:
    """In a process of its own, so that its memory is its own."""
    done = subprocess.run([sys.executable, str(SMOKE), "1"], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(done.stdout.splitlines()) == len(HARNESSES)


@pytest.mark.parametrize("name", HARNESSES)
def test_first_seed_is_accepted(name: str) -> None:
    """Else mutants would be mutants of something that is refused at the door."""
    assert check(HARNESSES[name], HARNESSES[name].seeds()[0])


@pytest.mark.parametrize("name", HARNESSES)
def test_mutants_are_the_same_every_time(name: str) -> None:
    first, second = (list(islice(mutants.mutants(HARNESSES[name], 1, 20), 20)) for _ in range(2))
    assert first == second


def harness(error: BaseException | None) -> Harness:
    """One that raises this error for every input."""

    def run(data: bytes) -> None:
        if error is not None:
            raise error

    return replace(HARNESSES["snapshot"], run=run)


def test_own_error_is_a_refusal() -> None:
    assert not check(harness(PlimsollError("refused")), b"")


@pytest.mark.parametrize(
    "error", [ValueError("x"), RecursionError(), MemoryError(), AssertionError(), PlimsollError("\ud800")]
)
def test_any_other_error_breaks_the_property(error: Exception) -> None:
    with pytest.raises(UnicodeEncodeError if isinstance(error, PlimsollError) else type(error)):
        check(harness(error), b"")


def test_slow_input_breaks_the_property(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, harnesses.MAX_SECONDS + 0.1])
    monkeypatch.setattr(time, "process_time", lambda: next(clock))
    with pytest.raises(LimitExceededError):
        check(harness(None), b"")


def test_long_form_runs_every_harness() -> None:
    assert tuple(HARNESSES) == fuzz_long.PYTHON_HARNESSES


def test_long_form_runs_every_rust_harness(repository: Path) -> None:
    manifest = tomllib.loads((repository / "prover" / "core" / "fuzz" / "Cargo.toml").read_text(encoding="utf-8"))
    assert {one["name"] for one in manifest["bin"]} == set(fuzz_long.RUST_LENGTHS)


def test_seeds_of_the_rust_harnesses_are_what_the_script_writes(repository: Path) -> None:
    folder = repository / "prover" / "core" / "fuzz"
    spec = importlib.util.spec_from_file_location("rust_seeds", folder / "seeds.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = {str(path.relative_to(folder / "seeds")) for path in (folder / "seeds").rglob("*") if path.is_file()}
    written = module.seeds()
    assert found == set(written)
    assert all((folder / "seeds" / name).read_bytes() == data for name, data in written.items())
