"""From a venue's claims to the public terms of its totals proof; and what the claims must be among themselves."""

from __future__ import annotations

from typing import Final

from plimsoll.circuits.batch_tables import FIGURES
from plimsoll.circuits.shapes import ShapeError
from plimsoll.circuits.totals_tables import MAX_BOUND, MAX_COUNT, FigureTerm, InstrumentTerm, Terms
from plimsoll.engine.book_claims import BookClaims, ClaimedFigure, bounded_lots
from plimsoll.engine.decimals import parse_quantity
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.instruments import InstrumentInfo, InstrumentTable, Kind
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.verifier.errors import VerificationError, require

STEP: Final = "claims"
DERIVATIVES: Final = (Kind.PERPETUAL, Kind.FUTURE)


def terms_of(claims: BookClaims, table: InstrumentTable, scenarios: ScenarioList) -> Terms:
    """The terms that a totals proof must meet for the claims to hold.

    Each derivative's longs equal its shorts, whatever is claimed. Deficits stay within the insurance fund.

    Raises:
        VerificationError: step "claims": they do not fit the instruments or scenarios, or a deficit exceeds the fund.
    """
    require(len(claims.deficits) == 1 + len(scenarios), STEP, f"{1 + len(scenarios)} deficits", len(claims.deficits))
    for s, deficit in enumerate(claims.deficits):
        within = (
            f"a deficit within the insurance fund at {'the snapshot' if s == 0 else scenarios.scenarios[s - 1].name}"
        )
        require(deficit.amount <= claims.insurance_fund, STEP, within, "a larger one")
    if claims.totals is not None:
        others = sorted(claims.totals.keys() ^ {one.name for one in table})
        require(not others, STEP, "totals of every instrument and no other", f"{', '.join(others[:3])} in one of them")
    try:
        bounds = bounded_lots(claims, table)
        assets = {currency: i for i, currency in enumerate(bounds)}
        instruments = tuple(_instrument(one, claims, assets) for one in table)
        figures = [_figure(one) for one in claims.figures]
        # scenarios that are not listed repeat the snapshot, and nothing more is said of them
        figures += [FigureTerm(MAX_BOUND, MAX_COUNT, exact=False)] * (FIGURES - len(figures))
        return Terms(instruments, tuple(bounds.values()), tuple(figures))
    except (ShapeError, PlimsollError, ValueError) as error:
        raise VerificationError(STEP, "claims that fit the instruments", str(error)) from None


def _instrument(info: InstrumentInfo, claims: BookClaims, assets: dict[str, int]) -> InstrumentTerm:
    counts = info.kind in (Kind.SPOT, Kind.SETTLEMENT)
    asset = assets.get(info.currency) if counts else None
    shown = None
    if claims.totals is not None:
        one = claims.totals[info.name]
        shown = (parse_quantity(one.long, info.lot), parse_quantity(one.short, info.lot))
    return InstrumentTerm(info.kind in DERIVATIVES, asset, shown)


def _figure(claimed: ClaimedFigure) -> FigureTerm:
    """An exact amount comes with its number: else `exact` would have to bind one of the two alone."""
    if claimed.exact and claimed.accounts is None:
        raise ShapeError("an exact amount is claimed without the number of accounts: give both, or neither exactly")
    count = MAX_COUNT if claimed.accounts is None else claimed.accounts
    return FigureTerm(claimed.amount, count, claimed.exact)
