"""Two ladders of pieces walked in one pass give what a search at each of their floors gives, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.engine import schedule
from plimsoll.engine.brackets import MAX_BRACKETS_IN_ALL, Bracket, Piece, check_bracket_count, pieces, pieces_at
from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.dominance import check_dominates
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, RefusedValueError
from plimsoll.engine.tiers import Tier

steps = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 4)), max_size=12)
prices = st.one_of(st.just(Fraction(0)), st.fractions(Fraction(1, 50), 100, max_denominator=50))


def ladder(rises: list[tuple[int, int]], *, endless: bool = True) -> list[Bracket]:
    """Brackets of these widths and rises of the rate in percent."""
    floors, rates = [0], [1]
    for width, rise in rises:
        floors.append(floors[-1] + width)
        rates.append(rates[-1] + rise)
    caps = [*map(str, floors[1:]), None if endless else str(floors[-1] + 5)]
    rows = zip(floors, caps, rates, strict=True)
    return [Bracket.model_validate({"floor": str(a), "cap": b, "rate": f"0.{rate:02}"}) for a, b, rate in rows]


def searched(parts: Sequence[Piece], notional: Fraction) -> Piece:
    """The piece at a notional, by a search from the top."""
    return next(piece for piece in reversed(parts) if piece.floor <= notional)


def searched_tiers(rules: schedule._Rules, lot: int) -> list[Tier]:
    """The tiers as they were compiled before: a search in both ladders at every quantity where either changes."""
    notional = rules.price * Fraction(10) ** lot
    starts = {0: (rules.equity[0], rules.requirement[0])}
    quantities = {*schedule._starts(rules.equity, notional), *schedule._starts(rules.requirement, notional)}
    for lo in sorted(quantities):
        starts[lo] = (searched(rules.equity, lo * notional), searched(rules.requirement, lo * notional))
    end = min(schedule._end(rules.equity, notional), schedule._end(rules.requirement, notional))
    los = [lo for lo in starts if lo <= end]
    tiers: list[Tier] = []
    unit = rules.exchange_rate * VALUE_SCALE
    for lo, following in zip(los, [*los[1:], end + 1], strict=True):
        tier = schedule._tier((5, lo, following - 1), starts[lo], notional, unit)
        if tier.hi < tier.lo:
            break
        tiers.append(tier)
        if tier.hi < following - 1:
            break
    return tiers


def searched_crossing(high: Sequence[Piece], low: Sequence[Piece]) -> Fraction | None:
    """The first floor from which initial margin falls below maintenance, by a search at every floor."""
    floors = sorted({piece.floor for piece in (*high, *low)})
    for k, floor in enumerate(floors):
        upper, lower = searched(high, floor), searched(low, floor)
        at = floors[k + 1] if k + 1 < len(floors) else None
        if at is None:
            below = upper.rate < lower.rate
        else:
            below = upper.rate * at - upper.deduction < lower.rate * at - lower.deduction
        if below:
            return floor
    return None


@given(steps, st.lists(st.fractions(0, 120, max_denominator=4)))
def test_pieces_at_ascending_notionals(rises: list[tuple[int, int]], notionals: list[Fraction]) -> None:
    parts, ascending = pieces(ladder(rises)), sorted(notionals)
    assert list(pieces_at(parts, ascending)) == [searched(parts, one) for one in ascending]


@given(steps, steps, prices, st.integers(-3, 2), st.booleans(), st.booleans())
def test_tiers(
    first: list[tuple[int, int]], second: list[tuple[int, int]], price: Fraction, lot: int, whole: bool, endless: bool
) -> None:
    equity = tuple(Piece(p.floor, p.cap, 1 - p.rate, -p.deduction) for p in pieces(ladder(first)))
    rules = schedule._Rules(equity, pieces(ladder(second, endless=endless), whole=whole), price, Fraction(3, 2))
    assert schedule._tiers(rules, 5, lot) == searched_tiers(rules, lot)


@given(steps, steps, st.booleans())
def test_dominance(high: list[tuple[int, int]], low: list[tuple[int, int]], whole: bool) -> None:
    initial, maintenance = ladder(high), ladder(low)
    crossing = searched_crossing(pieces(initial, whole=whole), pieces(maintenance, whole=whole))
    if crossing is None:
        check_dominates(initial, maintenance, whole=whole)
        return
    with pytest.raises(RefusedValueError, match=f"from notional {crossing}$"):
        check_dominates(initial, maintenance, whole=whole)


def test_brackets_in_all_are_counted_before_one_is_read() -> None:
    half = MAX_BRACKETS_IN_ALL // 2
    most = [{"maintenance": [None] * half}, {"haircut": [None] * (half - 1), "debt_premium": [None]}]
    check_bracket_count(most)
    raw = {
        "version": 1,
        "name": "N",
        "revision": 1,
        "quote": "USD",
        "close_out": "1",
        "instruments": [*most, {"initial": [None]}],
    }
    with pytest.raises(RefusedValueError, match="at most 32768 brackets in all, got 32769"):
        check_bracket_count(raw["instruments"])
    with pytest.raises(ValueError, match="1 validation error"):
        RiskParameters.model_validate(raw)


@pytest.mark.parametrize("instruments", [None, 7, {}, [None], [[]], [{"maintenance": 7, "initial": None}]])
def test_other_types_are_left_to_the_reader(instruments: object) -> None:
    check_bracket_count(instruments)
    with pytest.raises(InputError, match="instruments"):
        RiskParameters.parse(
            b'{"version":1,"name":"N","revision":1,"quote":"USD","close_out":"1","instruments":[null]}'
        )
