"""Declarations that the programs over leaves of accounts share: the tree, its orders, and the leaves' cells."""

from __future__ import annotations

from collections.abc import Iterable

from plimsoll.circuits.bounds.conclusions import COEFFICIENTS, HOLDINGS, QUANTITY_LIMBS
from plimsoll.circuits.bounds.declarations import Contract, Inequality, Kind, between
from plimsoll.circuits.shapes import LOG_LEAVES

MAX_KEY = 2**14 - 1
ORDER_STEP = 2**48
"""An account's order is above the one before it by 1 to 2^48 (four limbs of gap)."""
MAX_HEIGHT = LOG_LEAVES[-1]
MAX_ORDER = 2**60 - 1 + (ORDER_STEP << MAX_HEIGHT)


def holding_bound(k: int) -> int:
    """The most that one holding adds to coefficient k: products of two 12-bit limbs, and a 24-bit limb if k is even.

    Written out here and not taken from the encoder: a wider limb there must be noticed.
    """
    products = sum(1 for j in range(7) if 0 <= k - j < QUANTITY_LIMBS)
    return products * (2**12 - 1) ** 2 + (2**24 - 1 if k % 2 == 0 else 0)


def quad(name: str) -> tuple[str, ...]:
    return tuple(f"{name}.x{i}" for i in range(4))


def digests(*names: str) -> dict[str, Kind]:
    return {field: Kind.DIGEST for name in names for field in quad(name)}


def capacities(*names: str) -> dict[str, Kind]:
    return {field: Kind.CAPACITY for name in names for field in quad(name)}


def holdings_rules(sums: Iterable[str]) -> list[Inequality]:
    """Keys ascend from -1, so prev_key + 1 is at least the number of holdings that the sums collect."""
    rules = [*between("n", 0, 2**12 - 1), *between("prev_key", -1, MAX_KEY)]
    for name in sums:
        for k in range(COEFFICIENTS):
            most = holding_bound(k)
            rules += [Inequality((("prev_key", most), (f"{name}.c{k}", sign)), most) for sign in (-1, 1)]
    return rules


def _subtree_before(height: int) -> list[Inequality]:
    return [*between("height", height, height), *between("prev", 0, MAX_ORDER - (ORDER_STEP << height))]


def _subtree_after(height: int) -> list[Inequality]:
    """At most 2^height accounts, each at most ORDER_STEP above the one before."""
    return [
        Inequality((("last", 1), ("prev", -1))),
        Inequality((("prev", 1), ("last", -1)), ORDER_STEP << height),
    ]


HEIGHT_ASSUMED = f"assumed: the public value height is from 0 to {MAX_HEIGHT} (policy: that of the shape class)"
SUBTREE = Contract(
    arguments=("height", "prev"),
    results=(*quad("root"), "last"),
    free=digests("root"),
    before=_subtree_before,
    after=_subtree_after,
    case="height",
    cases=range(MAX_HEIGHT + 1),
    summary=f"for each height h from 0 to {MAX_HEIGHT}: 0 <= prev <= 2^60 - 1 + 2^{48 + MAX_HEIGHT} - 2^(48 + h); "
    "gives prev <= last <= prev + 2^(48 + h)",
)

NO_LEAF_TAPE = ("kind", *quad("salt"))
LEAF_TAPE = ("kind", *quad("id"), *quad("salt"), "class", "count", *(f"gap.{i}" for i in range(4)))
HOLDINGS_TAPE = tuple(
    name for i in range(HOLDINGS) for name in (f"index{i}", *(f"above{i}.{j}" for j in range(QUANTITY_LIMBS)))
)

COMMITMENT_SALT = dict.fromkeys(quad("salt"), "salt of the commitment")
LEAF_CHOICES = {
    "subtree.z.z": dict.fromkeys(quad("salt"), "salt of an empty leaf"),
    "subtree.z.nz": {
        "kind": "any number but zero means an account",
        **dict.fromkeys(quad("id"), "id, opened by the customer"),
        **dict.fromkeys(quad("salt"), "salt of the leaf"),
    },
}
