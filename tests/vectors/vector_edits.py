"""How the generator tells a lie: edits of a base, found by part of the proof and not by offset."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from body_regions import Region, regions

from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import AcceptedStatement, accept_statement
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.statement import MAGIC, Digests, Statement

FOLDER = Path(__file__).parent / "book-v1"
HEAD = len(MAGIC) + 6
POLICY = Policy(at=datetime(2026, 11, 21, 13, tzinfo=UTC))
Edit = dict[str, Any]
Change = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """One vector before it is written; `expect` is a step, "valid" or "input"."""

    name: str
    lie: str
    expect: str
    base: str = "honest"
    edits: Sequence[Edit] = ()
    market: Sequence[Change] = ()
    parameters: Sequence[Change] = ()
    policy: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Base:
    """A base proof with its parts."""

    name: str

    @cached_property
    def data(self) -> bytes:
        return zlib.decompress((FOLDER / f"{self.name}.proof.zlib").read_bytes())

    @cached_property
    def read(self) -> AcceptedStatement:
        market, rules = FOLDER / "snapshot.json", FOLDER / "parameters.json"
        return accept_statement(self.data, MarketSnapshot.load(market), RiskParameters.load(rules), POLICY)

    @property
    def statement(self) -> Statement:
        return self.read.statement

    @property
    def body_start(self) -> int:
        return len(self.data) - len(self.read.body)

    @cached_property
    def parts(self) -> list[Region]:
        """Parts of the body, at their places in the file."""
        found = regions(self.read.expected.book.tables, self.statement.profile, self.read.body)
        return [replace(part, start=part.start + self.body_start, stop=part.stop + self.body_start) for part in found]

    def part(self, group: str, name: str) -> Region:
        [found] = [part for part in self.parts if (part.group, part.name) == (group, name)]
        return found

    # Edits. Each gives the new bytes of one part.

    def put(self, label: str, start: int, stop: int, new: bytes) -> Edit:
        return {"part": label, "start": start, "stop": stop, "put": new.hex()}

    def flip(self, group: str, name: str, element: int = 0) -> Edit:
        """The lowest bit of an element or digest byte: x and x ^ 1 are both below p (p - 1 is even)."""
        part = self.part(group, name)
        at = part.start + 8 * element
        assert at < part.stop
        return self.put(f"{group}, {name}", at, at + 1, bytes([self.data[at] ^ 1]))

    def number(self, group: str, name: str, value: int, element: int = 0) -> Edit:
        """An element of the body becomes another number, below p or not."""
        at = self.part(group, name).start + 8 * element
        return self.put(f"{group}, {name}", at, at + 8, struct.pack("<Q", value))

    def element(self, group: str, name: str, element: int = 0) -> int:
        (value,) = struct.unpack_from("<Q", self.data, self.part(group, name).start + 8 * element)
        return int(value)

    def restate(self, label: str, encoded: bytes) -> Edit:
        """Another statement in the place of the base's, with its length; only the bytes that differ."""
        old = self.data[len(MAGIC) : self.body_start]
        new = old[:2] + struct.pack("<I", len(encoded)) + encoded
        front = next(i for i in range(len(old) + 1) if old[: i + 1] != new[: i + 1] or i == len(old))
        back = 0
        while back < min(len(old), len(new)) - front and old[-1 - back] == new[-1 - back]:
            back += 1
        start, stop = len(MAGIC) + front, len(MAGIC) + len(old) - back
        return self.put(label, start, stop, new[front : len(new) - back])

    def state(self, label: str, **changes: Any) -> Edit:
        """Some fields of the statement are others."""
        return self.restate(label, replace(self.statement, **changes).encode())

    def digest(self, name: str) -> Edit:
        """One digest of the statement has another bit."""
        old: bytes = getattr(self.statement.digests, name)
        digests: Digests = replace(self.statement.digests, **{name: bytes([old[0] ^ 1]) + old[1:]})
        return self.state(f"digest of {name}", digests=digests)

    def cut(self, at: int) -> Edit:
        return self.put("the rest of the file", at, len(self.data), b"")

    def take(self, first: tuple[str, str], last: tuple[str, str], other: Base) -> Edit:
        """The parts from `first` to `last` are those of another base."""
        mine, theirs = ((base.part(*first).start, base.part(*last).stop) for base in (self, other))
        return {
            "part": f"{', '.join(first)} to {', '.join(last)}",
            "start": mine[0],
            "stop": mine[1],
            "take": {"base": other.name, "start": theirs[0], "stop": theirs[1]},
        }
