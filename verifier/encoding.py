"""Step 4, "encoding": the proof body as numbers and digests. Layout: docs/protocol/stark.md.

Every length follows from the shape, except how many Merkle siblings there are, which the query positions decide and
step 9 checks. One proof has one encoding: elements are below p, and nothing may be left over.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.field import P
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.extension import DEGREE, Ext
from plimsoll.verifier.shape import CHUNKS, SALT_ELEMENTS, MatrixShape, ProofShape

STEP = "encoding"
ELEMENT: Final = 8
DIGEST: Final = 32


@dataclass(frozen=True, slots=True)
class OpenedValues:
    """An instance's claimed values at zeta, and of the permutation columns at the next point too."""

    random: tuple[Ext, ...]
    main: tuple[Ext, ...]
    quotient: tuple[tuple[Ext, ...], ...]
    permutation: tuple[Ext, ...]
    permutation_next: tuple[Ext, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """The opened rows of one tree: values and leaf bytes (row, then salt) by query and matrix, and the siblings."""

    values: tuple[tuple[tuple[int, ...], ...], ...]
    salts: tuple[tuple[bytes, ...], ...]
    siblings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A parsed proof body. Caps are the bytes of their digests. `masks` are the claimed values of the masking columns
    by round, matrix and point; the values of a fold's rows are extension elements, three integers each."""

    degree_bits: tuple[int, ...]
    main: bytes
    permutation: bytes
    quotient: bytes
    random: bytes
    terminals: tuple[Ext, ...]
    lookup_pow: int
    ood_pow: int
    opened: tuple[OpenedValues, ...]
    masks: tuple[tuple[tuple[tuple[Ext, ...], ...], ...], ...]
    batch_pow: int
    fold_caps: tuple[bytes, ...]
    fold_pows: tuple[int, ...]
    final_polynomial: tuple[Ext, ...]
    query_pow: int
    input_rows: tuple[Rows, ...]
    fold_rows: tuple[Rows, ...]


def read_degree_bits(body: bytes, shape: ProofShape) -> tuple[int, ...]:
    """The body's first part, for step 3: it is compared before anything else is read."""
    return tuple(_Reader(body).take(len(shape.instances), "degree bits"))


def parse_body(body: bytes, shape: ProofShape) -> Proof:
    """The proof's parts, in the order of its bytes.

    Raises:
        VerificationError: step "encoding", for anything but the canonical encoding of a proof of this shape.
    """
    longest = _longest(shape)
    require(len(body) <= longest, STEP, f"at most {longest} bytes", f"{len(body)} bytes")
    r = _Reader(body)
    profile, count = shape.profile, len(shape.instances)
    input_cap = DIGEST * shape.cap_digests(shape.log_codeword)

    degree_bits = tuple(r.take(count, "degree bits"))
    main, permutation, quotient, random = (r.take(input_cap, "a commitment") for _ in range(4))
    terminals = r.extensions(count, "lookup terminals")
    lookup_pow, ood_pow = r.elements(2, "grinding witnesses")
    opened = tuple(_opened(r, shape, k) for k in range(count))
    masks = tuple(
        tuple(
            tuple(r.extensions(profile.random_codewords, "masks") for _ in range(matrix.points)) for matrix in matrices
        )
        for matrices in shape.rounds
    )
    (batch_pow,) = r.elements(1, "grinding witness")
    fold_caps = tuple(r.take(DIGEST * shape.cap_digests(fold.log_rows), "a commitment") for fold in shape.folds)
    fold_pows = r.elements(len(shape.folds), "grinding witnesses")
    final_polynomial = r.extensions(shape.final_length, "final polynomial")
    (query_pow,) = r.elements(1, "grinding witness")
    input_rows = tuple(
        _rows(r, profile.queries, [m.masked_width for m in matrices], _most_siblings(shape, shape.log_codeword))
        for matrices in shape.rounds
    )
    fold_rows = tuple(
        _rows(r, profile.queries, [DEGREE * ((1 << fold.log_arity) - 1)], _most_siblings(shape, fold.log_rows))
        for fold in shape.folds
    )
    require(r.left() == 0, STEP, "nothing after the proof's last part", f"{r.left()} bytes")
    return Proof(
        degree_bits=degree_bits,
        main=main,
        permutation=permutation,
        quotient=quotient,
        random=random,
        terminals=terminals,
        lookup_pow=lookup_pow,
        ood_pow=ood_pow,
        opened=opened,
        masks=masks,
        batch_pow=batch_pow,
        fold_caps=fold_caps,
        fold_pows=fold_pows,
        final_polynomial=final_polynomial,
        query_pow=query_pow,
        input_rows=input_rows,
        fold_rows=fold_rows,
    )


def _opened(r: _Reader, shape: ProofShape, k: int) -> OpenedValues:
    instance = shape.instances[k]
    permutation = DEGREE * instance.permutation_width
    return OpenedValues(
        random=r.extensions(DEGREE, "opened masks"),
        main=r.extensions(instance.table.width, "opened main columns"),
        quotient=tuple(r.extensions(DEGREE, "an opened quotient chunk") for _ in range(CHUNKS)),
        permutation=r.extensions(permutation, "opened permutation columns"),
        permutation_next=r.extensions(permutation, "opened permutation columns"),
    )


def _rows(r: _Reader, queries: int, widths: Sequence[int], most_siblings: int) -> Rows:
    values = tuple(tuple(r.elements(width, "an opened row") for width in widths) for _ in range(queries))
    salts = []
    for _ in range(queries):
        salt = r.elements(SALT_ELEMENTS * len(widths), "salts")
        salts.append(tuple(pack_elements(salt[i : i + SALT_ELEMENTS]) for i in range(0, len(salt), SALT_ELEMENTS)))
    (count,) = struct.unpack("<I", r.take(4, "the number of siblings"))
    require(count <= most_siblings, STEP, f"at most {most_siblings} siblings", count)
    return Rows(values, tuple(salts), tuple(r.take(DIGEST, "a sibling") for _ in range(count)))


def pack_elements(values: Sequence[int]) -> bytes:
    """Elements as bytes: 8 each, little-endian."""
    return struct.pack(f"<{len(values)}Q", *values)


def _most_siblings(shape: ProofShape, log_rows: int) -> int:
    return shape.profile.queries * max(log_rows - shape.profile.cap_height, 0)


def _longest(shape: ProofShape) -> int:
    """Bytes of a proof with as many Merkle siblings as there can be."""
    queries, ext = shape.profile.queries, DEGREE * ELEMENT
    matrices: list[MatrixShape] = [matrix for round_matrices in shape.rounds for matrix in round_matrices]
    claims = sum(matrix.masked_width * matrix.points for matrix in matrices)
    rows = sum(matrix.masked_width + SALT_ELEMENTS for matrix in matrices)
    siblings = len(shape.rounds) * _most_siblings(shape, shape.log_codeword)
    caps = len(shape.rounds) * shape.cap_digests(shape.log_codeword)
    for fold in shape.folds:
        rows += DEGREE * ((1 << fold.log_arity) - 1) + SALT_ELEMENTS
        siblings += _most_siblings(shape, fold.log_rows)
        caps += shape.cap_digests(fold.log_rows)
    numbers = len(shape.instances) + ext * len(shape.instances) + ELEMENT * (4 + len(shape.folds))
    counts = 4 * (len(shape.rounds) + len(shape.folds))
    return (
        numbers + counts + ext * (claims + shape.final_length) + ELEMENT * queries * rows + DIGEST * (caps + siblings)
    )


class _Reader:
    """Takes parts in order; refuses a short body and elements of p and above."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, count: int, what: str) -> bytes:
        piece = self._data[self._at : self._at + count]
        if len(piece) != count:
            raise VerificationError(STEP, f"{count} bytes of {what} at byte {self._at}", f"{len(piece)} bytes")
        self._at += count
        return piece

    def elements(self, count: int, what: str) -> tuple[int, ...]:
        at = self._at
        values: tuple[int, ...] = struct.unpack(f"<{count}Q", self.take(ELEMENT * count, what))
        if values and max(values) >= P:
            raise VerificationError(STEP, f"elements below p in {what} at byte {at}", str(max(values)))
        return values

    def extensions(self, count: int, what: str) -> tuple[Ext, ...]:
        flat = self.elements(DEGREE * count, what)
        return tuple(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))
