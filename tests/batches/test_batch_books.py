"""batch.cairo means the same in cairo-lang's VM, through the tables, and by the definition; wrong tapes fit neither.

Each wrong tape differs from an accepted one in what its name says.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from batch_books import (
    EMPTY,
    FIGURES,
    NULL,
    RECORDS,
    ROWS,
    Account,
    Batch,
    audited,
    batch_in_cairo,
    batch_machine,
    figures_of,
    holding,
    limbs,
    meaning,
    piece_of,
    public_values,
    random_batch,
    rows_of,
    sampled,
    worths,
)

from plimsoll.circuits import vm
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import WitnessError


def accepted(batch: Batch) -> bool:
    """Whether both machines accept (then with the values of the definition), or both refuse."""
    tape = batch.tape()
    try:
        in_vm = vm.run(batch_in_cairo(), tape, RECORDS)
    except vm.VmError:
        with pytest.raises((CheckError, WitnessError)):
            batch_machine().run(tape)
        return False
    assert batch_machine().run(tape) == in_vm == public_values(batch)
    assert meaning(rows_of(batch.leaves)) == figures_of(batch.leaves)
    return True


@pytest.mark.parametrize("seed", [0, *audited(1, 2, 3)])
def test_random_batches_have_equal_outputs(seed: int) -> None:
    assert accepted(random_batch(seed))


OTHER = Account(((2, 7),))
ZERO = Account(((2, 50), (3, 50)))
BELOW = Account(((2, 50), (3, 51)))
ABOVE = Account(((2, 51), (3, 50)))
LOWEST = Account(((5, 2**60 - 1),))
HIGHEST = Account(((4, 2**60 - 1),))
PARTS = Account(((0, 2**36), (2, 2**36 - 1), (3, 2**36 + 1), (4, 2**40 + 4)))
ONLY_NET = Account(((0, 4), (1, 4)))

HONEST = {
    "one below beside one above": Batch((BELOW, ABOVE)),
    "largest shortfalls": Batch((LOWEST, LOWEST)),
    "largest sums": Batch((HIGHEST, EMPTY)),
    "quantities at the edges of their parts": Batch((PARTS,)),
    "pieces' edges": Batch((Account(((2, 9), (4, 2**36 - 1))), Account(((4, 2**40 + 5),)))),
    "shortfall in some snapshots only": Batch((Account(((2, 30), (4, 2**40 + 4))),)),
    "short of margin, not of equity": Batch((ONLY_NET,)),
    "shortfalls of 2^24 - 1 and 2^24": Batch((Account(((3, 2**24 - 1),)), Account(((3, 2**24),)))),
    "a shortfall of 2^60": Batch((Account(((2, 1), (3, 2**60 - 1))),)),
    "low parts that sum above 2^36": Batch((Account(((0, 2**36 - 1),)), Account(((0, 2**36 - 1),)))),
    "last instrument only": Batch((Account(((4, 5),)), Account(((5, 5),)))),
    "no holdings": Batch((Account(),)),
    "all leaves empty": Batch((EMPTY, EMPTY)),
    "four leaves": Batch((BELOW, EMPTY, OTHER, EMPTY)),
    "last order below 2^60": Batch((replace(OTHER, gap=(0,) * 4),), start=2**60 - 2),
}


@pytest.mark.parametrize("name", sampled(HONEST, 2))
def test_honest_batch_accepted(name: str) -> None:
    assert accepted(HONEST[name])


def test_edges_are_where_they_are_meant_to_be() -> None:
    assert worths(ZERO.positions) == [0] * 5
    assert worths(BELOW.positions) == [-1] * 5
    assert worths(ONLY_NET.positions) == [-28, 0, 0, 0, 0]
    assert min(worths(LOWEST.positions)) < -(2**142)


def flagged(account: Account, figure: int, flag: int) -> Account:
    flags = [int(w < 0) for w in account.worths]
    flags[figure] = flag
    return replace(account, flags=tuple(flags))


def regrouped(batch: Batch, row: int, place: int, unit: int) -> Batch:
    """One unit less in a place, as many more in its lower neighbour: the same number."""
    return batch.saying(row, place, -1).saying(row, place - 1, unit)


def with_rows(batch: Batch, **rows: list[int]) -> Batch:
    """Some rows of totals replaced."""
    return replace(batch, rows=[rows.get(f"r{i}", row) for i, row in enumerate(batch.totals())])


def unsaid(*figures: int) -> Batch:
    """The account keeps some of its shortfalls to itself, and the totals agree."""
    flags = tuple(0 if i in figures else int(w < 0) for i, w in enumerate(BELOW.worths))
    return with_rows(Batch((replace(BELOW, flags=flags),)), **{f"r{ROWS + i}": [0] * 8 for i in figures})


def overdone() -> Batch:
    """An account with a sum of zero says that it is short, of nothing: only the number of accounts is wrong."""
    row = rows_of((LOWEST,))[ROWS]
    more = [a + b for a, b in zip(row, (2**24, *(2**24 - 1,) * 4, -1, 1, 0), strict=True)]
    batch = with_rows(Batch((LOWEST, ZERO)), **{f"r{ROWS}": more})
    return batch.having(1, flagged(ZERO, 0, 1))


def doubled() -> Batch:
    """f = 2: y = -3 * sum - 2, which is not negative for a sum of -1, and 2 * (y + 1) would be posted."""
    return with_rows(Batch((flagged(BELOW, 0, 2),)), **{f"r{ROWS}": [4, 0, 0, 0, 0, 0, 2, 0]})


def holds(account: Account, *holdings: tuple[int, ...]) -> Batch:
    """The account with other holdings on the tape; flags and totals stay."""
    flags = tuple(int(w < 0) for w in account.worths)
    changed = replace(account, holdings=holdings, flags=flags)
    return replace(Batch((changed,)), rows=rows_of((account,)))


def held(key: int, quantity: int) -> tuple[int, ...]:
    return tuple(holding(key, quantity))


SHORT = Batch((BELOW,))
TWO = Batch((OTHER, OTHER))
DEEP = HONEST["a shortfall of 2^60"]
NOTHING = [0] * 8
WRONG = {
    "long part below 2^36 overstated": SHORT.saying(0, 4, 1),
    "short part above 2^36 overstated": SHORT.saying(0, 7, 1),
    "place without an instrument used": SHORT.saying(1, 4, 1),
    "longs and shorts netted": SHORT.saying(0, 4, -50).saying(0, 6, -50),
    **{f"figure {f} understated": SHORT.saying(ROWS + f, 0, -1) for f in (0, 4)},
    "number of accounts understated": SHORT.saying(ROWS + 2, 6, -1),
    "amount of an eighth kind": SHORT.saying(ROWS, 7, 1),
    "amount of 2^52": SHORT.saying(0, 0, 2**52),
    "negative amount": SHORT.saying(0, 0, -1),
    "limbs of a figure regrouped": regrouped(DEEP, ROWS, 2, 2**24),
    "parts of a quantity regrouped": regrouped(Batch((PARTS,)), 1, 1, 2**36),
    "a deficit among the margin gaps": with_rows(
        SHORT, **{f"r{ROWS}": [2, 0, 0, 0, 0, 0, 2, 0], f"r{ROWS + 1}": NOTHING}
    ),
    "one's debt against another's claim": with_rows(
        Batch((BELOW, ABOVE)), **{f"r{ROWS + f}": NOTHING for f in range(FIGURES)}
    ),
    "margin gap not said": unsaid(0),
    "no shortfall said": unsaid(*range(FIGURES)),
    "flag of one for a sum of zero": overdone(),
    "flag of two": doubled(),
    "flag of minus one": Batch((flagged(BELOW, 0, -1),), rows=rows_of((BELOW,))),
    "last row left out": replace(
        Batch((PARTS,)), row_count=1, rows=[r for i, r in enumerate(rows_of((PARTS,))) if i != 1]
    ),
    "2^12 rows": replace(SHORT, row_count=2**12),
    "negative number of rows": replace(SHORT, row_count=-1),
    "piece above": holds(Account(((4, 5),)), (piece_of(4, 2**36), 5 - (2**36 - 1), 0, 0, 0, 0)),
    "piece below": with_rows(holds(OTHER, (piece_of(4, 1), *limbs(2**36, 5))), r0=NOTHING, r1=[0, 1, *NOTHING[2:]]),
    "keys swapped": holds(BELOW, held(3, 51), held(2, 50)),
    "null record with a quantity": holds(OTHER, held(2, 7), (NULL, 1, 0, 0, 0, 0)),
    "record that does not exist": holds(OTHER, (10**6, 7, 0, 0, 0, 0)),
    "limb of 2^12": holds(Account(((2, 4096),)), (piece_of(2, 1), 4096, 0, 0, 0, 0)),
    "negative quantity": with_rows(
        Batch((replace(BELOW, holdings=((piece_of(2, 1), -1, 0, 0, 0, 0),)), ABOVE)), r0=[*NOTHING[:4], 50, 0, 50, 0]
    ),
    "quantity of 2^60": with_rows(holds(OTHER, (piece_of(2, 1), 0, 0, 0, 0, 4096)), r0=[*NOTHING[:4], 0, 2**24, 0, 0]),
    "two leaves of one order": TWO.having(1, replace(OTHER, gap=(-1, 0, 0, 0))),
    "negative start": Batch((OTHER,), start=-3),
    "last order of 2^60": Batch((replace(OTHER, gap=(0,) * 4),), start=2**60 - 1),
    "class of 2^12": Batch((replace(OTHER, account_class=4096),)),
    "count above the rows": Batch((replace(BELOW, count=2),)),
    "height above the leaves": replace(TWO, height=2),
    "negative height": Batch((OTHER,), height=-1),
}


@pytest.mark.parametrize("name", sampled(WRONG))
def test_wrong_tape_rejected_by_both(name: str) -> None:
    assert not accepted(WRONG[name])


def test_tables_accept_the_honest_and_refuse_the_wrong() -> None:
    """All of them, without the VM, which is slow."""
    for one in HONEST.values():
        assert batch_machine().run(one.tape()) == public_values(one)
    for name, one in WRONG.items():
        try:
            batch_machine().run(one.tape())
        except (CheckError, WitnessError):
            continue
        raise AssertionError(name)


def test_more_rows_than_needed_are_another_public_value() -> None:
    """The number of rows is public, and for the verifier to check."""
    batch = replace(SHORT, row_count=ROWS + 1, rows=[*SHORT.totals()[:ROWS], [0] * 8, *SHORT.totals()[ROWS:]])
    outputs = batch_machine().run(batch.tape())
    assert outputs == vm.run(batch_in_cairo(), batch.tape(), RECORDS)
    assert outputs[1] == ROWS + 1 and outputs[6:] != public_values(SHORT)[6:]


def test_tape_with_a_cell_left_over_rejected() -> None:
    tape = [*SHORT.tape(), 0]
    with pytest.raises(vm.VmError):
        vm.run(batch_in_cairo(), tape, RECORDS)
    with pytest.raises(WitnessError):
        batch_machine().run(tape)


def test_a_field_element_more_of_any_amount_is_the_same_amount() -> None:
    """Amounts are field elements; as integers they are below 2^52, so p more is no other number."""
    batch = SHORT.saying(0, 0, P)
    assert batch.tape() == SHORT.tape()
