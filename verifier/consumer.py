"""A consumer's context: for whom, for what and until when an account's proof is made.

The canonical encoding is what Solidity's `abi.encodePacked("plimsoll/context/1", uint64 chainId, address contract,
bytes32 nonce, address borrower, uint64 expiry)` gives, so that a contract can make it again. It stands in the
statement as it is; the program hashes the four little-endian words of its SHA-256, each modulo p, into the owner's tag.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from plimsoll.circuits.leaves import elements
from plimsoll.engine.errors import PlimsollError

ADDRESS_BYTES: Final = 20
NONCE_BYTES: Final = 32
_PREFIX: Final = b"plimsoll/context/1"
_MAX: Final = (1 << 64) - 1


class ContextError(PlimsollError):
    """A context that no contract could have."""


@dataclass(frozen=True, slots=True)
class ConsumerContext:
    """What an account's proof is bound to.

    Attributes:
        chain: id of the chain (EIP-155).
        contract: address of the contract that asks.
        nonce: 32 bytes that the contract asks with; one for each request.
        borrower: address for which the owner proves.
        expiry: seconds since 1970 from which on the proof is worth nothing.
    """

    chain: int
    contract: bytes
    nonce: bytes
    borrower: bytes
    expiry: int

    def __post_init__(self) -> None:
        if not (0 <= self.chain <= _MAX and 0 <= self.expiry <= _MAX):
            raise ContextError("chain id and expiry: expected numbers from 0 to 2^64 - 1")
        if len(self.contract) != ADDRESS_BYTES or len(self.borrower) != ADDRESS_BYTES:
            raise ContextError(f"contract and borrower: expected addresses of {ADDRESS_BYTES} bytes")
        if len(self.nonce) != NONCE_BYTES:
            raise ContextError(f"nonce: expected {NONCE_BYTES} bytes, got {len(self.nonce)}")

    def encode(self) -> bytes:
        """The canonical bytes: every field has a fixed length."""
        chain, expiry = struct.pack(">Q", self.chain), struct.pack(">Q", self.expiry)
        return b"".join([_PREFIX, chain, self.contract, self.nonce, self.borrower, expiry])

    def elements(self) -> tuple[int, ...]:
        """Four field elements: the public values that the owner's tag is made with."""
        return tuple(elements(hashlib.sha256(self.encode()).digest()))

    def expired(self, at: datetime) -> bool:
        """Whether the proof is worth nothing any more at this time."""
        return at - datetime(1970, 1, 1, tzinfo=UTC) >= _seconds(self.expiry)


def _seconds(count: int) -> timedelta:
    """A span; beyond what the calendar has, the longest one."""
    return min(timedelta.max, timedelta(seconds=count)) if count < 10**13 else timedelta.max
