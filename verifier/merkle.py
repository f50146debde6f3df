"""Step 9 and 12, "openings": rows of committed matrices, all queries of a tree at once.

A tree commits to matrices of several heights (p3-merkle-tree `MerkleTreeHidingMmcs`). A leaf is the SHA-256 of the
rows of all matrices of the greatest height, in order, each followed by its salt. A layer above has half the nodes,
each SHA-256(left, right); where the layer has as many nodes as a lower matrix has rows, each node then becomes
SHA-256(node, SHA-256(rows of these matrices)). The commitment is the cap: the layer 2^cap_height nodes wide.

The proof of several leaves has only those siblings that cover no opened leaf: bottom layer first, left to right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from plimsoll.verifier.encoding import DIGEST
from plimsoll.verifier.errors import VerificationError, require

STEP = "openings"
Leaves = Mapping[int, bytes]
"""By row number: the bytes of the rows of all matrices of one height, with their salts."""


def gather_leaves(
    log_rows: Sequence[int], indices: Sequence[int], rows: Sequence[Sequence[bytes]], what: str
) -> dict[int, dict[int, bytes]]:
    """For each height the opened rows by number. Queries of one row must show the same row.

    Args:
        log_rows: log2 of each matrix's height.
        indices: each query's leaf, a number below the greatest height.
        rows: by query and matrix, the row's bytes and its salt's.

    Raises:
        VerificationError: step "openings".
    """
    greatest = max(log_rows)
    leaves: dict[int, dict[int, bytes]] = {}
    for height in sorted(set(log_rows)):
        members = [m for m, log in enumerate(log_rows) if log == height]
        known: dict[int, bytes] = {}
        for index, query_rows in zip(indices, rows, strict=True):
            number = index >> (greatest - height)
            data = b"".join(query_rows[m] for m in members)
            if known.setdefault(number, data) != data:
                raise VerificationError(STEP, f"{what}: one content of row {number} of 2^{height}", "two")
        leaves[height] = known
    return leaves


def check_openings(leaves: Mapping[int, Leaves], cap: bytes, siblings: Sequence[bytes], what: str) -> None:
    """Recomputes all nodes above the opened leaves, up to the cap.

    Args:
        leaves: by log2 of the height, the opened rows (`gather_leaves`). No matrix may be lower than the cap is wide:
            its rows would be above it.
        cap: the digests of the cap, one after the other.

    Raises:
        VerificationError: step "openings", for a wrong number of siblings or a digest that is not in the cap.
    """
    log_width = max(leaves)
    log_cap = (len(cap) // DIGEST).bit_length() - 1
    require(min(leaves) >= log_cap, STEP, f"{what}: matrices at least as high as the cap", f"2^{min(leaves)}")
    nodes = {index: _hash(data) for index, data in sorted(leaves[log_width].items())}
    used = 0
    while log_width > log_cap:
        log_width -= 1
        parents: dict[int, bytes] = {}
        # Ascending order: a left child precedes its right sibling.
        for index, digest in nodes.items():
            parent = index >> 1
            if parent in parents:
                continue
            other = nodes.get(index ^ 1)
            if other is None:
                require(used < len(siblings), STEP, f"{what}: more than {used} siblings", len(siblings))
                other = siblings[used]
                used += 1
            parents[parent] = _hash(other + digest if index & 1 else digest + other)
        if log_width in leaves:
            for index, digest in parents.items():
                parents[index] = _hash(digest + _hash(leaves[log_width][index]))
        nodes = parents
    require(used == len(siblings), STEP, f"{what}: {used} siblings", len(siblings))
    for index, digest in nodes.items():
        if cap[DIGEST * index : DIGEST * (index + 1)] != digest:
            raise VerificationError(STEP, f"{what}: rows that lead to digest {index} of the commitment", digest.hex())


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
