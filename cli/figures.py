"""The figures that proofs of a book's batches publish: shortfalls at the snapshot and in each scenario, liabilities."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from plimsoll.cli import console
from plimsoll.cli.amounts import exact, missing, quantity
from plimsoll.engine.account_figures import DEFICIT, MARGIN_GAP
from plimsoll.engine.batch_schedule import BatchSchedule, compile_batch_schedule
from plimsoll.engine.book_figures import BookFigures, Figure, book_figures
from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.ingest.preflight import CheckedBook
from plimsoll.engine.liabilities import Imbalance, Liability, LiabilityError, imbalances, liabilities
from plimsoll.engine.scenarios import ScenarioList

AT_SNAPSHOT: Final = "at the snapshot"


@dataclass(frozen=True, slots=True)
class CheckedFigures:
    """A book's figures under a list of scenarios, and the fund that deficits are compared with (None: with nothing)."""

    scenarios: ScenarioList
    fund: int | None
    schedule: BatchSchedule
    figures: BookFigures
    owed: list[Liability]
    unowed: str
    """Why there are no liabilities, else empty."""
    unbalanced: list[Imbalance]

    @property
    def margin_gap(self) -> Figure:
        """What accounts lack to maintenance margin at the snapshot."""
        return self.figures.figure(MARGIN_GAP)

    @property
    def deficits(self) -> list[tuple[str, Figure]]:
        """What accounts lack to zero, at the snapshot and in each scenario."""
        names = [AT_SNAPSHOT, *(one.name for one in self.scenarios.scenarios)]
        return [(name, self.figures.figure(DEFICIT + s)) for s, name in enumerate(names)]

    def covered(self, deficit: Figure) -> bool:
        """Whether the fund covers a deficit."""
        return self.fund is None or deficit.amount <= self.fund

    @property
    def within_fund(self) -> bool:
        """Whether the fund covers every one of them, each by itself."""
        return all(self.covered(one) for _, one in self.deficits)


def check_figures(
    checked: CheckedBook, scenarios: ScenarioList, fund: int | None, progress: Callable[[int], None]
) -> CheckedFigures:
    """Raises `PlimsollError` where the scenarios do not fit the book's market, or a holding is beyond their tiers."""
    schedule = compile_batch_schedule(checked.snapshot, checked.parameters, scenarios)
    figures = book_figures(schedule, checked.book, progress=progress)
    table = checked.parameters.table
    owed: list[Liability] = []
    unowed = ""
    try:
        owed = liabilities(figures.totals, table)
    except LiabilityError as error:
        unowed = str(error)
    return CheckedFigures(scenarios, fund, schedule, figures, owed, unowed, imbalances(figures.totals, table))


def figures_data(one: CheckedFigures) -> dict[str, Any]:
    """All of them, amounts as exact decimal strings."""
    return {
        "margin_gap": {"amount": exact(one.margin_gap.amount), "accounts": one.margin_gap.accounts},
        "deficits": [
            {"at": name, "amount": exact(deficit.amount), "accounts": deficit.accounts, "covered": one.covered(deficit)}
            for name, deficit in one.deficits
        ],
        "insurance_fund": None if one.fund is None else exact(one.fund),
        "within_fund": one.within_fund,
        "scenarios": {
            "name": one.scenarios.name,
            "revision": one.scenarios.revision,
            "digest": one.scenarios.digest().hex(),
        },
        "schedule": {"pieces": len(one.schedule), "digest": one.schedule.digest().hex()},
        "liabilities": [
            {"currency": owed.currency, "quantity": format_quantity(owed.lots, owed.lot)} for owed in one.owed
        ],
        "unbalanced": [
            {
                "instrument": found.instrument,
                "long": format_quantity(found.longs, found.lot),
                "short": format_quantity(found.shorts, found.lot),
            }
            for found in one.unbalanced
        ],
    }


def show_figures(one: CheckedFigures, quote: str) -> None:
    """Print the figures on stdout, and on stderr what proofs of totals would refuse."""
    terminal = console.stdout()
    rows = [["margin gap", AT_SNAPSHOT, f"{one.margin_gap.accounts:,}", missing(one.margin_gap.amount), ""]]
    for name, deficit in one.deficits:
        verdict = "" if one.fund is None else "covered" if one.covered(deficit) else "more than the fund"
        rows.append(["deficit", name, f"{deficit.accounts:,}", missing(deficit.amount), verdict])
    columns = [("figure", False), ("scenario", False), ("accounts", True), (f"in {quote}", True), ("fund", False)]
    terminal.print()
    terminal.print(console.listing("Shortfalls", columns, rows))
    terminal.print()
    if one.owed:
        owed = [[o.currency, quantity(format_quantity(o.lots, o.lot))] for o in one.owed if o.lots]
        terminal.print(console.listing("Liabilities", [("currency", False), ("quantity", True)], owed))
        terminal.print()
    terminal.print(f"Schedule of {len(one.schedule):,} pieces, {console.plain(one.schedule.digest().hex())}")
    if one.unowed:
        console.show_warning(one.unowed)
    for found in one.unbalanced:
        console.show_warning(f"a contract without a counterparty in the book: {found}")
    if one.fund is not None:
        if one.within_fund:
            terminal.print("[green]The insurance fund covers every deficit, each by itself.[/]")
        else:
            terminal.print("[bold red]The insurance fund does not cover every deficit.[/]")
