"""For each line of the transcript the attack that works when the line is gone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import late_folds as folds
import late_messages as late
from adaptive_folding import Folding
from adaptive_prover import Prover
from late_parts import Place, one_late_claim
from prover_parts import Case
from transcript_cases import FALSE, FIELDS, NUMBER, POWERS, ROOT, TRUE, case, small_profile

from plimsoll.circuits.field import P
from plimsoll.verifier.shape import ROUNDS, proof_shape

HALF = pow(2, -1, P)
"""Offset of the bus of powers (number 0) by that of the blinds (number 1)."""
WORK = 8


@dataclass(frozen=True)
class Attack:
    """A strategy, what it proves, and how to tell it in a line.

    Attributes:
        strategy: the prover.
        made_for: the case it is run on.
        told: what is accepted, for the page.
        step: the step at which the genuine verifier refuses the proof.
        digest: the statement digest under which the proof is shown, if another.
    """

    strategy: type[Prover]
    made_for: Callable[[], Case]
    told: str
    step: str = "constraints"
    digest: bytes | None = None


def untrue_row() -> Case:
    """Root's row is a true tuple, but not that of the public values: a constraint fails."""
    return case(FALSE, TRUE)


def unmatched() -> Case:
    """Root requires the public values, which nobody provides: the bus does not balance."""
    return case(FALSE)


def cross_bus(forged: list[int]) -> Case:
    """Root requires a tuple that a blind provides: the two differ by the factor 1/2 in every challenge."""
    result = case(forged)
    for row in result.traces[1]:
        row[0] = 0
    # Blind 1 of root: count / D on its bus, 1 / (D / 2) on the other.
    result.traces[0][0][1 + FIELDS + 1] = -2 % P
    return result


class KeptBlinds(Prover):
    """Leaves the blinds as the case has them."""

    def traces(self) -> list[list[list[int]]]:
        return [[list(row) for row in trace] for trace in self.case.traces]


class SpoiltLookupWitness(Prover):
    lookup_pow = 1


class SpoiltZetaWitness(Prover):
    ood_pow = 1


class SpoiltBatchWitness(Prover):
    batch_pow = 1


class _SpoiltFolds(Folding):
    def __init__(self, prover: Prover, attempt: int = 0) -> None:
        super().__init__(prover, attempt)
        self.fold_pows = (1,) * len(self.shape.folds)


class SpoiltFoldWitness(Prover):
    folds = _SpoiltFolds


class _AnyWitness(Folding):
    query_pow = 12345


class AnyWitness(Prover):
    """An honest prover whose witness of work is a number of its choice."""

    folds = _AnyWitness


def long_case() -> Case:
    """Ten queries, which ask for tables of 32 rows."""
    return case(FALSE, TRUE, log_heights=(6, 5), profile=small_profile(queries=10))


def with_work(of: Case, bits: int = WORK) -> Case:
    return replace(of, profile=small_profile(work=bits))


SECOND = "an honest proof with another witness: a second encoding of one proof"
BATCH, OPENING, FRI, WORK_LINE, SPONGE = "batch_phase", "opening_phase", "fri_phase", "_check_work", "Challenger"
EXTENSION = "challenger.sample_extension()"
_quotient = "a false row: the quotient is a constant with the right value at zeta"
_terminals = "a bus that does not balance: terminals that sum to zero, made at zeta from a linear polynomial"
_agree = "a false claim about the quotient, folded as a polynomial that agrees with it at a quarter of the positions"

ATTACKS: dict[str, Attack] = {
    "verify_proof: challenger = Challenger(statement_digest)": Attack(
        Prover, case, "a proof of one statement shown under another", digest=bytes(reversed(range(32)))
    ),
    f"{BATCH}: challenger.observe_bytes(proof.main)": Attack(
        late.LateMain, unmatched, "a tuple that nobody provides: three counts solved from the lookups' challenges"
    ),
    f"{BATCH}: challenger.observe(values)": Attack(
        late.LatePublics, case, "other public values: three of them solved from the constraint challenge"
    ),
    f"{BATCH}: _check_work(challenger, NO_WORK, proof.lookup_pow, 'lookup_pow')": Attack(
        SpoiltLookupWitness, case, SECOND, "transcript"
    ),
    f"{BATCH}: lookup_alpha = {EXTENSION}": Attack(
        KeptBlinds, lambda: cross_bus([0, 0, 0, HALF]), "a tuple that a blind provides, at alpha = 0"
    ),
    f"{BATCH}: lookup_beta = {EXTENSION}": Attack(
        KeptBlinds, lambda: cross_bus([0, 0, HALF, HALF]), "a tuple that a blind provides, at beta = alpha"
    ),
    f"{BATCH}: challenger.observe_bytes(proof.permutation)": Attack(
        late.LatePermutation, unmatched, "a tuple that nobody provides: two broken constraints cancel in one row"
    ),
    f"{BATCH}: challenger.observe_extension(proof.terminals)": Attack(late.LateTerminals, unmatched, _terminals),
    f"{BATCH}: constraint = {EXTENSION}": Attack(
        late.KnownConstraint, unmatched, "as without the permutation cap: the challenge is lookup beta, known before"
    ),
    f"{BATCH}: challenger.observe_bytes(proof.quotient)": Attack(late.LateQuotient, untrue_row, _quotient),
    f"{BATCH}: challenger.observe_bytes(proof.random)": Attack(
        late.LateRandom, untrue_row, "a false claim about the quotient, cancelled by another random codeword"
    ),
    f"{BATCH}: _check_work(challenger, NO_WORK, proof.ood_pow, 'ood_pow')": Attack(
        SpoiltZetaWitness, case, SECOND, "transcript"
    ),
    f"{BATCH}: return BatchChallenges(lookup_alpha, lookup_beta, constraint, {EXTENSION})": Attack(
        late.KnownZeta, untrue_row, "as without the quotient cap: zeta is the constraint challenge, known before"
    ),
    f"{OPENING}: challenger.observe_extension(values)": Attack(
        late.LateClaims, untrue_row, "a false claim about the quotient, cancelled by one about a mask", "openings"
    ),
    f"{OPENING}: _check_work(challenger, NO_WORK, batch_pow, 'batch_pow')": Attack(
        SpoiltBatchWitness, case, SECOND, "transcript"
    ),
    f"{OPENING}: return {EXTENSION}": Attack(
        late.KnownAlpha, untrue_row, "as without the claims: the batching challenge is zeta, known before", "openings"
    ),
    f"{FRI}: challenger.observe_bytes(commitment)": Attack(
        folds.LateRowsClaim,
        untrue_row,
        "a false claim: one value of each row, which no query sees, folds all to zero",
        "openings",
    ),
    f"{FRI}: _check_work(challenger, NO_WORK, witness, 'commit_pow')": Attack(
        SpoiltFoldWitness, case, SECOND, "transcript"
    ),
    f"{FRI}: folds.append({EXTENSION})": Attack(
        folds.KnownFoldsClaim, untrue_row, "a false claim: one value of each row, which few queries see", "openings"
    ),
    f"{FRI}: challenger.observe_extension(proof.final_polynomial)": Attack(
        folds.LateFinalClaim,
        untrue_row,
        "a false claim: the final polynomial goes through the queried positions",
        "openings",
    ),
    f"{FRI}: _check_work(challenger, profile.query_pow_bits, proof.query_pow, 'query_pow')": Attack(
        folds.IdleClaim, lambda: with_work(untrue_row()), f"{_agree}; tries cost no work", "transcript"
    ),
    f"{FRI}: indices = tuple((challenger.sample_bits(shape.log_codeword) for _ in range(profile.queries)))": Attack(
        folds.AgreeingClaim, untrue_row, f"{_agree}, among them the one that is always queried", "openings"
    ),
    f"{WORK_LINE}: require(witness == 0, STEP, f'{{label}}: the witness 0 where no work is asked', witness)": Attack(
        SpoiltLookupWitness, case, SECOND, "transcript"
    ),
    f"{WORK_LINE}: require(challenger.check_work(bits, witness), STEP, "
    "f'{label}: a witness for {bits} bits of work', witness)": Attack(
        folds.IdleClaim, lambda: with_work(untrue_row()), f"{_agree}; tries cost no work", "transcript"
    ),
    f"{SPONGE}.observe_bytes: self._output = b''": Attack(
        late.LeftoverZeta, untrue_row, "as without the quotient cap: zeta is what was left of an earlier digest"
    ),
    f"{SPONGE}.observe_bytes: self._input += data": Attack(late.PlaceholderTerminals, unmatched, _terminals),
    f"{SPONGE}.observe: self.observe_bytes(struct.pack(f'<{{len(values)}}Q', *values))": Attack(
        late.PlaceholderTerminals, unmatched, _terminals
    ),
    f"{SPONGE}.observe_extension: self.observe([coordinate for value in values for coordinate in value])": Attack(
        late.PlaceholderTerminals, unmatched, _terminals
    ),
    f"{SPONGE}.sample_bytes: self._input = bytearray(self._output)": Attack(
        folds.AgreeingClaim, long_case, f"{_agree}; of ten queries only four differ"
    ),
    f"{SPONGE}.check_work: self.observe([witness])": Attack(
        AnyWitness, lambda: with_work(case(), 3), "an honest proof with any witness of work", "transcript"
    ),
}

MOVED: dict[str, Attack] = {
    f"{BATCH}: challenger.observe_bytes(proof.main)": Attack(late.LateMain, unmatched, "as without it"),
    f"{BATCH}: challenger.observe_bytes(proof.permutation)": Attack(late.LatePermutation, unmatched, "as without it"),
    f"{BATCH}: challenger.observe_extension(proof.terminals)": Attack(
        late.LateTerminalsByOne, unmatched, "a bus that does not balance: a wrong fraction and a wrong terminal cancel"
    ),
    f"{BATCH}: challenger.observe_bytes(proof.quotient)": Attack(late.LateQuotient, untrue_row, "as without it"),
    f"{OPENING}: challenger.observe_extension(values)": Attack(
        late.LateClaims, untrue_row, "as without it", "openings"
    ),
    f"{FRI}: challenger.observe_bytes(commitment)": Attack(
        folds.LateCapsClaim, untrue_row, "a false claim: one value of each row, which few queries see", "openings"
    ),
    f"{FRI}: challenger.observe_extension(proof.final_polynomial)": Attack(
        folds.LateFinalClaim, untrue_row, "as without it", "openings"
    ),
}
"""The same lines, each absorbed one challenge too late: the challenge is drawn a step too early."""


def untrue_power() -> Case:
    """A row of the powers provides the public values, which are no powers: its constraint fails."""
    result = case(FALSE)
    result.traces[POWERS][NUMBER][FIELDS] += 1
    return result


def claims_in_order() -> list[tuple[Place, int]]:
    """Places of the lists of claims in the order in which they are absorbed, and each one's table."""
    rounds = proof_shape(case().tables, case().profile).rounds
    return [
        ((number, m, point), shape.instance)
        for number, shapes in enumerate(rounds)
        for m, shape in enumerate(shapes)
        for point in range(shape.points)
    ]


CLAIMS_LINE = f"{OPENING}: challenger.observe_extension(values)"
CAPS_LINE = f"{FRI}: challenger.observe_bytes(commitment)"
PARTS: dict[tuple[str, int], Attack] = {
    (CLAIMS_LINE, part): Attack(
        one_late_claim(place, table),
        untrue_row if table == ROOT else untrue_power,
        f"a false claim, cancelled by one about a mask: {ROUNDS[place[0]]} round, matrix {place[1]}, "
        f"{('zeta', 'next point')[place[2]]}",
        "openings",
    )
    for part, (place, table) in enumerate(claims_in_order())
} | {
    (CAPS_LINE, 0): Attack(folds.LateFirstRowsClaim, untrue_row, "a changed value in each row of fold 0", "openings"),
    (CAPS_LINE, 1): Attack(folds.LateRowsClaim, untrue_row, "a changed value in each row of fold 1", "openings"),
}
"""Lines that stand in a loop, gone in one turn: (line, number of the turn)."""
