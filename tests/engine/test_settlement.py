"""Entry notional and funding in a settlement instrument."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from venues import cash, flat, parameters, perpetual, snapshot

from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.health import account_health
from plimsoll.engine.instruments import Side
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.settlement import OpenPosition, funding_payment, holding, settlement_lots
from plimsoll.engine.tiers import HoldingError

RULES = parameters([perpetual("P", "0.001", flat(10_000)), perpetual("Q", "1", flat(0), currency="V"), cash("0.01")])
MARKET = snapshot({"P": "110"}, funding={"P": "3"})


def test_equity_is_cash_and_profit_and_funding() -> None:
    """2.5 P bought at 100, marked at 110, with funding of 3 - 1 a unit due: 50 + 25 - 5."""
    rules = parameters([perpetual("P", "0.001", flat(10_000)), cash("0.01")])
    position = OpenPosition("P", 2_500, 250 * VALUE_SCALE, VALUE_SCALE)
    lots = settlement_lots(rules.table, MARKET, "U", 50 * VALUE_SCALE, [position])
    assert lots == (50 - 250 - 5) * 100
    account = sorted([holding(rules.table, "P", 2_500), holding(rules.table, "cash", lots)])
    assert account_health(compile_schedules(MARKET, rules), account).equity == 70 * VALUE_SCALE


def test_short_receives_what_long_pays() -> None:
    short = OpenPosition("P", -2_500, -250 * VALUE_SCALE, VALUE_SCALE)
    assert settlement_lots(RULES.table, MARKET, "U", 0, [short]) == (250 + 5) * 100


def test_the_sum_is_rounded_once_and_down() -> None:
    odd = [OpenPosition("P", lots, 0, 3 * VALUE_SCALE + 1) for lots in (1, 1)]
    assert settlement_lots(RULES.table, MARKET, "U", 0, odd) == 0
    assert settlement_lots(RULES.table, MARKET, "U", -1, odd) == -1
    assert settlement_lots(RULES.table, MARKET, "U", VALUE_SCALE // 100 - 1, []) == 0


@given(st.integers(-(2**60), 2**60), st.integers(-(2**60), 2**60), st.integers(-(2**60), 2**60))
def test_funding_never_creates_money(quantity: int, before: int, after: int) -> None:
    long = funding_payment(quantity, before, after, 2**32)
    short = funding_payment(-quantity, before, after, 2**32)
    assert -1 <= long + short <= 0


def test_sides_of_a_holding() -> None:
    assert holding(RULES.table, "cash", -5) == (RULES.table.key("cash", Side.SHORT), 5)
    assert holding(RULES.table, "cash", 5) == (RULES.table.key("cash", Side.LONG), 5)


def test_other_currencies_rejected() -> None:
    with pytest.raises(HoldingError, match="no settlement instrument of the currency V"):
        settlement_lots(RULES.table, MARKET, "V", 0, [])
    for name in ("Q", "none"):
        with pytest.raises(HoldingError, match="is no instrument settled in U"):
            settlement_lots(RULES.table, MARKET, "U", 0, [OpenPosition(name, 1, 0)])
