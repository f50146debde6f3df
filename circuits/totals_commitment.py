"""Commitments to totals, and the root of a book over its batches, computed in the clear.

What circuits/batch.cairo and circuits/totals.cairo prove about hidden amounts; an auditor who is given the salt and the
amounts recomputes a commitment with it. Formulas and tags stand in docs/protocol/totals.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from plimsoll.circuits.leaves import Permutation, Quad, batch_leaf, node

TAG_TOTALS: Final = 9
"""Capacity tag of a batch's commitment."""
TAG_BOOK: Final = 10
"""Capacity tag of a book's commitment."""
NO_BATCH: Final = (0, 0, 0, 0)
"""The digest of a slot without a batch."""


def totals_commitment(
    salt: Sequence[int],
    tag: int,
    start: int,
    last: int,
    instrument_rows: int,
    rows: Sequence[Sequence[int]],
    permute: Permutation,
) -> Quad:
    """The salted commitment to totals.

    Args:
        salt: four random field elements.
        tag: TAG_TOTALS or TAG_BOOK.
        start: the order after which the batch's (the book's) first account comes.
        last: its last account's order.
        instrument_rows: how many of the rows are instruments'.
        rows: all rows of eight amounts, the figures' last.
    """
    state = permute([*salt, start, last, 0, 0, tag, instrument_rows, 0, 0])
    for row in rows:
        state = permute([*row, *state[8:]])
    return tuple(state[:4])


def book_root(batches: Sequence[tuple[Quad, Quad]], log_slots: int, permute: Permutation) -> Quad:
    """The root over the batches' (root, commitment), in order; slots without a batch are on the right."""
    level = [batch_leaf(root, commitment, permute) for root, commitment in batches]
    level += [NO_BATCH] * ((1 << log_slots) - len(level))
    return _top(level, permute)


def batch_path(batches: Sequence[tuple[Quad, Quad]], log_slots: int, index: int, permute: Permutation) -> list[Quad]:
    """The siblings of a batch's slot up to the book's root, lowest first."""
    level = [batch_leaf(root, commitment, permute) for root, commitment in batches]
    level += [NO_BATCH] * ((1 << log_slots) - len(level))
    siblings = []
    while len(level) > 1:
        siblings.append(level[index ^ 1])
        level = _up(level, permute)
        index >>= 1
    return siblings


def _top(level: list[Quad], permute: Permutation) -> Quad:
    while len(level) > 1:
        level = _up(level, permute)
    return level[0]


def _up(level: list[Quad], permute: Permutation) -> list[Quad]:
    return [node(left, right, permute) for left, right in zip(level[::2], level[1::2], strict=True)]
