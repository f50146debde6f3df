"""Leaf, node, empty leaf and commitment are hashed under tags of their own: none can be read as another.

Were two of them hashed alike, a prover could open one digest in two ways: an inner node as an account that nobody has,
a failing account as an empty leaf. Each lie here has a true Poseidon2 digest, in another domain than the row's.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from lies import Path, after, constant, in_path, steps
from small_venue import CAT, EDGE, EMPTY, Batch, Leaf, account_lots, honest, positions
from toolkit import accepted, forge, put, upstream_accepts

from plimsoll.circuits.poseidon2 import permute
from plimsoll.verifier.statement import read_proof

LEAF, NODE, NOTHING, COMMITMENT = 1, 2, 3, 4
"""Tags, as in circuits/lib/hashing.cairo."""
CAPACITY = 8
"""Lane of the tag among the inputs of a permutation."""
DOMAINS = {
    "a node hashed as a leaf": ("subtree.nz", LEAF + (1 << 8) - NODE),
    "a node hashed as an empty leaf": ("subtree.nz", NOTHING - NODE),
    "an empty leaf hashed as a node": ("subtree.z.z", NODE - NOTHING),
    "an empty leaf hashed as an account": ("subtree.z.z", LEAF + (1 << 8) - NOTHING),
    "an account hashed as a node": ("subtree.z.nz", NODE - LEAF - (1 << 8)),
    "an account hashed as an empty leaf": ("subtree.z.nz", NOTHING - LEAF - (1 << 8)),
    "an account of another version": ("subtree.z.nz", 1 << 8),
    "an account of another class": ("subtree.z.nz", 1 << 16),
    "a header that counts another number of rows": ("subtree.z.nz", 1 << 32),
    "a commitment hashed as a node": ("main", NODE - COMMITMENT),
}


@pytest.mark.parametrize("name", DOMAINS)
def test_hash_under_another_tag_rejected(name: str) -> None:
    table, difference = DOMAINS[name]

    def other_tag(path: Path) -> None:
        [hash_] = steps(path, "poseidon")
        hash_["inputs"][CAPACITY].extend(constant(difference))

    forge(mislead=in_path(table, other_tag)).rebalance().refused("terminals", "bus builtin:poseidon")


@pytest.mark.parametrize("lane", [9, 10, 11])
def test_free_capacity_rejected(lane: int) -> None:
    """The other capacity elements are fixed, too: with a free one any digest could be met by going backwards."""

    def free(path: Path) -> None:
        [hash_] = steps(path, "poseidon")
        hash_["inputs"][lane].extend(constant(12345))

    forge(mislead=in_path("subtree.nz", free)).rebalance().refused("terminals", "bus builtin:poseidon")


def test_empty_leaf_with_the_digest_of_an_account_rejected() -> None:
    """A failing account under the published root, shown as an empty leaf: nothing is asked of its margin."""
    account = forge()
    rows, columns = account.trace("subtree.z.nz"), account.columns("subtree.z.nz")
    digest = [int(rows[EDGE, column]) for column in columns.calls[0][:4]]

    def hides_an_account(path: Path) -> None:
        [hash_] = steps(path, "poseidon")
        for column, element in zip(hash_["columns"], digest, strict=False):
            after(path, hash_, column, constant(element))

    batch = Batch((EMPTY, EMPTY, EMPTY, EMPTY))
    forgery = forge(batch, mislead=in_path("subtree.z.z", hides_an_account)).rebalance()
    assert np.array_equal(forgery.trace("subtree.z.z")[0, forgery.columns("subtree.z.z").hashes[0][:4]], digest)
    forgery.refused("terminals", "bus builtin:poseidon")


def test_account_of_kind_zero_rejected() -> None:
    """The other way round: kind 0, which says that the leaf is empty, in a row of an account."""
    forgery = forge()
    put(forgery.trace("subtree.z.nz"), CAT - 1, forgery.columns("subtree.z.nz").tape[0], 0)
    forgery.refused("constraints", "constraint subtree.z.nz")


def test_control_tags_are_those_of_the_program() -> None:
    """The domains above are what the honest rows hash under: an empty leaf's digest, computed here."""
    forgery = forge()
    digest = permute([*EMPTY.salt, 0, 0, 0, 0, NOTHING, 0, 0, 0])[:4]
    row = forgery.trace("subtree.z.z")[0]
    assert [int(row[column]) for column in forgery.columns("subtree.z.z").hashes[0][:4]] == digest


CHOICES: dict[str, Batch] = {
    "no salts, and one id for all": Batch(
        (*(replace(leaf, id=(1, 1, 1, 1), salt=(0, 0, 0, 0)) for leaf in honest().leaves),), salt=(0, 0, 0, 0)
    ),
    "a kind of seven": honest().having(CAT, replace(honest().leaves[CAT], kind=7)),
    "no holdings": Batch((Leaf(), EMPTY, EMPTY, EMPTY)),
    "nothing but empty leaves": Batch((EMPTY,) * 4),
    "holdings of zero": Batch((Leaf(positions(dict.fromkeys(account_lots()["edge"], 0))), EMPTY, EMPTY, EMPTY)),
}
"""What a prover may choose and gains nothing by: salts and ids hide the prover's own book, and a kind that is not zero
is not hashed. (The opening file's reader refuses salts that repeat: tests/review/test_opening_read.py.)"""


@pytest.mark.parametrize("name", CHOICES)
def test_control_free_choice_is_accepted(name: str) -> None:
    forgery = forge(CHOICES[name])
    assert forgery.broken() == set()
    file = forgery.file()
    accepted(file)
    upstream_accepts(*read_proof(file))
