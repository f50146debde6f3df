"""A consumer's context: for whom, for what and until when an account's proof is made.

Canonical encoding (integers big-endian), 144 bytes; a contract makes it with `abi.encodePacked`:

    "plimsoll/context/evm/1" with zeros up to 32 bytes, u256 chain id, contract (20), borrower (20), u256 nonce,
    u64 expiry

It stands in the statement as it is. The program hashes the four little-endian words of its SHA-256, each modulo p, into
the owner's tag.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from plimsoll.circuits.leaves import elements
from plimsoll.engine.errors import PlimsollError

PREFIX: Final = b"plimsoll/context/evm/1".ljust(32, b"\0")
ADDRESS_BYTES: Final = 20
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
    """

    chain: int
    contract: bytes
    borrower: bytes
    nonce: int
    expiry: int

    def __post_init__(self) -> None:
        if len(self.contract) != ADDRESS_BYTES or len(self.borrower) != ADDRESS_BYTES:
            raise ConsumerError(f"contract and borrower: expected addresses of {ADDRESS_BYTES} bytes")
        if not (0 <= self.chain < 2**256 and 0 <= self.nonce < 2**256 and 0 <= self.expiry < 2**64):
            raise ConsumerError("chain id, nonce or expiry out of range: they have 256, 256 and 64 bits")

    def encode(self) -> bytes:
        """The canonical bytes: every field has a fixed length."""
        chain, nonce = self.chain.to_bytes(32, "big"), self.nonce.to_bytes(32, "big")
        return b"".join([PREFIX, chain, self.contract, self.borrower, nonce, self.expiry.to_bytes(8, "big")])

    def elements(self) -> tuple[int, ...]:
        """Four field elements: the public values that the owner's tag is made with."""
        return tuple(elements(hashlib.sha256(self.encode()).digest()))

    def expired(self, at: datetime) -> bool:
        """Whether the proof is worth nothing any more at this time (with its zone)."""
        return (at - _EPOCH) // timedelta(seconds=1) >= self.expiry
