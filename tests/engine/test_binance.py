"""All 2,805 leverage tiers of binance_tiers.json: maintenance margin at every bracket edge, at awkward prices."""

from __future__ import annotations

import json
from fractions import Fraction
from math import floor
from pathlib import Path

import pytest
from venues import binance_perpetuals, cash, parameters, snapshot

from plimsoll.engine.decimals import VALUE_SCALE
from plimsoll.engine.instruments import Side
from plimsoll.engine.problems import InputError
from plimsoll.engine.schedule import Schedule, compile_schedule
from plimsoll.engine.tiers import MAX_QUANTITY

LOT = Fraction(1, 1000)
AWKWARD = ("0.00001337123456789123", "1234.56789012345678901", "98765.43210987654321098")
ROUND = "125"

Rows = list[tuple[Fraction, Fraction, Fraction, Fraction]]


@pytest.fixture(scope="module")
def tiers(shared: Path) -> dict[str, list[list[str]]]:
    found: dict[str, list[list[str]]] = json.loads((shared / "vectors/binance_tiers.json").read_text())["tiers"]
    assert (len(found), sum(map(len, found.values()))) == (349, 2805)
    return found


def compiled(tiers: dict[str, list[list[str]]], price: str) -> tuple[Schedule, dict[str, int]]:
    """The schedule of all symbols at one price; the last bracket is the venue's last rate without an end."""
    rules = parameters([*binance_perpetuals(tiers, "0.001"), cash("0.000001")])
    return compile_schedule(snapshot(dict.fromkeys(tiers, price)), rules), {
        name: rules.table.key(name, Side.LONG) for name in tiers
    }


def edges(rows: list[list[str]], one: Fraction) -> list[int]:
    """Quantities at, just below and just above every bracket edge, the smallest lot included."""
    marks = {floor(Fraction(text) / one) for row in rows for text in row[:2]}
    # One symbol writes 2^63 - 1 for "no end": no edge, and beyond every quantity.
    return sorted(q for mark in marks for q in range(mark - 1, mark + 3) if 1 <= q <= MAX_QUANTITY)


@pytest.mark.parametrize("price", AWKWARD)
def test_margin_is_never_below_and_hardly_above_the_exact_value(tiers: dict[str, list[list[str]]], price: str) -> None:
    schedule, keys = compiled(tiers, price)
    one = Fraction(price) * LOT
    rounded = 0
    for name, rows in tiers.items():
        exact_rows = [(Fraction(rate), Fraction(cum)) for _, _, rate, cum in rows]
        for q in edges(rows, one):
            exact = max(q * one * rate - cum for rate, cum in exact_rows) * VALUE_SCALE
            for side in Side:
                margin = schedule.find(keys[name] + side, q).requirement(q)
                assert 0 <= margin - exact < q * one * VALUE_SCALE / 10**9, (name, q)
                rounded += margin != exact
    assert rounded, "the prices are meant to be awkward"


def test_margin_is_exact_where_coefficients_are_integers(tiers: dict[str, list[list[str]]]) -> None:
    schedule, keys = compiled(tiers, ROUND)
    one = Fraction(ROUND) * LOT
    for name, rows in tiers.items():
        for q in edges(rows, one):
            exact = max(q * one * Fraction(rate) - Fraction(cum) for _, _, rate, cum in rows) * VALUE_SCALE
            assert schedule.find(keys[name], q).requirement(q) == exact


def test_stated_deductions_obey_the_recursion(tiers: dict[str, list[list[str]]]) -> None:
    """Every `cum` passed the parameters' own check above; one that is off is refused."""
    (wrong,) = binance_perpetuals(dict([next(iter(tiers.items()))]), "0.001")
    wrong["maintenance"][1]["deduction"] = "1"
    with pytest.raises(InputError, match="states the deduction 1, expected"):
        parameters([wrong])
