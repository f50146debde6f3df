"""Small batches for the differential test, in plain Python: their tapes, and what batch.cairo must say of them.

The definition (`public_values`, `rows_of`) is computed from integers and the permutation alone. Every item of a tape
may be set to something that no honest prover writes.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest
from machine import CIRCUITS, Machine, cairo, machine

from plimsoll.circuits.batch_tables import batch_program
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.position_records import position_records

TAG_LEAF, TAG_NODE, TAG_EMPTY, TAG_TOTALS = 1, 2, 3, 9
FIGURES = 5
"""The margin gap, and the deficit at the snapshot and at three others."""
LOW = 36
"""Bits of a quantity's low part."""


@dataclass(frozen=True)
class Line:
    """slope * (q - lo) + value."""

    slope: int
    value: int = 0


@dataclass(frozen=True)
class Piece:
    """What a quantity from lo to hi under a key is worth: net of the requirement, and at four snapshots."""

    key: int
    lo: int
    hi: int
    lines: tuple[Line, ...]


def straight(key: int, *slopes: int, top: int = 2**60 - 1) -> list[Piece]:
    """One piece from 0 on."""
    return [Piece(key, 0, top, tuple(map(Line, slopes)))]


HUGE = 2**83 + 12345
# Three instruments, the last without a fellow in its row. A lot of instrument 0 is worth 10^20 at the snapshot and less
# at the others, and its shorts need some margin; a lot of instrument 1 is worth one unit everywhere; instrument 2 has
# three pieces, one of them from 2^36 - 1 on, one from 2^40 + 5 on, and reaches the largest values.
PIECES = [
    *straight(0, 10**20, 10**20, 9 * 10**19, 5 * 10**19, 10**20),
    *straight(1, -(10**20) - 7, -(10**20), -9 * 10**19, -5 * 10**19, -(10**20)),
    *straight(2, 1, 1, 1, 1, 1),
    *straight(3, -1, -1, -1, -1, -1),
    Piece(4, 0, 2**36 - 2, (Line(10),) * 5),
    Piece(4, 2**36 - 1, 2**40 + 4, (*(Line(5, 10 * (2**36 - 1)),) * 4, Line(-1, -3))),
    Piece(4, 2**40 + 5, 2**60 - 1, (Line(HUGE, 2**143), Line(1, -(2**143)), Line(2, 0), Line(-3, 9), Line(0, 0))),
    *straight(5, -HUGE, -HUGE, -10, -10, -10),
]
INSTRUMENTS = 3
ROWS = 2
RECORDS = position_records(PIECES)
NULL = len(PIECES)
Position = tuple[int, int]
"""Key and lots."""


def limbs(value: int, count: int) -> list[int]:
    return [value >> 12 * i & 4095 for i in range(count)]


def piece_of(key: int, quantity: int) -> int:
    return next(i for i, p in enumerate(PIECES) if p.key == key and p.lo <= quantity <= p.hi)


def holding(key: int, quantity: int) -> list[int]:
    """Record index and limbs above the piece's lower end."""
    index = piece_of(key, quantity)
    return [index, *limbs(quantity - PIECES[index].lo, 5)]


def worths(positions: Sequence[Position]) -> list[int]:
    """The account's net and its four equities, in units of 10^-20."""
    totals = [0] * FIGURES
    for key, quantity in positions:
        piece = PIECES[piece_of(key, quantity)]
        for i, line in enumerate(piece.lines):
            totals[i] += line.slope * (quantity - piece.lo) + line.value
    return totals


@dataclass(frozen=True)
class Account:
    """One leaf as it stands on the tape. `positions` are what an honest tape is made of, and what it must mean."""

    positions: tuple[Position, ...] = ()
    kind: int = 1
    gap: tuple[int, ...] = (3, 0, 0, 0)
    id: tuple[int, ...] = (11, 12, 13, 14)
    salt: tuple[int, ...] = (21, 22, 23, 24)
    account_class: int = 7
    holdings: tuple[tuple[int, ...], ...] | None = None
    flags: tuple[int, ...] | None = None
    count: int | None = None

    @property
    def worths(self) -> list[int]:
        return worths(self.positions) if self.kind else [0] * FIGURES

    @property
    def rows(self) -> int:
        return -(-len(self.positions) // 6)

    def padded(self) -> list[tuple[int, ...]]:
        """Its holdings with null records behind them."""
        held = [tuple(holding(*p)) for p in self.positions] if self.holdings is None else list(self.holdings)
        return held + [(NULL + i, 0, 0, 0, 0, 0) for i in range(-len(held) % 6)]

    def tape(self) -> list[int]:
        if not self.kind:
            return [0, *self.salt]
        count = self.rows if self.count is None else self.count
        flags = [int(w < 0) for w in self.worths] if self.flags is None else self.flags
        cells = [x for one in self.padded() for x in one]
        return [self.kind, *self.id, *self.salt, self.account_class, count, *self.gap, *cells, *flags]


EMPTY = Account(kind=0, salt=(5, 6, 7, 8))
Rows = list[list[int]]


def rows_of(accounts: Sequence[Account]) -> Rows:
    """The rows of totals that the accounts' postings sum to: parts and limbs, as they are posted."""
    rows = [[0] * 8 for _ in range(ROWS + FIGURES)]
    for account in accounts:
        for key, quantity in account.positions if account.kind else ():
            lo = PIECES[piece_of(key, quantity)].lo
            for place, value in enumerate(
                (lo % 2**LOW + (quantity - lo) % 2**LOW, (lo >> LOW) + (quantity - lo >> LOW))
            ):
                rows[key // 4][key % 4 * 2 + place] += value
        for row, worth in zip(rows[ROWS:], account.worths, strict=True):
            if worth < 0:
                posted = [-worth - 1 >> 24 * i & 2**24 - 1 for i in range(5)] + [-worth - 1 >> 120, 1]
                posted[0] += 1
                row[:7] = [a + b for a, b in zip(row, posted, strict=False)]
    return rows


def meaning(rows: Rows) -> tuple[list[int], list[int], list[int]]:
    """What rows say as integers: lots by key, shortfalls, numbers of accounts."""
    parts = [x for row in rows[:ROWS] for x in row]
    lots = [low + (high << LOW) for low, high in zip(parts[::2], parts[1::2], strict=True)]
    return lots, [sum(x << 24 * i for i, x in enumerate(r[:6])) for r in rows[ROWS:]], [r[6] for r in rows[ROWS:]]


def figures_of(accounts: Sequence[Account]) -> tuple[list[int], list[int], list[int]]:
    """The same, from the definition: sums of lots, sums of max(0, -worth), and how many are below zero."""
    lots = [0] * 4 * ROWS
    for account in accounts:
        for key, quantity in account.positions if account.kind else ():
            lots[key] += quantity
    lacks = [[max(0, -a.worths[i]) for a in accounts] for i in range(FIGURES)]
    return lots, [sum(one) for one in lacks], [sum(x > 0 for x in one) for one in lacks]


@dataclass(frozen=True)
class Batch:
    """A batch of a power of two leaves."""

    leaves: tuple[Account, ...]
    start: int = 1000
    salt: tuple[int, ...] = (31, 32, 33, 34)
    height: int | None = None
    row_count: int = ROWS
    rows: Rows = field(default_factory=list)
    """Rows of totals; the true ones if empty."""

    def totals(self) -> Rows:
        return self.rows or rows_of(self.leaves)

    def tape(self) -> list[int]:
        height = (len(self.leaves) - 1).bit_length() if self.height is None else self.height
        cells = [height, self.row_count, self.start, *self.salt]
        cells += [x for leaf in self.leaves for x in leaf.tape()]
        return [x % P for x in [*cells, *(x for row in self.totals() for x in row)]]

    def having(self, place: int, leaf: Account) -> Batch:
        return replace(self, leaves=(*self.leaves[:place], leaf, *self.leaves[place + 1 :]))

    def saying(self, row: int, place: int, change: int) -> Batch:
        """With one amount of the rows of totals changed."""
        rows = [list(one) for one in self.totals()]
        rows[row][place] += change
        return replace(self, rows=rows)


def sponge(salt: Sequence[int], tag: int, start: int, last: int, row_count: int, rows: Rows) -> list[int]:
    """The commitment to totals."""
    state = permute([*salt, start, last, 0, 0, tag, row_count, 0, 0])
    for row in rows:
        state = permute([*row, *state[8:]])
    return state[:4]


def last_of(batch: Batch) -> int:
    """The highest order, or the start if there is no account."""
    order = batch.start
    for leaf in batch.leaves:
        order += 1 + sum(g << 12 * i for i, g in enumerate(leaf.gap)) if leaf.kind else 0
    return order


def leaf_of(account: Account, order: int) -> list[int]:
    """An account's leaf: id and salt, then six quantities and their keys a row."""
    header = TAG_LEAF + 2**8 + 2**16 * account.account_class + 2**32 * account.rows
    state = permute([*account.id, *account.salt, header, order, 0, 0])
    held = [*account.positions, *((2**14 - 6 + i, 0) for i in range(-len(account.positions) % 6))]
    for at in range(0, len(held), 6):
        keys, quantities = zip(*held[at : at + 6], strict=True)
        packed = [keys[i] + (keys[i + 1] << 14) + (keys[i + 2] << 28) for i in (0, 3)]
        state = permute([*quantities, *packed, *state[8:]])
    return state[:4]


def public_values(batch: Batch) -> list[int]:
    """Height, rows, root and commitment of an honest batch."""
    order, level = batch.start, []
    for leaf in batch.leaves:
        if not leaf.kind:
            level.append(permute([*leaf.salt, 0, 0, 0, 0, TAG_EMPTY, 0, 0, 0])[:4])
            continue
        order += 1 + sum(g << 12 * i for i, g in enumerate(leaf.gap))
        level.append(leaf_of(leaf, order))
    height = 0
    while len(level) > 1:
        level = nodes_above(level)
        height += 1
    commitment = sponge(batch.salt, TAG_TOTALS, batch.start, order, ROWS, rows_of(batch.leaves))
    return [height, ROWS, *level[0], *commitment]


def nodes_above(level: list[list[int]]) -> list[list[int]]:
    """The nodes over a level of the tree."""
    return [permute([*a, *b, TAG_NODE, 0, 0, 0])[:4] for a, b in zip(level[::2], level[1::2], strict=True)]


def random_batch(seed: int, leaves: int = 2) -> Batch:
    """Accounts of up to six holdings, some hedged to nothing, some below; quantities at the edges of their parts."""
    rng = random.Random(seed)
    edges = [0, 1, 2**12, 2**36 - 2, 2**36 - 1, 2**36, 2**40 + 4, 2**40 + 5, 2**60 - 1]
    accounts = []
    for _ in range(leaves):
        keys = sorted(rng.sample(range(6), rng.choice([0, 1, 3, 6])))
        positions = tuple((k, rng.choice([*edges, rng.randrange(2**60), rng.randrange(2**20)])) for k in keys)
        account = Account(positions, id=tuple(rng.randrange(P) for _ in range(4)), account_class=rng.randrange(4096))
        accounts.append(replace(account, gap=tuple(rng.randrange(4096) for _ in range(4))))
    if rng.random() < 0.4:
        accounts[rng.randrange(leaves)] = EMPTY
    return Batch(tuple(accounts), rng.randrange(2**59))


def sampled(names: Iterable[str], every: int = 3) -> list[Any]:
    """Parameters of a test: one in so many with every change, the others in the audit."""
    return [name if i % every == 0 else pytest.param(name, marks=pytest.mark.audit) for i, name in enumerate(names)]


def audited(*names: Any) -> list[Any]:
    """Parameters for the audit only: like others, but for a number."""
    return [pytest.param(name, marks=pytest.mark.audit) for name in names]


@cache
def batch_machine() -> Machine:
    """The batch program's tables with this module's schedule."""
    return machine(compile_program(batch_program()), RECORDS)


def batch_in_cairo() -> Any:
    return cairo(CIRCUITS / "batch.cairo")
