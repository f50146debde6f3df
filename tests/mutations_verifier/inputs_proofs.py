"""Inputs: bodies that a prover makes with one rule of the protocol broken, and single steps of the verifier.

What a whole proof cannot show (a zeta within the domain has a chance of 2^-180) is shown by the step alone, with
challenges of choice: `step` in the name.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import adaptive_prover
from adaptive_folding import Folding
from adaptive_prover import Case, Matrix, Prover
from check_prover import Made, prove
from check_runs import Input
from check_worlds import World
from example_proof import DIGEST as EXAMPLE_DIGEST
from example_proof import example
from example_proof import prove as prove_example
from inputs_tables import Unmasked, boolean_column, honest, made_of
from small_polynomials import evaluate
from test_forged_traces import FORGERIES, forged
from transcript_cases import case, small_profile
from verifier_samples import honest_run

from plimsoll.circuits.field import GENERATOR, P
from plimsoll.verifier.extension import base, root_of_unity
from plimsoll.verifier.profile import INSECURE_TEST

GARBAGE = bytes(range(32)) * 8


def by(strategy: type[Prover] = Prover, own: bool = False, **changes: Any) -> Callable[[World], None]:
    """A proof by a strategy about the two small tables. `own`: made with the transcript of the world that judges it."""

    @cache
    def make() -> Made:
        return prove(replace(case(), **changes), strategy)

    def run(world: World) -> None:
        made = prove(replace(case(), **changes), strategy, world) if own else make()
        made.verify(world)

    return run


class OtherHeights(Prover):
    """Says that its tables have other heights than it proves."""

    def __init__(self, *rest: Any) -> None:
        super().__init__(*rest)
        self.degree_bits = (7, *self.degree_bits[1:])


class LookupWork(Prover):
    lookup_pow = 1


class ZetaWork(Prover):
    ood_pow = 1


class BatchWork(Prover):
    batch_pow = 1


class FoldWork(Prover):
    class Folds(Folding):
        def __init__(self, *rest: Any) -> None:
            super().__init__(*rest)
            self.fold_pows = (1, *self.fold_pows[1:])

    folds = Folds


class NoWork(Prover):
    """Sends a witness that is none."""

    class Folds(Folding):
        @property
        def query_pow(self) -> int:  # type: ignore[override]
            bits = self.prover.case.profile.query_pow_bits
            return next(w for w in range(100) if not copy.deepcopy(self.prover.sponge).check_work(bits, w))

    folds = Folds


class OtherCommitment(Prover):
    """Commits to nothing that it opens."""

    @property
    def quotient(self) -> bytes:
        return GARBAGE


class OtherPolynomial(Prover):
    """Sends a final polynomial of its choice."""

    class Folds(Folding):
        @property
        def final_polynomial(self) -> Any:  # type: ignore[override]
            return ((1, 2, 3),) * self.shape.final_length

    folds = Folds


class AsP(Unmasked):
    """Writes a claimed value of zero as p: a column of zeros has the value 0 everywhere."""

    def true_claims(self) -> Any:
        claims = super().true_claims()
        main = claims[1][0][0]
        assert main[0] == (0, 0, 0)
        main[0] = (P, 0, 0)
        return claims


class HalfBlowup(Prover):
    """Codewords of half the length: every second point of the coset. Constraints are computed on all points."""

    def __init__(self, given: Case, *rest: Any) -> None:
        super().__init__(replace(given, profile=replace(given.profile, log_blowup=2)), *rest)
        self.case, self.wide = given, self.shape
        self.shape = adaptive_prover.proof_shape(given.tables, given.profile)

    def committed(self, log_height: int, columns: Any, masks: int | None = None) -> Matrix:
        made = super().committed(log_height, columns, masks)
        return Matrix(made.coefficients, [column[::2] for column in made.codewords])

    def chunk_columns(self, k: int) -> Any:
        narrow, matrices = self.shape, (self.main_matrices[k], self.permutation_matrices[k])
        kept = [matrix.codewords for matrix in matrices]
        self.shape = self.wide
        for matrix in matrices:
            matrix.codewords = [evaluate(column, self.shape.log_rows(k), GENERATOR) for column in matrix.coefficients]
        try:
            return super().chunk_columns(k)
        finally:
            self.shape = narrow
            for matrix, codewords in zip(matrices, kept, strict=True):
                matrix.codewords = codewords


def inputs() -> Iterator[Input]:
    yield from _traces()
    yield from _strategies()
    yield from _profiles()
    yield from _arguments()
    yield from _steps()


def _traces() -> Iterator[Input]:
    """Proofs of false rows by a prover that is honest in all else."""

    def verify(world: World, body: bytes) -> None:
        shown = example()
        tables, profile = world.here(shown.tables), world.here(INSECURE_TEST)
        world["verifier.stark"].verify_proof(tables, shown.publics, EXAMPLE_DIGEST, body, profile)

    @cache
    def body_of(name: str) -> bytes:
        return prove_example(forged(FORGERIES[name][0]) if name else example())

    @cache
    def of_choice() -> bytes:
        return prove_example(replace(example(), publics=[50, 7]))

    def chosen(world: World) -> None:
        tables, profile = world.here(example().tables), world.here(INSECURE_TEST)
        world["verifier.stark"].verify_proof(tables, [50, 7], EXAMPLE_DIGEST, of_choice(), profile)

    yield Input("rows that are true", "the example of tests/verifier", lambda w: verify(w, body_of("")), valid=True)
    yield Input("rows that are true of other public values", "one constraint does not hold, every bus balances", chosen)
    for name in FORGERIES:
        yield Input(f"rows with a {name}", "false rows, proven", lambda w, n=name: verify(w, body_of(n)))  # type: ignore[misc]


def _strategies() -> Iterator[Input]:
    work = small_profile(work=6)
    for name, about, strategy in (
        ("other heights", "the body's first bytes, which the transcript absorbs, name other heights", OtherHeights),
        ("work for the lookups", "a witness of 1 where no work is asked", LookupWork),
        ("work for zeta", "a witness of 1 where no work is asked", ZetaWork),
        ("work for the batching", "a witness of 1 where no work is asked", BatchWork),
        ("work for a fold", "a witness of 1 where no work is asked", FoldWork),
        ("another commitment", "commits to digests of choice and opens its rows beneath them", OtherCommitment),
        ("another final polynomial", "sends coefficients of choice", OtherPolynomial),
    ):
        yield Input(f"proof with {name}", about, by(strategy))
    yield Input("proof with work", "six bits of work", by(profile=work), valid=True)
    yield Input("proof without work", "a witness that is none for six bits", by(NoWork, profile=work))
    about = "a witness that is none for six bits, by a prover whose transcript has lost what the verifier's has lost"
    yield Input("proof without work, alike", about, by(NoWork, own=True, profile=work))
    zeros = made_of(boolean_column, [0], AsP)
    yield Input("proof with p for 0", "a claimed value is written in a second way", lambda w: zeros().verify(w))


def _profiles() -> Iterator[Input]:
    profile = small_profile()

    def shown(**changes: Any) -> Callable[[World], None]:
        return lambda w: honest().verify(w, profile=replace(profile, **changes))

    for name, about, changes in (
        ("no queries", "nothing that was committed is opened", {"queries": 0}),
        ("three queries", "more queries than the masks hide", {"queries": 3}),
        ("two masking columns", "fewer masks than a claim has coordinates", {"random_codewords": 2}),
        (
            "a long final polynomial",
            "a final polynomial as long as the lower table's columns",
            {"log_final_poly_len": 5},
        ),
        ("a wide cap", "a cap wider than the last codeword", {"cap_height": 5}),
    ):
        yield Input(f"profile with {name}", about, by(profile=replace(profile, **changes)))
    for name, changes in (
        ("three masking columns", {"random_codewords": 3}),
        ("a cap as wide as the last codeword", {"cap_height": 4}),
        ("final polynomial 16", {"log_final_poly_len": 4}),
        ("caps of one digest", {"cap_height": 0}),
        ("folds of two values", {"max_log_arity": 1}),
        ("one query", {"queries": 1}),
        ("a constant final polynomial", {"log_final_poly_len": 0, "cap_height": 2}),
    ):
        yield Input(f"profile with {name}", "accepted", by(profile=replace(profile, **changes)), valid=True)
    about = "a code of half the length, with a proof in it"
    yield Input("profile with a blowup of 2", about, by(HalfBlowup, profile=replace(profile, log_blowup=1)))
    for name, about, changes in (
        ("folds of nothing", "folds that never end", {"max_log_arity": 0}),
        ("other salts", "leaves of fewer salts than are opened", {"salt_elements": 2}),
        ("work of -1 bits", "no number of bits", {"query_pow_bits": -1}),
        ("work of 64 bits", "more work than there is", {"query_pow_bits": 64}),
        ("a negative final length", "a polynomial of no length", {"log_final_poly_len": -1}),
        ("no final length and no cap", "a polynomial of no length", {"log_final_poly_len": -1, "cap_height": 0}),
        ("a negative cap", "a cap of no width", {"cap_height": -1}),
        ("a blowup of 2^27", "codewords longer than the field has roots of unity", {"log_blowup": 27}),
        (
            "a final polynomial of 2^6",
            "a final polynomial longer than the lower table's codeword",
            {"log_final_poly_len": 6},
        ),
    ):
        yield Input(f"profile with {name}", about, shown(**changes))

    def named(world: World) -> None:
        world["verifier.profile"].profile("standard-127")

    yield Input("profile of no name", "a name that is not in the list", named)


def _arguments() -> Iterator[Input]:
    publics = case().publics

    class Publics(Prover):
        def demanded_publics(self) -> list[list[int]]:
            return [self.publics if k == 0 else [] for k in range(2)]

    class Spelled(Publics):
        """Public values of p and above."""

    above = [publics[0] + P, *publics[1:]]
    yield Input(
        "proof about a public value of p + 7", "a public value written in a second way", by(Spelled, publics=above)
    )
    below = [publics[0] - P, *publics[1:]]
    yield Input("proof about a negative public value", "7 - p", lambda w: honest().verify(w, publics=below))
    nothing = case(publics=[0] * 4)
    provided = [[int(i == 0), *row[1:]] for i, row in enumerate(nothing.traces[1])]
    traces = [nothing.traces[0], provided]
    yield Input(
        "proof about zeros", "four public values of zero", by(Publics, publics=[0] * 4, traces=traces), valid=True
    )
    spelled = by(Spelled, publics=[P, 0, 0, 0], traces=traces)
    yield Input("proof about a public value of p", "0 written as p", spelled)
    yield Input("proof about five public values", "a value that no table knows", by(Publics, publics=[*publics, 1]))
    yield Input(
        "proof about three public values",
        "a value that is not given",
        lambda w: honest().verify(w, publics=publics[:3]),
    )
    yield Input("proof from a digest of 31 bytes", "a transcript that starts elsewhere", by(digest=bytes(31)))


def _steps() -> Iterator[Input]:
    yield Input(
        "step 6 at a point of the domain", "zeta is the sixth row: constraints are not divided by anything", _domain
    )
    yield Input("step 10 at an opening point", "a query's point is the claim's", _at_point)
    yield Input(
        "step 9 with two contents of a row",
        "two queries of one row, the second one's is not in the tree",
        _two_contents,
    )
    yield Input(
        "step 9 with a row above the cap", "a matrix lower than the cap is wide: no path reaches it", _above_cap
    )
    yield Input("step 9 with a sibling too few", "no digest where one is needed", _siblings(0))
    yield Input("step 9 with a sibling too many", "a digest that nothing needs", _siblings(2))
    yield Input("step 9 as it is", "a tree of two leaves", _siblings(1), valid=True)
    yield Input("step 7 with terminals that sum to 1", "one bus is off", _terminals)


def _domain(world: World) -> None:
    run = honest_run()
    challenges = replace(run.challenges, zeta=base(pow(root_of_unity(8), 5, P)))
    world["verifier.constraints"].check_constraints(
        world.here(run.shape), 3, run.publics[3], world.here(run.proof), world.here(challenges)
    )


def _at_point(world: World) -> None:
    run = honest_run()
    log = run.shape.log_codeword
    position = int(f"{run.queries.indices[0]:0{log}b}"[::-1], 2)
    x = GENERATOR * pow(root_of_unity(log), position, P) % P
    claims = [list(matrices) for matrices in run.claims]
    tallest = next(m for m, s in enumerate(run.shape.rounds[1]) if run.shape.log_rows(s.instance) == log)
    claims[1][tallest] = tuple(replace(claim, point=base(x)) for claim in claims[1][tallest])
    world["verifier.fri"].reduced_openings(
        world.here(run.shape), world.here(claims), world.here(run.proof.input_rows), run.alpha, run.queries.indices
    )


def _two_contents(world: World) -> None:
    merkle = world["verifier.merkle"]
    rows, cap = [[b"row"], [b"lie"]], merkle._hash(b"row")
    merkle.check_openings(merkle.gather_leaves([0], [0, 0], rows, "rows"), cap, [], "rows")


def _above_cap(world: World) -> None:
    merkle = world["verifier.merkle"]
    cap = merkle._hash(b"row") + bytes(32)
    merkle.check_openings(merkle.gather_leaves([1, 0], [0], [[b"row", b"a lie"]], "rows"), cap, [], "rows")


def _siblings(count: int) -> Callable[[World], None]:
    def run(world: World) -> None:
        merkle = world["verifier.merkle"]
        cap = merkle._hash(merkle._hash(b"row") + bytes(32))
        leaves = merkle.gather_leaves([1], [0], [[b"row"]], "rows")
        merkle.check_openings(leaves, cap, [bytes(32)] * count, "rows")

    return run


def _terminals(world: World) -> None:
    terminals = [(1, 0, 0), (0, 0, 0)]
    world["verifier.constraints"].check_terminals(terminals)
