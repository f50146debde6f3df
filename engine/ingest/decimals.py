"""Many plain decimals at once, those of up to 18 digits; everything else is left to `values`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.ingest.spans import Mask, Places, Spans
from plimsoll.engine.tiers import MAX_QUANTITY

MAX_DIGITS = 18
"""Digits, the point left out, that surely fit int64."""
MAX_TEXT = MAX_DIGITS + 2
_POWERS = np.array([10**k for k in range(MAX_DIGITS + 1)], dtype=np.int64)
_MINUS, _POINT, _ZERO = ord("-"), ord("."), ord("0")


@dataclass(frozen=True, slots=True)
class Decimals:
    """n numbers `mantissas * 10^-digits`; only where `good` do the figures mean anything. No mantissa is -2^63."""

    mantissas: NDArray[np.int64]
    digits: NDArray[np.int64]
    good: Mask


def read_decimals(texts: Spans) -> Decimals:
    """The numbers in these texts; `good` are plain decimals of at most 18 digits, and nothing else."""
    n = len(texts)
    if n == 0:
        return Decimals(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.bool_))
    buffer, ends = texts.buffer, texts.ends
    negative = buffer[texts.starts] == _MINUS
    starts = texts.starts + negative
    lengths = ends - starts
    good = (texts.lengths <= MAX_TEXT) & (lengths >= 1)
    first, second = buffer[starts], buffer[starts + 1]
    good &= (first != _ZERO) | (lengths == 1) | (second == _POINT)
    good &= first != _POINT
    mantissas = np.zeros(n, dtype=np.int64)
    digits = np.zeros(n, dtype=np.int64)
    points = np.zeros(n, dtype=np.int8)
    last_is_digit = np.zeros(n, dtype=np.bool_)
    for k in range(int(lengths[good].max(initial=0))):
        inside = lengths > k
        byte = buffer[np.minimum(starts + k, ends)]
        value = byte - np.uint8(_ZERO)
        digit = inside & (value < 10)
        point = inside & (byte == _POINT)
        good &= digit | point | ~inside
        points += point
        digits += digit & (points > 0)
        mantissas = np.where(digit, mantissas * 10 + value, mantissas)
        last_is_digit = np.where(inside, digit, last_is_digit)
    good &= (points <= 1) & last_is_digit & (lengths - points <= MAX_DIGITS)
    return Decimals(np.where(negative, -mantissas, mantissas), digits, good)


def to_lots(numbers: Decimals, lots: Places) -> tuple[NDArray[np.int64], Mask]:
    """Signed lots of quantities whose instruments have lots of 10^lots[i], and where they are certain.

    Certain means: an exact multiple of the lot, below 2^60 lots.
    """
    shift = -numbers.digits - lots
    up, down = np.maximum(shift, 0), np.maximum(-shift, 0)
    sure = numbers.good & (up <= MAX_DIGITS) & (down <= MAX_DIGITS)
    factor = _POWERS[np.minimum(up, MAX_DIGITS)]
    sure &= np.abs(numbers.mantissas) <= MAX_QUANTITY // factor
    divisor = _POWERS[np.minimum(down, MAX_DIGITS)]
    whole = numbers.mantissas // divisor
    sure &= whole * divisor == numbers.mantissas
    return np.where(sure, whole * factor, 0), sure
