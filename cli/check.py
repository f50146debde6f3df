"""`plimsoll check`: every problem of a book's files, then the health of the book."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plimsoll.circuits.shapes import LOG_LEAVES
from plimsoll.cli import console
from plimsoll.cli.figures import CheckedFigures, check_figures, figures_data, show_figures
from plimsoll.cli.findings import findings_data, show_findings, summary
from plimsoll.cli.health import health_data, show_health
from plimsoll.cli.memory import forbid_core_dumps
from plimsoll.cli.options import ANY_AGE, AT, BOOK, JSON, MAX_AGE, PATH, QUANTIZE, decimal, now
from plimsoll.cli.readers import warn_of_readers
from plimsoll.engine.book_health import book_health
from plimsoll.engine.decimals import VALUE_DIGITS
from plimsoll.engine.fields import format_time
from plimsoll.engine.ingest.findings import Findings
from plimsoll.engine.ingest.market_files import MICROSECONDS, Freshness
from plimsoll.engine.ingest.preflight import BookRefusedError, preflight
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList

MOST = 1 << LOG_LEAVES[-1]
"""Accounts that one proof covers."""
FOREVER = 10_000 * 366 * 86_400 * MICROSECONDS


def freshness(at: int | None, max_age: int | None) -> Freshness:
    """What the options --at and --max-age ask for."""
    return Freshness(now() if at is None else at, FOREVER if max_age == ANY_AGE else max_age)


@click.command()
@BOOK
@AT
@MAX_AGE
@QUANTIZE
@click.option("--scenarios", "scenario_file", type=PATH, metavar="FILE", help="Show the deficits in these scenarios.")
@click.option("--allow-failing", is_flag=True, help="Accounts below maintenance margin are counted, and no failure.")
@click.option(
    "--insurance-fund",
    "fund",
    metavar="AMOUNT",
    callback=decimal(VALUE_DIGITS),
    help="Compare deficits with this, in the quote.",
)
@JSON
def check(
    book: Path,
    at: int | None,
    max_age: int | None,
    quantize: bool,
    scenario_file: Path | None,
    allow_failing: bool,
    fund: int | None,
    as_json: bool,
) -> int:
    """Check the files of BOOK and show the health of its accounts.

    BOOK is a directory with accounts and holdings (CSV or Parquet), snapshot.json and parameters.json. Every problem
    is reported with its file, row, column, value and remedy.

    \b
    Exit codes: 0 every account meets its maintenance margin, 1 some do not,
    or the insurance fund does not cover a deficit, 2 wrong usage,
    3 the book cannot be read or has errors.
    """
    forbid_core_dumps()
    scenarios = NO_SCENARIOS if scenario_file is None else ScenarioList.load(scenario_file)
    judge = freshness(at, max_age)
    warn_of_readers(book)
    with console.counted() as progress:
        try:
            checked = preflight(book, freshness=judge, quantize=quantize, progress=progress)
        except BookRefusedError as error:
            return _refused(book, judge, error.findings, as_json)
        done = 0

        def advance(accounts: int) -> None:
            nonlocal done
            done += accounts
            progress("evaluating accounts", done, len(checked.book))

        health = book_health(checked.schedules, checked.book, progress=advance)
        figures: CheckedFigures | None = None
        if scenario_file is not None or allow_failing or fund is not None:
            done = 0
            figures = check_figures(checked, scenarios, fund, advance)
    data = health_data(checked, health)
    failed = bool(data["failing"]) and not allow_failing
    if figures is not None:
        data["figures"] = figures_data(figures)
        failed = failed or not figures.within_fund
    code = console.FAILED if failed else console.OK
    fits = len(checked.book) <= MOST
    data["fits_one_proof"] = fits
    if not fits:
        console.show_warning(
            f"{len(checked.book):,} accounts: one strict proof covers at most {MOST:,}: prove this book over "
            "batches, with `plimsoll book prove`"
        )
    if as_json:
        console.write_json(_head(book, judge, checked.findings) | data | {"exit_code": code})
    else:
        show_findings(checked.findings)
        show_health(checked, health, data)
        if figures is not None:
            show_figures(figures, checked.snapshot.quote)
    return code


def _refused(book: Path, judge: Freshness, findings: Findings, as_json: bool) -> int:
    if as_json:
        console.write_json(_head(book, judge, findings) | {"exit_code": console.UNREADABLE})
    else:
        show_findings(findings)
        console.show_error(f"{book} cannot be used: {summary(findings)}")
    return console.UNREADABLE


def _head(book: Path, judge: Freshness, findings: Findings) -> dict[str, Any]:
    return {
        "book": str(book),
        "checked_at": format_time(judge.at),
        "usable": not findings.errors,
        "findings": findings_data(findings),
    }
