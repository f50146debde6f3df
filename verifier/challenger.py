"""The Fiat-Shamir sponge, and how a described protocol seeds it.

`Challenger` is p3-challenger's `SerializingChallenger64` over `HashChallenger<u8, Sha256, 32>`; `Description` is its
`fs` module: `InteractionPattern` and `DomainSeparator`. Which steps are described with which labels stands in
`verifier.transcript`, all in one place.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from typing import Final

from plimsoll.circuits.field import P
from plimsoll.verifier.extension import DEGREE, Ext
from plimsoll.verifier.keccak import keccak256

SEED_CHUNK: Final = 7
"""Bytes of a seed in one field element: one fewer than the prime has, so that no chunk wraps."""


class Challenger:
    """A hash chain: what was observed since the last digest is hashed together with it; bytes come out backwards."""

    def __init__(self, start: bytes) -> None:
        self._input = bytearray(start)
        self._output = b""

    def observe_bytes(self, data: bytes) -> None:
        """Absorbs bytes; what was not yet sampled of the last digest is dropped. Nothing happens for no bytes."""
        if data:
            self._output = b""
            self._input += data

    def observe(self, values: Sequence[int]) -> None:
        """Absorbs elements of the base field, 8 bytes each, little-endian."""
        self.observe_bytes(struct.pack(f"<{len(values)}Q", *values))

    def observe_extension(self, values: Iterable[Ext]) -> None:
        self.observe([coordinate for value in values for coordinate in value])

    def sample_bytes(self, count: int) -> bytes:
        """Draws bytes: the last digest's from its end; a new digest when none are left."""
        drawn = b""
        while len(drawn) < count:
            if not self._output:
                self._output = hashlib.sha256(self._input).digest()
                self._input = bytearray(self._output)
            take = min(count - len(drawn), len(self._output))
            drawn += self._output[: -take - 1 : -1]
            self._output = self._output[:-take]
        return drawn

    def sample_bits(self, bits: int) -> int:
        """The low bits of a 64-bit draw."""
        return int.from_bytes(self.sample_bytes(8), "little") & ((1 << bits) - 1)

    def sample(self) -> int:
        """A uniform element of the base field: 64-bit draws, those of p and above rejected."""
        while True:
            value = int.from_bytes(self.sample_bytes(8), "little")
            if value < P:
                return value

    def sample_extension(self) -> Ext:
        return (self.sample(), self.sample(), self.sample())

    def check_work(self, bits: int, witness: int) -> bool:
        """Whether `bits` sampled bits are zero after the witness is absorbed into a fresh digest."""
        if bits == 0:
            return True
        self.sample_bytes(1)
        self.observe([witness])
        return self.sample_bits(bits) == 0


SCALAR: Final = "Scalar"


def fixed(count: int) -> str:
    return f"Fixed({count})"


def _algebra(degree: int, identity: bytes) -> str:
    return f"Algebra({P}^{degree};{keccak256(identity).hex()})"


BASE_ELEMENT: Final = _algebra(1, b"p3-scalar-basis-v1")
EXT_ELEMENT: Final = _algebra(DEGREE, b"p3-power-basis-v1:X^3-X-1")
OPAQUE: Final = "Opaque"


class Description:
    """The steps of one protocol run, whose fingerprint seeds the sponge before its first step.

    Two runs of different shape thereby start from different states. Everything described comes from tables and
    profile, never from a proof.
    """

    def __init__(self, name: bytes, version: int = 1) -> None:
        self._identifier = bytes([version]) + name + bytes(62 - len(name)) + bytes([len(name)])
        self._lines: list[tuple[int, str]] = []
        self._label = b""
        self._depth = 0

    def step(self, kind: str, label: str, length: str, values: str) -> None:
        """One step, e.g. ("Message", "main_commitment", SCALAR, OPAQUE)."""
        self._lines.append((self._depth, f"Atomic {kind} {len(label)} {label} {length} {values}"))

    def bracket(self, label: str) -> None:
        """A protocol that runs at this place under a description of its own."""
        for hierarchy in ("Begin", "End"):
            self._lines.append((self._depth, f"{hierarchy} Protocol {len(label)} {label} None Marker"))

    def bind(self, number: int) -> None:
        """A number that the steps do not show."""
        self._label += struct.pack(">IQ", 8, number)

    def fingerprint(self) -> bytes:
        width = len(str(max(len(self._lines) - 1, 0)))
        text = f"Plonky3 Fiat-Shamir Transcript ({len(self._lines)} interactions)\n"
        for position, (depth, line) in enumerate(self._lines):
            text += f"{position:0{width}} {'  ' * depth}{line}\n"
        return keccak256(text.encode())

    def seed(self, challenger: Challenger) -> None:
        """Absorbs identifier, fingerprint and bound numbers, packed seven bytes to an element after their length."""
        data = self._identifier + self.fingerprint() + struct.pack(">I", len(self._label)) + self._label + b"\x80"
        chunks = [data[i : i + SEED_CHUNK] for i in range(0, len(data), SEED_CHUNK)]
        challenger.observe([len(data), *(int.from_bytes(chunk, "little") for chunk in chunks)])
