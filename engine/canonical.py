"""The canonical binary encoding under every digest of the engine: integers and texts, never JSON text.

    integer := u8 1 if negative else 0, u32 number of bytes, magnitude without zeros on top
    text    := u32 number of bytes, UTF-8 bytes

Numbers are little-endian.

Every encoding starts with a text naming what is encoded and its version, so encodings of two kinds never coincide.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable


class Encoder:
    """Collects integers and texts; equal sequences, and only those, give equal bytes."""

    def __init__(self, kind: str) -> None:
        self._parts: list[bytes] = []
        self.text(kind)

    def text(self, value: str) -> None:
        """Append a text."""
        data = value.encode("utf-8")
        self._parts += [len(data).to_bytes(4, "little"), data]

    def integer(self, value: int) -> None:
        """Append an integer of either sign."""
        size = (value.bit_length() + 7) // 8
        self._parts += [b"\1" if value < 0 else b"\0", size.to_bytes(4, "little"), abs(value).to_bytes(size, "little")]

    def integers(self, values: Iterable[int]) -> None:
        """Append integers, without their number: the caller writes it where it is not fixed."""
        for value in values:
            self.integer(value)

    def encode(self) -> bytes:
        """The bytes so far."""
        return b"".join(self._parts)

    def digest(self) -> bytes:
        """SHA-256 of the bytes so far."""
        return hashlib.sha256(self.encode()).digest()
