"""Two leaves of one order, orders that descend, and orders out of range."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lies import Mislead, Path, constant, in_path, steps
from small_venue import CAT, WIDE, Batch, honest
from toolkit import forge, put

from plimsoll.circuits.field import P

START = 100_000
LAST = START + 4 + 4
"""Order of the leaf before CAT's: two accounts with a gap of 3."""


def with_gap(*gap: int) -> Batch:
    batch = replace(honest(), start=START)
    return batch.having(CAT, replace(batch.leaves[CAT], gap=gap))


GAPS = {
    "the same order": (-1, 0, 0, 0),
    "a descending order": (-5, 0, 0, 0),
    "a descending order, in the second limb": (0, -1, 0, 0),
    "around the field": (P - LAST - 1, 0, 0, 0),
    "around the field by the top limb": (0, 0, 0, -pow(2, -36, P) * 9 % P),
    "a limb past twelve bits": (4096, 0, 0, 0),
}


@pytest.mark.parametrize("name", GAPS)
def test_gap_out_of_range_rejected(name: str) -> None:
    forge(with_gap(*GAPS[name])).rebalance().refused("terminals", "bus builtin:range_check")


def order_absorbed_is_another(path: Path) -> None:
    """The leaf's header says another order than the gap gives."""
    [hash_] = steps(path, "poseidon")
    hash_["inputs"][9] = constant(LAST)


def order_returned_is_low(path: Path) -> None:
    """An account hands on an order that is not its own, so the next one may have it again."""
    path["returns"][4] = [["1", [path["args"][1]]]]


def right_child_starts_anew(path: Path) -> None:
    """The right child is given the order before the left one."""
    _, right = steps(path, "call")
    right["args"][1] = [["1", [path["args"][1]]]]


def last_of_the_left_is_returned(path: Path) -> None:
    left, _ = steps(path, "call")
    path["returns"][4] = [["1", [left["columns"][4]]]]


CURSORS: dict[str, tuple[Mislead, str]] = {
    "order in the leaf": (in_path("subtree.z.nz", order_absorbed_is_another), "bus builtin:poseidon"),
    "account's order": (in_path("subtree.z.nz", order_returned_is_low), "bus fn:subtree"),
    "right child's start": (in_path("subtree.nz", right_child_starts_anew), "bus fn:subtree"),
    "node's last order": (in_path("subtree.nz", last_of_the_left_is_returned), "bus fn:subtree"),
}


@pytest.mark.parametrize("name", CURSORS)
def test_cursor_that_is_not_passed_on_rejected(name: str) -> None:
    mislead, offends = CURSORS[name]
    forge(with_gap(3, 0, 0, 0), mislead=mislead).rebalance().refused("terminals", offends)


def test_same_leaf_twice_rejected() -> None:
    """The right half of the tree is the left half once more, and so are its claims."""

    def right_is_left(path: Path) -> None:
        left, right = steps(path, "call")
        # Both calls' results are the left one's, on the upper level and below.
        path["steps"].remove(right)
        for a, b in zip(left["columns"], right["columns"], strict=True):
            path["steps"].insert(path["steps"].index(left) + 1, {"op": "set", "column": b, "poly": [["1", [a]]]})

    one_leaf = Batch((honest().leaves[WIDE],) * 4)
    forge(one_leaf, mislead=in_path("subtree.nz", right_is_left)).rebalance().refused("terminals", "bus fn:subtree")


# The batch's own range: start and last order are below 2^60.
BOUNDS = {
    "start": (replace(honest(), start=-5), 0),
    "last": (replace(honest(), start=(1 << 60) - 2), 1),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_batch_out_of_range_rejected(name: str) -> None:
    batch, _ = BOUNDS[name]
    forge(batch).refused("constraints", "constraint main")


@pytest.mark.parametrize("name", BOUNDS)
def test_batch_out_of_range_by_a_limb_rejected(name: str) -> None:
    batch, check = BOUNDS[name]
    forgery = forge(batch)
    main, columns = forgery.trace("main"), forgery.columns("main")
    value = int(main[0, columns.tape[1] if name == "start" else columns.calls[0][4]])
    for i, column in enumerate(columns.limbs[check]):
        put(main, 0, column, value >> 12 * i if i == 4 else value >> 12 * i & 4095)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")
