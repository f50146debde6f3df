"""What a valid proof does not say: printed with every verdict, and in its JSON."""

from __future__ import annotations

from typing import Final

from plimsoll.verifier.publication import VerifiedBundle
from plimsoll.verifier.whole_book import VerifiedWholeBook

NOT_SAID: Final = (
    "who made it: anybody can prove in any venue's name; compare the root with the one that the venue published",
    "that the rules are sound: they are the venue's own, and those that you passed",
    "how many accounts there are: every leaf may be empty",
    "that every customer is under this root, once and whole",
    "who signed the prices",
    "that settlement balances are right, that longs equal shorts, that reserves cover liabilities",
)
"""What a valid proof does not say."""


OF_A_BOOK: Final = (
    *NOT_SAID[:-1],
    "that settlement balances are right, that reserves and the insurance fund exist",
)
"""What the valid proofs of a whole book do not say."""


def of_publication(verified: VerifiedBundle, *, rules: bool) -> tuple[str, ...]:
    """What a valid publication does not say; `rules`: the reader accepts them."""
    prices, totals = verified.prices is not None, isinstance(verified.book, VerifiedWholeBook)
    uncovered = _uncovered(verified)
    own = () if rules else ("that the rules are sound: they are the venue's own; give those that you accept",)
    signed = "that prices called claimed are right" if prices else "who signed the prices: no oracle set was given"
    left = ["that settlement balances are right"]
    if not totals:
        left.append("that longs equal shorts")
    if not totals or uncovered is None:
        left.append("that reserves cover liabilities")
    elif uncovered:
        left.append(f"that reserves cover what customers own in {', '.join(uncovered)}: no bound of it is claimed")
    return (
        *own,
        "how many accounts there are: every leaf may be empty",
        "that every customer is under this root, once and whole, and was shown this root and this nonce's digest",
        signed,
        "that the addresses hold what is claimed: look it up at the blocks named",
        ", ".join(left),
    )


def _uncovered(verified: VerifiedBundle) -> tuple[str, ...] | None:
    """Currencies whose liabilities have no bound that listed reserves were compared with; None: nothing was."""
    if verified.coverage is None or not isinstance(verified.book, VerifiedWholeBook):
        return None
    return verified.book.unbounded
