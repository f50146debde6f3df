"""The page's words for receipts: kept, broken, forged, of another account, or too early to know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from plimsoll.cli.page.account import held_shown, shown_name
from plimsoll.cli.page.checked import Checked, Pins, Promised
from plimsoll.cli.page.promise import with_books
from plimsoll.cli.page.words import FRESH, KEEP, said

WORDS: Final = {"good": "kept", "bad": "broken", "warn": "not known yet"}
EVIDENCE: Final = (
    "Keep the receipt and the publication exactly as they are, and make copies: together they are your evidence."
)
SHOW_IT: Final = (
    "You may show both to anybody. Whoever has the exchange's key can check them; neither your name nor your balances "
    "are in them. Do not show your account file: it is secret, and not needed."
)
ASK: Final = "Ask the exchange, in writing, why it published another book than it had promised."
TELL_ALL: Final = (
    "Show them to other customers and to whoever supervises the exchange: everybody was promised the same book."
)
GET_KEY: Final = "Get the exchange's public key from another source, enter it above and check again."
AT_ONCE: Final = "Ask the exchange for your receipt at once. A false one proves nothing later."
LEAD: Final = "Your receipt is a promise that the exchange signed before it showed the book."
NO_KEY: Final = "You gave no key of the exchange, so nobody can know who signed this."


def shown_promise(promised: Promised, one: Checked | None, pins: Pins) -> dict[str, Any]:
    """What the page needs of a receipt that is the exchange's; texts are safe to show."""
    promise, owner = promised.receipt.promise, promised.owner
    signer = promise.venue if pins.key else f"Somebody, in the name of {promise.venue},"
    tone = "bad" if promised.broken else "good" if promised.kept else "warn"
    below = owner is not None and not (promised.kept and one is not None and one.account)
    told: dict[str, Any] = {
        "title": "The exchange's promise to you" if owner else "The exchange's promise",
        "lead": LEAD if pins.key else NO_KEY,
        "tone": tone,
        "word": WORDS[tone],
        "steps": [
            {
                "tone": "good",
                "title": "Promised",
                "time": f"{promised.moment}, as the exchange says",
                "text": f"{signer} signed that {whose(promised)}.",
            },
            {"tone": tone, **_published(promised, one)},
        ],
    }
    if owner is not None and below and one is not None:
        told["holdings"] = [held_shown(held, one.bundle) for held in owner.holdings]
    return told


def promise_verdict(
    checked: Sequence[Checked], alone: Sequence[Promised], pins: Pins, *, broken: bool
) -> dict[str, Any] | None:
    """What is said of receipts: of a broken promise, or of a receipt that is none. None where all is well."""
    for promised, one in with_books(checked, alone):
        if broken and promised.broken:
            return _broken(promised, one, pins)
        if not broken and promised.error:
            return _no_receipt(promised, pins)
        if not broken and promised.owner_error and not (one and one.account_error):
            text = "The exchange signed it. But the entry that it promises is not the one that your account file opens."
            todo = (
                "Make sure that both are of the same account and for the same publication.",
                "Ask the exchange for the receipt of your account at once: this one is no evidence for you.",
            )
            return said("bad", "The receipt is for another account", text, todo, str(promised.owner_error))
    roots = {(p.receipt.promise.venue, p.receipt.promise.sequence, p.receipt.promise.root) for p in alone}
    if broken and pins.key and len({named[:2] for named in roots}) < len(roots) and not any(p.error for p in alone):
        text = "Two of your receipts are for one publication, both signed, and promise two different books."
        return said("bad", "The exchange promised two different books", text, (KEEP, TELL_ALL))
    return None


def alone_verdict(promised: Promised, pins: Pins) -> dict[str, Any]:
    """What is said of a receipt whose publication is not there."""
    promise = promised.receipt.promise
    if pins.key is None:
        text = (
            f"It is for publication {promise.sequence} of {promise.venue}. Without the exchange's key this page cannot "
            "know who signed it."
        )
        return said("warn", "Who signed your receipt?", text, (GET_KEY,))
    text = (
        f"On {promised.moment} {promise.venue} signed that one certain entry will stand in the book of publication "
        f"{promise.sequence}. Whether it keeps its word, only that publication can show."
    )
    todo = (
        "Keep the receipt, and your account file for this publication.",
        f"When publication {promise.sequence} is out, bring all three. If it never appears, ask why, in public.",
    )
    return said("warn", "Your receipt is signed by the exchange", text, todo)


def _broken(promised: Promised, one: Checked | None, pins: Pins) -> dict[str, Any]:
    exact = str(promised.broken)
    if pins.key is None:
        text = "Both are signed with one key. But you gave no key of the exchange, so nobody can know whose it is."
        return said("bad", "The receipt and the publication contradict each other", text, (GET_KEY, KEEP), exact)
    text = (
        f"On {promised.moment} it promised, with its signature, that {whose(promised)}. "
        "Then it signed and published another book."
    )
    if one is not None:
        text += _other_book(promised, one)
    title = "The exchange broke its promise to you" if promised.owner else "The exchange broke its promise"
    return said("bad", title, text, (EVIDENCE, SHOW_IT, ASK, TELL_ALL), exact)


def _other_book(promised: Promised, one: Checked) -> str:
    """What is known of her entry in the book that was not promised, as further sentences."""
    if promised.owner and one.account_error:
        return " Your account file finds no entry in that one."
    if promised.owner and one.account:
        return " That one has your entry, too, but other entries may have been left out of it or changed."
    if one.account:
        return " The account file that you brought opens an entry of that other book, not the promised one."
    return ""


def _no_receipt(promised: Promised, pins: Pins) -> dict[str, Any]:
    exact = str(promised.error)
    if pins.key is None or promised.receipt.public_key != pins.key:
        title = "The receipt is not signed by this exchange"
        text = "It carries another key than the one that you gave, so it is no promise of this exchange."
        if pins.key is None:
            text = "It carries another key than the publication, or its signature does not hold."
        todo = ("Make sure that the key is right: compare every letter.", AT_ONCE)
        return said("bad", title, text, todo, exact)
    text = (
        "It carries the exchange's key, but it is not what the exchange signed: somebody made or changed it. "
        "It promises nothing."
    )
    return said("bad", "The receipt is forged or was changed", text, (FRESH, AT_ONCE), exact)


def whose(promised: Promised) -> str:
    """What was promised, as the end of a sentence."""
    number = promised.receipt.promise.sequence
    if promised.owner is None:
        return f"one certain entry stands in the book of publication {number}"
    name = shown_name(promised.owner.identifier)
    return f"account {name} stands in the book of publication {number} with the balances below"


def _published(promised: Promised, one: Checked | None) -> dict[str, str]:
    if one is None:
        text = f"Publication {promised.receipt.promise.sequence} is not among your files. Bring it when it is out."
        return {"title": "Not here yet", "time": "", "text": text}
    if promised.broken:
        text = f"It signed another book than the one that was promised.{_other_book(promised, one)}"
        return {"title": "Published", "time": one.published, "text": text}
    if promised.kept:
        text = "The book shows it: the same entry, in the same place."
        if promised.owner_error:
            text = "The book has the entry that was promised. It is not the one that your account file opens."
        elif promised.owner is None:
            text = "The book has the entry that was promised. Whose it is, only your own account file can show."
        return {"title": "Published", "time": one.published, "text": text}
    text = "The publication fails its checks, so it can keep no promise."
    return {"title": "Published", "time": one.published, "text": text}
