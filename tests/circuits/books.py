"""Small books for the differential test, encoded for the tape in plain Python, without the engine or the prover."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from machine import CIRCUITS, Machine, cairo
from test_schedule_records import Tier

from plimsoll.circuits.book_tables import book_program, build_book
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import run
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.circuits.shapes import ShapeClass

__all__ = ["BOOK", "RECORDS", "TIERS", "Account", "Batch", "book_machine", "root_of", "run"]

BOOK = CIRCUITS / "book.cairo"
# Eight instruments; a lot of the longs is worth what a lot of the shorts costs, except in the second tiers.
TIERS = [
    tier
    for instrument in range(8)
    for tier in (
        Tier(2 * instrument, 0, 999, 10**20 + instrument, 0, 0, 0),
        Tier(2 * instrument, 1000, 2**60 - 1, 10**19, 10**22, 0, 0),
        Tier(2 * instrument + 1, 0, 999, -(10**20), 0, instrument, 0),
        Tier(2 * instrument + 1, 1000, 2**60 - 1, -2 * 10**20, 10**23, instrument, 0),
    )
]
RECORDS = schedule_records(TIERS)
NULL = len(TIERS)
QUANTITY_LIMBS, GAP_LIMBS = 5, 4


def limbs(value: int, count: int) -> list[int]:
    return [value >> 12 * i & 4095 for i in range(count)]


def tier_of(key: int, quantity: int) -> int:
    return next(i for i, t in enumerate(TIERS) if t.key == key and t.lo <= quantity <= t.hi)


def net(key: int, quantity: int) -> int:
    """Equity minus requirement of one holding."""
    tier = TIERS[tier_of(key, quantity)]
    return (tier.e1 - tier.m1) * quantity + tier.e0 - tier.m0


def holding(key: int, quantity: int) -> list[int]:
    """Record index and limbs above the tier's lower end."""
    index = tier_of(key, quantity)
    return [index, *limbs(quantity - TIERS[index].lo, QUANTITY_LIMBS)]


@dataclass(frozen=True)
class Account:
    """One leaf as it stands on the tape; every item may be set to something wrong."""

    holdings: list[list[int]]
    gap: list[int] = field(default_factory=lambda: limbs(3, GAP_LIMBS))
    kind: int = 1
    id: list[int] = field(default_factory=lambda: [11, 12, 13, 14])
    salt: list[int] = field(default_factory=lambda: [21, 22, 23, 24])
    account_class: int = 7
    rows: int | None = None

    @staticmethod
    def of(*positions: tuple[int, int], gap: int = 3) -> Account:
        """An account of (key, quantity) positions."""
        return Account([holding(k, q) for k, q in positions], limbs(gap, GAP_LIMBS))

    @property
    def row_count(self) -> int:
        return -(-len(self.holdings) // 6) if self.rows is None else self.rows

    def tape(self) -> list[int]:
        head = [self.kind, *self.id, *self.salt, self.account_class, self.row_count, *self.gap]
        missing = -len(self.holdings) % 6
        nulls = [[NULL + i, 0, 0, 0, 0, 0] for i in range(missing)]
        return head + [x for h in [*self.holdings, *nulls] for x in h]

    def with_holding(self, position: int, changed: list[int]) -> Account:
        return replace(self, holdings=[*self.holdings[:position], changed, *self.holdings[position + 1 :]])


EMPTY = Account([], kind=0)


@dataclass(frozen=True)
class Batch:
    """A book batch of a power of two leaves."""

    leaves: list[Account]
    start: int = 1000
    height: int | None = None
    salt: list[int] = field(default_factory=lambda: [31, 32, 33, 34])

    def tape(self) -> list[int]:
        height = (len(self.leaves) - 1).bit_length() if self.height is None else self.height
        leaves = [leaf.tape() if leaf.kind else [0, *leaf.salt] for leaf in self.leaves]
        return [x % P for x in [height, self.start, *self.salt, *(x for leaf in leaves for x in leaf)]]


def root_of(batch: Batch) -> list[int]:
    """The public values of a batch, computed from the leaf's definition and nothing of the circuits."""
    order, level = batch.start, []
    for leaf in batch.leaves:
        if leaf.kind == 0:
            level.append(permute([*leaf.salt, 0, 0, 0, 0, 3, 0, 0, 0])[:4])
            continue
        order += 1 + sum(g << 12 * i for i, g in enumerate(leaf.gap))
        header = 1 + 2**8 + 2**16 * leaf.account_class + 2**32 * leaf.row_count
        state = permute([*leaf.id, *leaf.salt, header, order, 0, 0])
        for row in _rows(leaf):
            quantities = [RECORDS[h[0]][1] + sum(x << 12 * i for i, x in enumerate(h[1:])) for h in row]
            k = [RECORDS[h[0]][0] for h in row]
            packed = [k[i] + (k[i + 1] << 14) + (k[i + 2] << 28) for i in (0, 3)]
            state = permute([*quantities, *packed, *state[8:]])
        level.append(state[:4])
    height = 0
    while len(level) > 1:
        level = [permute([*a, *b, 2, 0, 0, 0])[:4] for a, b in zip(level[::2], level[1::2], strict=True)]
        height += 1
    commitment = permute([*batch.salt, batch.start, order, 0, 0, 4, 0, 0, 0])[:4]
    return [height, *level[0], *commitment]


def _rows(leaf: Account) -> Iterable[list[list[int]]]:
    flat = leaf.tape()[15:]
    holdings = [flat[i : i + 6] for i in range(0, len(flat), 6)]
    return (holdings[i : i + 6] for i in range(0, len(holdings), 6))


@cache
def book_machine() -> Machine:
    """The book's tables with this module's schedule."""
    book = build_book(book_program(), RECORDS, ShapeClass(2, 1))
    return Machine(book.tables, book.witness_program(), RECORDS)


def book_in_cairo() -> object:
    return cairo(BOOK)


def random_batch(seed: int, height: int = 2) -> Batch:
    """Healthy accounts of up to thirteen holdings, some of them hedged down to nothing, and empty leaves."""
    rng = random.Random(seed)
    leaves = []
    for _ in range(1 << height):
        if rng.random() < 0.25:
            leaves.append(replace(EMPTY, salt=[rng.randrange(P) for _ in range(4)]))
            continue
        keys = sorted(rng.sample(range(2, 16), rng.randrange(13)))
        positions = [(k, rng.choice([0, 1, 999, 1000, 1001, rng.randrange(2**40)])) for k in keys]
        short = -sum(net(k, q) for k, q in positions)
        if short > 0:
            positions = [(0, next(q for q in iter_quantities() if net(0, q) >= short)), *positions]
        account = Account.of(*positions, gap=rng.randrange(2**48))
        leaves.append(replace(account, id=[rng.randrange(P) for _ in range(4)], account_class=rng.randrange(4096)))
    return Batch(leaves, rng.randrange(2**59))


def iter_quantities() -> Iterable[int]:
    return (1 << bits for bits in range(60))
