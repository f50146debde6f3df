"""The opening file: the secrets of one publication, drawn once and reused by every proof about the same root.

It holds the publication nonce (from which account orders follow), each leaf's position, blind and salt, and the salt of
the commitment. Who has it can open every leaf, so it is written with mode 0600; who loses it can no longer prove
anything about the published root, so it must be backed up like a private key.

Blinds and salts come from the operating system's generator (`secrets`), which is safe after a fork.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import ORDER_BITS, account_order
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.errors import PlimsollError

VERSION: Final = 1
NONCE_BYTES: Final = 32
DIGEST_BYTES: Final = 32
SALT: Final = 4
"""Field elements of a salt or blind: 4 x 64 bits."""


class OpeningError(PlimsollError):
    """An opening file that cannot be read, or that belongs to another book."""


@dataclass(frozen=True, slots=True)
class AccountLeaf:
    """The private part of a leaf that holds an account; `position` counts leaves from the left."""

    position: int
    account: str
    order: int
    blind: tuple[int, ...]
    salt: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EmptyLeaf:
    position: int
    salt: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """All secrets of one publication.

    Attributes:
        book: SHA-256 of the book it was drawn for, hexadecimal.
        publication: venue and sequence: the secrets serve every proof of one publication, and no other.
        batch_salts: of each batch's commitment, in order; none for a book of the one-batch statement. With them,
            positions count over the leaves of all batches, and `commitment_salt` is of the book's totals.
        instruments: digest of the instrument table that leaves are made with, hexadecimal.
        schedule: of a book over batches, digest of the batch schedule, hexadecimal: with book and instruments it fixes
            every commitment. Salts that served two schedules would show which batches' figures differ.

    The last two are empty in files that were drawn before these were recorded.
    """

    book: str
    publication: str
    shape: str
    nonce: str
    commitment_salt: tuple[int, ...]
    accounts: tuple[AccountLeaf, ...]
    empty: tuple[EmptyLeaf, ...]
    start: int = 0
    batch_salts: tuple[tuple[int, ...], ...] = ()
    instruments: str = ""
    schedule: str = ""

    def write(self, path: Path) -> None:
        """Writes the file at once and readable by its owner only; an existing file is never overwritten."""
        content = {"version": VERSION, **asdict(self)}
        text = json.dumps({**content, "checksum": checksum_of(content)}, separators=(",", ":"))
        try:
            write_atomically(path, text.encode(), mode=0o600, exclusive=True)
        except FileExistsError:
            raise OpeningError(f"{path} exists and may open a published root: move it away, or prove with it") from None

    @staticmethod
    def read(path: Path) -> Opening:
        """Raises OpeningError for a file that is not an opening file of this version."""
        opening = None
        if path.exists() and not path.is_file():
            raise OpeningError(f"{path}: expected a regular file: a pipe or a device may never end")
        try:
            raw: dict[str, Any] = json.loads(path.read_bytes())
            checksum = raw.pop("checksum", None)
            if raw["version"] != VERSION:
                raise OpeningError(f"{path}: expected an opening file of version {VERSION}")
            if checksum != checksum_of(raw):
                raise ValueError("altered")
            del raw["version"]
            accounts = tuple(AccountLeaf(**_tuples(leaf)) for leaf in raw.pop("accounts"))
            empty = tuple(EmptyLeaf(**_tuples(leaf)) for leaf in raw.pop("empty"))
            salts = tuple(map(tuple, raw.pop("batch_salts", ())))
            read = Opening(accounts=accounts, empty=empty, batch_salts=salts, **_tuples(raw))
            opening = read if _is_as_drawn(read) else None
        except OSError as error:
            raise OpeningError(
                f"{path}: cannot be read: {error.strerror}; check the path and its permissions"
            ) from error
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            pass
        if opening is None:
            # raised here and not above: the first error holds the file's text, and would stay in this one's context
            raise OpeningError(f"{path} is not an opening file of version {VERSION}: restore it from its backup")
        return opening


def draw_opening(
    book_digest: str,
    accounts: Sequence[str],
    shape: str,
    leaves: int,
    publication: str = "",
    batches: int = 0,
    instruments: str = "",
    schedule: str = "",
) -> Opening:
    """Fresh secrets for a publication of these accounts on `leaves` leaves, accounts in ascending order.

    `leaves` are those of all `batches` together; 0 batches are for the one-batch statement, which has no further salt.

    The nonce is drawn again when two accounts' orders collide (48 bits: for 4,096 accounts once in 2^25 draws).

    Empty leaves are placed by uniform orders of their own, as if they held accounts. A customer knows her order and her
    position: so its rank among all leaves' orders, whose distribution does not depend on how many accounts there are.

    Raises:
        OpeningError: more accounts than leaves.
    """
    if len(accounts) > leaves:
        raise OpeningError(f"{len(accounts)} accounts do not fit the {leaves} leaves of {shape}: declare more accounts")
    nonce = secrets.token_bytes(NONCE_BYTES)
    orders = [account_order(nonce, a) for a in accounts]
    while len(set(orders)) != len(orders) or 0 in orders:
        nonce = secrets.token_bytes(NONCE_BYTES)
        orders = [account_order(nonce, a) for a in accounts]
    between = sorted(secrets.randbelow(1 << ORDER_BITS) for _ in range(leaves - len(accounts)))
    ascending = sorted(zip(orders, accounts, strict=True))
    positions = [i + bisect_left(between, order) for i, (order, _) in enumerate(ascending)]
    placed = zip(positions, ascending, strict=True)
    return Opening(
        book=book_digest,
        publication=publication,
        shape=shape,
        nonce=nonce.hex(),
        commitment_salt=_random_elements(),
        accounts=tuple(AccountLeaf(p, a, o, _random_elements(), _random_elements()) for p, (o, a) in placed),
        empty=tuple(EmptyLeaf(p, _random_elements()) for p in sorted(set(range(leaves)) - set(positions))),
        batch_salts=tuple(_random_elements() for _ in range(batches)),
        instruments=instruments,
        schedule=schedule,
    )


def checksum_of(content: dict[str, Any]) -> str:
    """SHA-256 of the file's content: a digit that rotted away in a backup is found before it makes another root."""
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()


def _is_as_drawn(opening: Opening) -> bool:
    """Whether all is as `draw_opening` gives it: proving with anything else would make another root, or hide less."""
    every: list[AccountLeaf | EmptyLeaf] = [*opening.accounts, *opening.empty]
    leaves = sorted(every, key=lambda leaf: leaf.position)
    accounts = [leaf for leaf in leaves if isinstance(leaf, AccountLeaf)]
    orders = [account_order(bytes.fromhex(opening.nonce), leaf.account) for leaf in accounts]
    drawn = [
        opening.commitment_salt,
        *opening.batch_salts,
        *(leaf.salt for leaf in leaves),
        *(leaf.blind for leaf in accounts),
    ]
    return (
        [leaf.position for leaf in leaves] == list(range(len(leaves)))
        and [leaf.order for leaf in accounts] == orders
        and all(a < b for a, b in pairwise([-1, opening.start, *orders]))
        and len(opening.nonce) == 2 * NONCE_BYTES
        and all(one == "" or len(bytes.fromhex(one)) == DIGEST_BYTES for one in (opening.instruments, opening.schedule))
        and bool(opening.batch_salts or not opening.schedule)
        and all(len(elements) == SALT and all(type(x) is int and 0 <= x < P for x in elements) for elements in drawn)
        and len(set(drawn)) == len(drawn)
    )


def _random_elements() -> tuple[int, ...]:
    return tuple(secrets.randbelow(P) for _ in range(SALT))


def _tuples(raw: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in raw.items()}


def is_private(path: Path | int) -> bool:
    """Whether nobody but the owner can read the file, given by its path or as an open file's number."""
    return not os.stat(path).st_mode & 0o077
