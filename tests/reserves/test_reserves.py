"""Reserves that are not the venue's own for this publication, each with one lie, and each refused for it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from wallets import address_of, sign

from plimsoll.engine.problems import InputError
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.reserves import Reserves, VerifiedReserves, digest, message, shared_addresses, verify_reserves

ROOT, BLOCK = bytes(range(32)), bytes(reversed(range(32)))
UNIT = 10**20
OLD_SIGNATURE = "0x" + "11" * 65


def entry(secret: int = 1, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "chain": "eip155:1",
        "address": show_address(address_of(secret)),
        "purpose": "reserve",
        "height": 21_000_000,
        "block": BLOCK.hex(),
        "balances": {"ETH": "10", "USDT": "2500.5"},
        "form": "personal message",
        "signature": OLD_SIGNATURE,
    }
    return fields | changes


def parsed(addresses: list[dict[str, Any]], **changes: Any) -> Reserves:
    fields = {"version": 1, "venue": "Example", "sequence": 7, "root": ROOT.hex(), "addresses": addresses} | changes
    return Reserves.parse(json.dumps(fields).encode())


def signed(addresses: list[dict[str, Any]], secrets: list[int], **changes: Any) -> Reserves:
    """The reserves with each entry signed by the key that stands beside it."""
    unsigned = parsed(addresses, **changes)
    whole = [
        fields | {"signature": "0x" + sign(secret, digest(unsigned, one)).hex()}
        for fields, one, secret in zip(addresses, unsigned.addresses, secrets, strict=True)
    ]
    return parsed(whole, **changes)


@cache
def honest() -> Reserves:
    return signed(
        [
            entry(1),
            entry(2, form="typed data", balances={"ETH": "0.5"}),
            entry(3, purpose="insurance fund"),
            entry(1, chain="eip155:42161", height=5, form="typed data"),
        ],
        [1, 2, 3, 1],
    )


def verified(listed: Reserves) -> VerifiedReserves:
    return verify_reserves(listed, "Example", 7, ROOT)


def refused(listed: Reserves, expects: str) -> None:
    with pytest.raises(VerificationError, match=expects) as caught:
        verified(listed)
    assert caught.value.step == "reserves"


def test_sums_are_apart_by_purpose() -> None:
    found = verified(honest())
    assert found.reserves == {"ETH": 205 * UNIT // 10, "USDT": 5001 * UNIT}
    assert found.insurance_fund == {"ETH": 10 * UNIT, "USDT": 25005 * UNIT // 10}
    assert found.blocks == {"eip155:1": (21_000_000, BLOCK), "eip155:42161": (5, BLOCK)}


@pytest.mark.parametrize("form", ["personal message", "typed data"])
def test_other_key_rejected(form: str) -> None:
    refused(signed([entry(1, form=form)], [2]), "a signature of 0x")


@pytest.mark.parametrize("form", ["personal message", "typed data"])
@pytest.mark.parametrize(
    "changes",
    [
        {"chain": "eip155:10"},
        {"height": 21_000_001},
        {"block": ROOT.hex()},
        {"purpose": "insurance fund"},
    ],
)
def test_entry_altered_after_signing_rejected(form: str, changes: dict[str, Any]) -> None:
    genuine = signed([entry(1, form=form)], [1]).model_dump(mode="json")["addresses"][0]
    refused(parsed([genuine | changes]), "a signature of 0x")


@pytest.mark.parametrize("form", ["personal message", "typed data"])
@pytest.mark.parametrize("changes", [{"venue": "Other"}, {"sequence": 6}, {"root": BLOCK.hex()}])
def test_signature_for_another_publication_rejected(form: str, changes: dict[str, Any]) -> None:
    """Another venue's, another epoch's or another book's: as it is, and with the fields corrected."""
    foreign = signed([entry(1, form=form)], [1], **changes)
    refused(foreign, "reserves")
    refused(parsed(foreign.model_dump(mode="json")["addresses"]), "a signature of 0x")


def test_form_that_was_not_signed_rejected() -> None:
    genuine = signed([entry(1)], [1]).model_dump(mode="json")["addresses"][0]
    refused(parsed([genuine | {"form": "typed data"}]), "a signature of 0x")


@pytest.mark.parametrize("changes", [{}, {"purpose": "insurance fund"}, {"form": "typed data"}])
def test_address_twice_rejected(changes: dict[str, Any]) -> None:
    """Within the reserves, and as reserve and fund."""
    refused(signed([entry(1), entry(1, **changes)], [1, 1]), "once")


def test_address_twice_in_another_case_rejected() -> None:
    address = show_address(address_of(1))
    refused(signed([entry(1), entry(1, address=address.lower())], [1, 1]), "once")


@pytest.mark.parametrize("changes", [{"height": 21_000_001}, {"block": ROOT.hex()}])
def test_two_blocks_of_one_chain_rejected(changes: dict[str, Any]) -> None:
    refused(signed([entry(1), entry(2, **changes)], [1, 2]), "all addresses of eip155:1 at block 21000000")


def test_signature_that_is_none_rejected() -> None:
    refused(parsed([entry(1)]), "last byte is 17")


def test_two_venues_with_one_address_are_found() -> None:
    other = signed([entry(2), entry(5)], [2, 5], venue="Other")
    assert shared_addresses(honest(), other) == [f"eip155:1 {show_address(address_of(2))}"]
    assert shared_addresses(honest(), honest()) == []


def test_message_says_what_is_signed() -> None:
    """Each field on a line of its own; no field can hold a line break."""
    lines = message(honest(), honest().addresses[0]).split("\n")
    assert lines == [
        "Plimsoll ownership of an address, version 1",
        "venue: Example",
        "publication: 7",
        f"book root: {ROOT.hex()}",
        "purpose: reserve",
        "chain: eip155:1",
        f"address: {show_address(address_of(1))}",
        "height: 21000000",
        f"block: 0x{BLOCK.hex()}",
    ]
    with pytest.raises(InputError, match="expected a name"):
        parsed([entry(1)], venue="A\npublication: 8")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"chain": "1"}, "a chain such as eip155:1"),
        ({"chain": "eip155:01"}, "a chain such as eip155:1"),
        ({"chain": "bip122:000000000019d6689c085ae165831e93"}, "a chain such as eip155:1"),
        ({"address": "0x00"}, "expected an address"),
        ({"address": 5}, "expected an address"),
        ({"balances": {}}, "at least 1"),
        ({"balances": {"ETH": "-1"}}, "balances"),
        ({"height": -1}, "at least 0"),
        ({"purpose": "both"}, "purpose"),
        ({"form": "raw"}, "form"),
        ({"signature": "0x" + "AA" * 65}, "130 lower-case"),
        ({"signature": "aa" * 65}, "130 lower-case"),
        ({"note": "x"}, "unknown field"),
    ],
)
def test_entry_of_another_form_rejected(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parsed([entry(1, **changes)])
