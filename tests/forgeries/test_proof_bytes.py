"""A proof that was flipped, cut, extended, re-encoded, or put together from two: each part of the body in turn."""

from __future__ import annotations

import random
import struct
from functools import cache

import pytest
from body_regions import Region, regions
from hypothesis import given, settings
from hypothesis import strategies as st
from toolkit import accepted, forge, genuine, upstream_accepts, upstream_verdict, verdict

from plimsoll.circuits.field import P
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import Statement, read_proof, write_proof

STEPS = {
    "degree bits": "heights",
    "commitment main": "constraints",
    "commitment permutation": "constraints",
    "commitment quotient": "constraints",
    "commitment random": "constraints",
    "terminal": "constraints",
    "work for lookups": "transcript",
    "work for zeta": "transcript",
    "opened masks of the constraints": "transcript",
    "opened main columns": "constraints",
    "opened quotient chunks": "constraints",
    "opened permutation columns": "constraints",
    "opened running sum, next row": "constraints",
    # No constraint names the next row's fractions: these claims are opened because the commitment opens whole rows.
    "opened fractions, next row": "transcript",
    "opened random codewords": "transcript",
    "work for batching": "transcript",
    "commitment of a fold": "transcript",
    "work for a fold": "transcript",
    "final polynomial": "transcript",
    "work for queries": "transcript",
    "rows": "openings",
    "salts": "openings",
    "number of siblings": "encoding",
    "siblings": "openings",
    "rows of a fold": "openings",
}
"""Each kind of part, and where a change of it is noticed. Everything before the queries' work is bound by it."""


@cache
def proof(which: int = 0) -> tuple[Statement, bytes]:
    """Two proofs of one book under one statement, made once."""
    assert which in (0, 1)
    return read_proof(forge().file())


@cache
def parts() -> list[Region]:
    return regions(genuine().book.tables, STANDARD, proof()[1])


def flipped(body: bytes, at: int, bit: int = 0) -> bytes:
    changed = bytearray(body)
    changed[at] ^= 1 << bit
    return bytes(changed)


def refused(body: bytes) -> str:
    """The step at which ours refuses; upstream's must refuse, too."""
    statement, _ = proof()
    upstream_verdict(statement, body)
    return verdict(write_proof(statement, body)).step


@pytest.mark.parametrize("which", [0, 1])
def test_control_both_proofs_are_accepted(which: int) -> None:
    statement, body = proof(which)
    accepted(write_proof(statement, body))
    upstream_accepts(statement, body)


@pytest.mark.parametrize("group", STEPS)
def test_flipped_part_rejected(group: str) -> None:
    """One bit, the lowest of an element, in a part of this kind chosen with a fixed seed."""
    rng = random.Random(group)
    there = [part for part in parts() if part.group == group and part.stop > part.start]
    part = rng.choice(there)
    at = rng.randrange(part.start, part.stop)
    if not group.startswith(("degree", "commitment", "siblings", "number")):
        at -= (at - part.start) % 8
    if group == "number of siblings":
        at = part.start
    assert refused(flipped(proof()[1], at)) == STEPS[group], part


def test_every_kind_of_part_is_flipped() -> None:
    assert {part.group for part in parts()} == set(STEPS)


@settings(derandomize=True, max_examples=25, deadline=None)
@given(st.integers(0, 1 << 30), st.integers(0, 7))
def test_flipped_bit_anywhere_rejected(place: int, bit: int) -> None:
    _, body = proof()
    refused(flipped(body, place % len(body), bit))


def test_truncated_body_rejected() -> None:
    _, body = proof()
    first_of_kind = {part.group: part.start for part in reversed(parts())}
    cuts = {*first_of_kind.values(), len(body) - 1, len(body) - 8, len(body) - 32}
    for cut in sorted(cuts):
        assert refused(body[:cut]) == "encoding"


@pytest.mark.parametrize("more", [b"\0", bytes(8), bytes(32), b"copy"])
def test_extended_body_rejected(more: bytes) -> None:
    _, body = proof()
    assert refused(body + (body if more == b"copy" else more)) == "encoding"


def test_further_sibling_rejected() -> None:
    """One sibling more than the queries ask for, counted as such."""
    _, body = proof()
    last = parts()[-1]
    assert last.group == "siblings"
    (count,) = struct.unpack_from("<I", body, last.start - 4)
    longer = body[: last.start - 4] + struct.pack("<I", count + 1) + body[last.start :] + bytes(32)
    assert refused(longer) == "openings"


def test_element_that_is_not_canonical_rejected() -> None:
    """The same element as x + p, wherever that fits 64 bits."""
    _, body = proof()
    tried = 0
    for part in parts():
        if part.group.startswith(("degree", "commitment", "siblings", "number")):
            continue
        for at in range(part.start, part.stop, 8):
            (x,) = struct.unpack_from("<Q", body, at)
            if x + P < 1 << 64:
                again = body[:at] + struct.pack("<Q", x + P) + body[at + 8 :]
                assert refused(again) == "encoding"
                tried += 1
    # Where no work is asked for, the work's element is zero: lookups, zeta, batching and each fold.
    assert tried >= 4


def spliced(cut: int) -> bytes:
    return proof(0)[1][:cut] + proof(1)[1][cut:]


@pytest.mark.parametrize("group", ["commitment quotient", "terminal", "opened main columns", "final polynomial"])
def test_two_proofs_of_one_statement_joined_rejected(group: str) -> None:
    """The beginning of one and the rest of the other; in a half of these the lengths happen to fit."""
    assert proof(0)[0] == proof(1)[0]
    first = next(part for part in parts() if part.group == group)
    assert refused(spliced(first.start)) in ("constraints", "transcript")


def test_rows_of_another_proof_rejected() -> None:
    """One matrix's opened rows with salts and siblings replaced by those of another proof of the same statement."""
    other = regions(genuine().book.tables, STANDARD, proof(1)[1])
    [start] = [part.start for part in parts() if (part.group, part.name) == ("rows", "main")]
    [stop] = [part.stop for part in parts() if (part.group, part.name) == ("siblings", "main")]
    [from_] = [part.start for part in other if (part.group, part.name) == ("rows", "main")]
    [to] = [part.stop for part in other if (part.group, part.name) == ("siblings", "main")]
    assert refused(proof()[1][:start] + proof(1)[1][from_:to] + proof()[1][stop:]) == "openings"
