"""A table as instances of two heights: rows may stand in either, and a false one is found in either."""

from __future__ import annotations

from functools import cache

import numpy as np
from forged_rows import ACTIVE
from small_venue import EMPTY, PARAMETERS, SNAPSHOT, Batch, honest
from toolkit import POLICY, Forgery, add, forge, genuine, upstream_accepts

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.statement import read_proof

SPLIT = ShapeClass(8, 3)
"""Rows of holdings and permutations each need two instances here."""


@cache
def batch() -> Batch:
    return Batch((*honest().leaves, *(EMPTY,) * (SPLIT.leaves - len(honest().leaves))))


def instances(forgery: Forgery, name: str) -> list[int]:
    return [k for k, table in enumerate(forgery.tables.instance_tables()) if table.name == name]


def moved() -> Forgery:
    """Every row of holdings moved to the second instance; permutations fill both."""
    forgery = forge(batch(), shape=SPLIT)
    first, second = (forgery.traces[k] for k in instances(forgery, "holdings.nz"))
    used = int(np.count_nonzero(first[:, ACTIVE]))
    assert used == 4 and not second.any()
    second[-used:] = first[:used]
    first[:] = 0
    return forgery


def test_control_rows_in_the_second_instance_are_accepted() -> None:
    forgery = moved()
    assert forgery.broken() == set()
    file = forgery.file()
    verify_book(file, SNAPSHOT, PARAMETERS, POLICY)
    upstream_accepts(*read_proof(file), SPLIT)


def test_false_row_in_the_second_instance_rejected() -> None:
    forgery = moved()
    [_, second] = instances(forgery, "holdings.nz")
    add(forgery.traces[second], -1, forgery.columns("holdings.nz").limbs[0][0], 1)
    forgery.rebalance().refused("constraints", "constraint holdings.nz")


def test_row_in_both_instances_rejected() -> None:
    """Two copies of a row, one in each: the claim is given twice and asked for once."""
    forgery = moved()
    first, second = (forgery.traces[k] for k in instances(forgery, "holdings.nz"))
    first[0] = second[-1]
    forgery.rebalance().refused("terminals", "bus fn:holdings")


def test_false_permutation_in_the_second_instance_rejected() -> None:
    forgery = moved()
    [first, second] = instances(forgery, "poseidon")
    rows = [forgery.traces[k] for k in (first, second)]
    used = int(np.count_nonzero(rows[0][:, ACTIVE]))
    assert used and genuine(SPLIT).book.tables.instances[second].log_height == 8
    # The last permutation of the first instance changes places with padding of the second, and gives another digest.
    rows[1][3], rows[0][used - 1] = rows[0][used - 1].copy(), rows[1][3].copy()
    assert forgery.broken() == set()
    output = rows[1].shape[1] - 3 - 8
    add(rows[1], 3, output, 1)
    broken = {str(one) for one in forgery.broken()}
    assert broken == {"constraint poseidon", "bus builtin:poseidon"}
    forgery.refused_by_both("constraints")
