"""What totals by instrument and side mean for a venue: liabilities by currency, and contracts that balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.engine.decimals import format_lot, format_quantity
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.instruments import InstrumentTable, Kind, Side


class LiabilityError(PlimsollError):
    """A currency whose liabilities have no one unit, or contracts whose longs are not their shorts."""


@dataclass(frozen=True, slots=True)
class Liability:
    """What the venue owes its customers in one currency. Debts of customers are not deducted: they are others'."""

    currency: str
    lot: int
    """Exponent of ten of one lot."""
    lots: int
    """Coins owned and positive settlement balances together."""

    def __str__(self) -> str:
        return f"{format_quantity(self.lots, self.lot)} {self.currency}"


@dataclass(frozen=True, slots=True)
class Imbalance:
    """A derivative whose totals differ: one side's holders have no counterparty in the book."""

    instrument: str
    lot: int
    longs: int
    shorts: int

    def __str__(self) -> str:
        long, short, more = (format_quantity(n, self.lot) for n in (self.longs, self.shorts, self.longs - self.shorts))
        return f"{self.instrument}: longs {long}, shorts {short}, difference {more}"


def liabilities(totals: Sequence[int], table: InstrumentTable) -> list[Liability]:
    """Liabilities of every currency with a spot or settlement instrument, by name of the currency.

    `totals`: lots by key, as `book_figures` has them. Raises `LiabilityError` where the two instruments of a currency
    have different lots: their lots cannot be added, in a proof neither.
    """
    _check_length(totals, table)
    lots: dict[str, tuple[str, int]] = {}
    sums: dict[str, int] = {}
    for index, info in enumerate(table):
        if info.kind not in (Kind.SPOT, Kind.SETTLEMENT):
            continue
        other, lot = lots.setdefault(info.currency, (info.name, info.lot))
        if lot != info.lot:
            raise LiabilityError(
                f"{other} and {info.name} both count in {info.currency}, in lots of {format_lot(lot)} and "
                f"{format_lot(info.lot)}: give both one lot in the parameters, so that what is owed can be added"
            )
        sums[info.currency] = sums.get(info.currency, 0) + totals[2 * index + Side.LONG]
    return [Liability(currency, lots[currency][1], sums[currency]) for currency in sorted(sums)]


def imbalances(totals: Sequence[int], table: InstrumentTable) -> list[Imbalance]:
    """Every derivative whose longs and shorts differ, in the table's order."""
    _check_length(totals, table)
    found: list[Imbalance] = []
    for index, info in enumerate(table):
        longs, shorts = totals[2 * index + Side.LONG], totals[2 * index + Side.SHORT]
        if info.kind in (Kind.PERPETUAL, Kind.FUTURE) and longs != shorts:
            found.append(Imbalance(info.name, info.lot, longs, shorts))
    return found


def check_zero_sum(totals: Sequence[int], table: InstrumentTable) -> None:
    """Raises `LiabilityError` naming every derivative whose longs are not its shorts, and by how much.

    A long without a short is a claim against nobody: it would hide a liability behind a made-up equity.
    """
    found = imbalances(totals, table)
    if found:
        raise LiabilityError(
            f"contracts without a counterparty in the book: {'; '.join(map(str, found))}; book the missing side, also "
            "where it is the venue's own"
        )


def _check_length(totals: Sequence[int], table: InstrumentTable) -> None:
    if len(totals) != 2 * len(table):
        raise LiabilityError(f"{len(totals)} totals of {len(table)} instruments: expected two for each, by key")
