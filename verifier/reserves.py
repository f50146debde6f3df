"""Does a venue hold the keys of the addresses that it lists as reserves? Steps as in docs/protocol/reserves.md.

Each address signs a message that binds it to one venue, one publication and one book root, so that no signature serves
twice and none can be borrowed from another venue's publication. Balances are read by anybody from the chain at the
block that is named: here they are figures *claimed*, and their holder is *attested*.

A venue can borrow coins for the moment of a block; see the threat model.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from plimsoll.engine.fields import Count, Digest, Name, Value, Version
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.problems import RefusedValueError
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.ethereum import (
    SIGNATURE_BYTES,
    SignatureError,
    address_word,
    number_word,
    parse_address,
    show_address,
    signer,
    structure_digest,
    structure_hash,
    text_digest,
    text_word,
)

STEP: Final = "reserves"
MAX_ADDRESSES: Final = 4_096
"""A signature takes 10 ms to check."""
DOMAIN: Final = "EIP712Domain(string name,string version,uint256 chainId)"
OWNERSHIP: Final = (
    "Ownership(string venue,uint64 sequence,bytes32 root,string purpose,address account,uint64 height,bytes32 block)"
)
_CHAIN: Final = r"eip155:[1-9][0-9]{0,17}"


def _address(text: object) -> bytes:
    try:
        return parse_address(text if isinstance(text, str) else "")
    except SignatureError as error:
        raise RefusedValueError(str(error), "copy it from the wallet") from None


def _signature(text: object) -> bytes:
    if not isinstance(text, str) or not re.fullmatch(f"0x[0-9a-f]{{{2 * SIGNATURE_BYTES}}}", text, re.ASCII):
        raise RefusedValueError(
            f"expected a signature: 0x and {2 * SIGNATURE_BYTES} lower-case hexadecimal digits", "copy it whole"
        )
    return bytes.fromhex(text[2:])


def _chain(text: object) -> str:
    if not isinstance(text, str) or not re.fullmatch(_CHAIN, text, re.ASCII):
        raise RefusedValueError("expected a chain such as eip155:1", "write eip155: and the chain's number")
    return text


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^{pattern}$", "description": description})


Address = Annotated[
    bytes,
    BeforeValidator(_address),
    PlainSerializer(show_address),
    _schema("0x[0-9a-fA-F]{40}", "an account's address, in lower case or with EIP-55's checksum"),
]
AccountSignature = Annotated[
    bytes,
    BeforeValidator(_signature),
    PlainSerializer(lambda raw: "0x" + raw.hex()),
    _schema(f"0x[0-9a-f]{{{2 * SIGNATURE_BYTES}}}", "r, s and v (27 or 28) of an ECDSA signature over secp256k1"),
]
Chain = Annotated[str, BeforeValidator(_chain), _schema(_CHAIN, "a chain by its CAIP-2 name")]


class OwnedAddress(BaseModel):
    """One address with what it holds at one block, and the signature of its key.

    `purpose` is part of what is signed: an insurance fund is never counted in reserves as well.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    chain: Chain
    address: Address
    purpose: Literal["reserve", "insurance fund"]
    height: Count = Field(ge=0, lt=2**63, description="number of the block at whose end the balances stand")
    block: Digest = Field(description="that block's hash")
    balances: dict[Name, Value] = Field(min_length=1, description="units by instrument; inside: 10^-20")
    form: Literal["personal message", "typed data"] = Field(description="EIP-191 text or EIP-712 structure")
    signature: AccountSignature


class Reserves(BaseModel):
    """All addresses that a venue lists for one publication."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    sequence: Count = Field(ge=0, lt=2**63, description="of the publication")
    root: Digest = Field(description="of the book, as `plimsoll verify` prints it, without blanks")
    addresses: tuple[OwnedAddress, ...] = Field(min_length=1, max_length=MAX_ADDRESSES)

    @classmethod
    def load(cls, path: str | Path) -> Reserves:
        """Read a reserves file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "reserves") -> Reserves:
        """Read reserves from bytes; `file` names them in messages. Raises `InputError`."""
        return load_model(cls, data, file)


@dataclass(frozen=True, slots=True)
class VerifiedReserves:
    """Units by instrument (10^-20), apart by purpose; the blocks by chain at which anybody can look."""

    reserves: dict[str, int]
    insurance_fund: dict[str, int]
    blocks: dict[str, tuple[int, bytes]]


def message(listed: Reserves, one: OwnedAddress) -> str:
    """The text that a wallet shows and signs (`personal_sign`)."""
    return "\n".join(
        [
            "Plimsoll ownership of an address, version 1",
            f"venue: {listed.venue}",
            f"publication: {listed.sequence}",
            f"book root: {listed.root.hex()}",
            f"purpose: {one.purpose}",
            f"chain: {one.chain}",
            f"address: {show_address(one.address)}",
            f"height: {one.height}",
            f"block: 0x{one.block.hex()}",
        ]
    )


def digest(listed: Reserves, one: OwnedAddress) -> bytes:
    """What is signed, in the form that the entry names."""
    if one.form == "personal message":
        return text_digest(message(listed, one))
    domain = [text_word("Plimsoll"), text_word("1"), number_word(int(one.chain.split(":")[1]))]
    members = [
        text_word(listed.venue),
        number_word(listed.sequence),
        listed.root,
        text_word(one.purpose),
        address_word(one.address),
        number_word(one.height),
        one.block,
    ]
    return structure_digest(structure_hash(DOMAIN, domain), structure_hash(OWNERSHIP, members))


def verify_reserves(listed: Reserves, venue: str, sequence: int, root: bytes) -> VerifiedReserves:
    """Every listed address is the venue's own, for this publication of this book.

    Args:
        listed: what the venue published.
        venue, sequence, root: of the verified book; the root's four elements in 32 bytes, most significant first.

    Raises:
        VerificationError: step "reserves", with what was expected and what came.
    """
    # 1. They are listed for this publication.
    require(listed.venue == venue, STEP, f"reserves of the venue {venue}", listed.venue)
    require(listed.sequence == sequence, STEP, f"reserves for publication {sequence}", listed.sequence)
    require(listed.root == root, STEP, f"reserves for the book root {root.hex()}", listed.root.hex())
    # 2. No address stands twice, whatever its purpose.
    for (chain, address), count in Counter((one.chain, one.address) for one in listed.addresses).items():
        require(count == 1, STEP, f"{show_address(address)} on {chain} once", f"{count} times")
    # 3. All addresses of a chain are shown at one block: coins that move between two would count twice.
    blocks = _blocks(listed.addresses)
    # 4. Each address's key signed.
    for one in listed.addresses:
        _check_signature(listed, one)
    sums: dict[str, defaultdict[str, int]] = {"reserve": defaultdict(int), "insurance fund": defaultdict(int)}
    for one in listed.addresses:
        for instrument, units in one.balances.items():
            sums[one.purpose][instrument] += units
    return VerifiedReserves(dict(sums["reserve"]), dict(sums["insurance fund"]), blocks)


def shared_addresses(first: Reserves, second: Reserves) -> list[str]:
    """Addresses that two venues list: the coins of at most one of them. Names them as chain and address."""
    if first.venue == second.venue:
        return []
    both = {(one.chain, one.address) for one in first.addresses} & {
        (one.chain, one.address) for one in second.addresses
    }
    return sorted(f"{chain} {show_address(address)}" for chain, address in both)


def _blocks(addresses: Iterable[OwnedAddress]) -> dict[str, tuple[int, bytes]]:
    blocks: dict[str, tuple[int, bytes]] = {}
    for one in addresses:
        height, block = blocks.setdefault(one.chain, (one.height, one.block))
        what = f"all addresses of {one.chain} at block {height} (0x{block.hex()})"
        require((one.height, one.block) == (height, block), STEP, what, f"block {one.height} (0x{one.block.hex()})")
    return blocks


def _check_signature(listed: Reserves, one: OwnedAddress) -> None:
    what = f"a signature of {show_address(one.address)} on {one.chain} over its {one.form}"
    try:
        found = signer(digest(listed, one), one.signature)
    except SignatureError as error:
        raise VerificationError(STEP, what, str(error)) from None
    remedy = "sign for this venue, publication, root, purpose and block"
    require(found == one.address, STEP, what, f"one of {show_address(found)}, or over another message", remedy)
