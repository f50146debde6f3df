"""Merkle trees over matrices of several heights, each row with a salt: the committing side of `verifier.merkle`."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from random import Random

from plimsoll.circuits.field import P
from plimsoll.verifier.encoding import pack_elements
from plimsoll.verifier.shape import SALT_ELEMENTS

Row = Sequence[int]


class SaltedTree:
    """A commitment to matrices. Rows stand in the order in which they are opened (bit-reversed positions).

    Attributes:
        cap: the bytes of the widest layer that is published.
    """

    def __init__(self, matrices: Sequence[Sequence[Row]], cap_height: int, random: Random) -> None:
        self.matrices = matrices
        self.salts = [
            [[random.randrange(P) for _ in range(SALT_ELEMENTS)] for _ in range(len(rows))] for rows in matrices
        ]
        self.logs = [len(rows).bit_length() - 1 for rows in matrices]
        self.greatest = max(self.logs)
        self.layers = [self._leaves(self.greatest)]
        for log_width in range(self.greatest - 1, min(cap_height, self.greatest) - 1, -1):
            below = self.layers[-1]
            nodes = [_hash(below[2 * i] + below[2 * i + 1]) for i in range(1 << log_width)]
            if log_width in self.logs:
                joining = self._leaves(log_width)
                nodes = [_hash(node + leaf) for node, leaf in zip(nodes, joining, strict=True)]
            self.layers.append(nodes)
        self.cap = b"".join(self.layers[-1])

    def _leaves(self, log_width: int) -> list[bytes]:
        members = [m for m, log in enumerate(self.logs) if log == log_width]
        return [
            _hash(b"".join(pack_elements([*self.matrices[m][i], *self.salts[m][i]]) for m in members))
            for i in range(1 << log_width)
        ]

    def row(self, matrix: int, index: int) -> tuple[Row, Row]:
        """The matrix's row and its salt at a position of the tallest matrix."""
        number = index >> (self.greatest - self.logs[matrix])
        return self.matrices[matrix][number], self.salts[matrix][number]

    def siblings(self, indices: Sequence[int]) -> list[bytes]:
        """The nodes beside the paths of all opened rows together, bottom layer first, left to right."""
        result, opened = [], sorted(set(indices))
        for layer in self.layers[:-1]:
            result += [layer[i ^ 1] for i in opened if i ^ 1 not in opened]
            opened = sorted({i >> 1 for i in opened})
        return result


def _hash(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
