"""Risk parameters: every rule that is refused, and what the digest covers."""

from __future__ import annotations

from copy import deepcopy
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from venues import cash, flat, parameters, perpetual, snapshot

from plimsoll.engine.brackets import MAX_BRACKETS, Bracket, pieces
from plimsoll.engine.dominance import check_dominates
from plimsoll.engine.instruments import MAX_INSTRUMENTS, MAX_KEY, InstrumentInfo, InstrumentTable, Kind, Side
from plimsoll.engine.market import market_problems
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, RefusedValueError

Json = dict[str, Any]
TWO: list[Json] = [{"floor": "0", "cap": "100", "rate": "0.01"}, {"floor": "100", "cap": None, "rate": "0.02"}]
COIN: Json = {
    "name": "BTC",
    "kind": "spot",
    "currency": "BTC",
    "lot": "0.00000001",
    "haircut": TWO,
    "debt_premium": flat(5),
}
PERPETUAL = perpetual("BTC-PERP", "0.001", TWO, initial=flat(30_000))
FUTURE = {**PERPETUAL, "name": "BTC-JUN", "kind": "future", "expiry": "2026-06-26T08:00:00Z"}
ALL = [COIN, PERPETUAL, FUTURE, cash()]


ladder_steps = st.tuples(st.integers(1, 20), st.integers(0, 5))


def ladder(steps: list[tuple[int, int]]) -> list[Bracket]:
    """Brackets of these widths and rises of the rate in percent."""
    floors, rates = [0], [1]
    for width, rise in steps:
        floors.append(floors[-1] + width)
        rates.append(rates[-1] + rise)
    caps = [*map(str, floors[1:]), None]
    rows = zip(floors, caps, rates, strict=True)
    return [Bracket.model_validate({"floor": str(a), "cap": b, "rate": f"0.{rate:02}"}) for a, b, rate in rows]


def margin(brackets: list[Bracket], notional: Fraction, style: str) -> Fraction:
    """The piece that holds at a notional, evaluated."""
    parts = pieces(brackets, whole=style == "whole")
    return next(p.rate * notional - p.deduction for p in reversed(parts) if p.floor <= notional)


def changed(instrument: Json, **changes: Any) -> Json:
    return {**deepcopy(instrument), **changes}


def test_table_is_sorted_by_group_and_keys_follow() -> None:
    table = parameters(ALL[::-1]).table
    assert [one.name for one in table] == ["BTC", "BTC-JUN", "BTC-PERP", "cash"] or [
        one.group for one in table
    ] == sorted(one.group for one in table)
    assert table.key("cash", Side.SHORT) == 2 * table.index("cash") + 1
    assert table.of_key(table.key("BTC", Side.SHORT)) == (table[table.index("BTC")], Side.SHORT)
    assert "BTC" in table
    assert "none" not in table


def test_spelling_and_order_make_no_difference() -> None:
    spelled = changed(
        PERPETUAL, maintenance=[{**TWO[0], "rate": "0.010", "deduction": "0.0"}, {**TWO[1], "floor": "100.0"}]
    )
    spelled["maintenance"][1]["deduction"] = "1"
    assert parameters(ALL).digest() == parameters([cash(), COIN, FUTURE, spelled]).digest()


@pytest.mark.parametrize(
    ("place", "changes"),
    [
        (0, {"lot": "0.0000001"}),
        (0, {"haircut": flat(1)}),
        (0, {"debt_premium": flat(6)}),
        (0, {"maintenance": flat(1)}),
        (1, {"name": "BTC-PERP2"}),
        (1, {"currency": "BTC"}),
        (1, {"underlying": "ETH"}),
        (1, {"style": "whole"}),
        (1, {"initial": flat(30_001)}),
        (1, {"open_interest": {"lower": "0", "upper": "0"}}),
        (1, {"maintenance": [{**TWO[0], "cap": "101"}, {**TWO[1], "floor": "101"}]}),
        (2, {"expiry": "2026-06-26T08:00:01Z"}),
        (3, {"kind": "spot"}),
    ],
)
def test_every_field_is_in_the_digest(place: int, changes: Json) -> None:
    instruments = [changed(one, **changes) if k == place else one for k, one in enumerate(ALL)]
    assert parameters(instruments).digest() != parameters(ALL).digest()
    in_table = {"lot", "name", "currency", "underlying", "expiry", "kind"} & changes.keys()
    assert (parameters(instruments).table.digest() != parameters(ALL).table.digest()) == bool(in_table)


def test_quote_currency_is_in_the_digest_and_the_snapshot_s() -> None:
    """Else a snapshot in another unit, with every price divided by it, would move every border in a spot ladder."""
    assert parameters(ALL).digest() != parameters(ALL, quote="V").digest()
    problems = market_problems(snapshot({}), parameters(ALL, quote="V"))
    assert [one.place for one in problems if "quote currency" in one.remedy] == ["quote"]


def test_close_out_is_in_the_digest() -> None:
    assert parameters(ALL).digest() != parameters(ALL, close_out="0.6").digest()


@pytest.mark.parametrize(
    ("instrument", "changes", "message"),
    [
        (PERPETUAL, {"maintenance": [TWO[1]]}, "starts at 100, expected 0"),
        (PERPETUAL, {"maintenance": [TWO[0], {**TWO[1], "floor": "101"}]}, "starts at 101, expected 100"),
        (PERPETUAL, {"maintenance": [TWO[0], {**TWO[1], "floor": "99"}]}, "starts at 99, expected 100"),
        (PERPETUAL, {"maintenance": [{**TWO[0], "cap": "0"}]}, "ends at or below its floor"),
        (PERPETUAL, {"maintenance": [flat(1)[0], TWO[1]]}, "only the last bracket may have a null cap"),
        (PERPETUAL, {"maintenance": [TWO[0], {**TWO[1], "rate": "0.009"}]}, "lower rate than the one before"),
        (PERPETUAL, {"maintenance": [TWO[0], {**TWO[1], "deduction": "2"}]}, "states the deduction 2, expected 1"),
        (PERPETUAL, {"maintenance": [{**TWO[0], "rate": "0.0000001"}]}, "finer than 6 decimals"),
        (PERPETUAL, {"maintenance": [{**TWO[0], "rate": "-0.01"}]}, "negative"),
        (PERPETUAL, {"maintenance": [{**TWO[0], "rate": 1}]}, "decimal string"),
        (PERPETUAL, {"maintenance": flat(10**7 + 1)}, "rate above 10"),
        (PERPETUAL, {"maintenance": flat(1) * (MAX_BRACKETS + 1)}, "more than 1000 brackets"),
        (PERPETUAL, {"initial": flat(15_000)}, "initial margin falls below maintenance margin"),
        (PERPETUAL, {"initial": [{**TWO[0], "rate": "0.02"}]}, "end at different caps"),
        (PERPETUAL, {"maintenance": [], "initial": []}, "needs `underlying` and `maintenance`"),
        (PERPETUAL, {"underlying": None}, "needs `underlying` and `maintenance`"),
        (PERPETUAL, {"expiry": "2026-06-26T08:00:00Z"}, "a future has an expiry"),
        (FUTURE, {"expiry": None}, "a future has an expiry"),
        (PERPETUAL, {"haircut": flat(1)}, "are for spot"),
        (COIN, {"haircut": flat(10**6 + 1)}, "rate above 1"),
        (COIN, {"open_interest": {"lower": "0", "upper": "0"}}, "for perpetuals and futures"),
        (COIN, {"initial": flat(1)}, "`initial` without `maintenance`"),
        (cash(), {"maintenance": flat(0)}, "is cash"),
        (cash(), {"debt_premium": flat(0)}, "are for spot"),
        (cash(), {"lot": "0.5"}, "power of ten"),
        (cash(), {"name": "caf\u00e9"}, "expected a name"),
        (cash(), {"name": ""}, "expected a name"),
        (cash(), {"kind": "option"}, "expected 'spot'"),
        (cash(), {"tick": "1"}, "unknown field"),
    ],
)
def test_wrong_rules_rejected(instrument: Json, changes: Json, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parameters([changed(instrument, **changes)])


@pytest.mark.parametrize(
    ("instruments", "message"),
    [
        ([], "1 to 8189 instruments"),
        ([COIN, COIN], "two instruments of the name BTC"),
        ([COIN, changed(COIN, name="XBT")], "two instruments of the spot currency BTC"),
        ([cash(), changed(cash(), name="other")], "two instruments of the settlement currency U"),
        ([PERPETUAL, changed(PERPETUAL, name="other")], "are one contract: both perpetuals on "),
        ([FUTURE, changed(FUTURE, name="other", lot="1", style="whole")], "are one contract: both futures on "),
    ],
)
def test_wrong_tables_rejected(instruments: list[Json], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parameters(instruments)


def test_close_out_above_maintenance_rejected() -> None:
    with pytest.raises(InputError, match="close_out"):
        parameters([cash()], close_out="1.000001")


def test_too_many_instruments_rejected() -> None:
    def info(k: int) -> InstrumentInfo:
        return InstrumentInfo(f"I{k}", Kind.SPOT, f"I{k}", 0, f"I{k}", 0)

    table = InstrumentTable(info(k) for k in range(MAX_INSTRUMENTS))
    assert 2 * (len(table) - 1) + 1 == MAX_KEY
    with pytest.raises(RefusedValueError, match="more than 8189"):
        InstrumentTable(info(k) for k in range(MAX_INSTRUMENTS + 1))
    with pytest.raises(RefusedValueError, match="one name"):
        InstrumentTable([info(1), info(1)])


def test_initial_may_touch_maintenance_from_above() -> None:
    """Brackets at other floors, never below: equal up to 100, above from there."""
    initial = [{**TWO[0], "cap": "50"}, {"floor": "50", "cap": None, "rate": "0.02"}]
    parameters([changed(PERPETUAL, initial=initial)])
    late = [{**TWO[0], "cap": "101"}, {"floor": "101", "cap": None, "rate": "0.5"}]
    with pytest.raises(InputError, match="from notional 100"):
        parameters([changed(PERPETUAL, initial=late)])


@pytest.mark.parametrize("style", ["marginal", "whole"])
@example(high=[(1, 2), (8, 1)], low=[(8, 3)])
@given(high=st.lists(ladder_steps, max_size=4), low=st.lists(ladder_steps, max_size=4))
def test_dominance_agrees_with_sampling(style: str, high: list[tuple[int, int]], low: list[tuple[int, int]]) -> None:
    initial, maintenance = ladder(high), ladder(low)
    samples = [Fraction(n, 2) for n in range(300)]
    below = any(margin(initial, n, style) < margin(maintenance, n, style) for n in samples)
    below = below or initial[-1].rate < maintenance[-1].rate
    try:
        check_dominates(initial, maintenance, whole=style == "whole")
    except RefusedValueError:
        assert below
    else:
        assert not below


def test_file_round_trip() -> None:
    one = parameters(ALL)
    again = RiskParameters.parse(one.model_dump_json().encode())
    assert again.digest() == one.digest()
