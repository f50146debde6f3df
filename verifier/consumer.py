"""A consumer's context: for whom, for what and until when an account's proof is made.

Canonical encoding (integers big-endian), 176 bytes; a contract makes it with `abi.encodePacked`:

    "plimsoll/context/evm/2" with zeros up to 32 bytes, u256 chain id, contract (20), borrower (20), u256 nonce,
    u64 expiry, scope (32)

It stands in the statement as it is: a proof is for this context and no other. The owner's tag is made with less, so
that she has one tag however often, and for whomever, she asks:

    "plimsoll/scope/evm/1" with zeros up to 32 bytes, u256 chain id, contract (20), scope (32)

The program hashes the four little-endian words of its SHA-256, each modulo p, into the tag.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema, model_validator

from plimsoll.circuits.leaves import elements
from plimsoll.engine.decimals import format_decimal, parse_decimal
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Rate, Time, Version
from plimsoll.engine.json_files import read_model
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.thresholds import Threshold, ThresholdError, ThresholdKind
from plimsoll.engine.titles import AMOUNT_DIGITS
from plimsoll.verifier.assets import Address

PREFIX: Final = b"plimsoll/context/evm/2".ljust(32, b"\0")
SCOPE_PREFIX: Final = b"plimsoll/scope/evm/1".ljust(32, b"\0")
ADDRESS_BYTES: Final = 20
SCOPE_BYTES: Final = 32
ENCODED_BYTES: Final = 176
_SECOND: Final = 1_000_000
"""Microseconds."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ConsumerError(PlimsollError):
    """A context that no contract could have."""


@dataclass(frozen=True, slots=True)
class ConsumerContext:
    """What an account's proof is bound to.

    Attributes:
        chain: id of the chain (EIP-155).
        contract: address of the contract that asks.
        borrower: address for which the owner proves.
        nonce: the contract's, one for each request.
        expiry: seconds since 1970 from which on the proof is worth nothing.
        scope: 32 bytes of the consumer's choice, such as a book's root: within it, and for one chain and contract, each
            owner has one tag.
    """

    chain: int
    contract: bytes
    borrower: bytes
    nonce: int
    expiry: int
    scope: bytes

    def __post_init__(self) -> None:
        if len(self.contract) != ADDRESS_BYTES or len(self.borrower) != ADDRESS_BYTES:
            raise ConsumerError(f"contract and borrower: expected addresses of {ADDRESS_BYTES} bytes")
        if len(self.scope) != SCOPE_BYTES:
            raise ConsumerError(f"scope: expected {SCOPE_BYTES} bytes, got {len(self.scope)}")
        if not (0 <= self.chain < 2**256 and 0 <= self.nonce < 2**256 and 0 <= self.expiry < 2**64):
            raise ConsumerError("chain id, nonce or expiry out of range: they have 256, 256 and 64 bits")

    def encode(self) -> bytes:
        """The canonical bytes: every field has a fixed length."""
        chain, nonce, expiry = (n.to_bytes(w, "big") for n, w in ((self.chain, 32), (self.nonce, 32), (self.expiry, 8)))
        return b"".join([PREFIX, chain, self.contract, self.borrower, nonce, expiry, self.scope])

    @staticmethod
    def decode(data: bytes) -> ConsumerContext:
        """The context of its canonical bytes. Raises ConsumerError for anything else."""
        if len(data) != ENCODED_BYTES or not data.startswith(PREFIX):
            raise ConsumerError(f"{len(data)} bytes that are no consumer's context of version 2, with a scope")
        ends = (32, 64, 84, 104, 136, 144, ENCODED_BYTES)
        chain, contract, borrower, nonce, expiry, scope = (data[a:b] for a, b in pairwise(ends))
        chain_id, number, seconds = (int.from_bytes(one, "big") for one in (chain, nonce, expiry))
        return ConsumerContext(chain_id, contract, borrower, number, seconds, scope)

    def tag_elements(self) -> tuple[int, ...]:
        """Four field elements: the public values that the owner's tag is made with. Nonce, borrower and expiry are not
        in them."""
        data = SCOPE_PREFIX + self.chain.to_bytes(32, "big") + self.contract + self.scope
        return tuple(elements(hashlib.sha256(data).digest()))

    def expired(self, at: datetime) -> bool:
        """Whether the proof is worth nothing any more at this time (with its zone)."""
        return (at - _EPOCH) // timedelta(seconds=1) >= self.expiry


def _number(text: object) -> int:
    if not isinstance(text, str) or not re.fullmatch("0|[1-9][0-9]{0,77}", text, re.ASCII) or int(text) >= 2**256:
        raise RefusedValueError("expected a whole number below 2^256, in quotes", 'write it in decimal, such as "137"')
    return int(text)


def _amount(text: object) -> int:
    return parse_decimal(text, AMOUNT_DIGITS)


def _scope(text: object) -> bytes:
    if not isinstance(text, str) or not re.fullmatch("0x[0-9a-f]{64}", text, re.ASCII):
        raise RefusedValueError(
            "expected the scope of the owner's tag, 0x and 64 lower-case hexadecimal digits",
            "put the publication's book root, to admit each owner once in a publication, or 32 bytes that were never "
            "given before, for a tag of this request alone",
        )
    return bytes.fromhex(text[2:])


Number = Annotated[
    int,
    BeforeValidator(_number),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "pattern": "^(0|[1-9][0-9]{0,77})$", "description": "a number below 2^256"}),
]
Amount = Annotated[
    int,
    BeforeValidator(_amount),
    PlainSerializer(lambda amount: format_decimal(amount, AMOUNT_DIGITS), return_type=str),
    WithJsonSchema({"type": "string", "description": "units of the quote currency, with up to six decimals"}),
]
Scope = Annotated[
    bytes,
    BeforeValidator(_scope),
    PlainSerializer(lambda scope: f"0x{scope.hex()}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": "^0x[0-9a-f]{64}$", "description": "where each owner has one tag"}),
]


class ConsumerRequest(BaseModel):
    """What a consumer asks an owner for, as a file: the threshold, and the context to prove it for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    threshold: ThresholdKind
    ratio: Rate | None = Field(default=None, description="of maintenance margin, such as 1.5; for the kind ratio only")
    amount: Amount | None = Field(default=None, description="what must be free; for the kind free only")
    chain: Number = Field(description="id of the chain (EIP-155)")
    contract: Address
    borrower: Address
    nonce: Number
    expiry: Time = Field(description="from which on the proof is worth nothing; a whole second")
    scope: Scope

    @model_validator(mode="before")
    @classmethod
    def _asks_for_scope(cls, fields: object) -> object:
        """A scope that lacks is refused like a wrong one, in words that say what to put."""
        return {"scope": None, **fields} if isinstance(fields, dict) else fields

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.expiry % _SECOND or self.expiry < 0:
            raise RefusedValueError("an expiry that is no whole second", "leave out the fraction")
        try:
            self.asked()
        except ThresholdError as error:
            raise RefusedValueError(str(error), "give each kind what belongs to it, and nothing else") from None
        return self

    @classmethod
    def load(cls, path: str | Path) -> ConsumerRequest:
        """Read a request. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    def asked(self) -> Threshold:
        """The threshold. Where the kind has no ratio or amount, giving one is refused, be it zero."""
        extra = (self.ratio is not None and self.threshold != "ratio") or (
            self.amount is not None and self.threshold != "free"
        )
        if extra or (self.threshold == "free" and self.amount is None):
            raise ThresholdError(f"a ratio or amount that does not belong to the kind {self.threshold}, or none")
        return Threshold(self.threshold, self.ratio or 0, self.amount or 0)

    def context(self) -> ConsumerContext:
        """For whom and until when."""
        return ConsumerContext(self.chain, self.contract, self.borrower, self.nonce, self.expiry // _SECOND, self.scope)
