"""The sample book is what the issue asks for, and the same for the same seed."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.cli.demo.command import HOLDINGS_PER_ACCOUNT
from plimsoll.cli.demo.market import QUOTE, listings, quarterly_expiries
from plimsoll.cli.demo.sample_book import SampleBook, even_book, sample_book
from plimsoll.engine.book import Book
from plimsoll.engine.book_health import book_health
from plimsoll.engine.health import Status, account_health
from plimsoll.engine.ingest.preflight import CheckedBook, preflight
from plimsoll.engine.instruments import Kind, Side

TIME = datetime(2026, 3, 21, 7, 0, tzinfo=UTC)


def files(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(directory.iterdir())}


def rows(book: Book) -> int:
    return sum(-(-int(count) // 6) for count in np.diff(book.offsets))


def test_one_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        sample_book(TIME, 200, seed).write(tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")
    assert files(tmp_path / "a") != files(tmp_path / "c")


def test_the_book_passes_the_pre_flight_check_without_any_finding(checked: CheckedBook) -> None:
    assert not checked.findings.errors
    assert (len(checked.book), len(checked.parameters.table)) == (2_000, 40)


def test_every_account_meets_its_margin_and_a_few_stand_just_above_it(checked: CheckedBook) -> None:
    health = book_health(checked.schedules, checked.book)
    counts = health.counts()
    assert counts[Status.HEALTHY] + counts[Status.PRE_LIQUIDATION] == 2_000
    assert counts[Status.HEALTHY] > 1_800
    accounts = [health[i] for i in range(2_000)]
    close = [one for one in accounts if one.maintenance and one.equity * 100 < one.maintenance * 101]
    assert 5 <= len(close) <= 40


def test_one_lot_less_puts_the_account_on_the_line_below_it(sample: SampleBook, checked: CheckedBook) -> None:
    holdings = dict(checked.book.holdings(checked.book.accounts.index(sample.edge)))
    assert account_health(checked.schedules, sorted(holdings.items())).solvent
    holdings[checked.parameters.table.key(QUOTE, Side.LONG)] -= 1
    assert not account_health(checked.schedules, sorted(holdings.items())).solvent


def test_longs_equal_shorts_and_settlement_balances_cancel(sample: SampleBook) -> None:
    sums: Counter[str] = Counter()
    for one in sample.traders:
        sums.update(one.lots)
    even = [name for name, one in sample.market.items() if one.kind != "spot"]
    assert len(even) == 24
    assert {sums[name] for name in even} == {0}


def test_the_book_has_every_kind_of_holding(checked: CheckedBook) -> None:
    table, schedule = checked.parameters.table, checked.schedules.maintenance
    kinds: Counter[tuple[Kind, Side]] = Counter()
    tiers: Counter[int] = Counter()
    for key, lots in zip(checked.book.keys.tolist(), checked.book.quantities.tolist(), strict=True):
        info, side = table.of_key(key)
        kinds[info.kind, side] += 1
        tiers[schedule.of_key(key).index(schedule.find(key, lots))] += 1
    assert min(kinds[kind, side] for kind in Kind for side in Side) >= 20, kinds
    assert len(tiers) >= 4, tiers
    assert tiers[1] > 100, tiers


def test_sizes_are_heavy_tailed(sample: SampleBook) -> None:
    budgets = sorted((one.budget for one in sample.traders), reverse=True)
    assert sum(budgets[:20]) > sum(budgets) * 3 // 10
    assert budgets[1_000] * 100 < budgets[0]


@pytest.mark.parametrize("accounts", [50, 51, 200, 2_000])
def test_the_book_fits_the_shape_class_that_the_demo_declares(accounts: int, tmp_path: Path) -> None:
    sample_book(TIME, accounts).write(tmp_path)
    book = preflight(tmp_path).book
    shape = ShapeClass.fitting(accounts, HOLDINGS_PER_ACCOUNT)
    assert rows(book) <= shape.holdings_rows
    assert shape.name == "book-2^11x2" or accounts < 2_000


@pytest.mark.parametrize("holdings", [2, 10, 50])
def test_the_benchmarks_book_has_as_many_holdings_as_asked(holdings: int, tmp_path: Path) -> None:
    even_book(TIME, 64, holdings).write(tmp_path)
    checked = preflight(tmp_path)
    assert set(np.diff(checked.book.offsets).tolist()) == {holdings}
    assert not len(book_health(checked.schedules, checked.book).failing())
    table = checked.parameters.table
    sides = {(table.of_key(key)[0].kind, table.of_key(key)[1]) for key in set(checked.book.keys.tolist())}
    assert (Kind.SETTLEMENT, Side.SHORT) in sides
    assert holdings == 2 or {(Kind.PERPETUAL, Side.SHORT), (Kind.SPOT, Side.LONG)} <= sides
    assert holdings < 10 or (Kind.SPOT, Side.SHORT) in sides


def test_futures_expire_on_last_fridays_at_least_a_week_away() -> None:
    expiries = quarterly_expiries(datetime(2026, 12, 23, tzinfo=UTC))
    assert [f"{one:%Y-%m-%d %H}" for one in expiries[:3]] == ["2027-03-26 08", "2027-06-25 08", "2027-09-24 08"]
    assert len(listings(datetime(2026, 12, 31, 23, 59, tzinfo=UTC))) == 40
