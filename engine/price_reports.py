"""Price reports: what one oracle says that things cost at one moment, and the median of several such reports.

A venue's snapshot need not be believed where independent oracles report the same prices: the verifier recomputes each
price as the median of signed reports (`plimsoll.verifier.oracles`). With at most f dishonest ones among 2f + 1 reports,
the median lies between two honest prices.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.engine.canonical import Encoder
from plimsoll.engine.fields import Name, Time, Value


class PriceQuote(BaseModel):
    """One price, and how sure the oracle is of it; both in 10^-20 of `currency`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    price: Value
    currency: Name = Field(description="in which one unit costs this much")
    confidence: Value = Field(description="half-width of the interval around the price, in the same unit")


class PriceReport(BaseModel):
    """The prices of one oracle at one moment, by symbol; one unit of each, each in the currency that it names."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: Name = Field(description="whose symbols these are: an agreed name, the same for all oracles")
    time: Time = Field(description="moment of the prices, UTC; inside: microseconds since 1970")
    prices: dict[Name, PriceQuote] = Field(min_length=1)

    def digest(self, public_key: bytes) -> bytes:
        """What the oracle with this key signs: SHA-256 over the canonical integers and texts, never JSON text.

        The key is part of it, so that a report is its oracle's own and no two oracles ever sign the same message.
        """
        encoder = Encoder("plimsoll/price-report/2")
        encoder.text(public_key.hex())
        encoder.text(self.feed)
        encoder.integers([self.time, len(self.prices)])
        for symbol in sorted(self.prices):
            quote = self.prices[symbol]
            encoder.text(symbol)
            encoder.text(quote.currency)
            encoder.integers([quote.price, quote.confidence])
        return encoder.digest()


def median(values: Sequence[int]) -> int:
    """The middle value; of an even number of values the mean of the two in the middle, rounded down.

    Raises:
        ValueError: for no values.
    """
    if not values:
        raise ValueError("the median of no values")
    ordered = sorted(values)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) // 2
