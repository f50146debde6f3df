"""Steps 8 to 12: the claimed values at zeta are those of the committed polynomials (p3-fri, `verify_fri`).

Every claim "column f has the value y at z" says that (f(z) - f(x)) / (z - x) is a polynomial of lower degree. All of
one height are summed with powers of a challenge into one codeword; the codewords are folded, 2^a values of a coset to
one, shorter ones joining on the way, until 32 coefficients are left, which the proof contains. The verifier follows
the folds at random positions, where it knows the columns' values from the commitments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.encoding import Proof, Rows, pack_elements
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.extension import (
    DEGREE,
    ZERO,
    Coefficients,
    Ext,
    add,
    base,
    dot,
    horner,
    invert_all,
    invert_all_ext,
    mul,
    power,
    powers,
    reverse_bits,
    root_of_unity,
    scale,
    sub,
)
from plimsoll.verifier.merkle import check_openings, gather_leaves
from plimsoll.verifier.shape import ROUNDS, ProofShape
from plimsoll.verifier.transcript import FriChallenges

STEP = "openings"
HALF = (P + 1) // 2


@dataclass(frozen=True, slots=True)
class PointClaims:
    """A matrix's columns at one point: the values with those of its masks."""

    point: Ext
    values: tuple[Ext, ...]


Claims = tuple[tuple[tuple[PointClaims, ...], ...], ...]
"""By round, matrix and point."""


def gather_claims(shape: ProofShape, proof: Proof, zeta: Ext) -> Claims:
    """Step 8: all claims in the order in which the transcript binds them and the batching challenge numbers them."""
    values: list[list[tuple[tuple[Ext, ...], ...]]] = [[], [], [], []]
    for opened in proof.opened:
        values[0].append((opened.random,))
        values[1].append((opened.main,))
        values[2] += [(chunk,) for chunk in opened.quotient]
        values[3].append((opened.permutation, opened.permutation_next))
    claims = []
    for matrices, of_round, masks in zip(shape.rounds, values, proof.masks, strict=True):
        claims_of_round = []
        for matrix, of_matrix, masks_of_matrix in zip(matrices, of_round, masks, strict=True):
            # The row after zeta's is the one at zeta times the generator of the table's own domain.
            step = root_of_unity(shape.instances[matrix.instance].log_height)
            points = (zeta, scale(zeta, step))[: matrix.points]
            claims_of_round.append(
                tuple(
                    PointClaims(point, own + mask)
                    for point, own, mask in zip(points, of_matrix, masks_of_matrix, strict=True)
                )
            )
        claims.append(tuple(claims_of_round))
    return tuple(claims)


def check_input_rows(shape: ProofShape, proof: Proof, indices: Sequence[int]) -> None:
    """Step 9: the opened rows of the four commitments are in them."""
    caps = (proof.random, proof.main, proof.quotient, proof.permutation)
    for name, cap, matrices, opened in zip(ROUNDS, caps, shape.rounds, proof.input_rows, strict=True):
        log_rows = [shape.log_rows(matrix.instance) for matrix in matrices]
        leaves = gather_leaves(log_rows, indices, _leaf_bytes(opened), f"{name} rows")
        check_openings(leaves, cap, opened.siblings, f"{name} rows")


def _leaf_bytes(opened: Rows) -> list[list[bytes]]:
    return [
        [pack_elements(values) + salt for values, salt in zip(of_query, salts, strict=True)]
        for of_query, salts in zip(opened.values, opened.salts, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Term:
    """One claim of one matrix within the sum of its height."""

    round: int
    matrix: int
    log_rows: int
    point: Ext
    at_point: Ext
    coefficients: Coefficients


def reduced_openings(
    shape: ProofShape, claims: Claims, rows: Sequence[Rows], alpha: Ext, indices: Sequence[int]
) -> list[dict[int, Ext]]:
    """Step 10: for each query and each height the value of the summed codeword at the query's point.

    Within one height the powers of alpha advance by one for each column and point, in the order of the claims.

    Raises:
        VerificationError: step "openings", if a queried point is an opening point.
    """
    terms = _terms(shape, claims, alpha)
    openings = sorted({(term.log_rows, term.point) for term in terms})
    greatest = shape.log_codeword
    # 1 / (z - x) for every query, height and point; x is on the coset 7 * (subgroup), in bit-reversed order.
    differences = []
    for index in indices:
        for log_rows, z in openings:
            position = reverse_bits(index >> (greatest - log_rows), log_rows)
            x = GENERATOR * pow(root_of_unity(log_rows), position, P) % P
            differences.append(sub(z, base(x)))
    require(ZERO not in differences, STEP, "queries apart from the opening points", "one at an opening point")
    inverses = iter(invert_all_ext(differences))
    results = []
    for query in range(len(indices)):
        sums = dict.fromkeys(openings, ZERO)
        for term in terms:
            at_x = term.coefficients.dot(rows[term.round].values[query][term.matrix])
            key = (term.log_rows, term.point)
            sums[key] = add(sums[key], sub(term.at_point, at_x))
        reduced: dict[int, Ext] = {}
        for log_rows, z in openings:
            quotient = mul(sums[log_rows, z], next(inverses))
            reduced[log_rows] = add(reduced.get(log_rows, ZERO), quotient)
        results.append(reduced)
    return results


def _terms(shape: ProofShape, claims: Claims, alpha: Ext) -> list[_Term]:
    lengths: dict[int, int] = {}
    positions = []
    for r, matrices in enumerate(claims):
        for m, points in enumerate(matrices):
            log_rows = shape.log_rows(shape.rounds[r][m].instance)
            for claim in points:
                start = lengths.get(log_rows, 0)
                lengths[log_rows] = start + len(claim.values)
                positions.append((r, m, log_rows, start, claim))
    alphas = powers(alpha, max(lengths.values()))
    terms = []
    for r, m, log_rows, start, claim in positions:
        own = alphas[start : start + len(claim.values)]
        terms.append(_Term(r, m, log_rows, claim.point, dot(own, claim.values), Coefficients(own)))
    return terms


def check_folds(shape: ProofShape, proof: Proof, challenges: FriChallenges, reduced: Sequence[dict[int, Ext]]) -> None:
    """Steps 11 and 12: each query's folds end at the final polynomial, and each fold's rows are committed.

    Raises:
        VerificationError: step "openings".
    """
    rows: list[list[list[bytes]]] = [[] for _ in shape.folds]
    numbers: list[list[int]] = [[] for _ in shape.folds]
    for query, (index, openings) in enumerate(zip(challenges.indices, reduced, strict=True)):
        value = openings[shape.log_codeword]
        position = index
        for k, (fold, beta) in enumerate(zip(shape.folds, challenges.folds, strict=True)):
            # 11a. The row: the value carried so far among its siblings.
            arity = 1 << fold.log_arity
            flat = proof.fold_rows[k].values[query][0]
            row: list[Ext] = list(zip(flat[0::3], flat[1::3], flat[2::3], strict=True))
            row.insert(position % arity, value)
            position >>= fold.log_arity
            rows[k].append([pack_elements([c for x in row for c in x]) + proof.fold_rows[k].salts[query][0]])
            numbers[k].append(position)
            # 11b. One value from the row, and the codeword of this height joins.
            value = fold_row(row, fold.log_rows, position, beta)
            if fold.log_rows in openings:
                value = add(value, mul(power(beta, arity), openings[fold.log_rows]))
        # 11c. The final polynomial at the point that is left.
        point = pow(root_of_unity(shape.log_codeword), reverse_bits(position, shape.log_codeword), P)
        if horner(proof.final_polynomial, point) != value:
            raise VerificationError(STEP, f"the final polynomial at the folded value of query {query}", str(value))
    for k, fold in enumerate(shape.folds):
        what = f"rows of fold {k}"
        leaves = gather_leaves([fold.log_rows], numbers[k], rows[k], what)
        check_openings(leaves, proof.fold_caps[k], proof.fold_rows[k].siblings, what)


def fold_row(row: Sequence[Ext], log_rows: int, position: int, beta: Ext) -> Ext:
    """The value at beta of the polynomial of degree < len(row) through a row of the codeword.

    Row number `position` of 2^log_rows holds the values on s * (subgroup of order len(row)), bit-reversed: each pair is
    at x and -x. A pair's line has the value (a + b) / 2 + beta (a - b) / (2 x) at beta; on the squares of the points
    these values are again a codeword, to be folded with beta^2.
    """
    log_arity = len(row).bit_length() - 1
    start = pow(root_of_unity(log_rows + log_arity), reverse_bits(position, log_rows), P)
    step = root_of_unity(log_arity)
    points = [start * pow(step, reverse_bits(2 * j, log_arity), P) % P for j in range(len(row) // 2)]
    inverses = invert_all(points)
    values = list(row)
    while len(values) > 1:
        for j in range(len(values) // 2):
            a, b = values[2 * j], values[2 * j + 1]
            slope = mul(scale(sub(a, b), inverses[j] * HALF % P), beta)
            values[j] = add(scale(add(a, b), HALF), slope)
        del values[len(values) // 2 :]
        # The squares of x_0, x_2, x_4, ... (x_1 = i x_0 squares to -x_0^2) are the first points of the next pairs.
        inverses = [inverse * inverse % P for inverse in inverses[::2]]
        beta = mul(beta, beta)
    return values[0]


assert DEGREE == 3  # `row` above is cut into three coordinates an element
