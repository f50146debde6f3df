"""To whom and to what an attested statement belongs, beside an account's own context (`verifier.consumer`).

    publication  := "plimsoll/context/publication/1" with zeros up to 32 bytes, venue's public key (48),
                    digest of the oracle set (32)

It says what a publication was verified against: zeros in place of the oracle set say that its prices are only claimed.

    threshold    := u8 kind (1 maintenance, 2 initial, 3 ratio, 4 free), 15 zero bytes, u64 ratio in ppm, u64 amount

The word that says what an account's equity was shown to meet: it is bound by the proof's tables, of which a contract
knows nothing.
"""

from __future__ import annotations

import hashlib
import json
from typing import Final

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.thresholds import Threshold
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.quorums import KEY_BYTES

PUBLICATION: Final = b"plimsoll/context/publication/1"
NO_ORACLES: Final = bytes(32)
THRESHOLDS: Final = {"maintenance": 1, "initial": 2, "ratio": 3, "free": 4}


class ContextError(PlimsollError):
    """Parts that make no context."""


def publication_context(venue_key: bytes, oracles: OracleSet | None) -> bytes:
    """What a publication is verified against. Raises ContextError for a key of another length than 48 bytes."""
    if len(venue_key) != KEY_BYTES:
        raise ContextError(f"a key of {len(venue_key)} bytes, expected {KEY_BYTES}")
    return PUBLICATION.ljust(32, b"\0") + venue_key + (NO_ORACLES if oracles is None else oracle_digest(oracles))


def oracle_digest(oracles: OracleSet) -> bytes:
    """SHA-256 over a tag and the set's canonical JSON (sorted keys, no blanks, ASCII)."""
    fields = json.dumps(oracles.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(b"plimsoll/oracle-set/1\n" + fields.encode()).digest()


def threshold_word(threshold: Threshold) -> bytes:
    """The 32 bytes that stand for a threshold in an attested statement; the unit of `amount` is the threshold's."""
    kind = THRESHOLDS[threshold.kind].to_bytes(16, "little")
    return kind + threshold.ratio.to_bytes(8, "big") + threshold.amount.to_bytes(8, "big")
