"""Proving jobs: an honest book is proven and verified; everything else is refused before anything is proven."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_book import COINS, LOTS, PARAMETERS, SNAPSHOT, small_book

from plimsoll.circuits.leaves import nonce_digest
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.prover.core_api import ProvingError, permute
from plimsoll.prover.job import STAGES, FailingAccountsError, book_digest, new_opening, prove_book
from plimsoll.prover.opening import OpeningError
from plimsoll.prover.tape import TapeError, limbs
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.statement import read_proof

SHAPE = ShapeClass(3, 1)
POLICY = Policy(at=snapshot_time(SNAPSHOT))


def test_honest_book_is_proven_and_verified_with_every_stage_told() -> None:
    book, stages = small_book(), list[str]()
    proof = prove_book(
        book, SNAPSHOT, PARAMETERS, SHAPE, new_opening(book, SHAPE, SNAPSHOT, PARAMETERS), progress=stages.append
    )
    verified = verify_book(proof, SNAPSHOT, PARAMETERS, POLICY)
    assert tuple(stages) == STAGES
    assert (verified.shape, verified.sequence, verified.security_bits >= 128) == (SHAPE, 3, True)


def test_one_opening_gives_one_root_and_two_different_proofs() -> None:
    book = small_book()
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    first, second = (prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, opening) for _ in range(2))
    one, two = (verify_book(proof, SNAPSHOT, PARAMETERS, POLICY) for proof in (first, second))
    assert (one.root, one.commitment) == (two.root, two.commitment)
    assert one.proof_digest != two.proof_digest


def test_two_publications_of_one_book_share_neither_root_nor_commitment() -> None:
    book = small_book()
    proofs = [
        prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)) for _ in range(2)
    ]
    one, two = (verify_book(proof, SNAPSHOT, PARAMETERS, POLICY) for proof in proofs)
    assert not set(one.root) & set(two.root) and not set(one.commitment) & set(two.commitment)


def test_failing_account_is_refused_with_its_name_and_amount() -> None:
    lots = {**LOTS, "eve": {"USD-CASH": -1}}
    book = small_book(lots)
    with pytest.raises(FailingAccountsError, match=r"1 of the accounts .* 'eve' by 0\.01 USD") as error:
        prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, new_opening(book, SHAPE, SNAPSHOT, PARAMETERS))
    assert error.value.gaps == {"eve": 10**18}


def test_opening_of_another_book_rejected() -> None:
    book, other = small_book(), small_book({**LOTS, "dan": {"USD-CASH": 1}})
    assert book_digest(book) != book_digest(other)
    with pytest.raises(OpeningError, match="another book"):
        prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, new_opening(other, SHAPE, SNAPSHOT, PARAMETERS))
    with pytest.raises(OpeningError, match="drawn for the shape class"):
        prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, new_opening(book, ShapeClass(4, 1), SNAPSHOT, PARAMETERS))


def test_opening_of_another_publication_rejected() -> None:
    """Two publications with one root would show that nothing changed."""
    book = small_book()
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    for change in ({"sequence": SNAPSHOT.sequence + 1}, {"venue": "other"}):
        later = SNAPSHOT.model_copy(update=change)
        with pytest.raises(OpeningError, match="belongs to another publication"):
            prove_book(book, later, PARAMETERS, SHAPE, opening)


def test_nonce_is_committed_to_in_the_statement() -> None:
    book = small_book()
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    statement, _ = read_proof(prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, opening))
    assert statement.nonce_digest == nonce_digest(bytes.fromhex(opening.nonce)) != bytes(32)


def test_opening_with_other_accounts_rejected() -> None:
    book = small_book()
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    short = replace(opening, accounts=opening.accounts[1:])
    with pytest.raises(TapeError, match="other accounts than the book"):
        prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, short)
    with pytest.raises(TapeError, match="another number of leaves"):
        prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, replace(opening, empty=()))


def test_book_that_does_not_fit_the_class_rejected() -> None:
    shape = ShapeClass(2, 1)
    wide = small_book({f"a{i}": dict.fromkeys([*COINS, "BTC", "USD-CASH"], 1) for i in range(3)})
    with pytest.raises(TapeError, match="needs 6 rows of 6 holdings, .* has room for 4"):
        prove_book(wide, SNAPSHOT, PARAMETERS, shape, new_opening(wide, shape, SNAPSHOT, PARAMETERS))
    long = small_book({f"a{i}": {} for i in range(5)})
    with pytest.raises(OpeningError, match="5 accounts do not fit the 4 leaves of book-2\\^2x1"):
        new_opening(long, shape, SNAPSHOT, PARAMETERS)


def test_proof_of_the_insecure_profile_rejected_by_default() -> None:
    book = small_book()
    proof = prove_book(
        book, SNAPSHOT, PARAMETERS, SHAPE, new_opening(book, SHAPE, SNAPSHOT, PARAMETERS), profile=INSECURE_TEST
    )
    with pytest.raises(VerificationError, match="a profile of full security"):
        verify_book(proof, SNAPSHOT, PARAMETERS, POLICY)
    verify_book(proof, SNAPSHOT, PARAMETERS, replace(POLICY, allow_insecure=True))


def test_core_errors_become_proving_errors() -> None:
    with pytest.raises(ProvingError):
        permute([1, 2, 3])


def test_limbs_refuse_what_does_not_fit() -> None:
    assert limbs((1 << 60) - 1, 5) == [4095] * 5
    for value in (-1, 1 << 60):
        with pytest.raises(TapeError, match="does not fit 5 limbs"):
            limbs(value, 5)
