"""What a venue lists as its own, and what each listed address signs for it (docs/protocol/reserves.md)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from plimsoll.engine.fields import Count, Digest, Name, Time, Value, Version, format_time
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.problems import RefusedValueError
from plimsoll.verifier.assets import Address, Asset, Chain
from plimsoll.verifier.ethereum import (
    SIGNATURE_BYTES,
    address_word,
    bytes_word,
    number_word,
    show_address,
    structure_digest,
    structure_hash,
    text_digest,
    text_word,
)
from plimsoll.verifier.oracles import PublicKey

MAX_ADDRESSES: Final = 4_096
"""A signature takes 10 ms to check."""
MAX_BALANCES: Final = 256
DOMAIN: Final = "EIP712Domain(string name,string version,uint256 chainId)"
OWNERSHIP: Final = (
    "Ownership(string venue,bytes venueKey,uint64 sequence,bytes32 root,string purpose,address account,uint64 height,"
    "bytes32 block,string time)"
)


def _signature(text: object) -> bytes:
    if not isinstance(text, str) or not re.fullmatch(f"0x[0-9a-f]{{{2 * SIGNATURE_BYTES}}}", text, re.ASCII):
        raise RefusedValueError(
            f"expected a signature: 0x and {2 * SIGNATURE_BYTES} lower-case hexadecimal digits", "copy it whole"
        )
    return bytes.fromhex(text[2:])


AccountSignature = Annotated[
    bytes,
    BeforeValidator(_signature),
    PlainSerializer(lambda raw: "0x" + raw.hex()),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": f"^0x[0-9a-f]{{{2 * SIGNATURE_BYTES}}}$",
            "description": "r, s and v (27 or 28) of an ECDSA signature over secp256k1",
        }
    ),
]


class Balance(BaseModel):
    """What an address holds of one coin, and as which instrument of the venue's it counts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    asset: Asset
    instrument: Name = Field(description="the venue's name of the coin, in the risk parameters")
    units: Value = Field(description="whole coins; inside: 10^-20")


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
    time: Time = Field(description="that block's, UTC, as the chain has it")
    balances: tuple[Balance, ...] = Field(min_length=1, max_length=MAX_BALANCES)
    form: Literal["personal message", "typed data"] = Field(description="EIP-191 text or EIP-712 structure")
    signature: AccountSignature


class Reserves(BaseModel):
    """All addresses that a venue lists for one publication."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    venue_key: PublicKey
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


def message(listed: Reserves, one: OwnedAddress) -> str:
    """The text that a wallet shows and signs (`personal_sign`)."""
    return "\n".join(
        [
            "Plimsoll ownership of an address, version 1",
            f"venue: {listed.venue}",
            f"venue key: {listed.venue_key.hex()}",
            f"publication: {listed.sequence}",
            f"book root: {listed.root.hex()}",
            f"purpose: {one.purpose}",
            f"chain: {one.chain}",
            f"address: {show_address(one.address)}",
            f"height: {one.height}",
            f"block: 0x{one.block.hex()}",
            f"time: {format_time(one.time)}",
        ]
    )


def digest(listed: Reserves, one: OwnedAddress) -> bytes:
    """What is signed, in the form that the entry names."""
    if one.form == "personal message":
        return text_digest(message(listed, one))
    domain = [text_word("Plimsoll"), text_word("1"), number_word(int(one.chain.split(":")[1]))]
    members = [
        text_word(listed.venue),
        bytes_word(listed.venue_key),
        number_word(listed.sequence),
        listed.root,
        text_word(one.purpose),
        address_word(one.address),
        number_word(one.height),
        one.block,
        text_word(format_time(one.time)),
    ]
    return structure_digest(structure_hash(DOMAIN, domain), structure_hash(OWNERSHIP, members))
