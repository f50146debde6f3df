"""The venue's own figures of a book for the report: margin ratios, totals by status, and sides of each instrument."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from plimsoll.engine.book import Book
from plimsoll.engine.decimals import PPM, VALUE_SCALE
from plimsoll.engine.health import AccountHealth, Status, account_health
from plimsoll.engine.instruments import Kind, Side
from plimsoll.engine.market import Market
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot


@dataclass(frozen=True, slots=True)
class StatusTotal:
    """Accounts of one status; sums at 10^-20 quote currency."""

    status: Status
    accounts: int
    equity: int
    maintenance: int
    initial: int


@dataclass(frozen=True, slots=True)
class InstrumentTotal:
    """Both sides of one instrument, in whole units of quote currency at mark prices, and how many accounts hold it."""

    name: str
    kind: Kind
    holders: int
    long: int
    short: int
    balanced: bool
    """Whether the two sides are equal to the lot."""


@dataclass(frozen=True, slots=True)
class BookFigures:
    """What the venue knows of its own book, and nobody else sees."""

    accounts: int
    holdings: int
    ratios: list[tuple[int | None, Status]]
    """Equity over maintenance margin in ppm, None without a requirement, and the status, of each account."""
    statuses: list[StatusTotal]
    instruments: list[InstrumentTotal]
    closest: list[tuple[str, int, int]]
    """The accounts nearest to their line: name, ratio in ppm, and margin above the line at 10^-20."""


def book_figures(book: Book, snapshot: MarketSnapshot, parameters: RiskParameters, closest: int = 8) -> BookFigures:
    """Figures of a book; scalar arithmetic, meant for the demo's size."""
    schedules = compile_schedules(snapshot, parameters)
    health = [account_health(schedules, book.holdings(i)) for i in range(len(book))]
    ratios = [(one.equity * PPM // one.maintenance if one.maintenance else None, one.status) for one in health]
    near = sorted(
        (ratio, name, one.equity - one.maintenance)
        for (ratio, _), name, one in zip(ratios, book.accounts, health, strict=True)
        if ratio is not None
    )
    return BookFigures(
        accounts=len(book),
        holdings=len(book.keys),
        ratios=ratios,
        statuses=[_status_total(status, health) for status in Status],
        instruments=_instruments(book, Market(snapshot, parameters)),
        closest=[(name, ratio, above) for ratio, name, above in near[:closest]],
    )


def _status_total(status: Status, health: Sequence[AccountHealth]) -> StatusTotal:
    members = [one for one in health if one.status is status]
    return StatusTotal(
        status,
        len(members),
        sum(one.equity for one in members),
        sum(one.maintenance for one in members),
        sum(one.initial for one in members),
    )


def _instruments(book: Book, market: Market) -> list[InstrumentTotal]:
    lots: dict[int, int] = {}
    holders: dict[int, int] = {}
    for key, quantity in zip(book.keys.tolist(), book.quantities.tolist(), strict=True):
        lots[key] = lots.get(key, 0) + quantity
        holders[key >> 1] = holders.get(key >> 1, 0) + 1
    found = []
    for index, info in enumerate(market.parameters.table):
        sides = [lots.get(2 * index + side, 0) for side in Side]
        unit = market.price(info) * market.exchange_rate(info) * Fraction(10) ** info.lot
        long, short = (int(side * unit) for side in sides)
        found.append(InstrumentTotal(info.name, info.kind, holders.get(index, 0), long, short, sides[0] == sides[1]))
    return sorted(found, key=lambda one: (one.kind, -one.long - one.short))


def whole(value: int) -> str:
    """An amount at 10^-20 as whole units with separators, rounded towards zero: `1,234,567`."""
    return f"{'-' if value < 0 else ''}{abs(value) // VALUE_SCALE:,}"
