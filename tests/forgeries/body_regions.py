"""The parts of a proof's body, in the order of docs/protocol/stark.md, with the bytes that each takes."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.extension import DEGREE
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.shape import CHUNKS, ROUNDS, SALT_ELEMENTS, ProofShape, proof_shape

ELEMENT, DIGEST, COUNT = 8, 32, 4
EXT = DEGREE * ELEMENT


@dataclass(frozen=True)
class Region:
    """Bytes start to stop of a body. `group` names the kind of field, `name` the very one."""

    group: str
    name: str
    start: int
    stop: int


def regions(tables: TableSet, profile: Profile, body: bytes) -> list[Region]:
    """All parts of a body that has the right lengths."""
    shape = proof_shape(tables, profile)
    found: list[Region] = []
    at = 0
    for group, name, size in _sizes(shape):
        length = DIGEST * struct.unpack_from("<I", body, at - COUNT)[0] if group == "siblings" else size
        found.append(Region(group, name, at, at + length))
        at += length
    assert at == len(body)
    return found


def _sizes(shape: ProofShape) -> Iterator[tuple[str, str, int]]:
    """(group, name, bytes) of each part; those of siblings follow from the count before them."""
    profile, instances = shape.profile, shape.instances
    input_cap = DIGEST * shape.cap_digests(shape.log_codeword)
    yield "degree bits", "degree bits", len(instances)
    for name in ("main", "permutation", "quotient", "random"):
        yield f"commitment {name}", name, input_cap
    for instance in instances:
        yield "terminal", instance.table.name, EXT
    yield "work for lookups", "lookup", ELEMENT
    yield "work for zeta", "zeta", ELEMENT
    for instance in instances:
        name = instance.table.name
        yield "opened masks of the constraints", name, EXT * DEGREE
        yield "opened main columns", name, EXT * instance.table.width
        yield "opened quotient chunks", name, EXT * DEGREE * CHUNKS
        yield "opened permutation columns", name, EXT * DEGREE * instance.permutation_width
        yield "opened running sum, next row", name, EXT * DEGREE
        yield "opened fractions, next row", name, EXT * DEGREE * (instance.permutation_width - 1)
    for name, matrices in zip(ROUNDS, shape.rounds, strict=True):
        yield "opened random codewords", name, EXT * profile.random_codewords * sum(m.points for m in matrices)
    yield "work for batching", "batching", ELEMENT
    for k, fold in enumerate(shape.folds):
        yield "commitment of a fold", f"fold {k}", DIGEST * shape.cap_digests(fold.log_rows)
    for k in range(len(shape.folds)):
        yield "work for a fold", f"fold {k}", ELEMENT
    yield "final polynomial", "final polynomial", EXT * shape.final_length
    yield "work for queries", "queries", ELEMENT
    for name, matrices in zip(ROUNDS, shape.rounds, strict=True):
        yield "rows", name, ELEMENT * profile.queries * sum(m.masked_width for m in matrices)
        yield from _merkle(name, profile.queries * len(matrices))
    for k, fold in enumerate(shape.folds):
        yield "rows of a fold", f"fold {k}", EXT * profile.queries * ((1 << fold.log_arity) - 1)
        yield from _merkle(f"fold {k}", profile.queries)


def _merkle(name: str, salts: int) -> Iterator[tuple[str, str, int]]:
    yield "salts", name, ELEMENT * SALT_ELEMENTS * salts
    yield "number of siblings", name, COUNT
    yield "siblings", name, 0
