"""Reserves that are not the venue's own for this publication, each with one lie, and each refused for it."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from wallets import address_of, sign

from plimsoll.engine.fields import parse_time
from plimsoll.engine.problems import InputError
from plimsoll.verifier.assets import Asset
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.ownership import MAX_ADDRESSES, MAX_BALANCES, Reserves, digest, message
from plimsoll.verifier.reserves import Occasion, VerifiedReserves, shared_addresses, verify_reserves

ROOT, BLOCK = bytes(range(32)), bytes(reversed(range(32)))
UNIT = 10**20
OLD_SIGNATURE = "0x" + "11" * 65
KEY, OTHER_KEY = b"k" * 48, b"o" * 48
NOON = parse_time("2026-11-21T12:00:00Z")
TETHER = "eip155:1/erc20:0xdAC17F958D2ee523a2206206994597C13D831ec7"
OCCASION = Occasion("Example", KEY, 7, ROOT, NOON, frozenset({"ETH", "USDT"}))


def coin(asset: str = "eip155:1/slip44:60", instrument: str = "ETH", units: str = "10") -> dict[str, str]:
    return {"asset": asset, "instrument": instrument, "units": units}


ARBITRUM = (
    coin("eip155:42161/slip44:60"),
    coin("eip155:42161/erc20:0xfd086bc7cd5c481dcc9c85ebe478a1c0b69fcbb9", "USDT", "2500.5"),
)


def entry(secret: int = 1, **changes: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "chain": "eip155:1",
        "address": show_address(address_of(secret)),
        "purpose": "reserve",
        "height": 21_000_000,
        "block": BLOCK.hex(),
        "time": "2026-11-21T11:59:59Z",
        "balances": [coin(), coin(TETHER, "USDT", "2500.5")],
        "form": "personal message",
        "signature": OLD_SIGNATURE,
    }
    return fields | changes


def parsed(addresses: list[dict[str, Any]], **changes: Any) -> Reserves:
    fields: dict[str, Any] = {"version": 1, "venue": "Example", "venue_key": KEY.hex(), "sequence": 7}
    fields |= {"root": ROOT.hex(), "addresses": addresses}
    return Reserves.parse(json.dumps(fields | changes).encode())


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
            entry(2, form="typed data", balances=[coin(units="0.5")]),
            entry(3, purpose="insurance fund"),
            entry(1, chain="eip155:42161", height=5, form="typed data", balances=[*ARBITRUM]),
        ],
        [1, 2, 3, 1],
    )


def verified(listed: Reserves, **changes: Any) -> VerifiedReserves:
    return verify_reserves(listed, replace(OCCASION, **changes))


def refused(listed: Reserves, expects: str, **changes: Any) -> None:
    with pytest.raises(VerificationError, match=re.escape(expects)) as caught:
        verified(listed, **changes)
    assert caught.value.step == "reserves"


def test_sums_are_apart_by_purpose() -> None:
    found = verified(honest())
    assert found.reserves == {"ETH": 205 * UNIT // 10, "USDT": 5001 * UNIT}
    assert found.insurance_fund == {"ETH": 10 * UNIT, "USDT": 25005 * UNIT // 10}
    assert found.assets == {
        "ETH": ("eip155:1/slip44:60", "eip155:42161/slip44:60"),
        "USDT": (TETHER, "eip155:42161/erc20:0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9"),
    }
    assert found.blocks == {"eip155:1": (21_000_000, BLOCK), "eip155:42161": (5, BLOCK)}


@pytest.mark.parametrize("form", ["personal message", "typed data"])
def test_other_key_rejected(form: str) -> None:
    refused(signed([entry(1, form=form)], [2]), "a signature of 0x")


@pytest.mark.parametrize("form", ["personal message", "typed data"])
@pytest.mark.parametrize(
    "changes",
    [
        {"chain": "eip155:10", "balances": [coin("eip155:10/slip44:60")]},
        {"time": "2026-11-21T12:00:00Z"},
        {"height": 21_000_001},
        {"block": ROOT.hex()},
        {"purpose": "insurance fund"},
    ],
)
def test_entry_altered_after_signing_rejected(form: str, changes: dict[str, Any]) -> None:
    genuine = signed([entry(1, form=form)], [1]).model_dump(mode="json")["addresses"][0]
    refused(parsed([genuine | changes]), "a signature of 0x")


@pytest.mark.parametrize("form", ["personal message", "typed data"])
@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"venue": "Other"}, "reserves of the venue Example"),
        ({"venue_key": OTHER_KEY.hex()}, "reserves under the key"),
        ({"sequence": 6}, "reserves for publication 7"),
        ({"root": BLOCK.hex()}, "reserves for the book root"),
    ],
)
def test_signature_for_another_publication_rejected(form: str, changes: dict[str, Any], expects: str) -> None:
    """Another venue's or key's, another epoch's or another book's: as it is, and with the fields corrected."""
    foreign = signed([entry(1, form=form)], [1], **changes)
    refused(foreign, expects)
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


def test_whole_publication_copied_under_another_key_rejected() -> None:
    """A copycat takes snapshot, proof and reserves, and signs under the same name with a key of his own."""
    fields = json.loads(honest().model_dump_json()) | {"venue_key": OTHER_KEY.hex()}
    refused(honest(), "reserves under the key", key=OTHER_KEY)
    refused(Reserves.parse(json.dumps(fields).encode()), "a signature of 0x", key=OTHER_KEY)


def test_two_times_of_one_block_rejected() -> None:
    other = entry(2, time="2026-11-21T12:00:00Z")
    refused(signed([entry(1), other], [1, 2]), "block 21000000 of eip155:1 at 2026-11-21T11:59:59Z")


@pytest.mark.parametrize("time", ["2026-11-21T11:49:59.999999Z", "2026-11-21T12:10:00.000001Z"])
def test_block_far_from_the_snapshot_rejected(time: str) -> None:
    """Coins borrowed for another hour."""
    listed = signed([entry(1, time=time)], [1])
    refused(listed, "blocks within 600 s of the snapshot (2026-11-21T12:00:00Z)")
    verified(listed, max_apart=600_000_001)
    verified(listed, max_apart=None)
    for near in ("2026-11-21T11:50:00Z", "2026-11-21T12:10:00Z"):
        verified(signed([entry(1, time=near)], [1]))


@pytest.mark.parametrize(
    ("balances", "expects"),
    [
        ([coin("eip155:10/slip44:60")], "a coin of eip155:1 on 0x"),
        ([coin(instrument="ETH-PERP")], "as a coin that the rules list"),
        ([coin(), coin()], "eip155:1/slip44:60 once on 0x"),
        ([coin(TETHER, "USDT"), coin(TETHER[:17] + TETHER[17:].lower(), "USDT")], f"{TETHER} once on 0x"),
        ([coin(), coin("eip155:1/slip44:61")], "eip155:1/slip44:60 as ETH, got eip155:1/slip44:61 as ETH"),
    ],
)
def test_coin_that_counts_as_what_it_is_not_rejected(balances: list[dict[str, str]], expects: str) -> None:
    """Of another chain, of no rules, twice, and the chain's own coin under a second number."""
    refused(signed([entry(1, balances=balances)], [1]), expects)


def test_one_coin_as_two_instruments_rejected() -> None:
    listed = [entry(1, balances=[coin(TETHER, "USDT")]), entry(2, balances=[coin(TETHER, "ETH")])]
    refused(signed(listed, [1, 2]), f"{TETHER} as USDT, got {TETHER} as ETH")


def test_too_many_addresses_rejected() -> None:
    """Each costs a signature's check; the limit is a limit, and itself allowed."""
    many = [entry(1) | {"address": f"0x{i:040x}"} for i in range(MAX_ADDRESSES)]
    assert len(parsed(many).addresses) == MAX_ADDRESSES == 4_096
    with pytest.raises(InputError, match="at most 4096"):
        parsed([*many, entry(1)])
    coins = [coin(f"eip155:1/slip44:{i}") for i in range(MAX_BALANCES + 1)]
    assert len(parsed([entry(1, balances=coins[1:])]).addresses[0].balances) == MAX_BALANCES == 256
    with pytest.raises(InputError, match="at most 256"):
        parsed([entry(1, balances=coins)])


def test_signature_that_is_none_rejected() -> None:
    refused(parsed([entry(1)]), "last byte is 17")


def test_two_venues_with_one_address_are_found() -> None:
    """By their keys: the second says that it has the first one's name."""
    for name in ("Other", "Example"):
        other = signed([entry(2), entry(5)], [2, 5], venue=name, venue_key=OTHER_KEY.hex())
        assert shared_addresses(honest(), other) == [f"eip155:1 {show_address(address_of(2))}"]
    assert shared_addresses(honest(), honest()) == []
    assert shared_addresses(honest(), signed([entry(2)], [2], venue="New name")) == []


def test_message_says_what_is_signed() -> None:
    """Each field on a line of its own; no field can hold a line break."""
    lines = message(honest(), honest().addresses[0]).split("\n")
    assert lines == [
        "Plimsoll ownership of an address, version 1",
        "venue: Example",
        f"venue key: {KEY.hex()}",
        "publication: 7",
        f"book root: {ROOT.hex()}",
        "purpose: reserve",
        "chain: eip155:1",
        f"address: {show_address(address_of(1))}",
        "height: 21000000",
        f"block: 0x{BLOCK.hex()}",
        "time: 2026-11-21T11:59:59Z",
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
        ({"balances": []}, "at least 1"),
        ({"balances": [coin(units="-1")]}, "units"),
        ({"balances": [coin("ETH")]}, "a coin such as eip155:1/slip44:60"),
        ({"balances": [coin("eip155:1/erc721:0x" + "0" * 40)]}, "a coin such as eip155:1/slip44:60"),
        ({"balances": [coin("eip155:1/slip44:060")]}, "a coin such as eip155:1/slip44:60"),
        ({"balances": [coin(TETHER.replace("dAC", "DAC"))]}, "checksum"),
        ({"balances": [coin(instrument="")]}, "expected a name"),
        ({"time": "2026-11-21"}, "expected a UTC time"),
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


@pytest.mark.parametrize(
    "contract",
    [
        "0x000000000000000000000000000000000000800A",
        "0x0000000000000000000000000000000000001010",
        "0x0000000000000000000000000000000000000000",
        "0x000000000000000000000000000000000000FfFF",
        "0x471ece3750da237f93b8e339c536989b8978a438",
        "0xdeaddeaddeaddeaddeaddeaddeaddeaddead0000",
        "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
    ],
)
def test_own_coin_again_as_a_token_is_refused(contract: str) -> None:
    """Ten coins that a chain shows under two names are ten, not twenty."""
    with pytest.raises(ValidationError, match="mirrors its chain's own coin"):
        TypeAdapter(Asset).validate_python(f"eip155:324/erc20:{contract.lower()}")


def test_first_contract_that_is_no_mirror() -> None:
    first = "eip155:324/erc20:0x" + f"{2**16:040x}"
    assert TypeAdapter(Asset).validate_python(first).lower() == first
