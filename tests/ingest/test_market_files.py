"""Problems of snapshot.json and parameters.json come with their JSON path; age is judged as asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from plimsoll.engine.fields import parse_time
from plimsoll.engine.ingest.market_files import DEFAULT_MAX_AGE, Freshness, format_span

if TYPE_CHECKING:
    from conftest import BookFolder

NOW = parse_time("2026-01-31T12:00:00Z")
HOUR = 3_600_000_000


@pytest.mark.parametrize(
    ("file", "change", "path"),
    [
        ("snapshot.json", lambda one: one["prices"].update(BTC="-1"), "prices.BTC"),
        ("snapshot.json", lambda one: one["prices"].update(BTC=60000), "prices.BTC"),
        ("snapshot.json", lambda one: one["prices"].update(BTC="6e4"), "prices.BTC"),
        ("snapshot.json", lambda one: one["prices"].update(BTC="NaN"), "prices.BTC"),
        ("snapshot.json", lambda one: one["prices"].pop("BTC"), "prices.BTC"),
        ("snapshot.json", lambda one: one["prices"].update(DOGE="1"), "prices.DOGE"),
        ("snapshot.json", lambda one: one.update(time="yesterday"), "time"),
        ("snapshot.json", lambda one: one.pop("quote"), "quote"),
        ("snapshot.json", lambda one: one.update(extra=1), "extra"),
        ("snapshot.json", lambda one: one.update(version=2), "version"),
        ("parameters.json", lambda one: one["instruments"][1].update(lot="0.3"), "instruments[1].lot"),
        ("parameters.json", lambda one: one["instruments"][3].update(kind="swap"), "instruments[3].kind"),
        (
            "parameters.json",
            lambda one: one["instruments"][3]["maintenance"][1].update(floor="40000"),
            "instruments[3]",
        ),
        (
            "parameters.json",
            lambda one: one["instruments"][3]["maintenance"][1].update(rate="0.001"),
            "instruments[3]",
        ),
    ],
)
def test_field_rejected(book: BookFolder, file: str, change: Callable[[Any], None], path: str) -> None:
    book.edit(file, change)
    found = [one for one in book.findings() if one.severity == "error"]
    assert [(one.file, one.column) for one in found] == [(file, path)]
    assert found[0].message
    assert found[0].remedy


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"text"', b"\xff", b"\xef\xbb\xbf{}", b'{"version": 1.0}', b'{"a": 1, "a": 2}', b"[" * 1000],
)
@pytest.mark.parametrize("file", ["snapshot.json", "parameters.json"])
def test_broken_json_rejected(book: BookFolder, file: str, content: bytes) -> None:
    book.write(file, content)
    errors = book.errors()
    assert errors
    assert {one[1] for one in errors} == {file}


def test_swapped_files_are_recognised(book: BookFolder) -> None:
    snapshot, parameters = ((book.path / name).read_bytes() for name in ("snapshot.json", "parameters.json"))
    book.write("snapshot.json", parameters)
    book.write("parameters.json", snapshot)
    assert [one[:2] for one in book.errors()] == [
        ("swapped-files", "snapshot.json"),
        ("swapped-files", "parameters.json"),
    ]


def test_lot_too_fine_for_its_price_rejected(book: BookFolder) -> None:
    book.edit("snapshot.json", lambda one: one["prices"].update(ETH="0.00000000000000000001"))
    (finding,) = (one for one in book.findings() if one.severity == "error")
    assert (finding.kind, finding.file) == ("schedule", "parameters.json")
    assert "use the lot" in finding.message


@pytest.mark.parametrize(
    ("at", "max_age", "expected"),
    [
        (NOW, None, []),
        (NOW + DEFAULT_MAX_AGE, None, []),
        (NOW + DEFAULT_MAX_AGE + 1, None, [("stale-snapshot", "warning")]),
        (NOW + HOUR, HOUR, []),
        (NOW + HOUR + 1, HOUR, [("stale-snapshot", "error")]),
        (NOW - HOUR, None, [("future-snapshot", "error")]),
        (NOW - 60_000_000, None, []),
    ],
)
def test_freshness(book: BookFolder, at: int, max_age: int | None, expected: list[tuple[str, str]]) -> None:
    found = book.findings(freshness=Freshness(at, max_age))
    assert [(one.kind, one.severity) for one in found if one.kind.endswith("snapshot")] == expected


@pytest.mark.parametrize(("span", "text"), [(HOUR, "1h"), (24 * HOUR, "1d"), (90_000_000, "90s"), (0, "0s")])
def test_format_span(span: int, text: str) -> None:
    assert format_span(span) == text
