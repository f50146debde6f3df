"""The engine's schedule as records of the circuits' read-only table: what the proof knows about prices and rules.

Record: key, lo, span = hi - lo, seven signed 12-bit limbs of the net slope, six signed 24-bit limbs of the net value at
q = lo (equity minus requirement; see circuits/lib/schedule.cairo). A signed limb is the sign times a limb of the
absolute value. After the tiers stand six null records, which fill a row of holdings that is not full.

The checks repeat those of the engine's Schedule: a record out of bounds would be outside what the circuits' bound
analysis covers, wherever it came from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from plimsoll.circuits.field import P
from plimsoll.engine.errors import PlimsollError

KEY_BITS: Final = 14
NULL_KEYS: Final = range((1 << KEY_BITS) - 6, 1 << KEY_BITS)
MAX_KEY: Final = NULL_KEYS[0] - 1
QUANTITY_BITS: Final = 60
SLOPE_LIMBS, SLOPE_LIMB_BITS = 7, 12
VALUE_LIMBS, VALUE_LIMB_BITS = 6, 24
FIELDS: Final = 3 + SLOPE_LIMBS + VALUE_LIMBS
"""Cells of a record: the size of `Record` in lib/schedule.cairo."""
MAX_RECORDS: Final = 1 << 20


class RecordError(PlimsollError):
    """A schedule whose tiers cannot be records: out of bounds, gapped or unsorted."""


class TierLike(Protocol):
    """A tier of the engine's schedule: equity e1*q + e0 and requirement m1*q + m0 for lo <= q <= hi."""

    @property
    def key(self) -> int: ...
    @property
    def lo(self) -> int: ...
    @property
    def hi(self) -> int: ...
    @property
    def e1(self) -> int: ...
    @property
    def e0(self) -> int: ...
    @property
    def m1(self) -> int: ...
    @property
    def m0(self) -> int: ...


def signed_limbs(value: int, count: int, bits: int) -> list[int]:
    """The value's limbs, low first, each with the value's sign, as field elements.

    Raises:
        RecordError: the absolute value needs more limbs.
    """
    if abs(value) >> bits * count:
        raise RecordError(f"{value} does not fit {count} signed limbs of {bits} bits: use a coarser lot")
    sign = -1 if value < 0 else 1
    return [sign * (abs(value) >> bits * i & (1 << bits) - 1) % P for i in range(count)]


def schedule_records(tiers: Iterable[TierLike]) -> list[list[int]]:
    """One record for each tier, in their order, then the null records. Index = position in this list.

    Raises:
        RecordError: tiers are not sorted by (key, lo), do not cover each key from 0 without gap, or exceed a bound.
    """
    records: list[list[int]] = []
    before: TierLike | None = None
    for tier in tiers:
        _check(tier, before)
        slope, intercept = tier.e1 - tier.m1, tier.e0 - tier.m0
        records.append(
            [
                tier.key,
                tier.lo,
                tier.hi - tier.lo,
                *signed_limbs(slope, SLOPE_LIMBS, SLOPE_LIMB_BITS),
                *signed_limbs(slope * tier.lo + intercept, VALUE_LIMBS, VALUE_LIMB_BITS),
            ]
        )
        before = tier
    records += [[key] + [0] * (FIELDS - 1) for key in NULL_KEYS]
    if len(records) > MAX_RECORDS:
        raise RecordError(f"the schedule has {len(records)} records: expected at most {MAX_RECORDS}")
    return records


def _check(tier: TierLike, before: TierLike | None) -> None:
    where = f"schedule tier (key {tier.key}, lo {tier.lo})"
    if not 0 <= tier.key <= MAX_KEY:
        raise RecordError(f"{where}: expected a key from 0 to {MAX_KEY}: the last {len(NULL_KEYS)} keys are reserved")
    if not 0 <= tier.lo <= tier.hi < 1 << QUANTITY_BITS:
        raise RecordError(f"{where}: expected 0 <= lo <= hi < 2^{QUANTITY_BITS}, got hi {tier.hi}")
    if before is not None and tier.key == before.key:
        if tier.lo != before.hi + 1:
            raise RecordError(f"{where}: expected lo {before.hi + 1}, one above the tier before")
        return
    if before is not None and tier.key < before.key:
        raise RecordError(f"{where}: expected a key above {before.key}: keys must ascend")
    if tier.lo != 0 or tier.e0 - tier.m0 != 0:
        raise RecordError(f"{where}: expected a key's first tier from 0 and worth 0 at 0")
