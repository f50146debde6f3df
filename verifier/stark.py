"""The verifier's story in twelve steps, numbered as in docs/protocol/stark.md.

A proof says: I know rows for these tables, of exactly these heights, that satisfy every constraint with these public
values, and whose messages balance on every bus. It is a Plonky3 0.8.0 batch-STARK proof; nothing of Plonky3 is used.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.challenger import Challenger
from plimsoll.verifier.constraints import check_constraints, check_terminals
from plimsoll.verifier.encoding import parse_body, read_degree_bits
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.fri import check_folds, check_input_rows, gather_claims, reduced_openings
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.shape import ProofShape, proof_shape
from plimsoll.verifier.tables import LOG_ZK
from plimsoll.verifier.transcript import batch_phase, fri_phase, opening_phase

DIGEST_BYTES = 32


def verify_proof(
    tables: TableSet, public_values: Sequence[int], statement_digest: bytes, body: bytes, profile: Profile
) -> None:
    """Returns if the proof is valid; raises otherwise.

    It remains the caller's duty to know that `tables` and `profile` are the right ones, and that the statement whose
    SHA-256 is `statement_digest` names them, the public values, and everything else the proof is to be bound to.

    Args:
        tables: all tables with the height of each instance.
        public_values: of every table that has public values.
        statement_digest: 32 bytes from which the transcript starts.
        body: the proof.
        profile: the parameters.

    Raises:
        VerificationError: with the step that failed.
    """
    # 1, 2. Tables and profile are sound in themselves; they fix the proof's shape.
    shape = proof_shape(tables, profile)
    publics = _publics_by_instance(shape, public_values)
    require(len(statement_digest) == DIGEST_BYTES, "policy", "a digest of 32 bytes", len(statement_digest))

    # 3. Each table has the height that the statement gives it (and twice that with its masks).
    for k, (bits, instance) in enumerate(zip(read_degree_bits(body, shape), shape.instances, strict=True)):
        expected = instance.log_height + LOG_ZK
        require(bits == expected, "heights", f"2^{expected} rows in instance {k} ({instance.table.name})", f"2^{bits}")

    # 4. The body is the one encoding of a proof of this shape.
    proof = parse_body(body, shape)

    # 5. Everything committed is absorbed, and the batch's challenges are drawn.
    challenger = Challenger(statement_digest)
    challenges = batch_phase(challenger, shape, publics, proof)

    # 6. The claimed values at zeta satisfy every table's constraints.
    for k, values in enumerate(publics):
        check_constraints(shape, k, values, proof, challenges)

    # 7. Over all tables, messages balance.
    check_terminals(proof.terminals)

    # 8. The claims are absorbed; the batching challenge, the folding challenges and the positions are drawn.
    claims = gather_claims(shape, proof, challenges.zeta)
    claimed = [[[claim.values for claim in points] for points in matrices] for matrices in claims]
    alpha = opening_phase(challenger, claimed, proof.batch_pow)
    queries = fri_phase(challenger, shape, proof)

    # 9. The opened rows are those of the four commitments.
    check_input_rows(shape, proof, queries.indices)

    # 10. Rows and claims give the values of the codewords to be folded.
    reduced = reduced_openings(shape, claims, proof.input_rows, alpha, queries.indices)

    # 11, 12. Each query's folds end at the final polynomial; their rows are those of the folds' commitments.
    check_folds(shape, proof, queries, reduced)


def _publics_by_instance(shape: ProofShape, public_values: Sequence[int]) -> list[list[int]]:
    """The public values for each table that has any. Every table that has any has all of them."""
    if any(not 0 <= value < P for value in public_values):
        raise VerificationError("policy", "public values below the field's prime", "one of p or above")
    publics = []
    for instance in shape.instances:
        count = instance.table.publics
        what = f"{count} public values for table {instance.table.name}"
        require(count in (0, len(public_values)), "policy", what, len(public_values))
        publics.append(list(public_values) if count else [])
    return publics
