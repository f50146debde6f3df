"""Thresholds that a consumer may ask of one account, and the schedule that says each. All are net of its lien.

    maintenance    equity - lien >= maintenance margin
    initial        equity - lien >= initial margin
    ratio          equity - lien >= ratio * maintenance margin
    free           equity - lien - amount >= initial margin

A lien is what others may claim of the account first: for whoever asks, it is no longer there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, get_args

from plimsoll.engine.decimals import PPM, VALUE_DIGITS
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import MAX_ERROR, compile_schedule
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.tiers import MAX_SLOPE, MAX_VALUE, Schedule, ScheduleError, Tier
from plimsoll.engine.titles import AMOUNT_DIGITS, MAX_AMOUNT

ThresholdKind = Literal["maintenance", "initial", "ratio", "free"]
AMOUNT_SCALE: Final[int] = 10 ** (VALUE_DIGITS - AMOUNT_DIGITS)
"""Units of value (10^-20) in one unit of an amount."""
MAX_RATIO: Final = 100 * PPM


class ThresholdError(PlimsollError):
    """A threshold that says nothing, or too much."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """What is asked of an account.

    Attributes:
        ratio: in ppm of maintenance margin; of the kind "ratio" only.
        amount: what must be free, in 10^-6 of the quote currency; of the kind "free" only.
    """

    kind: ThresholdKind
    ratio: int = 0
    amount: int = 0

    def __post_init__(self) -> None:
        if self.kind not in get_args(ThresholdKind):
            raise ThresholdError(f"threshold {self.kind!r}: expected one of {', '.join(get_args(ThresholdKind))}")
        if not (1 <= self.ratio <= MAX_RATIO if self.kind == "ratio" else self.ratio == 0):
            raise ThresholdError(f"ratio {self.ratio} ppm: expected 1 to {MAX_RATIO}, and for the kind ratio only")
        if not (0 <= self.amount <= MAX_AMOUNT if self.kind == "free" else self.amount == 0):
            raise ThresholdError(f"amount {self.amount}: expected 0 to 2^60 - 1, and for the kind free only")


def compile_threshold(snapshot: MarketSnapshot, parameters: RiskParameters, threshold: Threshold) -> Schedule:
    """The schedule whose requirement is the threshold's, without lien and amount.

    Raises as `compile_schedule` does, and `ScheduleError` for a ratio that a lot is too coarse or too fine for.
    """
    if threshold.kind in ("initial", "free"):
        return compile_schedule(snapshot, parameters, "initial")
    maintenance = compile_schedule(snapshot, parameters)
    return scaled(maintenance, threshold.ratio) if threshold.kind == "ratio" else maintenance


def scaled(schedule: Schedule, ratio: int) -> Schedule:
    """The schedule with its requirements times `ratio` ppm.

    Each coefficient is rounded up, against the account: a holding of q lots asks for less than q + 1 units of 10^-20
    more than the exact product. Where that could reach 10^-9 of what the holding is worth, the ratio is refused.
    """
    return Schedule(tier for key in schedule.keys() for tier in _scaled(schedule.of_key(key), ratio))  # noqa: SIM118


def _scaled(tiers: list[Tier], ratio: int) -> Iterator[Tier]:
    """One key's tiers, up to the first that leaves the bounds of values."""
    for tier in tiers:
        m1, m0 = -(-tier.m1 * ratio // PPM), -(-tier.m0 * ratio // PPM)
        if max(abs(m1), abs(tier.e1 - m1)) > MAX_SLOPE:
            raise ScheduleError(f"key {tier.key}: the ratio makes one lot's requirement 2^84 or more; use a lower one")
        hi = tier.hi
        for slope, intercept in ((m1, m0), (tier.e1 - m1, tier.e0 - m0)):
            if slope:
                hi = min(hi, (MAX_VALUE - abs(intercept)) // abs(slope))
        if hi < tier.lo:
            return
        made = Tier(tier.key, tier.lo, hi, tier.e1, tier.e0, m1, m0)
        # (a q + b) / (c q + d) is monotone, so the ends of a tier bound all of it
        if any(_error(tier, made, ratio, q) >= MAX_ERROR * abs(tier.equity(q)) * PPM for q in (max(tier.lo, 1), hi)):
            raise ScheduleError(f"key {tier.key}: rounding this ratio reaches 10^-9 of a holding; use a coarser lot")
        yield made
        if hi < tier.hi:
            return


def _error(exact: Tier, made: Tier, ratio: int, q: int) -> int:
    """What rounding added at q lots, in 10^-26 of the quote currency; never negative. Minus one if nothing."""
    error = made.requirement(q) * PPM - exact.requirement(q) * ratio
    return error or -1
