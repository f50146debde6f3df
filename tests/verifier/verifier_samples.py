"""Shared by the verifier's tests: the committed example, parsed, with the challenges that its transcript gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from example_proof import DIGEST, PUBLICS, VECTOR, Example, example

from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.challenger import Challenger
from plimsoll.verifier.encoding import Proof, parse_body
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.extension import Ext
from plimsoll.verifier.fri import Claims, gather_claims
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.shape import ProofShape, proof_shape
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.transcript import BatchChallenges, FriChallenges, batch_phase, fri_phase, opening_phase


@dataclass(frozen=True)
class Run:
    """An honest verification, opened up: each step can be tried alone with one thing changed."""

    case: Example
    shape: ProofShape
    proof: Proof
    publics: list[list[int]]
    challenges: BatchChallenges
    claims: Claims
    alpha: Ext
    queries: FriChallenges


@cache
def honest_case() -> Example:
    return example()


@cache
def honest_body() -> bytes:
    return VECTOR.read_bytes()


@cache
def honest_run() -> Run:
    case = honest_case()
    shape = proof_shape(case.tables, INSECURE_TEST)
    proof = parse_body(honest_body(), shape)
    publics = [list(PUBLICS) if i.table.publics else [] for i in shape.instances]
    challenger = Challenger(DIGEST)
    challenges = batch_phase(challenger, shape, publics, proof)
    claims = gather_claims(shape, proof, challenges.zeta)
    claimed = [[[claim.values for claim in points] for points in matrices] for matrices in claims]
    alpha = opening_phase(challenger, claimed, proof.batch_pow)
    queries = fri_phase(challenger, shape, proof)
    return Run(case, shape, proof, publics, challenges, claims, alpha, queries)


def verify(
    body: bytes, tables: TableSet | None = None, publics: list[int] | None = None, digest: bytes = DIGEST
) -> None:
    """`verify_proof` at the test profile, with the example's own tables and public values unless others are given."""
    case = honest_case()
    verify_proof(tables or case.tables, case.publics if publics is None else publics, digest, body, INSECURE_TEST)


def refused(run: Callable[[], object]) -> VerificationError:
    """The refusal that `run` ends with; a failure if it ends with anything else."""
    with pytest.raises(VerificationError) as caught:
        run()
    return caught.value
