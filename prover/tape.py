"""The tape: the book program's private input, in the order in which the program reads it.

Layout, each item one field element as an unsigned 64-bit integer:

    height, start, commitment salt (4), then the leaves from left to right:
    0, salt (4)                                                             an empty leaf
    1, id (4), salt (4), class, rows, gap (4 limbs), (index, 5 limbs)*      an account, six holdings a row

`index` names a schedule record (the tier the quantity falls into), the limbs are 12 bits of quantity - lo, low first.
A row that is not full ends with null records. `gap` is order - previous order - 1.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from itertools import pairwise
from typing import Final, Protocol

from plimsoll.circuits.leaves import Permutation, account_id
from plimsoll.circuits.shapes import HOLDINGS_PER_ROW, ShapeClass
from plimsoll.engine.book import Book
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.schedule import Schedule
from plimsoll.prover.opening import AccountLeaf, EmptyLeaf, Opening

LIMB_BITS: Final = 12
QUANTITY_LIMBS: Final = 5
GAP_LIMBS: Final = 4


class TapeError(PlimsollError):
    """A book that does not fit the shape class, the schedule or the opening it is to be proven with.

    Messages reach logs: they name no account and no amount.
    """


def limbs(value: int, count: int) -> list[int]:
    """`count` limbs of 12 bits, low first. The value must fit; a caller has checked its bounds."""
    if not 0 <= value < 1 << LIMB_BITS * count:
        raise TapeError(f"a value does not fit {count} limbs of {LIMB_BITS} bits")
    return [value >> LIMB_BITS * i & (1 << LIMB_BITS) - 1 for i in range(count)]


class Span(Protocol):
    """A tier of a schedule or a piece of a batch schedule."""

    @property
    def key(self) -> int: ...
    @property
    def lo(self) -> int: ...
    @property
    def hi(self) -> int: ...


class Tiers:
    """Finds a holding's schedule record: the tier of its key that its quantity falls into."""

    def __init__(self, schedule: Iterable[Span]) -> None:
        self.tiers = tuple(schedule)
        self.null = len(self.tiers)
        self._starts: dict[int, tuple[int, list[int]]] = {}
        for i, tier in enumerate(self.tiers):
            self._starts.setdefault(tier.key, (i, []))[1].append(tier.lo)

    def holding(self, key: int, quantity: int) -> list[int]:
        """Record index and the limbs of quantity - lo.

        Raises:
            TapeError: the schedule has no tier for this key and quantity.
        """
        first, lows = self._starts.get(key, (0, []))
        tier = bisect_right(lows, quantity) - 1
        if tier < 0 or quantity > self.tiers[first + tier].hi:
            raise TapeError(f"no tier for a holding under key {key}: reduce the holding or add a tier")
        return [first + tier, *limbs(quantity - lows[tier], QUANTITY_LIMBS)]


def encode_tape(
    book: Book, instruments: bytes, schedule: Schedule, shape: ShapeClass, opening: Opening, permute: Permutation
) -> bytes:
    """The whole tape as little-endian u64. `instruments` is the instrument table's digest.

    Raises:
        TapeError: the opening is for other accounts, or the holdings need more rows than the shape class has.
    """
    index = indices(book, opening)
    if len(opening.accounts) + len(opening.empty) != shape.leaves:
        raise TapeError(f"the opening file has another number of leaves than the shape class {shape.name}")
    tiers = Tiers(schedule)
    offsets, keys, quantities = book.offsets.tolist(), book.keys.tolist(), book.quantities.tolist()
    classes = book.classes.tolist()
    needed = sum(-(-(b - a) // HOLDINGS_PER_ROW) for a, b in pairwise(offsets))
    if needed > shape.holdings_rows:
        raise TapeError(
            f"the book needs {needed} rows of {HOLDINGS_PER_ROW} holdings, the shape class {shape.name} has room for "
            f"{shape.holdings_rows}: declare more holdings an account (--holdings-per-account) or more accounts"
        )
    tape = [shape.log_leaves, opening.start, *opening.commitment_salt]
    previous = opening.start
    leaves: list[AccountLeaf | EmptyLeaf] = [*opening.accounts, *opening.empty]
    for leaf in sorted(leaves, key=lambda leaf: leaf.position):
        if not isinstance(leaf, AccountLeaf):
            tape += [0, *leaf.salt]
            continue
        i = index[leaf.account]
        count = offsets[i + 1] - offsets[i]
        rows = -(-count // HOLDINGS_PER_ROW)
        identity = account_id(leaf.account, instruments, leaf.blind, permute, *book.title(i))
        tape += account_head(leaf, identity, classes[i], rows, previous)
        for h in range(offsets[i], offsets[i + 1]):
            tape += tiers.holding(keys[h], quantities[h])
        for k in range(rows * HOLDINGS_PER_ROW - count):
            tape += [tiers.null + k, *limbs(0, QUANTITY_LIMBS)]
        previous = leaf.order
    return array("Q", tape).tobytes()


def indices(book: Book, opening: Opening) -> dict[str, int]:
    """Each account's place in the book. Raises TapeError if the opening holds other accounts."""
    index = {account: i for i, account in enumerate(book.accounts)}
    if sorted(index) != sorted(leaf.account for leaf in opening.accounts):
        raise TapeError("the opening file holds other accounts than the book: prove with the book it was drawn for")
    return index


def account_head(
    leaf: AccountLeaf, identity: tuple[int, ...], account_class: int, rows: int, previous: int
) -> list[int]:
    """An account's tape before its holdings; `previous` is the order of the account before it."""
    gap = limbs(leaf.order - previous - 1, GAP_LIMBS)
    return [1, *identity, *leaf.salt, account_class, rows, *gap]
