"""The batch schedule as records of the circuits' read-only table: net value and four equities for each piece.

Record: key, lo as two parts (36 bits, rest), span = hi - lo, then for net and each equity seven signed 12-bit limbs of
the slope and six signed 24-bit limbs of the value at q = lo (see circuits/batch.cairo). After the pieces stand six null
records, which fill a row of holdings that is not full. As in `schedule_records`, the checks repeat the engine's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from plimsoll.circuits.schedule_records import (
    MAX_KEY,
    MAX_RECORDS,
    NULL_KEYS,
    QUANTITY_BITS,
    SLOPE_LIMB_BITS,
    SLOPE_LIMBS,
    VALUE_LIMB_BITS,
    VALUE_LIMBS,
    RecordError,
    signed_limbs,
)

LOW_BITS: Final = 36
"""Bits of a quantity's low part, as the ledger sums it."""
LINES: Final = 5
"""Net, and the equities at the snapshot and in three scenarios."""
FIELDS: Final = 4 + LINES * (SLOPE_LIMBS + VALUE_LIMBS)
"""Cells of a record: the size of `Position` in batch.cairo."""


class LineLike(Protocol):
    """`slope * (q - lo) + value`."""

    @property
    def slope(self) -> int: ...
    @property
    def value(self) -> int: ...


class PieceLike(Protocol):
    """A piece of the engine's batch schedule; `lines` are net and the four equities."""

    @property
    def key(self) -> int: ...
    @property
    def lo(self) -> int: ...
    @property
    def hi(self) -> int: ...
    @property
    def lines(self) -> Sequence[LineLike]: ...


def position_records(pieces: Iterable[PieceLike]) -> list[list[int]]:
    """One record for each piece, in their order, then the null records. Index = position in this list.

    Raises:
        RecordError: pieces are not sorted by (key, lo), do not cover each key from 0 without gap, or exceed a bound.
    """
    records: list[list[int]] = []
    before: PieceLike | None = None
    for piece in pieces:
        _check(piece, before)
        record = [piece.key, piece.lo & (1 << LOW_BITS) - 1, piece.lo >> LOW_BITS, piece.hi - piece.lo]
        for line in piece.lines:
            record += signed_limbs(line.slope, SLOPE_LIMBS, SLOPE_LIMB_BITS)
            record += signed_limbs(line.value, VALUE_LIMBS, VALUE_LIMB_BITS)
        records.append(record)
        before = piece
    records += [[key] + [0] * (FIELDS - 1) for key in NULL_KEYS]
    if len(records) > MAX_RECORDS:
        raise RecordError(f"the schedule has {len(records)} records: expected at most {MAX_RECORDS}")
    return records


def _check(piece: PieceLike, before: PieceLike | None) -> None:
    where = f"schedule piece (key {piece.key}, lo {piece.lo})"
    if not 0 <= piece.key <= MAX_KEY:
        raise RecordError(f"{where}: expected a key from 0 to {MAX_KEY}: the last {len(NULL_KEYS)} keys are reserved")
    if not 0 <= piece.lo <= piece.hi < 1 << QUANTITY_BITS:
        raise RecordError(f"{where}: expected 0 <= lo <= hi < 2^{QUANTITY_BITS}, got hi {piece.hi}")
    if len(piece.lines) != LINES:
        raise RecordError(f"{where}: expected {LINES} lines, got {len(piece.lines)}")
    if before is not None and piece.key == before.key:
        if piece.lo != before.hi + 1:
            raise RecordError(f"{where}: expected lo {before.hi + 1}, one above the piece before")
        return
    if before is not None and piece.key < before.key:
        raise RecordError(f"{where}: expected a key above {before.key}: keys must ascend")
    if piece.lo != 0 or any(line.value for line in piece.lines):
        raise RecordError(f"{where}: expected a key's first piece from 0 and worth 0 at 0")
