"""Small books over batches for the differential test, in plain Python: tapes of totals.cairo, and what it must say.

Everything is computed from integers and the permutation alone. A batch is what the totals program sees of it: a root,
a salt, the last order and rows of amounts; that these are true is for the batch's own proof.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from batch_books import FIGURES, TAG_TOTALS, Rows, nodes_above, sponge
from machine import CIRCUITS, Machine, cairo, machine

from plimsoll.circuits.compiler import CompiledProgram, compile_program
from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.totals_tables import totals_program

TAG_BATCH, TAG_BOOK = 8, 10
ASSETS = 2**16
LOW = 36
ROWS = 2
DERIVATIVE, SETTLEMENT, COINS = 0, 1, (2, 3)
"""The four instruments: the derivative's sides must agree, the settlement is asset 0, two coins are both asset 1."""


def parts(value: int) -> list[int]:
    return [value % 2**LOW, value >> LOW]


def figure_limbs(value: int) -> list[int]:
    """Six limbs of 24 bits, the last one without a bound."""
    return [*(value >> 24 * i & 2**24 - 1 for i in range(5)), value >> 120]


@dataclass(frozen=True)
class Slot:
    """A batch as the totals program reads it; kind 0 is a slot without one."""

    rows: Rows
    last: int
    root: tuple[int, ...] = (41, 42, 43, 44)
    salt: tuple[int, ...] = (51, 52, 53, 54)
    kind: int = 1

    def tape(self) -> list[int]:
        if not self.kind:
            return [0]
        return [self.kind, *self.root, *self.salt, self.last, *(x for row in self.rows for x in row)]


NONE = Slot([], 0, kind=0)


def rows_for(
    lots: Sequence[tuple[int, int]], figures: Sequence[tuple[int, int]] = ((0, 0),) * FIGURES, carry: int = 0
) -> Rows:
    """Rows of amounts that mean (long, short) of each instrument and (sum, number) of each figure.

    Args:
        lots: nothing for instruments left out.
        carry: units of 2^36 (2^24 in figures' limbs) that stay in the place below, as accounts' sums leave them.
    """
    rows, lots = [], [*lots, *[(0, 0)] * (2 * ROWS - len(lots))]
    for pair in (lots[:2], lots[2:]):
        row = []
        for value in (side for one in pair for side in one):
            high = max(0, (value >> LOW) - carry)
            row += [value - (high << LOW), high]
        rows.append(row)
    for value, number in figures:
        limbs = figure_limbs(value)
        for i in range(5):
            moved = min(carry, limbs[i + 1])
            limbs[i + 1] -= moved
            limbs[i] += moved << 24
        rows.append([*limbs, number, 0])
    return rows


@dataclass(frozen=True)
class Public:
    """The public tables. By default nothing is shown, and every bound is met exactly."""

    terms: Rows
    assets: Rows
    figures: Rows

    def roms(self) -> dict[str, Rows]:
        return {"terms": self.terms, "assets": self.assets, "figures": self.figures}


@dataclass(frozen=True)
class Book:
    """Slots from left to right under public terms, and the book's own rows."""

    slots: tuple[Slot, ...]
    start: int = 1000
    salt: tuple[int, ...] = (61, 62, 63, 64)
    rows: Rows = field(default_factory=list)
    """The sums of the slots' rows if empty."""
    liabilities: tuple[tuple[int, int, int], ...] = ()
    """Two sums and a borrow for each asset; the true ones if empty."""
    height: int | None = None
    row_count: int = ROWS
    public: Public | None = None

    def totals(self) -> Rows:
        full = [slot.rows for slot in self.slots if slot.kind]
        return self.rows or [[sum(x) for x in zip(*row, strict=True)] for row in zip(*full, strict=True)]

    def lots(self) -> list[tuple[int, int]]:
        """(long, short) of each instrument."""
        flat = [x for row in self.totals()[:ROWS] for x in row]
        whole = [low + (high << LOW) for low, high in zip(flat[::2], flat[1::2], strict=True)]
        return list(zip(whole[::2], whole[1::2], strict=True))

    def figures(self) -> list[tuple[int, int]]:
        """(sum, number of accounts) of each figure."""
        return [(sum(x << 24 * i for i, x in enumerate(row[:6])), row[6]) for row in self.totals()[ROWS:]]

    def owed(self) -> list[list[int]]:
        """The two sums of each asset: of the normalised parts of its instruments' longs."""
        lots = self.lots()
        return [parts(lots[SETTLEMENT][0]), [a + b for a, b in zip(*(parts(lots[i][0]) for i in COINS), strict=True)]]

    def terms(
        self,
        shown: Sequence[int] = (),
        bounds: Sequence[int] | None = None,
        figures: Sequence[tuple[int, int, int]] | None = None,
    ) -> Book:
        """With public tables. The bounds are what the book needs, unless others are given.

        Args:
            shown: the instruments whose totals are shown.
            bounds: of the two assets.
            figures: (exact, bound, number) of each.
        """
        records = []
        for i, (long, short) in enumerate(self.lots()):
            asset = ASSETS + 2 * (i in COINS)
            shows = [1, *parts(long), *parts(short)] if i in shown else [0] * 5
            records.append([int(i == DERIVATIVE), int(i != DERIVATIVE), asset, *shows])
        assets = [parts(b) for b in (bounds or self.liability())]
        wanted = [(0, *one) for one in self.figures()] if figures is None else figures
        return replace(self, public=Public(records, assets, [[e, *figure_limbs(b), k] for e, b, k in wanted]))

    def liability(self) -> list[int]:
        return [low + (high << LOW) for low, high in self.owed()]

    @property
    def records(self) -> Public:
        public = self.public or self.terms().public
        assert public is not None
        return public

    def borrows(self) -> list[tuple[int, int, int]]:
        bounds = self.records.assets
        return [(low, high, int(low % 2**LOW > b[0])) for (low, high), b in zip(self.owed(), bounds, strict=True)]

    def tape(self) -> list[int]:
        height = (len(self.slots) - 1).bit_length() if self.height is None else self.height
        cells = [height, self.row_count, len(self.records.assets), self.start, *self.salt]
        for slot in self.slots:
            cells += slot.tape()
        cells += [x for row in self.totals() for x in row]
        return [x % P for x in [*cells, *(x for one in self.liabilities or self.borrows() for x in one)]]

    def saying(self, row: int, place: int, change: int) -> Book:
        """With one amount of the book's own rows changed; the public tables stay."""
        rows = [list(one) for one in self.totals()]
        rows[row][place] += change
        return replace(self, rows=rows, public=self.records)

    def with_public(self, table: str, record: int, place: int, change: int) -> Book:
        """With one field of a public table changed."""
        records = [list(one) for one in getattr(self.records, table)]
        records[record][place] += change
        return replace(self, public=replace(self.records, **{table: records}))

    def with_slot(self, index: int, **changes: Any) -> Book:
        """With one slot changed; the book's rows and public tables stay."""
        slots = [replace(s, **changes) if i == index else s for i, s in enumerate(self.slots)]
        return replace(self, slots=tuple(slots), rows=self.totals(), public=self.records)


def public_values(book: Book) -> list[int]:
    """Height, rows, assets, root and commitment of an honest book."""
    level, prev = [], book.start
    for slot in book.slots:
        if not slot.kind:
            level.append([0, 0, 0, 0])
            continue
        commitment = sponge(slot.salt, TAG_TOTALS, prev, slot.last, ROWS, slot.rows)
        level.append(permute([*slot.root, *commitment, TAG_BATCH, 0, 0, 0])[:4])
        prev = slot.last
    height = 0
    while len(level) > 1:
        level, height = nodes_above(level), height + 1
    commitment = sponge(book.salt, TAG_BOOK, book.start, prev, ROWS, book.totals())
    return [height, ROWS, len(book.records.assets), *level[0], *commitment]


def random_book(seed: int) -> Book:
    """One to four batches; the derivative's sides agree over the book, mostly not in a batch."""
    rng = random.Random(seed)
    count = rng.choice([1, 2, 3, 4])
    lots = [
        [rng.choice([0, 2**36 - 1, 2**36, rng.randrange(2**50), rng.randrange(2**80)]) for _ in range(8)]
        for _ in range(count)
    ]
    open_interest = sum(one[0] for one in lots) - sum(one[1] for one in lots)
    lots[-1][int(open_interest > 0)] += abs(open_interest)
    slots, last = [], 5000
    for sides in lots:
        figures = [(rng.choice([0, 2**24 - 1, 2**24, rng.randrange(2**120)]), rng.randrange(9)) for _ in range(FIGURES)]
        rows = rows_for(list(zip(sides[::2], sides[1::2], strict=True)), figures, rng.randrange(3))
        slots.append(Slot(rows, last, tuple(rng.randrange(P) for _ in range(4))))
        last += rng.randrange(2**48)
    slots += [NONE] * ((1 << (count - 1).bit_length()) - count)
    return Book(tuple(slots), rng.randrange(5000)).terms(shown=rng.sample(range(4), 2))


@cache
def compiled_totals() -> CompiledProgram:
    return compile_program(totals_program())


def totals_machine(book: Book) -> Machine:
    """The totals program's tables with the book's public tables."""
    return machine(compiled_totals(), book.records.roms())


def totals_in_cairo() -> Any:
    return cairo(CIRCUITS / "totals.cairo")
