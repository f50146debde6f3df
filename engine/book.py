"""A whole book as arrays. Needs NumPy, as everything about whole books does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.health import MAX_HOLDINGS
from plimsoll.engine.instruments import MAX_KEY
from plimsoll.engine.problems import RefusedValueError, shown
from plimsoll.engine.tiers import MAX_QUANTITY, HoldingError
from plimsoll.engine.titles import NO_TITLE, Title, check_title

Holdings = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Book:
    """Accounts and their holdings; those of account i are offsets[i] up to offsets[i + 1], sorted by key.

    Raises `HoldingError` naming the account where shapes, order or bounds are violated.
    """

    accounts: list[str]
    """n account identifiers."""
    classes: NDArray[np.uint16]
    """n account classes."""
    offsets: NDArray[np.int64]
    """n + 1 ascending offsets, from 0 to m."""
    keys: NDArray[np.uint16]
    """m keys, 2 * instrument + side."""
    quantities: NDArray[np.int64]
    """m quantities in lots, 0 or more."""
    titles: Mapping[int, Title] = field(default_factory=dict)
    """Owner and lien by account index, of the accounts that have either."""

    def __post_init__(self) -> None:
        n, m = len(self.accounts), len(self.keys)
        lengths = (len(self.classes), len(self.offsets), len(self.quantities))
        types = " ".join(str(one.dtype) for one in (self.classes, self.offsets, self.keys, self.quantities))
        if lengths != (n, n + 1, m) or types != "uint16 int64 uint16 int64":
            raise HoldingError(
                f"book arrays of lengths {lengths} and types {types}: expected lengths {(n, n + 1, m)} and types "
                "uint16 int64 uint16 int64"
            )
        for i, title in self.titles.items():
            try:
                check_title(title)
            except RefusedValueError as error:
                raise HoldingError(f"account {shown(self.accounts[i])}: {error}; {error.remedy}") from None
        counts = np.diff(self.offsets)
        if self.offsets[0] != 0 or self.offsets[-1] != m or (counts < 0).any():
            raise HoldingError(f"book offsets must ascend from 0 to the number of holdings, {m}")
        self._refuse(np.flatnonzero(counts > MAX_HOLDINGS), f"more than {MAX_HOLDINGS} holdings; split the account")
        if m == 0:
            return
        descents = np.flatnonzero(self.keys[1:] <= self.keys[:-1]) + 1
        inside = descents[self.offsets[np.searchsorted(self.offsets, descents)] != descents]
        self._refuse(self.account_of(inside), "keys are not strictly ascending; give each holding once, sorted by key")
        wide = np.flatnonzero((self.quantities < 0) | (self.quantities > MAX_QUANTITY))
        self._refuse(self.account_of(wide), "a quantity is outside 0..2^60 - 1 lots; use a coarser lot")
        self._refuse(self.account_of(np.flatnonzero(self.keys > MAX_KEY)), f"a key above {MAX_KEY}")

    def _refuse(self, accounts: NDArray[np.int64], message: str) -> None:
        if len(accounts):
            raise HoldingError(f"account {shown(self.accounts[int(accounts[0])])}: {message}")

    @classmethod
    def of(cls, accounts: Iterable[tuple[str, int, Holdings]]) -> Book:
        """A book from (identifier, class, holdings) of each account; for small books and tests."""
        names, classes, offsets = [], [], [0]
        keys: list[int] = []
        quantities: list[int] = []
        for name, account_class, holdings in accounts:
            names.append(name)
            classes.append(account_class)
            keys += [key for key, _ in holdings]
            quantities += [q for _, q in holdings]
            offsets.append(len(keys))
        try:
            return cls(
                names,
                np.array(classes, dtype=np.uint16),
                np.array(offsets, dtype=np.int64),
                np.array(keys, dtype=np.uint16),
                np.array(quantities, dtype=np.int64),
            )
        except OverflowError as error:
            raise HoldingError(f"a class, key or quantity does not fit its array: {error}") from error

    def __len__(self) -> int:
        return len(self.accounts)

    def holdings(self, account: int) -> list[tuple[int, int]]:
        """(key, lots) of one account, by its index."""
        part = slice(int(self.offsets[account]), int(self.offsets[account + 1]))
        return list(zip(self.keys[part].tolist(), self.quantities[part].tolist(), strict=True))

    def title(self, account: int) -> Title:
        """Owner and lien of one account, by its index."""
        return self.titles.get(account, NO_TITLE)

    def account_of(self, holdings: NDArray[np.int64]) -> NDArray[np.int64]:
        """Index of the account of each holding index."""
        return np.searchsorted(self.offsets, holdings, side="right") - 1

    def part(self, start: int, stop: int) -> Book:
        """The accounts from `start` up to `stop`, as a book of its own."""
        first, last = int(self.offsets[start]), int(self.offsets[stop])
        return Book(
            self.accounts[start:stop],
            self.classes[start:stop],
            self.offsets[start : stop + 1] - first,
            self.keys[first:last],
            self.quantities[first:last],
            {i - start: title for i, title in self.titles.items() if start <= i < stop},
        )
