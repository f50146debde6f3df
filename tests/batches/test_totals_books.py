"""totals.cairo means the same in cairo-lang's VM, through the tables, and by the definition; wrong tapes fit neither.

Each wrong book differs from an accepted one in what its name says.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from batch_books import audited, sampled
from totals_books import (
    DERIVATIVE,
    FIGURES,
    NONE,
    ROWS,
    Book,
    Slot,
    figure_limbs,
    public_values,
    random_book,
    rows_for,
    totals_in_cairo,
    totals_machine,
)

from plimsoll.circuits import vm
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.interpreter import WitnessError


def accepted(book: Book) -> bool:
    """Whether both machines accept (then with the values of the definition), or both refuse."""
    tape, tables = book.tape(), totals_machine(book)
    try:
        in_vm = vm.run(totals_in_cairo(), tape, book.records.roms())
    except vm.VmError:
        with pytest.raises((CheckError, WitnessError)):
            tables.run(tape)
        return False
    assert tables.run(tape) == in_vm == public_values(book)
    return True


@pytest.mark.parametrize("seed", [0, *audited(1, 2, 3)])
def test_random_books_have_equal_outputs(seed: int) -> None:
    assert accepted(random_book(seed))


def book(*lots: tuple[int, int], figures: int = 0, carry: int = 0) -> Book:
    """One batch: the lots of its instruments, each figure the same."""
    return Book((Slot(rows_for(lots, [(figures, int(figures > 0))] * FIGURES, carry), 5000),))


def derivative(*amounts: int) -> Book:
    """One batch of the derivative only: its long in two parts, its short in two."""
    return Book((Slot([[*amounts, *[0] * 4], *rows_for([])[1:]], 5000),))


FIRST = Slot(rows_for([(7, 3), (10, 4), (2**36 - 1, 0), (1, 1)], [(2**24 - 1, 2)] * FIGURES), 5000)
SECOND = Slot(rows_for([(3, 7), (5, 0), (2, 2**50), (0, 0)], [(2**24 + 5, 1)] * FIGURES), 9000, root=(1, 2, 3, 4))
PLAIN = Book((FIRST, SECOND))
MOST = Slot([[2**52 - 1] * 8] * (ROWS + FIGURES), 5000)
OI = 2**40 + 9
FIGURE = sum(7 << 24 * i for i in range(6))
ONE = book((OI, OI), (12, 3), (2**36, 0), (5, 1), figures=FIGURE, carry=1)


def bounded(one: Book, asset: int, more: int) -> Book:
    """The bound of an asset that much above the liabilities."""
    owed = one.liability()
    owed[asset] += more
    return one.terms(bounds=owed)


def figured(more: int, number: int = 0, *, exact: bool = False) -> Book:
    """Each figure's bound that much above what the figure is, and its number of accounts, too."""
    return ONE.terms(figures=[(int(exact), value + more, k + number) for value, k in ONE.figures()])


HONEST = {
    "two batches": PLAIN,
    "three of four slots": Book((FIRST, SECOND, Slot(rows_for([(1, 1)]), 10000), NONE)),
    "a gap among the slots": Book((FIRST, NONE, SECOND, NONE)),
    "no batch at all": Book((NONE,), rows=[[0] * 8] * (ROWS + FIGURES)),
    "nothing in it": book(),
    "largest amounts": Book((MOST,)).terms(shown=range(4)),
    "longs and shorts in parts that differ": derivative(2**36, 0, 0, 1),
    "batches that balance each other": PLAIN.terms(shown=range(4)),
    "bound with a higher low part": bounded(ONE, 1, 1),
    "bound with a lower low part": bounded(ONE, 1, 2**36 - 5),
    "bounds of 2^95": ONE.terms(bounds=[2**95, 2**95]),
    "figures exactly shown": figured(0, exact=True),
    "figures of two batches exactly shown": PLAIN.terms(figures=[(1, s, k) for s, k in PLAIN.figures()]),
    "figures one below their bounds": figured(1),
    "bounds with lower low limbs": figured(2**120 - 7 * (2**96 + 1)),
    "fewer accounts than the bound": figured(0, 5),
    "last order below 2^60": Book((Slot(rows_for([]), 2**60 - 1),)),
}


@pytest.mark.parametrize("name", sampled(HONEST, 2))
def test_honest_book_accepted(name: str) -> None:
    assert accepted(HONEST[name])


def test_public_tables_say_what_is_meant() -> None:
    assert PLAIN.lots() == [(10, 10), (15, 4), (2**36 + 1, 2**50), (1, 1)]
    assert PLAIN.liability() == [15, 2**36 + 2]
    assert PLAIN.figures() == [(2**25 + 4, 3)] * FIGURES
    assert ONE.figures() == [(FIGURE, 1)] * FIGURES and ONE.totals()[ROWS][:6] != figure_limbs(FIGURE)


WIDE = ONE.terms(bounds=[ONE.liability()[0] + 2**40, ONE.liability()[1] + 2**36 - 5])
"""Bounds with room: the first without a borrow, the second with one."""
FREE, BORROWED = WIDE.borrows()


def owing(*assets: tuple[int, int, int]) -> Book:
    """Other sums and borrows of the assets on the tape."""
    return replace(WIDE, liabilities=assets)


SHOWN = ONE.terms(shown=range(4))
WRONG = {
    "one lot more long than short": book((OI + 1, OI)),
    "one lot more short, parts that differ": derivative(2**36 - 1, 0, 0, 1),
    "long without short": book((1, 0)),
    "2^36 lots more long than short": book((OI + 2**36, OI)),
    **{f"shown total differs, part {p}": SHOWN.with_public("terms", 1, 4 + p, 1) for p in range(4)},
    **{f"figure one above its bound in limb {i}": figured(-(1 << 24 * i)) for i in (0, 5)},
    "shown figure one above the true one": figured(1, exact=True),
    "shown figure one below the true one": figured(-1, exact=True),
    "one account more than the bound": figured(0, -1),
    "shown number one above the true one": figured(0, 1, exact=True),
    "liabilities one above the bound": bounded(ONE, 1, -1),
    "liabilities of the first asset above the bound": bounded(ONE, 0, -1),
    "borrow where none is needed": replace(bounded(ONE, 1, 1), liabilities=(*ONE.borrows()[:1], (*BORROWED[:2], 1))),
    "no borrow where one is needed": owing(FREE, (*BORROWED[:2], 0)),
    "borrow of -2^60, of which 2^36 are one": replace(
        bounded(ONE, 1, -(2**36)), liabilities=(*ONE.borrows()[:1], (*ONE.borrows()[1][:2], -(2**60)))
    ),
    "borrow of two": owing(FREE, (*BORROWED[:2], 2)),
    "liabilities understated": owing((FREE[0] - 1, *FREE[1:]), BORROWED),
    "liabilities' parts regrouped": owing(FREE, (BORROWED[0] + 2**36, BORROWED[1] - 1, 0)),
    "one asset left out": replace(
        ONE.terms(), public=replace(ONE.records, assets=ONE.records.assets[:1]), liabilities=ONE.borrows()[:1]
    ),
    "book's total understated": ONE.saying(0, 4, -1),
    "book's figure understated": ONE.saying(ROWS, 0, -1),
    "book's number of accounts understated": ONE.saying(ROWS + 1, 6, -1),
    "amount of an eighth kind": ONE.saying(ROWS, 7, 1),
    "amount of the book of 2^58": ONE.saying(0, 6, 2**58),
    "a batch's amount of 2^52": derivative(2**52, 0, 2**52, 0),
    "a batch's amount is negative": derivative(-1, 0, -1, 0),
    "negative amounts that another batch makes good": Book(
        (*derivative(-1, 0, -1, 0).slots, Slot(rows_for([(4, 4)]), 9000))
    ),
    "a batch left out": PLAIN.with_slot(1, kind=0),
    "other amounts of a batch": PLAIN.with_slot(0, rows=SECOND.rows),
    "negative number of rows": replace(PLAIN, row_count=-1),
    "start of 2^60": replace(ONE, start=2**60),
    "last order of 2^60": Book((Slot(rows_for([]), 2**60),)),
    "height above the slots": replace(PLAIN, height=2),
    "negative height": replace(ONE, height=-1),
}


@pytest.mark.parametrize("name", sampled(WRONG))
def test_wrong_book_rejected_by_both(name: str) -> None:
    assert not accepted(WRONG[name])


def test_tables_accept_the_honest_and_refuse_the_wrong() -> None:
    """All of them, without the VM, which is slow."""
    for one in HONEST.values():
        assert totals_machine(one).run(one.tape()) == public_values(one)
    for name, one in WRONG.items():
        try:
            totals_machine(one).run(one.tape())
        except (CheckError, WitnessError):
            continue
        raise AssertionError(name)


REORDERED = {
    "out of order": Book((replace(SECOND, last=5000), replace(FIRST, last=9000))),
    "a batch twice": Book((FIRST, replace(FIRST, last=9000))),
    "a gap before the second": Book((FIRST, SECOND), start=1001),
    "a slot left out": Book((FIRST, NONE)),
    "other amounts": Book((FIRST, replace(SECOND, rows=FIRST.rows))),
    "totals of another batch": Book((replace(FIRST, root=SECOND.root), replace(SECOND, root=FIRST.root))),
}


@pytest.mark.parametrize("name", list(REORDERED))
def test_other_batches_are_another_book(name: str) -> None:
    """What no table can refuse, since any batch may be said to come anywhere, changes the root that all compare.

    The verifier computes the root from the batches that it has verified (verifier/totals.py).
    """
    changed = REORDERED[name].terms().with_public("terms", DERIVATIVE, 0, -1)
    assert totals_machine(changed).run(changed.tape())[3:7] != public_values(PLAIN)[3:7]
