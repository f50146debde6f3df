"""The cases of public margin systems as one book: checked, proven, verified, and refused one unit below the line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import pytest
from proving import prove_and_verify
from vector_accounts import VectorAccount, dydx_accounts, x10_accounts
from venues import CASH, X10_UNIT, cash, parameters, snapshot

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.book import Book
from plimsoll.engine.health import AccountHealth, account_health
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import Schedules, compile_schedules
from plimsoll.engine.settlement import holding
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.engine.tiers import MAX_QUANTITY
from plimsoll.prover.job import FailingAccountsError, new_opening, prove_book


class Cases:
    """All cases' accounts with one snapshot and one set of parameters."""

    def __init__(self, accounts: Sequence[VectorAccount]) -> None:
        self.accounts = accounts
        instruments = [*chain.from_iterable(one.instruments for one in accounts), cash("0.000001")]
        prices = {name: price for one in accounts for name, price in one.prices.items()}
        self.snapshot: MarketSnapshot = snapshot(prices)
        self.parameters: RiskParameters = parameters(instruments)
        self.schedules: Schedules = compile_schedules(self.snapshot, self.parameters)

    def holdings(self, account: VectorAccount) -> list[tuple[int, int]]:
        table = self.schedules.table
        signed = {CASH: account.cash, **account.positions}
        return sorted(holding(table, name, lots) for name, lots in signed.items() if lots)

    def health(self, account: VectorAccount) -> AccountHealth:
        return account_health(self.schedules, self.holdings(account))

    def at_line(self, account: VectorAccount) -> VectorAccount:
        """The account with the least cash that meets its requirement."""
        health = self.health(account)
        missing = -(-(health.maintenance - health.equity) // X10_UNIT)
        return replace(account, name=f"{account.name}/line", cash=account.cash + missing)

    def book(self, accounts: Sequence[VectorAccount]) -> Book:
        return Book.of((one.name, 0, self.holdings(one)) for one in accounts)


@pytest.fixture(scope="module")
def cases(shared: Path) -> Cases:
    x10, dydx = (json.loads((shared / f"vectors/{venue}.json").read_text())["cases"] for venue in ("x10", "dydx"))
    accounts = [*x10_accounts(x10), *dydx_accounts(dydx)]
    assert len(accounts) > 100
    fitting = [
        one for one in accounts if all(abs(lots) <= MAX_QUANTITY for lots in (one.cash, *one.positions.values()))
    ]
    too_large = [one.name for one in accounts if one not in fitting]
    assert all(name.startswith("dydx/") for name in too_large) and len(too_large) <= 4, too_large
    return Cases(fitting)


def test_figures_are_the_venues_after_its_rounding(cases: Cases) -> None:
    for account in cases.accounts:
        health = cases.health(account)
        many = len(account.positions)
        if account.equity is not None:
            assert 0 <= abs(health.equity - account.equity * X10_UNIT) <= many * X10_UNIT, account.name
        if account.requirement is not None:
            assert abs(health.maintenance - account.requirement * X10_UNIT) < max(many, 1) * X10_UNIT, account.name


def test_every_account_on_its_line_is_proven_and_verified(cases: Cases) -> None:
    accounts = [cases.at_line(one) for one in cases.accounts]
    accounts += [one for one in cases.accounts if cases.health(one).solvent]
    verified = prove_and_verify(
        cases.book(accounts), cases.snapshot, cases.parameters, ShapeClass.fitting(len(accounts), 6)
    )
    assert verified.security_bits >= 128


def test_exactly_the_accounts_that_the_venues_call_unhealthy_are_refused(cases: Cases) -> None:
    stated = [one for one in cases.accounts if one.equity is not None and one.requirement is not None]
    unhealthy = {one.name for one in stated if (one.equity or 0) < (one.requirement or 0)}
    book, shape = cases.book(stated), ShapeClass.fitting(len(stated), 6)
    with pytest.raises(FailingAccountsError) as refused:
        prove_book(
            book, cases.snapshot, cases.parameters, shape, new_opening(book, shape, cases.snapshot, cases.parameters)
        )
    assert set(refused.value.gaps) == unhealthy
    assert len(unhealthy) > 5


def test_one_unit_below_the_line_is_refused(cases: Cases) -> None:
    accounts = [replace(line, cash=line.cash - 1) for line in map(cases.at_line, cases.accounts)]
    book, shape = cases.book(accounts), ShapeClass.fitting(len(accounts), 6)
    with pytest.raises(FailingAccountsError) as refused:
        prove_book(
            book, cases.snapshot, cases.parameters, shape, new_opening(book, shape, cases.snapshot, cases.parameters)
        )
    assert set(refused.value.gaps) == {one.name for one in accounts}
    assert all(0 < gap <= X10_UNIT for gap in refused.value.gaps.values())
