"""A holding that is in the leaf and not in the sums, stands twice, out of order, or split to reach a cheaper tier."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lies import VALUES, Mislead, Path, constant, in_path, other_record, steps, without_terms
from small_venue import (
    EMPTY,
    WIDE,
    Batch,
    Leaf,
    account_lots,
    key_of,
    margin,
    position,
    positions,
    tiers,
)
from toolkit import Forgery, forge, put

from plimsoll.prover.tape import limbs

LIABILITY, CASH = 0, 2
"""Slots of the account's short position and of its settlement balance."""


def failing() -> Batch:
    """An account that is far below: its liability is to disappear."""
    lots = account_lots()["edge"]
    del lots["DUST"]
    lots["CASH"] = 1
    assert margin(lots) < 0
    return Batch((Leaf(positions(lots)), EMPTY, EMPTY, EMPTY))


def no_liability(path: Path) -> None:
    without_terms(path, steps(path, "rom")[LIABILITY]["columns"][3:])


def sums_of_the_call_are_zero(path: Path) -> None:
    [call] = steps(path, "call")
    call["args"][-11:] = [constant(0)] * 11


def less_absorbed(path: Path) -> None:
    """The leaf has one lot less than the sums: its first quantity is lowered where the sponge takes it."""
    [hash_] = steps(path, "poseidon")
    hash_["inputs"][0].append(*constant(-1))


def other_key_absorbed(path: Path) -> None:
    [hash_] = steps(path, "poseidon")
    hash_["inputs"][6].append(*constant(1))


OMISSIONS: dict[str, tuple[Mislead, str, str]] = {
    "sums that leave it out": (in_path("holdings.nz", no_liability), "constraints", "constraint holdings.nz"),
    "sums that are not passed on": (in_path("holdings.nz", sums_of_the_call_are_zero), "terminals", "bus fn:holdings"),
    "record that is worth nothing": (
        other_record(LIABILITY, dict.fromkeys(VALUES, 0)),
        "terminals",
        "bus rom:schedule",
    ),
}
ABSORPTIONS = {"quantity": less_absorbed, "key": other_key_absorbed}


@pytest.mark.parametrize("name", OMISSIONS)
def test_holding_left_out_of_the_sums_rejected(name: str) -> None:
    mislead, step, offends = OMISSIONS[name]
    forge(failing(), mislead=mislead).rebalance().refused(step, offends)


@pytest.mark.parametrize("name", ABSORPTIONS)
def test_holding_absorbed_as_another_rejected(name: str) -> None:
    """Sums of one quantity or key, a leaf of another."""
    forgery = forge(mislead=in_path("holdings.nz", ABSORPTIONS[name]))
    forgery.rebalance().refused("terminals", "bus builtin:poseidon")


def test_holdings_that_are_not_absorbed_rejected() -> None:
    """The leaf's digest passes by a row of holdings as it came."""

    def not_absorbed(path: Path) -> None:
        [call] = steps(path, "call")
        call["args"][2:10] = [[["1", [column]]] for column in path["args"][2:10]]

    forge(mislead=in_path("holdings.nz", not_absorbed)).rebalance().refused("terminals", "bus fn:holdings")


@pytest.mark.parametrize("counted", [1, 3])
def test_row_that_the_header_does_not_count_rejected(counted: int) -> None:
    """The header says one row of holdings less than are absorbed, or one more."""

    def two(path: Path) -> None:
        [call] = steps(path, "call")
        call["args"][0].append(*constant(2 - counted))

    lots = account_lots()["wide"]
    batch = Batch((replace(Leaf(positions(lots)), rows=counted), EMPTY, EMPTY, EMPTY))
    forge(batch, mislead=in_path("subtree.z.nz", two)).rebalance().refused("terminals", "bus fn:holdings")


def test_rows_left_out_rejected() -> None:
    """The header counts two rows; the account is settled after the first."""
    forgery = forge()
    columns = forgery.columns("holdings.z")
    rows, settled = forgery.trace("holdings.nz"), forgery.trace("holdings.z")
    # Rows are filled when a call returns: the account's second row stands before its first.
    put(settled, WIDE, columns.args[0], 1)
    for place in range(1, 21):
        settled[WIDE, columns.args[place]] = rows[1, forgery.columns("holdings.nz").args[place]]
    forgery.refresh("holdings.z", WIDE)
    put(settled, WIDE, 1, int(rows[1, 1]))
    names = {str(one) for one in forgery.rebalance().broken()}
    assert names == {"bus fn:holdings", "constraint holdings.z"}
    forgery.refused_by_both("constraints")


# Keys that do not ascend. The limbs of key - previous key - 1 either do not add up to it, or are out of range.

ONE_OF_CASH = position("CASH", 61_000_000)
BTC_IN_PARTS = tuple(tiers().holding(key_of("BTC", 1), 15_000) for _ in range(2))


def of(*holdings: tuple[int, ...]) -> Leaf:
    return Leaf(holdings)


def beyond_first_tier() -> tuple[int, int]:
    """Records of the two tiers of BTC, long."""
    first = position("BTC", 1)[0]
    assert position("BTC", 30_000)[0] == first + 1
    return first, first + 1


DISORDERS: dict[str, tuple[Leaf, int, int]] = {
    # leaf, row of the holding that is out of order, its slot
    "twice": (of(ONE_OF_CASH, ONE_OF_CASH), 0, 1),
    "out of order": (of(ONE_OF_CASH, position("BTC", 700)), 0, 1),
    "split within a tier": (of(*map(tuple, BTC_IN_PARTS)), 0, 1),
    "split across tiers": (of(position("BTC", 15_000), (beyond_first_tier()[1], *limbs(0, 5))), 0, 1),
    "null record before it": (of((tiers().null, *limbs(0, 5)), ONE_OF_CASH), 0, 1),
    # The account's second row is filled first.
    "twice, in two rows": (of(*positions(account_lots()["wide"])[:6], positions(account_lots()["wide"])[5]), 0, 0),
}


def disordered(name: str) -> Forgery:
    return forge(Batch((DISORDERS[name][0], EMPTY, EMPTY, EMPTY)))


@pytest.mark.parametrize("name", DISORDERS)
def test_keys_that_do_not_ascend_rejected(name: str) -> None:
    """The limbs are those of a negative difference, cut to 24 bits."""
    disordered(name).refused("constraints", "constraint holdings.nz")


@pytest.mark.parametrize("name", DISORDERS)
def test_keys_that_ascend_by_a_negative_limb_rejected(name: str) -> None:
    forgery = disordered(name)
    _, row, slot = DISORDERS[name]
    columns = forgery.columns("holdings.nz")
    rows = forgery.trace("holdings.nz")
    key = int(rows[row, columns.records[slot][0]])
    before = int(rows[row, columns.records[slot - 1][0] if slot else columns.args[1]])
    for column, limb in zip(columns.limbs[2 * slot], (key - before - 1, 0), strict=True):
        put(rows, row, column, limb)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_order_begun_anew_in_the_second_row_rejected() -> None:
    """The second row is told that no key came before it, so a holding can stand in both."""

    def no_key_before(path: Path) -> None:
        [call] = steps(path, "call")
        call["args"][1] = constant(-1)

    batch = Batch((DISORDERS["twice, in two rows"][0], EMPTY, EMPTY, EMPTY))
    forgery = forge(batch, mislead=in_path("holdings.nz", no_key_before))
    forgery.rebalance().refused("terminals", "bus fn:holdings")
