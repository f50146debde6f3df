"""Initial margin that grows with the market's open interest (dYdX v4's liquidity tiers)."""

from __future__ import annotations

from plimsoll.engine.decimals import PPM


def scaled_rate(rate: int, open_interest: int, lower: int, upper: int) -> int:
    """The initial rate in ppm at an open interest: `rate` up to `lower`, 100 % from `upper`, linear between, floored.

    `upper` = 0 switches scaling off; a rate above 100 % stays. Open interest and caps in any one unit. Source:
    dydxprotocol/v4-chain, x/perpetuals/types/liquidity_tier.go, whose rounding this is: the one rate that is rounded
    down, because the venue publishes the rounded rate.
    """
    if upper == 0 or open_interest <= lower or rate >= PPM:
        return rate
    if open_interest >= upper:
        return PPM
    return rate + (PPM - rate) * (open_interest - lower) // (upper - lower)
