"""The page's one verdict: good, bad or not yet, with what to do. The worst that was found is what is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Final

from plimsoll.cli.page.checked import Checked, Pins, Promised
from plimsoll.cli.page.dropped import Dropped
from plimsoll.cli.page.ownership import title_todo
from plimsoll.cli.page.promise_words import alone_verdict, promise_verdict
from plimsoll.cli.page.words import DO_NOT_RELY, FRESH, KEEP, TELL, failed, said
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.problems import printable
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import snapshot_time

OLD_DAYS: Final = 2


def verdict(checked: Sequence[Checked], alone: Sequence[Promised], dropped: Dropped, pins: Pins) -> dict[str, Any]:
    """What is said of publications that were read, the newest last. Good is only what passes every line of it.

    Args:
        alone: receipts whose publications are not there.
    """
    return (
        promise_verdict(checked, alone, pins, broken=True)
        or _broken(checked, alone, dropped, pins)
        or _open(checked[-1], checked, alone, dropped, pins)
        or _good(checked[-1])
    )


def nothing(dropped: Dropped, alone: Sequence[Promised], pins: Pins) -> dict[str, Any]:
    """What is said where no publication could be read."""
    damaged = promise_verdict((), alone, pins, broken=True) or _damaged(dropped)
    if damaged:
        return damaged
    if alone:
        return promise_verdict((), alone, pins, broken=False) or alone_verdict(alone[-1], pins)
    if dropped.customers:
        file = dropped.customers[-1][1]
        text = (
            f"Your account file is for publication {file.sequence} of {file.venue}. Without it nothing can be checked."
        )
        return said("warn", "The publication is missing", text, ("Download it from the exchange and drop it, too.",))
    exact = dropped.refused[0].reason if dropped.refused else ""
    text = "None of these files is a publication, an account file or a receipt."
    return said(
        "warn", "There is nothing to check", text, ("Ask the exchange for its publication and your file.",), exact
    )


def _broken(
    checked: Sequence[Checked], alone: Sequence[Promised], dropped: Dropped, pins: Pins
) -> dict[str, Any] | None:
    for one in reversed(checked):
        if one.error is not None:
            return _failure(f"Publication {one.number} fails its checks", one.error)
        if one.account_error is not None:
            title = f"Your account is not in publication {one.number} as your file says"
            return _failure(title, one.account_error)
    receipts = promise_verdict(checked, alone, pins, broken=False)
    if receipts:
        return receipts
    for old, new in pairwise(checked):
        if new.join_error is None:
            continue
        if old.number == new.number:
            text = "Both carry the number and are signed. An exchange that tells two stories at once deceives somebody."
            title = f"There are two publications with the number {new.number}"
            return said("bad", title, text, (KEEP, TELL), str(new.join_error))
        text = "Each publication names the one before it. Here one was left out or exchanged afterwards."
        title = f"Publication {new.number} does not follow the one before it"
        return said("bad", title, text, DO_NOT_RELY, str(new.join_error))
    newest = checked[-1]
    found, venue = show_quad(newest.bundle.manifest.root), newest.bundle.manifest.venue
    if pins.root is not None and pins.root != found:
        text = "Its root is not the one that you gave. The exchange may show different people different books."
        return said("bad", "You were shown another book", text, DO_NOT_RELY, f"expected root {pins.root}, got {found}")
    if pins.venues - {venue}:
        text = f"The publication is of {venue}, and your reader's file of {', '.join(sorted(pins.venues - {venue}))}."
        return said("bad", "This is another exchange's publication", text, ("Bring files of one exchange only.",))
    return _damaged(dropped)


def _damaged(dropped: Dropped) -> dict[str, Any] | None:
    for one in dropped.refused:
        if one.what:
            text = f"It looks like {one.what}, but it cannot be read as one."
            return said("bad", f"{printable(one.name)} is damaged or was changed", text, (FRESH,), one.reason)
    return None


def _open(
    newest: Checked, checked: Sequence[Checked], alone: Sequence[Promised], dropped: Dropped, pins: Pins
) -> dict[str, Any] | None:
    venue = newest.bundle.manifest.venue
    if any(one.files_left for one in checked) or len({one.file.identifier for one in checked if one.file}) > 1:
        text = "You brought account files of more than one account. They were not all looked at."
        return said("warn", "One account at a time, please", text, ("Keep the files of one account, and check again.",))
    for _, file in dropped.customers:
        if all(file != one.file for one in checked):
            text = f"An account file is for publication {file.sequence} of {file.venue}, which is not among your files."
            todo = ("Bring that publication, or remove the file.",)
            return said("warn", "One file belongs to another publication", text, todo)
    for promised in alone:
        promise = promised.receipt.promise
        text = (
            f"On {promised.moment} {promise.venue} signed a receipt for its publication {promise.sequence}, which is "
            "not among your files. Whether it was kept, only that publication can show."
        )
        return said("warn", "Your receipt is for another publication", text, ("Bring that publication, too.",))
    if newest.account is None:
        text = f"All of {venue}'s publication was verified: at {newest.moment} {newest.covered}."
        todo = ("Add your own account file for this publication.",)
        return said("warn", "The book is sound. Are you in it?", text, todo)
    if pins.key is None:
        text = (
            "Your account is in this book, and the book is proven. But anybody can make such files in the name of "
            f"{venue}: without the exchange's key this page cannot know who did."
        )
        todo = ("Get the exchange's public key from another source, enter it above and check again.",)
        return said("warn", "It fits together, but who signed it?", text, todo)
    if dropped.refused:
        text = "Your account is in the book. But one of your files is of no kind that this page knows."
        return said("warn", f"{printable(dropped.refused[0].name)} was not checked", text, ("Remove it, check again.",))
    return None


def _good(newest: Checked) -> dict[str, Any]:
    age = (datetime.now(UTC) - snapshot_time(newest.bundle.snapshot)).days
    text = (
        f"{newest.bundle.manifest.venue} has proven that at {newest.moment} {newest.covered}. "
        "Your account is one of them, once, with the balances below."
    )
    kept = next((promised for promised in newest.promises if promised.owner), None)
    if kept:
        text += f" It had promised you just that on {kept.moment}, and it kept its word."
    if age >= OLD_DAYS:
        text += f" The publication is {age} days old: ask for a newer one to know about today."
    todo = ("Compare the balances below with your own records.", *title_todo(newest.account))
    return said("good", "Your account is in the book", text, todo)


def _failure(title: str, error: PlimsollError) -> dict[str, Any]:
    text = "One of its parts cannot be read: it is damaged, or of a form that this page does not know."
    todo: Sequence[str] = DO_NOT_RELY
    if isinstance(error, VerificationError):
        text, todo = failed(error.step)
    return said("bad", title, text, todo, str(error))
