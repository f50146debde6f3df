"""The market snapshot: every price at one moment, public and bound into every proof."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.engine.canonical import Encoder
from plimsoll.engine.fields import Count, Digest, Name, SignedValue, Time, Value, Version
from plimsoll.engine.json_files import load_model, read_model


class MarketSnapshot(BaseModel):
    """Prices of one venue at one moment. Field values are integers; the file holds decimal strings.

    A spot coin is priced in the quote currency, a derivative in its own currency, both for one whole unit (not a lot).
    Settlement instruments have no price of their own, and the quote currency's coin is worth one by definition.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version = Field(description="version of this file's format")
    venue: Name
    time: Time = Field(description="moment of the prices, UTC; inside: microseconds since 1970")
    sequence: Count = Field(ge=0, lt=2**63, description="grows by one from each publication to the next")
    previous: Digest | None = Field(default=None, description="SHA-256 of the proof file published before this one")
    quote: Name = Field(description="currency in which equity and margin are counted")
    prices: dict[Name, Value] = Field(description="mark price of one unit by instrument; inside: 10^-20")
    funding: dict[Name, SignedValue] = Field(
        default_factory=dict,
        description="cumulative funding by perpetual: paid by one unit held long since listing; inside: 10^-20",
    )
    open_interest: dict[Name, Value] = Field(
        default_factory=dict,
        description="open interest by derivative, a notional in its currency; inside: 10^-20",
    )

    @classmethod
    def load(cls, path: str | Path) -> MarketSnapshot:
        """Read a snapshot file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "snapshot") -> MarketSnapshot:
        """Read a snapshot from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)

    def encode(self) -> bytes:
        """Canonical bytes: 1.0 and 1.00, or another order of the instruments, make no difference."""
        return self._encoder().encode()

    def digest(self) -> bytes:
        """SHA-256 of `encode()`; 32 bytes."""
        return self._encoder().digest()

    def _encoder(self) -> Encoder:
        encoder = Encoder("plimsoll/snapshot/1")
        encoder.text(self.venue)
        encoder.integers([self.time, self.sequence])
        encoder.text(self.previous.hex() if self.previous else "")
        encoder.text(self.quote)
        for table in (self.prices, self.funding, self.open_interest):
            encoder.integer(len(table))
            for name in sorted(table):
                encoder.text(name)
                encoder.integer(table[name])
        return encoder
