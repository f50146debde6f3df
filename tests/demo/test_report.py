"""The report is one page that loads nothing, shows what it is given, and escapes it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from plimsoll.cli.demo.figures import book_figures
from plimsoll.cli.demo.forgery import Forgery
from plimsoll.cli.demo.histogram import histogram
from plimsoll.cli.demo.report import FileFact, Report, TableFact
from plimsoll.cli.demo.sections import size
from plimsoll.engine.decimals import PPM
from plimsoll.engine.health import Status
from plimsoll.engine.ingest.preflight import CheckedBook


@pytest.fixture
def report(checked: CheckedBook) -> Report:
    return Report(
        venue="Sample Venue",
        time="2026-03-21 07:00 UTC",
        sequence=1,
        quote="USDT",
        figures=book_figures(checked.book, checked.snapshot, checked.parameters),
        shape="book-2^11x2",
        profile="standard-128",
        security_bits=128.0,
        security_terms={"Low-degree test (FRI)": 130.25, "Hash collisions (SHA-256)": 128.0},
        keys={"Root of the book": "00ff" * 16},
        tables=[TableFact("holdings.nz", (4096, 256), 217)],
        files=[FileFact("book.proof", 2_162_000, True, "the proof"), FileFact("book.opening", 900, False, "salts")],
        whole=[("deficit in scenario <b>", "0 USDT & more")],
        whole_seconds=2.5,
        forgeries=[Forgery("A title", "What was done", "constraints", "expected this, got that")],
        stages={"witness": 0.05, "proof": 1.5},
        proof_size=2_162_000,
        prove_seconds=2.0,
        verify_seconds=0.5,
        command="plimsoll verify demo/book.proof",
        version="0.1.0",
        machine="a machine",
    )


def test_the_page_is_one_file_that_loads_nothing(report: Report) -> None:
    page = report.html()
    assert page.startswith("<!doctype html>")
    assert "default-src 'none'" in page
    assert not re.search(r"https?:|<script|<link|<img|<iframe|@import|url\(", page)
    assert "$" not in re.sub(r"<style>.*</style>", "", page, flags=re.DOTALL)


def test_the_page_shows_what_it_was_given(report: Report) -> None:
    page = report.html()
    for text in ("All 2,000 accounts", "1,000 accounts/s", "2.2 MB", "4,096 + 256", "128.0", "refused: constraints"):
        assert text in page
    for name in ("healthy", "pre-liquidation", "partial liquidation", "full liquidation", "bankrupt", "BTC-PERP"):
        assert name in page
    assert page.count(">even<") == 24
    assert "0 USDT &amp; more" in page
    assert "made in 2.5 s" in page


def test_the_page_escapes_text_from_outside(report: Report) -> None:
    nasty = '<b onclick="x">&'
    changed = replace(
        report,
        venue=nasty,
        machine=nasty,
        command=nasty,
        keys={nasty: nasty},
        whole=[(nasty, nasty)],
        files=[FileFact(nasty, 1, True, nasty)],
        forgeries=[Forgery(nasty, nasty, nasty, nasty)],
        tables=[TableFact(nasty, (256,), 1)],
        stages={nasty: 1.0},
        security_terms={nasty: 1.0},
    )
    assert "<b onclick" not in changed.html()


def test_figures_count_every_account_once(checked: CheckedBook) -> None:
    figures = book_figures(checked.book, checked.snapshot, checked.parameters)
    assert sum(one.accounts for one in figures.statuses) == figures.accounts == len(figures.ratios) == 2_000
    assert figures.closest == sorted(figures.closest, key=lambda one: one[1])
    assert figures.closest[0][1] >= PPM
    for one in figures.instruments:
        assert one.balanced == (one.long == one.short), "equal lots have equal values"


def test_every_account_with_a_requirement_stands_in_one_bar() -> None:
    ratios: list[tuple[int | None, Status]] = [(PPM * k // 7, Status.HEALTHY) for k in range(7, 4_000)]
    ratios += [(PPM * 10**6, Status.HEALTHY), (None, Status.HEALTHY), (PPM, Status.PRE_LIQUIDATION)]
    chart = histogram(ratios)
    counts = [int(count.replace(",", "")) for count in re.findall(r'class="count"[^>]*>([0-9,]+)<', chart)]
    assert sum(counts) == len(ratios) - 1
    assert "nobody" in chart
    assert "nobody" not in histogram([(PPM - 1, Status.PARTIAL_LIQUIDATION)])


def test_an_empty_chart_is_no_error() -> None:
    assert "chart" in histogram([])


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 bytes"), (999, "999 bytes"), (1_049, "1.0 kB"), (2_150_000, "2.2 MB")]
)
def test_sizes_read_well(count: int, text: str) -> None:
    assert size(count) == text
