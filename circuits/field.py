"""The Goldilocks prime field: p = 2^64 - 2^32 + 1. Elements are Python integers in [0, p)."""

from __future__ import annotations

from typing import Final

P: Final = 2**64 - 2**32 + 1
GENERATOR: Final = 7
"""Generator of the multiplicative group (p3-goldilocks `GENERATOR`)."""
TWO_ADICITY: Final = 32


def signed(x: int) -> int:
    """The representative of x mod p in (-p/2, p/2]: how an offset or a small negative number is read."""
    x %= P
    return x if x <= P // 2 else x - P


def inverse(x: int) -> int:
    """1 / x mod p. Raises ZeroDivisionError for x = 0 mod p."""
    if x % P == 0:
        raise ZeroDivisionError("0 has no inverse in the Goldilocks field")
    return pow(x, -1, P)
