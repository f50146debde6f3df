"""A prover in plain Python that answers a transcript's demands: the third implementation of the protocol.

It shares with the verifier the field, the sponge, the shape and the transcript; commitments, LogUp columns, quotients,
openings and folds are written anew, from docs/protocol/stark.md. Its proofs are accepted by our verifier and by the
proof library's (tested), so it is also a check of the two others.

*Adaptive*: the prover runs the verifier's own transcript, with itself in place of the proof. Each message is made when
the transcript asks for it. A transcript that has lost a line does not ask for that message before it draws the next
challenge, so that a strategy (`transcript_attacks`) makes it later, from the challenge. Under the true transcript the
same strategy is asked too early, and ends with `TooEarlyError`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from functools import cached_property
from random import Random

from adaptive_folding import Folding, reduced_codewords
from prover_parts import Case, Drawn, Matrix, TooEarlyError, expressions
from salted_trees import SaltedTree
from small_polynomials import at, coordinates, evaluate, interpolate

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.extension import (
    DEGREE,
    ONE,
    ZERO,
    Ext,
    add,
    base,
    inverse,
    mul,
    power,
    powers,
    root_of_unity,
    scale,
    sub,
)
from plimsoll.verifier.lookups import FractionColumn
from plimsoll.verifier.shape import CHUNKS, InstanceShape, proof_shape

RANDOM, MAIN, QUOTIENT, PERMUTATION = range(4)
LOG_STRETCH = 3
"""Codewords are eight times as long as tables: twice for the masks, four times for the code."""
CHALLENGES = ("lookup_alpha", "lookup_beta", "constraint", "zeta", "alpha")
"""Challenges in the order in which they are drawn; those of the folds follow."""


class Prover:
    """Everything up to the claimed values. Attributes named as the proof's parts are what a transcript demands.

    An honest prover's messages are made by the methods below; a strategy overrides some of them.
    """

    lookup_pow = ood_pow = batch_pow = 0
    folds: type[Folding] = Folding

    kept: tuple[list[list[Ext]], dict[int, SaltedTree]]
    """Layers and trees of an earlier run of the folds, for a strategy that tries again."""

    def __init__(self, case: Case, sponge: Drawn, seed: int = 0) -> None:
        self.case, self.sponge = case, sponge
        self.publics = list(case.publics)
        self.random_numbers = Random(seed)
        self.shape = proof_shape(case.tables, case.profile)
        assert case.profile.log_blowup + 1 == LOG_STRETCH
        self.degree_bits = tuple(instance.log_height + 1 for instance in self.shape.instances)

    # Challenges.

    def challenge(self, name: str) -> Ext:
        return self.drawn(CHALLENGES.index(name))

    def drawn(self, number: int) -> Ext:
        if number >= len(self.sponge.drawn):
            raise TooEarlyError(f"challenge {number}")
        return self.sponge.drawn[number]

    def fold_challenge(self, number: int) -> Ext:
        return self.drawn(len(CHALLENGES) + number)

    def witness(self, bits: int) -> int:
        """The least witness of work that the sponge accepts in its present state."""
        return next(w for w in range(1 << 32) if copy.deepcopy(self.sponge).check_work(bits, w))

    # Caps.

    @property
    def main(self) -> bytes:
        return self.trees[MAIN].cap

    @property
    def permutation(self) -> bytes:
        return self.trees[PERMUTATION].cap

    @property
    def quotient(self) -> bytes:
        return self.trees[QUOTIENT].cap

    @property
    def random(self) -> bytes:
        return self.trees[RANDOM].cap

    @cached_property
    def trees(self) -> _Trees:
        return _Trees(self)

    def matrices(self, number: int) -> list[Matrix]:
        names = ("random_matrices", "main_matrices", "quotient_matrices", "permutation_matrices")
        made: list[Matrix] = getattr(self, names[number])
        return made

    # Columns.

    def committed(self, log_height: int, columns: Sequence[Sequence[int]], masks: int | None = None) -> Matrix:
        """A matrix of the columns (coefficients) and its masking columns."""
        count = self.case.profile.random_codewords if masks is None else masks
        coefficients = [list(column) for column in columns]
        coefficients += [self.uniform(2 << log_height) for _ in range(count)]
        log_codeword = log_height + LOG_STRETCH
        return Matrix(coefficients, [evaluate(column, log_codeword, GENERATOR) for column in coefficients])

    def uniform(self, count: int) -> list[int]:
        return [self.random_numbers.randrange(P) for _ in range(count)]

    def masked(self, values: Sequence[int]) -> list[int]:
        """Coefficients of a column: the values on H, and as many random ones on the rest of twice H."""
        doubled = [x for pair in zip(values, self.uniform(len(values)), strict=True) for x in pair]
        return interpolate(doubled)

    def traces(self) -> list[list[list[int]]]:
        """The rows to be committed: blinds drawn, whose sum over all tables is zero."""
        traces = [[list(row) for row in trace] for trace in self.case.traces]
        tables = self.case.tables.instance_tables()
        for k in range(DEGREE):
            for trace, table in zip(traces[:-1], tables[:-1], strict=True):
                trace[0][table.blinds[k]] = self.random_numbers.randrange(P)
            total = sum(trace[0][table.blinds[k]] for trace, table in zip(traces[:-1], tables[:-1], strict=True))
            traces[-1][0][tables[-1].blinds[k]] = -total % P
        return traces

    @cached_property
    def filled(self) -> list[list[list[int]]]:
        return self.traces()

    @cached_property
    def main_matrices(self) -> list[Matrix]:
        return [
            self.committed(instance.log_height, [self.masked(c) for c in zip(*trace, strict=True)])
            for instance, trace in zip(self.shape.instances, self.filled, strict=True)
        ]

    @cached_property
    def random_matrices(self) -> list[Matrix]:
        return [
            self.committed(i.log_height, [self.uniform(2 << i.log_height) for _ in range(DEGREE)])
            for i in self.shape.instances
        ]

    # Lookups.

    def fractions(self, k: int, row: int) -> list[tuple[Ext, Ext]]:
        """The numerator and denominator of each fraction column in a row."""
        instance = self.shape.instances[k]
        periodic = [column[row] for column in instance.table.periodic]
        nodes = expressions(instance.table, self.filled[k][row], periodic, self.publics)
        return [self.fraction(column, nodes) for column in instance.columns]

    def fraction(self, column: FractionColumn, nodes: Sequence[int]) -> tuple[Ext, Ext]:
        beta = self.challenge("lookup_beta")
        gamma = power(beta, self.shape.widest_message)
        offset = add(self.challenge("lookup_alpha"), scale(gamma, self.shape.buses[column.bus] + 1))
        numerator, denominator = ZERO, ONE
        for message in column.messages:
            tuple_value = ZERO
            for field in message.fields:
                tuple_value = add(mul(tuple_value, beta), base(nodes[field]))
            term = sub(offset, tuple_value)
            numerator = add(mul(numerator, term), scale(denominator, nodes[message.count]))
            denominator = mul(denominator, term)
        return numerator, denominator

    def running(self, k: int) -> tuple[list[list[Ext]], Ext]:
        """The running sum's column, the fractions' columns, and the terminal of an instance."""
        sums, total = [], ZERO
        columns: list[list[Ext]] = [[] for _ in self.shape.instances[k].columns]
        for row in range(len(self.filled[k])):
            sums.append(total)
            for column, (numerator, denominator) in zip(columns, self.fractions(k, row), strict=True):
                column.append(mul(numerator, inverse(denominator)))
                total = add(total, column[-1])
        return [sums, *columns], total

    @cached_property
    def lookups(self) -> list[tuple[list[list[Ext]], Ext]]:
        return [self.running(k) for k in range(len(self.shape.instances))]

    @property
    def terminals(self) -> tuple[Ext, ...]:
        return tuple(terminal for _, terminal in self.lookups)

    @cached_property
    def permutation_matrices(self) -> list[Matrix]:
        return [
            self.committed(i.log_height, [self.masked(part) for column in columns for part in coordinates(column)])
            for i, (columns, _) in zip(self.shape.instances, self.lookups, strict=True)
        ]

    # Quotients.

    def terminal_at(self, k: int, x: int) -> Ext:
        """The terminal as a function of the point: a number, for an honest prover."""
        return self.terminals[k]

    def constraints(self, k: int) -> list[Ext]:
        """The folded constraints of an instance on the points of the coset 7 K, in natural order."""
        instance, challenge = self.shape.instances[k], self.challenge("constraint")
        table, log_height = instance.table, instance.log_height
        size, step = 1 << (log_height + LOG_STRETCH), 1 << LOG_STRETCH
        main = list(zip(*self.main_matrices[k].codewords, strict=True))
        lookups = self.permutation_matrices[k].codewords[: DEGREE * instance.permutation_width]
        extension = [list(zip(*lookups[i : i + DEGREE], strict=True)) for i in range(0, len(lookups), DEGREE)]
        periodic = [evaluate(interpolate(c), log_height + LOG_STRETCH, GENERATOR) for c in table.periodic]
        last = pow(root_of_unity(log_height), -1, P)
        w, x = root_of_unity(log_height + LOG_STRETCH), GENERATOR
        result = []
        for j in range(size):
            nodes = expressions(table, main[j], [column[j] for column in periodic], self.publics)
            terms = [base(nodes[node]) for node in table.constraints]
            running, *fractions = [column[j] for column in extension]
            total = ZERO
            for column, value in zip(instance.columns, fractions, strict=True):
                numerator, denominator = self.fraction(column, nodes)
                terms.append(sub(mul(denominator, value), numerator))
                total = add(total, value)
            vanishing = (pow(x, 1 << log_height, P) - 1) % P
            following = extension[0][(j + step) % size]
            terms.append(scale(running, vanishing * pow(x - 1, -1, P)))
            terms.append(scale(sub(sub(following, running), total), x - last))
            ending = sub(sub(self.terminal_at(k, x), running), total)
            terms.append(scale(ending, vanishing * pow(x - last, -1, P)))
            folded = ZERO
            for term in terms:
                folded = add(mul(folded, challenge), term)
            result.append(folded)
            x = x * w % P
        return result

    def quotient_values(self, k: int) -> list[Ext]:
        """The quotient on the coset 7 K: the folded constraints by X^N - 1."""
        height, w = 1 << self.shape.instances[k].log_height, root_of_unity(self.shape.log_rows(k))
        by_class = [pow(pow(GENERATOR * pow(w, j, P), height, P) - 1, -1, P) for j in range(CHUNKS)]
        return [scale(value, by_class[j % CHUNKS]) for j, value in enumerate(self.constraints(k))]

    def chunk_columns(self, k: int) -> list[list[list[int]]]:
        """Each chunk's three columns: values on 7 h^i H, and masks whose sum over the chunks is zero."""
        values = self.quotient_values(k)
        height, w = 1 << self.shape.instances[k].log_height, root_of_unity(self.shape.log_rows(k))
        masks = [[self.uniform(height) for _ in range(DEGREE)] for _ in range(CHUNKS - 1)]
        masks.append([[-sum(c) % P for c in zip(*(m[part] for m in masks), strict=True)] for part in range(DEGREE)])
        chunks = []
        for i, mask in enumerate(masks):
            shift = GENERATOR * pow(w, i, P) % P
            scaling = pow(shift, -height, P)
            chunk = []
            for part, r in zip(coordinates(values[i::CHUNKS]), mask, strict=True):
                low = [(c - m) % P for c, m in zip(interpolate(part, shift), r, strict=True)]
                chunk.append(low + [m * scaling % P for m in r])
            chunks.append(chunk)
        return chunks

    @cached_property
    def quotient_matrices(self) -> list[Matrix]:
        return [
            self.committed(instance.log_height, chunk)
            for k, instance in enumerate(self.shape.instances)
            for chunk in self.chunk_columns(k)
        ]

    # Claims.

    def points(self, instance: InstanceShape, count: int) -> list[Ext]:
        zeta = self.challenge("zeta")
        return [zeta, scale(zeta, root_of_unity(instance.log_height))][:count]

    def true_claims(self) -> list[list[list[list[Ext]]]]:
        """Every column's value at its points, by round, matrix and point."""
        claims = []
        for number, shapes in enumerate(self.shape.rounds):
            of_round = []
            for shape, matrix in zip(shapes, self.matrices(number), strict=True):
                instance = self.shape.instances[shape.instance]
                all_powers = [powers(z, 2 << instance.log_height) for z in self.points(instance, shape.points)]
                of_round.append([[at(c, p) for c in matrix.coefficients] for p in all_powers])
            claims.append(of_round)
        return claims

    @cached_property
    def claims(self) -> list[list[list[list[Ext]]]]:
        return self.true_claims()

    def demanded_publics(self) -> list[list[int]]:
        """The public values of each instance, as the transcript takes them."""
        return [self.publics if instance.table.publics else [] for instance in self.shape.instances]

    # The low-degree test (`adaptive_folding`).

    @cached_property
    def reduced(self) -> dict[int, list[Ext]]:
        return reduced_codewords(self)

    def folding(self, attempt: int) -> Folding:
        return self.folds(self, attempt)

    @property
    def shown_publics(self) -> list[int]:
        """The public values under which the proof is shown."""
        return self.publics

    def claimed(self) -> list[list[list[Claimed]]]:
        """The claims as the transcript takes them: lengths are known, values are made when they are read."""
        return [
            [[Claimed(self, (r, m, p), shape.masked_width) for p in range(shape.points)] for m, shape in enumerate(row)]
            for r, row in enumerate(self.shape.rounds)
        ]


class _Trees:
    """The four commitments, each made when it is first needed."""

    def __init__(self, prover: Prover) -> None:
        self.prover = prover
        self.made: dict[int, SaltedTree] = {}

    def __getitem__(self, number: int) -> SaltedTree:
        if number not in self.made:
            matrices = [matrix.rows() for matrix in self.prover.matrices(number)]
            cap = self.prover.case.profile.cap_height
            self.made[number] = SaltedTree(matrices, cap, self.prover.random_numbers)
        return self.made[number]


class Claimed:
    """The claimed values of one matrix at one point."""

    def __init__(self, prover: Prover, place: tuple[int, int, int], length: int) -> None:
        self.prover, self.place, self.length = prover, place, length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[Ext]:
        number, matrix, point = self.place
        return iter(self.prover.claims[number][matrix][point])
