"""Lies about one batch: each is refused by both verifiers, at the one check that is there for it.

BELOW lacks one unit of everything, ABOVE has one more than nothing, EVEN is at zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from batch_books import (
    EMPTY,
    FIGURES,
    RECORDS,
    ROWS,
    Account,
    Batch,
    Rows,
    audited,
    holding,
    leaf_of,
    meaning,
    piece_of,
    public_values,
    rows_of,
)
from forged_rows import ACTIVE, Columns
from lies import constant, overwriting
from program_forgery import ProgramForgery, forged_batch, graft, ungated
from toolkit import Program

from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import Row
from plimsoll.circuits.tables import TableSet

BELOW = Account(((2, 50), (3, 51)))
ABOVE = Account(((2, 51), (3, 50)))
EVEN = Account(((2, 50), (3, 50)))
OTHER = Account(((2, 6),))
HONEST = Batch((BELOW, ABOVE, EMPTY, OTHER))
FIGURE_KEY = 2**15
LEDGER = f"bus {LEDGER_BUS}"
NONE = [0] * 8


def saying(batch: Batch, figures: Rows) -> Batch:
    """The batch with other rows for its figures."""
    return replace(batch, rows=[*rows_of(batch.leaves)[:ROWS], *figures])


def silent(batch: Batch) -> Batch:
    """The batch with no shortfall in its totals."""
    return saying(batch, [NONE] * FIGURES)


def flags(account: Account, *values: int) -> Account:
    return replace(account, flags=values)


def test_control_honest_batch_is_accepted() -> None:
    forgery = forged_batch(HONEST)
    assert forgery.publics == public_values(HONEST)
    assert meaning(rows_of(HONEST.leaves))[1:] == ([1] * FIGURES, [1] * FIGURES)
    forgery.accepted()


# What accounts lack.


def test_shortfall_left_out_of_the_totals_refused() -> None:
    forged_batch(silent(HONEST)).refused("terminals", LEDGER)


@pytest.mark.parametrize("place", [6, *audited(0)])
def test_shortfall_understated_by_one_refused(place: int) -> None:
    forged_batch(HONEST.saying(ROWS + 1, place, -1)).refused("terminals", LEDGER, control=False)


def test_debt_netted_against_another_customers_claim_refused() -> None:
    """BELOW and ABOVE together lack nothing."""
    forged_batch(silent(Batch((BELOW, ABOVE, EMPTY, EMPTY)))).refused("terminals", LEDGER, control=False)


def test_debt_netted_by_another_customers_sums_refused() -> None:
    """The end of BELOW is reached with the sums of both accounts: none of them is negative."""
    batch = silent(Batch((BELOW, ABOVE, EMPTY, OTHER)))
    forgery = forged_batch(batch)
    rows, columns = forgery.trace("holdings.z"), forgery.columns("holdings.z")
    [row] = [i for i, one in enumerate(rows) if one[ACTIVE] and one[columns.tape[0]]]
    for figure in range(FIGURES):
        rows[row, columns.tape[figure]] = 0
        rows[row, sums_of(columns)[11 * figure]] = 0
    forgery.refresh("holdings.z", row)
    forgery.rebalance().refused("terminals", "bus fn:holdings")


def sums_of(columns: Columns) -> list[int]:
    """The arguments that are an account's sums, eleven coefficients each."""
    return columns.args[-11 * FIGURES :]


@pytest.mark.parametrize("figure", [0, *audited(1, 2, 3), 4])
def test_a_flag_of_zero_for_one_negative_sum_refused(figure: int) -> None:
    chosen = [int(f != figure) for f in range(FIGURES)]
    batch = HONEST.having(0, flags(BELOW, *chosen))
    rows = [NONE if f == figure else row for f, row in enumerate(rows_of(HONEST.leaves)[ROWS:])]
    forged_batch(saying(batch, rows)).refused("constraints", "constraint holdings.z", control=figure == 0)


def test_flag_of_one_for_a_sum_of_zero_refused() -> None:
    """Of nothing: the amount stays the true one, an account too many would be counted as short."""
    deep = Account(((5, 2**60 - 1),))
    batch = Batch((deep, EVEN, EMPTY, EMPTY))
    rows = [list(row) for row in rows_of(batch.leaves)[ROWS:]]
    for place, by in enumerate((2**24, *(2**24 - 1,) * 4, -1, 1)):
        rows[0][place] += by
    lie = saying(batch.having(1, flags(EVEN, 1, 0, 0, 0, 0)), rows)
    assert meaning(lie.totals())[1] == meaning(batch.totals())[1]
    forged_batch(lie).refused("constraints", "constraint holdings.z")


def test_flag_of_two_refused() -> None:
    """y = -3 * sum - 2 is not negative for a sum of -1, and 2 * (y + 1) = 4 is posted."""
    rows = [[4, 0, 0, 0, 0, 0, 2, 0], *rows_of(HONEST.leaves)[ROWS + 1 :]]
    batch = saying(HONEST.having(0, flags(BELOW, 2, 1, 1, 1, 1)), rows)
    forged_batch(batch).refused("constraints", "constraint holdings.z")


def test_deficit_hidden_as_margin_gap_refused() -> None:
    """Both sums are the same over the figures; the deficit has moved to where it is harmless."""
    rows = [[2, 0, 0, 0, 0, 0, 2, 0], NONE, *rows_of(HONEST.leaves)[ROWS + 2 :]]
    forged_batch(saying(HONEST, rows)).refused("terminals", LEDGER)


def test_deficit_in_other_limbs_refused() -> None:
    """2^24 in a limb is not one in the next: the public bound is compared by their sum, but the ledger is by key."""
    batch = HONEST.saying(ROWS, 0, -1).saying(ROWS, 1, 1)
    forged_batch(batch).refused("terminals", LEDGER, control=False)


# Leaves.


def test_failing_account_behind_an_empty_leaf_refused() -> None:
    """The tree holds the account's leaf, the batch's run an empty one."""
    order = HONEST.start + 4
    tree = Batch((BELOW, EVEN, OTHER, OTHER))
    digest = leaf_of(BELOW, order)

    def mislead(program: Program, tables: TableSet) -> None:
        for place, value in enumerate(digest):
            overwriting("subtree.z.z", "poseidon", 0, place, lambda _, v=value: constant(v))(program, tables)

    hidden = Batch((EMPTY, *tree.leaves[1:]), start=order)
    forgery = forged_batch(hidden, mislead)
    assert forgery.publics[2:6] == public_values(replace(tree, start=HONEST.start))[2:6]
    forgery.refused("terminals", "bus builtin:poseidon")


def test_two_leaves_of_one_order_refused() -> None:
    """An account that stands twice has one order: a gap of -1 is none."""
    batch = Batch((OTHER, replace(OTHER, gap=(-1, 0, 0, 0)), EMPTY, EMPTY))
    forged_batch(batch).refused("terminals", "bus builtin:range_check", control=False)


def test_account_without_its_end_refused() -> None:
    """Holdings are in the leaf and in the totals; the row that would post the shortfalls is none."""
    forgery = forged_batch(silent(HONEST))
    rows, columns = forgery.trace("holdings.z"), forgery.columns("holdings.z")
    [row] = [i for i, one in enumerate(rows) if one[ACTIVE] and one[columns.tape[0]]]
    rows[row] = 0
    forgery.rebalance().refused("terminals", "bus fn:holdings")


@pytest.mark.parametrize("total", [0, *audited(7)])
def test_negative_quantity_refused(total: int) -> None:
    """-5 lots are p - 5: the sum of the longs wraps to what the others have less five, here nothing, or 7."""
    negative = Account(((2, 50), (4, 0)), holdings=(tuple(holding(2, 50)), (piece_of(4, 0), -5, 0, 0, 0, 0)))
    batch = Batch((negative, Account(((4, 5 + total),)), EMPTY, EMPTY))
    rows = rows_of(batch.leaves)
    rows[1][0] -= 5
    assert rows[1][0] == total
    forged_batch(replace(batch, rows=rows)).refused("terminals", "bus builtin:range_check", control=total == 0)


def test_record_with_other_values_refused() -> None:
    """A short lot that costs nothing: BELOW lacks nothing any more."""
    record = RECORDS[piece_of(3, 51)]
    slopes = [4 + 13 * figure for figure in range(FIGURES)]
    assert [record[place] for place in slopes] == [P - 1] * FIGURES

    def mislead(program: Program, tables: TableSet) -> None:
        for place in slopes:
            overwriting("holdings.nz", "rom", 1, place, lambda _: constant(0))(program, tables)

    batch = silent(Batch((flags(BELOW, 0, 0, 0, 0, 0), EMPTY, EMPTY, EMPTY)))
    forged_batch(batch, mislead).refused("terminals", "bus rom:schedule")


# Closing rows.


def closing(takes_figures: bool) -> Callable[[Columns, Row], bool]:
    """Rows of `close` for figures, or for instruments from the second row on."""

    def takes(columns: Columns, row: Row) -> bool:
        key = row[columns.args[1]]
        return key >= FIGURE_KEY if takes_figures else 8 <= key < FIGURE_KEY

    return takes


def with_rows_of(lie: Batch, donor: Batch, takes_figures: bool) -> ProgramForgery:
    """The lie with the donor's closing rows beside its own, which nobody calls."""
    forgery, other = forged_batch(lie), forged_batch(donor)
    for name in ("close.nz", "close.z"):
        graft(forgery, other, name, closing(takes_figures))
    return forgery.rebalance()


def test_closing_rows_beside_the_run_refused() -> None:
    """The run says that nobody lacks anything; rows of no call close what was posted."""
    with_rows_of(silent(HONEST), HONEST, takes_figures=True).refused("terminals", "bus fn:close")


def test_closing_row_used_twice_refused() -> None:
    """Each of two equal rows closes half: the totals in the commitment are half of what the accounts lack."""
    batch = Batch((Account(((3, 2),)), Account(((3, 2),)), EMPTY, EMPTY))
    half = saying(batch, [[a // 2 for a in row] for row in rows_of(batch.leaves)[ROWS:]])
    with_rows_of(half, half, takes_figures=True).refused("terminals", "bus fn:close")


INSTRUMENT_2 = Batch((Account(((4, 9),)), EMPTY, EMPTY, EMPTY))
ONE_ROW = replace(
    INSTRUMENT_2, row_count=1, rows=[rows_of(INSTRUMENT_2.leaves)[0], *rows_of(INSTRUMENT_2.leaves)[ROWS:]]
)


def test_closing_row_left_out_refused() -> None:
    forged_batch(ONE_ROW).refused("terminals", LEDGER, control=False)


def test_key_closed_outside_the_rows_refused() -> None:
    with_rows_of(ONE_ROW, INSTRUMENT_2, takes_figures=False).refused("terminals", "bus fn:close")


def test_row_left_out_of_the_public_number_is_another_statement() -> None:
    """Without the last instrument's holdings one row would do: the verifier asks for the number of rows."""
    batch = replace(HONEST, row_count=1, rows=[rows_of(HONEST.leaves)[0], *rows_of(HONEST.leaves)[ROWS:]])
    forgery = forged_batch(batch)
    forgery.accepted()
    assert forgery.publics[1] != ROWS


def posting_idly() -> ProgramForgery:
    """The totals know of no margin gap; a row of no call closes it."""
    forgery = forged_batch(saying(HONEST, [NONE, *rows_of(HONEST.leaves)[ROWS + 1 :]]))
    rows, columns = forgery.trace("close.nz"), forgery.columns("close.nz")
    idle = next(i for i, row in enumerate(rows) if not row[ACTIVE])
    rows[idle, columns.args[1]] = FIGURE_KEY
    for place in (0, 6):
        rows[idle, columns.tape[place]] = 1
        rows[idle, columns.limbs[place][0]] = 1
    return forgery


def test_inactive_row_that_posts_refused() -> None:
    posting_idly().refused("terminals", LEDGER)


def test_control_without_the_factor_an_inactive_row_posts() -> None:
    """Why the compiler multiplies every amount by `active`: the very same rows make an accepted proof without it."""
    forgery = posting_idly()
    forgery.accepted(ungated(forgery.tables))
