"""Polynomials over the Goldilocks field as plain lists: enough for a prover of tables of a few dozen rows."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.field import P
from plimsoll.verifier.extension import DEGREE, Ext, mul, reverse_bits, root_of_unity


def _transform(values: Sequence[int], root: int) -> list[int]:
    """Values of the polynomial with these coefficients on the powers of a root of unity, in their order."""
    if len(values) == 1:
        return list(values)
    even = _transform(values[::2], root * root % P)
    odd = _transform(values[1::2], root * root % P)
    half, x = len(even), 1
    result = [0] * len(values)
    for k in range(half):
        t = x * odd[k] % P
        result[k], result[k + half] = (even[k] + t) % P, (even[k] - t) % P
        x = x * root % P
    return result


def evaluate(coefficients: Sequence[int], log_order: int, shift: int = 1) -> list[int]:
    """Values on shift * (subgroup of order 2^log_order), in natural order; there are no more coefficients than that."""
    scaled, factor = [], 1
    for c in coefficients:
        scaled.append(c * factor % P)
        factor = factor * shift % P
    return _transform(scaled + [0] * ((1 << log_order) - len(scaled)), root_of_unity(log_order))


def interpolate(values: Sequence[int], shift: int = 1) -> list[int]:
    """Coefficients of the polynomial with these values on shift * (subgroup of that order), in natural order."""
    log_order = len(values).bit_length() - 1
    raw = _transform(values, pow(root_of_unity(log_order), -1, P))
    factor, step, result = pow(len(values), -1, P), pow(shift, -1, P), []
    for c in raw:
        result.append(c * factor % P)
        factor = factor * step % P
    return result


def coordinates(values: Sequence[Ext]) -> list[list[int]]:
    """A list of extension elements as three lists of base elements."""
    return [[value[k] for value in values] for k in range(DEGREE)]


def interpolate_ext(values: Sequence[Ext], shift: int = 1) -> list[Ext]:
    parts = [interpolate(part, shift) for part in coordinates(values)]
    return list(zip(*parts, strict=True))


def at(coefficients: Sequence[int], powers: Sequence[Ext]) -> Ext:
    """The value at a point of the extension whose powers are given."""
    a = sum(c * p[0] for c, p in zip(coefficients, powers, strict=False))
    b = sum(c * p[1] for c, p in zip(coefficients, powers, strict=False))
    c = sum(c * p[2] for c, p in zip(coefficients, powers, strict=False))
    return (a % P, b % P, c % P)


def ext_at(coefficients: Sequence[Ext], powers: Sequence[Ext]) -> Ext:
    """The same for coefficients in the extension."""
    total = [0, 0, 0]
    for c, p in zip(coefficients, powers, strict=False):
        for k, x in enumerate(mul(c, p)):
            total[k] += x
    return (total[0] % P, total[1] % P, total[2] % P)


def bit_reversed(values: Sequence[Ext]) -> list[Ext]:
    bits = len(values).bit_length() - 1
    return [values[reverse_bits(i, bits)] for i in range(len(values))]


def solve(columns: Sequence[Ext], right: Ext) -> list[int]:
    """Base elements x with x_0 columns[0] + x_1 columns[1] + x_2 columns[2] = right: three equations of the field.

    Raises:
        ZeroDivisionError: the columns are linearly dependent.
    """
    rows = [[*(column[k] for column in columns), right[k]] for k in range(DEGREE)]
    for i in range(DEGREE):
        pivot = next((r for r in range(i, DEGREE) if rows[r][i]), None)
        if pivot is None:
            raise ZeroDivisionError("three linearly dependent elements")
        rows[i], rows[pivot] = rows[pivot], rows[i]
        inverse = pow(rows[i][i], -1, P)
        rows[i] = [x * inverse % P for x in rows[i]]
        for r in range(DEGREE):
            if r != i:
                rows[r] = [(x - rows[r][i] * y) % P for x, y in zip(rows[r], rows[i], strict=True)]
    return [row[DEGREE] for row in rows]
