"""A tier that is not the quantity's own, and limbs that are none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_venue import (
    EDGE,
    EMPTY,
    Batch,
    Leaf,
    account_lots,
    honest,
    key_of,
    position,
    positions,
    records,
    schedule,
    tiers,
)
from toolkit import Forgery, accepted, forge, put, upstream_accepts

from plimsoll.prover.tape import limbs
from plimsoll.verifier.statement import read_proof


def tier_above(instrument: str, lots: int) -> int:
    """Index of the tier above that of the quantity."""
    index = position(instrument, lots)[0]
    assert records()[index][0] == records()[index + 1][0]
    return index + 1


def too_much_for_its_tier() -> Forgery:
    """30,000 lots of BTC in the first tier, which ends below 20,000: its haircut is half that of the second."""
    first = position("BTC", 1)[0]
    tier = schedule().tiers[first]
    assert tier.key == key_of("BTC", 1) and tier.hi < 30_000
    return forge(Batch((Leaf(((first, *limbs(30_000 - tier.lo, 5)),)), EMPTY, EMPTY, EMPTY)))


def test_control_each_tier_up_to_its_edges_is_accepted() -> None:
    first = position("BTC", 1)[0]
    edge = schedule().tiers[first].hi
    leaves = [Leaf(positions({"BTC": lots}), gap=(i, 0, 0, 0)) for i, lots in enumerate((0, 1, edge, edge + 1))]
    assert [leaf.holdings[0][0] - first for leaf in leaves[1:]] == [0, 0, 1]
    forgery = forge(Batch(tuple(leaves)))
    assert forgery.broken() == set()
    file = forgery.file()
    accepted(file)
    upstream_accepts(*read_proof(file))


def test_tier_below_the_quantity_s_rejected() -> None:
    """hi - q is negative; its limbs are cut."""
    too_much_for_its_tier().refused("constraints", "constraint holdings.nz")


def test_tier_below_the_quantity_s_with_a_limb_out_of_range_rejected() -> None:
    forgery = too_much_for_its_tier()
    columns, rows = forgery.columns("holdings.nz"), forgery.trace("holdings.nz")
    left = int(rows[0, columns.records[0][2]]) - 30_000
    for column, limb in zip(columns.limbs[1], (left, 0, 0, 0, 0), strict=True):
        put(rows, 0, column, limb)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_tier_above_the_quantity_s_rejected() -> None:
    """A short position of 100 lots in the tier of large ones, whose deduction makes the requirement negative."""
    index = tier_above("PERP", -100)
    below = 100 - records()[index][1]
    assert below < 0
    leaf = Leaf(((index, below, 0, 0, 0, 0), position("CASH", 1_000_000)))
    forgery = forge(Batch((leaf, EMPTY, EMPTY, EMPTY)))
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def beyond_sixty_bits(*above: int) -> Forgery:
    """A quantity of 2^60 lots or more: the second tier of BTC, from its lower end on."""
    index = position("BTC", 30_000)[0]
    low = records()[index][1]
    assert low > 0 and low + sum(limb << 12 * i for i, limb in enumerate(above)) >= 1 << 60
    return forge(Batch((Leaf(((index, *above),)), EMPTY, EMPTY, EMPTY)))


def test_quantity_past_sixty_bits_rejected() -> None:
    """Every limb is in range, their sum and the tier's lower end are not."""
    beyond_sixty_bits(4095, 4095, 4095, 4095, 4095).refused("constraints", "constraint holdings.nz")


def test_quantity_past_sixty_bits_by_the_top_limb_rejected() -> None:
    """2^60 in five limbs, and what is left of the tier in limbs that add up to it, the lowest one negative."""
    forgery = beyond_sixty_bits(0, 0, 0, 0, 4096)
    columns, rows = forgery.columns("holdings.nz"), forgery.trace("holdings.nz")
    left = int(rows[0, columns.records[0][2]]) - (1 << 60)
    for column, limb in zip(columns.limbs[1], (left, 0, 0, 0, 0), strict=True):
        put(rows, 0, column, limb)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_null_record_with_a_quantity_rejected() -> None:
    """The records that fill up a row hold nothing: one of the last six keys with a lot of it."""
    forge(Batch((Leaf(((tiers().null, 1, 0, 0, 0, 0),)), EMPTY, EMPTY, EMPTY))).refused(
        "constraints", "constraint holdings.nz"
    )


@pytest.mark.parametrize("slot", range(3))
def test_limb_past_twelve_bits_rejected(slot: int) -> None:
    """The same quantity in other limbs: 4,096 moved from one limb to the one below."""
    edge = honest().leaves[EDGE]
    index, *cut = edge.holdings[slot]
    place = next(i for i in range(1, 5) if cut[i])
    cut[place], cut[place - 1] = cut[place] - 1, cut[place - 1] + 4096
    forgery = forge(honest().having(EDGE, edge.having(slot, (index, *cut))))
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_limb_of_the_tier_check_past_twelve_bits_rejected() -> None:
    forgery = forge()
    column = forgery.columns("holdings.nz").limbs[1]
    rows = forgery.trace("holdings.nz")
    put(rows, 0, column[0], int(rows[0, column[0]]) + 4096)
    put(rows, 0, column[1], int(rows[0, column[1]]) - 1)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_quantity_that_is_not_that_of_its_limbs_rejected() -> None:
    """A limb is changed after all that follows from it was computed."""
    forgery = forge()
    rows = forgery.trace("holdings.nz")
    put(rows, 0, forgery.columns("holdings.nz").tape[1], 7)
    broken = {str(one) for one in forgery.rebalance().broken()}
    assert broken == {"constraint holdings.nz", "bus builtin:poseidon"}
    forgery.refused_by_both("constraints")


@pytest.mark.parametrize("account_class", [1 << 16, -1])
def test_class_past_twelve_bits_rejected(account_class: int) -> None:
    """Class and count share a capacity element: a class past its bits would read as a count."""
    leaf = replace(Leaf(positions(account_lots()["wide"])), account_class=account_class)
    forge(Batch((leaf, EMPTY, EMPTY, EMPTY))).rebalance().refused("terminals", "bus builtin:range_check")


def test_count_past_twelve_bits_rejected() -> None:
    """An account without holdings whose count of rows is 4,096, to read as another class of account."""
    forgery = forge(Batch((Leaf(rows=0), EMPTY, EMPTY, EMPTY)))
    assert forgery.broken() == set()
    column = forgery.columns("subtree.z.nz").tape[10]
    put(forgery.trace("subtree.z.nz"), 0, column, 4096)
    broken = {str(one) for one in forgery.rebalance().broken()}
    assert broken == {"bus builtin:range_check", "bus builtin:poseidon", "bus fn:holdings"}
    forgery.refused_by_both("terminals")
