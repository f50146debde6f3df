"""Small files that would have made large ones, or filled the memory: refused before anything is copied."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from plimsoll.engine.json_files import MAX_BYTES, read_bytes
from plimsoll.engine.problems import InputError
from plimsoll.verifier import vector_files
from plimsoll.verifier.statement import MAX_FILE_BYTES
from plimsoll.verifier.vector_files import read_suite
from plimsoll.verifier.vectors import VectorError

MEBIBYTE = 1 << 20


@contextmanager
def allocating_less_than(limit: int) -> Iterator[None]:
    """Fails if more bytes than this are held at a time; what the process held before does not count."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


@pytest.fixture
def suite(repository: Path, tmp_path: Path) -> Any:
    """Writes a suite with one base of so many zeros, and one vector with these edits."""
    source = repository / "tests" / "vectors" / "book-v1"
    head = json.loads((source / "suite.json").read_text())
    vector = json.loads((source / "honest.json").read_text())
    for name in ("snapshot.json", "parameters.json"):
        shutil.copy(source / name, tmp_path / name)

    def write(edits: list[dict[str, Any]], size: int = MEBIBYTE, stated: int | None = None) -> Path:
        data = bytes(size)
        (tmp_path / "zeros.zlib").write_bytes(zlib.compress(data))
        base = next(iter(head["bases"].values())) | {"market": "snapshot.json", "parameters": "parameters.json"}
        base |= {"file": "zeros.zlib", "bytes": stated or size, "sha256": hashlib.sha256(data).hexdigest()}
        (tmp_path / "suite.json").write_text(json.dumps(head | {"bases": {"zeros": base}}))
        changed = vector | {"name": "bomb", "base": "zeros", "edits": edits}
        (tmp_path / "bomb.json").write_text(json.dumps(changed))
        return tmp_path

    return write


def take(size: int) -> dict[str, Any]:
    return {"part": "all", "start": 0, "stop": 0, "take": {"base": "zeros", "start": 0, "stop": size}}


def test_many_takes_of_the_same_bytes_rejected(suite: Any) -> None:
    folder = suite([take(MEBIBYTE)] * 8_000)
    with allocating_less_than(256 * MEBIBYTE), pytest.raises(VectorError, match="edits that make at most"):
        read_suite(folder)
    assert len(read_suite(suite([take(MEBIBYTE)] * 63)).vectors) == 1


@pytest.mark.parametrize(
    "edit",
    [
        take(0),
        {"part": "nothing", "start": 3, "stop": 3, "put": ""},
        {"part": "backwards", "start": 3, "stop": 9, "take": {"base": "zeros", "start": 8, "stop": 2}},
    ],
)
def test_edits_that_change_nothing_rejected(suite: Any, edit: dict[str, Any]) -> None:
    with pytest.raises(VectorError, match="changes something"):
        read_suite(suite([edit]))


def test_compressed_bombs_rejected(suite: Any) -> None:
    folder = suite([], 256 * MEBIBYTE, stated=5)
    with allocating_less_than(96 * MEBIBYTE), pytest.raises(VectorError, match="expected 5 bytes of digest"):
        read_suite(folder)
    with pytest.raises(VectorError, match="a base of at most"):
        read_suite(suite([], stated=MAX_FILE_BYTES + 1))


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [
        ("MAX_MADE", 2 * MEBIBYTE - 1, "proofs of at most"),
        ("MAX_READ", 10, "vectors of at most"),
        ("MAX_VECTORS", 0, "expected 1 to 0 vectors"),
    ],
)
def test_number_and_sizes_of_vectors_are_bounded(
    suite: Any, limit: str, value: int, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = suite([take(MEBIBYTE)])
    assert len(read_suite(folder).vectors) == 1
    monkeypatch.setattr(vector_files, limit, value)
    with pytest.raises(VectorError, match=message):
        read_suite(folder)


def most_memory(script: str) -> tuple[list[str], int]:
    """What a script prints in a process of its own, and the most memory it held, in bytes.

    The kernel's mark of the process's own memory: what getrusage says of a child begins with its parent's.
    """
    after = """
with open("/proc/self/status") as status:
    print(next(line for line in status if line.startswith("VmHWM")).split()[1])
"""
    done = run([sys.executable, "-c", script + after], capture_output=True, text=True, check=True, timeout=120)
    *said, most = done.stdout.splitlines()
    return said, int(most) * 1024


def test_sparse_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "snapshot.json"
    with path.open("wb") as file:
        file.truncate(3 << 30)
    script = f"""
from pathlib import Path
from plimsoll.engine.ingest.findings import Findings
from plimsoll.engine.ingest.market_files import read_market_file
from plimsoll.engine.snapshot import MarketSnapshot
findings = Findings()
assert read_market_file(MarketSnapshot, Path({str(path)!r}), findings) is None
print([one.message for one in findings])
"""
    said, most = most_memory(script)
    assert said == [f"['larger than {MAX_BYTES} bytes']"]
    assert most < 256 * MEBIBYTE


def test_pipes_and_devices_rejected(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(InputError, match="no regular file"):
            read_bytes(path)


@pytest.mark.parametrize("text", ["'\"\"' * (MAX_BYTES // 2)", "'\"' + 'x' * (MAX_BYTES - 9) + '\\U0001f600\"'"])
def test_strings_stay_below_a_gibibyte(text: str) -> None:
    script = f"""
from plimsoll.engine.json_files import MAX_BYTES, parse_json
from plimsoll.engine.problems import InputError
try:
    parse_json(({text}).encode(), "file.json")
except InputError as error:
    print(error)
"""
    said, most = most_memory(script)
    assert ("holds more than" in "".join(said)) == text.startswith("'\"\"'")
    assert most < 400 * MEBIBYTE
