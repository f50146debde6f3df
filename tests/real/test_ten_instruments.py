"""A hand-written book over ten real instruments with their real brackets: checked, proven, verified."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from proving import policy_of, prove_and_verify

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.book_health import book_health
from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.ingest.preflight import CheckedBook, preflight
from plimsoll.prover.job import FailingAccountsError, new_opening, prove_book
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.errors import VerificationError

PRICES = {
    "BTC": "97123.4",
    "ETH": "3456.78",
    "SOL": "187.25",
    "BNB": "688.4",
    "XRP": "1.4123",
    "DOGE": "0.31877",
    "ADA": "0.7641",
    "LINK": "14.983",
    "LTC": "88.61",
    "DOT": "5.377",
}
LOTS = {"BTC": "0.001", "ETH": "0.001", "SOL": "0.01", "BNB": "0.01"}
# Entry values stand in the settlement balance: what was paid for the positions, plus profit and margin money.
HOLDINGS = """account,instrument,quantity
alice,BTC,0.512
alice,USDT-CASH,-45000
bob,BTC,-12.75
bob,ETH,350.5
bob,USDT-CASH,120000.25
carol,SOL,-4000
carol,DOGE,150000
carol,LINK,-2500
carol,USDT-CASH,800000
dave,BTC,310.125
dave,ETH,-4210.001
dave,BNB,1500.01
dave,XRP,-2500000
dave,ADA,900000
dave,LTC,-3100
dave,DOT,45000
dave,USDT-CASH,-3000000
erin,BTC,-2500
erin,USDT-CASH,271000000
frank,ETH,0.001
frank,USDT-CASH,-3.3
grace,USDT-CASH,0.000001
heidi,DOGE,-9000000
heidi,XRP,3000000.5
heidi,DOT,-120000.5
heidi,USDT-CASH,740000.123456
"""


@pytest.fixture
def book(shared: Path, tmp_path: Path) -> CheckedBook:
    tiers = _tiers(shared)
    instruments: list[dict[str, Any]] = [
        {"name": "USDT-CASH", "kind": "settlement", "currency": "USDT", "lot": "0.000001"}
    ]
    for name in PRICES:
        brackets = [{"floor": a, "cap": b, "rate": r, "deduction": d} for a, b, r, d in tiers[f"{name}/USDT:USDT"]]
        one = {"name": name, "kind": "perpetual", "currency": "USDT", "underlying": name, "lot": LOTS.get(name, "0.1")}
        instruments.append({**one, "maintenance": brackets})
    head = {"version": 1, "venue": "real", "time": "2026-01-01T00:00:00Z", "sequence": 1, "quote": "USDT"}
    rules = {"version": 1, "name": "real", "revision": 1, "quote": "USDT", "close_out": "0.5"}
    rules |= {"instruments": instruments}
    (tmp_path / "snapshot.json").write_text(json.dumps({**head, "prices": PRICES}))
    (tmp_path / "parameters.json").write_text(json.dumps(rules))
    names = dict.fromkeys(line.split(",")[0] for line in HOLDINGS.splitlines()[1:])
    (tmp_path / "accounts.csv").write_text("account\n" + "".join(f"{name}\n" for name in names))
    (tmp_path / "holdings.csv").write_text(HOLDINGS)
    return preflight(tmp_path)


def _tiers(shared: Path) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = json.loads((shared / "vectors/binance_tiers.json").read_text())["tiers"]
    return found


def test_maintenance_is_the_venues_formula(book: CheckedBook, shared: Path) -> None:
    """MM = notional * rate - cum of the bracket the notional falls into, never below it and hardly above."""
    health = book_health(book.schedules, book.book)
    expected = dict.fromkeys(book.book.accounts, Fraction(0))
    notional = dict.fromkeys(book.book.accounts, Fraction(0))
    tiers = _tiers(shared)
    for line in HOLDINGS.splitlines()[1:]:
        account, name, quantity = line.split(",")
        if name in PRICES:
            n = abs(Fraction(quantity)) * Fraction(PRICES[name])
            expected[account] += max(n * Fraction(r) - Fraction(d) for _, _, r, d in tiers[f"{name}/USDT:USDT"])
            notional[account] += n
    for i, account in enumerate(book.book.accounts):
        excess = Fraction(health[i].maintenance, VALUE_SCALE) - expected[account]
        assert 0 <= excess <= notional[account] / 10**9, account
    used = {tier.lo for tier in book.schedules.maintenance.tiers}
    assert len(used) > 10


def test_book_is_proven_and_verified(book: CheckedBook) -> None:
    verified = prove_and_verify(book.book, book.snapshot, book.parameters, ShapeClass.fitting(8, 12))
    assert (verified.shape.name, verified.sequence) == ("book-2^3x2", 1)


def test_proof_for_another_price_or_bracket_rejected(book: CheckedBook) -> None:
    shape = ShapeClass.fitting(8, 12)
    proof = prove_book(
        book.book, book.snapshot, book.parameters, shape, new_opening(book.book, shape, book.snapshot, book.parameters)
    )
    other = book.snapshot.model_copy(
        update={"prices": {**book.snapshot.prices, "BTC": book.snapshot.prices["BTC"] + 1}}
    )
    with pytest.raises(VerificationError) as rejected:
        verify_book(proof, other, book.parameters, policy_of(book.snapshot))
    assert rejected.value.step == "policy"


def test_account_one_unit_below_is_refused_by_name(book: CheckedBook) -> None:
    """Erin's cash is brought to her line, where the book proves, and then one unit below, where it does not."""
    health = book_health(book.schedules, book.book)
    erin = book.book.accounts.index("erin")
    unit = VALUE_SCALE // 10**6
    spare = (health[erin].equity - health[erin].maintenance) // unit
    key = book.parameters.table.index("USDT-CASH") * 2
    at = int(book.book.offsets[erin]) + [k for k, _ in book.book.holdings(erin)].index(key)
    shape = ShapeClass.fitting(8, 12)
    book.book.quantities[at] -= spare
    prove_and_verify(book.book, book.snapshot, book.parameters, shape)
    book.book.quantities[at] -= 1
    with pytest.raises(FailingAccountsError, match="'erin' by 0.00000") as refused:
        prove_book(
            book.book,
            book.snapshot,
            book.parameters,
            shape,
            new_opening(book.book, shape, book.snapshot, book.parameters),
        )
    assert list(refused.value.gaps) == ["erin"]
