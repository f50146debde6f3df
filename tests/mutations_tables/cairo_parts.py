"""What the entries of the Cairo sources are made of: arguments that recur, and names of items."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cairo_mutation import Entry, Loosened
from lie import Lie
from small_venue import Batch

Change = Callable[[str, list[list[Any]]], None]
SEPARATES = (
    "another constant, another protocol: tags separate hashes by value. Were two of them equal: a leaf's capacity has "
    "an order of 1 or more where others have 0, and a node is an empty leaf or a commitment only if a digest is zeros"
)
FIXED = "any constant does as well: it is nobody's choice"
COUNTED = "a leaf of n rows is n + 1 permutations: two counts with one digest are a collision of the hash"
TWO_BOOKS = "one root, two books: "
BOOK, HASHING, RANGES = "book.cairo", "lib/hashing.cairo", "lib/ranges.cairo"
SCHEDULE, SUMS, TAPE = "lib/schedule.cairo", "lib/sums.cairo", "lib/tape.cairo"


def named(where: str, kind: str, text: str, entries: list[Entry]) -> dict[str, Entry]:
    """Entries of equal texts in one function, in their order."""
    return {f"{where}: {kind} `{text}` #{k + 1}": entry for k, entry in enumerate(entries)}


def removed(lie: Callable[[], Lie], tape: Batch | None = None) -> Loosened:
    return Loosened("", lie, tape)


def literals(where: str, text: str, *entries: Entry) -> dict[str, Entry]:
    return named(where, "literal", text, list(entries))


def single(where: str, kind: str, entries: dict[str, Entry]) -> dict[str, Entry]:
    return {f"{where}: {kind} `{text}` #1": entry for text, entry in entries.items()}
