"""The arithmetic: intervals and proofs against enumeration of small boxes."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.bounds import BoundsError
from plimsoll.circuits.bounds.facts import Facts, Infeasible
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval, number, readable
from plimsoll.circuits.bounds.packing import overlap
from plimsoll.circuits.bounds.rows import read_row
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Op, Table

SMALL = st.integers(-3, 3)
BOXES = st.lists(st.tuples(SMALL, st.integers(0, 3)), min_size=3, max_size=3)
LINEAR = st.lists(SMALL, min_size=4, max_size=4)


def linear(c: list[int]) -> IntPoly:
    return IntPoly({(): c[0], (0,): c[1], (1,): c[2], (2,): c[3]})


def value(poly: IntPoly, point: tuple[int, ...]) -> int:
    total = 0
    for m, c in poly.terms.items():
        total += c * prod(point[column] for column in m)
    return total


def box_of(box: list[tuple[int, int]]) -> list[Interval]:
    return [Interval(lo, lo + size) for lo, size in box]


def points(box: list[Interval]) -> list[tuple[int, ...]]:
    return list(product(*(range(i.lo, i.hi + 1) for i in box)))


@settings(max_examples=60)
@given(BOXES, st.lists(LINEAR, max_size=3), LINEAR)
def test_what_is_proved_holds(box: list[tuple[int, int]], given_: list[list[int]], goal: list[int]) -> None:
    facts = Facts()
    intervals = box_of(box)
    for column, interval in enumerate(intervals):
        facts.give(column, interval)
    zero, *rules = [linear(c) for c in [*given_, [0, 1, 1, -1]]]
    for rule in rules:
        facts.assume(rule)
    facts.equate(zero, set())
    inside = [p for p in points(intervals) if value(zero, p) == 0 and all(value(r, p) >= 0 for r in rules)]
    try:
        facts.tighten()
    except Infeasible:
        assert not inside
        return
    for column in range(3):
        assert all(p[column] in facts.intervals[column] for p in inside)
    square = linear(goal) * IntPoly.column(0)
    for poly in (linear(goal), square):
        interval = poly.interval(facts.intervals)
        assert all(value(poly, p) in interval for p in inside)
        if facts.proves(poly):
            assert all(value(poly, p) >= 0 for p in inside)


@settings(max_examples=60)
@given(BOXES, LINEAR)
def test_packing_is_injective(box: list[tuple[int, int]], weights: list[int]) -> None:
    intervals = box_of(box)
    poly = linear(weights)
    if not overlap(poly, range(3), dict(enumerate(intervals))):
        values = [value(poly, p) for p in points(intervals)]
        assert len(set(values)) == len(values)


def test_packing_up_to_p_is_refused() -> None:
    poly = IntPoly.column(0)
    assert not overlap(poly, [0], {0: Interval(0, P - 1)})
    assert overlap(poly, [0], {0: Interval(0, P)})


def test_an_interval_shorter_than_p_is_readable() -> None:
    assert readable(Interval(-1, P - 2))
    assert not readable(Interval(-1, P - 1))


def test_a_bound_needs_both_sides() -> None:
    facts = Facts()
    facts.assume(IntPoly({(0,): 2, (): 3}))
    assert not facts.bound(0)
    facts.assume(IntPoly({(0,): -2, (): 3}))
    assert facts.bound(0)
    assert facts.intervals[0] == Interval(-1, 1)


def test_excluded_zero_narrows_an_end() -> None:
    facts = Facts()
    facts.give(0, Interval(0, 5))
    facts.exclude_zero(IntPoly.column(0))
    assert facts.intervals[0] == Interval(1, 5)
    facts.give(1, Interval(0, 0))
    with pytest.raises(Infeasible):
        facts.exclude_zero(IntPoly.column(1))


@pytest.mark.parametrize(
    ("x", "text"),
    [(4095, "4095"), (2**48, "2^48"), (1 - 2**60, "-2^60 + 1"), (3 << 40, "2^41.58"), (-(2**59), "-2^59")],
)
def test_numbers_are_readable(x: int, text: str) -> None:
    assert number(x) == text


def main_table() -> Table:
    return compile_program(book_program()).paths[0].table


def test_unknown_bus_rejected() -> None:
    table = main_table()
    messages = (replace(table.messages[0], bus="builtin:bitwise"), *table.messages[1:])
    with pytest.raises(BoundsError, match="nothing is known about the bus builtin:bitwise"):
        read_row(replace(table, messages=messages))


def test_other_count_rejected() -> None:
    table = main_table()
    messages = (replace(table.messages[0], count=table.messages[0].fields[0]), *table.messages[1:])
    with pytest.raises(BoundsError, match="expected a count of active"):
        read_row(replace(table, messages=messages))


def test_two_provided_claims_rejected() -> None:
    table = main_table()
    with pytest.raises(BoundsError, match="one provided claim"):
        read_row(replace(table, messages=(*table.messages, *table.messages)))


def test_public_value_in_a_path_rejected() -> None:
    table = main_table()
    nodes = (replace(table.nodes[0], op=Op.PUBLIC, a=0), *table.nodes[1:])
    with pytest.raises(BoundsError, match="no public values"):
        read_row(replace(table, nodes=nodes))
