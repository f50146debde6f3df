"""Public values, results and claims of calls: each active row and each required claim belong together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lies import moved, overwriting
from small_venue import CAT, EDGE, honest
from toolkit import Forgery, forge, put, upstream_verdict, verdict

ROOT, COMMITMENT = range(1, 5), range(5, 9)
"""Places of the public values."""


# Public values that are not those of the call tree: the lie can stand at each link of the chain.


def with_publics(forgery: Forgery, place: int) -> Forgery:
    """Another public value, and the root row that goes with it."""
    forgery.publics[place] += 1
    put(forgery.trace("root"), 0, 1 + place, forgery.publics[place])
    return forgery


@pytest.mark.parametrize("place", [0, *ROOT, *COMMITMENT])
def test_public_value_that_main_does_not_return_rejected(place: int) -> None:
    forgery = with_publics(forge(), place)
    if place == 0:
        # Our verifier knows the height from the shape class; upstream's does not.
        assert verdict(forgery.file()).step == "policy"
        assert "TerminalSumNonZero" in upstream_verdict(forgery.statement, forgery.body())
        return
    if place in (ROOT[0], COMMITMENT[0]):
        forgery.refused("terminals", "bus fn:main")
    assert {str(one) for one in forgery.broken()} == {"bus fn:main"}


def test_another_book_s_values_rejected() -> None:
    """Root and commitment of another book, whose proof would be accepted."""
    other = forge(honest().having(EDGE, replace(honest().leaves[EDGE], salt=(1, 2, 3, 5))))
    assert other.publics[1:] != forge().publics[1:]
    forgery = forge()
    forgery.publics = other.publics
    forgery.trace("root")[0, 1:10] = other.publics
    forgery.refused("terminals", "bus fn:main")


def test_public_value_that_the_root_row_does_not_have_rejected() -> None:
    forgery = forge()
    forgery.publics[1] += 1
    forgery.refused("constraints", "constraint root")


def test_swapped_public_values_rejected() -> None:
    forgery = forge()
    forgery.publics[1], forgery.publics[2] = forgery.publics[2], forgery.publics[1]
    forgery.refused("constraints", "constraint root")


LINKS = {
    "main's tree": ("main", "call", 0, "bus fn:subtree"),
    "main's commitment": ("main", "poseidon", 0, "bus builtin:poseidon"),
    "a node's hash": ("subtree.nz", "poseidon", 0, "bus builtin:poseidon"),
    "a node's child": ("subtree.nz", "call", 0, "bus fn:subtree"),
    "a leaf's sponge": ("holdings.nz", "poseidon", 0, "bus builtin:poseidon"),
    "a leaf's header": ("subtree.z.nz", "poseidon", 0, "bus builtin:poseidon"),
    "an account's holdings": ("subtree.z.nz", "call", 0, "bus fn:holdings"),
    "an empty leaf": ("subtree.z.z", "poseidon", 0, "bus builtin:poseidon"),
}


@pytest.mark.parametrize("name", LINKS)
def test_result_that_is_not_the_one_given_rejected(name: str) -> None:
    """A call's or a permutation's result is changed as it arrives, and everything above is computed from it."""
    table, op, number, offends = LINKS[name]
    forgery = forge(mislead=overwriting(table, op, number, 0, lambda column: moved(column, 1)))
    forgery.rebalance().refused("terminals", offends)


def test_altered_permutation_rejected() -> None:
    """The permutation's own row gives the false result that a node uses."""
    forgery = forge(mislead=overwriting("subtree.z.z", "poseidon", 0, 0, lambda column: moved(column, 1)))
    rows = forgery.trace("poseidon")
    used = int(forgery.trace("subtree.z.z")[0, forgery.columns("subtree.z.z").hashes[0][0]])
    output = 1 + rows.shape[1] - 4 - 8
    [row] = np.flatnonzero(rows[:, output] == np.uint64(used - 1))
    rows[row, output] = used
    forgery.refused("constraints", "constraint poseidon")


# Rows that stand for calls which were never made that way.


def test_row_of_another_path_rejected() -> None:
    """A leaf that holds an account is passed off as empty: kind 1 on the path of kind 0."""
    forgery = forge()
    row = forgery.trace("subtree.z.z")
    put(row, 0, forgery.columns("subtree.z.z").tape[0], 1)
    forgery.refused("constraints", "constraint subtree.z.z")


def test_leaf_in_place_of_a_node_rejected() -> None:
    """A whole subtree is passed off as one empty leaf: a failing account could hide in what is not shown."""
    forgery = forge()
    rows = forgery.trace("subtree.z.z")
    put(rows, 0, forgery.columns("subtree.z.z").args[0], 1)
    names = {str(one) for one in forgery.broken()}
    assert names == {"constraint subtree.z.z", "bus fn:subtree"}
    forgery.refused_by_both("constraints")


def test_claim_at_another_depth_rejected() -> None:
    forgery = forge()
    forgery.trace("holdings.z")[0, 1] += 1
    forgery.refused("terminals", "bus fn:holdings")


def test_account_left_out_rejected() -> None:
    """Account and holdings have no rows; the node above still uses the leaf."""
    forgery = forge()
    for name in ("subtree.z.nz", "holdings.z"):
        rows = forgery.trace(name)
        rows[2] = 0
    forgery.trace("holdings.nz")[3] = 0
    assert CAT == 3
    forgery.rebalance().refused("terminals", "bus fn:subtree")
