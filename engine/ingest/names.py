"""Find many texts in a fixed set of names at once, exactly: hashes find the candidate, all bytes are compared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.ingest.spans import Places, Spans, spans_of

_FACTORS = np.array(
    [
        0x9E3779B97F4A7C15,
        0xC2B2AE3D27D4EB4F,
        0x165667B19E3779F9,
        0xD6E8FEB86659FD93,
        0xA0761D6478BD642F,
        0xE7037ED1A0B428DB,
        0x8EBC6AF09C88C6E3,
        0x589965CC75374CC3,
    ],
    dtype=np.uint64,
)
_SHIFT = np.uint64(32)
MAX_BYTES = 8 * len(_FACTORS)


class NameIndex:
    """Places of names in a list. Names are distinct and have at most 64 bytes.

    Names whose hashes coincide (a customer may choose hers) are left out: `find` says -1, and the exact path decides.
    """

    def __init__(self, names: list[bytes]) -> None:
        spans = spans_of(names)
        self._count = max((int(spans.lengths.max(initial=0)) + 7) // 8, 1)
        words = spans.words(self._count)
        hashes = _hash(words, spans.lengths)
        order = np.argsort(hashes, kind="stable")
        ordered = hashes[order]
        alone = np.ones(len(names), dtype=np.bool_)
        twins = ordered[1:] == ordered[:-1]
        alone[1:] &= ~twins
        alone[:-1] &= ~twins
        self._places = order[alone]
        self._hashes = ordered[alone]
        self._words = words[:, self._places]
        self._lengths = spans.lengths[self._places]

    def find(self, texts: Spans) -> Places:
        """Place of each text, or -1 where the exact path has to look."""
        found = np.full(len(texts), -1, dtype=np.int64)
        if not len(self._hashes) or not len(texts):
            return found
        words = texts.words(self._count)
        hashes = _hash(words, texts.lengths)
        # Rows of one account mostly stand together: search once a run.
        first = np.ones(len(texts), dtype=np.bool_)
        first[1:] = hashes[1:] != hashes[:-1]
        candidates = np.searchsorted(self._hashes, hashes[first])[np.cumsum(first) - 1]
        candidates = np.minimum(candidates, len(self._hashes) - 1)
        same = self._lengths[candidates] == texts.lengths
        for w in range(self._count):
            same &= self._words[w][candidates] == words[w]
        found[same] = self._places[candidates[same]]
        return found


def _hash(words: NDArray[np.uint64], lengths: Places) -> NDArray[np.uint64]:
    """Spreads names over 64 bits; it need not resist anyone, see `NameIndex`."""
    result = lengths.astype(np.uint64)
    for word, factor in zip(words, _FACTORS, strict=False):
        result = (result ^ word) * factor
        result ^= result >> _SHIFT
    return result
