"""Account health: sums, statuses at their exact lines, and holdings that are refused."""

from __future__ import annotations

import pytest
from venues import cash, figures_status, flat, parameters, perpetual, snapshot

from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.health import MAX_HOLDINGS, Status, account_health
from plimsoll.engine.instruments import Side
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.tiers import HoldingError

RULES = parameters([perpetual("P", "1", flat(100_000), initial=flat(200_000)), cash()], close_out="0.5")
SCHEDULES = compile_schedules(snapshot({"P": "100"}), RULES)
LONG, SHORT = RULES.table.key("P", Side.LONG), RULES.table.key("P", Side.SHORT)
CASH, DEBT = RULES.table.key("cash", Side.LONG), RULES.table.key("cash", Side.SHORT)


def holdings(equity: int, side: int = LONG) -> list[tuple[int, int]]:
    """Ten of P (maintenance 100, initial 200, close-out 50) with this equity."""
    rest = equity - (1000 if side == LONG else -1000)
    return sorted([(side, 10), (CASH if rest >= 0 else DEBT, abs(rest))])


@pytest.mark.parametrize("side", [LONG, SHORT])
@pytest.mark.parametrize(
    ("equity", "status", "gap", "deficit"),
    [
        (200, Status.HEALTHY, 0, 0),
        (199, Status.PRE_LIQUIDATION, 0, 0),
        (100, Status.PRE_LIQUIDATION, 0, 0),
        (99, Status.PARTIAL_LIQUIDATION, 1, 0),
        (50, Status.PARTIAL_LIQUIDATION, 50, 0),
        (49, Status.FULL_LIQUIDATION, 51, 0),
        (0, Status.FULL_LIQUIDATION, 100, 0),
        (-1, Status.BANKRUPT, 101, 1),
    ],
)
def test_statuses_change_exactly_at_their_lines(side: int, equity: int, status: Status, gap: int, deficit: int) -> None:
    health = account_health(SCHEDULES, holdings(equity, side))
    assert health.status is status
    assert (health.equity, health.maintenance, health.initial, health.close_out) == tuple(
        value * VALUE_SCALE for value in (equity, 100, 200, 50)
    )
    assert (health.margin_gap, health.deficit) == (gap * VALUE_SCALE, deficit * VALUE_SCALE)
    assert health.solvent == (gap == 0)


def test_close_out_line_is_rounded_against_the_account() -> None:
    rules = parameters([perpetual("P", "1", flat(1)), cash()], close_out="0.333333")
    schedules = compile_schedules(snapshot({"P": "0.000001"}), rules)
    health = account_health(schedules, [(0, 1)])
    assert health.maintenance == 10**8
    assert health.close_out == 33_333_300
    assert figures_status(0, 0, 0) is Status.HEALTHY


def test_empty_account_is_healthy() -> None:
    health = account_health(SCHEDULES, [])
    assert (health.equity, health.status, health.solvent) == (0, Status.HEALTHY, True)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ([(LONG, 1), (LONG, 1)], "strictly ascending"),
        ([(SHORT, 1), (LONG, 1)], "strictly ascending"),
        ([(-1, 1)], "strictly ascending"),
        ([(77, 1)], "no instrument has the key 77"),
        ([(LONG, -1)], "expected 0 or more"),
        ([(LONG, 2**60)], "the last tier ends at"),
    ],
)
def test_wrong_holdings_rejected(wrong: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(HoldingError, match=message):
        account_health(SCHEDULES, wrong)


def test_more_holdings_than_allowed_rejected() -> None:
    instruments = [perpetual(f"P{k:04}", "1", flat(0)) for k in range(MAX_HOLDINGS)]
    rules = parameters([*instruments, cash()])
    schedules = compile_schedules(snapshot({f"P{k:04}": "1" for k in range(MAX_HOLDINGS)}), rules)
    account_health(schedules, [(2 * k, 1) for k in range(MAX_HOLDINGS)])
    with pytest.raises(HoldingError, match="more than 1024 holdings"):
        account_health(schedules, [(2 * k, 1) for k in range(MAX_HOLDINGS + 1)])
