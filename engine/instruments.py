"""The public instrument table: names, lots, currencies, kinds and groups, in the order that fixes every key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from plimsoll.engine.canonical import Encoder
from plimsoll.engine.problems import RefusedValueError

MAX_KEY = 2**14 - 7
"""Keys above are the six null records that pad a row of holdings (docs/protocol/book-batch.md)."""
MAX_INSTRUMENTS = (MAX_KEY + 1) // 2


class Kind(IntEnum):
    """What an instrument is; the number is the one in the canonical encoding."""

    SPOT = 0
    PERPETUAL = 1
    FUTURE = 2
    SETTLEMENT = 3


class Side(IntEnum):
    """Side of a holding: the low bit of its key."""

    LONG = 0
    """Long position, or coins that the account owns."""
    SHORT = 1
    """Short position, or coins that the account owes."""


@dataclass(frozen=True, slots=True)
class InstrumentInfo:
    """What anyone needs to read a holding of an instrument: `lot` is the exponent of ten of one lot."""

    name: str
    kind: Kind
    currency: str
    """Spot: the coin itself. Derivative: the currency of its price. Settlement: the currency it counts."""
    lot: int
    underlying: str
    expiry: int
    """Microseconds since 1970; 0 for everything that does not expire."""

    @property
    def group(self) -> tuple[str, int, str]:
        """(underlying, expiry, currency): the order of the table, and what group functions will join."""
        return (self.underlying, self.expiry, self.currency)


class InstrumentTable:
    """Instruments sorted by (group, kind, name). Key of a holding: 2 * index + side."""

    def __init__(self, instruments: Iterable[InstrumentInfo]) -> None:
        self._instruments = tuple(sorted(instruments, key=lambda one: (one.group, one.kind, one.name)))
        self._indices = {one.name: index for index, one in enumerate(self._instruments)}
        if len(self._indices) != len(self._instruments):
            raise RefusedValueError("two instruments of one name", "rename or remove one of them")
        if len(self._instruments) > MAX_INSTRUMENTS:
            raise RefusedValueError(f"more than {MAX_INSTRUMENTS} instruments", "split the venue's books")

    def __len__(self) -> int:
        return len(self._instruments)

    def __iter__(self) -> Iterator[InstrumentInfo]:
        return iter(self._instruments)

    def __getitem__(self, index: int) -> InstrumentInfo:
        return self._instruments[index]

    def __contains__(self, name: object) -> bool:
        return name in self._indices

    def index(self, name: str) -> int:
        """Place of an instrument in the table. Raises `KeyError` where there is none of that name."""
        return self._indices[name]

    def key(self, name: str, side: Side) -> int:
        """The key of holdings of this instrument and side."""
        return 2 * self._indices[name] + side

    def of_key(self, key: int) -> tuple[InstrumentInfo, Side]:
        """Instrument and side of a key."""
        return self._instruments[key >> 1], Side(key & 1)

    def digest(self) -> bytes:
        """SHA-256 of the canonical encoding (name, kind, currency, lot, group of each, in order); 32 bytes."""
        encoder = Encoder("plimsoll/instruments/1")
        encoder.integer(len(self._instruments))
        for one in self._instruments:
            encoder.text(one.name)
            encoder.integer(one.kind)
            encoder.text(one.currency)
            encoder.integer(one.lot)
            encoder.text(one.underlying)
            encoder.integer(one.expiry)
        return encoder.digest()
