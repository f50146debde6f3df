"""`plimsoll check` with scenarios, failing accounts and an insurance fund."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-01-31T12:00:00Z")
CRASH = [{"name": "crash", "default": "-0.5"}, {"name": "rise", "default": "0.3"}]


def scenario_file(folder: Path, scenarios: list[dict[str, Any]]) -> Path:
    path = folder / "scenarios.json"
    path.write_text(json.dumps({"version": 1, "name": "L", "revision": 7, "scenarios": scenarios}))
    return path


def test_scenarios_show_deficits(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    file = scenario_file(tmp_path, CRASH)
    outcome = plimsoll("check", book, *AT, "--scenarios", file)
    assert outcome.code == 0
    for text in ("Shortfalls", "crash", "rise", "Liabilities", "Schedule of"):
        assert text in outcome.out
    data = plimsoll("check", book, *AT, "--scenarios", file, "--json").json()["figures"]
    assert data["margin_gap"] == {"amount": "0", "accounts": 0}
    deficits = {one["at"]: one for one in data["deficits"]}
    assert list(deficits) == ["at the snapshot", "crash", "rise"]
    # bob paid 29,850 for half a contract that is now worth 15,002.625, and has 12,000 besides
    assert deficits["crash"]["accounts"] == 1
    assert deficits["crash"]["amount"] == "2847.375"
    assert deficits["at the snapshot"]["accounts"] == 0
    assert data["scenarios"]["revision"] == 7
    owed = {one["currency"]: one["quantity"] for one in data["liabilities"]}
    assert owed == {"BTC": "2.75", "ETH": "40", "USDT": "58490.5"}
    assert data["unbalanced"] == []


def test_fund_decides(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    file = scenario_file(tmp_path, CRASH)
    figures = plimsoll("check", book, *AT, "--scenarios", file, "--json").json()["figures"]
    need = next(one["amount"] for one in figures["deficits"] if one["at"] == "crash")
    enough = plimsoll("check", book, *AT, "--scenarios", file, "--insurance-fund", need)
    assert enough.code == 0
    assert "covers every deficit, each by itself" in enough.out
    less = str(Decimal(need) - Decimal("0.01"))
    short = plimsoll("check", book, *AT, "--scenarios", file, "--insurance-fund", less)
    assert short.code == 1
    assert "more than the fund" in short.out
    data = plimsoll("check", book, *AT, "--scenarios", file, "--insurance-fund", less, "--json").json()
    assert data["exit_code"] == 1
    assert not data["figures"]["within_fund"]
    assert [one["covered"] for one in data["figures"]["deficits"]] == [True, False, True]


def test_allowed_failing_accounts(plimsoll: Any, failing_book: Path) -> None:
    assert plimsoll("check", failing_book, *AT).code == 1
    outcome = plimsoll("check", failing_book, *AT, "--allow-failing")
    assert outcome.code == 0
    assert "1 account is below maintenance margin" in outcome.out
    data = plimsoll("check", failing_book, *AT, "--allow-failing", "--json").json()
    assert data["figures"]["margin_gap"] == {"amount": data["shortfall"], "accounts": 1}
    assert data["figures"]["deficits"][0]["amount"] == data["deficit"]
    assert plimsoll("check", failing_book, *AT, "--allow-failing", "--insurance-fund", "0").code == 1


def test_without_the_options_nothing_changes(plimsoll: Any, book: Path) -> None:
    assert "figures" not in plimsoll("check", book, *AT, "--json").json()
    assert "Shortfalls" not in plimsoll("check", book, *AT).out


def test_contract_without_a_counterparty_is_named(plimsoll: Any, book: Path) -> None:
    rows = (book / "holdings.csv").read_text()
    (book / "holdings.csv").write_text(rows.replace("frank,BTC-PERP,-0.2\n", "frank,BTC-PERP,-0.1\n"))
    outcome = plimsoll("check", book, *AT, "--allow-failing")
    assert "BTC-PERP: longs 0.7, shorts 0.6, difference 0.1" in outcome.err
    data = plimsoll("check", book, *AT, "--allow-failing", "--json").json()["figures"]
    assert data["unbalanced"] == [{"instrument": "BTC-PERP", "long": "0.7", "short": "0.6"}]


def test_currency_with_two_lots_is_named(plimsoll: Any, book: Path) -> None:
    text = (book / "parameters.json").read_text()
    head, tail = text.rsplit('"lot": "0.000001"', 1)
    (book / "parameters.json").write_text(f'{head}"lot": "0.01"{tail}')
    outcome = plimsoll("check", book, *AT, "--allow-failing")
    assert outcome.code == 0
    assert "give both one lot" in outcome.err
    assert "Liabilities" not in outcome.out


@pytest.mark.parametrize("amount", ["-1", "1e5", "abc"])
def test_wrong_fund_rejected(plimsoll: Any, book: Path, amount: str) -> None:
    outcome = plimsoll("check", book, *AT, f"--insurance-fund={amount}")
    assert outcome.code == 2
    assert "--insurance-fund" in outcome.err


@pytest.mark.parametrize(
    ("scenarios", "message"),
    [
        ([{"name": "S", "default": "0", "moves": {"XRP": "0"}}], "scenario S: moves.XRP: unknown instrument"),
        ([{"name": "S", "default": "-2"}], "a move outside -1 to 100"),
    ],
)
def test_scenarios_that_do_not_fit_rejected(
    plimsoll: Any, book: Path, tmp_path: Path, scenarios: list[dict[str, Any]], message: str
) -> None:
    outcome = plimsoll("check", book, *AT, "--scenarios", scenario_file(tmp_path, scenarios))
    assert outcome.code == 3
    assert message in outcome.err
