"""Figures of a book under a batch schedule: the NumPy face equals the scalar reference bit for bit."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_market import book as random_book
from random_market import files, scenarios

from plimsoll.engine.account_figures import DEFICIT, FIGURES, MARGIN_GAP, AccountFigures, account_figures
from plimsoll.engine.batch_schedule import BatchPiece, BatchSchedule, Line, compile_batch_schedule
from plimsoll.engine.book import Book
from plimsoll.engine.book_figures import Figure, book_figures
from plimsoll.engine.book_health import book_health
from plimsoll.engine.scenarios import shocked
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_SLOPE, MAX_VALUE, HoldingError

SNAPSHOT, RULES = files(0)
SCENARIOS = scenarios(0)
BATCH = compile_batch_schedule(SNAPSHOT, RULES, SCENARIOS)
KEYS = 2 * len(RULES.table)


def covered(schedule: BatchSchedule, book: Book) -> Book:
    """The book with quantities cut to what the last pieces reach."""
    ends = np.zeros(2**14, dtype=np.int64)
    for key in schedule.keys():  # noqa: SIM118 - not a mapping
        ends[key] = schedule.of_key(key)[-1].hi
    quantities = np.minimum(book.quantities, ends[book.keys])
    return Book(book.accounts, book.classes, book.offsets, book.keys, quantities)


def drawn_book(accounts: int, seed: int, *, full: bool = False) -> Book:
    return covered(BATCH, random_book(compile_schedules(SNAPSHOT, RULES), accounts, 10, seed, full=full))


def scalar(schedule: BatchSchedule, book: Book) -> list[AccountFigures]:
    return [account_figures(schedule, book.holdings(k)) for k in range(len(book))]


def test_equal_on_random_holdings() -> None:
    book = drawn_book(20_000, 1)
    figures = book_figures(BATCH, book)
    assert [*figures] == scalar(BATCH, book)
    assert figures[17] == account_figures(BATCH, book.holdings(17))
    assert len(figures) == 20_000


holdings = st.dictionaries(st.integers(0, KEYS - 1), st.integers(0, 60), max_size=12)


@given(st.lists(st.tuples(holdings, st.integers(0, 2**60 - 1)), max_size=20), st.integers(1, 3))
def test_equal_on_drawn_books(drawn: list[tuple[dict[int, int], int]], workers: int) -> None:
    accounts = [(str(k), 0, sorted((key, q >> bits) for key, bits in one.items())) for k, (one, q) in enumerate(drawn)]
    book = covered(BATCH, Book.of(accounts))
    assert [*book_figures(BATCH, book, workers=workers)] == scalar(BATCH, book)


@given(st.integers(0, KEYS - 1), st.integers(0, 99), st.integers(-1, 1), st.booleans())
def test_equal_at_piece_edges(key: int, place: int, step: int, upper: bool) -> None:
    pieces = BATCH.of_key(key)
    piece = pieces[place % len(pieces)]
    q = max(0, min((piece.hi if upper else piece.lo) + step, pieces[-1].hi))
    book = Book.of([("a", 0, [(key, q)])])
    assert [*book_figures(BATCH, book)] == scalar(BATCH, book)


def test_figures_are_those_of_the_health_at_each_snapshot() -> None:
    """Two roads to one number: the health of the book at the snapshot, and at each shocked one."""
    book = drawn_book(3_000, 9)
    figures = book_figures(BATCH, book)
    healths = [book_health(compile_schedules(SNAPSHOT, RULES), book)]
    healths += [book_health(compile_schedules(shocked(SNAPSHOT, RULES, s), RULES), book) for s in SCENARIOS.scenarios]
    gap = figures.figure(MARGIN_GAP)
    assert gap == Figure(healths[0].margin_gap(), len(healths[0].failing()))
    assert figures.lacking(MARGIN_GAP).tolist() == healths[0].failing().tolist()
    for s, health in enumerate(healths):
        assert figures.equities[s].ints() == health.equity.ints()
        assert figures.figure(DEFICIT + s) == Figure(health.deficit(), int(np.count_nonzero(health.equity.negative())))
    assert len({one.amount for one in figures.figures}) == FIGURES
    assert all(0 < one.accounts < len(book) for one in figures.figures)


def test_shortfalls_and_totals_of_a_book() -> None:
    book = drawn_book(3_000, 5)
    figures, expected = book_figures(BATCH, book), scalar(BATCH, book)
    for figure in range(FIGURES):
        parts = [one.shortfalls[figure] for one in expected]
        assert figures.shortfalls(figure).ints() == parts
        assert figures.figure(figure) == Figure(sum(parts), sum(part > 0 for part in parts))
    assert figures.net.ints() == [one.net for one in expected]
    sums: Counter[int] = Counter()
    for k in range(len(book)):
        sums.update(dict(book.holdings(k)))
    assert figures.totals == tuple(sums[key] for key in range(KEYS))


def test_figures_of_parts_add_up() -> None:
    """As the proofs of batches do."""
    book = drawn_book(1_000, 3)
    whole, parts = book_figures(BATCH, book), [book_figures(BATCH, book.part(a, a + 250)) for a in range(0, 1_000, 250)]
    for figure in range(FIGURES):
        sums = [one.figure(figure) for one in parts]
        assert whole.figure(figure) == Figure(sum(one.amount for one in sums), sum(one.accounts for one in sums))
    assert whole.totals == tuple(map(sum, zip(*(one.totals for one in parts), strict=True)))


def extreme(sign: int) -> BatchSchedule:
    """1,024 keys at the bounds of slope and value, in every line."""
    zero, steep, high = Line(0, 0), Line(sign * MAX_SLOPE, 0), Line(0, sign * MAX_VALUE)
    pieces: list[BatchPiece] = []
    for key in range(1024):
        pieces.append(BatchPiece(key, 0, 0, zero, (zero,) * 4))
        pieces.append(BatchPiece(key, 1, MAX_QUANTITY - 1, steep, (steep,) * 4))
        pieces.append(BatchPiece(key, MAX_QUANTITY, MAX_QUANTITY, high, (high,) * 4))
    return BatchSchedule(pieces)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("q", [MAX_QUANTITY, MAX_QUANTITY - 1, 1])
def test_no_limb_overflows_at_the_bounds(sign: int, q: int) -> None:
    schedule = extreme(sign)
    book = Book.of([("a", 0, [(key, q) for key in range(1024)]), ("b", 0, [(0, q)])])
    figures = book_figures(schedule, book)
    assert [*figures] == scalar(schedule, book)
    assert figures[0].net == 1024 * figures[1].net
    assert figures.figure(DEFICIT + 3).amount == max(0, -1025 * figures[1].net)


def test_empty_books_and_accounts() -> None:
    assert len(book_figures(BATCH, Book.of([]))) == 0
    figures = book_figures(BATCH, Book.of([(str(k), 0, []) for k in range(3)]))
    assert figures.figures == (Figure(0, 0),) * FIGURES
    assert figures.totals == (0,) * KEYS
    assert account_figures(BATCH, []).shortfalls == (0,) * FIGURES


@pytest.mark.parametrize("holding", [(0, MAX_QUANTITY + 1), (KEYS, 1), (16_377, 0)])
def test_holding_without_a_piece_rejected(holding: tuple[int, int]) -> None:
    with pytest.raises(HoldingError):
        account_figures(BATCH, [holding])
    if holding[1] <= MAX_QUANTITY:
        with pytest.raises(HoldingError, match=r"account 'bad'.*covered by no tier"):
            book_figures(BATCH, Book.of([("good", 0, [(0, 1)]), ("bad", 0, [holding])]))


def test_split_positions_rejected() -> None:
    with pytest.raises(HoldingError, match="strictly ascending"):
        account_figures(BATCH, [(3, 1), (3, 1)])
    with pytest.raises(HoldingError, match="more than 1024"):
        account_figures(extreme(1), [(key, 0) for key in range(1025)])


def test_progress_counts_every_account() -> None:
    done: list[int] = []
    book_figures(BATCH, drawn_book(8_000, 3), progress=done.append)
    assert sum(done) == 8_000
    assert len(done) > 1


def test_twenty_thousand_accounts_in_time() -> None:
    book = drawn_book(20_000, 1, full=True)
    assert len(book.keys) == 200_000
    start = time.monotonic()
    assert book_figures(BATCH, book).figure(DEFICIT).accounts > 0
    assert time.monotonic() - start < 5
