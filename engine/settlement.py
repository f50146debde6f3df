"""Entry notional and funding of open positions, as a holding of their currency's settlement instrument.

A derivative's equity in a schedule is its whole notional, +-q * mark price. What the account paid or owes for it, the
entry notional and the funding since, stands in the settlement instrument of its currency and is never folded into a
coin balance: a fake long would then hide a liability (docs/margin-model.md).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.engine.decimals import VALUE_DIGITS, power_of_ten
from plimsoll.engine.instruments import InstrumentTable, Kind, Side
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.tiers import HoldingError


@dataclass(frozen=True, slots=True)
class OpenPosition:
    """A position as a venue's ledger keeps it."""

    instrument: str
    lots: int
    """Signed: negative is short."""
    entry_notional: int
    """Signed cost, 10^-20 of the instrument's currency: what was paid for it (short: minus what was received)."""
    funding_index: int = 0
    """The instrument's cumulative funding when funding was last settled, 10^-20 of its currency per unit."""


def funding_payment(quantity: int, before: int, after: int, scale: int = 1) -> int:
    """What the holder receives as cumulative funding goes from `before` to `after`: longs pay when it rises.

    floor((before - after) * quantity / scale): rounded against the account. Starknet perpetuals: indices times 2^32,
    scale 2^32. dYdX v4: scale 1, the result in ppm of a quote quantum.
    """
    return (before - after) * quantity // scale


def settlement_lots(
    table: InstrumentTable,
    snapshot: MarketSnapshot,
    currency: str,
    cash: int,
    positions: Iterable[OpenPosition],
) -> int:
    """Signed lots of a currency's settlement instrument: cash - entry notional + funding due, rounded down once.

    `cash`: realised and unsettled profit and loss, 10^-20 of the currency. Every position must be in this currency.
    Raises `HoldingError` for positions of another currency, and where the table has no settlement instrument for it.
    """
    lots = [one.lot for one in table if one.kind is Kind.SETTLEMENT and one.currency == currency]
    if not lots:
        raise HoldingError(f"no settlement instrument of the currency {currency}; add one to the parameters")
    # Lots are powers of ten down to 10^-18: in units of 10^-38 every term is an integer.
    fine = power_of_ten(18)
    total = cash * fine
    for position in positions:
        if position.instrument not in table or table[table.index(position.instrument)].currency != currency:
            raise HoldingError(f"{position.instrument} is no instrument settled in {currency}; sort by currency first")
        quantity = position.lots * power_of_ten(table[table.index(position.instrument)].lot + 18)
        now = snapshot.funding.get(position.instrument, 0)
        total += funding_payment(quantity, position.funding_index, now) - position.entry_notional * fine
    return total // power_of_ten(VALUE_DIGITS + 18 + lots[0])


def holding(table: InstrumentTable, instrument: str, lots: int) -> tuple[int, int]:
    """(key, quantity) of a signed number of lots, as books keep it."""
    return table.key(instrument, Side.SHORT if lots < 0 else Side.LONG), abs(lots)
