"""Check that initial margin never lies below maintenance margin, at any notional."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from plimsoll.engine.brackets import Bracket, Piece, pieces, pieces_at
from plimsoll.engine.problems import RefusedValueError


def check_dominates(initial: Sequence[Bracket], maintenance: Sequence[Bracket], *, whole: bool) -> None:
    """Refuse initial brackets that somewhere ask for less than maintenance; empty `initial` means the same brackets.

    Both are linear between the union of their floors, and start from 0 (marginal) or are proportional (whole). So
    comparing them just below each floor, and their slopes beyond the last one, compares them everywhere.
    """
    if not initial or not maintenance:
        return
    high, low = pieces(initial, whole=whole), pieces(maintenance, whole=whole)
    if high[-1].cap != low[-1].cap:
        raise RefusedValueError(
            "initial and maintenance brackets end at different caps", "let both end at one notional"
        )
    floors = sorted({piece.floor for piece in (*high, *low)})
    parts = zip(pieces_at(high, floors), pieces_at(low, floors), strict=True)
    for k, (floor, (upper, lower)) in enumerate(zip(floors, parts, strict=True)):
        if k + 1 < len(floors):
            below = _value(upper, floors[k + 1]) < _value(lower, floors[k + 1])
        else:
            below = upper.rate < lower.rate
        if below:
            raise RefusedValueError(
                f"crossed tiers: initial margin falls below maintenance margin from notional {floor}",
                "raise the initial rate there, or lower the maintenance rate",
            )


def _value(piece: Piece, notional: Fraction) -> Fraction:
    return piece.rate * notional - piece.deduction
