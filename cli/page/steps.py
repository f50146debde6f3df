"""The steps of one publication's verification as a list: passed, failed, not checked, not reached."""

from __future__ import annotations

from typing import Final

from plimsoll.cli.page.checked import Checked, Pins
from plimsoll.verifier.errors import VerificationError

FILES, SIGNED, PROVEN, PRICES, RESERVES = range(5)
PLACES: Final = {"publication": SIGNED, "oracles": PRICES, "reserves": RESERVES, "coverage": RESERVES}
"""By the verifier's step; all others are the proof's."""
FAILED: Final = "This step failed."
NOT_REACHED: Final = "Not reached, since a step before it failed."
NO_ORACLES: Final = "You named no price reporters, so the prices are the exchange's word."


def steps(one: Checked, pins: Pins, several: bool) -> list[dict[str, str]]:
    """All steps. `several` is whether other publications were dropped, too."""
    failing = RESERVES + 1
    if one.error is not None:
        failing = PLACES.get(one.error.step, PROVEN) if isinstance(one.error, VerificationError) else FILES
    listed = len(one.bundle.reserves.addresses) if one.verified and one.bundle.reserves else 0
    told = [
        ("The files are whole", "Each file is, byte for byte, the one that the list of contents names.", ""),
        ("The exchange signed it", "The list of contents is signed with the key that you gave.", ""),
        ("The book is proven", f"The proof holds: {one.covered}.", ""),
        (
            "The prices are signed",
            "The price reporters whom you named signed them.",
            "" if pins.oracles else NO_ORACLES,
        ),
        (
            "The reserve addresses are signed for",
            f"Addresses signed for this book, each with its own key: {listed}.",
            "" if listed else "The publication lists none.",
        ),
    ]
    lines = [_step(place, failing, *words) for place, words in enumerate(told)]
    if pins.key is None and failing > SIGNED:
        lines[SIGNED] |= {"tone": "warn", "text": "Somebody signed it. You gave no key, so nobody can know who."}
    lines.append(_account(one))
    if one.promises:
        lines.append(_promises(one))
    if several:
        lines.append(_joined(one))
    return lines


def _step(place: int, failing: int, title: str, text: str, skipped: str) -> dict[str, str]:
    if place == failing:
        return _line("bad", title, FAILED)
    if place > failing:
        return _line("skip", title, NOT_REACHED)
    return _line("skip", title, skipped) if skipped else _line("good", title, text)


def _account(one: Checked) -> dict[str, str]:
    title = "Your account is in it"
    if one.account_error:
        return _line("bad", title, FAILED)
    if one.account:
        return _line("good", title, "Your entry leads to the book's root, and no second entry can have your name.")
    return _line("skip", title, NOT_REACHED if one.file else "You brought no account file for this publication.")


def _promises(one: Checked) -> dict[str, str]:
    title = "The receipt's promise was kept"
    if any(promised.broken for promised in one.promises):
        return _line("bad", title, "The exchange signed two books for one publication.")
    if any(promised.error or promised.owner_error for promised in one.promises):
        return _line("bad", title, FAILED)
    if all(promised.kept for promised in one.promises):
        return _line("good", title, "The exchange had signed this book's root before it published it.")
    return _line("skip", title, NOT_REACHED)


def _joined(one: Checked) -> dict[str, str]:
    title = "It follows the publication before it"
    if one.joined is None:
        return _line("skip", title, "That one is not among your files.")
    return _line("good", title, "It names it, byte for byte.") if one.joined else _line("bad", title, FAILED)


def _line(tone: str, title: str, text: str) -> dict[str, str]:
    return {"tone": tone, "title": title, "text": text}
