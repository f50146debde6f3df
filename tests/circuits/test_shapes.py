"""Shape classes: heights depend on the class alone, hold what they promise, and are a coarse grid."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.circuits.shapes import (
    HOLDINGS_PER_ROW,
    LOG_LEAVES,
    MIN_LOG_HEIGHT,
    ROWS_PER_ACCOUNT,
    Role,
    ShapeClass,
    ShapeError,
)

CLASSES = st.builds(ShapeClass, st.sampled_from(LOG_LEAVES), st.sampled_from(ROWS_PER_ACCOUNT))


@given(CLASSES)
def test_tables_hold_a_full_tree(shape: ShapeClass) -> None:
    rows = shape.leaves * shape.rows_per_account
    needed = {
        Role.INNER: shape.leaves - 1,
        Role.EMPTY: shape.leaves,
        Role.ACCOUNT: shape.leaves,
        Role.SETTLE: shape.leaves,
        Role.HOLDINGS: rows,
        Role.POSEIDON: shape.leaves + rows + shape.leaves - 1 + 1,
    }
    for role, count in needed.items():
        heights = shape.log_heights(role, 1)
        assert sum(1 << h for h in heights) >= count
        assert len(heights) <= 2 and heights == sorted(heights, reverse=True) and heights[-1] >= MIN_LOG_HEIGHT


@given(CLASSES)
def test_name_is_read_back(shape: ShapeClass) -> None:
    assert ShapeClass.parse(shape.name) == shape


def test_benchmark_class_wastes_nothing() -> None:
    shape = ShapeClass(12, 2)
    assert shape.log_heights(Role.HOLDINGS, 1) == [13]
    assert shape.log_heights(Role.POSEIDON, 1) == [14]


def test_schedule_table_is_as_high_as_its_records_need() -> None:
    shape = ShapeClass(4, 1)
    assert [shape.log_heights(Role.SCHEDULE, n)[0] for n in (1, 256, 257, 512, 513)] == [8, 8, 9, 9, 10]


@pytest.mark.parametrize("name", ["", "book", "book-2^4x5", "book-2^15x1", "book-2^04x1", "book-2^4x1 ", "Book-2^4x1"])
def test_name_of_no_class_rejected(name: str) -> None:
    with pytest.raises(ShapeError, match="shape class"):
        ShapeClass.parse(name)


def test_fitting_covers_the_declared_sizes() -> None:
    assert ShapeClass.fitting(2000, 12).name == "book-2^11x2"
    assert ShapeClass.fitting(2048, 12).log_leaves == 11
    assert ShapeClass.fitting(2049, 13).name == "book-2^12x3"
    assert ShapeClass.fitting(1, 0).name == "book-2^2x1"


@pytest.mark.parametrize(
    ("accounts", "holdings"),
    [(0, 1), ((1 << LOG_LEAVES[-1]) + 1, 1), (1, ROWS_PER_ACCOUNT[-1] * HOLDINGS_PER_ROW + 1)],
)
def test_sizes_beyond_every_class_rejected(accounts: int, holdings: int) -> None:
    with pytest.raises(ShapeError, match="no shape class serves"):
        ShapeClass.fitting(accounts, holdings)
