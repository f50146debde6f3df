"""The book program means the same in cairo-lang's VM, through the tables, and by the leaf's definition.

Every corrupted book is rejected by both. Each differs from an accepted book in the one thing its name says.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from books import (
    EMPTY,
    NULL,
    RECORDS,
    Account,
    Batch,
    book_in_cairo,
    book_machine,
    holding,
    limbs,
    random_batch,
    root_of,
    tier_of,
)

from plimsoll.circuits import vm
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import WitnessError

LONG, SHORT = 0, 1  # keys of instrument 0: a lot of either is worth 10^20
OTHER = Account.of((4, 5))


def accepted(batch: Batch) -> bool:
    """Whether both halves accept (then with the defined public values), or both reject."""
    tape = batch.tape()
    try:
        in_vm = vm.run(book_in_cairo(), tape, RECORDS)
    except vm.VmError:
        with pytest.raises((CheckError, WitnessError)):
            book_machine().run(tape)
        return False
    assert book_machine().run(tape) == in_vm == root_of(batch)
    return True


@pytest.mark.parametrize("seed", range(6))
def test_random_books_have_equal_outputs(seed: int) -> None:
    assert accepted(random_batch(seed))


def pair(account: Account) -> Batch:
    """The account beside a healthy one."""
    return Batch([account, OTHER])


HEDGED = Account.of((LONG, 6), (SHORT, 6))
TWO_ROWS = Account.of(*[(k, 5) for k in range(0, 16, 2)])
EDGE = Account.of((LONG, 999), (2, 1000))

HEALTHY = {
    "exactly at margin": pair(HEDGED),
    "no holdings": pair(Account.of()),
    "two rows": pair(TWO_ROWS),
    "tier edges": pair(EDGE),
    "zero quantity": pair(Account.of((LONG, 0), (SHORT, 0))),
    "largest quantity": pair(Account.of((LONG, 2**60 - 1))),
    "order next to the last one": Batch([OTHER, replace(OTHER, gap=[0, 0, 0, 0])]),
    "all leaves empty": Batch([EMPTY, EMPTY]),
    "one leaf": Batch([OTHER]),
    "last order below 2^60": Batch([replace(OTHER, gap=[0] * 4)], start=2**60 - 2),
}


@pytest.mark.parametrize("name", list(HEALTHY))
def test_healthy_book_accepted(name: str) -> None:
    assert accepted(HEALTHY[name])


def gap_of(value: int) -> Account:
    """An account whose four gap limbs are (value, 0, 0, 0), in range or not."""
    return replace(OTHER, gap=[value, 0, 0, 0])


SIX = [(k, 5) for k in (0, 2, 4, 6, 8, 10)]
CORRUPT = {
    "below margin by one lot": pair(Account.of((LONG, 5), (SHORT, 6))),
    "below margin by one unit": pair(Account.of((LONG, 1), (3, 1))),
    "adjacent tier above": pair(EDGE.with_holding(0, [tier_of(LONG, 1000), -1, 0, 0, 0, 0])),
    "adjacent tier below": pair(EDGE.with_holding(1, [tier_of(2, 999), *limbs(1000, 5)])),
    "keys swapped": pair(Account.of((SHORT, 1), (LONG, 6))),
    "holding twice": pair(Account.of((LONG, 6), (LONG, 6))),
    "split across tiers": pair(Account.of((LONG, 999), (LONG, 1000))),
    "holding twice, in two rows": pair(Account([holding(k, 5) for k in (0, 2, 4, 6, 8, 10, 10, 12)])),
    "keys swapped, across rows": pair(Account([holding(k, 5) for k in (0, 2, 4, 6, 8, 12, 10, 14)])),
    "null record before a holding": pair(Account([[NULL, 0, 0, 0, 0, 0], holding(LONG, 5)])),
    "null record with a quantity": pair(Account([holding(LONG, 5), [NULL, 1, 0, 0, 0, 0]])),
    "null record twice": pair(Account([*(holding(*p) for p in SIX[:4]), [NULL, 0, 0, 0, 0, 0], [NULL, 0, 0, 0, 0, 0]])),
    "record that does not exist": pair(Account([[10**6, 1, 0, 0, 0, 0]])),
    "index of minus one": pair(Account([[-1, 1, 0, 0, 0, 0]])),
    "limb of 2^12": pair(Account([[tier_of(LONG, 1), 4096, 0, 0, 0, 0]])),
    "limb out of range, total in the tier": pair(Account([[tier_of(LONG, 1), 4096, P - 1, 1, 0, 0]])),
    "negative limb": pair(Account([[tier_of(LONG, 1), -1, 1, 0, 0, 0]])),
    "quantity of 2^60": pair(Account([[tier_of(LONG, 1000), 0, 0, 0, 0, 4096]])),
    "two leaves of one order": Batch([OTHER, gap_of(-1)]),
    "orders descend": Batch([OTHER, gap_of(-3)]),
    "gap limb of 2^12": Batch([OTHER, gap_of(4096)]),
    "start of 2^60": Batch([OTHER], start=2**60),
    "last order of 2^60": Batch([replace(OTHER, gap=[0] * 4)], start=2**60 - 1),
    "class of 2^12": pair(replace(OTHER, account_class=4096)),
    "negative class": pair(replace(OTHER, account_class=-1)),
    "count above the rows": pair(replace(OTHER, rows=2)),
    "count below the rows": pair(replace(TWO_ROWS, rows=1)),
    "count of 2^12": Batch([replace(OTHER, rows=4096)]),
    "height above the leaves": Batch([OTHER, OTHER], height=2),
    "height below the leaves": Batch([OTHER, OTHER], height=0),
    "negative height": Batch([OTHER], height=-1),
}


@pytest.mark.parametrize("name", list(CORRUPT))
def test_corrupted_book_rejected(name: str) -> None:
    assert not accepted(CORRUPT[name])


def test_tape_with_a_cell_left_over_rejected() -> None:
    tape = [*pair(HEDGED).tape(), 0]
    with pytest.raises(vm.VmError):
        vm.run(book_in_cairo(), tape, RECORDS)
    with pytest.raises(WitnessError):
        book_machine().run(tape)
