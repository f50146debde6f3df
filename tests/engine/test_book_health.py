"""The NumPy evaluation equals the scalar reference bit for bit, on random books and at the bounds."""

from __future__ import annotations

import resource
import time
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_market import book as random_book
from random_market import market

from plimsoll.engine.book import Book
from plimsoll.engine.book_health import BookHealth, book_health, totals
from plimsoll.engine.health import AccountHealth, Status, account_health
from plimsoll.engine.instruments import InstrumentInfo, InstrumentTable, Kind
from plimsoll.engine.schedule import Schedules
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_SLOPE, MAX_VALUE, HoldingError, Schedule, Tier

MARKET = market(0)
KEYS = 2 * len(MARKET.table)


def covered(schedules: Schedules, book: Book) -> Book:
    """The book with quantities cut to what the last tiers reach."""
    ends = np.zeros(2**14, dtype=np.int64)
    for key in schedules.maintenance.keys():  # noqa: SIM118 - not a mapping
        ends[key] = min(schedules.maintenance.of_key(key)[-1].hi, schedules.initial.of_key(key)[-1].hi)
    quantities = np.minimum(book.quantities, ends[book.keys])
    return Book(book.accounts, book.classes, book.offsets, book.keys, quantities)


def scalar(schedules: Schedules, book: Book) -> list[AccountHealth]:
    return [account_health(schedules, book.holdings(k)) for k in range(len(book))]


def test_equal_on_a_million_random_holdings() -> None:
    count = 0
    for seed in range(5):
        schedules = market(seed)
        book = covered(schedules, random_book(schedules, 40_000, 10, seed))
        assert [*book_health(schedules, book)] == scalar(schedules, book)
        count += len(book.keys)
    assert count > 990_000


holdings = st.dictionaries(st.integers(0, KEYS - 1), st.integers(0, 60), max_size=12)


@given(st.lists(st.tuples(holdings, st.integers(0, 2**60 - 1)), max_size=20), st.integers(1, 3))
def test_equal_on_drawn_books(drawn: list[tuple[dict[int, int], int]], workers: int) -> None:
    accounts = [(str(k), 0, sorted((key, q >> bits) for key, bits in one.items())) for k, (one, q) in enumerate(drawn)]
    book = covered(MARKET, Book.of(accounts))
    assert [*book_health(MARKET, book, workers=workers)] == scalar(MARKET, book)


@given(st.integers(0, KEYS - 1), st.integers(0, 30), st.integers(-1, 1), st.booleans())
def test_equal_at_tier_edges(key: int, place: int, step: int, upper: bool) -> None:
    tiers = MARKET.initial.of_key(key)
    tier = tiers[place % len(tiers)]
    q = max(0, min((tier.hi if upper else tier.lo) + step, MAX_QUANTITY, tiers[-1].hi))
    book = Book.of([("a", 0, [(key, q)])])
    assert [*book_health(MARKET, book)] == scalar(MARKET, book)


def extreme(sign: int) -> Schedules:
    """1,024 keys at the bounds of slope and value."""
    slope = sign * MAX_SLOPE
    info = [InstrumentInfo(f"I{k:04}", Kind.SPOT, f"I{k}", 0, f"I{k:04}", 0) for k in range(512)]
    tiers: list[Tier] = []
    for key in range(1024):
        tiers.append(Tier(key, 0, MAX_QUANTITY - 1, slope, 0, 0, 0))
        tiers.append(Tier(key, MAX_QUANTITY, MAX_QUANTITY, 0, sign * MAX_VALUE, 0, 0))
    return Schedules(InstrumentTable(info), Schedule(tiers), Schedule(tiers), 10**6)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("q", [MAX_QUANTITY, MAX_QUANTITY - 1])
def test_no_limb_overflows_at_the_bounds(sign: int, q: int) -> None:
    schedules = extreme(sign)
    book = Book.of([("a", 0, [(key, q) for key in range(1024)]), ("b", 0, [(0, q)])])
    health = book_health(schedules, book)
    assert [*health] == scalar(schedules, book)
    assert health.equity[0] == 1024 * health.equity[1]
    assert abs(health.equity[0]) > 2**153


def figures(health: BookHealth) -> list[tuple[int, int]]:
    return list(zip(health.equity.ints(), health.maintenance.ints(), strict=True))


def test_sums_of_a_book() -> None:
    book = covered(MARKET, random_book(MARKET, 3_000, 10, 9))
    health, expected = book_health(MARKET, book), scalar(MARKET, book)
    assert health.counts() == {status: Counter(one.status for one in expected)[status] for status in Status}
    assert health.margin_gap() == sum(one.margin_gap for one in expected)
    assert health.deficit() == sum(one.deficit for one in expected)
    assert health.failing().tolist() == [k for k, one in enumerate(expected) if not one.solvent]
    sums: Counter[int] = Counter()
    for k in range(len(book)):
        sums.update(dict(book.holdings(k)))
    assert totals(book, KEYS) == [sums[key] for key in range(KEYS)]


def test_worst_accounts_by_margin_ratio() -> None:
    book = covered(MARKET, random_book(MARKET, 3_000, 10, 9))
    health = book_health(MARKET, book)

    def badness(k: int) -> tuple[bool, Fraction, int]:
        equity, maintenance = health.equity[k], health.maintenance[k]
        return (True, Fraction(equity, maintenance), k) if maintenance else (equity >= 0, Fraction(equity), k)

    ranked = sorted((k for k, (equity, margin) in enumerate(figures(health)) if margin or equity < 0), key=badness)
    assert health.worst(0) == []
    for count in (1, 5, 500):
        assert health.worst(count) == ranked[:count]
    assert [k for k, below in enumerate(health.below(1_500_000)) if below] == [
        k for k, (equity, margin) in enumerate(figures(health)) if 2 * equity < 3 * margin
    ]


def test_progress_counts_every_account() -> None:
    done: list[int] = []
    book = covered(MARKET, random_book(MARKET, 50_000, 4, 3))
    book_health(MARKET, book, progress=done.append)
    assert sum(done) == 50_000
    assert len(done) > 1


def test_empty_books_and_accounts() -> None:
    assert len(book_health(MARKET, Book.of([]))) == 0
    health = book_health(MARKET, Book.of([(str(k), 0, []) for k in range(3)]))
    assert health.counts()[Status.HEALTHY] == 3


def small(maintenance: int, initial: int) -> Schedules:
    """One coin of which 9 lots at most may be held, with these margins a lot."""
    table = InstrumentTable([InstrumentInfo("C", Kind.SPOT, "C", 0, "C", 0)])
    one, other = (Schedule([Tier(key, 0, 9, 10, 0, m1, 0) for key in (0, 1)]) for m1 in (maintenance, initial))
    return Schedules(table, one, other, 500_000)


@pytest.mark.parametrize("holding", [(0, 10), (2, 1), (16_377, 0)])
def test_holding_without_a_tier_rejected(holding: tuple[int, int]) -> None:
    schedules, good = small(1, 2), ("good", 0, [(0, 9), (1, 9)])
    assert len(book_health(schedules, Book.of([good]))) == 1
    with pytest.raises(HoldingError, match=r"account 'bad'.*covered by no tier"):
        book_health(schedules, Book.of([good, ("bad", 0, [holding]), good]))
    with pytest.raises(HoldingError):
        account_health(schedules, [holding])


def test_initial_margin_is_never_below_maintenance() -> None:
    """Rounding may put a few units between two margins that touch: the greater one decides."""
    schedules, book = small(12, 11), Book.of([("a", 0, [(0, 9)])])
    health = book_health(schedules, book)
    assert (health[0].initial, health[0].status) == (108, Status.PARTIAL_LIQUIDATION)
    assert [*health] == scalar(schedules, book)


@pytest.mark.audit
def test_a_million_accounts_of_ten_holdings_in_time_and_memory() -> None:
    part = covered(MARKET, random_book(MARKET, 100_000, 10, 1, full=True))
    repeat = 10
    m = len(part.keys)
    book = Book(
        part.accounts * repeat,
        np.tile(part.classes, repeat),
        np.concatenate([part.offsets[:-1] + m * k for k in range(repeat)] + [np.array([m * repeat])]),
        np.tile(part.keys, repeat),
        np.tile(part.quantities, repeat),
    )
    start = time.monotonic()
    health = book_health(MARKET, book)
    assert time.monotonic() - start < 10
    assert len(health) == 1_000_000
    assert len(book.keys) == 10_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 6 * 2**20
