"""The prover in plain Python makes proofs that both verifiers accept: a third implementation of the protocol."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest
from adaptive_prover import Prover
from prover_parts import Case
from transcript_attacks import KeptBlinds
from transcript_cases import FALSE, TRUE, case, small_profile
from transcript_variants import Result, Variant

from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST, Profile
from plimsoll.verifier.stark import verify_proof

dishonest = importlib.import_module("plimsoll_dishonest")


def prove(of: Case, strategy: type[Prover] = Prover) -> Result:
    return Variant().prove(strategy, of)


def accept(of: Case, body: bytes) -> None:
    verify_proof(of.tables, of.publics, of.digest, body, of.profile)


def upstream(of: Case, body: bytes) -> None:
    p: Profile = of.profile
    low_degree = (p.log_final_poly_len, p.max_log_arity)
    parameters = dishonest.Profile(
        p.log_blowup, p.queries, p.query_pow_bits, *low_degree, p.random_codewords, p.cap_height
    )
    dishonest.verify(of.tables.encode(), of.publics, of.digest, body, parameters)


@pytest.mark.parametrize(
    "changes",
    [{}, {"log_heights": (5, 5)}, {"log_heights": (7, 4)}, {"profile": small_profile(work=5)}],
    ids=["two heights", "one height", "far apart", "with work"],
)
def test_honest_proofs_are_accepted(changes: dict[str, object]) -> None:
    of = case(**changes)  # type: ignore[arg-type]
    accept(of, prove(of).body)


def test_masks_and_blinds_are_drawn_anew() -> None:
    of = case()
    first, second = (Variant().prove(Prover, of, seed).body for seed in (1, 2))
    accept(of, first)
    accept(of, second)
    assert first != second


def test_both_verifiers_agree() -> None:
    """At heights and parameters of the test profile, which the wrapped verifier takes: a true and a false statement."""
    for publics, step in ((TRUE, None), (FALSE, "terminals")):
        of = case(publics, log_heights=(8, 8), profile=INSECURE_TEST)
        body = prove(of, Prover if step is None else KeptBlinds).body
        if step is None:
            accept(of, body)
            upstream(of, body)
        else:
            with pytest.raises(VerificationError) as caught:
                accept(of, body)
            assert caught.value.step == step
            with pytest.raises(dishonest.CoreError):
                upstream(of, body)


@pytest.mark.parametrize(("values", "step"), [(TRUE, "constraints"), (FALSE, "terminals")])
def test_false_statements_of_an_otherwise_honest_prover_rejected(values: list[int], step: str) -> None:
    of = case(FALSE, values)
    with pytest.raises(VerificationError) as caught:
        accept(of, prove(of).body)
    assert caught.value.step == step
    told = replace(of, publics=TRUE)
    if values == TRUE:
        accept(told, prove(told).body)
