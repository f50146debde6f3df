"""A receipt holds, or is evidence; and nobody but the venue can make either."""

from __future__ import annotations

import json
from typing import Any

import pytest
from receipt_office import ALTERED, MINUTE, OMITTED, PROMISED, book, files, opening, publication, receipts
from small_book import PARAMETERS, small_book
from venue_office import POLICY, SNAPSHOT, venue

from plimsoll.circuits.leaves import climb
from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.prover.customers import tree
from plimsoll.prover.opening import OpeningError
from plimsoll.prover.publication import make_bundle
from plimsoll.prover.receipts import issue
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.bundle import PROOF, Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.receipts import (
    BrokenPromiseError,
    Promise,
    Receipt,
    check_kept,
    check_owner,
    check_published,
    check_receipt,
    promise_digest,
)

KEY = venue().public_key


def altered(account: str = "ann", promise: dict[str, Any] | None = None, **changes: Any) -> Receipt:
    fields = json.loads(receipts()[account].model_dump_json())
    fields["promise"] |= promise or {}
    return Receipt.parse(json.dumps(fields | changes).encode())


def signed(**changes: Any) -> Receipt:
    """Another promise of the venue's own, under its signature."""
    unsigned = altered(promise=changes)
    signature = venue().sign(promise_digest(unsigned.promise))
    return unsigned.model_copy(update={"signature": signature})


def refused(one: Receipt, expects: str, key: bytes = KEY) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        check_receipt(one, key)
    assert caught.value.step == "receipt"
    assert not isinstance(caught.value, BrokenPromiseError)


def broken(one: Receipt, bundle: Bundle, expects: str) -> BrokenPromiseError:
    with pytest.raises(BrokenPromiseError, match=expects) as caught:
        check_kept(one, bundle, KEY, POLICY)
    return caught.value


# --- controls ------------------------------------------------------------------------------------------------------


def test_promise_kept() -> None:
    assert sorted(receipts()) == ["ann", "ben", "cat", "dan"]
    for account, one in receipts().items():
        check_owner(one, files()[account], PARAMETERS)
        assert climb(one.leaf, one.position, one.path, permute) == one.promise.root
    check_receipt(receipts()["ann"], KEY)
    assert check_kept(receipts()["ann"], publication(), KEY, POLICY).book.root == receipts()["ann"].promise.root


def test_all_receipts_have_one_promise() -> None:
    """Customers can compare it: the venue signs once, and whoever is promised another root holds another promise."""
    assert len({one.promise for one in receipts().values()}) == 1
    assert len({one.signature for one in receipts().values()}) == 1


def test_receipt_tells_nothing_of_holdings_or_name() -> None:
    """It can be shown as evidence: digests of salted leaves, no identifier, no nonce, no salt."""
    text = receipts()["ann"].model_dump_json()
    leaf = next(leaf for leaf in opening(PROMISED).accounts if leaf.account == "ann")
    for secret in ('"ann"', opening(PROMISED).nonce, show_quad(leaf.salt), show_quad(leaf.blind), "BTC", "30000"):
        assert secret not in text


# --- the venue breaks its promise ----------------------------------------------------------------------------------


def test_account_omitted_from_the_tree_after_its_receipt_is_evidence() -> None:
    """The book without her is proven and valid; every other customer finds herself in it."""
    error = broken(receipts()["ann"], publication(OMITTED), "omitted account")
    assert show_quad(publication(OMITTED).manifest.root) in str(error)
    assert show_quad(receipts()["ann"].promise.root) in str(error)
    assert receipts()["ann"].promise.root != publication(OMITTED).manifest.root


def test_account_altered_after_its_receipt_is_evidence() -> None:
    broken(receipts()["ann"], publication(ALTERED), "omitted account")


def test_evidence_needs_no_secret_and_no_proof_of_the_book() -> None:
    """An invalid proof is no excuse: two signatures of the venue contradict each other."""
    files = publication(OMITTED).files
    spoilt = files | {PROOF: files[PROOF][:-9] + bytes(9)}
    bundle = make_bundle(spoilt, venue(), publication(OMITTED).manifest.time)
    broken(receipts()["ben"], bundle, "omitted account")


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"nonce_digest": "00" * 32}, "customers' nonce"),
        ({"instruments": "00" * 32}, "instrument table"),
    ],
)
def test_promise_of_another_nonce_or_table_is_evidence(changes: dict[str, Any], expects: str) -> None:
    """The same root, read in another way."""
    broken(signed(**changes), publication(), expects)


def test_promise_of_another_height_is_evidence() -> None:
    """A node in place of a leaf: nobody's account."""
    levels = tree(book(PROMISED), PARAMETERS.table.digest(), opening(PROMISED), permute)
    above = [show_quad(levels[1][1]), show_quad(levels[2][1])]
    promise = signed(levels=2)
    one = altered(promise={"levels": 2}, leaf=show_quad(levels[1][0]), position=0, path=above)
    one = one.model_copy(update={"signature": promise.signature})
    check_receipt(one, KEY)
    broken(one, publication(), "levels")
    with pytest.raises(VerificationError, match="a file that opens the receipt's leaf"):
        check_owner(one, files()["ann"], PARAMETERS)


# --- the customer lies ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"root": "0" * 64},
        {"sequence": 4},
        {"venue": "other"},
        {"levels": 2},
        {"joint_levels": 0},
        {"time": "2026-01-01T00:00:00Z"},
        {"nonce_digest": "00" * 32},
        {"instruments": "00" * 32},
    ],
)
def test_promise_that_the_venue_did_not_sign_rejected(changes: dict[str, Any]) -> None:
    refused(altered(promise=changes), "the venue's signature")


def test_leaf_that_was_not_promised_rejected() -> None:
    """Evidence cannot be made up: only leaves of the promised tree have a path to its root."""
    one = json.loads(receipts()["ann"].model_dump_json())
    wrong_path = [one["path"][0][:-1] + ("1" if one["path"][0][-1] == "0" else "0"), *one["path"][1:]]
    refused(altered(leaf="0" * 64), "a path to the promised root")
    refused(altered(path=wrong_path), "a path to the promised root")
    refused(altered(position=one["position"] ^ 1), "a path to the promised root")
    refused(altered(position=one["position"] ^ 4), "a path to the promised root")


def test_path_of_another_length_rejected() -> None:
    one = json.loads(receipts()["ann"].model_dump_json())
    for path in (one["path"][:-1], [*one["path"], one["path"][0]], []):
        refused(altered(path=path), "a path of 3 siblings")
    refused(altered(position=one["position"] + 8), "a position below 8")


def test_joint_of_another_form_than_promised_rejected() -> None:
    refused(signed(joint_levels=0), "a joint of 0 siblings")


def test_position_beyond_the_last_leaf_rejected() -> None:
    """8 is 0 to whoever counts to eight: the first leaf under a second number."""
    levels = tree(book(PROMISED), PARAMETERS.table.digest(), opening(PROMISED), permute)
    path = [show_quad(level[1]) for level in levels[:3]]
    check_receipt(altered(leaf=show_quad(levels[0][0]), position=0, path=path), KEY)
    refused(altered(leaf=show_quad(levels[0][0]), position=8, path=path), "a position below 8")


def test_another_key_than_the_venue_s_rejected() -> None:
    other = SigningKey.from_seed(b"x" * 32)
    refused(receipts()["ann"], "a signature by the venue's key", other.public_key)
    promise = altered(promise={"root": "0" * 64}).promise
    forged = {"public_key": other.public_key.hex(), "signature": other.sign(promise_digest(promise)).hex()}
    refused(altered(promise={"root": "0" * 64}, **forged), "a signature by the venue's key")


def test_signature_of_another_kind_rejected() -> None:
    """A signature over the manifest, or over the promise's untagged digest, is none over a promise."""
    refused(altered(signature=publication().signature.signature.hex()), "the venue's signature")


def test_publication_of_another_moment_is_no_evidence() -> None:
    for changes, expects in (({"sequence": 4}, "publication 4"), ({"venue": "other"}, "a publication of other")):
        with pytest.raises(VerificationError, match=expects) as caught:
            check_kept(signed(**changes), publication(OMITTED), KEY, POLICY)
        assert not isinstance(caught.value, BrokenPromiseError)


def test_publication_that_the_venue_did_not_sign_is_no_evidence() -> None:
    other = SigningKey.from_seed(b"x" * 32)
    bundle = make_bundle(publication(OMITTED).files, other, publication(OMITTED).manifest.time)
    with pytest.raises(VerificationError, match="a signature by the venue's key") as caught:
        check_kept(receipts()["ann"], bundle, KEY, POLICY)
    assert not isinstance(caught.value, BrokenPromiseError)


def test_invalid_publication_of_the_promised_root_is_not_kept() -> None:
    parts = publication().files
    spoilt = make_bundle(parts | {PROOF: parts[PROOF][:-9] + bytes(9)}, venue(), publication().manifest.time)
    with pytest.raises(VerificationError) as caught:
        check_kept(receipts()["ann"], spoilt, KEY, POLICY)
    assert not isinstance(caught.value, BrokenPromiseError)


def test_published_is_held_against_the_promise_before_any_proof() -> None:
    """Each by itself: who signed, for whom, for which moment, which root."""
    other = SigningKey.from_seed(b"x" * 32)
    foreign = make_bundle(publication().files, other, publication().manifest.time)
    check_published(receipts()["ann"], publication(), KEY)
    for one, bundle, expects in (
        (receipts()["ann"], foreign, "a signature by the venue's key"),
        (signed(venue="other"), publication(), "a publication of other"),
        (signed(sequence=4), publication(), "publication 4"),
        (receipts()["ann"], publication(OMITTED), "omitted account"),
    ):
        with pytest.raises(VerificationError, match=expects):
            check_published(one, bundle, KEY)


# --- whose leaf it is ----------------------------------------------------------------------------------------------


def test_another_s_receipt_rejected() -> None:
    """A venue that gives two customers one receipt has promised one leaf."""
    with pytest.raises(VerificationError, match="a file that opens the receipt's leaf"):
        check_owner(receipts()["ben"], files()["ann"], PARAMETERS)


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"venue": "other"}, "a file of the venue small"),
        ({"sequence": 4}, "a file for publication 3"),
        ({"nonce": bytes(32)}, "a nonce whose digest is"),
        ({"identifier": "ben"}, "a file that opens the receipt's leaf"),
        ({"holdings": ()}, "a file that opens the receipt's leaf"),
        ({"account_class": 1}, "a file that opens the receipt's leaf"),
    ],
)
def test_altered_customer_file_rejected(changes: dict[str, Any], expects: str) -> None:
    with pytest.raises(VerificationError, match=expects):
        check_owner(receipts()["ann"], files()["ann"].model_copy(update=changes), PARAMETERS)


def test_rules_of_another_table_rejected() -> None:
    fields = json.loads(json.dumps(PARAMETERS.model_dump(mode="json")))
    fields["instruments"][0]["lot"] = "0.000001"
    finer = RiskParameters.parse(json.dumps(fields).encode())
    with pytest.raises(VerificationError, match="an instrument table"):
        check_owner(receipts()["ann"], files()["ann"], finer)


# --- files and issuing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"more": 1}, "unknown field"),
        ({"leaf": "0" * 63}, "64 lower-case hexadecimal digits"),
        ({"position": -1}, "at least 0"),
        ({"path": ["0" * 64] * 33}, "at most 32"),
        ({"version": 2}, "expected 1"),
        ({"signature": "00"}, "signature"),
    ],
)
def test_receipt_of_another_form_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        altered(**changes)


def test_receipts_need_the_opening_of_this_book() -> None:
    with pytest.raises(OpeningError, match="another book"):
        list(issue(small_book({}), SNAPSHOT, PARAMETERS, opening(PROMISED), permute, venue(), 0))
    later = SNAPSHOT.model_copy(update={"sequence": 4})
    with pytest.raises(OpeningError, match="another publication"):
        list(issue(book(PROMISED), later, PARAMETERS, opening(PROMISED), permute, venue(), 0))
    some = list(issue(book(PROMISED), SNAPSHOT, PARAMETERS, opening(PROMISED), permute, venue(), 0, ["ben"]))
    assert [account for account, _ in some] == ["ben"]


def test_promise_is_of_the_tree_that_is_proven() -> None:
    one = receipts()["ann"]
    assert one.promise == Promise(
        version=1,
        venue="small",
        sequence=3,
        time="2026-10-22T12:01:00Z",
        root=show_quad(publication().manifest.root),
        nonce_digest=check_kept(one, publication(), KEY, POLICY).book.nonce_digest,
        instruments=PARAMETERS.table.digest().hex(),
        levels=3,
        joint_levels=None,
    )
    assert one.promise.time == SNAPSHOT.time + MINUTE
