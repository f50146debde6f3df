"""The hiding budget: what one proof shows of a column fits every book, and what lies beyond the budget does not.

A committed column is a polynomial of degree below 2 N: N values of the trace on H, N masks. A proof shows it at Q
points of the base field and at one or two of the cubic extension, each of which is worth three: with N or fewer values
shown, any trace whatever has masks that explain them. With more, the values test a guess; with 2 N, they *are* the
column. Upstream and our verifier leave a factor of two (Haboeck and Al Kindi, eprint 2024/1037, section 4.2).
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache
from hashlib import sha256

import attacker
import pytest
from body_regions import _sizes
from toolkit import dishonest_profile
from two_books import (
    FRESH,
    PUBLICS,
    ROWS,
    STATEMENT,
    TINY,
    Traces,
    book,
    dishonest,
    encoded,
    parsed,
    prove,
    shape,
    tables,
)

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.extension import DEGREE, Ext, invert_all, power, reverse_bits, root_of_unity, scale
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.shape import hiding_budget, proof_shape

CLAIMS, X = 1, 1
"""The instance and column that the attacker is after."""
MANY = replace(TINY, name="insecure-many-queries", queries=112)
DOMAIN = 2 * ROWS


def shown_by(traces: Traces, proofs: int, masks: bytes) -> list[tuple[int, int]]:
    """(point, value) of the column at all query positions of some proofs."""
    found: list[tuple[int, int]] = []
    log_rows = shape(MANY).log_rows(CLAIMS)
    for k in range(proofs):
        statement = sha256(bytes([k])).digest()
        body = prove(traces, keep_blinds=True, seeds=(FRESH, masks), profile=MANY, statement=statement)
        proof = parsed(body, MANY)
        _, fri = attacker.replay(shape(MANY), PUBLICS, statement, proof)
        for index, query in zip(fri.indices, proof.input_rows[1].values, strict=True):
            point = GENERATOR * pow(root_of_unity(log_rows), reverse_bits(index, log_rows), P) % P
            found.append((point, query[CLAIMS][X]))
    return found


def points_and_values(traces: Traces, proofs: int, masks: bytes) -> dict[int, int]:
    """What proofs of one polynomial show of it: value by point."""
    pairs = shown_by(traces, proofs, masks)
    assert len(set(pairs)) == len(dict(pairs))
    return dict(pairs)


def through(points: list[int], values: list[int], targets: list[int]) -> list[int]:
    """Values at other points of the polynomial of least degree through these (Lagrange, barycentric)."""
    products = []
    for i, a in enumerate(points):
        product = 1
        for j, b in enumerate(points):
            if i != j:
                product = product * (a - b) % P
        products.append(product)
    weights = invert_all(products)
    result = []
    for t in targets:
        inverses = invert_all([(t - a) % P for a in points])
        terms = [w * v % P for w, v in zip(weights, inverses, strict=True)]
        top = sum(t * y for t, y in zip(terms, values, strict=True))
        result.append(top * pow(sum(terms), -1, P) % P)
    return result


def column(name: str) -> list[int]:
    return [int(x) for x in book(name).matrices[CLAIMS][:, X]]


@cache
def trace_points() -> list[int]:
    generator = root_of_unity(ROWS.bit_length() - 1)
    return [pow(generator, i, P) for i in range(ROWS)]


def masked_part(name: str, shown: dict[int, int]) -> list[tuple[int, int]]:
    """(point, r(point)) for the r of degree below N with column = guess + Z_H r, if the guess is right."""
    points = list(shown)
    guessed = through(trace_points(), column(name), points)
    vanishing = invert_all([(pow(x, ROWS, P) - 1) % P for x in points])
    return [(x, (shown[x] - g) * v % P) for x, g, v in zip(points, guessed, vanishing, strict=True)]


def explains(name: str, shown: dict[int, int]) -> bool:
    """Whether N masks exist with which this book's column has all values shown."""
    masks = masked_part(name, shown)
    first, rest = masks[:ROWS], masks[ROWS:]
    if not rest:
        return True  # N masks and no more than N conditions at different points: a Vandermonde system
    predicted = through([x for x, _ in first], [y for _, y in first], [x for x, _ in rest])
    return predicted == [y for _, y in rest]


@cache
def traces() -> Traces:
    return book("first").blinded(random.Random(9))


SAME = sha256(b"masks that are drawn once and used for many proofs").digest()


def test_one_proof_is_explained_by_any_book() -> None:
    """All conditions on a column are at different points outside H, fewer than there are masks."""
    body = prove(book("first"), profile=STANDARD)
    proof = parsed(body, STANDARD)
    batch, fri = attacker.replay(shape(STANDARD), PUBLICS, STATEMENT, proof)
    step = root_of_unity(ROWS.bit_length() - 1)
    conjugates = {c for z in (batch.zeta, scale(batch.zeta, step)) for c in _conjugates(z)}
    log_rows = shape(STANDARD).log_rows(CLAIMS)
    queried = {GENERATOR * pow(root_of_unity(log_rows), reverse_bits(i, log_rows), P) % P for i in fri.indices}
    assert len(conjugates) == 2 * DEGREE and all(any(z[1:]) for z in conjugates)
    assert not queried & set(trace_points())
    shown = len(queried) + len(conjugates)
    assert shown <= STANDARD.queries + DEGREE * 2 == 118 <= ROWS
    assert hiding_budget(STANDARD.queries, points=2) == 2 * 118 == 236 <= ROWS


def _conjugates(z: Ext) -> list[Ext]:
    """z, z^p and z^(p^2): a value at z of a polynomial over the base field is its value at these three."""
    return [z, power(z, P), power(power(z, P), P)]


def test_masks_used_for_three_proofs_test_a_guess() -> None:
    """More values than masks: only the true book explains them. Why prover data is opened once."""
    two, three = (points_and_values(traces(), proofs, SAME) for proofs in (2, 3))
    assert len(two) <= ROWS < len(three) < DOMAIN
    assert explains("first", two) and explains("second", two)
    assert explains("first", three) and not explains("second", three)


def test_masks_used_for_six_proofs_give_the_book_away() -> None:
    """As many values as the polynomial has coefficients: the column is read off, with no guess at all."""
    shown = points_and_values(traces(), 6, SAME)
    assert len(shown) >= DOMAIN
    points = list(shown)[:DOMAIN]
    rows = [0, 1, 2, 100, 249, 255]
    assert through(points, [shown[x] for x in points], [trace_points()[i] for i in rows]) == [
        column("first")[i] for i in rows
    ]


def test_fresh_masks_make_many_proofs_no_more_than_one() -> None:
    """Proofs with masks of their own, as the core makes them, are of different polynomials: where two proofs query one
    point (about a hundred times here) they show two values."""
    pairs = shown_by(traces(), 6, FRESH)
    assert len(set(pairs)) > len(dict(pairs))


def test_zero_masks_show_the_book_at_once() -> None:
    shown = points_and_values(traces(), 1, bytes(32))
    assert all(value == _unmasked_word("first")[point] for point, value in shown.items())


@cache
def _unmasked_word(name: str) -> dict[int, int]:
    interleaved = [x for value in column(name) for x in (value, 0)]
    log_rows = shape(MANY).log_rows(CLAIMS)
    word = attacker.codeword(interleaved, MANY.log_blowup)
    root = root_of_unity(log_rows)
    return {GENERATOR * pow(root, reverse_bits(j, log_rows), P) % P: value for j, value in enumerate(word)}


@pytest.mark.parametrize(("queries", "fits"), [(122, True), (123, False)])
def test_both_sides_refuse_what_exceeds_the_budget(queries: int, fits: bool) -> None:
    """256 rows hide 122 queries and two points. The prover's library, its verifier and ours all say so."""
    profile = Profile(f"insecure-{queries}", 2, queries, 0, 5, 3, 4, 3)
    assert (hiding_budget(queries, points=2) <= ROWS) == fits
    if fits:
        body = prove(book("first"), profile=profile)
        dishonest.verify(encoded(), PUBLICS, STATEMENT, body, dishonest_profile(profile))
        assert len(proof_shape(tables(), profile).instances) == 3
        return
    with pytest.raises(dishonest.CoreError, match="HidingBudget"):
        prove(book("first"), profile=profile)
    with pytest.raises(VerificationError, match="hiding budget"):
        proof_shape(tables(), profile)


def test_upstream_refuses_a_proof_beyond_the_budget() -> None:
    """A body of the right length for 123 queries reaches upstream's check, which is not about what is in it."""
    profile = Profile("insecure-123", 2, 123, 0, 5, 3, 4, 3)
    body = _of_length_for(profile)
    with pytest.raises(dishonest.CoreError, match="HidingBudgetExceeded"):
        dishonest.verify(encoded(), PUBLICS, STATEMENT, body, dishonest_profile(profile))


def _of_length_for(profile: Profile) -> bytes:
    """Zeros but for the degree bits, as long as a proof without siblings."""
    lengths = [size for _, _, size in _sizes(replace(shape(INSECURE_TEST), profile=profile))]
    return bytes([9, 9, 9]) + bytes(sum(lengths) - 3)


@pytest.mark.parametrize("codewords", [2, 3])
def test_fewer_random_codewords_than_coordinates_are_refused(codewords: int) -> None:
    """A batched value has three coordinates; two codewords would leave one bare."""
    profile = replace(TINY, random_codewords=codewords)
    if codewords >= DEGREE:
        assert prove(book("first"), profile=profile)
        return
    with pytest.raises(dishonest.CoreError, match=r"^profile: .*random_codewords"):
        dishonest_profile(profile)
    with pytest.raises(VerificationError, match="random codewords"):
        proof_shape(tables(), profile)
