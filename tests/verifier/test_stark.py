"""The whole verifier: honest proofs are accepted; every part of a proof, when changed, is refused at its step."""

from __future__ import annotations

import importlib
import random
import struct
from collections.abc import Iterator
from dataclasses import replace

import pytest
from example_proof import DIGEST, core_profile, example, prove
from hypothesis import given
from hypothesis import strategies as st
from verifier_samples import honest_body, honest_case, honest_run, refused, verify

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Instance
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.shape import CHUNKS
from plimsoll.verifier.stark import verify_proof


def test_committed_proof_is_accepted() -> None:
    verify(honest_body())


@pytest.mark.parametrize("profile", [STANDARD, INSECURE_TEST, replace(STANDARD, random_codewords=3, max_log_arity=2)])
def test_fresh_proof_is_accepted_by_both_verifiers(profile: Profile) -> None:
    dishonest = importlib.import_module("plimsoll_dishonest")
    case = example(seed=7)
    body = prove(case, profile)
    verify_proof(case.tables, case.publics, DIGEST, body, profile)
    dishonest.verify(case.tables.encode(), case.publics, DIGEST, body, core_profile(dishonest, profile))


# --- regions of the body, in order (docs/protocol/stark.md) ---------------------------------------------------------

EXT = 24
AFTER_TRANSCRIPT = {"openings", "transcript"}


def regions() -> Iterator[tuple[str, int, set[str]]]:
    """Name, bytes, and the steps that may refuse a change in the region."""
    shape = honest_run().shape
    proof = honest_run().proof
    masks = shape.profile.random_codewords
    yield "degree bits", len(shape.instances), {"heights"}
    for name in ("main", "permutation", "quotient", "random"):
        # Another commitment gives another zeta, at which the opened values mean nothing.
        yield f"{name} commitment", 8 * 32, {"constraints"}
    for k in range(len(shape.instances)):
        yield f"terminal {k}", EXT, {"constraints"}
    yield "lookup grinding", 8, {"transcript"}
    yield "zeta grinding", 8, {"transcript"}
    for k, instance in enumerate(shape.instances):
        lookups = 3 * instance.permutation_width
        # The opened masks enter no constraint: only the openings bind them.
        yield f"opened random {k}", 3 * EXT, {"openings"}
        yield f"opened main {k}, without blinds", EXT * (instance.table.width - 3), {"constraints"}
        yield f"opened blinds {k}", EXT * 3, {"constraints"}
        yield f"opened quotient {k}", EXT * 3 * CHUNKS, {"constraints"}
        yield f"opened permutation {k}", EXT * lookups, {"constraints"}
        yield f"opened next running sum {k}", EXT * 3, {"constraints"}
        # The next row's fractions are opened with the running sum but enter no constraint.
        yield f"opened next fractions {k}", EXT * (lookups - 3), {"openings"}
    yield "masks", EXT * masks * sum(m.points for matrices in shape.rounds for m in matrices), {"openings"}
    yield "batch grinding", 8, {"transcript"}
    for k, fold in enumerate(shape.folds):
        yield f"commitment of fold {k}", 32 * shape.cap_digests(fold.log_rows), {"openings"}
    yield "fold grinding", 8 * len(shape.folds), {"transcript"}
    yield "final polynomial", EXT * shape.final_length, {"openings"}
    yield "query grinding", 8, {"transcript"}
    for name, matrices, rows in zip(
        ("random", "main", "quotient", "permutation"), shape.rounds, proof.input_rows, strict=True
    ):
        yield f"{name} rows", 8 * 4 * sum(m.masked_width for m in matrices), {"openings"}
        yield f"{name} salts", 8 * 4 * 4 * len(matrices), {"openings"}
        yield f"{name} number of siblings", 4, {"encoding", "openings"}
        yield f"{name} siblings", 32 * len(rows.siblings), {"openings"}
    for k, (fold, rows) in enumerate(zip(shape.folds, proof.fold_rows, strict=True)):
        yield f"rows of fold {k}", 4 * EXT * ((1 << fold.log_arity) - 1), {"openings"}
        yield f"salts of fold {k}", 4 * 8 * 4, {"openings"}
        yield f"fold {k} number of siblings", 4, {"encoding", "openings"}
        yield f"siblings of fold {k}", 32 * len(rows.siblings), {"openings"}


def test_regions_cover_the_whole_body() -> None:
    assert sum(length for _, length, _ in regions()) == len(honest_body())


@pytest.mark.parametrize("region", [name for name, _, _ in regions()])
def test_flipped_bit_is_rejected_at_the_regions_step(region: str) -> None:
    """Low bits of low bytes, so that elements stay below p and it is the change that is refused."""
    rng = random.Random(region)
    start = 0
    for name, length, steps in regions():  # noqa: B007
        if name == region:
            break
        start += length
    unit = (
        1
        if region == "degree bits"
        else 4
        if "number" in region
        else 32
        if "sibling" in region or "commit" in region
        else 8
    )
    for _ in range(2):
        at = start + unit * rng.randrange(length // unit)
        body = bytearray(honest_body())
        body[at] ^= 1 << rng.randrange(8)
        assert refused(lambda body=body: verify(bytes(body))).step in steps


def test_element_of_p_is_rejected_though_it_is_zero_in_the_field() -> None:
    """Zero has two 64-bit forms; a proof has one encoding."""
    body = bytearray(honest_body())
    start = len(honest_run().shape.instances) + 4 * 8 * 32 + EXT * len(honest_run().shape.instances)
    assert body[start : start + 8] == bytes(8)  # the lookups' grinding witness
    body[start : start + 8] = struct.pack("<Q", P)
    error = refused(lambda: verify(bytes(body)))
    assert error.step == "encoding"
    assert "below p" in error.expected


@pytest.mark.parametrize("keep", [0, 1, 4, 1000, 20_000, -1])
def test_truncated_proof_rejected(keep: int) -> None:
    assert refused(lambda: verify(honest_body()[:keep])).step == "encoding"


@pytest.mark.parametrize("more", [1, 32, 1 << 20])
def test_extended_proof_rejected(more: int) -> None:
    error = refused(lambda: verify(honest_body() + bytes(more)))
    assert error.step == "encoding"
    # Beyond the longest that any proof of the shape can be, nothing is parsed.
    assert error.expected.startswith("at most" if more == 1 << 20 else "nothing after")


def test_more_siblings_than_there_can_be_rejected() -> None:
    start = 0
    for name, length, _ in regions():
        if name == "main number of siblings":
            body = honest_body()[:start] + b"\xff" * length + honest_body()[start + length :]
            error = refused(lambda body=body: verify(body))
            assert error.step == "encoding"
            assert error.expected.endswith("siblings")
        start += length


@given(st.binary(max_size=2_000))
def test_random_bytes_rejected(data: bytes) -> None:
    assert refused(lambda: verify(data)).step in ("heights", "encoding")


@given(st.integers(0, 39_019), st.binary(min_size=1, max_size=64))
def test_overwritten_bytes_raise_nothing_but_refusals(at: int, data: bytes) -> None:
    body = honest_body()[:at] + data + honest_body()[at + len(data) :]
    if body[: len(honest_body())] != honest_body():
        assert refused(lambda: verify(body)).step


# --- what the proof is bound to --------------------------------------------------------------------------------------


def test_another_statement_rejected() -> None:
    """A proof of one statement is none of another: the transcript starts from the statement's digest."""
    assert refused(lambda: verify(honest_body(), digest=bytes(32))).step == "constraints"


def test_statement_digest_of_another_length_rejected() -> None:
    assert refused(lambda: verify(honest_body(), digest=DIGEST + b"\0")).step == "policy"


@pytest.mark.parametrize("publics", [[50, 7], [49, 8]])
def test_other_public_values_rejected(publics: list[int]) -> None:
    assert refused(lambda: verify(honest_body(), publics=publics)).step == "constraints"


@pytest.mark.parametrize("publics", [[], [49], [49, 7, 0], [49 + P, 7], [-1, 7]])
def test_malformed_public_values_rejected(publics: list[int]) -> None:
    assert refused(lambda: verify(honest_body(), publics=publics)).step == "policy"


def test_height_in_the_proof_is_checked_and_never_used() -> None:
    """Upstream takes the heights from the proof: a doubled one repeats the root's active row."""
    body = bytearray(honest_body())
    assert body[0] == 9
    for claimed in (0, 8, 10, 255):
        body[0] = claimed
        error = refused(lambda: verify(bytes(body)))
        assert error.step == "heights"
        assert "root" in error.expected


def test_another_order_of_instances_rejected() -> None:
    tables = honest_case().tables
    swapped = replace(tables, instances=(Instance(0, 8), Instance(1, 9), Instance(1, 10), Instance(2, 8)))
    assert refused(lambda: verify(honest_body(), tables=swapped)).step == "heights"


def test_table_with_another_constraint_rejected() -> None:
    """The constraint holds on every row of the trace; the proof is still one about other tables."""
    tables = honest_case().tables
    pairs = tables.tables[1]
    doubled = replace(pairs, constraints=(*pairs.constraints, pairs.constraints[0]))
    changed = replace(tables, tables=(tables.tables[0], doubled, tables.tables[2]))
    assert refused(lambda: verify(honest_body(), tables=changed)).step == "constraints"


def test_errors_say_what_was_expected_and_what_came() -> None:
    error = refused(lambda: verify(b""))
    assert isinstance(error, VerificationError)
    assert str(error) == "encoding: expected 4 bytes of degree bits at byte 0, got 0 bytes"
    remedy = VerificationError("policy", "a", "b", "do this")
    assert str(remedy) == "policy: expected a, got b; do this"
