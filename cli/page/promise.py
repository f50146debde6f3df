"""Receipts on the page: is one the exchange's, whose account does it promise, and was the promise kept?"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from plimsoll.cli.page.checked import Checked, Pins, Promised
from plimsoll.cli.page.dropped import Dropped
from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.receipts import (
    BrokenPromiseError,
    Receipt,
    check_owner,
    check_published,
    check_read_alike,
    check_receipt,
)


def find_promises(
    checked: Sequence[Checked], dropped: Dropped, pins: Pins, tell: Callable[[str], object]
) -> list[Promised]:
    """Examines every receipt, with its publication where that is there. Returns those without one."""
    alone: list[Promised] = []
    receipts = [receipt for _, receipt in dropped.receipts]
    for place, receipt in enumerate(receipts):
        if receipt in receipts[:place]:
            continue
        tell(f"Checking your receipt for publication {receipt.promise.sequence}")
        named = (receipt.promise.venue, receipt.promise.sequence)
        found = [one for one in checked if (one.bundle.manifest.venue, one.number) == named]
        for one in found:
            one.promises.append(_examined(receipt, one, pins.key or one.bundle.signature.public_key))
        if not found:
            alone.append(_signed(receipt, pins.key))
    return alone


def _signed(receipt: Receipt, key: bytes | None) -> Promised:
    """Without a key nobody knows whose receipt it is; only whether it hangs together."""
    promised = Promised(receipt)
    try:
        check_receipt(receipt, key or receipt.public_key)
    except PlimsollError as error:
        promised.error = error
    return promised


def _examined(receipt: Receipt, one: Checked, key: bytes) -> Promised:
    promised = _signed(receipt, key)
    if promised.error:
        return promised
    if one.file is not None:
        try:
            check_owner(receipt, one.file, one.bundle.parameters)
            promised.owner = one.file
        except PlimsollError as error:
            promised.owner_error = error
    try:
        check_published(receipt, one.bundle, key)
        if one.verified:
            check_read_alike(receipt, one.bundle, one.verified)
            promised.kept = True
    except BrokenPromiseError as broken:
        promised.broken = broken
    except PlimsollError:
        # the publication is not this exchange's: its own verdict says so, and the promise is neither kept nor broken
        return promised
    return promised


def telling(checked: Sequence[Checked], alone: Sequence[Promised]) -> tuple[Promised, Checked | None] | None:
    """The receipt that the page tells about: a broken promise before all, else the newest publication's."""
    real = [(p, one) for p, one in with_books(checked, alone) if p.error is None]
    broken = [(p, one) for p, one in real if p.broken]
    own = [(p, one) for p, one in real if p.owner]
    return next(iter([*broken, *own, *real]), None)


def with_books(checked: Sequence[Checked], alone: Sequence[Promised]) -> list[tuple[Promised, Checked | None]]:
    """All receipts, those of the newest publication first."""
    known: list[tuple[Promised, Checked | None]] = [(p, one) for one in reversed(checked) for p in one.promises]
    return [*known, *((p, None) for p in reversed(alone))]
