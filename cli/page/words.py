"""The page's words for laypeople: what a failed step means, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from plimsoll.engine.health import Status

AGAIN: Final = "Get the publication once more, from another place, and check again: a file can be damaged on its way."
FRESH: Final = "Get this file once more from where you had it, and check again: a file can be damaged on its way."
TELL: Final = "If it fails again, ask the exchange, in writing. Tell other customers and whoever supervises it."
KEEP: Final = "Keep the files as they are: they are your evidence."
DO_NOT_RELY: Final = (AGAIN, TELL, KEEP)

FAILED: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "publication": (
        "The publication was not signed by the key that you gave, or its parts do not belong together.",
        ("Make sure that the key is right: compare every letter.", *DO_NOT_RELY),
    ),
    "policy": (
        "The proof is about something else than this publication says, or it is weaker than this page accepts.",
        (AGAIN, "Make sure that this page is of the current release.", TELL),
    ),
    "oracles": (
        "The prices are not the ones that the independent price reporters signed.",
        ("Prices decide what every account is worth, so nothing here can be relied on.", *DO_NOT_RELY),
    ),
    "reserves": (
        "An address that the exchange lists as its own was not signed for by the key of that address.",
        DO_NOT_RELY,
    ),
    "coverage": (
        "The reserves that the exchange lists do not cover what it owes its customers.",
        DO_NOT_RELY,
    ),
    "customer": (
        "The sealed book does not hold your account as your file says.",
        (
            "Make sure that the file is yours and belongs to this publication.",
            "Ask the exchange for your file once more. If it fails again, write to the exchange and keep all files.",
            "If it has no answer: tell other customers and whoever supervises it.",
        ),
    ),
}
"""By the verifier's step: the meaning, and what to do."""
PROOF: Final = ("The mathematical proof of the book does not hold.", DO_NOT_RELY)
"""All other steps are the proof's own."""

HEALTH: Final[dict[Status, tuple[str, str]]] = {
    Status.HEALTHY: ("good", "Your account stood well above the line at which the exchange would have to act."),
    Status.PRE_LIQUIDATION: (
        "warn",
        "Your account met its margin requirement, but had no room for new risk at this moment.",
    ),
    Status.PARTIAL_LIQUIDATION: (
        "bad",
        "Your account was below its margin requirement: the exchange may reduce your positions.",
    ),
    Status.FULL_LIQUIDATION: ("bad", "Your account was far below its margin requirement."),
    Status.BANKRUPT: ("bad", "Your account owed more than it owned at this moment."),
}

NOT_SAID: Final = (
    "Whether your file shows all that you own. Compare each line with your own records: nobody else can.",
    "Whether others were shown the same book. Compare the letters below with another customer's.",
    "Whether the exchange still has today what it had at that moment, or had borrowed it for an hour.",
    "Whether the exchange owes something to somebody outside of this book.",
    "Whether the rules are good: they are the exchange's own.",
    "Whether the listed coins are on their chains. Anybody can look them up at the blocks that are named.",
)


def said(tone: str, title: str, text: str, todo: Sequence[str] = (), exact: str = "") -> dict[str, Any]:
    """A verdict; `tone` is good, warn or bad."""
    return {"tone": tone, "title": title, "text": text, "todo": list(todo), "exact": exact}


def failed(step: str) -> tuple[str, tuple[str, ...]]:
    """Meaning and advice for a step of the verifier."""
    return FAILED.get(step, PROOF)
