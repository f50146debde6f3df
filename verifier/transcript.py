"""The three transcripts of a proof: every label, every step, in order. This module alone knows them.

Each is a protocol of Plonky3 with a description of its own, run on one sponge:

    p3-batch-stark  (transcript.rs)      tables' commitments -> lookup challenges, constraint challenge, zeta
      p3-fri-pcs    (pcs_transcript.rs)  claimed evaluations -> batching challenge
        p3-fri      (fri transcript.rs)  folded codewords -> folding challenges, query positions

Soundness rests on the order: every challenge is drawn after all that it tests has been absorbed. The sponge starts
from the statement's digest, so everything that the statement names is absorbed before anything else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.verifier.challenger import BASE_ELEMENT, EXT_ELEMENT, OPAQUE, SCALAR, Challenger, Description, fixed
from plimsoll.verifier.encoding import Proof
from plimsoll.verifier.errors import require
from plimsoll.verifier.extension import Ext
from plimsoll.verifier.shape import ProofShape

STEP = "transcript"
NO_WORK = 0
"""Difficulty of all grinding but the queries': their witnesses must be zero, so that a proof has one encoding."""


@dataclass(frozen=True, slots=True)
class BatchChallenges:
    """Challenges of the batch: the lookups' pair, the one that folds constraints, and the out-of-domain point."""

    lookup_alpha: Ext
    lookup_beta: Ext
    constraint: Ext
    zeta: Ext


@dataclass(frozen=True, slots=True)
class FriChallenges:
    """Challenges of the low-degree test: one for each folding round, and the positions that are queried."""

    folds: tuple[Ext, ...]
    indices: tuple[int, ...]


def batch_phase(
    challenger: Challenger, shape: ProofShape, publics: Sequence[Sequence[int]], proof: Proof
) -> BatchChallenges:
    """p3-batch-stark: binds sizes, main traces and public values before the lookups' challenges; permutation traces
    and terminals before the constraint challenge; quotients and masks before zeta."""
    described = Description(b"p3-batch-stark")
    for _ in shape.instances:
        described.step("Message", "degree_bits", SCALAR, EXT_ELEMENT)
    described.step("Message", "main_commitment", SCALAR, OPAQUE)
    for instance in shape.instances:
        described.step("Public", "public_values", fixed(instance.table.publics), BASE_ELEMENT)
    described.step("Pow", "lookup_pow", fixed(NO_WORK), BASE_ELEMENT)
    described.step("Challenge", "lookup_alpha", SCALAR, EXT_ELEMENT)
    described.step("Challenge", "lookup_beta", SCALAR, EXT_ELEMENT)
    described.step("Message", "permutation_commitment", SCALAR, OPAQUE)
    for _ in shape.instances:
        described.step("Message", "lookup_terminal", SCALAR, EXT_ELEMENT)
    described.step("Challenge", "constraint_challenge", SCALAR, EXT_ELEMENT)
    described.step("Message", "quotient_commitment", SCALAR, OPAQUE)
    described.step("Message", "randomization_commitment", SCALAR, OPAQUE)
    described.step("Pow", "ood_pow", fixed(NO_WORK), BASE_ELEMENT)
    described.step("Challenge", "zeta", SCALAR, EXT_ELEMENT)
    described.bracket("opening_argument")
    described.bind(len(shape.instances))
    for instance in shape.instances:
        described.bind(instance.table.width)
    for _ in shape.instances:
        described.bind(0)  # width of preprocessed columns: there are none

    described.seed(challenger)
    challenger.observe_extension((bits, 0, 0) for bits in proof.degree_bits)
    challenger.observe_bytes(proof.main)
    for values in publics:
        challenger.observe(values)
    _check_work(challenger, NO_WORK, proof.lookup_pow, "lookup_pow")
    lookup_alpha = challenger.sample_extension()
    lookup_beta = challenger.sample_extension()
    challenger.observe_bytes(proof.permutation)
    challenger.observe_extension(proof.terminals)
    constraint = challenger.sample_extension()
    challenger.observe_bytes(proof.quotient)
    challenger.observe_bytes(proof.random)
    _check_work(challenger, NO_WORK, proof.ood_pow, "ood_pow")
    return BatchChallenges(lookup_alpha, lookup_beta, constraint, challenger.sample_extension())


def opening_phase(challenger: Challenger, rounds: Sequence[Sequence[Sequence[Sequence[Ext]]]], batch_pow: int) -> Ext:
    """p3-fri-pcs: binds every claimed evaluation (by commitment, matrix, point) before the batching challenge."""
    described = Description(b"p3-fri-pcs")
    described.bind(len(rounds))
    for matrices in rounds:
        described.bind(len(matrices))
        for points in matrices:
            described.bind(len(points))
            for values in points:
                described.step("Message", "claimed_evaluations", fixed(len(values)), EXT_ELEMENT)
    described.step("Challenge", "alpha", SCALAR, EXT_ELEMENT)
    described.bracket("low_degree_test")

    described.seed(challenger)
    for matrices in rounds:
        for points in matrices:
            for values in points:
                challenger.observe_extension(values)
    _check_work(challenger, NO_WORK, batch_pow, "batch_pow")
    return challenger.sample_extension()


def fri_phase(challenger: Challenger, shape: ProofShape, proof: Proof) -> FriChallenges:
    """p3-fri: binds each folded codeword before the challenge that folds it, and the final polynomial and the work
    before the positions."""
    profile = shape.profile
    described = Description(b"p3-fri")
    for _ in shape.folds:
        described.step("Message", "commit_phase_commitment", SCALAR, OPAQUE)
        described.step("Challenge", "fold_challenge", SCALAR, EXT_ELEMENT)
    described.step("Message", "final_poly", fixed(shape.final_length), EXT_ELEMENT)
    if profile.query_pow_bits:
        described.step("Pow", "query_pow", fixed(profile.query_pow_bits), BASE_ELEMENT)
    described.step("Challenge", "query_indices", fixed(profile.queries), f"Bits({shape.log_codeword})")
    for number in (profile.log_blowup, profile.max_log_arity, *(fold.log_arity for fold in shape.folds)):
        described.bind(number)

    described.seed(challenger)
    folds = []
    for commitment, witness in zip(proof.fold_caps, proof.fold_pows, strict=True):
        challenger.observe_bytes(commitment)
        _check_work(challenger, NO_WORK, witness, "commit_pow")
        folds.append(challenger.sample_extension())
    challenger.observe_extension(proof.final_polynomial)
    _check_work(challenger, profile.query_pow_bits, proof.query_pow, "query_pow")
    indices = tuple(challenger.sample_bits(shape.log_codeword) for _ in range(profile.queries))
    return FriChallenges(tuple(folds), indices)


def _check_work(challenger: Challenger, bits: int, witness: int, label: str) -> None:
    if bits == NO_WORK:
        require(witness == 0, STEP, f"{label}: the witness 0 where no work is asked", witness)
    else:
        require(challenger.check_work(bits, witness), STEP, f"{label}: a witness for {bits} bits of work", witness)
