"""Leaves and nodes of the book's tree, computed in the clear: what circuits/book.cairo proves about hidden ones.

The prover makes a customer's file with it, and the customer checks her own leaf with it. Formulas and tags stand in
docs/protocol/book-batch.md; tests/customers compares every function with the tree that the book program proves.

A permutation is passed in: `circuits.poseidon2.permute` in plain Python, or the Rust core's for a whole book.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Final

from plimsoll.circuits.field import P
from plimsoll.circuits.schedule_records import NULL_KEYS
from plimsoll.circuits.shapes import HOLDINGS_PER_ROW

TAG_LEAF: Final = 1
TAG_NODE: Final = 2
TAG_EMPTY: Final = 3
TAG_ID: Final = 5
TAG_OWNER: Final = 6
TAG_USE: Final = 7
TAG_BATCH: Final = 8
LEAF_VERSION: Final = 1
NO_OWNER: Final = (0, 0, 0, 0)
NO_LIEN: Final = 0
ORDER_BITS: Final = 48
KEY: Final = 1 << 14

Quad = tuple[int, ...]
"""Four field elements: a digest, a salt, an id or a blind."""
Permutation = Callable[[list[int]], list[int]]


def account_order(nonce: bytes, account: str) -> int:
    """Low 48 bits of SHA-256 over the publication nonce and the customer's identifier; the customer recomputes it."""
    digest = hashlib.sha256(b"plimsoll/order" + nonce + account.encode()).digest()
    return int.from_bytes(digest[:8], "little") % (1 << ORDER_BITS)


def nonce_digest(nonce: bytes) -> bytes:
    """SHA-256 of the nonce: public in the statement, so that all customers recompute their orders from one nonce."""
    return hashlib.sha256(b"plimsoll/nonce" + nonce).digest()


def account_id(
    account: str,
    instruments: bytes,
    blind: Sequence[int],
    permute: Permutation,
    owner: Quad = NO_OWNER,
    lien: int = NO_LIEN,
) -> Quad:
    """The leaf's id: opens to (identifier, owner, lien) and the instrument table; two permutations under TAG_ID.

    A leaf holds keys and lots: what they mean is said by the table. With its digest in the id no leaf can be shown to a
    customer under one table and proven under another.

    Args:
        instruments: `InstrumentTable.digest()`, 32 bytes.
        blind: four random field elements.
        owner: `owner_key` of the owner's secret; NO_OWNER where none is known, and then nobody can prove ownership.
        lien: what others may claim of the account first, in 10^-6 of the quote currency, from 0 to 2^60 - 1.
    """
    state = permute([*identifier_elements(account), *owner, TAG_ID, lien, 0, 0])
    return tuple(permute([*blind, *elements(instruments), *state[8:]])[:4])


def identifier_elements(account: str) -> list[int]:
    """The identifier as it stands in an id."""
    return elements(hashlib.sha256(b"plimsoll/identifier" + account.encode()).digest())


def owner_key(secret: Quad, permute: Permutation) -> Quad:
    """The public key of an owner's secret (four random field elements). Nobody knows a secret whose key is NO_OWNER."""
    return tuple(permute([*secret, 0, 0, 0, 0, TAG_OWNER, 0, 0, 0])[:4])


def use_tag(secret: Quad, context: Sequence[int], permute: Permutation) -> Quad:
    """The tag of an owner for a scope, whose elements are the program's `context`: one in each proof of hers there."""
    return tuple(permute([*secret, *context, TAG_USE, 0, 0, 0])[:4])


def batch_leaf(root: Quad, commitment: Quad, permute: Permutation) -> Quad:
    """A batch as a leaf of its book's tree."""
    return tuple(permute([*root, *commitment, TAG_BATCH, 0, 0, 0])[:4])


def elements(digest: bytes) -> list[int]:
    """Four field elements from a digest's four words (little-endian), each modulo p."""
    return [int.from_bytes(digest[i : i + 8], "little") % P for i in range(0, 32, 8)]


def account_leaf(
    identity: Quad,
    salt: Quad,
    account_class: int,
    order: int,
    holdings: Sequence[tuple[int, int]],
    permute: Permutation,
) -> Quad:
    """Digest of an account's leaf.

    Args:
        identity: from `account_id`.
        holdings: (key, lots), keys ascending.
    """
    rows = -(-len(holdings) // HOLDINGS_PER_ROW)
    padding = [(key, 0) for key in NULL_KEYS[: rows * HOLDINGS_PER_ROW - len(holdings)]]
    header = TAG_LEAF + (LEAF_VERSION << 8) + (account_class << 16) + (rows << 32)
    state = permute([*identity, *salt, header, order, 0, 0])
    filled = [*holdings, *padding]
    for start in range(0, len(filled), HOLDINGS_PER_ROW):
        keys, quantities = zip(*filled[start : start + HOLDINGS_PER_ROW], strict=True)
        packed = [keys[i] + KEY * (keys[i + 1] + KEY * keys[i + 2]) for i in (0, 3)]
        state = permute([*quantities, *packed, *state[8:]])
    return tuple(state[:4])


def empty_leaf(salt: Quad, permute: Permutation) -> Quad:
    """Digest of a leaf without an account."""
    return tuple(permute([*salt, 0, 0, 0, 0, TAG_EMPTY, 0, 0, 0])[:4])


def node(left: Quad, right: Quad, permute: Permutation) -> Quad:
    """Digest of an inner node."""
    return tuple(permute([*left, *right, TAG_NODE, 0, 0, 0])[:4])


def climb(leaf: Quad, position: int, path: Sequence[Quad], permute: Permutation) -> Quad:
    """The root over a leaf at a position (counted from the left), with its sibling at each level, lowest first."""
    digest = leaf
    for sibling in path:
        digest = node(sibling, digest, permute) if position & 1 else node(digest, sibling, permute)
        position >>= 1
    return digest
