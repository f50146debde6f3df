"""Each step alone, with the honest transcript's challenges: what one check refuses, no other would have noticed.

In a whole verification a change also moves the challenges, so that several checks fail. Here the challenges stay, and
every test fails if its one check is removed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verifier_samples import honest_run, refused

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier import extension as e
from plimsoll.verifier.challenger import Challenger
from plimsoll.verifier.constraints import (
    bus_offsets,
    check_constraints,
    check_terminals,
    fraction_at,
    periodic_at,
    recompose_quotient,
)
from plimsoll.verifier.encoding import Proof
from plimsoll.verifier.fri import check_folds, check_input_rows, fold_row, reduced_openings
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.shape import CHUNKS, proof_shape
from plimsoll.verifier.transcript import batch_phase, fri_phase, opening_phase

ELEMENT = st.integers(0, P - 1)
EXT = st.tuples(ELEMENT, ELEMENT, ELEMENT)
OUTSIDE = (3, 1, 4)
"""A point that is on no subgroup."""


def changed(values: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*values[:at], value, *values[at:][1:])


def bump(x: e.Ext) -> e.Ext:
    return e.add(x, e.ONE)


# --- 6. constraints --------------------------------------------------------------------------------------------------


def constraints(k: int, **parts: Any) -> Callable[[], None]:
    """Step 6 of an instance whose opened values are changed."""
    run = honest_run()
    opened = changed(run.proof.opened, k, replace(run.proof.opened[k], **parts))
    proof = replace(run.proof, opened=opened)
    return lambda: check_constraints(run.shape, k, run.publics[k], proof, run.challenges)


@pytest.mark.parametrize("k", range(4))
def test_each_opened_value_is_under_the_constraints(k: int) -> None:
    constraints(k)()
    opened = honest_run().proof.opened[k]
    for name in ("main", "permutation"):
        values = getattr(opened, name)
        for at in range(len(values)):
            run = constraints(k, **{name: changed(values, at, bump(values[at]))})
            assert refused(run).step == "constraints", (name, at)
    for at in range(CHUNKS):
        for coordinate in range(3):
            chunk = opened.quotient[at]
            other = changed(chunk, coordinate, bump(chunk[coordinate]))
            assert refused(constraints(k, quotient=changed(opened.quotient, at, other))).step == "constraints"
    for at in range(3):
        values = opened.permutation_next
        assert refused(constraints(k, permutation_next=changed(values, at, bump(values[at])))).step == "constraints"


@pytest.mark.parametrize("k", range(4))
def test_terminal_is_under_the_constraints(k: int) -> None:
    run = honest_run()
    proof = replace(run.proof, terminals=changed(run.proof.terminals, k, bump(run.proof.terminals[k])))
    assert refused(lambda: check_constraints(run.shape, k, run.publics[k], proof, run.challenges)).step == "constraints"


def test_public_values_are_under_the_constraints() -> None:
    run = honest_run()
    for publics in ([48, 7], [49, 6]):
        error = refused(lambda p=publics: check_constraints(run.shape, 0, p, run.proof, run.challenges))
        assert error.step == "constraints"


def test_public_columns_are_under_the_constraints() -> None:
    run = honest_run()
    for k in (0, 3):
        instance = run.shape.instances[k]
        for at, column in enumerate(instance.table.periodic):
            other = changed(column, 5, (column[5] + 1) % P)
            table = replace(instance.table, periodic=changed(instance.table.periodic, at, other))
            shape = replace(run.shape, instances=changed(run.shape.instances, k, replace(instance, table=table)))
            error = refused(lambda s=shape, k=k: check_constraints(s, k, run.publics[k], run.proof, run.challenges))
            assert error.step == "constraints"


@pytest.mark.parametrize("name", ["lookup_alpha", "lookup_beta", "constraint", "zeta"])
def test_every_challenge_enters_the_constraints(name: str) -> None:
    run = honest_run()
    challenges = replace(run.challenges, **{name: OUTSIDE})
    assert refused(lambda: check_constraints(run.shape, 1, [], run.proof, challenges)).step == "constraints"


def test_point_inside_the_domain_rejected() -> None:
    """There Z_H is zero and any constraint 'holds' with quotient zero."""
    run = honest_run()
    challenges = replace(run.challenges, zeta=e.base(e.root_of_unity(8)))
    error = refused(lambda: check_constraints(run.shape, 0, run.publics[0], run.proof, challenges))
    assert "outside" in error.expected


@given(st.lists(ELEMENT, min_size=8, max_size=8), EXT)
def test_public_column_is_interpolated(column: list[int], zeta: e.Ext) -> None:
    roots = [pow(e.root_of_unity(3), i, P) for i in range(8)]
    vanishing = e.sub(e.power(zeta, 8), e.ONE)
    if vanishing == e.ZERO:
        return
    expected = e.ZERO
    for i, value in enumerate(column):
        term = e.base(value)
        for j, root in enumerate(roots):
            if i != j:
                term = e.scale(e.mul(term, e.sub(zeta, e.base(root))), pow(roots[i] - root, -1, P))
        expected = e.add(expected, term)
    assert periodic_at([column], zeta, vanishing) == [expected]
    assert periodic_at([], zeta, vanishing) == []


@given(st.lists(EXT, min_size=16, max_size=16))
def test_quotient_is_recomposed_from_its_chunks(coefficients: list[e.Ext]) -> None:
    """A quotient of degree below 8 N, N = 2, split as the prover splits it: chunk i agrees with it on coset i."""
    height = 2
    h = e.root_of_unity(4)

    def at(x: e.Ext) -> e.Ext:
        return reduce(lambda acc, c: e.add(e.mul(acc, x), c), reversed(coefficients), e.ZERO)

    chunks = []
    for i in range(CHUNKS):
        shift = GENERATOR * pow(h, i, P) % P
        x0, x1 = e.base(shift), e.base(-shift)
        y0, y1 = at(x0), at(x1)
        slope = e.mul(e.sub(y1, y0), e.inverse(e.sub(x1, x0)))
        value = e.add(y0, e.mul(slope, e.sub(OUTSIDE, x0)))
        chunks.append([e.base(c) for c in value])
    assert recompose_quotient(height.bit_length() - 1, chunks, OUTSIDE) == at(OUTSIDE)


def test_fraction_is_the_sum_of_its_messages() -> None:
    run = honest_run()
    offsets = bus_offsets(run.shape, run.challenges)
    beta = run.challenges.lookup_beta
    rng = random.Random(5)
    for instance in run.shape.instances:
        values = [tuple(rng.randrange(P) for _ in range(3)) for _ in instance.table.nodes]
        for column in instance.columns:
            total = e.ZERO
            for message in column.messages:
                width = len(message.fields)
                tuple_value = e.dot(
                    [e.power(beta, width - 1 - j) for j in range(width)], [values[f] for f in message.fields]
                )
                total = e.add(total, e.mul(values[message.count], e.inverse(e.sub(offsets[column.bus], tuple_value))))
            numerator, denominator = fraction_at(column, values, offsets[column.bus], beta)
            assert e.mul(total, denominator) == numerator


def test_buses_have_offsets_of_their_own() -> None:
    run = honest_run()
    offsets = bus_offsets(run.shape, run.challenges)
    beta, alpha = run.challenges.lookup_beta, run.challenges.lookup_alpha
    assert list(offsets) == ["rom:squares", "blind", "builtin:small"]
    # The widest tuple has two fields: offsets stand at beta^2.
    for number, offset in enumerate(offsets.values()):
        assert offset == e.add(alpha, e.scale(e.mul(beta, beta), number + 1))


# --- 7. terminals ----------------------------------------------------------------------------------------------------


def test_terminals_that_do_not_cancel_rejected() -> None:
    terminals = honest_run().proof.terminals
    check_terminals(terminals)
    for coordinate in range(3):
        one = tuple(int(k == coordinate) for k in range(3))
        error = refused(lambda one=one: check_terminals(changed(terminals, 0, e.add(terminals[0], one))))
        assert error.step == "terminals"


# --- 5, 8. transcript ------------------------------------------------------------------------------------------------


def draws(proof: Proof, publics: list[list[int]]) -> list[Any]:
    """All challenges in their order."""
    run = honest_run()
    challenger = Challenger(bytes(32))
    first = batch_phase(challenger, run.shape, publics, proof)
    alpha = opening_phase(challenger, [[[proof.opened[0].main]]], proof.batch_pow)
    last = fri_phase(challenger, run.shape, proof)
    lookups = [first.lookup_alpha, first.lookup_beta]
    return [*lookups, first.constraint, first.zeta, alpha, *last.folds, last.indices]


BOUND_BEFORE = {
    "degree_bits": 0,
    "main": 0,
    "permutation": 2,
    "terminals": 2,
    "quotient": 3,
    "random": 3,
    "opened": 4,
    "fold_caps": 5,
    "final_polynomial": 9,
}


@pytest.mark.parametrize("part", BOUND_BEFORE)
def test_everything_sent_is_bound_before_the_next_challenge(part: str) -> None:
    """The position of the first challenge that changes with a part of the proof, and that all later ones change."""
    run = honest_run()
    value: Any = getattr(run.proof, part)
    match part:
        case "degree_bits":
            other: Any = changed(value, 0, value[0] + 1)
        case "terminals" | "final_polynomial":
            other = changed(value, -1 % len(value), bump(value[-1]))
        case "opened":
            other = changed(value, 0, replace(value[0], main=changed(value[0].main, 0, bump(value[0].main[0]))))
        case "fold_caps":
            other = changed(value, 0, bytes(len(value[0])))
        case _:
            other = bytes(len(value))
    before, after = draws(run.proof, run.publics), draws(replace(run.proof, **{part: other}), run.publics)
    same = [x == y for x, y in zip(before, after, strict=True)]
    first = BOUND_BEFORE[part]
    assert same == [True] * first + [False] * (len(same) - first)


def test_public_values_are_bound_before_any_challenge() -> None:
    run = honest_run()
    before, after = draws(run.proof, run.publics), draws(run.proof, [[49, 8], [], [], []])
    assert not any(x == y for x, y in zip(before, after, strict=True))


@pytest.mark.parametrize("part", ["lookup_pow", "ood_pow", "batch_pow", "query_pow"])
def test_grinding_witness_where_no_work_is_asked_rejected(part: str) -> None:
    run = honest_run()
    assert refused(lambda: draws(replace(run.proof, **{part: 1}), run.publics)).step == "transcript"


def test_grinding_witness_of_a_fold_rejected() -> None:
    run = honest_run()
    error = refused(lambda: draws(replace(run.proof, fold_pows=(0, 0, 0, 1)), run.publics))
    assert error.step == "transcript"


def test_too_little_work_rejected() -> None:
    """At twenty bits one witness in a million passes; none of these does."""
    run = honest_run()
    shape = replace(run.shape, profile=replace(run.shape.profile, query_pow_bits=20))
    for witness in range(3):
        proof = replace(run.proof, query_pow=witness)
        assert refused(lambda proof=proof: fri_phase(Challenger(bytes(32)), shape, proof)).step == "transcript"


# --- 9. committed rows -----------------------------------------------------------------------------------------------


def with_rows(proof: Proof, part: str, at: int, **parts: Any) -> Proof:
    rows = getattr(proof, part)
    return replace(proof, **{part: changed(rows, at, replace(rows[at], **parts))})


@pytest.mark.parametrize("r", range(4))
def test_rows_outside_their_commitment_rejected(r: int) -> None:
    run = honest_run()
    check_input_rows(run.shape, run.proof, run.queries.indices)
    rows = run.proof.input_rows[r]
    for query in range(len(rows.values)):
        for matrix in (0, len(rows.values[0]) - 1):
            row = rows.values[query][matrix]
            other = changed(row, 0, (row[0] + 1) % P)
            values = changed(rows.values, query, changed(rows.values[query], matrix, other))
            salts = changed(rows.salts, query, changed(rows.salts[query], matrix, bytes(32)))
            for parts in ({"values": values}, {"salts": salts}):
                proof = with_rows(run.proof, "input_rows", r, **parts)
                error = refused(lambda proof=proof: check_input_rows(run.shape, proof, run.queries.indices))
                assert error.step == "openings"
    proof = with_rows(run.proof, "input_rows", r, siblings=rows.siblings[1:])
    assert refused(lambda: check_input_rows(run.shape, proof, run.queries.indices)).step == "openings"


def test_rows_of_other_positions_rejected() -> None:
    run = honest_run()
    indices = changed(run.queries.indices, 0, run.queries.indices[0] ^ 1)
    assert refused(lambda: check_input_rows(run.shape, run.proof, indices)).step == "openings"


# --- 10 to 12. folds -------------------------------------------------------------------------------------------------


def reduced(**parts: Any) -> list[dict[int, e.Ext]]:
    run = honest_run()
    inputs = {"claims": run.claims, "rows": run.proof.input_rows, "alpha": run.alpha, "indices": run.queries.indices}
    return reduced_openings(run.shape, **{**inputs, **parts})


def test_every_claim_is_under_the_low_degree_test() -> None:
    """A claimed value that is not the polynomial's makes a codeword of no low degree: some fold shows it."""
    run = honest_run()
    check_folds(run.shape, run.proof, run.queries, reduced())
    for r, matrices in enumerate(run.claims):
        for m, points in enumerate(matrices):
            for p, claim in enumerate(points):
                for at in (0, len(claim.values) - 1):
                    other = replace(claim, values=changed(claim.values, at, bump(claim.values[at])))
                    claims = changed(run.claims, r, changed(matrices, m, changed(points, p, other)))
                    values = reduced(claims=claims)
                    error = refused(lambda v=values: check_folds(run.shape, run.proof, run.queries, v))
                    assert error.step == "openings"


def test_reduced_openings_are_the_sums_of_the_definition() -> None:
    run = honest_run()
    got = reduced()[1]
    index, greatest = run.queries.indices[1], run.shape.log_codeword
    expected: dict[int, e.Ext] = {}
    power = dict.fromkeys(got, e.ONE)
    for r, matrices in enumerate(run.claims):
        for m, points in enumerate(matrices):
            log_rows = run.shape.log_rows(run.shape.rounds[r][m].instance)
            position = e.reverse_bits(index >> (greatest - log_rows), log_rows)
            x = e.base(GENERATOR * pow(e.root_of_unity(log_rows), position, P))
            for claim in points:
                for value, opened in zip(claim.values, run.proof.input_rows[r].values[1][m], strict=True):
                    quotient = e.mul(e.sub(value, e.base(opened)), e.inverse(e.sub(claim.point, x)))
                    term = e.mul(power[log_rows], quotient)
                    expected[log_rows] = e.add(expected.get(log_rows, e.ZERO), term)
                    power[log_rows] = e.mul(power[log_rows], run.alpha)
    assert got == expected


def test_query_at_an_opening_point_rejected() -> None:
    run = honest_run()
    log_rows = run.shape.log_rows(0)
    position = e.reverse_bits(run.queries.indices[0] >> (run.shape.log_codeword - log_rows), log_rows)
    x = e.base(GENERATOR * pow(e.root_of_unity(log_rows), position, P))
    claim = replace(run.claims[0][0][0], point=x)
    claims = changed(run.claims, 0, changed(run.claims[0], 0, (claim,)))
    error = refused(lambda: reduced(claims=claims))
    assert "apart from the opening points" in error.expected


def test_another_final_polynomial_rejected() -> None:
    run = honest_run()
    final = run.proof.final_polynomial
    for at in range(len(final)):
        proof = replace(run.proof, final_polynomial=changed(final, at, bump(final[at])))
        error = refused(lambda proof=proof: check_folds(run.shape, proof, run.queries, reduced()))
        assert "final polynomial" in error.expected


@pytest.mark.parametrize("k", range(4))
def test_every_folding_challenge_enters(k: int) -> None:
    run = honest_run()
    queries = replace(run.queries, folds=changed(run.queries.folds, k, OUTSIDE))
    assert refused(lambda: check_folds(run.shape, run.proof, queries, reduced())).step == "openings"


@pytest.mark.parametrize("height", [9 + 3, 8 + 3])
def test_shorter_codewords_join_the_folds(height: int) -> None:
    run = honest_run()
    openings = reduced()
    for of_query in openings:
        of_query[height] = bump(of_query[height])
    assert refused(lambda: check_folds(run.shape, run.proof, run.queries, openings)).step == "openings"


def test_fold_rows_outside_their_commitment_rejected() -> None:
    """Two siblings of a row of eight changed so that the folded value stays: only the commitment tells."""
    run = honest_run()
    k, arity = 2, 8
    fold, rows, beta = run.shape.folds[k], run.proof.fold_rows[k], run.queries.folds[k]
    position = run.queries.indices[0] >> 2
    own, number = position % arity, position >> 3
    weights = [
        fold_row([e.ONE if i == j else e.ZERO for i in range(arity)], fold.log_rows, number, beta) for j in range(arity)
    ]
    first, second = [j for j in range(arity) if j != own][:2]
    changes = {first: e.ONE, second: e.sub(e.ZERO, e.mul(weights[first], e.inverse(weights[second])))}
    flat = list(rows.values[0][0])
    for j, change in changes.items():
        place = 3 * (j if j < own else j - 1)
        flat[place : place + 3] = e.add((flat[place], flat[place + 1], flat[place + 2]), change)
    proof = with_rows(run.proof, "fold_rows", k, values=changed(rows.values, 0, (tuple(flat),)))
    error = refused(lambda: check_folds(run.shape, proof, run.queries, reduced()))
    assert error.expected.startswith("rows of fold 2")


@pytest.mark.parametrize("k", range(4))
def test_salts_siblings_and_caps_of_folds_are_checked(k: int) -> None:
    run = honest_run()
    rows = run.proof.fold_rows[k]
    faults = [
        with_rows(run.proof, "fold_rows", k, salts=changed(rows.salts, 0, (bytes(32),))),
        with_rows(run.proof, "fold_rows", k, siblings=(*rows.siblings, bytes(32))),
        replace(run.proof, fold_caps=changed(run.proof.fold_caps, k, bytes(len(run.proof.fold_caps[k])))),
    ]
    for proof in faults:
        error = refused(lambda proof=proof: check_folds(run.shape, proof, run.queries, reduced()))
        assert error.expected.startswith(f"rows of fold {k}")


@given(st.integers(1, 3), st.integers(0, 15), st.data(), EXT)
def test_a_fold_interpolates_its_row(log_arity: int, number: int, data: st.DataObject, beta: e.Ext) -> None:
    """Values of a polynomial of degree below the arity on a coset, bit-reversed: the fold is its value at beta."""
    arity, log_rows = 1 << log_arity, 4
    coefficients = data.draw(st.lists(EXT, min_size=arity, max_size=arity))
    start = pow(e.root_of_unity(log_rows + log_arity), e.reverse_bits(number, log_rows), P)
    points = [start * pow(e.root_of_unity(log_arity), e.reverse_bits(j, log_arity), P) % P for j in range(arity)]
    row = [e.horner(coefficients, x) for x in points]
    assert fold_row(row, log_rows, number, beta) == e.dot(e.powers(beta, arity), coefficients)


def test_folding_schedule_stops_where_codewords_join() -> None:
    tables = honest_run().case.tables
    assert [(f.log_arity, f.log_rows) for f in honest_run().shape.folds] == [(1, 12), (1, 11), (3, 8), (1, 7)]
    for arity in (1, 2, 3, 5):
        profile = replace(STANDARD, max_log_arity=arity)
        folds = proof_shape(tables, profile).folds
        assert sum(f.log_arity for f in folds) == 13 - 7
        assert {12, 11, 7} <= {f.log_rows for f in folds}
        assert max(f.log_arity for f in folds) <= arity
