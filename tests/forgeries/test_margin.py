"""An account one unit (10^-20 of the quote currency) below its margin line, in every way to hide it.

The account's leaf, sums and hashes are all consistent; only the proof that its sum is not negative is missing or false.
"""

from __future__ import annotations

from lies import steps
from small_venue import EDGE, Batch, Leaf, account_lots, honest, margin, positions
from toolkit import Forgery, accepted, add, forge, path_of, put, upstream_accepts

from plimsoll.circuits.field import P
from plimsoll.verifier.statement import read_proof

CARRIES, TOTAL = range(5), 5
"""Steps of `settle` in lib/sums.cairo that cut a number into limbs: five carries, then the total itself."""
SUMS = slice(10, 21)
"""The eleven sums among the arguments of `holdings`."""


def below_by_one() -> Batch:
    lots = account_lots()["edge"]
    assert margin(lots) == 0
    lots["DUST"] -= 1
    assert margin(lots) == -1
    return honest().having(EDGE, Leaf(positions(lots)))


def forged() -> Forgery:
    """The limbs of the total are those of -1 modulo p, cut to 60 bits: they do not add up to it."""
    return forge(below_by_one())


def raise_carry(forgery: Forgery, number: int) -> list[int]:
    """Adds one to a carry, its limbs staying in range. Returns the columns of the limbs."""
    limbs = forgery.columns("holdings.z").limbs[number]
    row = forgery.trace("holdings.z")
    raised = 1 + sum(int(row[EDGE, column]) << 12 * i for i, column in enumerate(limbs[2:]))
    for i, column in enumerate(limbs[2:]):
        put(row, EDGE, column, raised >> 12 * i & 4095)
    return limbs


def test_control_account_on_its_line_is_accepted() -> None:
    forgery = forge()
    assert forgery.broken() == set()
    file = forgery.rebalance().file()
    accepted(file)
    upstream_accepts(*read_proof(file))


def test_limbs_that_do_not_add_up_rejected() -> None:
    forged().refused("constraints", "constraint holdings.z")


def test_top_limb_out_of_range_rejected() -> None:
    """All constraints hold: the top limb takes what five limbs of 12 bits cannot hold."""
    forgery = forged()
    limb = forgery.columns("holdings.z").limbs[TOTAL][4]
    put(forgery.trace("holdings.z"), EDGE, limb, (P - 1) >> 48)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_negative_limb_rejected() -> None:
    forgery = forged()
    limbs = forgery.columns("holdings.z").limbs[TOTAL]
    for column, limb in zip(limbs, (-1, 0, 0, 0, 0), strict=True):
        put(forgery.trace("holdings.z"), EDGE, column, limb)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_unit_borrowed_from_each_carry_rejected() -> None:
    """A carry is raised by one, and its low limbs, which nothing else uses, are lowered by 2^24: all but in range."""
    for number in CARRIES:
        forgery = forged()
        limbs = raise_carry(forgery, number)
        add(forgery.trace("holdings.z"), EDGE, limbs[1], -(1 << 12))
        forgery.refresh("holdings.z", EDGE, keep=limbs)
        assert {str(one) for one in forgery.rebalance().broken()} == {"bus builtin:range_check"}
        if number == CARRIES[-1]:
            forgery.refused("terminals", "bus builtin:range_check")


def test_carry_that_is_not_that_of_the_sum_rejected() -> None:
    """The last carry is raised by one and nothing lowered: every limb is in range, the total is 0."""
    forgery = forged()
    forgery.refresh("holdings.z", EDGE, keep=raise_carry(forgery, CARRIES[-1]))
    forgery.rebalance().refused("constraints", "constraint holdings.z")


def test_settlement_left_out_rejected() -> None:
    """No row says that the account's sum is not negative, although its last row of holdings asks for one."""
    forgery = forged()
    forgery.trace("holdings.z")[EDGE] = 0
    forgery.rebalance().refused("terminals", "bus fn:holdings")


def test_settlement_switched_off_rejected() -> None:
    """The row is there, its activity is zero, and all that an inactive row is asked for is true of it."""
    forgery = forged()
    row = forgery.trace("holdings.z")
    columns = forgery.columns("holdings.z")
    zero_sum = {column: 0 for limbs in columns.limbs for column in limbs}
    for column in (0, *columns.args[SUMS], *zero_sum):
        put(row, EDGE, column, 0)
    # An inactive row's constraints have no constant terms: with sums and limbs of zero they hold.
    forgery.rebalance().refused("terminals", "bus fn:holdings")


def test_settlement_of_another_sum_rejected() -> None:
    """The row proves that 0 is not negative; the holdings ask about -1."""
    forgery = forged()
    for column in forgery.columns("holdings.z").args[SUMS]:
        put(forgery.trace("holdings.z"), EDGE, column, 0)
    forgery.refresh("holdings.z", EDGE)
    forgery.rebalance().refused("terminals", "bus fn:holdings")


def test_settlement_of_another_account_used_twice_rejected() -> None:
    """The failing account's settlement is switched off, a healthy account's stands twice."""
    forgery = forged()
    row = forgery.trace("holdings.z")
    row[EDGE] = row[EDGE + 1]
    forgery.rebalance().refused("terminals", "bus fn:holdings")


def test_two_halves_of_a_settlement_rejected() -> None:
    """Each of two equal rows is active by one half, so that every bus balances: activity must be a bit.

    Were it none, rows of opposite activity could lend claims to each other.
    """
    forgery = forge()
    rows = forgery.trace("holdings.z")
    rows[100] = rows[EDGE]
    half = pow(2, -1, P)
    put(rows, EDGE, 0, half)
    put(rows, 100, 0, half)
    for step in steps(path_of(forgery.program, forgery.tables, "holdings.z"), "limbs"):
        # Constant terms count `active` times: limbs follow, so that activity itself is the only thing that is wrong.
        step["poly"] = [[c if columns else str(int(c) * half % P), columns] for c, columns in step["poly"]]
    for row in (EDGE, 100):
        forgery.refresh("holdings.z", row)
    forgery.rebalance().refused("constraints", "constraint holdings.z", weakenable=False)
