"""`plimsoll check`: figures, findings, exit codes, JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-01-31T12:00:00Z")


def test_healthy_book(plimsoll: Any, book: Path) -> None:
    outcome = plimsoll("check", book, *AT)
    assert outcome.code == 0
    assert "Every account meets its maintenance margin" in outcome.out
    assert "1 account without holdings (grace)" in outcome.err
    for name in ("BTC-PERP", "USDT-SETTLEMENT", "frank", "healthy", "243,259.50 USDT"):
        assert name in outcome.out


def test_json_holds_the_same(plimsoll: Any, book: Path) -> None:
    data = plimsoll("check", book, *AT, "--json").json()
    assert data["usable"]
    assert data["exit_code"] == 0
    assert data["accounts"] == 7
    assert data["statuses"]["healthy"] == 7
    assert Decimal(data["shortfall"]) == 0
    assert data["failing"] == []
    assert Decimal(data["equity"]) == sum(Decimal(one["equity"]) for one in all_accounts(plimsoll, book))
    totals = {one["instrument"]: (one["long"], one["short"], one["net"]) for one in data["instruments"]}
    assert totals["USDT"] == ("28500.5", "50000", "-21499.5")
    assert totals["BTC-PERP"] == ("0.7", "0.7", "0")


def all_accounts(plimsoll: Any, book: Path) -> list[dict[str, str]]:
    """Each account by itself, as a book of one."""
    rows = (book / "holdings.csv").read_text().splitlines()
    result = []
    for name in ("alice", "bob", "carol", "dave", "erin", "frank"):
        alone = book.parent / name
        alone.mkdir()
        for file in ("snapshot.json", "parameters.json"):
            (alone / file).write_text((book / file).read_text())
        (alone / "accounts.csv").write_text(f"account\n{name}\n")
        own = [row for row in rows[1:] if row.startswith(name + ",")]
        (alone / "holdings.csv").write_text("\n".join([rows[0], *own]) + "\n")
        result.append(plimsoll("check", alone, *AT, "--json").json())
    return result


def test_failing_account(plimsoll: Any, failing_book: Path) -> None:
    outcome = plimsoll("check", failing_book, *AT)
    assert outcome.code == 1
    assert "1 account is below maintenance margin" in outcome.out
    data = plimsoll("check", failing_book, *AT, "--json").json()
    assert data["exit_code"] == 1
    assert [one["account"] for one in data["failing"]] == ["bob"]
    (bob,) = data["failing"]
    # -200 USDT, and 0.5 contracts at 60,010.5 bought for 29,850; margin: brackets at 0.4 % and 0.5 % less nothing
    assert bob["status"] == "pre-liquidation" or Decimal(bob["margin_gap"]) > 0
    assert Decimal(bob["margin_gap"]) == Decimal(bob["maintenance"]) - Decimal(bob["equity"])
    assert data["worst"][0]["account"] == "bob"
    assert Decimal(data["shortfall"]) == Decimal(bob["margin_gap"])


def test_book_with_errors(plimsoll: Any, book: Path) -> None:
    with (book / "holdings.csv").open("a") as file:
        file.write("grace,BTC,1e5\nnobody,BTC,1\n")
    outcome = plimsoll("check", book, *AT)
    assert outcome.code == 3
    assert outcome.out == ""
    assert "row 20, column quantity: scientific notation (got 1e5); write all digits" in outcome.err
    assert "row 21, column account" in outcome.err
    assert "2 errors" in outcome.err
    data = plimsoll("check", book, *AT, "--json").json()
    assert data["exit_code"] == 3
    assert not data["usable"]
    assert [(one["row"], one["column"], one["kind"]) for one in data["findings"] if one["severity"] == "error"] == [
        (20, "quantity", "scientific"),
        (21, "account", "unknown-account"),
    ]


def test_long_lists_are_cut_on_the_terminal_only(plimsoll: Any, book: Path) -> None:
    with (book / "holdings.csv").open("a") as file:
        file.writelines(f"grace,BTC,{i}e5\n" for i in range(500))
    outcome = plimsoll("check", book, *AT)
    assert outcome.err.count("scientific notation") == 10
    assert "and 490 more of scientific in holdings.csv" in outcome.err
    assert "500 errors" in outcome.err
    findings = plimsoll("check", book, *AT, "--json").json()["findings"]
    assert sum(one["kind"] == "scientific" for one in findings) == 500


def test_stale_snapshot_is_a_warning_and_with_max_age_an_error(plimsoll: Any, book: Path) -> None:
    late = ("--at", "2026-02-05T12:00:00Z")
    outcome = plimsoll("check", book, *late)
    assert outcome.code == 0
    assert "stale" in outcome.err
    assert plimsoll("check", book, *late, "--max-age", "7d").code == 0
    assert plimsoll("check", book, *late, "--max-age", "4d").code == 3
    outcome = plimsoll("check", book, *late, "--max-age", "any")
    assert "stale" not in outcome.err


def test_future_snapshot_rejected(plimsoll: Any, book: Path) -> None:
    outcome = plimsoll("check", book, "--at", "2026-01-30T12:00:00Z")
    assert outcome.code == 3
    assert "future" in outcome.err


def test_quantize(plimsoll: Any, book: Path) -> None:
    with (book / "holdings.csv").open("a") as file:
        file.write("grace,BTC,1.0000000019\n")
    assert plimsoll("check", book, *AT).code == 3
    outcome = plimsoll("check", book, *AT, "--quantize")
    assert outcome.code == 0
    assert "0.0000000019" in outcome.out
    assert plimsoll("check", book, *AT, "--quantize", "--json").json()["residues"] == {"BTC": "0.0000000019"}


@pytest.mark.parametrize("what", ["missing", "file"])
def test_path_that_is_no_book_rejected(plimsoll: Any, book: Path, what: str) -> None:
    path = book / "accounts.csv" if what == "file" else book / "none"
    outcome = plimsoll("check", path)
    assert outcome.code == 3
    assert outcome.err.startswith("error: ")
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("--at", "noon"), ("--max-age", "7"), ("--max-age", "-1d"), ("--max-age", "1w"), ("--nonsense",)]
)
def test_wrong_usage_rejected(plimsoll: Any, book: Path, arguments: tuple[str, ...]) -> None:
    assert plimsoll("check", book, *arguments).code == 2


def test_swapped_files_rejected(plimsoll: Any, book: Path) -> None:
    (book / "snapshot.json").rename(book / "x")
    (book / "parameters.json").rename(book / "snapshot.json")
    (book / "x").rename(book / "parameters.json")
    outcome = plimsoll("check", book)
    assert outcome.code == 3
    assert "expected a market snapshot, but this file holds risk parameters" in outcome.err


def test_json_is_plain_even_when_stdout_is_a_file(process: Any, book: Path) -> None:
    outcome = process("check", book, *AT, "--json", FORCE_COLOR="1")
    assert outcome.code == 0
    json.loads(outcome.out)


@pytest.mark.parametrize(("more", "fits"), [(16_377, True), (16_378, False)])
def test_book_beyond_one_proof_is_warned_of(plimsoll: Any, book: Path, more: int, fits: bool) -> None:
    """Seven accounts and more: at 16,385 nobody should learn it only when proving."""
    with (book / "accounts.csv").open("a") as file:
        file.writelines(f"more{k},0\n" for k in range(more))
    outcome = plimsoll("check", book, *AT, "--json")
    assert outcome.code == 0
    assert outcome.json()["fits_one_proof"] is fits
    assert ("one strict proof covers at most 16,384" in outcome.err) is not fits
