"""Provers of a false claim that choose something of the low-degree test after the challenge that it should precede."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from adaptive_folding import Folding, fold_row_at
from late_messages import FalseClaim
from prover_parts import TooEarlyError
from salted_trees import SaltedTree
from small_polynomials import bit_reversed, coordinates, evaluate, interpolate_ext

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.extension import (
    ONE,
    ZERO,
    Ext,
    add,
    inverse,
    mul,
    reverse_bits,
    root_of_unity,
    scale,
    sub,
)


class AlteredRows(Folding):
    """Knows the folding challenge: one value of each row is changed so that the row folds to zero.

    Seven of eight positions see nothing of it.
    """

    cheat = 1
    """The fold in which to cheat: in the second one, eight values of a row become one."""

    def spare(self, number: int) -> int:
        """The place to be changed in a row."""
        return self.prover.random_numbers.randrange(1 << self.shape.folds[self.cheat].log_arity)

    def folded(self, k: int, codeword: Sequence[Ext]) -> list[Ext]:
        # The changed rows fold to zero, wherever they are changed.
        return super().folded(k, [ZERO] * len(codeword) if k == self.cheat else codeword)

    def rows(self, k: int) -> list[Ext]:
        codeword = list(self.layer(k))
        if k != self.cheat:
            return codeword
        step = self.shape.folds[k]
        arity = 1 << step.log_arity
        for number in range(1 << step.log_rows):
            row, place = codeword[number * arity : (number + 1) * arity], self.spare(number)
            row[place] = ZERO
            rest = fold_row_at(row, step.log_rows, number, self.beta(k))
            one = [ONE if j == place else ZERO for j in range(arity)]
            weight = fold_row_at(one, step.log_rows, number, self.beta(k))
            codeword[number * arity + place] = sub(ZERO, mul(rest, inverse(weight)))
        return codeword


class LateRows(AlteredRows):
    """Commits to the rows when the positions are known, and changes what is not looked at."""

    indices: Sequence[int] | None = None

    @property
    def fold_caps(self) -> Iterator[bytes]:
        return (_LaterCap(self, k) for k in range(len(self.shape.folds)))  # type: ignore[misc]

    def finish(self, indices: Sequence[int]) -> None:
        self.indices = indices

    def spare(self, number: int) -> int:
        if self.indices is None:
            raise TooEarlyError("positions")
        before = sum(step.log_arity for step in self.shape.folds[: self.cheat])
        log_arity = self.shape.folds[self.cheat].log_arity
        queried = {i >> before for i in self.indices}
        return next(j for j in range(1 << log_arity) if (number << log_arity | j) not in queried)


class LateFirstRows(LateRows):
    """The same in the first fold, where a row has two values."""

    cheat = 0


class _LaterCap:
    """The cap of a fold, made when its bytes are asked for."""

    def __init__(self, folding: Folding, number: int) -> None:
        self.folding, self.number = folding, number

    def __bytes__(self) -> bytes:
        return self.folding.tree(self.number).cap


class LateCaps(AlteredRows):
    """Commits to the rows when the folding challenge is known, and before the positions are."""

    @property
    def fold_caps(self) -> Iterator[bytes]:
        return (_LaterCap(self, k) for k in range(len(self.shape.folds)))  # type: ignore[misc]


class KnownFolds(AlteredRows):
    """All folding challenges are the batching challenge. Committed in time, so some positions see the change."""

    def beta(self, k: int) -> Ext:
        return self.prover.challenge("alpha")


class LateFinal(Folding):
    """Knows the positions: the final polynomial is interpolated through what the folds give there."""

    indices: Sequence[int] | None = None

    @cached_property
    def final_polynomial(self) -> tuple[Ext, ...]:
        if self.indices is None:
            raise TooEarlyError("positions")
        values: dict[int, Ext] = {}
        log_codeword = self.shape.log_codeword
        shift = sum(step.log_arity for step in self.shape.folds)
        for index in self.indices:
            x = pow(root_of_unity(log_codeword), reverse_bits(index >> shift, log_codeword), P)
            values[x] = self.carried(index)[-1]
        return tuple(_through(values, self.shape.final_length))

    def finish(self, indices: Sequence[int]) -> None:
        self.indices = indices


def _through(values: dict[int, Ext], length: int) -> list[Ext]:
    """Coefficients of the polynomial of least degree with these values (Newton), padded."""
    result, product = [ZERO] * length, [1]
    for x, value in values.items():
        here = ZERO
        for c in reversed(result):
            here = add(scale(here, x), c)
        below = 0
        for p in reversed(product):
            below = (below * x + p) % P
        factor = scale(sub(value, here), pow(below, -1, P))
        result = [add(c, scale(factor, product[i]) if i < len(product) else ZERO) for i, c in enumerate(result)]
        product = [(a - x * b) % P for a, b in zip([0, *product], [*product, 0], strict=True)]
    return result


class Agreement(Folding):
    """Folds a polynomial that agrees with the false codeword at a quarter of its positions, position 0 among them.

    The best that is known against the test itself: each position passes with the code's rate, 1/4. What goes before
    the last fold is kept from one try to the next.
    """

    @cached_property
    def first(self) -> list[Ext]:
        wrong = super().first
        block = len(wrong) >> self.prover.case.profile.log_blowup
        # The first quarter in bit-reversed order is a coset itself.
        coefficients = interpolate_ext(bit_reversed(wrong[:block]), GENERATOR)
        log_rows = self.shape.log_codeword
        values = [evaluate(part, log_rows, GENERATOR) for part in coordinates(coefficients)]
        return bit_reversed(list(zip(*values, strict=True)))

    def tree(self, k: int) -> SaltedTree:
        if self.attempt and k < len(self.shape.folds) - 1:
            self.layers, self.trees[k] = self.prover.kept[0][: k + 1], self.prover.kept[1][k]
        tree = super().tree(k)
        if not self.attempt:
            self.prover.kept = (self.layers, self.trees)
        return tree


class NoWork(Agreement):
    """Sends a witness that nobody looked for."""

    query_pow = 0


class AgreeingClaim(FalseClaim):
    folds = Agreement


class IdleClaim(FalseClaim):
    folds = NoWork


class LateRowsClaim(FalseClaim):
    folds = LateRows


class LateFirstRowsClaim(FalseClaim):
    folds = LateFirstRows


class LateCapsClaim(FalseClaim):
    folds = LateCaps


class KnownFoldsClaim(FalseClaim):
    folds = KnownFolds


class LateFinalClaim(FalseClaim):
    folds = LateFinal
