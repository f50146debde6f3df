"""Many texts in one buffer of bytes, each from a start to an end: what the fast readers work on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PAD = 8
"""Zero bytes that follow the texts in every buffer, so that reading a word at the last byte stays inside."""

Bytes = NDArray[np.uint8]
Places = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Spans:
    """n texts: `buffer[starts[i]:ends[i]]`. Starts and ends are within the buffer less its padding."""

    buffer: Bytes
    starts: Places
    ends: Places

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def lengths(self) -> Places:
        """Bytes of each text."""
        return self.ends - self.starts

    def take(self, chosen: Places | Mask) -> Spans:
        """The texts at these places."""
        return Spans(self.buffer, self.starts[chosen], self.ends[chosen])

    def bytes(self, i: int) -> bytes:
        """One text."""
        return self.buffer[self.starts[i] : self.ends[i]].tobytes()

    def words(self, count: int) -> NDArray[np.uint64]:
        """The first 8 * count bytes of each text as little-endian words, zeros behind its end; shape (count, n)."""
        every = np.ndarray((len(self.buffer) - PAD + 1,), np.dtype("<u8"), self.buffer.data, strides=(1,))
        result = np.empty((count, len(self)), dtype=np.uint64)
        lengths = self.lengths
        for w in range(count):
            left = np.clip(lengths - 8 * w, 0, 8)
            places = np.where(left > 0, self.starts + 8 * w, 0)
            result[w] = every[places] & _MASKS[left]
        return result


def padded(data: bytes) -> Bytes:
    """A buffer of these bytes and the padding behind them."""
    return np.frombuffer(data + bytes(PAD), dtype=np.uint8)


def spans_of(texts: list[bytes]) -> Spans:
    """These texts, one behind the other."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    ends = np.cumsum(lengths)
    return Spans(padded(b"".join(texts)), ends - lengths, ends)


_MASKS = np.array([(1 << 8 * k) - 1 for k in range(9)], dtype=np.uint64)
