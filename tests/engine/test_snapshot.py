"""The market snapshot's digest, times and fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from venues import snapshot

from plimsoll.engine.fields import format_time, parse_time
from plimsoll.engine.problems import InputError
from plimsoll.engine.snapshot import MarketSnapshot

PREVIOUS = "ab" * 32


def digest(**changes: Any) -> bytes:
    fields = {"prices": {"A": "1.0", "B": "2"}, "previous": PREVIOUS, **changes}
    return snapshot(**fields).digest()


def test_spelling_and_order_make_no_difference() -> None:
    assert digest() == digest(prices={"B": "2.000", "A": "1.00"})


@pytest.mark.parametrize(
    "changes",
    [
        {"prices": {"A": "1.00000000000000000001", "B": "2"}},
        {"prices": {"A": "1", "C": "2"}},
        {"prices": {"A": "1"}},
        {"previous": None},
        {"previous": "cd" * 32},
        {"venue": "other"},
        {"time": "2026-01-01T00:00:00.000001Z"},
        {"sequence": 2},
        {"quote": "V"},
        {"funding": {"A": "0"}},
        {"funding": {"A": "-1"}},
        {"open_interest": {"A": "1"}},
    ],
)
def test_every_field_is_in_the_digest(changes: dict[str, Any]) -> None:
    assert digest(**changes) != digest()


def test_file_round_trip() -> None:
    one = snapshot({"A": "0.00001"}, funding={"A": "-0.5"}, previous=PREVIOUS, time="2026-01-31T12:00:00.5Z")
    again = MarketSnapshot.parse(one.model_dump_json().encode())
    assert again == one
    assert again.digest() == one.digest()


def test_json_schema_describes_decimal_strings() -> None:
    schema = json.dumps(MarketSnapshot.model_json_schema())
    assert '"number"' not in schema
    assert "decimal number" in schema


@pytest.mark.parametrize("text", ["1970-01-01T00:00:00Z", "2026-02-28T23:59:59.000001Z", "1969-12-31T23:59:59Z"])
def test_times_round_trip(text: str) -> None:
    assert format_time(parse_time(text)) == text


@pytest.mark.parametrize(
    "text", ["2026-01-01", "2026-01-01T00:00:00", "2026-01-01T00:00:00+01:00", "2026-02-30T00:00:00Z", 0]
)
def test_other_times_rejected(text: object) -> None:
    with pytest.raises(ValueError, match="UTC time"):
        parse_time(text)


@pytest.mark.parametrize("previous", ["", "AB" * 32, "ab" * 31, 5])
def test_other_digests_rejected(previous: object) -> None:
    with pytest.raises(InputError, match="64 lower-case hexadecimal digits"):
        snapshot({"A": "1"}, previous=previous)
