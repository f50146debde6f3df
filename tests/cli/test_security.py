"""`plimsoll security`, and the floor of `plimsoll verify`."""

from __future__ import annotations

import re
import zlib
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.poseidon2 import OUTPUT_LANES, WIDTH
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import expected_statement, verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy, PolicyError
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.security import CAPACITY, explain, security_terms
from plimsoll.verifier.security_terms import DESCRIPTIONS
from plimsoll.verifier.statement import read_proof, write_proof

AT = ("--at", "2026-11-21T13:00:00Z")


@pytest.fixture
def proof(repository: Path, tmp_path: Path) -> Path:
    """The honest base of the vectors."""
    packed = repository / "tests" / "vectors" / "book-v1" / "honest.proof.zlib"
    (tmp_path / "book.proof").write_bytes(zlib.decompress(packed.read_bytes()))
    return tmp_path / "book.proof"


@pytest.fixture
def market(repository: Path) -> tuple[str, ...]:
    folder = repository / "tests" / "vectors" / "book-v1"
    return ("--market", str(folder / "snapshot.json"), "--parameters", str(folder / "parameters.json"))


def test_every_term_is_shown(plimsoll: Any, proof: Path, market: tuple[str, ...]) -> None:
    outcome = plimsoll("security", proof, *market)
    assert outcome.code == 0, outcome.err
    for described in DESCRIPTIONS.values():
        assert f"\n{described.title}" in outcome.out
    assert "128.00" in outcome.out
    data = plimsoll("security", proof, *market, "--json").json()
    assert [one["term"] for one in data["terms"]] == list(DESCRIPTIONS)
    assert all(one["formula"] and one["source"] and one["figures"] for one in data["terms"])
    assert min(Decimal(one["bits"]) for one in data["terms"] if one["bits"]) == Decimal(data["minimum"]) == 128


def test_figures_without_market_are_the_same(plimsoll: Any, proof: Path, market: tuple[str, ...]) -> None:
    rebuilt = plimsoll("security", proof, *market, "--json").json()
    claimed = plimsoll("security", proof, "--json").json()
    assert rebuilt.pop("schedule_height") == "rebuilt"
    assert claimed.pop("schedule_height") == "the proof's claim"
    assert claimed == rebuilt


def test_inspect_shows_the_same_bits(plimsoll: Any, proof: Path, market: tuple[str, ...]) -> None:
    shown = plimsoll("inspect", proof, *market, "--json").json()["security_bits"]
    data = plimsoll("security", proof, *market, "--json").json()
    assert shown == {one["term"]: one["bits"] for one in data["terms"] if one["bits"]} | {"minimum": data["minimum"]}


def test_explained_terms_are_those_of_the_twin(market: tuple[str, ...]) -> None:
    snapshot, rules = MarketSnapshot.load(market[1]), RiskParameters.load(market[3])
    tables = expected_statement(book_program(), snapshot, rules, ShapeClass(2, 1)).book.tables
    for profile in (STANDARD, INSECURE_TEST, replace(STANDARD, queries=50)):
        terms = security_terms(tables, profile)
        explained = {one.name: one for one in explain(tables, profile)}
        assert {name: one.bits for name, one in explained.items() if one.bits is not None} | {
            "minimum": terms["minimum"]
        } == terms
        queries = float(explained["low-degree-test"].figures["bits of the queries"])
        assert terms["low-degree-test"] <= queries + 0.01
        assert all(bool(one.stated) == (one.bits is None) for one in explained.values())
    assert explained["hiding-budget"].figures["masks"] == "256"


def test_what_the_root_binds_and_the_hiding_budget_are_shown(plimsoll: Any, proof: Path) -> None:
    """Neither is a term of the proof system's report: an assumption about a hash, and a count of masks."""
    out = plimsoll("security", proof).out
    assert re.search(r"^root +128, assumed *$", out, re.MULTILINE)
    assert re.search(r"^hiding budget +236 of 256 masks *$", out, re.MULTILINE)
    assert "assumption" in out
    terms = {one["term"]: one for one in plimsoll("security", proof, "--json").json()["terms"]}
    assert terms["root-collision"]["bits"] is None


def test_capacity_is_that_of_the_hash() -> None:
    """The permutation gives a digest of as many lanes as the capacity, and the capacity, which are its last lanes."""
    assert (*range(CAPACITY), *range(WIDTH - CAPACITY, WIDTH)) == OUTPUT_LANES


@pytest.mark.parametrize("fault", ["height", "schedule", "program", "profile"])
def test_claims_of_another_release_rejected(plimsoll: Any, proof: Path, fault: str) -> None:
    statement, body = read_proof(proof.read_bytes())
    if fault == "height":
        body = bytes([body[0] + 1]) + body[1:]
    elif fault == "schedule":
        body = body[:9] + b"\x3f" + body[10:]
    elif fault == "program":
        statement = replace(statement, digests=replace(statement.digests, program=bytes(32)))
    else:
        statement = replace(statement, profile=replace(STANDARD, queries=0))
    proof.write_bytes(write_proof(statement, body))
    outcome = plimsoll("security", proof)
    assert outcome.code == 1
    step = {"height": "heights", "schedule": "heights", "program": "policy", "profile": "policy"}[fault]
    assert f": {step}: " in outcome.err


def test_half_a_market_rejected(plimsoll: Any, proof: Path, market: tuple[str, ...]) -> None:
    assert plimsoll("security", proof, *market[:2]).code == 2


# The floor.


def test_floor_below_128_without_its_flag_rejected(plimsoll: Any, proof: Path, market: tuple[str, ...]) -> None:
    outcome = plimsoll("verify", proof, *market, *AT, "--security-floor", 127)
    assert outcome.code == 2
    assert "--accept-weaker-security" in outcome.err
    with pytest.raises(PolicyError, match="below 128"):
        Policy(security_floor=127)
    assert Policy(security_floor=127, accept_weaker_security=True).security_floor == 127


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--security-floor", 128), 0),
        (("--security-floor", 127, "--accept-weaker-security"), 0),
        (("--security-floor", 129), 1),
        (("--security-floor", 129, "--accept-weaker-security"), 1),
        (("--security-floor", 0, "--accept-weaker-security"), 2),
    ],
)
def test_floor(plimsoll: Any, proof: Path, market: tuple[str, ...], options: tuple[Any, ...], code: int) -> None:
    outcome = plimsoll("verify", proof, *market, *AT, *options)
    assert outcome.code == code
    assert ("warning: 127 proven bits" in outcome.err) == (127 in options)


def test_insecure_profile_at_a_low_floor_rejected(proof: Path, market: tuple[str, ...]) -> None:
    """The flag lowers the floor; it does not admit the profile of tests."""
    statement, body = read_proof(proof.read_bytes())
    file = write_proof(replace(statement, profile=INSECURE_TEST), body)
    snapshot, rules = MarketSnapshot.load(market[1]), RiskParameters.load(market[3])
    policy = Policy(max_age=None, security_floor=1, accept_weaker_security=True)
    with pytest.raises(VerificationError, match="^policy: expected a profile of full security"):
        verify_book(file, snapshot, rules, policy)
