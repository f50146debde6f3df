"""Small executions of the three programs to lie about: honest tapes, and tapes that intact tables refuse.

A tape that is refused is a lie by itself: the private input is not what the statement says of it. Where the amounts of
the ledger stand on a tape is known, so that totals can be made to fit whatever the rows post.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from account_tapes import account_machine, step_cell, tape_of
from batch_books import EMPTY, FIGURES, Account, Line, Piece
from machine import Machine, machine
from one_account import EDGE, EDGE_IN_MANY, less_dust
from totals_books import ASSETS, NONE, ROWS, Book, Slot, rows_for, totals_machine

from plimsoll.circuits.batch_tables import batch_program
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.field import P
from plimsoll.circuits.position_records import position_records

FIGURE_KEY = 1 << 15
SPLIT = 2**36 - 1
"""First lot of each key's second piece."""
KEYS = 8
NULL = 2 * KEYS + 1
MUCH = 1 + sum(5 << 24 * i for i in range(6))
"""What is owed in the last piece: something in every limb of a shortfall."""


@dataclass(frozen=True)
class Base:
    """An execution to lie about.

    Attributes:
        name: how the page's data names it.
        machine: the tables.
        tape: private input.
        cells: where on the tape the amount that closes a key of the ledger stands.
    """

    name: str
    machine: Machine
    tape: tuple[int, ...]
    cells: Mapping[int, int]


Bases = dict[str, Base]


def pieces() -> list[Piece]:
    """Longs are worth a unit a lot, shorts owe it, at every snapshot; each key has two pieces."""
    out = []
    for key in range(KEYS):
        worth = -1 if key % 2 else 1
        out.append(Piece(key, 0, SPLIT - 1, (Line(worth),) * FIGURES))
        top = 2**60 if key < KEYS - 1 else 2**58
        out.append(Piece(key, SPLIT, top - 1, (Line(worth, worth * SPLIT),) * FIGURES))
    return [*out, Piece(KEYS - 1, 2**58, 2**60 - 1, (Line(-1, -MUCH),) * FIGURES)]


@cache
def batch_world() -> Machine:
    return machine(compile_program(batch_program()), position_records(pieces()))


def held(key: int, lots: int, piece: int | None = None) -> tuple[int, ...]:
    """A holding, in the piece of its lots unless another is named."""
    above = lots >= SPLIT if piece is None else piece
    over = lots - SPLIT * above
    return (2 * key + above, *((over % P) >> 12 * i & 4095 for i in range(5)))


def account(*holdings: tuple[int, ...], worth: int = 0, **changes: Any) -> Account:
    """An account whose flags say that it is worth so much."""
    flags = (int(worth < 0),) * FIGURES
    nulls = tuple((NULL + i, 0, 0, 0, 0, 0) for i in range(-len(holdings) % 6))
    rows = -(-len(holdings) // 6)
    return replace(Account(flags=flags, holdings=(*holdings, *nulls), count=rows), **changes)


def batch_tape(
    leaves: Sequence[Account], start: int = 1000, height: int | None = None, closed: int = ROWS
) -> list[int]:
    """A tape with totals of nothing, and rows of that many instruments' pairs."""
    height = (len(leaves) - 1).bit_length() if height is None else height
    cells = [height, ROWS, start, 31, 32, 33, 34, *(x for leaf in leaves for x in leaf.tape())]
    return [x % P for x in [*cells, *[0] * (8 * (closed + FIGURES))]]


def batch_base(name: str, tape: Sequence[int], closed: int = ROWS) -> Base:
    first = len(tape) - 8 * (closed + FIGURES)
    keys = [*range(8 * closed), *range(FIGURE_KEY, FIGURE_KEY + 8 * FIGURES)]
    return Base(name, batch_world(), tuple(tape), {key: first + i for i, key in enumerate(keys)})


LOTS = (10, 20, 30, 40, 50, 31)
BELOW = account(*(held(k, q) for k, q in enumerate(LOTS)), worth=-1)
RICH = account(*(held(k, 2**50 + (k == 0)) for k in range(KEYS)), worth=1, account_class=9)
POOR = account((2 * KEYS, 0, 0, 0, 0, 0), worth=-1, account_class=11)
OTHER = account(held(0, 5), worth=5)
NOTHING = account()


def replaced(slot: int, holding: tuple[int, ...], worth: int) -> Account:
    """BELOW with another holding in a slot."""
    held_ = [*BELOW.padded()]
    held_[slot] = holding
    return account(*held_, worth=worth)


@cache
def batch_bases() -> Bases:
    rest = (RICH, EMPTY, OTHER)
    tapes = {"honest": batch_tape((BELOW, *rest)), "one lacks much": batch_tape((BELOW, RICH, POOR, OTHER))}
    for f in range(FIGURES):
        for value in (0, 2):
            flags = tuple(value if f == i else 1 for i in range(FIGURES))
            tapes[f"flag {f} is {value}"] = batch_tape((replace(BELOW, flags=flags), *rest))
    for slot in range(6):
        if slot:
            worth = -1 - LOTS[slot] * (-1) ** slot + 5 * (-1) ** (slot - 1)
            tapes[f"key twice, slot {slot}"] = batch_tape((replaced(slot, held(slot - 1, 5), worth), *rest))
        over = -1 + (2**36 + 5 - LOTS[slot]) * (-1) ** slot
        tapes[f"past its piece, slot {slot}"] = batch_tape((replaced(slot, held(slot, 2**36 + 5, 0), over), *rest))
    twice = account(*(held(k, 2**50) for k in range(6)), held(4, 7), held(7, 2), worth=5)
    tapes["key twice, slot 0"] = batch_tape((twice, *rest))
    far = replace(BELOW, gap=(4095, 0, 0, 0))
    tapes["a gap of 4095, and one of -1"] = batch_tape((far, RICH, replace(OTHER, gap=(P - 1, 0, 0, 0)), EMPTY))
    tapes["start is -5"] = batch_tape((BELOW, *rest), start=-5)
    tapes["start is 2^60"] = batch_tape((BELOW, *rest), start=2**60)
    tapes["last is above 2^60"] = batch_tape((BELOW, *rest), start=2**60 - 1)
    tapes["accounts of nothing"] = batch_tape((NOTHING, EMPTY, EMPTY, EMPTY))
    tapes["no account"] = batch_tape((EMPTY,) * 4)
    tapes["one empty leaf"] = batch_tape((EMPTY,))
    tapes["one leaf"] = batch_tape((BELOW,))
    tapes["one empty leaf for four"] = batch_tape((EMPTY,), height=2)
    tapes["one leaf for four"] = batch_tape((BELOW,), height=2)
    empty = batch_tape((EMPTY,))
    tapes["an account passed off as empty"] = [*empty[:7], 1, *empty[8:]]
    one = batch_tape((BELOW,))
    tapes["an empty leaf as account"] = [*one[:7], 0, *one[8:]]
    tapes["two rows that are not there"] = batch_tape((replace(NOTHING, count=2), EMPTY, EMPTY, EMPTY))
    bases = {name: batch_base(name, tape) for name, tape in tapes.items()}
    name = "no rows of instruments"
    bases[name] = batch_base(name, batch_tape((NOTHING, EMPTY, EMPTY, EMPTY), closed=0), closed=0)
    return bases


FIGURE = sum(7 << 24 * i for i in range(6))
FIRST = Slot(rows_for([(7, 3), (10, 4), (2**36 - 1, 0), (1, 1)], [(2**24 - 1, 2)] * FIGURES), 5000)
SECOND = Slot(rows_for([(3, 7), (5, 0), (2, 9)], [(2**24 + 5, 1)] * FIGURES), 9000, root=(1, 2, 3, 4))
ONE = Book((Slot(rows_for([(9, 9), (12, 3), (2**36, 0), (5, 1)], [(FIGURE, 1)] * FIGURES, carry=1), 5000),))
OWING = Book((Slot(rows_for([(9, 9), (2**36 + 12, 3), (2**36 + 7, 0), (2**36 + 5, 1)]), 5000),))
"""Something is owed in both parts of every instrument that counts."""
QUIET = Book((Slot(rows_for([]), 5000), NONE))
"""A batch of nothing."""
LOOSE = [(0, sum(2**23 << 24 * i for i in range(6)), 5000)] * FIGURES


def totals_base(name: str, book: Book, tape: Sequence[int] | None = None, rows: int = ROWS, assets: int = 2) -> Base:
    tape = book.tape() if tape is None else tape
    first = len(tape) - 3 * assets - 8 * (rows + FIGURES)
    keys = [*range(8 * rows), *range(FIGURE_KEY, FIGURE_KEY + 8 * FIGURES)]
    cells = {key: first + i for i, key in enumerate(keys)}
    for asset in range(assets):
        at = len(tape) - 3 * (assets - asset)
        cells |= {ASSETS + 2 * asset: at, ASSETS + 2 * asset + 1: at + 1}
    return Base(name, totals_machine(book), tuple(tape), cells)


def figured(more: int, number: int = 0, *, exact: bool = False) -> Book:
    return ONE.terms(figures=[(int(exact), value + more, k + number) for value, k in ONE.figures()])


def loosely(book: Book) -> Book:
    """Under terms that leave room, and in which no instrument is a derivative."""
    bounds = [b + 2**41 for b in book.liability()]
    return book.terms(bounds=bounds, figures=LOOSE).with_public("terms", 0, 0, -1)


def lying_books() -> dict[str, Book]:
    books = {}
    unequal = {
        "by one": (8, 0, 7, 0),
        "by 2^36": (7, 1, 7, 0),
        "by -2^36": (7, 0, 7, 1),
        "by 16 p": (23, 2**32 - 1, 7, 0),
        "by -16 p": (7, 0, 23, 2**32 - 1),
    }
    for name, row in unequal.items():
        for at in range(4 if row[0] == 8 else 2):
            lots = [[0] * 8, [0] * 8]
            lots[at // 2][at % 2 * 4 : at % 2 * 4 + 4] = row
            book = Book((Slot([*lots, *rows_for([])[ROWS:]], 5000),)).terms(figures=LOOSE)
            public = book.records
            terms = [[int(i == at), *one[1:]] for i, one in enumerate(public.terms)]
            books[f"longs are not shorts {name}, instrument {at}"] = replace(book, public=replace(public, terms=terms))
    for name in ("by 16 p", "by -16 p"):
        book = Book((Slot([[*unequal[name], *[0] * 4], [1, 0] * 4, *rows_for([])[ROWS:]], 5000),))
        books[f"longs are not shorts {name}, and one of others"] = book.terms(figures=LOOSE)
    for at in range(4):
        for part in range(4):
            book = ONE.terms(shown=range(4)).with_public("terms", at, 4 + part, 1)
            books[f"instrument {at} shown otherwise in part {part}"] = book
    books |= {f"bound below in limb {i}": figured(-(1 << 24 * i)) for i in range(6)}
    books |= {
        "understated": figured(-1, exact=True),
        "overstated": figured(1, exact=True),
        "too many accounts": figured(0, -1),
        "number overstated": figured(0, 1, exact=True),
    }
    low = ONE.terms(bounds=[b - 1 for b in ONE.liability()])
    books["liabilities above their bounds"] = low
    books["above, with a borrow"] = replace(low, liabilities=tuple((*one[:2], 1) for one in low.borrows()))
    books["above, without a borrow"] = replace(low, liabilities=tuple((*one[:2], 0) for one in low.borrows()))
    for asset in range(2):
        for borrow in range(2):
            bounds = [b - 1 if i == asset else b + 4095 for i, b in enumerate(OWING.liability())]
            owing = OWING.terms(bounds=bounds, figures=LOOSE)
            borrows = tuple((*one[:2], borrow * (i == asset)) for i, one in enumerate(owing.borrows()))
            words = "with" if borrow else "without"
            books[f"asset {asset} above its bound, {words} a borrow"] = replace(owing, liabilities=borrows)
    high = ONE.terms(bounds=[ONE.liability()[0], ONE.liability()[1] - 2**36])
    books["above in the high part"] = high
    rich = Book((Slot(rows_for([(0, 0), (2**75, 0), (0, 0)]), 5000),))
    rich = rich.terms(bounds=[2**75 - 16 * P, 5], figures=LOOSE)
    books["liabilities above by 16 p"] = replace(rich, liabilities=((*rich.owed()[0], 0), (0, 0, 0)))
    # 1 / 2^36 is -2^60 in the field: it makes the low part one higher, and the high part 2^60.
    part = pow(2**36, -1, P)
    first, (low_part, high_part, _) = high.borrows()
    books["a part of a borrow"] = replace(high, liabilities=(first, (low_part, high_part, part)))
    books["start is -5"] = loosely(replace(Book((FIRST, SECOND)), start=-5))
    books["last is 2^60"] = loosely(Book((replace(FIRST, last=2**60),)))
    books["last is 2^60, one before is 8192"] = loosely(Book((replace(FIRST, last=8192), replace(SECOND, last=2**60))))
    books["last is -1"] = loosely(Book((replace(FIRST, last=P - 1), SECOND)))
    return books


@cache
def totals_bases() -> Bases:
    books = {"honest": loosely(Book((FIRST, SECOND)))}
    books["exact"] = ONE.terms(shown=range(4), figures=[(1, FIGURE, 1)] * FIGURES)
    books |= lying_books()
    books["a batch of nothing"] = loosely(QUIET)
    room = [b + 2**92 + 2**20 for b in QUIET.liability()]
    books["a batch of nothing, room in both parts"] = QUIET.terms(bounds=room, figures=LOOSE)
    books["no batch"] = loosely(replace(QUIET, slots=(NONE, NONE), rows=rows_for([])))
    plenty = tuple(Slot([[many] * 8] * (ROWS + FIGURES), last) for many, last in ((100, 5000), (1000, 9000)))
    books["plenty"] = loosely(Book(plenty))
    full = Book((Slot([[4096] * 8] * (ROWS + FIGURES), 5000),))
    full = full.terms(bounds=[b + 2**92 for b in full.liability()], figures=LOOSE)
    books["4096 of each"] = full.with_public("terms", 0, 0, -1)
    bases = {name: totals_base(name, book) for name, book in books.items()}
    quiet = bases["a batch of nothing"]
    nothing = loosely(QUIET)
    tape = list(quiet.tape)
    rows = 8 * (ROWS + FIGURES)
    of_batch = 8 + 10
    instruments = of_batch + rows + 1

    def add(name: str, cells: Sequence[int], **where: int) -> None:
        bases[name] = totals_base(name, nothing, cells, **where)

    add("two batches in one slot", [1, *tape[1:8], *tape[8:]])
    add("one slot for two", [1, *tape[1 : instruments - 1], *tape[instruments:]])
    add("no slot for two", [1, *tape[1:8], 0, *tape[instruments:]])
    add("one slot", [0, *tape[1 : instruments - 1], *tape[instruments:]])
    add("a batch passed off as none", [0, *tape[1:8], 1, *tape[instruments:]])
    add("none passed off as a batch", [0, *tape[1:8], 0, *tape[9 : instruments - 1], *tape[instruments:]])
    add("a batch without rows of instruments", [*tape[:of_batch], *tape[of_batch + 8 * ROWS :]])
    add("a batch without rows", [*tape[:of_batch], *tape[of_batch + rows :]])
    add("no rows of instruments", [*tape[:instruments], *tape[instruments + 8 * ROWS :]], rows=0)
    add("no figures", [*tape[: instruments + 8 * ROWS], *tape[instruments + rows :]])
    add("no assets", tape[:-6], assets=0)
    return bases


@cache
def account_bases() -> Bases:
    tapes = {"honest": tape_of(), "joined": tape_of(EDGE_IN_MANY), "one unit below": tape_of(less_dust(EDGE))}
    at = step_cell(EDGE, 0)
    first, cells = 36, 6
    tapes["no path"] = tape_of()[:at]
    free = tape_of(lien=0)
    tapes["no rows"] = [*free[:first], *free[at:]]
    null = tape_of()[first + cells * 9]
    header = tape_of(lien=0, rows=1)
    for slot in range(6):
        nulls = [x for i in range(6) for x in (null + i, int(i == slot), 0, 0, 0, 0)]
        tapes[f"nothing but lots of nothing, slot {slot}"] = [*header[:first], *nulls, *header[at:]]
        nulls = [x for i in range(6) for x in (null + i - (i >= slot), 0, 0, 0, 0, 0)]
        if slot:
            tapes[f"nothing, the same in slot {slot}"] = [*header[:first], *nulls, *header[at:]]
    for slot in range(9):
        lied = tape_of()
        lied[first + cells * slot : first + cells * slot + 6] = lied[first + cells * (slot - 1) : first + cells * slot]
        if slot:
            tapes[f"slot {slot} is the one before"] = lied
    for slot in range(9, 12):
        lied = tape_of()
        lied[first + cells * slot + 1] = 1
        tapes[f"lots under a null record, slot {slot}"] = lied
        lied = tape_of()
        lied[first + cells * slot] = lied[first + cells * (slot - 1)]
        tapes[f"slot {slot} is the one before"] = lied
    for place in range(5):
        tapes[f"amount is -2^{12 * place}"] = tape_of(amount=-(2 ** (12 * place)))
        tapes[f"lien is -2^{12 * place}"] = tape_of(lien=-(2 ** (12 * place)))
    tapes["order is -5"] = tape_of(order=-5)
    tapes["order is 2^60"] = tape_of(order=2**60)
    tapes["order is 2^60 + 4096"] = tape_of(order=2**60 + 4096)
    return {name: Base(name, account_machine(), tuple(tape), {}) for name, tape in tapes.items()}


BASES = {"batch": batch_bases, "totals": totals_bases, "account": account_bases}
