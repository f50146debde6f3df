"""What came out of one publication, and what the reader knew beforehand: the page's words are about these."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from plimsoll.cli.page.dropped import ReaderFile
from plimsoll.cli.page.figures import covered
from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import CustomerFile, VerifiedCustomer
from plimsoll.verifier.oracles import KEY_BYTES, OracleSet
from plimsoll.verifier.policy import snapshot_time
from plimsoll.verifier.publication import VerifiedBundle
from plimsoll.verifier.receipts import BrokenPromiseError, Receipt

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Promised:
    """One receipt after its checks; `broken` is evidence, `error` says that it is no receipt of the exchange's."""

    receipt: Receipt
    error: PlimsollError | None = None
    broken: BrokenPromiseError | None = None
    kept: bool = False
    """False also where it is not known yet: no publication, or one that is not valid."""
    owner: CustomerFile | None = None
    """The reader's file, where it opens the promised leaf."""
    owner_error: PlimsollError | None = None

    @property
    def moment(self) -> str:
        """At which the exchange says that it signed."""
        return moment_of(_EPOCH + timedelta(microseconds=self.receipt.promise.time))


@dataclass(slots=True)
class Checked:
    """One publication after its verification: `verified` or `error`; and the reader's account in it, likewise."""

    bundle: Bundle
    verified: VerifiedBundle | None = None
    error: PlimsollError | None = None
    file: CustomerFile | None = None
    files_left: list[CustomerFile] = field(default_factory=list)
    """Further account files for this publication: one is looked at, and the verdict is never good then."""
    account: VerifiedCustomer | None = None
    account_error: PlimsollError | None = None
    promises: list[Promised] = field(default_factory=list)
    """Receipts for this publication."""
    joined: bool | None = None
    """None where the publication before it was not dropped."""
    join_error: PlimsollError | None = None

    @property
    def number(self) -> int:
        """The publication's sequence."""
        return self.bundle.manifest.sequence

    @property
    def moment(self) -> str:
        """Of the prices; of the signature as long as the snapshot was not verified, and perhaps cannot be read."""
        time = _EPOCH + timedelta(microseconds=self.bundle.manifest.time)
        if self.verified:
            time = snapshot_time(self.bundle.snapshot)
        return moment_of(time)

    @property
    def published(self) -> str:
        """At which the exchange signed the publication."""
        return moment_of(_EPOCH + timedelta(microseconds=self.bundle.manifest.time))

    @property
    def covered(self) -> str:
        """What is proven of all accounts, as the end of a sentence."""
        return covered(self.verified.book, self.bundle.snapshot.quote) if self.verified else "nothing was proven"


def moment_of(time: datetime) -> str:
    """A moment as people write it."""
    return f"{time.day} {time:%B %Y, %H:%M} UTC"


@dataclass(frozen=True, slots=True)
class Pins:
    """What the reader knows from elsewhere."""

    key: bytes | None = None
    root: str | None = None
    oracles: OracleSet | None = None
    venues: frozenset[str] = frozenset()
    """Of whom her reader's files speak."""
    problems: tuple[str, ...] = ()


def read_pins(key: str, root: str, readers: Sequence[ReaderFile]) -> Pins:
    """The reader's key, root and oracles, typed or from reader's files; all that is wrong with them in `problems`."""
    problems = []
    keys = {one.venue_key for one in readers}
    if key and not re.fullmatch(f"[0-9a-f]{{{2 * KEY_BYTES}}}", key, re.ASCII):
        problems.append(f"A public key has {2 * KEY_BYTES} digits, 0 to 9 and a to f; yours has {len(key)}.")
    elif key:
        keys.add(bytes.fromhex(key))
    if len(keys) > 1:
        problems.append("You gave two different keys for the exchange.")
    if root and not re.fullmatch("[0-9a-f]{64}", root, re.ASCII):
        problems.append(f"A root has 64 digits, 0 to 9 and a to f; yours has {len(root)}.")
    sets = [one.oracles for one in readers if one.oracles]
    if any(one != sets[0] for one in sets):
        problems.append("Your reader's files name different price reporters.")
    venues = frozenset(one.venue for one in readers)
    return Pins(next(iter(keys), None), root or None, next(iter(sets), None), venues, tuple(problems))
