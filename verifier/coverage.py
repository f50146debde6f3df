"""Do the listed reserves and fund cover what a book claims? Comparisons in the clear, after everything is verified.

Bounds of liabilities are proven, balances are claimed (anybody can look them up), their holders attested: a coverage is
as good as its weakest part, and is called claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.decimals import PPM, VALUE_DIGITS, format_decimal, parse_decimal
from plimsoll.engine.instruments import Kind
from plimsoll.engine.market import Market
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList, shocked
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import require
from plimsoll.verifier.reserves import VerifiedReserves

STEP: Final = "coverage"


@dataclass(frozen=True, slots=True)
class Coverage:
    """Reserves over the bound of liabilities by currency, in ppm (None: nothing is owed), and the fund's worth.

    `fund` is the worth of the addresses of the insurance fund at the snapshot's prices and at each scenario's, rounded
    down; 10^-20 quote currency. None where no address of a fund is listed: then it is only claimed.
    """

    ratios: dict[str, int | None]
    fund: tuple[int, ...] | None


def check_coverage(
    claims: BookClaims,
    scenarios: ScenarioList,
    reserves: VerifiedReserves,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
) -> Coverage:
    """Every bounded liability, with the claimed surplus on top, is covered by reserves in its own coin, and the
    insurance fund by addresses of its own: as claimed at the snapshot, and at each scenario no less than the deficit
    there, since the fund's coins fall with the others.

    Fund and reserves are disjoint: an address has one purpose and is listed once (`verify_reserves`).

    Raises:
        VerificationError: step "coverage", with the currency and by how much it is not covered.
    """
    held = _by_currency(reserves.reserves, parameters)
    ratios: dict[str, int | None] = {}
    for currency, text in claims.liabilities.items():
        owed, has = parse_decimal(text, VALUE_DIGITS), held.get(currency, 0)
        what = f"reserves of {text} {currency} and {claims.surplus} ppm more"
        require(has * PPM >= owed * (PPM + claims.surplus), STEP, what, format_decimal(has, VALUE_DIGITS))
        ratios[currency] = has * PPM // owed if owed else None
    if not reserves.insurance_fund:
        return Coverage(ratios, None)
    needed = [("the snapshot", snapshot, claims.insurance_fund)]
    for scenario, deficit in zip(scenarios.scenarios, claims.deficits[1:], strict=True):
        needed.append((f"scenario {scenario.name}", shocked(snapshot, parameters, scenario), deficit.amount))
    worths = []
    for where, market, least in needed:
        worth = fund_worth(reserves, market, parameters)
        want = f"an insurance fund on addresses worth {format_decimal(least, VALUE_DIGITS)} {snapshot.quote} at {where}"
        require(worth >= least, STEP, want, format_decimal(worth, VALUE_DIGITS))
        worths.append(worth)
    return Coverage(ratios, tuple(worths))


def fund_worth(reserves: VerifiedReserves, snapshot: MarketSnapshot, parameters: RiskParameters) -> int:
    """What the fund's coins are worth at mark prices, without a haircut, rounded down; 10^-20 quote currency."""
    market = Market(snapshot, parameters)
    held = _by_currency(reserves.insurance_fund, parameters)
    return sum(int(units * market.currency_price(currency)) for currency, units in held.items())


def _by_currency(units: Mapping[str, int], parameters: RiskParameters) -> dict[str, int]:
    """Units of coins by currency; the rules have one spot instrument of each."""
    currencies = {one.name: one.currency for one in parameters.instruments if one.info.kind is Kind.SPOT}
    held: dict[str, int] = {}
    for instrument, amount in units.items():
        held[currencies[instrument]] = held.get(currencies[instrument], 0) + amount
    return held
