"""The twin of p3-security gives the same terms; the standard profile gives 128 proven bits, and little to spare."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest
from example_proof import core_profile
from verifier_samples import honest_case, refused

from plimsoll.circuits.tables import Instance, TableBuilder, TableSet
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.security import Inputs, batch_combination, security_bits, security_inputs, security_terms
from plimsoll.verifier.shape import hiding_budget


def wide_tables(width: int, log_height: int) -> TableSet:
    """One table of many columns, each squared by a constraint, and a few messages."""
    t = TableBuilder("wide")
    columns = [t.column(t.new_column()) for _ in range(width)]
    for column in columns:
        t.assert_zero(t.sub(t.mul(column, column), column))
    for k in range(7):
        t.send("bus", columns[: 3 + k // 7], columns[k], 1)
    return TableSet((t.build(),), (Instance(0, log_height), Instance(0, 8)))


CASES = {
    "example": honest_case().tables,
    "wide": wide_tables(300, 10),
    "high": wide_tables(20, 20),
}
VARIANTS = {
    "standard": STANDARD,
    "insecure": INSECURE_TEST,
    "110 queries": replace(STANDARD, queries=110),
    "blowup 8": replace(STANDARD, log_blowup=3, queries=75, max_log_arity=2),
    "no work": replace(STANDARD, query_pow_bits=0),
    "three codewords": replace(STANDARD, random_codewords=3),
    "one query": replace(STANDARD, queries=1),
    "long final polynomial": replace(STANDARD, log_final_poly_len=8, max_log_arity=1),
}


@pytest.mark.parametrize("tables", CASES)
@pytest.mark.parametrize("profile", VARIANTS)
def test_terms_equal_upstreams(tables: str, profile: str) -> None:
    core = importlib.import_module("plimsoll_core")
    expected = core.security_terms(CASES[tables].encode(), core_profile(core, VARIANTS[profile]))
    assert security_terms(CASES[tables], VARIANTS[profile]) == pytest.approx(expected, abs=1e-9)


def test_standard_profile_gives_128_proven_bits() -> None:
    assert security_bits(CASES["example"], STANDARD) == 128.0


@pytest.mark.parametrize("weaker", [{"queries": 104}, {"query_pow_bits": 12}, {"log_blowup": 2, "queries": 60}])
def test_weaker_profile_gives_less(weaker: dict[str, int]) -> None:
    assert security_bits(CASES["example"], replace(STANDARD, **weaker)) < 128.0


def test_test_profile_is_as_insecure_as_its_name_says() -> None:
    assert security_bits(CASES["example"], INSECURE_TEST) < 4.0


def test_sizes_are_summed_over_all_instances() -> None:
    inputs = security_inputs(CASES["example"], STANDARD)
    # 2 * (256 + 1024 + 512 + 256) rows, rounded up.
    assert inputs.log_length == 12
    # Constraints: 3, 3, 3, 2 of the tables; 2, 4, 4, 3 fraction columns; three running sum constraints each.
    assert inputs.constraints == 11 + 13 + 12
    # 4 masks a matrix: random 7, main 10, 12, 12, 11, quotients 8 * 7 each; permutation 3 * columns + 4, twice.
    assert inputs.openings == 4 * 7 + 10 + 12 + 12 + 11 + 4 * 56 + 2 * (13 + 19 + 19 + 16)
    assert inputs.message_width == 2
    # 4, 8, 8, 5 messages a row.
    assert inputs.messages == -(-(512 * 4 + 2048 * 8 + 1024 * 8 + 512 * 5) // 4096)


def test_more_openings_give_less() -> None:
    few = Inputs(18, 2_000, 3_000, 20, 21)
    many = replace(few, openings=6_000)
    assert batch_combination(few, STANDARD, 20) - batch_combination(many, STANDARD, 20) == pytest.approx(1.0, abs=1e-3)


def test_hiding_budget() -> None:
    """Two opening points: 2 (112 + 6) = 236 masked values of 256 at most."""
    assert hiding_budget(STANDARD.queries, points=2) == 236
    assert hiding_budget(122, points=2) == 256


def test_profile_beyond_the_hiding_budget_rejected() -> None:
    profile: Profile = replace(STANDARD, queries=123)
    assert refused(lambda: security_bits(CASES["example"], profile)).step == "policy"
