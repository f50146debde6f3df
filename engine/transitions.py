"""Which changes a venue allows an account that is below its margin, and which of two accounts stands worse.

The rules of x10's Starknet perpetuals and of dYdX v4, on equity E (total value, net collateral) and maintenance margin
M (total risk). Ratios are compared by cross-multiplication: nothing is divided.
"""

from __future__ import annotations

from typing import NamedTuple


class Figures(NamedTuple):
    """Equity and maintenance margin of one account, in any one unit."""

    equity: int
    maintenance: int


def is_healthier(before: Figures, after: Figures) -> bool:
    """Whether a change is allowed whatever the account's state: it ends healthy, or at less risk and no worse ratio.

    Healthier: after healthy, or M positive before and after, M falls, and E/M does not fall. Source:
    starknet-perpetual, core/value_risk_calculator.cairo.
    """
    if after.equity >= after.maintenance:
        return True
    return (
        after.maintenance > 0
        and before.maintenance > after.maintenance
        and after.equity * before.maintenance >= before.equity * after.maintenance
    )


def is_fair_deleverage(before: Figures, after: Figures) -> bool:
    """Whether a deleveraged account keeps its ratio to within one unit of equity: nobody gains by being deleveraged.

    M = 0 after needs E = 0 after; else (E_a - 1)/M_a <= E_b/M_b <= E_a/M_a. The unit is the venue's, so figures must
    be rounded to it.
    """
    if after.maintenance == 0:
        return after.equity == 0
    if before.maintenance == 0:
        return False
    line = before.equity * after.maintenance
    return (after.equity - 1) * before.maintenance <= line <= after.equity * before.maintenance


def compare_risk(a: Figures, b: Figures) -> int:
    """-1, 0 or 1 as account a is less, equally or more at risk than b: by M/E, then E, then M.

    sign(E_b M_a - E_a M_b); on a tie, sign(E_b - E_a) where both M are 0, else sign(M_a - M_b). Source:
    dydxprotocol/v4-chain, protocol/lib/margin/risk.go.
    """
    difference = b.equity * a.maintenance - a.equity * b.maintenance
    if difference == 0:
        free = a.maintenance == 0 and b.maintenance == 0
        difference = b.equity - a.equity if free else a.maintenance - b.maintenance
    return (difference > 0) - (difference < 0)
