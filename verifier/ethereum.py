"""Signatures of Ethereum accounts: who signed a text (EIP-191) or a structure (EIP-712)?

The curve is py_ecc's; the checks that it leaves to its caller (ranges, one form of each signature) are here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.keccak import keccak256

ORDER: Final = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
"""Of secp256k1's group (SEC 2, version 2.0, section 2.4.1)."""
FIELD: Final = 2**256 - 2**32 - 977
SIGNATURE_BYTES: Final = 65
RECOVERY: Final = (27, 28)
"""The last byte: which of the two points with this x-coordinate. Other conventions (0 and 1, EIP-155) are refused."""
ADDRESS_BYTES: Final = 20


class SignatureError(PlimsollError):
    """Bytes that are no signature, or not in their one form."""


def text_digest(text: str) -> bytes:
    """What `personal_sign` signs for a text: EIP-191, version 0x45."""
    data = text.encode()
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(data)).encode() + data)


def structure_hash(kind: str, words: Sequence[bytes]) -> bytes:
    """EIP-712's hashStruct: `kind` is the type as the standard writes it, `words` the members of 32 bytes each."""
    if any(len(word) != 32 for word in words):
        raise ValueError("a member of a structure has 32 bytes")
    return keccak256(keccak256(kind.encode()) + b"".join(words))


def structure_digest(domain: bytes, structure: bytes) -> bytes:
    """What `eth_signTypedData` signs for two structure hashes: EIP-191, version 0x01."""
    return keccak256(b"\x19\x01" + domain + structure)


def text_word(text: str) -> bytes:
    """A text as a member of a structure."""
    return keccak256(text.encode())


def bytes_word(data: bytes) -> bytes:
    """Bytes of any length as a member of a structure."""
    return keccak256(data)


def number_word(number: int) -> bytes:
    """A number as a member of a structure."""
    return number.to_bytes(32, "big")


def address_word(address: bytes) -> bytes:
    """An address as a member of a structure."""
    return address.rjust(32, b"\0")


def signer(digest: bytes, signature: bytes) -> bytes:
    """The 20-byte address whose key made the signature (r, s, v; 65 bytes) over a digest.

    Raises:
        SignatureError: a length, range or form that a wallet never gives. s is at most half the order (EIP-2), else
            everybody could make a second signature of each.
    """
    from py_ecc.secp256k1 import secp256k1  # noqa: PLC0415 - only reserves need it

    if len(signature) != SIGNATURE_BYTES:
        raise SignatureError(f"a signature of {len(signature)} bytes, expected {SIGNATURE_BYTES} (r, s, v)")
    r, s, v = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big"), signature[64]
    if v not in RECOVERY:
        raise SignatureError(f"a signature whose last byte is {v}, expected 27 or 28")
    if not 0 < r < ORDER or not 0 < s <= ORDER // 2:
        raise SignatureError("a signature out of range: expected 0 < r < n and 0 < s <= n / 2")
    try:
        x, y = secp256k1.ecdsa_raw_recover(digest, (v, r, s))
    except ValueError:
        raise SignatureError("a signature whose r is no point of the curve") from None
    if (y * y - x * x * x - 7) % FIELD:
        # s R = z G recovers the point at infinity, which py_ecc writes as (0, 0); anybody can sign like that, and the
        # hash of 64 zero bytes is an address with funds
        raise SignatureError("a signature that recovers no key")
    return keccak256(number_word(x) + number_word(y))[-ADDRESS_BYTES:]


def parse_address(text: str) -> bytes:
    """The bytes of an address: 0x and 40 digits, in lower case or with EIP-55's checksum.

    Raises:
        SignatureError: anything else; a mistyped address in mixed case fails its checksum.
    """
    digits = text[2:]
    if not text.startswith("0x") or len(digits) != 40 or any(c not in "0123456789abcdefABCDEF" for c in digits):
        raise SignatureError("expected an address: 0x and 40 hexadecimal digits")
    address = bytes.fromhex(digits)
    if digits not in (digits.lower(), show_address(address)[2:]):
        raise SignatureError(f"an address whose checksum (EIP-55) fails, expected {show_address(address)}")
    return address


def show_address(address: bytes) -> str:
    """An address with EIP-55's checksum in its letters' cases."""
    digits = address.hex()
    marks = keccak256(digits.encode()).hex()
    return "0x" + "".join(c.upper() if int(mark, 16) >= 8 else c for c, mark in zip(digits, marks, strict=False))
