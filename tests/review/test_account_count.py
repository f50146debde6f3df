"""What customers' openings say about the number of accounts: nothing beyond the shape class."""

from __future__ import annotations

import pytest

from plimsoll.circuits.leaves import ORDER_BITS
from plimsoll.prover.opening import draw_opening

LEAVES = 4096
DRAWS = 64


@pytest.mark.parametrize("accounts", [8, 64])
def test_position_and_order_do_not_tell_the_number_of_accounts(accounts: int) -> None:
    """A position is the rank of its leaf's order among as many uniform orders as there are leaves.

    So it has the binomial variance whatever stands in the leaves. Were positions drawn apart from orders, those of
    eight accounts would vary 1,700 times as much and those of 64 a hundred times (tried): one customer, who knows her
    position and her order, could tell a book of eight accounts from one of thousands.
    """
    names = [f"account-{i}" for i in range(accounts)]
    squares = variances = 0.0
    for _ in range(DRAWS):
        for leaf in draw_opening("00" * 32, names, "book-2^12x1", LEAVES).accounts:
            part = leaf.order / 2**ORDER_BITS
            squares += (leaf.position - part * (LEAVES - 1)) ** 2
            variances += (LEAVES - 1) * part * (1 - part)
    assert 1 / 3 < squares / variances < 3
