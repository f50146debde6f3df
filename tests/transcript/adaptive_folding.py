"""The adaptive prover's low-degree test, and the proof's bytes."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from salted_trees import SaltedTree
from small_polynomials import bit_reversed, interpolate_ext

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.encoding import pack_elements
from plimsoll.verifier.extension import (
    DEGREE,
    ZERO,
    Coefficients,
    Ext,
    add,
    base,
    dot,
    invert_all_ext,
    mul,
    power,
    powers,
    reverse_bits,
    root_of_unity,
    scale,
    sub,
)

if TYPE_CHECKING:
    from adaptive_prover import Prover

HALF = (P + 1) // 2


def reduced_codewords(prover: Prover) -> dict[int, list[Ext]]:
    """For each height the sum of alpha^i (claim - value) / (point - x) at every x of the coset, bit-reversed."""
    shape, alpha = prover.shape, prover.challenge("alpha")
    most = sum(m.masked_width * m.points for row in shape.rounds for m in row)
    alphas = powers(alpha, most)
    used: dict[int, int] = {}
    result = {shape.log_rows(k): [ZERO] * (1 << shape.log_rows(k)) for k in range(len(shape.instances))}
    for number, shapes in enumerate(shape.rounds):
        for m, (matrix_shape, matrix) in enumerate(zip(shapes, prover.matrices(number), strict=True)):
            log_rows = shape.log_rows(matrix_shape.instance)
            points = prover.points(shape.instances[matrix_shape.instance], matrix_shape.points)
            rows = list(zip(*matrix.codewords, strict=True))
            for z, values in zip(points, prover.claims[number][m], strict=True):
                start = used.get(log_rows, 0)
                used[log_rows] = start + len(values)
                own = alphas[start : start + len(values)]
                coefficients, claim = Coefficients(own), dot(own, values)
                inverses = invert_all_ext([sub(z, base(x)) for x in coset(log_rows)])
                target = result[log_rows]
                for j, (row, inverted) in enumerate(zip(rows, inverses, strict=True)):
                    target[j] = add(target[j], mul(sub(claim, coefficients.dot(row)), inverted))
    return {log_rows: bit_reversed(values) for log_rows, values in result.items()}


def coset(log_rows: int) -> list[int]:
    """The points of a codeword, in natural order."""
    points, w = [GENERATOR], root_of_unity(log_rows)
    while len(points) < 1 << log_rows:
        points.append(points[-1] * w % P)
    return points


def fold(codeword: Sequence[Ext], log_arity: int, beta: Ext) -> list[Ext]:
    """Folds a bit-reversed codeword by halves: (a + b) / 2 + beta (a - b) / 2x for each pair at x and -x."""
    values = list(codeword)
    for _ in range(log_arity):
        log_half = len(values).bit_length() - 2
        back = pow(root_of_unity(log_half + 1), -1, P)
        halves = []
        for j in range(1 << log_half):
            a, b = values[2 * j], values[2 * j + 1]
            inverted = pow(back, reverse_bits(j, log_half), P) * HALF % P
            halves.append(add(scale(add(a, b), HALF), mul(scale(sub(a, b), inverted), beta)))
        values, beta = halves, mul(beta, beta)
    return values


class Folding:
    """One run of the folds. Attributes named as the proof's parts are what the transcript demands."""

    def __init__(self, prover: Prover, attempt: int = 0) -> None:
        self.prover, self.shape, self.attempt = prover, prover.shape, attempt
        self.fold_pows = (0,) * len(self.shape.folds)
        self.trees: dict[int, SaltedTree] = {}
        self.layers: list[list[Ext]] = []

    def beta(self, k: int) -> Ext:
        return self.prover.fold_challenge(k)

    @cached_property
    def first(self) -> list[Ext]:
        """The codeword that is folded first."""
        return self.prover.reduced[self.shape.log_codeword]

    def folded(self, k: int, codeword: Sequence[Ext]) -> list[Ext]:
        """The codeword after fold k, with what joins it there."""
        step = self.shape.folds[k]
        result = fold(codeword, step.log_arity, self.beta(k))
        joining = self.prover.reduced.get(step.log_rows)
        if joining is not None:
            factor = power(self.beta(k), 1 << step.log_arity)
            result = [add(value, mul(factor, other)) for value, other in zip(result, joining, strict=True)]
        return result

    def layer(self, k: int) -> list[Ext]:
        """The codeword whose rows fold k commits to."""
        while len(self.layers) <= k:
            number = len(self.layers)
            self.layers.append(self.folded(number - 1, self.layers[-1]) if number else self.first)
        return self.layers[k]

    def rows(self, k: int) -> list[Ext]:
        """The values that fold k commits to, row after row."""
        return self.layer(k)

    def tree(self, k: int) -> SaltedTree:
        """The commitment of fold k."""
        if k not in self.trees:
            arity, values = 1 << self.shape.folds[k].log_arity, self.rows(k)
            flat = [[c for x in values[i : i + arity] for c in x] for i in range(0, len(values), arity)]
            cap_height = self.prover.case.profile.cap_height
            self.trees[k] = SaltedTree([flat], cap_height, self.prover.random_numbers)
        return self.trees[k]

    @property
    def fold_caps(self) -> Iterator[bytes]:
        return (self.tree(k).cap for k in range(len(self.shape.folds)))

    @cached_property
    def final_polynomial(self) -> tuple[Ext, ...]:
        last = self.folded(len(self.shape.folds) - 1, self.layer(len(self.shape.folds) - 1))
        return tuple(interpolate_ext(bit_reversed(last))[: self.shape.final_length])

    @cached_property
    def query_pow(self) -> int:
        """The least witness that the sponge accepts as it stands."""
        bits = self.prover.case.profile.query_pow_bits
        return self.prover.witness(bits) if bits else 0

    def finish(self, indices: Sequence[int]) -> None:
        """What is left to be done when the positions are known: nothing, for an honest prover."""

    def carried(self, position: int) -> list[Ext]:
        """What the verifier carries into each fold from a queried position, and what it carries out of the last."""
        value = self.prover.reduced[self.shape.log_codeword][position]
        values = [value]
        for k, step in enumerate(self.shape.folds):
            arity = 1 << step.log_arity
            row = self.opened(k, position >> step.log_arity)
            row[position % arity] = value
            position >>= step.log_arity
            value = fold_row_at(row, step.log_rows, position, self.beta(k))
            joining = self.prover.reduced.get(step.log_rows)
            if joining is not None:
                value = add(value, mul(power(self.beta(k), arity), joining[position]))
            values.append(value)
        return values

    def opened(self, k: int, number: int) -> list[Ext]:
        """A committed row of fold k."""
        flat = self.tree(k).matrices[0][number]
        return [(flat[i], flat[i + 1], flat[i + 2]) for i in range(0, len(flat), DEGREE)]

    def passes(self, indices: Sequence[int]) -> bool:
        """Whether the rows on a queried path hold what the verifier carries into them, to the end."""
        for index in indices:
            *into, last = self.carried(index)
            position = index
            for k, (step, value) in enumerate(zip(self.shape.folds, into, strict=True)):
                arity = 1 << step.log_arity
                if self.opened(k, position >> step.log_arity)[position % arity] != value:
                    return False
                position >>= step.log_arity
            point = pow(root_of_unity(self.shape.log_codeword), reverse_bits(position, self.shape.log_codeword), P)
            if dot(self.final_polynomial, [base(pow(point, i, P)) for i in range(self.shape.final_length)]) != last:
                return False
        return True


def fold_row_at(row: Sequence[Ext], log_rows: int, position: int, beta: Ext) -> Ext:
    """One row's fold: the row stands in an otherwise empty codeword."""
    codeword = [ZERO] * (len(row) << log_rows)
    codeword[position * len(row) : (position + 1) * len(row)] = row
    return fold(codeword, len(row).bit_length() - 1, beta)[position]


def body(prover: Prover, folding: Folding, indices: Sequence[int]) -> bytes:
    """The proof's bytes (docs/protocol/stark.md, Encoding)."""
    shape = prover.shape
    out = [bytes(prover.degree_bits), prover.main, prover.permutation, prover.quotient, prover.random]
    out += [_packed(prover.terminals), pack_elements([prover.lookup_pow, prover.ood_pow])]
    widths = [[m.width for m in row] for row in shape.rounds]
    random, main, quotient, permutation = (
        [[values[:width] for values in points] for points, width in zip(claims, of_round, strict=True)]
        for claims, of_round in zip(prover.claims, widths, strict=True)
    )
    chunks = len(quotient) // len(shape.instances)
    for k in range(len(shape.instances)):
        opened = [*random[k], *main[k], *(c[0] for c in quotient[k * chunks : (k + 1) * chunks]), *permutation[k]]
        out += [_packed(values) for values in opened]
    for claims, of_round in zip(prover.claims, widths, strict=True):
        out += [_packed(v[w:]) for points, w in zip(claims, of_round, strict=True) for v in points]
    out.append(pack_elements([prover.batch_pow]))
    out += [folding.tree(k).cap for k in range(len(shape.folds))]
    out += [pack_elements(folding.fold_pows), _packed(folding.final_polynomial), pack_elements([folding.query_pow])]
    for number in range(len(shape.rounds)):
        tree = prover.trees[number]
        rows = [[tree.row(m, index) for m in range(len(tree.matrices))] for index in indices]
        out += [pack_elements(row) for of_query in rows for row, _ in of_query]
        out += [pack_elements(salt) for of_query in rows for _, salt in of_query]
        out.append(_siblings(tree, indices))
    positions = list(indices)
    for k, step in enumerate(shape.folds):
        tree, arity = folding.tree(k), 1 << step.log_arity
        rows_of_fold = [folding.opened(k, position >> step.log_arity) for position in positions]
        for row, position in zip(rows_of_fold, positions, strict=True):
            out.append(_packed([x for j, x in enumerate(row) if j != position % arity]))
        positions = [position >> step.log_arity for position in positions]
        out += [pack_elements(tree.salts[0][position]) for position in positions]
        out.append(_siblings(tree, positions))
    return b"".join(out)


def _packed(values: Sequence[Ext]) -> bytes:
    return pack_elements([c for value in values for c in value])


def _siblings(tree: SaltedTree, indices: Sequence[int]) -> bytes:
    siblings = tree.siblings(indices)
    return struct.pack("<I", len(siblings)) + b"".join(siblings)
