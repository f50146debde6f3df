"""The tapes of a book over batches: the private inputs of the batch and totals programs, in the order of reading.

Layout of a batch's tape: height, rows of instruments, start, commitment salt (4), then the leaves from left to right as
in `prover.tape`, an account's rows of holdings followed by five flags (net and equities: 1 if negative), then the rows
of totals, eight amounts each. That of the totals program stands at the head of circuits/totals.cairo.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.batch_tables import FIGURES, ROW, BatchShape, instrument_rows
from plimsoll.circuits.leaves import Permutation, account_id
from plimsoll.circuits.shapes import HOLDINGS_PER_ROW
from plimsoll.circuits.totals_tables import LIMB_BITS, LIMBS, PART, Terms
from plimsoll.engine.batch_schedule import BatchSchedule
from plimsoll.engine.book import Book
from plimsoll.engine.book_figures import BookFigures
from plimsoll.prover.opening import AccountLeaf, EmptyLeaf, Opening
from plimsoll.prover.tape import QUANTITY_LIMBS, TapeError, Tiers, account_head, indices, limbs

LAST: Final = LIMBS
"""Place of the number of accounts in a figure's row, behind its limbs."""

Rows = list[list[int]]


@dataclass(frozen=True, slots=True)
class BatchTape:
    """One batch's private input, and what the totals program needs of it. `rows` are the eight amounts of each row."""

    tape: bytes
    salt: tuple[int, ...]
    last: int
    rows: Rows


class _Batch:
    """Collects one batch: its tape, and the totals of what its accounts post."""

    def __init__(self, instruments: int) -> None:
        self.tape: list[int] = []
        self.rows: Rows = [[0] * ROW for _ in range(instrument_rows(instruments) + FIGURES)]
        self.holdings_rows = 0

    def post(self, row: int, place: int, amount: int) -> None:
        self.rows[row][place] += amount

    def post_quantity(self, key: int, lo: int, above: int) -> None:
        """A holding under a key, in the two parts of the ledger; 2 keys an instrument, 4 keys a row."""
        row, place = divmod(key, ROW // 2)
        self.post(row, 2 * place, lo % PART + above % PART)
        self.post(row, 2 * place + 1, lo // PART + above // PART)

    def post_shortfall(self, figure: int, value: int) -> None:
        """What a sum lacks; its limbs are those of one less, the one being in the lowest."""
        if value >= 0:
            return
        row, rest = len(self.rows) - FIGURES + figure, -value - 1
        for i in range(LIMBS - 1):
            self.post(row, i, rest >> LIMB_BITS * i & (1 << LIMB_BITS) - 1)
        self.post(row, LIMBS - 1, rest >> LIMB_BITS * (LIMBS - 1))
        self.post(row, 0, 1)
        self.post(row, LAST, 1)


def encode_batches(
    book: Book,
    instruments: bytes,
    count: int,
    schedule: BatchSchedule,
    shape: BatchShape,
    opening: Opening,
    figures: BookFigures,
    permute: Permutation,
) -> list[BatchTape]:
    """The tapes of all batches, in order.

    Args:
        instruments: the instrument table's digest.
        count: how many instruments it has.
        opening: drawn for this book and so many batches.
        figures: of this book and schedule.

    Raises:
        TapeError: the opening is for other accounts or sizes, or a batch needs more rows than its shape class has.
    """
    index = indices(book, opening)
    leaves: list[AccountLeaf | EmptyLeaf] = sorted([*opening.accounts, *opening.empty], key=lambda leaf: leaf.position)
    if not opening.batch_salts or len(leaves) != shape.leaves * len(opening.batch_salts):
        raise TapeError(f"the opening file is not for batches of the shape class {shape.name}: declare the same sizes")
    tiers = Tiers(schedule)
    offsets, keys, quantities = book.offsets.tolist(), book.keys.tolist(), book.quantities.tolist()
    classes = book.classes.tolist()
    sums = [one.ints() for one in figures.sums]
    previous, done = opening.start, []
    for number, salt in enumerate(opening.batch_salts):
        batch = _Batch(count)
        batch.tape += [shape.log_leaves, instrument_rows(count), previous, *salt]
        for leaf in leaves[number * shape.leaves : (number + 1) * shape.leaves]:
            if not isinstance(leaf, AccountLeaf):
                batch.tape += [0, *leaf.salt]
                continue
            i = index[leaf.account]
            held = range(offsets[i], offsets[i + 1])
            rows = -(-len(held) // HOLDINGS_PER_ROW)
            identity = account_id(leaf.account, instruments, leaf.blind, permute, *book.title(i))
            batch.tape += account_head(leaf, identity, classes[i], rows, previous)
            for h in held:
                record, *above = tiers.holding(keys[h], quantities[h])
                batch.tape += [record, *above]
                lo = tiers.tiers[record].lo
                batch.post_quantity(keys[h], lo, quantities[h] - lo)
            for k in range(rows * HOLDINGS_PER_ROW - len(held)):
                batch.tape += [tiers.null + k, *limbs(0, QUANTITY_LIMBS)]
            for figure, values in enumerate(sums):
                batch.tape.append(int(values[i] < 0))
                batch.post_shortfall(figure, values[i])
            batch.holdings_rows += rows
            previous = leaf.order
        _check_room(batch, shape)
        batch.tape += [amount for row in batch.rows for amount in row]
        done.append(BatchTape(array("Q", batch.tape).tobytes(), salt, previous, batch.rows))
    return done


def _check_room(batch: _Batch, shape: BatchShape) -> None:
    if batch.holdings_rows > shape.leaf_class.holdings_rows:
        raise TapeError(
            f"a batch needs {batch.holdings_rows} rows of {HOLDINGS_PER_ROW} holdings, {shape.name} has "
            f"room for {shape.leaf_class.holdings_rows}: declare more holdings an account (--holdings-per-account)"
        )


def book_rows(batches: Sequence[BatchTape]) -> Rows:
    """The book's rows of totals: the sums of the batches'."""
    every = zip(*(batch.rows for batch in batches), strict=True)
    return [[sum(amounts) for amounts in zip(*rows, strict=True)] for rows in every]


def encode_totals(
    batches: Sequence[BatchTape], roots: Sequence[Sequence[int]], log_slots: int, terms: Terms, opening: Opening
) -> bytes:
    """The totals program's tape. `roots` are the batches', in order."""
    tape = [log_slots, terms.rows, len(terms.bounds), opening.start, *opening.commitment_salt]
    for batch, root in zip(batches, roots, strict=True):
        tape += [1, *root, *batch.salt, batch.last, *(amount for row in batch.rows for amount in row)]
    tape += [0] * ((1 << log_slots) - len(batches))
    rows = book_rows(batches)
    tape += [amount for row in rows for amount in row]
    for asset, bound in enumerate(terms.bounds):
        longs = [
            rows[i // 2][4 * (i % 2)] + PART * rows[i // 2][4 * (i % 2) + 1]
            for i, term in enumerate(terms.instruments)
            if term.asset == asset
        ]
        low, high = sum(one % PART for one in longs), sum(one // PART for one in longs)
        tape += [low, high, int(low % PART > bound % PART)]
    return array("Q", tape).tobytes()
