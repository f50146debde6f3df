"""A customer's file opens her leaf and nothing else; each false file is refused for its one lie."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from publication import BOOK, SHAPE, files, opening, proof, verified
from small_book import PARAMETERS, SNAPSHOT, small_book

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import account_id, account_leaf, account_order, climb, empty_leaf, node
from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.decimals import format_quantity
from plimsoll.engine.health import Status
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.engine.tiers import MAX_QUANTITY
from plimsoll.prover.core_api import permute as core_permute
from plimsoll.prover.customers import customer_files, tree
from plimsoll.prover.opening import OpeningError
from plimsoll.verifier.customer import CustomerFile, keyed_holdings, show_quad, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import read_proof

TABLE = PARAMETERS.table.digest()


def check(one: CustomerFile, **changes: Any) -> Any:
    return verify_customer(one, replace(verified(), **changes), SNAPSHOT, PARAMETERS)


def altered(account: str, **changes: Any) -> CustomerFile:
    fields = json.loads(files()[account].model_dump_json()) | changes
    return CustomerFile.parse(json.dumps(fields).encode())


def refused(one: CustomerFile, expects: str, **changes: Any) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        check(one, **changes)
    assert caught.value.step == "customer"


def test_tree_in_the_clear_is_the_tree_that_was_proven() -> None:
    levels = tree(BOOK, PARAMETERS.table.digest(), opening(), permute)
    assert levels == tree(BOOK, PARAMETERS.table.digest(), opening(), core_permute)
    assert [len(level) for level in levels] == [8, 4, 2, 1]
    assert levels[-1][0] == verified().root


@pytest.mark.parametrize("account", BOOK.accounts)
def test_every_customer_finds_her_account(account: str) -> None:
    found = check(files()[account])
    assert found.identifier == account
    assert found.health.solvent
    signed = {one.instrument: one.quantity if one.side == "long" else f"-{one.quantity}" for one in found.holdings}
    if account == "ann":
        assert signed == {"BTC": "3", "USD-CASH": "-10000"}
        assert found.health.status in (Status.HEALTHY, Status.PRE_LIQUIDATION)
    if account == "dan":
        assert (signed, found.health.equity) == ({}, 0)
    if account == "eva":
        assert len(signed) == 7


def test_file_opens_no_other_leaf() -> None:
    """Siblings are digests of salted leaves; no other account's name, salt or blind is in it."""
    for account, one in files().items():
        text = one.model_dump_json()
        others = [leaf for leaf in opening().accounts if leaf.account != account]
        for leaf in others:
            assert json.dumps(leaf.account) not in text
            assert show_quad(leaf.salt) not in text and show_quad(leaf.blind) not in text
        assert all(show_quad(leaf.salt) not in text for leaf in opening().empty)
        assert show_quad(opening().commitment_salt) not in text


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"venue": "other"}, "a file of the venue small"),
        ({"sequence": 4}, "a file for publication 3"),
        ({"nonce": "00" * 32}, "a nonce whose digest is"),
        ({"identifier": "ben"}, "a leaf under the root"),
        ({"identifier": "ann "}, "a leaf under the root"),
        ({"blind": "0" * 64}, "a leaf under the root"),
        ({"salt": "0" * 64}, "a leaf under the root"),
        ({"account_class": 1}, "a leaf under the root"),
        ({"holdings": []}, "a leaf under the root"),
    ],
)
def test_altered_field_rejected(changes: dict[str, Any], expects: str) -> None:
    refused(altered("ann", **changes), expects)


@pytest.mark.parametrize(
    ("place", "changes", "expects"),
    [
        (0, {"quantity": "3.0001"}, "a leaf under the root"),
        (0, {"side": "short"}, "a leaf under the root"),
        (1, {"side": "long"}, "a leaf under the root"),
        (0, {"instrument": "BTC-PERP"}, "a leaf under the root"),
        (0, {"instrument": "DOGE"}, "of a listed instrument"),
        (0, {"quantity": "3.00001"}, "in whole lots"),
        (0, {"quantity": "-3"}, "from 0 to"),
        (0, {"quantity": "999999999999999999"}, "from 0 to"),
    ],
)
def test_altered_holding_rejected(place: int, changes: dict[str, str], expects: str) -> None:
    holdings = json.loads(files()["ann"].model_dump_json())["holdings"]
    holdings[place] |= changes
    refused(altered("ann", holdings=holdings), expects)


def test_least_and_greatest_holding_are_read() -> None:
    """No lots, and as many as a proof can hold: whether they are in the leaf is asked later."""
    info = PARAMETERS.table[PARAMETERS.table.index("BTC")]
    for lots in (0, MAX_QUANTITY):
        one = {"instrument": "BTC", "side": "long", "quantity": format_quantity(lots, info.lot)}
        assert [held for _, held in keyed_holdings(altered("ann", holdings=[one]), PARAMETERS)] == [lots]


def test_holding_added_left_out_or_twice_rejected() -> None:
    """An empty holding as well: it is in the leaf, or it is not."""
    holdings = json.loads(files()["ann"].model_dump_json())["holdings"]
    refused(altered("ann", holdings=holdings[:1]), "a leaf under the root")
    refused(altered("ann", holdings=[holdings[0], holdings[0], holdings[1]]), "after the one before it")
    refused(altered("ann", holdings=holdings[::-1]), "after the one before it")
    empty = {"instrument": "BTC", "side": "short", "quantity": "0"}
    table = sorted([*holdings, empty], key=lambda one: (PARAMETERS.table.index(one["instrument"]), one["side"]))
    refused(altered("ann", holdings=table), "a leaf under the root")


def test_path_of_another_position_rejected() -> None:
    one = files()["ann"]
    for position in set(range(SHAPE.leaves)) - {one.position}:
        refused(altered("ann", position=position), "a leaf under the root")
    for position in (SHAPE.leaves, one.position + SHAPE.leaves):
        refused(altered("ann", position=position), "a position below 8")


def test_path_of_another_length_rejected() -> None:
    path = json.loads(files()["ann"].model_dump_json())["path"]
    for other in (path[:-1], [*path, path[0]], []):
        refused(altered("ann", path=other), "a path of 3 siblings")


def test_inner_node_as_a_leaf_rejected() -> None:
    """A path one level up, with a node in place of the leaf, needs a leaf that hashes to a node: tags differ."""
    left, right = (show_quad(one) for one in tree(BOOK, PARAMETERS.table.digest(), opening(), permute)[0][:2])
    path = json.loads(files()["ann"].model_dump_json())["path"]
    refused(altered("ann", blind=left, salt=right, path=path[1:]), "a path of 3 siblings")


def test_another_book_or_nonce_rejected() -> None:
    refused(files()["ann"], "a leaf under the root", root=(1, 2, 3, 4))
    refused(files()["ann"], "a nonce whose digest is", nonce_digest="00" * 32)
    refused(files()["ann"], "a file for publication 9", sequence=9)


def test_one_leaf_has_one_meaning() -> None:
    """With finer lots the same keys and numbers are a millionth of the debt: another table makes another leaf."""
    fields = json.loads(json.dumps(PARAMETERS.model_dump(mode="json")))
    fields["instruments"][0]["lot"] = "0.000001"
    finer = RiskParameters.parse(json.dumps(fields).encode())
    holdings = json.loads(files()["ann"].model_dump_json())["holdings"]
    holdings[0]["quantity"] = "0.03"
    with pytest.raises(VerificationError, match="a leaf under the root"):
        verify_customer(altered("ann", holdings=holdings), verified(), SNAPSHOT, finer)
    assert tree(BOOK, TABLE, opening(), permute)[-1] != tree(BOOK, finer.table.digest(), opening(), permute)[-1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"salt": f"{P:016x}" + "0" * 48}, "not below the field's prime"),
        ({"salt": "0" * 63}, "64 lower-case hexadecimal digits"),
        ({"salt": "A" * 64}, "64 lower-case hexadecimal digits"),
        ({"path": ["0" * 64] * 33}, "at most 32"),
        ({"position": -1}, "at least 0"),
        ({"account_class": 4096}, "less than 4096"),
        ({"identifier": ""}, "identifier"),
        ({"holdings": [{"instrument": "BTC", "side": "both", "quantity": "1"}]}, "side"),
        ({"holdings": [{"instrument": "BTC", "side": "long", "quantity": 1}]}, "expected a text"),
        ({"more": 1}, "unknown field"),
    ],
)
def test_file_of_another_form_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        altered("ann", **changes)


def test_files_need_the_opening_of_this_book() -> None:
    other = small_book()
    with pytest.raises(OpeningError, match="another book"):
        customer_files(other, SNAPSHOT, PARAMETERS, opening(), permute)
    later = SNAPSHOT.model_copy(update={"sequence": 4})
    with pytest.raises(OpeningError, match="another publication"):
        customer_files(BOOK, later, PARAMETERS, opening(), permute)


def test_files_need_the_proof_of_this_book() -> None:
    """Each of the three by itself: root, nonce, instrument table."""
    statement = read_proof(proof())[0]
    customer_files(BOOK, SNAPSHOT, PARAMETERS, opening(), permute, published=[statement])
    root = (statement.public_values[0], 1, *statement.public_values[2:])
    table = replace(statement.digests, instruments=bytes(32))
    for changes, what in (
        ({"public_values": root}, "root"),
        ({"nonce_digest": bytes(32)}, "nonce"),
        ({"digests": table}, "instrument table"),
    ):
        other = replace(statement, **changes)  # type: ignore[arg-type]
        with pytest.raises(OpeningError, match=f"the proof has another {what} than"):
            customer_files(BOOK, SNAPSHOT, PARAMETERS, opening(), permute, published=[other])


@pytest.mark.parametrize("name", ["ann ", "Ann", "ann\u200b", "\u0430nn", ""])
def test_identifier_is_compared_exactly(name: str) -> None:
    verify_customer(files()["ann"], verified(), SNAPSHOT, PARAMETERS, identifier="ann")
    with pytest.raises(VerificationError, match="a file for") as caught:
        verify_customer(files()["ann"], verified(), SNAPSHOT, PARAMETERS, identifier=name)
    assert (caught.value.expected, caught.value.got) == (f"a file for {name!a}", "'ann'")


def test_nonce_of_other_customers_is_compared() -> None:
    """One root, proven under two nonces: each customer's file is right, and they were shown two orders."""
    book = verified()
    verify_customer(files()["ann"], book, SNAPSHOT, PARAMETERS, shown_nonce=book.nonce_digest)
    with pytest.raises(VerificationError, match="the nonce of others"):
        verify_customer(files()["ann"], book, SNAPSHOT, PARAMETERS, shown_nonce="00" * 32)


def test_leaves_of_every_kind_differ() -> None:
    """Same content under another tag is another digest; each argument matters."""
    quad, zero = (1, 2, 3, 4), (0, 0, 0, 0)
    identity = account_id("ann", TABLE, quad, permute)
    first = account_leaf(identity, quad, 0, 5, [(0, 1)], permute)
    others = {
        account_leaf(identity, quad, 1, 5, [(0, 1)], permute),
        account_leaf(identity, quad, 0, 6, [(0, 1)], permute),
        account_leaf(identity, quad, 0, 5, [(0, 2)], permute),
        account_leaf(identity, quad, 0, 5, [(1, 1)], permute),
        account_leaf(identity, quad, 0, 5, [], permute),
        account_leaf(identity, zero, 0, 5, [(0, 1)], permute),
        account_leaf(account_id("ann", bytes(32), quad, permute), quad, 0, 5, [(0, 1)], permute),
        account_leaf(account_id("ben", TABLE, quad, permute), quad, 0, 5, [(0, 1)], permute),
        account_leaf(account_id("ann", TABLE, zero, permute), quad, 0, 5, [(0, 1)], permute),
        empty_leaf(quad, permute),
        node(quad, zero, permute),
        node(zero, quad, permute),
    }
    assert len(others | {first}) == 13
    assert climb(first, 1, [quad], permute) == node(quad, first, permute) != climb(first, 0, [quad], permute)
    assert account_order(b"a", "ann") != account_order(b"b", "ann") != account_order(b"b", "ben")
