"""Brackets: a rate that changes with the notional, the way venues publish margin tiers, haircuts and premiums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.engine.decimals import PPM, VALUE_DIGITS, format_decimal
from plimsoll.engine.fields import Rate, SignedValue, Value
from plimsoll.engine.problems import RefusedValueError

MAX_BRACKETS = 1000
"""In one list."""
MAX_BRACKETS_IN_ALL = 2**15
"""In all lists of all instruments. Each makes two tiers of a schedule at most, one a side, so that a verifier compiles
a schedule of less than 2^17 tiers before it can say no. A venue of 700 instruments with two lists of twelve brackets
each has half of it."""
BRACKET_FIELDS = ("maintenance", "initial", "haircut", "debt_premium")


class Bracket(BaseModel):
    """One bracket: `rate` holds for notionals from `floor` up to, not including, `cap`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    floor: Value
    cap: Value | None = Field(description="null in the last bracket: no upper end")
    rate: Rate
    deduction: SignedValue | None = Field(
        default=None,
        description="cumulative deduction d_k = d_(k-1) + floor_k (rate_k - rate_(k-1)); checked if given",
    )


@dataclass(frozen=True, slots=True)
class Piece:
    """`rate * notional - deduction` for notionals in [floor, cap), as exact rationals in the bracket's currency."""

    floor: Fraction
    cap: Fraction | None
    rate: Fraction
    deduction: Fraction


def pieces(brackets: Sequence[Bracket], *, whole: bool = False) -> tuple[Piece, ...]:
    """Brackets as linear pieces, in units of one currency.

    Marginal (the default): each rate applies to the part of the notional inside its bracket, so the pieces join
    continuously. `whole`: the rate of the bracket that the notional falls into applies to all of it.
    """
    result: list[Piece] = []
    deduction, before = Fraction(0), Fraction(0)
    for bracket in brackets:
        floor, rate = Fraction(bracket.floor, 10**VALUE_DIGITS), Fraction(bracket.rate, PPM)
        cap = None if bracket.cap is None else Fraction(bracket.cap, 10**VALUE_DIGITS)
        if not whole:
            deduction += floor * (rate - before)
        before = rate
        result.append(Piece(floor, cap, rate, deduction))
    return tuple(result)


def pieces_at(parts: Sequence[Piece], notionals: Iterable[Fraction]) -> Iterator[Piece]:
    """The piece that holds at each of some notionals, which ascend from 0: one pass over both, however many there are.

    At a floor it is the piece that starts there.
    """
    k = 0
    for notional in notionals:
        while k + 1 < len(parts) and parts[k + 1].floor <= notional:
            k += 1
        yield parts[k]


def check_bracket_count(instruments: Any) -> None:
    """Refuse too many brackets in all, before any is read. `instruments` is what JSON gave; other types pass."""
    found = [one for one in instruments if isinstance(one, dict)] if isinstance(instruments, list) else []
    lists = [one[field] for one in found for field in BRACKET_FIELDS if isinstance(one.get(field), list)]
    count = sum(map(len, lists))
    if count > MAX_BRACKETS_IN_ALL:
        raise RefusedValueError(
            f"expected at most {MAX_BRACKETS_IN_ALL} brackets in all, got {count}", "join neighbouring brackets"
        )


def check_brackets(brackets: Sequence[Bracket], *, whole: bool = False, max_rate: int = PPM) -> None:
    """Refuse brackets that overlap, leave a gap, do not start at zero, fall in rate, or state a wrong deduction."""
    if len(brackets) > MAX_BRACKETS:
        raise RefusedValueError(f"more than {MAX_BRACKETS} brackets", "join neighbouring brackets")
    derived = pieces(brackets, whole=whole)
    for k, (bracket, piece) in enumerate(zip(brackets, derived, strict=True)):
        expected = brackets[k - 1].cap if k else 0
        if expected is None:
            raise RefusedValueError(
                f"bracket {k} follows one without a cap", "only the last bracket may have a null cap"
            )
        if bracket.floor != expected:
            raise RefusedValueError(
                f"crossed tiers: bracket {k} starts at {_text(bracket.floor)}, expected {_text(expected)}",
                "let every bracket start where the one before it ends, the first one at 0",
            )
        if bracket.cap is not None and bracket.cap <= bracket.floor:
            raise RefusedValueError(
                f"crossed tiers: bracket {k} ends at or below its floor", "correct its floor or cap"
            )
        if k and bracket.rate < brackets[k - 1].rate:
            raise RefusedValueError(
                f"crossed tiers: bracket {k} has a lower rate than the one before",
                "rates must not fall as the notional grows: splitting a position would not be needed to pay less",
            )
        if bracket.rate > max_rate:
            raise RefusedValueError(
                f"bracket {k} has a rate above {format_decimal(max_rate, 6)}", "rates are fractions: 0.05 is 5 %"
            )
        if bracket.deduction is not None and Fraction(bracket.deduction, 10**VALUE_DIGITS) != piece.deduction:
            raise RefusedValueError(
                f"bracket {k} states the deduction {_text(bracket.deduction)}, expected {_exact(piece.deduction)}",
                "correct it, or leave the deduction out: it follows from the rates",
            )


def _text(value: int) -> str:
    return format_decimal(value, VALUE_DIGITS)


def _exact(value: Fraction) -> str:
    digits = VALUE_DIGITS + 6
    return format_decimal(int(value * 10**digits), digits)
