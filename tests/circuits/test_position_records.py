"""Position records: exact for every piece that the bounds allow, refused for everything else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.circuits.field import signed
from plimsoll.circuits.position_records import FIELDS, position_records
from plimsoll.circuits.schedule_records import MAX_KEY, NULL_KEYS, RecordError
from plimsoll.engine.batch_schedule import BatchPiece, BatchSchedule, Line

ZERO = Line(0, 0)
slopes, values = st.integers(1 - 2**84, 2**84 - 1), st.integers(1 - 2**144, 2**144 - 1)


def number(limbs: list[int], bits: int) -> int:
    return sum(signed(limb) << bits * i for i, limb in enumerate(limbs))


def piece(key: int, lo: int, hi: int, lines: tuple[Line, ...] = (ZERO,) * 5) -> BatchPiece:
    return BatchPiece(key, lo, hi, lines[0], lines[1:])


def replaced(place: int, line: Line) -> tuple[Line, ...]:
    return tuple(line if k == place else ZERO for k in range(5))


@given(
    st.lists(st.tuples(slopes, values), min_size=5, max_size=5), st.integers(1, 2**60 - 1), st.integers(0, 2**60 - 1)
)
def test_record_is_exact(drawn: list[tuple[int, int]], lo: int, hi: int) -> None:
    lo, hi = min(lo, max(hi, 1)), max(lo, hi)
    lines = tuple(Line(*one) for one in drawn)
    record = position_records([piece(4, 0, lo - 1), piece(4, lo, hi, lines)])[1]
    assert len(record) == FIELDS == 69
    assert record[0] == 4
    assert record[1] < 2**36
    assert record[2] < 2**24
    assert (record[1] + (record[2] << 36), record[3]) == (lo, hi - lo)
    for k, line in enumerate(lines):
        part = record[4 + 13 * k :][:13]
        assert (number(part[:7], 12), number(part[7:], 24)) == line
        assert all(abs(signed(limb)) < 2**12 for limb in part[:7])
        assert all(abs(signed(limb)) < 2**24 for limb in part[7:])


def test_lines_stand_in_their_order() -> None:
    lines = tuple(Line(k + 1, 0) for k in range(5))
    record = position_records([piece(0, 0, 9, lines)])[0]
    assert [record[4 + 13 * k] for k in range(5)] == [1, 2, 3, 4, 5]


def test_null_records_stand_last_and_are_worth_nothing() -> None:
    records = position_records([piece(MAX_KEY, 0, 5)])
    assert [r[0] for r in records] == [MAX_KEY, *NULL_KEYS]
    assert all(r[1:] == [0] * (FIELDS - 1) for r in records[1:])


def test_a_batch_schedule_has_records() -> None:
    schedule = BatchSchedule([piece(0, 0, 9), piece(0, 10, 2**60 - 1), piece(1, 0, 0)])
    assert [r[:4] for r in position_records(schedule)[:3]] == [[0, 0, 0, 9], [0, 10, 0, 2**60 - 11], [1, 0, 0, 0]]


GOOD = piece(3, 0, 99)


@pytest.mark.parametrize(
    ("fault", "pieces"),
    [
        ("key too high", [GOOD._replace(key=MAX_KEY + 1)]),
        ("negative key", [GOOD._replace(key=-1)]),
        ("lo above hi", [GOOD, piece(3, 100, 99)]),
        ("hi of 2^60", [GOOD._replace(hi=2**60)]),
        ("negative lo", [GOOD._replace(lo=-1)]),
        ("four lines", [GOOD._replace(equities=(ZERO,) * 3)]),
        *[("slope of 2^84", [piece(3, 0, 99, replaced(k, Line(2**84, 0)))]) for k in range(5)],
        *[("value of 2^144", [GOOD, piece(3, 100, 199, replaced(k, Line(0, -(2**144))))]) for k in range(5)],
        ("first piece not from 0", [GOOD._replace(lo=1)]),
        *[("worth something at 0", [piece(3, 0, 99, replaced(k, Line(0, 1)))]) for k in range(5)],
        ("gap", [GOOD, piece(3, 101, 199)]),
        ("overlap", [GOOD, piece(3, 99, 199)]),
        ("piece twice", [GOOD, GOOD]),
        ("keys descend", [GOOD, GOOD._replace(key=2)]),
    ],
)
def test_pieces_out_of_bounds_rejected(fault: str, pieces: list[BatchPiece]) -> None:
    with pytest.raises(RecordError):
        position_records(pieces)
