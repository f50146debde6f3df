"""Schedules: what a holding of q lots adds to its account's equity and requirement, as piecewise-linear integers.

A schedule is everything that health, the prover and the verifier know about prices and rules: for each key (instrument
and side) tiers in lots, on each of which `equity = e1*q + e0` and `requirement = m1*q + m0`, exactly. Account sums are
sums of tier values and nothing else, so what is proven of the tiers is proven of the accounts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from plimsoll.engine.canonical import Encoder
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.instruments import MAX_KEY

SLOPE_BITS = 84
"""|e1|, |m1| and |e1 - m1| are below 2^84: seven limbs of 12 bits."""
VALUE_BITS = 144
"""|e0|, |m0| and every value a tier can take are below 2^144: six limbs of 24 bits."""
QUANTITY_BITS = 60
"""Quantities are below 2^60 lots: five limbs of 12 bits."""
MAX_SLOPE: int = 2**SLOPE_BITS - 1
MAX_VALUE: int = 2**VALUE_BITS - 1
MAX_QUANTITY: int = 2**QUANTITY_BITS - 1


class ScheduleError(PlimsollError):
    """A schedule breaks its bounds or its order, or cannot be compiled. The message names the key or instrument."""


class HoldingError(PlimsollError):
    """A holding that no tier of the schedule covers: unknown key, negative quantity, or above the last tier."""


class Tier(NamedTuple):
    """One tier of one key; values in 10^-20 quote currency, slopes per lot.

    For lo <= q <= hi: equity e1*q + e0, requirement m1*q + m0.
    """

    key: int
    lo: int
    hi: int
    e1: int
    e0: int
    m1: int
    m0: int

    def equity(self, q: int) -> int:
        """Equity of q lots; the caller has chosen the tier by `lo <= q <= hi`."""
        return self.e1 * q + self.e0

    def requirement(self, q: int) -> int:
        """Margin requirement of q lots; the caller has chosen the tier by `lo <= q <= hi`."""
        return self.m1 * q + self.m0

    @property
    def net_slope(self) -> int:
        """Slope of equity - requirement: what the circuit multiplies by q - lo."""
        return self.e1 - self.m1

    @property
    def net_at_lo(self) -> int:
        """equity - requirement at q = lo."""
        return (self.e1 - self.m1) * self.lo + self.e0 - self.m0


class Schedule:
    """Tiers sorted by (key, lo), those of each key contiguous from zero. Raises `ScheduleError` for anything else."""

    __slots__ = ("_by_key", "tiers")

    def __init__(self, tiers: Iterable[Tier]) -> None:
        self.tiers = tuple(tiers)
        self._by_key: dict[int, tuple[list[int], list[Tier]]] = {}
        before: Tier | None = None
        for tier in self.tiers:
            _check_bounds(tier)
            _check_order(tier, before)
            los, members = self._by_key.setdefault(tier.key, ([], []))
            los.append(tier.lo)
            members.append(tier)
            before = tier

    def __len__(self) -> int:
        return len(self.tiers)

    def __iter__(self) -> Iterator[Tier]:
        return iter(self.tiers)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Schedule) and self.tiers == other.tiers

    def __hash__(self) -> int:
        return hash(self.tiers)

    def keys(self) -> list[int]:
        """Every key that has tiers, ascending."""
        return list(self._by_key)

    def of_key(self, key: int) -> list[Tier]:
        """The tiers of one key, ascending. Raises `HoldingError` for an unknown key."""
        try:
            return list(self._by_key[key][1])
        except KeyError:
            raise HoldingError(f"no instrument has the key {key}; the schedule is of another table") from None

    def find(self, key: int, q: int) -> Tier:
        """The tier of q lots under a key. Raises `HoldingError` where there is none."""
        entry = self._by_key.get(key)
        if entry is None:
            raise HoldingError(f"no instrument has the key {key}; the schedule is of another table")
        if q < 0:
            raise HoldingError(f"holding of {q} lots under key {key}: expected 0 or more, the key tells the side")
        tier = entry[1][bisect_right(entry[0], q) - 1]
        if q > tier.hi:
            raise HoldingError(
                f"holding of {q} lots under key {key}: the last tier ends at {tier.hi}; give the last bracket a null "
                "cap, or a coarser lot to the instrument"
            )
        return tier

    def digest(self) -> bytes:
        """SHA-256 of the canonical encoding: the number of tiers, then (key, lo, hi, e1, e0, m1, m0) of each."""
        encoder = Encoder("plimsoll/schedule/1")
        encoder.integer(len(self.tiers))
        for tier in self.tiers:
            encoder.integers(tier)
        return encoder.digest()


def _check_bounds(tier: Tier) -> None:
    if not 0 <= tier.key <= MAX_KEY:
        raise ScheduleError(f"key {tier.key} is outside 0..{MAX_KEY}")
    if not 0 <= tier.lo <= tier.hi <= MAX_QUANTITY:
        raise ScheduleError(f"key {tier.key}: tier {tier.lo}..{tier.hi} is empty or reaches 2^{QUANTITY_BITS}")
    if max(abs(tier.e1), abs(tier.m1), abs(tier.e1 - tier.m1)) > MAX_SLOPE:
        raise ScheduleError(f"key {tier.key}: tier {tier.lo}..{tier.hi} has a slope of 2^{SLOPE_BITS} or more")
    values = [tier.e0, tier.m0]
    for q in (tier.lo, tier.hi):
        values += [tier.equity(q), tier.requirement(q), tier.equity(q) - tier.requirement(q)]
    if max(map(abs, values)) > MAX_VALUE:
        raise ScheduleError(f"key {tier.key}: tier {tier.lo}..{tier.hi} has a value of 2^{VALUE_BITS} or more")


def _check_order(tier: Tier, before: Tier | None) -> None:
    if before is not None and before.key == tier.key:
        if tier.lo != before.hi + 1:
            raise ScheduleError(f"key {tier.key}: a tier starts at {tier.lo}, expected {before.hi + 1}")
        return
    if before is not None and tier.key < before.key:
        raise ScheduleError(f"key {tier.key} stands after key {before.key}; expected ascending keys")
    if (tier.lo, tier.e0, tier.m0) != (0, 0, 0):
        raise ScheduleError(f"key {tier.key}: expected a first tier from 0 that is worth 0 at 0, got {tuple(tier)}")
