"""Proofs of two small tables: what upstream's wrapped verifier accepts and what it rejects."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from profiles import STATEMENT, core_profile, dishonest_profile
from small_tables import Case, small_case

import plimsoll_core
import plimsoll_dishonest
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile


def proven(case: Case, profile: Profile = INSECURE_TEST) -> bytes:
    body: bytes = plimsoll_dishonest.prove_traces(
        case.tables.encode(), case.packed(), case.publics, STATEMENT, dishonest_profile(profile)
    )
    return body


def check(case: Case, body: bytes, profile: Profile = INSECURE_TEST) -> None:
    plimsoll_core.verify(case.tables.encode(), case.publics, STATEMENT, body, core_profile(profile))


@pytest.mark.parametrize("profile", [INSECURE_TEST, STANDARD], ids=lambda p: p.name)
def test_an_honest_proof_is_accepted(profile: Profile) -> None:
    case = small_case()
    check(case, proven(case, profile), profile)


def test_no_two_proofs_share_their_random_parts() -> None:
    """Salts, masks and blinds are drawn anew: commitments, terminals and openings all differ."""
    first, second = (proven(small_case()) for _ in range(2))
    start = 4  # degree bits, one for each instance, are equal
    words = [first[i : i + 8] != second[i : i + 8] for i in range(start, start + 4000, 8)]
    # The commitments and what follows them: only the two proof-of-work witnesses (zero without work) are equal.
    assert words.count(False) <= 2


@pytest.mark.parametrize("seed", range(3))
def test_flipped_bytes_rejected(seed: int) -> None:
    case = small_case()
    body = proven(case)
    rng = random.Random(seed)
    for _ in range(60):
        at, bit = rng.randrange(len(body)), rng.randrange(8)
        flipped = bytearray(body)
        flipped[at] ^= 1 << bit
        with pytest.raises(plimsoll_core.CoreError):
            check(case, bytes(flipped))


@pytest.mark.parametrize(
    "change", [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b""], ids=["cut", "longer", "empty"]
)
def test_truncated_or_extended_proof_rejected(change: Callable[[bytes], bytes]) -> None:
    case = small_case()
    with pytest.raises(plimsoll_core.CoreError, match=r"^encoding: "):
        check(case, change(proven(case)))


def test_proof_of_another_profile_rejected() -> None:
    case = small_case()
    with pytest.raises(plimsoll_core.CoreError, match=r"^encoding: "):
        check(case, proven(case), STANDARD)


def _wrong_public(case: Case) -> Case:
    return Case(case.tables, case.traces, [50])


def _claim_of_no_square(case: Case) -> Case:
    case.traces[1][3][2] += 1
    return case


def _claim_counted_twice(case: Case) -> Case:
    case.traces[3][9][0] += 1
    return case


def _two_roots(case: Case) -> Case:
    case.traces[0][1][:2] = [1, 49]
    case.traces[3][7][0] += 1
    return case


def _public_column_changed(case: Case) -> Case:
    case.traces[3][200][2] = 1
    return case


FORGERIES = [_wrong_public, _claim_of_no_square, _claim_counted_twice, _two_roots, _public_column_changed]


@pytest.mark.parametrize("forge", FORGERIES)
def test_forged_trace_rejected(forge: Callable[[Case], Case]) -> None:
    case = forge(small_case())
    with pytest.raises(plimsoll_core.CoreError, match=r"^verification: "):
        check(case, proven(case))


def test_blinds_that_do_not_cancel_rejected() -> None:
    case = small_case()
    case.traces[1][0][-1] = 1
    body = plimsoll_dishonest.prove_traces(
        case.tables.encode(),
        case.packed(),
        case.publics,
        STATEMENT,
        dishonest_profile(),
        keep_blinds=True,
    )
    with pytest.raises(plimsoll_core.CoreError, match=r"^verification: "):
        check(case, body)


def test_another_statement_rejected() -> None:
    case = small_case()
    with pytest.raises(plimsoll_core.CoreError, match=r"^verification: "):
        plimsoll_core.verify(case.tables.encode(), case.publics, bytes(32), proven(case), core_profile())
