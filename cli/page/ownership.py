"""Whose key and what lien stand in an account, for laypeople: only she knows if they are right."""

from __future__ import annotations

from typing import Final

from plimsoll.cli.amounts import lien
from plimsoll.verifier.customer import VerifiedCustomer, show_quad

GROUP: Final = 8
COMPARE_KEY: Final = "Compare the owner's key below with the one that you drew. If you drew none, object at once."
COMPARE_LIEN: Final = "Did you agree to the lien below?"


def shown_title(found: VerifiedCustomer, quote: str) -> list[dict[str, str]]:
    """Owner's key and lien, each with its meaning; tone "warn" for what she has to compare.

    The whole key: a venue can search for a key of its own whose first and last letters are those of hers.
    """
    if found.owner is None:
        key = {
            "tone": "skip",
            "title": "No owner's key",
            "text": "No key stands in this account, so nobody can prove to others, such as a lender, that it is his.",
            "code": "",
        }
    else:
        text = show_quad(found.owner)
        key = {
            "tone": "warn",
            "title": "An owner's key stands in your account",
            "text": "Whoever holds the secret of this key can prove your account to lenders as his own. Is it the key "
            "that you drew, letter by letter? If you never drew one, somebody else can borrow on your money: object "
            "at once, in writing.",
            "code": " ".join(text[i : i + GROUP] for i in range(0, len(text), GROUP)),
        }
    claim = {
        "tone": "skip",
        "title": "No lien",
        "text": "Nobody may claim a part of this account before you, as it stands in the book.",
        "code": "",
    }
    if found.lien:
        claim = {
            "tone": "warn",
            "title": f"A lien of {lien(found.lien, quote)}",
            "text": "So much of this account somebody else may claim before you. If you did not agree to that, ask the "
            "exchange at once, in writing.",
            "code": "",
        }
    return [key, claim]


def title_todo(found: VerifiedCustomer | None) -> tuple[str, ...]:
    """What she has to do about them, beside the verdict."""
    if found is None:
        return ()
    return (COMPARE_KEY,) * (found.owner is not None) + (COMPARE_LIEN,) * (found.lien > 0)
