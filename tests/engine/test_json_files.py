"""What JSON leaves open is refused, and every problem is listed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from plimsoll.engine.instruments import MAX_INSTRUMENTS
from plimsoll.engine.json_files import MAX_BYTES, MAX_VALUES, parse_json
from plimsoll.engine.parameters import RiskParameters
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


def test_too_many_values_rejected() -> None:
    assert len(parse_json(b"[" + b"0," * (MAX_VALUES - 2) + b"0]", "file.json")) == MAX_VALUES - 1
    with pytest.raises(InputError, match="more than 262144 values"):
        parse_json(b"[" + b"0," * MAX_VALUES + b"0]", "file.json")


def test_commas_inside_strings_are_no_values() -> None:
    assert parse_json(b'["' + b"," * (MAX_VALUES + 1) + b'"]', "file.json") == ["," * (MAX_VALUES + 1)]


def test_too_many_instruments_rejected_as_one_problem() -> None:
    """Not as one problem for each field that is missing: a file of 4 MiB took more than 3 GiB so."""
    with pytest.raises(InputError) as caught:
        RiskParameters.parse(b'{"instruments": [' + b"{}," * MAX_INSTRUMENTS + b"{}]}")
    assert [one.place for one in caught.value.problems].count("instruments") == 1
    assert len(caught.value.problems) < 10


WORST = {
    "prices": '"prices": {' + ",".join(f'"{i:06x}":0' for i in range(MAX_VALUES - 10)) + "}",
    "instruments": '"instruments": [' + ",".join(["{}"] * MAX_INSTRUMENTS) + "]",
}


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak of a process's own memory from /proc")
@pytest.mark.parametrize("what", WORST)
def test_file_in_which_everything_is_wrong_takes_less_than_a_gibibyte(what: str) -> None:
    code = """
import sys
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.engine.snapshot import MarketSnapshot
try:
    (MarketSnapshot if sys.argv[1] == "prices" else RiskParameters).parse(sys.stdin.buffer.read())
except InputError:
    # not getrusage: what that says of a child begins with its parent's memory
    print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM:")).split()[1])
"""
    data = ("{" + WORST[what] + "}").encode()
    done = subprocess.run([sys.executable, "-c", code, what], input=data, capture_output=True, check=True)
    assert 0 < int(done.stdout) < 2**20


def test_long_field_name_is_cut_in_messages() -> None:
    with pytest.raises(InputError) as caught:
        MarketSnapshot.parse(b'{"' + b"a" * 10_000 + b'": 1, "prices": {"' + b"B" * 10_000 + b'": 1}}')
    assert max(len(one.place) for one in caught.value.problems) < 200
