"""What an attacker computes who has guessed a book to the last cell: all traces, and whatever of the randomness a test
lets him know. From the published proof he takes the challenges, which anyone can replay.

Each function is the prover's arithmetic done anew from the definitions on docs/protocol/stark.md.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from forged_rows import Matrix, Message, messages

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.circuits.interpreter import table_values
from plimsoll.circuits.tables import TableSet
from plimsoll.verifier.challenger import Challenger
from plimsoll.verifier.constraints import bus_offsets, fraction_at, periodic_at
from plimsoll.verifier.encoding import Proof, pack_elements
from plimsoll.verifier.extension import (
    ONE,
    ZERO,
    Ext,
    add,
    base,
    inverse,
    invert_all_ext,
    mul,
    power,
    reverse_bits,
    root_of_unity,
    scale,
    sub,
)
from plimsoll.verifier.fri import gather_claims
from plimsoll.verifier.shape import SALT_ELEMENTS, ProofShape
from plimsoll.verifier.transcript import BatchChallenges, FriChallenges, batch_phase, fri_phase, opening_phase

Columns = list[list[int]]


def replay(
    shape: ProofShape, publics: Sequence[int], statement: bytes, proof: Proof
) -> tuple[BatchChallenges, FriChallenges]:
    """All challenges of a published proof."""
    challenger = Challenger(statement)
    batch = batch_phase(challenger, shape, [list(publics) if i.table.publics else [] for i in shape.instances], proof)
    claims = gather_claims(shape, proof, batch.zeta)
    opening_phase(challenger, [[[c.values for c in points] for points in of] for of in claims], proof.batch_pow)
    return batch, fri_phase(challenger, shape, proof)


Sent = list[list[Message]]


def sent(tables: TableSet, traces: Sequence[Matrix]) -> Sent:
    """What each instance of a book sends on the buses, blinds of zero left out."""
    pairs = zip(tables.instances, traces, strict=True)
    return [list(messages(replace(tables, instances=(instance,)), [trace])) for instance, trace in pairs]


def terminals(shape: ProofShape, sent_: Sent, challenges: BatchChallenges) -> tuple[Ext, ...]:
    """Each instance's sum of count / (challenge - message)."""
    offsets, result = bus_offsets(shape, challenges), []
    for of in sent_:
        denominators = [sub(offsets[m.bus], _folded(m.fields, challenges.lookup_beta)) for m in of]
        total = ZERO
        for m, inverted in zip(of, invert_all_ext(denominators), strict=True):
            total = add(total, scale(inverted, m.count))
        result.append(total)
    return tuple(result)


def _folded(fields: Sequence[int], beta: Ext) -> Ext:
    total = ZERO
    for field in fields:
        total = add(mul(total, beta), base(field)) if total != ZERO else base(field)
    return total


def with_masks(trace: Matrix | Columns, masks: Columns | None = None) -> Columns:
    """The columns that are committed to: values and masks take turns; without `masks` these are zero."""
    columns = trace if isinstance(trace, list) else [[int(x) for x in column] for column in trace.T]
    masks = masks or [[0] * len(column) for column in columns]
    return [[x for pair in zip(c, m, strict=True) for x in pair] for c, m in zip(columns, masks, strict=True)]


def opened(columns: Columns, point: Ext) -> tuple[Ext, ...]:
    """The values at an out-of-domain point of the polynomials through committed columns."""
    return tuple(periodic_at(columns, point, sub(power(point, len(columns[0])), ONE)))


def permutation_columns(shape: ProofShape, k: int, trace: Matrix, challenges: BatchChallenges) -> Columns:
    """Base columns of an instance's running sum and fractions, row by row."""
    instance, offsets = shape.instances[k], bus_offsets(shape, challenges)
    running, rows = ZERO, []
    for i, row in enumerate(trace.tolist()):
        table = instance.table
        values = [base(x) for x in table_values(table.nodes, row, i, table.periodic, [0] * table.publics)]
        fractions = []
        for column in instance.columns:
            numerator, denominator = fraction_at(column, values, offsets[column.bus], challenges.lookup_beta)
            fractions.append(mul(numerator, inverse(denominator)))
        rows.append([c for x in (running, *fractions) for c in x])
        for fraction in fractions:
            running = add(running, fraction)
    return [list(column) for column in zip(*rows, strict=True)]


def codeword(column: Sequence[int], log_blowup: int) -> list[int]:
    """The committed codeword of a column: on the coset 7 K, in bit-reversed order."""
    size = len(column)
    coefficients = _transform(column, pow(root_of_unity(size.bit_length() - 1), -1, P))
    scaled, factor = [], pow(size, -1, P)
    for c in coefficients:
        scaled.append(c * factor % P)
        factor = factor * GENERATOR % P
    log_rows = size.bit_length() - 1 + log_blowup
    values = _transform([*scaled, *[0] * ((size << log_blowup) - size)], root_of_unity(log_rows))
    return [values[reverse_bits(j, log_rows)] for j in range(len(values))]


def _transform(values: Sequence[int], root: int) -> list[int]:
    """Values of a polynomial at the powers of a root of unity (fast Fourier transform)."""
    if len(values) == 1:
        return list(values)
    even, odd = (_transform(values[start::2], root * root % P) for start in (0, 1))
    factor, twisted = 1, []
    for x in odd:
        twisted.append(x * factor % P)
        factor = factor * root % P
    sums = [(a + b) % P for a, b in zip(even, twisted, strict=True)]
    return sums + [(a - b) % P for a, b in zip(even, twisted, strict=True)]


def cap(matrices: Sequence[Columns], codewords: int, log_blowup: int, cap_height: int) -> bytes:
    """The commitment to matrices of one height whose random codewords and salts are all zero."""
    leaves: list[bytes] = []
    unseen = bytes(8 * (codewords + SALT_ELEMENTS))
    extended = [[codeword(column, log_blowup) for column in columns] for columns in matrices]
    for row in range(len(extended[0][0])):
        data = b"".join(pack_elements([column[row] for column in columns]) + unseen for columns in extended)
        leaves.append(hashlib.sha256(data).digest())
    while len(leaves) > 1 << cap_height:
        leaves = [hashlib.sha256(a + b).digest() for a, b in zip(leaves[::2], leaves[1::2], strict=True)]
    return b"".join(leaves)
