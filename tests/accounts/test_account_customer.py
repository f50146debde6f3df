"""From a venue's book to a consumer: table of accounts, book's proof, customer's file, her own account's proof."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from one_account import CONTEXT, PARAMETERS, POLICY, SECRET
from small_venue import SNAPSHOT, book

from plimsoll.circuits.leaves import Quad, owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.thresholds import Threshold
from plimsoll.engine.titles import Title
from plimsoll.prover.account_job import AccountRefusedError, opening_of, prove_account
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.verifier.account import BookRoot, VerifiedAccount, verify_account
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.customer import CustomerFile, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy

SHAPE = ShapeClass(3, 2)
OWNER = owner_key(SECRET, permute)
LIEN = 2_500_000_000
"""2,500 of the quote currency."""
MAINTENANCE = Threshold("maintenance")


@cache
def published() -> tuple[VerifiedBook, dict[str, CustomerFile]]:
    """A proven book in which `wide` has an owner and a lien, `cat` an owner, and `edge` nothing; and its files."""
    plain = book()
    titles = {plain.accounts.index("wide"): Title(OWNER, LIEN), plain.accounts.index("cat"): Title(OWNER)}
    titled = replace(plain, titles=titles)
    opening = new_opening(titled, SHAPE, SNAPSHOT, PARAMETERS)
    verified = verify_book(
        prove_book(titled, SNAPSHOT, PARAMETERS, SHAPE, opening), SNAPSHOT, PARAMETERS, Policy(at=POLICY.at)
    )
    made = customer_files(titled, SNAPSHOT, PARAMETERS, opening, permute)
    return verified, {one.identifier: CustomerFile.parse(one.model_dump_json().encode()) for one in made}


def shown(name: str, threshold: Threshold = MAINTENANCE, secret: Quad = SECRET, **changes: Any) -> VerifiedAccount:
    """Her proof, made from her file with what is changed in it, before a consumer who saw the publication."""
    verified, files = published()
    root = BookRoot.of(verified)
    opening = opening_of(files[name].model_copy(update=changes), PARAMETERS)
    data = prove_account(opening, secret, SNAPSHOT, PARAMETERS, threshold, CONTEXT, root)
    return verify_account(data, SNAPSHOT, PARAMETERS, threshold, CONTEXT, root, POLICY)


def free_amount(name: str) -> int:
    """What is free above initial margin and lien, in whole units of 10^-6."""
    verified, files = published()
    health = verify_customer(files[name], verified, SNAPSHOT, PARAMETERS).health
    return (health.equity - health.initial) // 10**14 - files[name].lien


def test_file_shows_owner_and_lien_and_opens_the_leaf() -> None:
    verified, files = published()
    assert [(files[name].owner, files[name].lien) for name in ("wide", "cat", "edge")] == [
        (OWNER, LIEN),
        (OWNER, 0),
        ((0, 0, 0, 0), 0),
    ]
    for name, one in files.items():
        assert verify_customer(one, verified, SNAPSHOT, PARAMETERS).identifier == name
    assert '"lien":"2500"' in files["wide"].model_dump_json()


@pytest.mark.parametrize("change", [{"lien": LIEN - 1}, {"lien": 0}, {"owner": (1, 2, 3, 4)}])
def test_file_with_another_owner_or_lien_rejected(change: dict[str, Any]) -> None:
    verified, files = published()
    with pytest.raises(VerificationError, match="a leaf under the root"):
        verify_customer(files["wide"].model_copy(update=change), verified, SNAPSHOT, PARAMETERS)


def test_file_without_owner_and_lien_reads_as_before() -> None:
    _, files = published()
    text = files["edge"].model_dump_json(exclude={"owner", "lien"})
    assert CustomerFile.parse(text.encode()) == files["edge"]


def test_owner_proves_her_account_to_a_consumer() -> None:
    one, other = shown("wide"), shown("cat")
    assert one.tag == other.tag
    most = Threshold("free", amount=free_amount("wide"))
    assert shown("wide", most).threshold == most


def test_free_amount_is_net_of_the_lien() -> None:
    with pytest.raises(AccountRefusedError, match="misses the threshold by"):
        shown("wide", Threshold("free", amount=free_amount("wide") + 1))


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "another secret": ({"secret": (9, 9, 9, 9)}, "not that of the account's owner"),
    "lien understated": ({"lien": LIEN - 1}, "not under the book's root"),
    "another class": ({"account_class": 4}, "not under the book's root"),
    "another position": ({"position": 0}, "not under the book's root"),
    "another salt": ({"salt": (1, 2, 3, 4)}, "not under the book's root"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_lie_is_refused_before_anything_is_proven(name: str) -> None:
    changes, message = REFUSED[name]
    if name == "another position":
        changes = {"position": (published()[1]["wide"].position + 1) % SHAPE.leaves}
    with pytest.raises(AccountRefusedError, match=message):
        shown("wide", **changes)


def test_account_without_an_owner_is_refused() -> None:
    with pytest.raises(AccountRefusedError, match="not that of the account's owner"):
        shown("edge")
