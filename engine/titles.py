"""Whose an account is, and what others may claim of it first: two facts of a leaf's id beside the identifier."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from plimsoll.engine.decimals import parse_decimal
from plimsoll.engine.problems import RefusedValueError

AMOUNT_DIGITS: Final = 6
"""Liens count 10^-6 of the quote currency."""
MAX_AMOUNT: Final = 2**60 - 1
_OWNER: Final = re.compile("[0-9a-f]{64}", re.ASCII)
_WORD: Final = 16
_PRIME: Final = 2**64 - 2**32 + 1
"""Elements of an owner's key are below it (the proof system's field; see docs/protocol/account.md)."""


class Title(NamedTuple):
    """Owner's public key (four numbers below the prime; zeros: none is known), and lien in 10^-6 of quote currency."""

    owner: tuple[int, ...] = (0, 0, 0, 0)
    lien: int = 0


NO_TITLE: Final = Title()


def check_title(title: Title) -> None:
    """Raises `RefusedValueError` for numbers out of range."""
    if len(title.owner) != 4 or not all(0 <= one < _PRIME for one in title.owner):
        raise RefusedValueError("an owner's key that is none", "take what `plimsoll account key` shows")
    if not 0 <= title.lien <= MAX_AMOUNT:
        raise RefusedValueError("a lien of 2^60 units or more, or below zero", "check its currency")


def parse_owner(text: str) -> tuple[int, ...]:
    """An owner's key as `plimsoll account key` shows it: 64 hexadecimal digits, sixteen an element."""
    if not _OWNER.fullmatch(text):
        raise RefusedValueError("expected 64 lower-case hexadecimal digits", "take what `plimsoll account key` shows")
    owner = tuple(int(text[i : i + _WORD], 16) for i in range(0, 4 * _WORD, _WORD))
    check_title(Title(owner))
    return owner


def parse_lien(text: str) -> int:
    """A lien in units of the quote currency with up to six decimals, in 10^-6 of it."""
    lien = parse_decimal(text, AMOUNT_DIGITS)
    check_title(Title(lien=lien))
    return lien
