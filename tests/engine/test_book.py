"""Books are refused where their arrays do not fit together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from plimsoll.engine.book import Book
from plimsoll.engine.tiers import HoldingError

GOOD: list[tuple[str, int, list[tuple[int, int]]]] = [("a", 0, [(0, 5), (3, 6)]), ("b", 1, []), ("c", 2, [(0, 7)])]


def test_parts_are_books() -> None:
    book = Book.of(GOOD)
    assert len(book) == 3
    assert [book.holdings(k) for k in range(3)] == [[(0, 5), (3, 6)], [], [(0, 7)]]
    part = book.part(1, 3)
    assert (part.accounts, part.classes.tolist(), part.holdings(1)) == (["b", "c"], [1, 2], [(0, 7)])
    assert book.account_of(np.array([0, 1, 2])).tolist() == [0, 0, 2]
    assert len(Book.of([])) == 0


@pytest.mark.parametrize(
    ("holdings", "message"),
    [
        ([(3, 1), (0, 1)], "account 'x': keys are not strictly ascending"),
        ([(3, 1), (3, 1)], "account 'x': keys are not strictly ascending"),
        ([(0, -1)], r"account 'x': a quantity is outside 0\.\.2\^60"),
        ([(0, 2**60)], r"account 'x': a quantity is outside 0\.\.2\^60"),
        ([(0, 2**63)], "does not fit"),
        ([(16_378, 1)], "account 'x': a key above 16377"),
        ([(k, 1) for k in range(1025)], "account 'x': more than 1024 holdings"),
    ],
)
def test_wrong_holdings_rejected(holdings: list[tuple[int, int]], message: str) -> None:
    with pytest.raises(HoldingError, match=message):
        Book.of([*GOOD, ("x", 0, holdings), *GOOD])


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("classes", np.zeros(2, dtype=np.uint16), "lengths"),
        ("quantities", np.zeros(2, dtype=np.int64), "lengths"),
        ("quantities", np.zeros(3, dtype=np.float64), "float64"),
        ("keys", np.zeros(3, dtype=np.int64), "types uint16 int64 int64 int64"),
        ("offsets", np.array([0, 3, 2, 3], dtype=np.int64), "offsets must ascend"),
        ("offsets", np.array([1, 2, 2, 3], dtype=np.int64), "offsets must ascend"),
        ("offsets", np.array([0, 2, 2, 2], dtype=np.int64), "offsets must ascend"),
    ],
)
def test_wrong_arrays_rejected(field: str, value: Any, message: str) -> None:
    book = Book.of(GOOD)
    fields = {name: getattr(book, name) for name in ("accounts", "classes", "offsets", "keys", "quantities")}
    with pytest.raises(HoldingError, match=message):
        Book(**{**fields, field: value})
