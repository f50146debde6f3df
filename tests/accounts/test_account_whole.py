"""An account in a book of three batches: the path goes on from its batch's root to the book's."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from one_account import CONTEXT, MAINTENANCE, POLICY, SECRET
from whole_venue import AT, LOTS, PARAMETERS, SHAPE, SNAPSHOT, Case, book_of

from plimsoll.circuits.leaves import owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.titles import Title
from plimsoll.prover.account_job import AccountRefusedError, opening_of, prove_account
from plimsoll.prover.customers import customer_files
from plimsoll.verifier.account import BookRoot, verify_account
from plimsoll.verifier.customer import CustomerFile, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.whole_book import VerifiedWholeBook, verify_whole_book

BATCHES = 3
"""Of four slots: the last one is empty."""
HEALTHY = ("ann", "ben", "cat", "hal")


@cache
def published() -> tuple[VerifiedWholeBook, dict[str, CustomerFile]]:
    case = Case(batches=BATCHES)
    title = Title(owner_key(SECRET, permute), 1)
    plain = book_of(LOTS)
    case.__dict__["book"] = replace(plain, titles={plain.accounts.index(name): title for name in HEALTHY})
    policy = Policy(at=AT, allow_insecure=True)
    verified = verify_whole_book(case.proven(INSECURE_TEST), SNAPSHOT, PARAMETERS, policy)
    made = customer_files(case.book, SNAPSHOT, PARAMETERS, case.opening, permute)
    return verified, {one.identifier: one for one in made}


def batches() -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(one.root, one.commitment) for one in published()[0].batches.batches]


@pytest.mark.parametrize("name", HEALTHY)
def test_every_file_leads_to_the_book_s_root(name: str) -> None:
    verified, files = published()
    opening = opening_of(files[name], PARAMETERS, batches())
    assert opening.root(PARAMETERS.table.digest(), permute) == BookRoot.of(verified)
    assert verify_customer(files[name], verified, SNAPSHOT, PARAMETERS).identifier == name
    assert opening.joined is not None
    assert (opening.joined.position, opening.position) == divmod(files[name].position, SHAPE.leaves)


def test_owner_proves_her_account_under_the_book_s_root() -> None:
    verified, files = published()
    name = max(HEALTHY, key=lambda one: files[one].position)
    root = BookRoot.of(verified)
    about = (SNAPSHOT, PARAMETERS, MAINTENANCE, CONTEXT)
    proof = prove_account(opening_of(files[name], PARAMETERS, batches()), SECRET, *about, root)
    assert verify_account(proof, *about, root, POLICY).threshold == MAINTENANCE
    for other in (replace(root, above=None), replace(root, above=1), replace(root, root=batches()[0][0], above=None)):
        with pytest.raises(VerificationError):
            verify_account(proof, *about, other, POLICY)


def test_path_of_another_batch_is_refused() -> None:
    verified, files = published()
    name = min(HEALTHY, key=lambda one: files[one].position)
    moved = files[name].model_copy(update={"position": (files[name].position + SHAPE.leaves) % (2 * SHAPE.leaves)})
    about = (SNAPSHOT, PARAMETERS, MAINTENANCE, CONTEXT, BookRoot.of(verified))
    with pytest.raises(AccountRefusedError, match="not under the book's root"):
        prove_account(opening_of(moved, PARAMETERS, batches()), SECRET, *about)
    with pytest.raises(AccountRefusedError, match="not under the book's root"):
        prove_account(opening_of(files[name], PARAMETERS, batches()[::-1]), SECRET, *about)


def test_position_in_no_batch_is_refused() -> None:
    file = published()[1]["ann"].model_copy(update={"position": BATCHES * SHAPE.leaves})
    with pytest.raises(AccountRefusedError, match="in another batch"):
        opening_of(file, PARAMETERS, batches())
    with pytest.raises(AccountRefusedError, match="in another batch"):
        opening_of(file.model_copy(update={"position": SHAPE.leaves}), PARAMETERS)
