"""Steps 6 and 7: every table's constraints hold at zeta, and the lookups' terminals sum to zero.

A table's constraints are polynomials in its columns that must vanish on all rows, which is on the subgroup H of order
N = height. Folded with powers of a challenge they are divisible by Z_H = X^N - 1; the prover committed to the quotient
before zeta was drawn, and the identity folded(zeta) = quotient(zeta) * Z_H(zeta) is tested there. The constraints are,
in folding order: the table's own; one for each fraction column; three for the running sum of all fractions.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import mul as int_mul

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.circuits.tables import Op, Table
from plimsoll.verifier.encoding import Proof
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.extension import (
    DEGREE,
    ONE,
    ZERO,
    Ext,
    add,
    adjugate_and_norm,
    base,
    from_coordinates,
    inverse,
    invert_all,
    mul,
    power,
    root_of_unity,
    scale,
    sub,
)
from plimsoll.verifier.lookups import FractionColumn
from plimsoll.verifier.shape import CHUNKS, LOG_CHUNKS, ProofShape
from plimsoll.verifier.tables import LOG_ZK
from plimsoll.verifier.transcript import BatchChallenges

STEP = "constraints"


def check_constraints(
    shape: ProofShape, k: int, public_values: Sequence[int], proof: Proof, challenges: BatchChallenges
) -> None:
    """Step 6 for instance k.

    Raises:
        VerificationError: step "constraints".
    """
    instance, opened = shape.instances[k], proof.opened[k]
    zeta = challenges.zeta
    height = 1 << instance.log_height
    vanishing = sub(power(zeta, height), ONE)
    require(vanishing != ZERO, STEP, "a point outside the table's domain", zeta)

    # 6a. Public columns at zeta; then all expressions of the table.
    periodic = periodic_at(instance.table.periodic, zeta, vanishing)
    values = evaluate_nodes(instance.table, opened.main, periodic, public_values)
    terms = [values[node] for node in instance.table.constraints]

    # 6b. Fraction columns and their running sum.
    running, *fractions = extension_columns(opened.permutation)
    running_next, *_ = extension_columns(opened.permutation_next)
    offsets = bus_offsets(shape, challenges)
    for column, fraction in zip(instance.columns, fractions, strict=True):
        numerator, denominator = fraction_at(column, values, offsets[column.bus], challenges.lookup_beta)
        terms.append(sub(mul(denominator, fraction), numerator))
    row_sum = ZERO
    for fraction in fractions:
        row_sum = add(row_sum, fraction)
    step = sub(running_next, running)
    terms += running_sum_terms(
        instance.log_height, zeta, running, step=step, row_sum=row_sum, terminal=proof.terminals[k]
    )

    # 6c. The folded constraints against the quotient.
    folded = ZERO
    for term in terms:
        folded = add(mul(folded, challenges.constraint), term)
    quotient = recompose_quotient(instance.log_height, opened.quotient, zeta)
    if folded != mul(quotient, vanishing):
        raise VerificationError(
            STEP, f"the constraints of table {instance.table.name} (instance {k}) to hold at zeta", "another quotient"
        )


def check_terminals(terminals: Sequence[Ext]) -> None:
    """Step 7: all fractions of all tables sum to zero, so every bus balances (one challenge separates the buses)."""
    total = ZERO
    for terminal in terminals:
        total = add(total, terminal)
    require(total == ZERO, "terminals", "lookup terminals that sum to zero", total)


def evaluate_nodes(
    table: Table, main: Sequence[Ext], periodic: Sequence[Ext], public_values: Sequence[int]
) -> list[Ext]:
    """Every expression of the table, its columns being replaced by their values at zeta."""
    values: list[Ext] = []
    for node in table.nodes:
        match node.op:
            case Op.CONST:
                value = base(node.a)
            case Op.COLUMN:
                value = main[node.a]
            case Op.PERIODIC:
                value = periodic[node.a]
            case Op.PUBLIC:
                value = base(public_values[node.a])
            case Op.ADD:
                value = add(values[node.a], values[node.b])
            case Op.SUB:
                value = sub(values[node.a], values[node.b])
            case Op.MUL:
                value = mul(values[node.a], values[node.b])
        values.append(value)
    return values


def periodic_at(columns: Sequence[Sequence[int]], zeta: Ext, vanishing: Ext) -> list[Ext]:
    """Public columns (of full height N) at zeta: (zeta^N - 1) / N * sum_i column[i] * g^i / (zeta - g^i).

    Only zeta's constant coordinate changes from row to row, so one inversion in the base field serves all rows.
    """
    if not columns:
        return []
    height = len(columns[0])
    generator = root_of_unity(height.bit_length() - 1)
    point, adjugates, norms = 1, [], []
    points = []
    for _ in range(height):
        points.append(point)
        adjugate, norm = adjugate_and_norm(((zeta[0] - point) % P, zeta[1], zeta[2]))
        adjugates.append(adjugate)
        norms.append(norm)
        point = point * generator % P
    factors = [p * n % P for p, n in zip(points, invert_all(norms), strict=True)]
    weights = [scale(adjugate, factor) for adjugate, factor in zip(adjugates, factors, strict=True)]
    parts = [[weight[k] for weight in weights] for k in range(DEGREE)]
    outer = scale(vanishing, pow(height, -1, P))
    results = []
    for column in columns:
        s0, s1, s2 = (sum(map(int_mul, part, column)) % P for part in parts)
        results.append(mul(outer, (s0, s1, s2)))
    return results


def extension_columns(opened: Sequence[Ext]) -> list[Ext]:
    """Each extension column from its three base columns' values."""
    return [from_coordinates(opened[i : i + DEGREE]) for i in range(0, len(opened), DEGREE)]


def bus_offsets(shape: ProofShape, challenges: BatchChallenges) -> dict[str, Ext]:
    """alpha + (number + 1) * beta^W: what a bus's tuples are subtracted from (p3-lookup `Challenges`).

    W is the widest tuple's width, so the offset stands one power of beta above every field: tuples of different buses
    never coincide.
    """
    gamma = power(challenges.lookup_beta, shape.widest_message)
    return {bus: add(challenges.lookup_alpha, scale(gamma, number + 1)) for bus, number in shape.buses.items()}


def fraction_at(column: FractionColumn, values: Sequence[Ext], offset: Ext, beta: Ext) -> tuple[Ext, Ext]:
    """V and U of the column's fraction V / U = sum over its messages of count / (offset - tuple).

    A tuple (e_0, ..., e_k) is folded to e_0 beta^k + ... + e_k. The constraint U * f = V leaves f free where U is
    zero; that some row's tuple meets the challenge is part of the lookup's soundness error.
    """
    numerator, denominator = ZERO, ONE
    for message in column.messages:
        folded = ZERO
        for field in message.fields:
            folded = add(mul(folded, beta), values[field])
        term = sub(offset, folded)
        numerator = add(mul(numerator, term), mul(values[message.count], denominator))
        denominator = mul(denominator, term)
    return numerator, denominator


def running_sum_terms(log_height: int, zeta: Ext, running: Ext, *, step: Ext, row_sum: Ext, terminal: Ext) -> list[Ext]:
    """The running sum starts at zero, grows by each row's fractions, and ends at the terminal.

    Selectors are p3's, not normalised: Z_H / (X - 1) on the first row, Z_H / (X - g^-1) on the last, X - g^-1
    elsewhere. Multiplying a constraint by a number that is not zero on its rows changes nothing.
    """
    last = pow(root_of_unity(log_height), -1, P)
    vanishing = sub(power(zeta, 1 << log_height), ONE)
    from_first, from_last = sub(zeta, ONE), sub(zeta, base(last))
    # Zeta is outside H, so neither difference is zero.
    first_row = mul(vanishing, inverse(from_first))
    last_row = mul(vanishing, inverse(from_last))
    return [
        mul(first_row, running),
        mul(from_last, sub(step, row_sum)),
        mul(last_row, sub(sub(terminal, running), row_sum)),
    ]


def recompose_quotient(log_height: int, chunks: Sequence[Sequence[Ext]], zeta: Ext) -> Ext:
    """The quotient at zeta from its chunks (p3-uni-stark `recompose_quotient_from_chunks`).

    The quotient is given on the coset 7 * K, K of order CHUNKS / 2 * 2N; chunk i on the coset 7 h^i * H of order N,
    h generating K. The chunks are joined by the products of the other cosets' vanishing polynomials, each divided by
    its value on coset i: 1 there, 0 on the others.
    """
    height = 1 << log_height
    assert len(chunks) == CHUNKS == 1 << (LOG_CHUNKS + LOG_ZK)
    # Z_j(X) = (X / s_j)^N - 1 with s_j^N = 7^N r^j, r of order CHUNKS; on coset i it is r^(i - j) - 1.
    r_powers = [pow(root_of_unity(LOG_CHUNKS + LOG_ZK), e, P) for e in range(CHUNKS)]
    scaled = scale(power(zeta, height), pow(pow(GENERATOR, height, P), -1, P))
    vanishing = [sub(scale(scaled, r_powers[-j % CHUNKS]), ONE) for j in range(CHUNKS)]
    total = ZERO
    for i, chunk in enumerate(chunks):
        weight, divisor = ONE, 1
        for j in range(CHUNKS):
            if j != i:
                weight = mul(weight, vanishing[j])
                divisor = divisor * (r_powers[(i - j) % CHUNKS] - 1) % P
        total = add(total, mul(scale(weight, pow(divisor, -1, P)), from_coordinates(chunk)))
    return total
