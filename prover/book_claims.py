"""The claims that are true of a book, as a venue publishes them."""

from __future__ import annotations

from plimsoll.engine.book_claims import BookClaims, ClaimedFigure, ShownTotals
from plimsoll.engine.book_figures import BookFigures
from plimsoll.engine.decimals import VALUE_SCALE, format_quantity
from plimsoll.engine.instruments import InstrumentTable
from plimsoll.engine.liabilities import liabilities


def claims_of(
    figures: BookFigures,
    table: InstrumentTable,
    scenarios: int,
    *,
    fund: int,
    show_totals: bool,
    bound_liabilities: dict[str, str] | None = None,
    exact: bool = True,
    surplus: int = 0,
) -> BookClaims:
    """The claims that are true of a book.

    Args:
        figures: of the book, by the batch schedule of the snapshot and `scenarios` scenarios.
        fund: 10^-20 quote currency.
        bound_liabilities: by currency, in units; None: each currency's liabilities as they are.
        exact: publish each sum of shortfalls and its number; else only that deficits are within the fund, and of the
            margin gap the next power of ten. An exact sum over few accounts tells much of their positions.
        surplus: by which reserves exceed each bounded liability, ppm of it; no proof is about it, whoever verifies a
            publication compares it with the reserves listed.
    """
    totals = None
    if show_totals:
        totals = {
            one.name: ShownTotals(
                long=format_quantity(figures.totals[2 * i], one.lot),
                short=format_quantity(figures.totals[2 * i + 1], one.lot),
            )
            for i, one in enumerate(table)
        }
    if bound_liabilities is None:
        owed = liabilities(figures.totals, table)
        bound_liabilities = {one.currency: format_quantity(one.lots, one.lot) for one in owed}
    claimed = [
        ClaimedFigure.model_construct(amount=one.amount, accounts=one.accounts, exact=True)
        if exact or one.accounts == 0 == f
        else ClaimedFigure.model_construct(amount=fund if f else _next_power(one.amount), accounts=None, exact=False)
        for f, one in enumerate(figures.figures[: 2 + scenarios])
    ]
    return BookClaims.model_construct(
        version=1,
        totals=totals,
        liabilities=bound_liabilities,
        insurance_fund=fund,
        surplus=surplus,
        margin_gap=claimed[0],
        deficits=tuple(claimed[1:]),
    )


def _next_power(amount: int) -> int:
    """The least power of ten of whole quote currency that is not below the amount; 10^-20 of it."""
    power = VALUE_SCALE
    while power < amount:
        power *= 10
    return power
