"""Receipts of a book over two batches: the promise is of the root over both."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from venue_office import venue
from whole_venue import EXACT, FUND, LOTS, MARKET_FILE, PARAMETERS, POLICY, RULES_FILE, SNAPSHOT, Case, proven

from plimsoll.circuits.poseidon2 import permute
from plimsoll.prover.customers import customer_files, leaf_proofs
from plimsoll.prover.opening import OpeningError
from plimsoll.prover.publication import make_bundle
from plimsoll.prover.receipts import batches_of, issue
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import SNAPSHOT as MARKET
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import CustomerFile, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.publication import VerifiedBundle
from plimsoll.verifier.receipts import (
    BrokenPromiseError,
    Receipt,
    check_kept,
    check_owner,
    check_receipt,
    promise_digest,
)

KEY = venue().public_key
MINUTE = 60_000_000


@cache
def publication() -> Bundle:
    return make_bundle({MARKET: MARKET_FILE, RULES: RULES_FILE, **proven("exact")}, venue(), SNAPSHOT.time + MINUTE)


@cache
def receipts() -> dict[str, Receipt]:
    batches = batches_of(publication())
    issued = issue(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute, venue(), SNAPSHOT.time, batches=batches)
    return {account: Receipt.parse(one.model_dump_json().encode()) for account, one in issued}


@cache
def files() -> dict[str, CustomerFile]:
    made = customer_files(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute)
    return {one.identifier: CustomerFile.parse(one.model_dump_json().encode()) for one in made}


@cache
def verified() -> VerifiedBundle:
    return check_kept(receipts()["ann"], publication(), KEY, POLICY)


def altered(**changes: Any) -> Receipt:
    return Receipt.parse(json.dumps(json.loads(receipts()["ann"].model_dump_json()) | changes).encode())


def refused(one: Receipt, expects: str) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        check_receipt(one, KEY)
    assert caught.value.step == "receipt"


def test_every_customer_of_both_batches_finds_her_leaf() -> None:
    assert {one.position // 4 for one in receipts().values()} == {0, 1}
    for account in LOTS:
        check_owner(receipts()[account], files()[account], PARAMETERS)
        assert verify_customer(files()[account], verified().book, SNAPSHOT, PARAMETERS).identifier == account
    for account in ("ann", next(name for name, one in receipts().items() if one.position // 4 == 1)):
        check_receipt(receipts()[account], KEY)


def test_leaf_of_another_batch_rejected() -> None:
    """The same place in the other batch, or under the other batch's commitment."""
    one = receipts()["ann"]
    other = next(r for r in receipts().values() if r.position // 4 != one.position // 4)
    assert other.joint is not None and one.joint is not None
    refused(one.model_copy(update={"position": one.position ^ 4}), "a path to the promised root")
    refused(one.model_copy(update={"joint": other.joint}), "a path to the promised root")
    moved = files()["ann"].model_copy(update={"position": one.position ^ 4})
    with pytest.raises(VerificationError, match="a leaf under the root"):
        verify_customer(moved, verified().book, SNAPSHOT, PARAMETERS)
    beyond = files()["ann"].model_copy(update={"position": one.position + 8})
    with pytest.raises(VerificationError, match="a position below 8"):
        verify_customer(beyond, verified().book, SNAPSHOT, PARAMETERS)


def test_joint_of_another_form_rejected() -> None:
    joint = json.loads(receipts()["ann"].model_dump_json())["joint"]
    refused(altered(joint=None), "a joint of 1 siblings")
    refused(altered(joint=joint | {"path": []}), "a joint of 1 siblings")
    refused(altered(joint=joint | {"commitment": "0" * 64}), "a path to the promised root")
    refused(altered(position=receipts()["ann"].position + 8), "a position below 8")


def test_book_without_her_is_evidence() -> None:
    """Omitted after the receipt: the published book is of the other accounts, over two batches, and valid."""
    others = Case(
        lots={name: held for name, held in LOTS.items() if name not in ("ann", "ben")}, options={"fund": FUND}
    )
    files_of_others = {MARKET: MARKET_FILE, RULES: RULES_FILE, **others.proven()}
    bundle = make_bundle(files_of_others, venue(), SNAPSHOT.time + MINUTE)
    with pytest.raises(BrokenPromiseError, match="omitted account"):
        check_kept(receipts()["ann"], bundle, KEY, POLICY)


def test_promise_of_another_joint_is_evidence() -> None:
    """The same root as that of one tree: the level over the batches would be one of hers."""
    one = receipts()["ann"]
    promise = one.promise.model_copy(update={"joint_levels": 0})
    signed = one.model_copy(update={"promise": promise, "signature": venue().sign(promise_digest(promise))})
    with pytest.raises(BrokenPromiseError, match="levels over batches"):
        check_kept(signed, publication(), KEY, POLICY)


def test_files_are_made_for_the_published_batches() -> None:
    proofs = leaf_proofs(publication().files)
    assert len(proofs) == 2
    customer_files(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute, published=proofs)
    for wrong in (proofs[::-1], proofs[:1]):
        with pytest.raises(OpeningError, match="the proof has another root"):
            customer_files(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute, published=wrong)
    other = [proofs[0], replace(proofs[1], nonce_digest=bytes(32))]
    with pytest.raises(OpeningError, match="the proof has another nonce"):
        customer_files(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute, published=other)


def test_receipts_need_the_batches_of_this_opening() -> None:
    batches = batches_of(publication())
    for wrong in ((), batches[:1], batches[::-1]):
        with pytest.raises(OpeningError, match="other roots"):
            issue(EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute, venue(), 0, batches=wrong)
