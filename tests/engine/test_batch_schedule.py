"""The batch schedule: at every quantity exactly the values of the schedules it refines."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_market import files, scenarios
from venues import cash, flat, parameters, perpetual, snapshot

from plimsoll.engine.batch_schedule import BatchPiece, BatchSchedule, Line, compile_batch_schedule, refine
from plimsoll.engine.instruments import MAX_KEY
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList, shocked
from plimsoll.engine.schedule import compile_equity, compile_schedule
from plimsoll.engine.tiers import MAX_QUANTITY, MAX_SLOPE, MAX_VALUE, HoldingError, Schedule, ScheduleError, Tier


@cache
def compiled(seed: int, count: int = 3) -> tuple[BatchSchedule, Schedule, tuple[Schedule, ...]]:
    """A batch schedule, and by itself what it refines: full schedules, of margins that it must not depend on."""
    market, rules = files(seed)
    drawn = scenarios(seed, count)
    stressed = tuple(compile_schedule(shocked(market, rules, one), rules) for one in drawn.scenarios)
    return compile_batch_schedule(market, rules, drawn), compile_schedule(market, rules), stressed


@given(st.integers(0, 3), st.integers(0, 3), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 2**60 - 1))
def test_equal_to_the_schedules_it_refines(seed: int, count: int, key: int, place: int, step: int) -> None:
    batch, maintenance, stressed = compiled(seed, count)
    key = batch.keys()[key % len(batch.keys())]
    pieces = batch.of_key(key)
    piece = pieces[place % len(pieces)]
    for q in (piece.lo, piece.hi, piece.lo + step % (piece.hi - piece.lo + 1)):
        assert batch.find(key, q) is piece
        tier = maintenance.find(key, q)
        steps = q - piece.lo
        assert piece.net.at(steps) == tier.equity(q) - tier.requirement(q)
        others = [one.find(key, q).equity(q) for one in stressed] + [tier.equity(q)] * (3 - len(stressed))
        assert [line.at(steps) for line in piece.equities] == [tier.equity(q), *others]


@pytest.mark.parametrize("seed", range(4))
def test_keys_begin_at_zero_and_end_where_the_first_schedule_ends(seed: int) -> None:
    batch, maintenance, _ = compiled(seed)
    market, rules = files(seed)
    equities = [compile_equity(shocked(market, rules, one), rules) for one in scenarios(seed).scenarios]
    assert batch.keys() == maintenance.keys() == list(range(2 * len(rules.table)))
    for key in batch.keys():  # noqa: SIM118 - not a mapping
        pieces = batch.of_key(key)
        assert pieces[0].lo == 0
        assert pieces[-1].hi == min(one.of_key(key)[-1].hi for one in (maintenance, *equities))
        assert all(one.hi + 1 == other.lo for one, other in pairwise(pieces))
    assert any(len(set(piece.equities)) == 4 for piece in batch)


def test_without_scenarios_equities_repeat() -> None:
    market, rules = files(1)
    batch = compile_batch_schedule(market, rules, NO_SCENARIOS)
    assert len(batch) == len(compile_schedule(market, rules))
    assert all(len(set(piece.equities)) == 1 for piece in batch)


def test_lot_that_does_not_fit_a_scenario_rejected_with_its_name() -> None:
    rules = parameters([perpetual("P", "0.0000001", flat(5)), cash()])
    market = snapshot({"P": "1.23456789"})
    document = {"version": 1, "name": "L", "revision": 1}
    fit, unfit = ({"name": name, "default": move} for name, move in (("fit", "-0.5"), ("unfit", "-0.999999")))
    compile_batch_schedule(market, rules, ScenarioList.model_validate({**document, "scenarios": [fit]}))
    with pytest.raises(ScheduleError, match=r"scenario unfit: P: the lot .* too fine.*use the lot 0\.000001"):
        compile_batch_schedule(market, rules, ScenarioList.model_validate({**document, "scenarios": [fit, unfit]}))


def test_digest_changes_with_rules_market_and_scenarios() -> None:
    market, rules = files(1)
    digests = {compile_batch_schedule(market, rules, scenarios(seed)).digest() for seed in (1, 2)}
    digests.add(compile_batch_schedule(market, rules, NO_SCENARIOS).digest())
    digests.add(compiled(0)[0].digest())
    assert len(digests) == 4
    assert compiled(1)[0].digest() in digests


ZERO = Line(0, 0)


def piece(key: int, lo: int, hi: int, line: Line = ZERO, place: int = 0) -> BatchPiece:
    lines = [ZERO] * 5
    lines[place] = line
    return BatchPiece(key, lo, hi, lines[0], tuple(lines[1:]))


FIRST = piece(0, 0, 9)
GOOD = (FIRST, piece(0, 10, 99, Line(4, 60)), piece(3, 0, MAX_QUANTITY, Line(-5, 0), 4))
SHORT = FIRST._replace(equities=(ZERO,) * 3)


def test_find_takes_the_piece_of_the_quantity() -> None:
    schedule = BatchSchedule(GOOD)
    assert [schedule.find(0, q) for q in (0, 9, 10, 99)] == [GOOD[0], GOOD[0], GOOD[1], GOOD[1]]
    assert schedule.find(3, MAX_QUANTITY) is GOOD[2]
    assert schedule == BatchSchedule(list(GOOD))
    assert schedule != BatchSchedule(GOOD[:2])
    assert schedule != GOOD
    assert len(schedule) == 3


@pytest.mark.parametrize(
    ("key", "q", "message"),
    [(0, 100, "last piece ends at 99"), (1, 0, "no instrument has the key 1"), (0, -1, "expected 0 or more")],
)
def test_holdings_without_a_piece_rejected(key: int, q: int, message: str) -> None:
    with pytest.raises(HoldingError, match=message):
        BatchSchedule(GOOD).find(key, q)


@pytest.mark.parametrize(
    ("pieces", "message"),
    [
        ([piece(MAX_KEY + 1, 0, 9)], "outside 0"),
        ([piece(-1, 0, 9)], "outside 0"),
        ([piece(0, 0, MAX_QUANTITY + 1)], r"reaches 2\^60"),
        ([FIRST, piece(0, 10, 9)], "is empty"),
        ([SHORT], "has 3 equities, expected 4"),
        ([piece(0, -1, 9)], "is empty"),
        ([GOOD[1]], "expected a first piece from 0"),
        ([piece(0, 5, 9)], "expected a first piece from 0"),
        *[([piece(0, 0, 9, Line(0, 1), place)], "worth 0 at 0") for place in range(5)],
        ([FIRST, piece(0, 11, 99)], "starts at 11, expected 10"),
        ([FIRST, piece(0, 9, 99)], "starts at 9, expected 10"),
        ([FIRST, FIRST], "starts at 0, expected 10"),
        ([GOOD[2], FIRST], "stands after key 3"),
        *[([piece(0, 0, 9, Line(-MAX_SLOPE - 1, 0), place)], r"slope of 2\^84") for place in range(5)],
        *[([FIRST, piece(0, 10, 10, Line(0, -MAX_VALUE - 1), k)], r"value of 2\^144") for k in range(5)],
        ([FIRST, piece(0, 10, 11, Line(1, MAX_VALUE))], r"value of 2\^144"),
    ],
)
def test_pieces_out_of_bounds_or_order_rejected(pieces: list[BatchPiece], message: str) -> None:
    with pytest.raises(ScheduleError, match=message):
        BatchSchedule(pieces)


def test_pieces_at_the_bounds() -> None:
    BatchSchedule([FIRST, piece(0, 10, 11, Line(MAX_SLOPE, MAX_VALUE - MAX_SLOPE)), piece(MAX_KEY, 0, MAX_QUANTITY)])


def test_every_coefficient_is_in_the_digest() -> None:
    base = (FIRST, piece(0, 10, 99))
    changed = [(FIRST, piece(0, 10, 99, line, k)) for k in range(5) for line in (Line(1, 0), Line(0, 1))]
    lists = [base, *changed, base[:1], (FIRST, piece(0, 10, 98)), (FIRST._replace(hi=8), piece(0, 9, 99))]
    assert len({BatchSchedule(one).digest() for one in lists}) == len(lists)


def test_schedules_of_other_keys_rejected() -> None:
    one, other = (Schedule([Tier(key, 0, 9, 1, 0, 0, 0)]) for key in (0, 1))
    assert len(refine(one, [one] * 3)) == 1
    with pytest.raises(ScheduleError, match="of the maintenance schedule's keys"):
        refine(one, [other])
    with pytest.raises(ScheduleError, match="at most 3"):
        refine(one, [one] * 4)


def test_a_shorter_schedule_ends_the_key() -> None:
    one = Schedule([Tier(0, 0, 9, 2, 0, 1, 0), Tier(0, 10, 99, 3, -10, 1, 0)])
    other = Schedule([Tier(0, 0, 4, 7, 0, 0, 0), Tier(0, 5, 50, 6, 5, 0, 0)])
    equal, last = Line(2, 10), Line(3, 20)
    assert refine(one, [other]).pieces == (
        BatchPiece(0, 0, 4, Line(1, 0), (Line(2, 0), Line(7, 0), Line(2, 0), Line(2, 0))),
        BatchPiece(0, 5, 9, Line(1, 5), (equal, Line(6, 35), equal, equal)),
        BatchPiece(0, 10, 50, Line(2, 10), (last, Line(6, 65), last, last)),
    )


def test_last_lot_of_a_key_may_be_a_piece_of_its_own() -> None:
    one = Schedule([Tier(0, 0, 10, 2, 0, 1, 0)])
    other = Schedule([Tier(0, 0, 9, 7, 0, 0, 0), Tier(0, 10, 50, 6, 10, 0, 0)])
    assert [(piece.lo, piece.hi, piece.equities[1]) for piece in refine(one, [other])] == [
        (0, 9, Line(7, 0)),
        (10, 10, Line(6, 70)),
    ]
