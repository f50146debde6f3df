"""Lies about a book over batches: each is refused by both verifiers, at the one check that is there for it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from batch_books import audited, sampled, sponge
from forged_rows import ACTIVE
from lies import Mislead, constant, in_path, overwriting, steps
from program_forgery import ProgramForgery, forged_book, graft
from toolkit import Program
from totals_books import (
    DERIVATIVE,
    FIGURES,
    NONE,
    ROWS,
    TAG_BATCH,
    Book,
    Slot,
    public_values,
    rows_for,
)

from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.tables import TableSet

LEDGER = f"bus {LEDGER_BUS}"
FIRST = Slot(rows_for([(7, 3), (10, 4), (2**36 - 1, 0), (1, 1)], [(2**24 - 1, 2)] * FIGURES), 5000)
SECOND = Slot(rows_for([(3, 7), (5, 0), (2, 9)], [(2**24 + 5, 1)] * FIGURES), 9000, root=(1, 2, 3, 4))
PLAIN = Book((FIRST, SECOND))
FIGURE = sum(7 << 24 * i for i in range(6))
ONE = Book((Slot(rows_for([(9, 9), (12, 3), (2**36, 0), (5, 1)], [(FIGURE, 1)] * FIGURES, carry=1), 5000),))


def test_control_honest_books_are_accepted() -> None:
    for book in (PLAIN, ONE.terms(shown=range(4), figures=[(1, FIGURE, 1)] * FIGURES)):
        forgery = forged_book(book)
        assert forgery.publics == public_values(book)
        forgery.accepted()


# Longs and shorts, and what is shown.


def derivative(*amounts: int) -> Book:
    """One batch of the derivative only: its long in two parts, its short in two."""
    return Book((Slot([[*amounts, *[0] * 4], *rows_for([])[1:]], 5000),))


BY_P = (2**36 - 2**32 + 1, 2**28 - 1, 0, 0)
UNEQUAL = {
    "by p": BY_P,
    "by one": (8, 0, 7, 0),
    "by 2^36": (7, 1, 7, 0),
    "by -2^36": (7, 0, 7, 1),
    "long without short": (1, 0, 0, 0),
    "short without long": (0, 0, 0, 2**20),
}


@pytest.mark.parametrize("name", sampled(UNEQUAL, 2))
def test_longs_that_are_not_shorts_refused(name: str) -> None:
    assert BY_P[0] + (BY_P[1] << 36) == P
    forged_book(derivative(*UNEQUAL[name])).refused(
        "constraints", "constraint instruments.nz", control=name == "by 2^36"
    )


def test_control_equal_longs_and_shorts_in_unequal_parts_are_accepted() -> None:
    forged_book(derivative(2**36 + 7, 0, 7, 1)).accepted()


@pytest.mark.parametrize("part", [0, *audited(1, 2, 3)])
def test_shown_total_that_differs_refused(part: int) -> None:
    book = ONE.terms(shown=range(4)).with_public("terms", 1, 4 + part, 1)
    forged_book(book).refused("constraints", "constraint instruments.nz", control=part == 0)


# Figures.


def figured(more: int, number: int = 0, *, exact: bool = False) -> Book:
    return ONE.terms(figures=[(int(exact), value + more, k + number) for value, k in ONE.figures()])


FIGURED = {
    **{f"bound below in limb {i}": figured(-(1 << 24 * i)) for i in range(6)},
    "understated": figured(-1, exact=True),
    "overstated": figured(1, exact=True),
    "too many accounts for the bound": figured(0, -1),
    "number overstated": figured(0, 1, exact=True),
}


CONTROLLED = ("bound below in limb 0", "overstated", "too many accounts for the bound", "number overstated")
"""One for each of the constraints that they break."""


@pytest.mark.parametrize("name", [n if n[-1] not in "1234" else audited(n)[0] for n in FIGURED])
def test_figure_refused(name: str) -> None:
    forged_book(FIGURED[name]).refused("constraints", "constraint figures.nz", control=name in CONTROLLED)


def test_book_of_less_than_its_batches_lack_refused() -> None:
    """The bound is one below, and so is the book's figure."""
    book = ONE.saying(ROWS, 0, -1).with_public("figures", 0, 1, -1)
    forged_book(book).refused("terminals", LEDGER)


def test_rows_of_figures_beside_the_run_refused() -> None:
    """The book's figures are zero in the run; rows of no call close what the batches posted."""
    lie = replace(ONE.terms(), rows=[*ONE.totals()[:ROWS], *[[0] * 8 for _ in range(FIGURES)]])
    forgery, donor = forged_book(lie), forged_book(ONE.terms())
    for name in ("figures.nz", "figures.z"):
        graft(forgery, donor, name, lambda columns, row: True)
    rebalanced(forgery).refused("terminals", "bus fn:figures")


def rebalanced(forgery: ProgramForgery) -> ProgramForgery:
    """Provides what the rows ask of the tables of figures, too."""
    rows, columns = forgery.trace("figures.nz"), forgery.columns("figures.nz")
    table = forgery.trace("rom:figures")
    table[:, 0] = 0
    for row in rows.tolist():
        if row[ACTIVE]:
            table[row[columns.args[1]], 0] += 1
    return forgery.rebalance()


# Liabilities.

WIDE = ONE.terms(bounds=[ONE.liability()[0] + 2**40, ONE.liability()[1] + 2**36 - 5])
FREE, BORROWED = WIDE.borrows()
OWED = {
    "bound one below": ONE.terms(bounds=[ONE.liability()[0], ONE.liability()[1] - 1]),
    "bound one below, with a borrow": replace(
        ONE.terms(bounds=[ONE.liability()[0], ONE.liability()[1] - 1]),
        liabilities=(ONE.borrows()[0], (*ONE.borrows()[1][:2], 1)),
    ),
    # 2^36 times this borrow is one in the field: both parts would be in range, with liabilities above the bound
    "borrow of -2^60": replace(
        ONE.terms(bounds=[ONE.liability()[0], ONE.liability()[1] - 2**36]),
        liabilities=(ONE.borrows()[0], (*ONE.borrows()[1][:2], -(2**60))),
    ),
    "no borrow where one is needed": replace(WIDE, liabilities=(FREE, (*BORROWED[:2], 0))),
    "borrow where none is needed": replace(WIDE, liabilities=((*FREE[:2], 1), BORROWED)),
}


@pytest.mark.parametrize("name", list(OWED))
def test_liabilities_above_the_bound_refused(name: str) -> None:
    forged_book(OWED[name]).refused("constraints", "constraint assets.nz", control="borrow" in name)


def test_liabilities_understated_refused() -> None:
    forged_book(replace(WIDE, liabilities=((FREE[0] - 1, *FREE[1:]), BORROWED))).refused("terminals", LEDGER)


# Batches.


def test_negative_amount_that_another_batch_makes_good_refused() -> None:
    forgery = forged_book(Book((*derivative(-1, 0, -1, 0).slots, Slot(rows_for([(4, 4)]), 9000))))
    rows, columns = forgery.trace("batch_rows.nz"), forgery.columns("batch_rows.nz")
    [row] = [i for i, one in enumerate(rows) if one[columns.tape[0]] == P - 1]
    for place in (0, 2):
        rows[row, columns.limbs[place]] = [P - 1, 0, 0, 0, 0]
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def slot_digest(slot: Slot, prev: int) -> list[int]:
    commitment = sponge(slot.salt, 9, prev, slot.last, ROWS, slot.rows)
    return permute([*slot.root, *commitment, TAG_BATCH, 0, 0, 0])[:4]


def root_over(*digests: list[int]) -> list[int]:
    return permute([*digests[0], *digests[1], 2, 0, 0, 0])[:4]


HERE, THERE = slot_digest(FIRST, 1000), slot_digest(SECOND, 5000)


def test_control_root_of_a_book_is_over_its_batches() -> None:
    assert public_values(PLAIN)[3:7] == root_over(HERE, THERE)


def starting_from(*starts: int) -> Mislead:
    """The calls for the two slots are made as if the batches before had ended there."""

    def lie(path: Program) -> None:
        for call, start in zip(steps(path, "call"), starts, strict=True):
            call["args"][2] = constant(start)

    return in_path("join.nz", lie)


UNORDERED = {
    "a batch twice": ((FIRST, FIRST), (1000, 1000), (HERE, HERE)),
    "a gap": ((FIRST, SECOND), (1000, 5001), (HERE, slot_digest(SECOND, 5001))),
    "out of order": ((SECOND, FIRST), (5000, 1000), (THERE, HERE)),
    "an overlap": ((FIRST, SECOND), (1000, 4999), (HERE, slot_digest(SECOND, 4999))),
}


@pytest.mark.parametrize("name", sampled(UNORDERED, 2))
def test_batches_that_do_not_follow_each_other_refused(name: str) -> None:
    """Each slot's commitment is that of a true batch, so the verifier's root is met; the orders do not ascend."""
    slots, starts, digests = UNORDERED[name]
    book = Book(slots).terms().with_public("terms", DERIVATIVE, 0, -1)
    forgery = forged_book(book, starting_from(*starts))
    assert forgery.publics[3:7] == root_over(*digests)
    forgery.refused("terminals", "bus fn:join", control=name == "a batch twice")


def with_digest(name: str, op: str, number: int, digest: list[int]) -> Mislead:
    """The results of a step are a digest that they are not."""

    def mislead(program: Program, tables: TableSet) -> None:
        for place, value in enumerate(digest):
            overwriting(name, op, number, place, lambda _, v=value: constant(v))(program, tables)

    return mislead


def test_slot_left_out_refused() -> None:
    """The root is over both batches, the totals are those of the first."""
    book = Book((FIRST, NONE)).terms().with_public("terms", DERIVATIVE, 0, -1)
    forgery = forged_book(book, with_digest("join.nz", "call", 1, THERE))
    assert forgery.publics[3:7] == public_values(PLAIN)[3:7]
    forgery.refused("terminals", "bus fn:join")


OTHERS = {
    "other amounts": replace(ONE.slots[0], rows=rows_for([(9, 9), (12, 3), (2**36, 0), (5, 1)])),
    "amounts of another batch": replace(ONE.slots[0], rows=SECOND.rows),
    "another batch's commitment": replace(SECOND, root=ONE.slots[0].root),
}


@pytest.mark.parametrize("name", sampled(OTHERS, 2))
def test_commitment_opened_otherwise_refused(name: str) -> None:
    """The slot's digest is that of the true batch; what is summed is something else."""
    book = Book((OTHERS[name],)).terms().with_public("terms", DERIVATIVE, 0, -1)
    digest = slot_digest(ONE.slots[0], 1000)
    forgery = forged_book(book, with_digest("join.z.nz", "poseidon", 1, digest))
    assert forgery.publics[3:7] == public_values(ONE)[3:7]
    forgery.refused("terminals", "bus builtin:poseidon", control=name == "other amounts")
