"""Wallets for tests: keys that sign as an Ethereum wallet does, with the lower of the two values of s."""

from __future__ import annotations

from py_ecc.secp256k1 import secp256k1

from plimsoll.verifier.ethereum import ADDRESS_BYTES, ORDER, number_word
from plimsoll.verifier.keccak import keccak256


def sign(secret: int, digest: bytes) -> bytes:
    """r, s and v in 65 bytes."""
    v, r, s = secp256k1.ecdsa_raw_sign(digest, secret.to_bytes(32, "big"))
    if s > ORDER // 2:
        s, v = ORDER - s, 55 - v
    return number_word(r) + number_word(s) + bytes([v])


def address_of(secret: int) -> bytes:
    x, y = secp256k1.privtopub(secret.to_bytes(32, "big"))
    return keccak256(number_word(x) + number_word(y))[-ADDRESS_BYTES:]
