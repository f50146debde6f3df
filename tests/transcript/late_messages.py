"""Provers that make a message of the batch after the challenge that it should have preceded.

Each proves something false to a verifier that does not bind that message. Under the true transcript each is asked too
early and ends with `TooEarlyError`.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cached_property

from adaptive_prover import MAIN, QUOTIENT, RANDOM, Prover
from prover_parts import Matrix, TooEarlyError
from small_polynomials import ext_at, interpolate_ext, solve
from transcript_cases import FIELDS, POWERS, ROOT

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.extension import (
    DEGREE,
    ONE,
    ZERO,
    Ext,
    add,
    inverse,
    mul,
    power,
    powers,
    root_of_unity,
    scale,
    sub,
)
from plimsoll.verifier.shape import CHUNKS

ROW = 3
"""A row of the table of powers in which to cheat."""


class LateMain(Prover):
    """Knows the lookups' challenges when it fills the tables: three counts solve the three equations of balance."""

    def traces(self) -> list[list[list[int]]]:
        traces = super().traces()
        for row in traces[POWERS]:
            row[0] = 0
        self.__dict__["filled"] = traces
        _, required = self.running(ROOT)
        _, blinds = self.running(POWERS)
        for row in traces[POWERS][:DEGREE]:
            row[0] = 1
        each = []
        for i in range(DEGREE):
            numerator, denominator = self.fractions(POWERS, i)[0]
            each.append(mul(numerator, inverse(denominator)))
        counts = solve(each, sub(ZERO, add(required, blinds)))
        for row, count in zip(traces[POWERS], counts, strict=False):
            row[0] = count
        return traces


class LatePermutation(Prover):
    """Knows the constraint challenge: in one row a wrong fraction and a wrong step of the sum cancel when folded."""

    @cached_property
    def terminals(self) -> tuple[Ext, ...]:
        required = super().running(ROOT)[1]
        return required, sub(ZERO, required)

    def running(self, k: int) -> tuple[list[list[Ext]], Ext]:
        columns, terminal = super().running(k)
        if k == ROOT:
            return columns, terminal
        wanted = self.terminals[POWERS]
        missing, c = sub(wanted, terminal), self.challenge("constraint")
        sums, first, *_ = columns
        _, denominator = self.fractions(k, ROW)[0]
        # c^e (U d) + c (x - last) jump = 0, d + jump = missing.
        exponent = len(columns) - 2 + DEGREE
        log_height = self.shape.instances[k].log_height
        g = root_of_unity(log_height)
        from_last = pow(g, ROW, P) - pow(g, -1, P)
        ratio = scale(mul(power(c, exponent - 1), denominator), pow(from_last, -1, P))
        d = mul(missing, inverse(sub(ONE, ratio)))
        first[ROW] = add(first[ROW], d)
        for row in range(ROW + 1, len(sums)):
            sums[row] = add(sums[row], missing)
        return columns, wanted


class LateTerminals(Prover):
    """Knows zeta: the terminals' sum is 0 as polynomials, and each is right only on its own table's last row.

    T(X) is linear with T = root's terminal at root's last row and T = -(powers' terminal) at powers' last row. The
    quotients are made for T(X) and -T(X), and what is sent is T(zeta) and -T(zeta).
    """

    @cached_property
    def line(self) -> tuple[Ext, Ext]:
        x, y = (pow(root_of_unity(i.log_height), -1, P) for i in self.shape.instances)
        at_x, at_y = self.lookups[ROOT][1], sub(ZERO, self.lookups[POWERS][1])
        slope = scale(sub(at_y, at_x), pow(y - x, -1, P))
        return sub(at_x, scale(slope, x)), slope

    def terminal_at(self, k: int, x: int) -> Ext:
        constant, slope = self.line
        value = add(constant, scale(slope, x))
        return value if k == ROOT else sub(ZERO, value)

    @property
    def terminals(self) -> tuple[Ext, ...]:
        constant, slope = self.line
        value = add(constant, mul(slope, self.challenge("zeta")))
        return value, sub(ZERO, value)


class PlaceholderTerminals(LateTerminals):
    """The same against a sponge that takes nothing in: zeros are shown until zeta is known."""

    @property
    def terminals(self) -> tuple[Ext, ...]:
        try:
            return super().terminals
        except TooEarlyError:
            return (ZERO,) * len(self.shape.instances)


class LateTerminalsByOne(Prover):
    """Knows the constraint challenge c, but not zeta: on each table's last row a wrong fraction and a wrong terminal
    cancel when folded. The fractions are made before c, such that the terminals sum to zero for every c."""

    @cached_property
    def changes(self) -> list[tuple[Ext, Ext]]:
        """For each table the change d of the first fraction on the last row, and d U / L: U the fraction's
        denominator, L the selector's value N g."""
        ratios = []
        for k, instance in enumerate(self.shape.instances):
            height = 1 << instance.log_height
            _, denominator = self.fractions(k, height - 1)[0]
            ratios.append(scale(denominator, pow(height * root_of_unity(instance.log_height), -1, P)))
        total = add(super().running(ROOT)[1], super().running(POWERS)[1])
        # d_0 + d_1 = -total and d_0 ratio_0 + d_1 ratio_1 = 0.
        first = mul(sub(ZERO, total), inverse(sub(ONE, mul(ratios[0], inverse(ratios[1])))))
        both = [first, sub(ZERO, add(total, first))]
        return [(d, mul(d, ratio)) for d, ratio in zip(both, ratios, strict=True)]

    def running(self, k: int) -> tuple[list[list[Ext]], Ext]:
        columns, terminal = super().running(k)
        columns[1][-1] = add(columns[1][-1], self.changes[k][0])
        return columns, add(terminal, self.changes[k][0])

    @property
    def terminals(self) -> tuple[Ext, ...]:
        # The first fraction's constraint stands this many powers above the terminal's.
        exponent = len(self.lookups[ROOT][0]) - 2 + DEGREE
        factor = power(self.challenge("constraint"), exponent)
        return tuple(
            sub(terminal, mul(factor, change))
            for (_, terminal), (_, change) in zip(self.lookups, self.changes, strict=True)
        )


class LateQuotient(Prover):
    """Knows zeta: a constant quotient that has the right value there."""

    def chunk_columns(self, k: int) -> list[list[list[int]]]:
        log_height = self.shape.instances[k].log_height
        known = powers(self.challenge("zeta"), CHUNKS << log_height)
        folded = ext_at(interpolate_ext(self.constraints(k), GENERATOR), known)
        value = mul(folded, inverse(mul(sub(known[1 << log_height], ONE), chunk_weight(self, k))))
        # Constants are base elements: a chunk's three columns are the coordinates of one extension element.
        rest = [0] * ((2 << log_height) - 1)
        return [[[c, *rest] for c in (value if i == 0 else ZERO)] for i in range(CHUNKS)]


def chunk_weight(prover: Prover, k: int) -> Ext:
    """The factor of the first chunk at zeta: the polynomial that is 1 on its coset and 0 on the others."""
    log_height = prover.shape.instances[k].log_height
    indicator = [ONE if j % CHUNKS == 0 else ZERO for j in range(CHUNKS << log_height)]
    return ext_at(interpolate_ext(indicator, GENERATOR), powers(prover.challenge("zeta"), CHUNKS << log_height))


class LeftoverZeta(LateQuotient):
    """Zeta before its time: a sponge that is not emptied by what it takes in gives it from the last digest."""

    def challenge(self, name: str) -> Ext:
        if name == "zeta" and len(self.sponge.drawn) == 3:
            return copy.deepcopy(self.sponge).sample_extension()
        return super().challenge(name)


class FalseClaim(Prover):
    """Commits honestly to false rows of one table, and claims the quotient's value that the constraints ask for at
    zeta: its first chunk's first column is wrong by `error`."""

    table = ROOT

    @cached_property
    def missing(self) -> Ext:
        """By how much the quotient at zeta is not what the constraints ask for, times X^N - 1."""
        log_height = self.shape.instances[self.table].log_height
        known = powers(self.challenge("zeta"), CHUNKS << log_height)
        folded = ext_at(interpolate_ext(self.constraints(self.table), GENERATOR), known)
        quotient = ext_at(interpolate_ext(self.quotient_values(self.table), GENERATOR), known)
        return sub(folded, mul(quotient, sub(known[1 << log_height], ONE)))

    @cached_property
    def error(self) -> Ext:
        vanishing = sub(power(self.challenge("zeta"), 1 << self.shape.instances[self.table].log_height), ONE)
        return mul(self.missing, inverse(mul(vanishing, chunk_weight(self, self.table))))

    def false_claims(self) -> list[list[list[list[Ext]]]]:
        claims = self.true_claims()
        values = claims[QUOTIENT][CHUNKS * self.table][0]
        values[0] = add(values[0], self.error)
        return claims

    @cached_property
    def claims(self) -> list[list[list[list[Ext]]]]:
        return self.false_claims()


class LateClaims(FalseClaim):
    """Knows the batching challenge: a false claim about a masking column cancels the false claim of the quotient."""

    @cached_property
    def claims(self) -> list[list[list[list[Ext]]]]:
        claims, alpha = self.false_claims(), self.challenge("alpha")
        values = claims[QUOTIENT][ROOT][0]
        # The first masking column stands DEGREE powers of alpha after the chunk's first column.
        values[DEGREE] = sub(values[DEGREE], mul(self.error, inverse(power(alpha, DEGREE))))
        return claims


class LateRandom(FalseClaim):
    """Knows the batching challenge: claims are made about one random codeword, another is committed, so that the
    difference cancels the false claim of the quotient."""

    @cached_property
    def promised(self) -> list[Matrix]:
        made = super().random_matrices
        del self.__dict__["random_matrices"]
        return made

    def true_claims(self) -> list[list[list[list[Ext]]]]:
        self.__dict__["random_matrices"] = self.promised
        claims = super().true_claims()
        del self.__dict__["random_matrices"]
        return claims

    @cached_property
    def random_matrices(self) -> list[Matrix]:
        alpha = self.challenge("alpha")
        masks = self.case.profile.random_codewords
        before = DEGREE + masks + self.shape.rounds[MAIN][ROOT].masked_width
        shifts = solve(powers(alpha, DEGREE), mul(power(alpha, before), self.error))
        root, *others = self.promised
        moved = copy.deepcopy(root)
        for column, codeword, shift in zip(moved.coefficients, moved.codewords, shifts, strict=False):
            column[0] = (column[0] + shift) % P
            codeword[:] = [(x + shift) % P for x in codeword]
        return [moved, *others]

    @property
    def random(self) -> bytes:
        self.challenge("alpha")
        return self.trees[RANDOM].cap


class LatePublics(Prover):
    """Knows the constraint challenge: an honest proof about four powers is one about other public values, whose
    differences are multiplied by powers of the challenge and sum to zero."""

    def demanded_publics(self) -> list[list[int]]:
        return [_Unknown(self, FIELDS), []]  # type: ignore[list-item]

    @property
    def shown_publics(self) -> list[int]:
        c = self.challenge("constraint")
        others = solve([power(c, 2), c, ONE], sub(ZERO, power(c, FIELDS - 1)))
        return [(x + d) % P for x, d in zip(self.publics, [1, *others], strict=True)]


class _Unknown:
    """Public values that cannot be told before the constraint challenge."""

    def __init__(self, prover: LatePublics, length: int) -> None:
        self.prover, self.length = prover, length

    def __len__(self) -> int:
        return self.length

    def __iter__(self) -> Iterator[int]:
        return iter(self.prover.shown_publics)


class KnownConstraint(LatePermutation):
    """The constraint challenge is the lookups' second one, and known when the permutation columns are made."""

    def challenge(self, name: str) -> Ext:
        return super().challenge("lookup_beta" if name == "constraint" else name)


class KnownZeta(LateQuotient):
    """Zeta is the constraint challenge, and known when the quotient is made."""

    def challenge(self, name: str) -> Ext:
        return super().challenge("constraint" if name == "zeta" else name)


class KnownAlpha(LateClaims):
    """The batching challenge is zeta, and known when the claims are made."""

    def challenge(self, name: str) -> Ext:
        return super().challenge("zeta" if name == "alpha" else name)
