"""Liabilities by currency, and contracts whose longs must be their shorts."""

from __future__ import annotations

from typing import Any

import pytest
from venues import cash, flat, parameters, perpetual

from plimsoll.engine.instruments import InstrumentTable, Side
from plimsoll.engine.liabilities import LiabilityError, check_zero_sum, imbalances, liabilities


def coin(name: str, lot: str) -> dict[str, Any]:
    return {"name": name, "kind": "spot", "currency": name, "lot": lot}


def table(cash_lot: str = "0.01") -> InstrumentTable:
    perpetuals = [perpetual("P", "0.001", flat(1)), perpetual("Q", "1", flat(1))]
    return parameters([coin("U", "0.01"), coin("C", "0.1"), *perpetuals, cash(cash_lot)]).table


TABLE = table()


def totals(**lots: tuple[int, int]) -> list[int]:
    """Longs and shorts by instrument."""
    result = [0] * (2 * len(TABLE))
    for name, (longs, shorts) in lots.items():
        result[TABLE.key(name, Side.LONG)], result[TABLE.key(name, Side.SHORT)] = longs, shorts
    return result


def test_claims_and_settlement_of_a_currency_add_and_debts_are_not_deducted() -> None:
    found = liabilities(totals(U=(250, 1_000), cash=(50, 3_000), C=(7, 7), P=(5, 5)), TABLE)
    assert [(one.currency, one.lot, one.lots) for one in found] == [("C", -1, 7), ("U", -2, 300)]
    assert [str(one) for one in found] == ["0.7 C", "3 U"]


def test_currency_with_two_lots_rejected() -> None:
    other = table("0.001")
    with pytest.raises(LiabilityError, match=r"both count in U, in lots of 0\.01 and 0\.001: give both one lot"):
        liabilities([0] * (2 * len(other)), other)


def test_contracts_that_balance() -> None:
    even = totals(P=(12, 12), Q=(0, 0), C=(5, 0), cash=(9, 1))
    assert imbalances(even, TABLE) == []
    check_zero_sum(even, TABLE)


def test_long_without_a_short_rejected_with_name_and_amount() -> None:
    found = imbalances(totals(P=(12, 11), Q=(3, 40)), TABLE)
    assert [(one.instrument, one.longs, one.shorts) for one in found] == [("P", 12, 11), ("Q", 3, 40)]
    with pytest.raises(LiabilityError) as caught:
        check_zero_sum(totals(P=(12, 11), Q=(3, 40)), TABLE)
    assert "P: longs 0.012, shorts 0.011, difference 0.001" in str(caught.value)
    assert "Q: longs 3, shorts 40, difference -37" in str(caught.value)


@pytest.mark.parametrize("function", [liabilities, imbalances, check_zero_sum])
def test_totals_of_another_table_rejected(function: Any) -> None:
    with pytest.raises(LiabilityError, match="expected two for each"):
        function([0] * 3, TABLE)
