"""The sponge draws what p3's challenger draws, and what is described is what is seeded."""

from __future__ import annotations

import hashlib
import struct

import pytest

from plimsoll.circuits.field import P
from plimsoll.verifier.challenger import OPAQUE, SCALAR, Challenger, Description, fixed
from plimsoll.verifier.keccak import keccak256


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
    ],
)
def test_keccak_known_answers(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


@pytest.mark.parametrize("length", [135, 136, 137, 271, 272, 500])
def test_keccak_blocks_agree_with_sha3_but_for_the_padding(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """SHA3-256 is the same permutation with the padding byte 6: a message that ends in our own padding shows it."""
    import plimsoll.verifier.keccak as module

    data = bytes(i % 251 for i in range(length))
    source = module.keccak256.__code__
    constants = tuple(b"\x06" if c == b"\x01" else c for c in source.co_consts)
    monkeypatch.setattr(module.keccak256, "__code__", source.replace(co_consts=constants))
    assert module.keccak256(data) == hashlib.sha3_256(data).digest()


def test_bytes_are_drawn_from_the_end_of_a_chain_of_digests() -> None:
    challenger = Challenger(b"start")
    challenger.observe([1, P - 1])
    first = sha(b"start" + struct.pack("<2Q", 1, P - 1))
    assert challenger.sample_bytes(33) == first[::-1] + sha(first)[-1:]
    # Observing drops what was left of the second digest.
    challenger.observe_bytes(b"more")
    assert challenger.sample_bytes(1) == sha(sha(first) + b"more")[-1:]


def test_observing_nothing_changes_nothing() -> None:
    one, other = Challenger(b""), Challenger(b"")
    one.sample_bytes(3)
    other.sample_bytes(3)
    one.observe([])
    one.observe_bytes(b"")
    assert one.sample_bytes(40) == other.sample_bytes(40)


def test_values_of_p_and_above_are_drawn_again() -> None:
    class Fixed(Challenger):
        draws = iter([P, 2**64 - 1, P - 1])

        def sample_bytes(self, count: int) -> bytes:
            return next(self.draws).to_bytes(count, "little")

    assert Fixed(b"").sample() == P - 1


def test_work() -> None:
    def check(witness: int) -> bool:
        return Challenger(b"work").check_work(4, witness)

    accepted = [w for w in range(200) if check(w)]
    assert 2 <= len(accepted) <= 40
    expected = [w for w in range(200) if sha(sha(b"work") + struct.pack("<Q", w))[-1] & 15 == 0]
    assert accepted == expected


def test_description_is_seeded_as_p3_renders_it() -> None:
    described = Description(b"name")
    described.step("Message", "first", SCALAR, OPAQUE)
    described.step("Challenge", "second", fixed(3), "Bits(7)")
    described.bracket("inner")
    described.bind(5)
    text = (
        "Plonky3 Fiat-Shamir Transcript (4 interactions)\n"
        "0 Atomic Message 5 first Scalar Opaque\n"
        "1 Atomic Challenge 6 second Fixed(3) Bits(7)\n"
        "2 Begin Protocol 5 inner None Marker\n"
        "3 End Protocol 5 inner None Marker\n"
    )
    assert described.fingerprint() == keccak256(text.encode())
    label = struct.pack(">IQ", 8, 5)
    seed = b"\x01name" + bytes(58) + b"\x04" + keccak256(text.encode()) + struct.pack(">I", 12) + label + b"\x80"
    elements = [len(seed)] + [int.from_bytes(seed[i : i + 7], "little") for i in range(0, len(seed), 7)]
    one, other = Challenger(b""), Challenger(b"")
    described.seed(one)
    other.observe(elements)
    assert one.sample_bytes(32) == other.sample_bytes(32)


def test_positions_are_padded_to_one_width() -> None:
    described = Description(b"x")
    for _ in range(11):
        described.step("Message", "m", SCALAR, OPAQUE)
    lines = [f"{i:02} Atomic Message 1 m Scalar Opaque\n" for i in range(11)]
    text = "Plonky3 Fiat-Shamir Transcript (11 interactions)\n" + "".join(lines)
    assert described.fingerprint() == keccak256(text.encode())
