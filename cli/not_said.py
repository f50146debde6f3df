"""What a valid proof does not say: printed with every verdict, and in its JSON."""

from __future__ import annotations

from typing import Final

NOT_SAID: Final = (
    "who made it: anybody can prove in any venue's name; compare the root with the one that the venue published",
    "that the rules are sound: they are the venue's own, and those that you passed",
    "how many accounts there are: every leaf may be empty",
    "that every customer is under this root, once and whole",
    "who signed the prices",
    "that settlement balances are right, that longs equal shorts, that reserves cover liabilities",
)
"""What a valid proof does not say."""


def of_publication(*, prices: bool, rules: bool, totals: bool = False, coverage: bool = False) -> tuple[str, ...]:
    """What a valid publication does not say.

    Args:
        prices: an accepted set of oracles attests them.
        rules: the reader accepts them.
        totals: the book is proven with its totals.
        coverage: its bounded liabilities were compared with listed reserves.
    """
    own = () if rules else ("that the rules are sound: they are the venue's own; give those that you accept",)
    signed = "that prices called claimed are right" if prices else "who signed the prices: no oracle set was given"
    sums = ("that settlement balances are right", "that longs equal shorts", "that reserves cover liabilities")
    left = [one for one, said in zip(sums, (False, totals, totals and coverage), strict=True) if not said]
    return (
        *own,
        "how many accounts there are: every leaf may be empty",
        "that every customer is under this root, once and whole, and was shown this root and this nonce's digest",
        signed,
        "that the addresses hold what is claimed: look it up at the blocks named",
        ", ".join(left),
    )
