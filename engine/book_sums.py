"""Sums over the holdings of every account of a book, with NumPy: the one loop under all figures of whole books."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from plimsoll.engine.book import Book
from plimsoll.engine.book_schedule import PieceTable
from plimsoll.engine.problems import shown
from plimsoll.engine.tiers import HoldingError
from plimsoll.engine.wide import LIMBS, Limbs, Wide, carry

CHUNK = 2**15
"""Holdings evaluated at a time, so that the working arrays stay in the processor's cache."""


def book_sums(
    table: PieceTable, book: Book, *, workers: int = 2, progress: Callable[[int], None] | None = None
) -> list[Wide]:
    """Each figure of the table, for every account. `progress` gets the number of accounts just done, from this thread.

    Raises `HoldingError` naming the first holding that no piece covers.
    """
    figures = [np.zeros((LIMBS, len(book)), dtype=np.int64) for _ in range(table.figures)]

    def evaluate(span: tuple[int, int]) -> int:
        for whole, part in zip(figures, _evaluate(table, book, *span), strict=True):
            whole[:, slice(*span)] = carry(part)
        return span[1] - span[0]

    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done in pool.map(evaluate, _spans(book)):
            if progress is not None:
                progress(done)
    return [Wide(limbs) for limbs in figures]


def _spans(book: Book) -> list[tuple[int, int]]:
    """Account ranges of about `CHUNK` holdings each."""
    n = len(book)
    marks = np.searchsorted(book.offsets, np.arange(0, len(book.keys), CHUNK))
    edges = sorted({0, n, *(int(mark) for mark in marks if mark <= n), *range(0, n, CHUNK)})
    return list(pairwise(edges))


def _evaluate(table: PieceTable, book: Book, start: int, stop: int) -> list[Limbs]:
    first, last = int(book.offsets[start]), int(book.offsets[stop])
    keys, quantities = book.keys[first:last], book.quantities[first:last]
    results = [np.zeros((LIMBS, stop - start), dtype=np.int64) for _ in range(table.figures)]
    if first == last:
        return results
    found, covered = table.find(keys, quantities)
    if not covered.all():
        _refuse(book, first + int(np.flatnonzero(~covered)[0]))
    # `reduceat` takes an empty range for one element: sum over the accounts that hold something.
    holding = np.flatnonzero(np.diff(book.offsets[start : stop + 1]))
    starts = book.offsets[start:stop][holding] - first
    for result, sums in zip(results, table.sums(found, quantities, starts), strict=True):
        result[:, holding] = sums
    return results


def _refuse(book: Book, holding: int) -> None:
    account = int(book.account_of(np.array([holding]))[0])
    raise HoldingError(
        f"account {shown(book.accounts[account])}: {int(book.quantities[holding])} lots under key "
        f"{int(book.keys[holding])} are covered by no tier; correct the key, or give the last bracket a null cap"
    )
