"""To whom an attested statement belongs: the bytes whose SHA-256 is its context.

Every context starts with a tag of its own, padded to 32 bytes, and has fixed widths after it (big-endian):

    evm          := "plimsoll/context/evm/1", u256 chain id, contract (20), borrower (20), u256 nonce, u64 deadline
    publication  := "plimsoll/context/publication/1", venue's public key (48), digest of the oracle set (32)

The first binds an account's proof to one use by one borrower at one contract. The second says what a publication was
verified against: zeros in place of the oracle set say that its prices are only claimed.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.quorums import KEY_BYTES

EVM: Final = b"plimsoll/context/evm/1"
PUBLICATION: Final = b"plimsoll/context/publication/1"
NO_ORACLES: Final = bytes(32)
ADDRESS_BYTES: Final = 20


class ContextError(PlimsollError):
    """Parts that make no context."""


def evm_context(chain_id: int, contract: bytes, borrower: bytes, nonce: int, deadline: int) -> bytes:
    """What an account's owner binds her proof to, as `PlimsollGate.contextOf` returns it.

    Args:
        contract, borrower: addresses of 20 bytes.
        nonce: the contract's for this borrower.
        deadline: seconds since 1970 until which the proof is meant to hold.

    Raises:
        ContextError: an address of another length, or a number out of range.
    """
    if len(contract) != ADDRESS_BYTES or len(borrower) != ADDRESS_BYTES:
        raise ContextError(f"an address of {len(contract)} and one of {len(borrower)} bytes, expected {ADDRESS_BYTES}")
    if not (0 <= chain_id < 2**256 and 0 <= nonce < 2**256 and 0 <= deadline < 2**64):
        raise ContextError("chain id, nonce or deadline out of range: 256, 256 and 64 bits")
    parts = (chain_id.to_bytes(32, "big"), contract, borrower, nonce.to_bytes(32, "big"), deadline.to_bytes(8, "big"))
    return EVM.ljust(32, b"\0") + b"".join(parts)


def publication_context(venue_key: bytes, oracles: OracleSet | None) -> bytes:
    """What a publication is verified against. Raises ContextError for a key of another length than 48 bytes."""
    if len(venue_key) != KEY_BYTES:
        raise ContextError(f"a key of {len(venue_key)} bytes, expected {KEY_BYTES}")
    return PUBLICATION.ljust(32, b"\0") + venue_key + (NO_ORACLES if oracles is None else oracle_digest(oracles))


def oracle_digest(oracles: OracleSet) -> bytes:
    """SHA-256 over a tag and the set's canonical JSON (sorted keys, no blanks, ASCII)."""
    fields = json.dumps(oracles.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(b"plimsoll/oracle-set/1\n" + fields.encode()).digest()
