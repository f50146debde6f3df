"""The statement: everything a proof is about, in one canonical encoding whose SHA-256 starts the transcript.

Nothing in a proof file is believed because it stands there. The verifier recomputes every digest below from what its
caller pinned (program) or supplied (snapshot, parameters) and compares; what it cannot recompute (public values, batch
numbers, context) is bound, so that a proof of one statement is no proof of another.

Proof file (integers little-endian; `text` is a u16 length and UTF-8; a digest has 32 bytes):

    file      := "PLIMSOLL", u16 version = 1, u32 length, statement, body
    statement := text kind, text shape class,
                 text profile name, u8 log_blowup, u16 queries, u8 query_pow_bits, u8 log_final_poly_len,
                 u8 max_log_arity, u8 random_codewords, u8 cap_height, u8 salt_elements,
                 digest program, digest tables, digest instruments, digest schedule, digest market, digest parameters,
                 u64 publication sequence, digest previous publication, u32 batch index, u32 batch count,
                 digest nonce, u16 length, consumer context, u16 number, u64 public value*

The statement's digest is SHA-256("plimsoll/statement", u16 version, statement). The tables' digest covers the
expression graphs, buses, counts, weights, packing hint, periodic contents and heights (`circuits.tables`).
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass, fields
from typing import Final

from plimsoll.circuits.field import P
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import Profile

MAGIC: Final = b"PLIMSOLL"
VERSION: Final = 1
BOOK_BATCH: Final = "book-batch"
DIGEST_BYTES: Final = 32
MAX_STATEMENT_BYTES: Final = 1 << 16
MAX_FILE_BYTES: Final = 64 << 20
NO_PREVIOUS: Final = bytes(DIGEST_BYTES)
STEP: Final = "encoding"


@dataclass(frozen=True, slots=True)
class Digests:
    """SHA-256 digests of canonical binary encodings, 32 bytes each."""

    program: bytes
    tables: bytes
    instruments: bytes
    schedule: bytes
    market: bytes
    parameters: bytes


@dataclass(frozen=True, slots=True)
class Statement:
    """What one proof claims. `public_values` are the outputs of the program's main, in its order.

    `nonce_digest` commits to the nonce from which customers recompute their orders: one nonce for all of them.
    """

    kind: str
    shape: str
    profile: Profile
    digests: Digests
    public_values: tuple[int, ...]
    sequence: int = 0
    previous: bytes = NO_PREVIOUS
    batch_index: int = 0
    batch_count: int = 1
    context: bytes = b""
    nonce_digest: bytes = NO_PREVIOUS

    def encode(self) -> bytes:
        """The canonical bytes (layout in the module's docstring)."""
        p = self.profile
        numbers = struct.pack(
            "<BHBBBBBB",
            p.log_blowup,
            p.queries,
            p.query_pow_bits,
            p.log_final_poly_len,
            p.max_log_arity,
            p.random_codewords,
            p.cap_height,
            p.salt_elements,
        )
        return b"".join(
            [
                _text(self.kind),
                _text(self.shape),
                _text(p.name),
                numbers,
                *(getattr(self.digests, f.name) for f in fields(Digests)),
                struct.pack("<Q", self.sequence),
                self.previous,
                struct.pack("<II", self.batch_index, self.batch_count),
                self.nonce_digest,
                struct.pack("<H", len(self.context)),
                self.context,
                struct.pack(f"<H{len(self.public_values)}Q", len(self.public_values), *self.public_values),
            ]
        )

    def digest(self) -> bytes:
        """The 32 bytes from which the transcript starts."""
        return hashlib.sha256(b"plimsoll/statement" + struct.pack("<H", VERSION) + self.encode()).digest()


def write_proof(statement: Statement, body: bytes) -> bytes:
    """The proof file of a statement and the proof system's bytes."""
    encoded = statement.encode()
    return MAGIC + struct.pack("<HI", VERSION, len(encoded)) + encoded + body


def read_proof(data: bytes) -> tuple[Statement, bytes]:
    """The statement and the body of a proof file.

    Raises:
        VerificationError: step "encoding", for anything but the canonical encoding of a statement of this version.
    """
    if len(data) > MAX_FILE_BYTES:
        raise VerificationError(STEP, f"a file of at most {MAX_FILE_BYTES} bytes", f"{len(data)} bytes")
    head = len(MAGIC) + 6
    if len(data) < head or data[: len(MAGIC)] != MAGIC:
        raise VerificationError(STEP, "a Plimsoll proof file, which begins with 'PLIMSOLL'", repr(data[:8]))
    version, length = struct.unpack_from("<HI", data, len(MAGIC))
    if version != VERSION:
        raise VerificationError(
            STEP,
            f"protocol version {VERSION}",
            f"version {version}",
            "use the Plimsoll release that reads this version",
        )
    if length > MAX_STATEMENT_BYTES or len(data) < head + length:
        raise VerificationError(STEP, f"a statement of {length} bytes", f"{len(data) - head} bytes after the header")
    encoded = data[head : head + length]
    statement = _Reader(encoded).statement()
    if statement.encode() != encoded:
        raise VerificationError(STEP, "the canonical encoding of the statement", "another encoding of the same fields")
    return statement, data[head + length :]


def _text(text: str) -> bytes:
    raw = text.encode()
    return struct.pack("<H", len(raw)) + raw


class _Reader:
    """Reads a statement's fields in order and refuses a short or overlong encoding."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise VerificationError(STEP, f"{count} more bytes of the statement", f"{len(piece)} bytes")
        self.at += count
        return piece

    def number(self, code: str) -> int:
        value: int = struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))[0]
        return value

    def text(self) -> str:
        raw = self.take(self.number("H"))
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise VerificationError(STEP, "UTF-8 text in the statement", repr(raw[:32])) from None

    def statement(self) -> Statement:
        kind, shape, name = self.text(), self.text(), self.text()
        profile = Profile(name, *(self.number(code) for code in "BHBBBBBB"))
        digests = Digests(*(self.take(DIGEST_BYTES) for _ in fields(Digests)))
        sequence, previous = self.number("Q"), self.take(DIGEST_BYTES)
        index, count = self.number("I"), self.number("I")
        nonce_digest = self.take(DIGEST_BYTES)
        context = self.take(self.number("H"))
        values = tuple(self.number("Q") for _ in range(self.number("H")))
        if self.at != len(self.data):
            raise VerificationError(
                STEP, "nothing after the statement's last field", f"{len(self.data) - self.at} bytes"
            )
        for i, value in enumerate(values):
            if value >= P:
                raise VerificationError(STEP, f"public value {i} below the field's prime", str(value))
        return Statement(kind, shape, profile, digests, values, sequence, previous, index, count, context, nonce_digest)
