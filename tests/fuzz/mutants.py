"""Mutants of real inputs from a seeded generator: what the test suite tries on every machine."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator

from harnesses import Harness

INTEGERS = (0, 1, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 2**63, 2**64 - 2**32, 2**64 - 2**32 + 1, 2**64 - 1)
MOST_CHANGES = 4


def mutants(harness: Harness, seed: int, count: int) -> Iterator[bytes]:
    """Every seed as it is, then `count` mutants; the same for the same arguments."""
    rng = random.Random(f"{harness.name} {seed}")
    seeds = harness.seeds()
    yield from seeds
    for _ in range(count):
        data = bytearray(rng.choice(seeds))
        for _ in range(rng.randint(1, MOST_CHANGES)):
            _change(data, rng, harness.tokens)
        yield bytes(data[: harness.longest])


def _change(data: bytearray, rng: random.Random, tokens: tuple[bytes, ...]) -> None:
    at = rng.randint(0, len(data))
    size = min(len(data) - at, rng.choice((1, 1, 2, 8, 32, 200)))
    match rng.randrange(8):
        case 0 if at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        case 1 if at < len(data):
            data[at] = rng.randrange(256)
        case 2:
            del data[at : at + size]
        case 3:
            data[at:at] = data[at : at + size]
        case 4:
            other = rng.randint(0, len(data))
            data[at : at + size] = data[other : other + size]
        case 5:
            width = rng.choice("BHIQ")
            number = rng.choice(INTEGERS) & (1 << 8 * struct.calcsize(width)) - 1
            piece = struct.pack("<" + width, number)
            data[at : at + len(piece)] = piece
        case 6 if tokens:
            data[at : at + rng.choice((0, size))] = rng.choice(tokens)
        case _:
            del data[at:]
