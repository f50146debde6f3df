"""Which leaves a beacon draws for an audit, and whether the venue opened them. Steps as in docs/protocol/audit.md.

The venue has signed its manifest before anybody knows the beacon, so it cannot choose which leaves are looked at; the
derivation is public, so neither can the auditor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.circuits.leaves import climb, empty_leaf
from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Count, Digest, Version
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import VerifiedBook
from plimsoll.verifier.customer import (
    MAX_LEVELS,
    CustomerFile,
    Elements,
    VerifiedCustomer,
    leaf_roots,
    show_quad,
    verify_customer,
)
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.whole_book import VerifiedWholeBook

STEP: Final = "audit"
TAG: Final = b"plimsoll/audit/1\n"
MAX_SAMPLE: Final = 1_000
MIN_BEACON: Final = 16
MAX_BEACON: Final = 64
"""Bytes: 16 cannot be searched for, 64 are the longest pulse of a public beacon."""
WORD: Final = 1 << 64


class SampleError(PlimsollError):
    """A sample that cannot be drawn."""


def draw(manifest: bytes, beacon: bytes, leaves: int, sample: int) -> tuple[int, ...]:
    """Positions of the drawn leaves, in the order of drawing; none twice.

    Args:
        manifest: the publication's digest, 32 bytes.
        beacon: of a public beacon that was unknown when the manifest was signed.
        leaves: of the book, over all batches; positions are counted from the left.
        sample: how many are drawn.

    Raises:
        SampleError: more than there are leaves or than `MAX_SAMPLE`, or a beacon too short or too long.
    """
    if not 1 <= sample <= min(leaves, MAX_SAMPLE):
        raise SampleError(f"a sample of {sample}: draw from 1 to {min(leaves, MAX_SAMPLE)} of the {leaves} leaves")
    if not MIN_BEACON <= len(beacon) <= MAX_BEACON:
        raise SampleError(
            f"a beacon of {len(beacon)} bytes: give {MIN_BEACON} to {MAX_BEACON}, as the source prints it"
        )
    drawn: dict[int, None] = {}
    for word in _words(manifest, beacon):
        # rejected so that each position has equally many words
        if word < WORD - WORD % leaves:
            drawn[word % leaves] = None
        if len(drawn) == sample:
            break
    return tuple(drawn)


def _words(manifest: bytes, beacon: bytes) -> Iterator[int]:
    """Numbers below 2^64: SHA-256 in counter mode, eight bytes of each block."""
    seed = hashlib.sha256(TAG + manifest + beacon).digest()
    for counter in count():
        yield int.from_bytes(hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()[:8], "big")


class OpenedEmpty(BaseModel):
    """Opens a leaf without an account."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    position: Count = Field(ge=0, lt=2**MAX_LEVELS, description="counted from the left over all batches")
    salt: Elements
    path: tuple[Elements, ...] = Field(max_length=MAX_LEVELS, description="siblings in its batch, lowest first")


class AuditOpenings(BaseModel):
    """What the venue hands to the auditor: the drawn leaves, each opened. Confidential: it holds customers' data."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    manifest: Digest = Field(description="of the publication")
    accounts: tuple[CustomerFile, ...] = Field(max_length=MAX_SAMPLE)
    empty: tuple[OpenedEmpty, ...] = Field(max_length=MAX_SAMPLE)

    @classmethod
    def load(cls, path: str | Path) -> AuditOpenings:
        """Read a file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "openings") -> AuditOpenings:
        """Read from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)


@dataclass(frozen=True, slots=True)
class DrawnLeaf:
    """One drawn leaf: an account, an empty leaf (`account` is None), or what is wrong with it (`fault`)."""

    position: int
    account: VerifiedCustomer | None = None
    fault: str = ""


def check_openings(
    drawn: tuple[int, ...],
    openings: AuditOpenings,
    manifest: bytes,
    book: VerifiedBook | VerifiedWholeBook,
    snapshot: MarketSnapshot,
    parameters: RiskParameters,
) -> tuple[DrawnLeaf, ...]:
    """Each drawn leaf, opened by the venue or not; a leaf that fails does not keep the others from being looked at.

    What remains the auditor's duty: identifiers and holdings are those of the venue's records and of real customers.

    Args:
        drawn: from `draw`.
        manifest: digest of the verified publication; `book`, `snapshot` and `parameters` are its own.

    Raises:
        VerificationError: the file is another publication's, opens a leaf twice or one that was not drawn.
    """
    # 3. The file is for this publication and opens drawn leaves, each once.
    named = openings.manifest.hex()
    require(openings.manifest == manifest, STEP, f"openings for the publication {manifest.hex()}", named)
    positions = [one.position for one in openings.accounts] + [one.position for one in openings.empty]
    for position in positions:
        require(position in drawn, STEP, "openings of drawn leaves only", f"one of leaf {position}")
        require(positions.count(position) == 1, STEP, f"one opening of leaf {position}", "two")
    # 4. Each leaf is under the proven root, at its position.
    accounts = {one.position: one for one in openings.accounts}
    empty = {one.position: one for one in openings.empty}
    found = []
    for position in drawn:
        try:
            if position in accounts:
                verified = verify_customer(accounts[position], book, snapshot, parameters)
                found.append(DrawnLeaf(position, verified))
            elif position in empty:
                _check_empty(empty[position], book)
                found.append(DrawnLeaf(position))
            else:
                found.append(DrawnLeaf(position, fault="not opened by the venue"))
        except VerificationError as error:
            found.append(DrawnLeaf(position, fault=str(error)))
    return tuple(found)


def leaves_of(book: VerifiedBook | VerifiedWholeBook) -> int:
    """How many leaves a book has, over all batches; most are empty in most books."""
    return len(leaf_roots(book)) * book.shape.leaves


def _check_empty(one: OpenedEmpty, book: VerifiedBook | VerifiedWholeBook) -> None:
    levels = book.shape.log_leaves
    require(len(one.path) == levels, STEP, f"a path of {levels} siblings", len(one.path))
    batch, position = divmod(one.position, book.shape.leaves)
    expected = leaf_roots(book)[batch]
    root = climb(empty_leaf(one.salt, permute), position, one.path, permute)
    require(root == expected, STEP, f"an empty leaf under the root {show_quad(expected)}", show_quad(root))
