"""The cubic extension is a field with the arithmetic that its definition gives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier import extension as e

ELEMENT = st.integers(0, P - 1)
EXT = st.tuples(ELEMENT, ELEMENT, ELEMENT)


def schoolbook(a: e.Ext, b: e.Ext) -> e.Ext:
    """The product by long division: X^4 = X * X^3 and X^3 = X + 1, one degree at a time."""
    c = [0] * 5
    for i, x in enumerate(a):
        for j, y in enumerate(b):
            c[i + j] += x * y
    for degree in (4, 3):
        c[degree - 2] += c[degree]
        c[degree - 3] += c[degree]
    return (c[0] % P, c[1] % P, c[2] % P)


@given(EXT, EXT, EXT)
def test_multiplication_is_that_of_polynomials_modulo_the_trinomial(a: e.Ext, b: e.Ext, c: e.Ext) -> None:
    assert e.mul(a, b) == schoolbook(a, b)
    assert e.mul(a, e.add(b, c)) == e.add(e.mul(a, b), e.mul(a, c))
    assert e.sub(e.add(a, b), b) == a


def test_trinomial_is_irreducible() -> None:
    """A cubic is irreducible unless it has a root, that is, unless X^p - X and the cubic have a common factor: here X
    itself would be fixed by the Frobenius map. X^(p^3) = X shows that it is of degree 3 exactly."""
    x = (0, 1, 0)
    image = e.power(x, P)
    assert image != x
    assert e.power(e.power(image, P), P) == x
    norm = e.mul(e.mul(x, image), e.power(image, P))
    assert norm == e.ONE


@given(EXT)
def test_inverse(a: e.Ext) -> None:
    if a == e.ZERO:
        with pytest.raises(ZeroDivisionError):
            e.inverse(a)
    else:
        assert e.mul(a, e.inverse(a)) == e.ONE


@given(st.lists(EXT.filter(lambda a: a != e.ZERO), max_size=5), st.lists(st.integers(1, P - 1), max_size=5))
def test_batch_inversion_equals_single_inversion(many: list[e.Ext], base: list[int]) -> None:
    assert e.invert_all_ext(many) == [e.inverse(a) for a in many]
    assert e.invert_all(base) == [pow(x, -1, P) for x in base]


def test_batch_inversion_of_zero_rejected() -> None:
    with pytest.raises(ZeroDivisionError):
        e.invert_all([1, 0])


@given(st.lists(EXT, max_size=6), ELEMENT, EXT)
def test_sums_of_products(values: list[e.Ext], x: int, a: e.Ext) -> None:
    total = e.ZERO
    for k, value in enumerate(values):
        total = e.add(total, e.scale(value, pow(x, k, P)))
    assert e.horner(values, x) == total
    row = [pow(x, k, P) for k in range(len(values))]
    assert e.Coefficients(values).dot(row) == total
    assert e.dot(values, [e.base(y) for y in row]) == total
    assert e.powers(a, 4) == [e.power(a, k) for k in range(4)]


@given(EXT, EXT, EXT)
def test_coordinates(a: e.Ext, b: e.Ext, c: e.Ext) -> None:
    expected = e.add(a, e.add(e.mul(b, (0, 1, 0)), e.mul(c, (0, 0, 1))))
    assert e.from_coordinates([a, b, c]) == expected


def test_roots_of_unity() -> None:
    # The last of p3-goldilocks' TWO_ADIC_GENERATORS.
    assert e.root_of_unity(32) == 0x185629DCDA58878C == pow(GENERATOR, (P - 1) >> 32, P)
    assert e.root_of_unity(1) == P - 1
    assert e.root_of_unity(0) == 1


def test_reversed_bits() -> None:
    assert [e.reverse_bits(i, 3) for i in range(8)] == [0, 4, 2, 6, 1, 5, 3, 7]
