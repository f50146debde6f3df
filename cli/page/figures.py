"""What a verified publication says: the figures of `plimsoll verify`, each with why to believe it, for laypeople."""

from __future__ import annotations

from typing import Final

from plimsoll.engine.problems import printable
from plimsoll.verifier.book import VerifiedBook
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.figures import ACCEPTED, ATTESTED, CLAIMED, PROVEN, below_margin, figures
from plimsoll.verifier.publication import VerifiedBundle
from plimsoll.verifier.whole_book import VerifiedWholeBook

WORDS: Final = {PROVEN: "Proven", ATTESTED: "Signed", CLAIMED: "Claimed", ACCEPTED: "Yours"}
LAY: Final = {
    "every account meets its maintenance margin": ("accounts below their margin requirement", "none"),
    "proven bits": ("strength of the proof in bits", ""),
    "time of the snapshot": ("moment of the prices", ""),
    "published by the venue at": ("published", ""),
}
"""Other words, and another value where one stands here, for figures whose own are for experts."""
GROUP: Final = 8
ELSEWHERE: Final = frozenset(
    {
        "root of the book",
        "digest of the rules",
        "digest of the customers' nonce",
        "digest of the proof",
        "manifest",
    }
)
"""Digests stand under "To compare with others". Chosen by name: a venue chooses how long its values are."""


def shown_figures(bundle: Bundle, verified: VerifiedBundle, signer_known: bool) -> list[dict[str, str]]:
    """The figures. Whoever signed is only claimed to be the venue if the reader gave no key."""
    trust = ATTESTED if signer_known else CLAIMED
    found = [("whose publication", bundle.manifest.venue, trust)]
    for one in figures(bundle, verified):
        if one.what not in ELSEWHERE:
            what, value = LAY.get(one.what, (one.what, ""))
            found.append((what, value or one.value, one.label))
    return [
        {
            "label": printable(what[:1].upper() + what[1:]),
            "value": printable(value),
            "trust": label,
            "word": WORDS[label],
        }
        for what, value, label in found
    ]


def fingerprints(bundle: Bundle, verified: VerifiedBundle) -> list[dict[str, str]]:
    """What two customers read to each other to know that they were shown the same."""
    digests = {
        "Publication": verified.digest,
        "Root of the book": show_quad(verified.book.root),
        "Customers' nonce": verified.book.nonce_digest,
        "Rules": bundle.parameters.digest().hex(),
        "Key that signed": bundle.signature.public_key.hex(),
    }
    return [{"label": label, "value": _grouped(text)} for label, text in digests.items()]


def all_covered(book: VerifiedBook | VerifiedWholeBook) -> bool:
    """Whether it is proven that no account lacks anything to its margin requirement."""
    if not isinstance(book, VerifiedWholeBook):
        return True
    gap = book.claims.margin_gap
    return gap.amount == 0 or gap.accounts == 0


def covered(book: VerifiedBook | VerifiedWholeBook, quote: str) -> str:
    """What is proven of all accounts, as the end of a sentence."""
    if not isinstance(book, VerifiedWholeBook) or all_covered(book):
        return "every account in the book met its margin requirement"
    lacking = below_margin(book, quote)
    return f"all accounts of the book were counted, and below their margin requirement were: {lacking}"


def _grouped(text: str) -> str:
    return " ".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))
