"""The standard load line: it covers every table, keeps the table, and is what the page says."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from random_market import files
from venues import cash, flat, parameters, perpetual, snapshot

from plimsoll.engine.account_figures import account_figures
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.brackets import BRACKET_FIELDS, MAX_BRACKETS_IN_ALL
from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.instruments import MAX_INSTRUMENTS, InstrumentInfo, InstrumentTable, Kind, Side
from plimsoll.engine.load_line import (
    DOLLAR_RULES,
    DOLLARS,
    LARGE,
    LARGE_RULES,
    MAJOR,
    MAJOR_RULES,
    OTHER_RULES,
    class_rules,
    load_line,
    load_line_text,
)
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList, shocked
from plimsoll.engine.schedule import compile_schedule
from plimsoll.engine.snapshot import MarketSnapshot

FUTURE = {"kind": "future", "expiry": "2030-03-29T08:00:00.5Z"}


def coin(name: str, lot: str = "0.00001") -> dict[str, Any]:
    return {"name": name, "kind": "spot", "currency": name, "lot": lot}


def venue(quote: str) -> RiskParameters:
    """A venue with an instrument of every class and kind."""
    return parameters(
        [
            *map(coin, ("USD", "USDT", "BTC", "SOL", "MEME")),
            perpetual("BTC-PERP", "0.001", flat(1), underlying="BTC", currency="USDT"),
            perpetual("SOL-BTC", "0.001", flat(1), underlying="SOL", currency="BTC"),
            {**perpetual("MEME-30", "1", flat(1), underlying="MEME", currency="USD"), **FUTURE},
            {**cash(), "currency": "USDT"},
        ],
        quote=quote,
    )


VENUE = venue("USD")
PRICES = {"USDT": "0.999", "BTC": "60000", "SOL": "150", "MEME": "0.25", "BTC-PERP": "60010", "SOL-BTC": "0.0025"}
MARKET = snapshot({**PRICES, "MEME-30": "0.26"}).model_copy(update={"quote": "USD"})


def test_table_and_so_leaves_and_root_stay_the_venues() -> None:
    line = load_line(VENUE.table, VENUE.quote)
    assert line.table.digest() == VENUE.table.digest()
    assert line.quote == "USD"
    assert line.digest() == load_line(line.table, "USD").digest()
    assert compile_schedule(MARKET, line).keys() == compile_schedule(MARKET, VENUE).keys()


def in_dollars(seed: int) -> tuple[MarketSnapshot, RiskParameters]:
    """A random market, which counts in U, with dollars in place of it."""
    market, rules = (one.model_dump_json().replace('"U"', '"USD"').encode() for one in files(seed))
    return MarketSnapshot.parse(market), RiskParameters.parse(rules)


@pytest.mark.parametrize("seed", range(4))
def test_random_markets_compile(seed: int) -> None:
    market, rules = in_dollars(seed)
    line = load_line(rules.table, rules.quote)
    assert line.table.digest() == rules.table.digest()
    assert compile_batch_schedule(market, line, NO_SCENARIOS).keys() == list(range(2 * len(rules.table)))


def value(holdings: dict[tuple[str, Side], int]) -> tuple[int, int]:
    """Net and equity of holdings in lots, in whole units of 10^-8 dollars."""
    line = load_line(VENUE.table, "USD")
    schedule = compile_batch_schedule(MARKET, line, NO_SCENARIOS)
    lots = sorted((line.table.key(name, side), q) for (name, side), q in holdings.items())
    figures = account_figures(schedule, lots)
    return figures.net * 10**8 // VALUE_SCALE, figures.equities[0] * 10**8 // VALUE_SCALE


@pytest.mark.parametrize(
    ("holding", "net", "equity"),
    [
        # 100 dollars of the quote: in full; owed: with a margin of 3 %
        (("USD", Side.LONG, 100 * 10**5), 100, 100),
        (("USD", Side.SHORT, 100 * 10**5), -103, -100),
        # another dollar at 0.999, less 15 %; owed: 5 % premium and 3 % margin
        (("USDT", Side.LONG, 100 * 10**5), 84.915, 84.915),
        (("USDT", Side.SHORT, 100 * 10**5), -107.892, -104.895),
        # one BTC, less 18 %; owed: 6 % and 6 %
        (("BTC", Side.LONG, 10**5), 49_200, 49_200),
        (("BTC", Side.SHORT, 10**5), -67_200, -63_600),
        # 500 BTC are 30 million: 18 % of the first 10, 43 % of the rest
        (("BTC", Side.LONG, 500 * 10**5), 19_600_000, 19_600_000),
        (("SOL", Side.LONG, 10**5), 105, 105),
        (("SOL", Side.SHORT, 10**5), -177, -162),
        # 800,000 MEME are 200,000: half of the first 100,000 and nothing of the rest
        (("MEME", Side.LONG, 800_000 * 10**5), 50_000, 50_000),
        # 40 contracts at 60,010 in USDT: 3 % of the first million and 6 % of the rest, at 0.999
        (("BTC-PERP", Side.LONG, 40_000), 2_398_000 - 113_910, 2_398_000),
        # priced in BTC: sizes mean nothing, half of 150 dollars
        (("SOL-BTC", Side.SHORT, 1_000), -225, -150),
        (("MEME-30", Side.LONG, 100_000), 23_400, 26_000),
    ],
)
def test_holdings_by_hand(holding: tuple[str, Side, int], net: float, equity: float) -> None:
    name, side, q = holding
    if name == "BTC-PERP":
        notional = 40 * 60_010
        exact = round(notional * 0.999 * 1000), round((30_000 + (notional - 1_000_000) * 0.06) * 0.999 * 1000)
        net, equity = (exact[0] - exact[1]) / 1000, exact[0] / 1000
    found = value({(name, side): q})
    assert [round(one / 10**5) for one in found] == [round(net * 1000), round(equity * 1000)]


def test_classes_by_name() -> None:
    assert class_rules("USDC") is DOLLAR_RULES
    assert class_rules("ETH") is MAJOR_RULES
    assert class_rules("SOL") is LARGE_RULES
    assert [class_rules(name) for name in ("FTT", "btc", "GOLD", "EUR")] == [OTHER_RULES] * 4
    assert not DOLLARS & MAJOR
    assert not LARGE & (DOLLARS | MAJOR)


def test_stricter_classes_ask_for_more_everywhere() -> None:
    def at(ladder: tuple[tuple[str, str], ...], size: int) -> float:
        return max(float(rate) for floor, rate in ladder if int(floor) <= size)

    classes = (MAJOR_RULES, LARGE_RULES, OTHER_RULES)
    for mild, strict in pairwise(classes):
        for size in (0, 10**5, 10**6, 10**7, 10**8, 10**9):
            assert at(mild.margin, size) < at(strict.margin, size)
            assert at(mild.haircut, size) < at(strict.haircut, size)
        assert float(mild.debt_premium) < float(strict.debt_premium)
        assert float(mild.debt_margin) < float(strict.debt_margin)


def test_contract_priced_in_no_dollar_takes_the_last_rate() -> None:
    line = load_line(VENUE.table, "USD")
    assert [bracket.rate for bracket in line.by_name["SOL-BTC"].maintenance] == [500_000]
    assert len(line.by_name["BTC-PERP"].maintenance) == 4


@pytest.mark.parametrize("quote", ["MEME", "BTC", "EUR"])
def test_quote_that_is_no_dollar_is_refused(quote: str) -> None:
    """A venue that counts in its own token would have collateral without a haircut that falls in no scenario."""
    with pytest.raises(InputError, match=f"quote: the load line counts in dollars .*got '{quote}'"):
        load_line(venue(quote).table, quote)


@pytest.mark.parametrize("kind", [Kind.SPOT, Kind.PERPETUAL])
def test_the_largest_table_is_covered(kind: Kind) -> None:
    def info(k: int) -> InstrumentInfo:
        return InstrumentInfo(f"I{k}", kind, f"C{k}" if kind is Kind.SPOT else "USD", -3, f"C{k}", 0)

    line = load_line(InstrumentTable(map(info, range(MAX_INSTRUMENTS))), "USD")
    count = sum(len(getattr(one, field)) for one in line.instruments for field in BRACKET_FIELDS)
    assert 4 * MAX_INSTRUMENTS == count <= MAX_BRACKETS_IN_ALL


def test_committed_example_is_current(repository: Path) -> None:
    rules = RiskParameters.load(repository / "examples" / "book" / "parameters.json")
    text = (repository / "examples" / "load-line" / "parameters.json").read_text()
    assert text == load_line_text(rules.table, rules.quote), (
        "run `python -m plimsoll.engine.load_line examples/book/parameters.json examples/load-line/parameters.json`"
    )
    assert RiskParameters.parse(text.encode()) == load_line(rules.table, rules.quote)


def test_standard_scenarios_fit_every_venue(repository: Path) -> None:
    folder = repository / "examples"
    standard = ScenarioList.load(folder / "load-line" / "scenarios.json")
    assert len(standard) == 3
    example = MarketSnapshot.load(folder / "book" / "snapshot.json")
    rules = RiskParameters.load(folder / "book" / "parameters.json")
    compile_batch_schedule(example, load_line(rules.table, rules.quote), standard)
    compile_batch_schedule(MARKET, load_line(VENUE.table, "USD"), standard)
    for market, parameters_ in map(in_dollars, range(3)):
        compile_batch_schedule(market, load_line(parameters_.table, parameters_.quote), standard)
    fall = shocked(MARKET, VENUE, standard.scenarios[1]).prices
    assert fall["BTC"] == 30_000 * VALUE_SCALE
    assert fall["USDT"] == MARKET.prices["USDT"]
    assert fall["SOL"] == fall["MEME"] * 600 == VALUE_SCALE * 375 // 10
    # a quarter over a half, in BTC
    assert fall["SOL-BTC"] * 2 == MARKET.prices["SOL-BTC"]


def test_the_page_says_the_figures(repository: Path) -> None:
    """Every rate and name stands in the page; its tables are read by people who choose a figure."""
    page = (repository / "examples" / "load-line" / "README.md").read_text()
    for names in (DOLLARS, MAJOR, LARGE):
        for name in names:
            assert f" {name}" in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    for label, rules in (("major", MAJOR_RULES), ("large", LARGE_RULES), ("other", OTHER_RULES)):
        mine = [row for row in rows if label in row.split("|")[1] and "%" in row]
        (margin,) = (row for row in mine if row.count("from") == 3)
        (coins,) = (row for row in mine if row.count("|") == 5)
        for _, rate in rules.margin:
            assert f"{float(rate) * 100:g} %" in margin
        for rate in (*(rate for _, rate in rules.haircut), rules.debt_premium, rules.debt_margin):
            assert f"{float(rate) * 100:g} %" in coins
    standard = json.loads((repository / "examples" / "load-line" / "scenarios.json").read_text())
    for one in standard["scenarios"]:
        row = next(row for row in rows if row.startswith(f"| {one['name']}"))
        for move in (one["default"], one["underlyings"]["BTC"], one["underlyings"]["ETH"]):
            assert f"{float(move) * 100:+g} %" in row
