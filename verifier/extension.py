"""The cubic extension of the Goldilocks field: F_p[X] / (X^3 - X - 1), as in p3-field's cubic_extension.rs.

An element a0 + a1 X + a2 X^2 is a tuple of three integers in [0, p). Plain integers throughout: Python's own
arithmetic is exact, so there is no representation to convert and nothing to overflow.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import mul as int_mul
from typing import Final

from plimsoll.circuits.field import GENERATOR, TWO_ADICITY, P

Ext = tuple[int, int, int]
DEGREE: Final = 3
ZERO: Final[Ext] = (0, 0, 0)
ONE: Final[Ext] = (1, 0, 0)


def base(x: int) -> Ext:
    """The base field's element x as an element of the extension."""
    return (x % P, 0, 0)


def add(a: Ext, b: Ext) -> Ext:
    return ((a[0] + b[0]) % P, (a[1] + b[1]) % P, (a[2] + b[2]) % P)


def sub(a: Ext, b: Ext) -> Ext:
    return ((a[0] - b[0]) % P, (a[1] - b[1]) % P, (a[2] - b[2]) % P)


def mul(a: Ext, b: Ext) -> Ext:
    """The product, reduced with X^3 = X + 1 and X^4 = X^2 + X."""
    a0, a1, a2 = a
    b0, b1, b2 = b
    c3 = a1 * b2 + a2 * b1
    c4 = a2 * b2
    return ((a0 * b0 + c3) % P, (a0 * b1 + a1 * b0 + c3 + c4) % P, (a0 * b2 + a1 * b1 + a2 * b0 + c4) % P)


def scale(a: Ext, x: int) -> Ext:
    """The product with an element of the base field."""
    return (a[0] * x % P, a[1] * x % P, a[2] * x % P)


def power(a: Ext, exponent: int) -> Ext:
    result = ONE
    while exponent:
        if exponent & 1:
            result = mul(result, a)
        a = mul(a, a)
        exponent >>= 1
    return result


def powers(a: Ext, count: int) -> list[Ext]:
    """1, a, a^2, ... (count of them)."""
    result = [ONE] * min(count, 1)
    while len(result) < count:
        result.append(mul(result[-1], a))
    return result


def adjugate_and_norm(a: Ext) -> tuple[Ext, int]:
    """(u, n) with a * u = n in the base field; n is zero only for a = 0.

    u is the first column of the adjugate of the matrix that multiplies by a, n the matrix's determinant.
    """
    a0, a1, a2 = a
    s, t = a0 + a2, a1 + a2
    u0, u1, u2 = s * s - a1 * t, t * a2 - a1 * s, a1 * a1 - s * a2
    return (u0 % P, u1 % P, u2 % P), (a0 * u0 + a2 * u1 + a1 * u2) % P


def inverse(a: Ext) -> Ext:
    """1 / a. Raises ZeroDivisionError for a = 0."""
    adjugate, norm = adjugate_and_norm(a)
    if norm == 0:
        raise ZeroDivisionError("0 has no inverse in the extension field")
    return scale(adjugate, pow(norm, -1, P))


def invert_all(values: Sequence[int]) -> list[int]:
    """Inverses in the base field with one inversion (Montgomery's trick). Raises ZeroDivisionError for a zero."""
    prefix = [1]
    for value in values:
        prefix.append(prefix[-1] * value % P)
    if prefix[-1] == 0:
        raise ZeroDivisionError("0 has no inverse in the Goldilocks field")
    running = pow(prefix[-1], -1, P)
    result = [0] * len(values)
    for i in range(len(values) - 1, -1, -1):
        result[i] = running * prefix[i] % P
        running = running * values[i] % P
    return result


def invert_all_ext(values: Sequence[Ext]) -> list[Ext]:
    """Inverses in the extension with one inversion. Raises ZeroDivisionError for a zero."""
    parts = [adjugate_and_norm(value) for value in values]
    inverses = invert_all([norm for _, norm in parts])
    return [scale(adjugate, inverted) for (adjugate, _), inverted in zip(parts, inverses, strict=True)]


def horner(coefficients: Sequence[Ext], point: int) -> Ext:
    """sum_i coefficients[i] * point^i, at a point of the base field."""
    r0 = r1 = r2 = 0
    for c0, c1, c2 in reversed(coefficients):
        r0, r1, r2 = (r0 * point + c0) % P, (r1 * point + c1) % P, (r2 * point + c2) % P
    return (r0, r1, r2)


def dot(a: Iterable[Ext], b: Iterable[Ext]) -> Ext:
    """sum_i a[i] * b[i]."""
    total = ZERO
    for x, y in zip(a, b, strict=True):
        total = add(total, mul(x, y))
    return total


def from_coordinates(coordinates: Sequence[Ext]) -> Ext:
    """sum_i coordinates[i] * X^i: an extension column is committed as three base columns, opened one by one."""
    c0, c1, c2 = coordinates
    return add(add(c0, mul(c1, (0, 1, 0))), mul(c2, (0, 0, 1)))


class Coefficients:
    """A list of extension elements laid out for products with rows of base elements: three dot products of integers."""

    __slots__ = ("parts",)

    def __init__(self, values: Sequence[Ext]) -> None:
        self.parts = tuple(tuple(value[k] for value in values) for k in range(DEGREE))

    def dot(self, row: Sequence[int]) -> Ext:
        """sum_i values[i] * row[i]; the row's length is the caller's duty."""
        first, second, third = self.parts
        return (
            sum(map(int_mul, first, row)) % P,
            sum(map(int_mul, second, row)) % P,
            sum(map(int_mul, third, row)) % P,
        )


def _two_adic_generators() -> tuple[int, ...]:
    roots = [pow(GENERATOR, (P - 1) >> TWO_ADICITY, P)]
    while len(roots) <= TWO_ADICITY:
        roots.append(roots[-1] * roots[-1] % P)
    return tuple(reversed(roots))


_ROOTS: Final = _two_adic_generators()


def root_of_unity(log_order: int) -> int:
    """The generator of the subgroup of order 2^log_order (p3-goldilocks `TWO_ADIC_GENERATORS`)."""
    return _ROOTS[log_order]


def reverse_bits(index: int, bits: int) -> int:
    """The lowest `bits` bits of the index in reverse order: codewords are committed in this order."""
    result = 0
    for _ in range(bits):
        result = result << 1 | index & 1
        index >>= 1
    return result
