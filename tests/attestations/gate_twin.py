"""`examples/contracts/PlimsollGate.sol` in Python, line by line, over the precompiles of `eip2537`.

It takes the same calldata and refuses with the same words, so that one list of cases has one list of verdicts: the
twin's, and those of the compiled contract (`gate_on_evm.py`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from eip2537 import PrecompileError, call

from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.keccak import keccak256
from plimsoll.verifier.onchain import ACCEPT_ROOT, ADMIT

P = 0x1A0111EA397FE69A4B1BA7B6434BACD764774B84F38512BF6730D2A0F6B0F6241EABFFFEB153FFFFB9FEFFFFFFFFAAAB
SIGNATURES = b"BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
POSSESSIONS = b"BLS_POP_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"
MINUS_G1 = bytes.fromhex(
    "0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f"
    "c3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
    "00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f2"
    "67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca"
)
NAMES = ("kind", "program", "statement", "root", "values", "market", "parameters", "context", "threshold")
MAX_AHEAD = 300


class Refused(Exception):  # noqa: N818 - the contract's own name
    """The contract reverts."""


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def number(word: bytes) -> int:
    return int.from_bytes(word, "big")


def require(condition: bool, what: str) -> None:
    if not condition:
        raise Refused(what)


@dataclass
class Block:
    """What a contract sees of the chain, and who calls."""

    chain: int
    timestamp: int
    sender: bytes


@dataclass
class Gate:
    """The contract's state."""

    address: bytes
    keys: list[bytes]
    threshold: int
    terms: list[bytes]
    root_time: dict[bytes, int] = field(default_factory=dict)
    root_market: dict[bytes, bytes] = field(default_factory=dict)
    nonces: dict[bytes, int] = field(default_factory=dict)
    used: set[bytes] = field(default_factory=set)

    @staticmethod
    def deploy(address: bytes, arguments: bytes) -> Gate:
        words = [arguments[i : i + 32] for i in range(0, len(arguments), 32)]
        threshold, terms = number(words[1]), words[2:11]
        start = number(words[0]) // 32
        count = number(words[start])
        members = [b"".join(words[start + 1 + 12 * i : start + 13 + 12 * i]) for i in range(count)]
        require(0 < count <= 64, "number of verifiers")
        require(0 < threshold <= count, "threshold")
        require(number(terms[7]) >= 128, "security floor")
        require(number(terms[5]) > 0 and number(terms[6]) > 0, "times")
        last = bytes(48)
        for one in members:
            key, possession = one[:128], one[128:]
            require(any(key), "key at infinity")
            compressed = compress(key)
            require(last < compressed, "order of keys")
            last = compressed
            require(verify(key, compressed, POSSESSIONS, possession), "possession")
        return Gate(address, [one[:128] for one in members], threshold, terms)

    def call(self, block: Block, data: bytes) -> None:
        """A transaction: raises Refused, and then nothing has changed."""
        selector, body = data[:4], data[4:]
        words = [body[32 * i : 32 * i + 32] for i in range(21)]
        fields: dict[str, Any] = dict(zip(NAMES, words[:9], strict=True))
        fields |= {"snapshot": number(words[9]), "expiry": number(words[10]), "bits": number(words[11])}
        # the ABI's decoder refuses numbers wider than their type, by a revert without words
        require(fields["snapshot"] < 2**64 and fields["expiry"] < 2**64 and fields["bits"] < 2**16, "")
        bitmap, signature = number(words[12]), b"".join(words[13:21])
        if selector == keccak256(ACCEPT_ROOT.encode())[:4]:
            self.accept_root(block, fields, bitmap, signature)
        elif selector == keccak256(ADMIT.encode())[:4]:
            offset, deadline = number(body[672:704]), number(body[704:736])
            require(deadline < 2**64, "")
            length = number(body[offset : offset + 32])
            values = body[offset + 32 : offset + 32 + length]
            self.admit(block, fields, bitmap, signature, values, deadline)
        else:
            raise Refused("")

    def accept_root(self, block: Block, v: dict[str, Any], bitmap: int, signature: bytes) -> None:
        require(v["kind"] == b"publication".ljust(32, b"\0"), "kind")
        require(v["program"] == self.terms[1], "program")
        require(v["context"] == self.terms[0], "publisher")
        require(v["threshold"] == bytes(32), "threshold of the account")
        self.check(block, v, bitmap, signature)
        require(v["root"] not in self.root_time, "root known")
        self.root_time[v["root"]] = v["snapshot"]
        self.root_market[v["root"]] = v["market"]

    def admit(
        self, block: Block, v: dict[str, Any], bitmap: int, signature: bytes, values: bytes, deadline: int
    ) -> None:
        require(v["kind"] == b"account".ljust(32, b"\0"), "kind")
        require(v["program"] == self.terms[2], "program")
        require(v["threshold"] == self.terms[4], "threshold of the account")
        require(block.timestamp < deadline, "deadline")
        nonce = self.nonces.get(block.sender, 0)
        context = ConsumerContext(block.chain, self.address, block.sender, nonce, deadline, v["root"]).encode()
        require(v["context"] == sha256(context), "context")
        require(v["values"] == sha256(values), "public values")
        self.check(block, v, bitmap, signature)
        require(v["root"] in self.root_time, "root")
        require(block.timestamp <= self.root_time[v["root"]] + number(self.terms[5]), "age of the root")
        require(v["market"] == self.root_market[v["root"]], "market")
        at = 8 * number(self.terms[8])
        require(len(values) >= at + 32, "tag")
        tag = values[at : at + 32]
        require(tag not in self.used, "tag used")
        self.used.add(tag)
        self.nonces[block.sender] = nonce + 1

    def check(self, block: Block, v: dict[str, Any], bitmap: int, signature: bytes) -> None:
        now = block.timestamp
        require(v["parameters"] == self.terms[3], "parameters")
        require(v["bits"] >= number(self.terms[7]), "security")
        require(now < v["expiry"], "expired")
        require(v["expiry"] <= now + number(self.terms[6]), "expiry")
        require(now <= v["snapshot"] + number(self.terms[5]), "age of the snapshot")
        require(v["snapshot"] <= now + MAX_AHEAD, "snapshot of the future")
        require(bitmap >> len(self.keys) == 0, "bitmap")
        signers = [key for i, key in enumerate(self.keys) if bitmap >> i & 1]
        total = bytes(128)
        for key in signers:
            total = precompile(0x0B, total + key, 128)
        require(len(signers) >= self.threshold, "threshold")
        require(any(total), "key at infinity")
        numbers = v["snapshot"].to_bytes(8, "big") + v["expiry"].to_bytes(8, "big") + v["bits"].to_bytes(2, "big")
        digest = sha256(b"plimsoll/verified/1".ljust(32, b"\0"), *(v[name] for name in NAMES), numbers)
        require(verify(total, digest, SIGNATURES, signature), "signature")


def precompile(address: int, data: bytes, expected: int) -> bytes:
    try:
        out = call(address, data)
    except PrecompileError:
        raise Refused("precompile") from None
    require(len(out) == expected, "precompile")
    return out


@cache
def verify(key: bytes, message: bytes, tag: bytes, signature: bytes) -> bool:
    pairs = key + hash_to_g2(message, tag) + MINUS_G1 + signature
    return number(precompile(0x0F, pairs, 32)) == 1


def hash_to_g2(message: bytes, tag: bytes) -> bytes:
    suffix = tag + bytes([len(tag)])
    first = sha256(bytes(64), message, (256).to_bytes(2, "big"), b"\0", suffix)
    blocks = [sha256(first, b"\1", suffix)]
    for i in range(2, 9):
        mixed = bytes(a ^ b for a, b in zip(first, blocks[-1], strict=True))
        blocks.append(sha256(mixed, bytes([i]), suffix))
    sizes = b"".join(one.to_bytes(32, "big") for one in (64, 1, 64))
    parts = [
        precompile(0x05, sizes + blocks[i] + blocks[i + 1] + b"\1" + P.to_bytes(64, "big"), 64) for i in (0, 2, 4, 6)
    ]
    halves = [precompile(0x11, parts[i] + parts[i + 1], 256) for i in (0, 2)]
    return precompile(0x0D, halves[0] + halves[1], 256)


def compress(key: bytes) -> bytes:
    high, y = number(key[:32]), number(key[64:])
    require(high <= P >> 256, "coordinate")
    high |= (0xA0 if y > (P - 1) // 2 else 0x80) << 120
    return (high % 2**128).to_bytes(16, "big") + key[32:64]
