"""Provers against a transcript that absorbs all messages of a kind but one."""

from __future__ import annotations

from functools import cached_property

from adaptive_prover import CHALLENGES, PERMUTATION, QUOTIENT
from late_messages import FalseClaim

from plimsoll.circuits.field import P
from plimsoll.verifier.extension import ZERO, Ext, add, base, inverse, mul, power, root_of_unity, sub
from plimsoll.verifier.shape import CHUNKS

Place = tuple[int, int, int]
"""Round, matrix and point of a list of claims."""


class OneLateClaim(FalseClaim):
    """Knows the batching challenge when it makes the claims about one matrix at one point.

    A false claim at the same point is absorbed in time; one about a masking column of this matrix cancels it. At the
    next point the false claim is that of the running sum.
    """

    place: Place

    @property
    def claims(self) -> list[list[list[list[Ext]]]]:
        return self.late if len(self.sponge.drawn) >= len(CHALLENGES) else self.early

    @cached_property
    def early(self) -> list[list[list[list[Ext]]]]:
        if self.place[2] == 0:
            return self.false_claims()
        claims = self.true_claims()
        values = claims[PERMUTATION][self.table][1]
        values[0] = add(values[0], self.next_error)
        return claims

    @property
    def next_error(self) -> Ext:
        """What the running sum's claim at the next point must be wrong by: it is multiplied by c (zeta - g^-1)."""
        last = pow(root_of_unity(self.shape.instances[self.table].log_height), -1, P)
        factor = mul(self.challenge("constraint"), sub(self.challenge("zeta"), base(last)))
        return sub(ZERO, mul(self.missing, inverse(factor)))

    @cached_property
    def late(self) -> list[list[list[list[Ext]]]]:
        claims = [[[list(values) for values in points] for points in row] for row in self.early]
        number, matrix, point = self.place
        wrong = (QUOTIENT, CHUNKS * self.table, 0) if point == 0 else (PERMUTATION, self.table, 1)
        error = self.error if point == 0 else self.next_error
        width = self.shape.rounds[number][matrix].width
        alpha = self.challenge("alpha")
        # error alpha^i + change alpha^j = 0
        ratio = mul(power(alpha, self.exponent(wrong)), inverse(power(alpha, self.exponent(self.place) + width)))
        values = claims[number][matrix][point]
        values[width] = sub(values[width], mul(error, ratio))
        return claims

    def exponent(self, place: Place) -> int:
        """The power of the batching challenge at which the claims of a place begin."""
        before = 0
        for number, shapes in enumerate(self.shape.rounds):
            for m, shape in enumerate(shapes):
                for point in range(shape.points):
                    if (number, m, point) == place:
                        return before
                    if shape.instance == self.table:
                        before += shape.masked_width
        raise AssertionError(place)


def one_late_claim(place: Place, table: int) -> type[OneLateClaim]:
    return type(f"LateClaim{place}", (OneLateClaim,), {"place": place, "table": table})
