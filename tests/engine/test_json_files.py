"""What JSON leaves open is refused, and every problem is listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.engine.json_files import MAX_BYTES, parse_json
from plimsoll.engine.problems import InputError
from plimsoll.engine.snapshot import MarketSnapshot


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"\xef\xbb\xbf{}", "byte-order mark"),
        ("{}".encode("utf-16"), "byte-order mark"),
        (b'{"a": "\xff"}', "not UTF-8 at byte 7"),
        (b'{"a": 1, "a": 2}', "key 'a' twice"),
        (b'{"a": 1.5}', r"JSON number 1\.5"),
        (b'{"a": 1e5}', "JSON number 1e5"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "-Infinity"),
        (b'{"a": ' + b"9" * 5000 + b"}", "5000 digits"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"a": [1, }', "line 1, column"),
        (b"{} {}", "Extra data"),
    ],
)
def test_what_json_leaves_open_rejected(data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_json(data, "file.json")


def test_too_large_file_rejected() -> None:
    with pytest.raises(InputError, match="larger than"):
        parse_json(b" " * (MAX_BYTES + 1), "file.json")


def test_brackets_inside_strings_are_no_nesting() -> None:
    assert parse_json(b'{"a": "\\"[[[[[[[[[[[[[[[[[[[[[["}', "file.json") == {"a": '"' + "[" * 22}


def test_every_problem_is_listed() -> None:
    data = b"""{"version": true, "venue": "\\u00e9", "time": "2026-13-01T00:00:00Z", "sequence": -1, "quote": "U",
        "prices": {"A": 1, "B": "1e5", "C": "-2", "D": "NaN"}, "other": 3}"""
    with pytest.raises(InputError) as caught:
        MarketSnapshot.parse(data, "market.json")
    places = [problem.place for problem in caught.value.problems]
    assert places == ["version", "venue", "time", "sequence", "prices.A", "prices.B", "prices.C", "prices.D", "other"]
    assert all(problem.file == "market.json" and problem.remedy for problem in caught.value.problems)


def test_missing_file_rejected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        MarketSnapshot.load(tmp_path / "none.json")
