"""The page's answer: every dropped publication and account file, verified by the verifier and told in plain words.

Runs in the page (Pyodide) and, for its tests, anywhere. A verdict is good only if the newest publication was verified
whole under a key that the reader gave, her account was found in it, and nothing else that she brought fails.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

from plimsoll.cli.amounts import amount
from plimsoll.cli.page.account import shown_account
from plimsoll.cli.page.checked import Checked, Pins, Promised, read_pins
from plimsoll.cli.page.dropped import Dropped, sort_files
from plimsoll.cli.page.figures import all_covered, fingerprints, shown_figures
from plimsoll.cli.page.promise import find_promises, telling
from plimsoll.cli.page.promise_words import shown_promise
from plimsoll.cli.page.signatures import import_signatures
from plimsoll.cli.page.steps import steps
from plimsoll.cli.page.verdict import nothing, verdict
from plimsoll.cli.page.words import NOT_SAID, said
from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.customer import CustomerFile, verify_customer
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import verify_bundle, verify_history

Tell = Callable[[str], object]
ANY_AGE: Final = Policy(max_age=None)
"""An old publication is as true as on its day; the page says how old it is."""


def answer_text(names: Sequence[str], contents: Sequence[Any], key: str, root: str, tell: Tell) -> str:
    """`answer` for the page: from its arrays, as JSON."""
    files = [(str(name), bytes(data)) for name, data in zip(names, contents, strict=True)]
    return json.dumps(answer(files, str(key), str(root), tell))


def answer(files: Sequence[tuple[str, bytes]], key: str, root: str, tell: Tell) -> dict[str, Any]:
    """Verifies all of `files` and tells what came out; nothing is raised for what is in a file.

    Args:
        key: the venue's public key as typed, perhaps empty.
        root: the root of the newest book as typed, perhaps empty.
        tell: hears what is being done.
    """
    import_signatures()
    dropped = sort_files(files)
    pins = read_pins(key, root, [one for _, one in dropped.readers])
    if pins.problems:
        text = " ".join(pins.problems)
        return {"verdict": said("warn", "What you trust is not clear", text, ("Compare every letter.",))}
    if not dropped.publications:
        alone = find_promises((), dropped, pins, tell)
        return {"verdict": nothing(dropped, alone, pins)} | _promise((), alone, pins)
    checked = [Checked(bundle) for _, bundle in dropped.publications]
    for number, one in enumerate(checked, start=1):
        tell(f"Checking publication {one.number} ({number} of {len(checked)})")
        _verify(one, pins)
    _find_accounts(checked, dropped, tell)
    alone = find_promises(checked, dropped, pins, tell)
    _join(checked)
    return _told(checked, alone, dropped, pins)


def _verify(one: Checked, pins: Pins) -> None:
    # without a key the publication is compared with its own word; the verdict is never good then
    key = pins.key or one.bundle.signature.public_key
    try:
        one.verified = verify_bundle(one.bundle, key, pins.oracles, ANY_AGE)
    except PlimsollError as error:
        one.error = error


def _find_accounts(checked: Sequence[Checked], dropped: Dropped, tell: Tell) -> None:
    for _, file in dropped.customers:
        for one in checked:
            manifest = one.bundle.manifest
            if (file.venue, file.sequence) == (manifest.venue, manifest.sequence) and file != one.file:
                tell(f"Looking for your account in publication {file.sequence}")
                _find_account(one, file)


def _find_account(one: Checked, file: CustomerFile) -> None:
    if one.file is not None:
        one.files_left.append(file)
        return
    one.file = file
    if one.verified is None:
        return
    try:
        one.account = verify_customer(file, one.verified.book, one.bundle.snapshot, one.bundle.parameters)
    except PlimsollError as error:
        one.account_error = error


def _join(checked: Sequence[Checked]) -> None:
    for old, new in pairwise(checked):
        if new.number > old.number + 1:
            continue
        if old.error or new.error:
            continue
        try:
            verify_history([old.bundle, new.bundle])
            new.joined = True
        except PlimsollError as error:
            new.joined, new.join_error = False, error


def _promise(checked: Sequence[Checked], alone: Sequence[Promised], pins: Pins) -> dict[str, Any]:
    found = telling(checked, alone)
    return {"promise": shown_promise(*found, pins)} if found else {}


def _told(checked: Sequence[Checked], alone: Sequence[Promised], dropped: Dropped, pins: Pins) -> dict[str, Any]:
    newest, several = checked[-1], len(checked) > 1
    said_of_all = verdict(checked, alone, dropped, pins)
    told: dict[str, Any] = {"verdict": said_of_all, "checks": steps(newest, pins, several)}
    told |= _promise(checked, alone, pins)
    if newest.account and newest.verified:
        proven = all_covered(newest.verified.book)
        told["account"] = shown_account(newest.account, newest.bundle, newest.moment, proven)
    if newest.verified:
        told["figures"] = shown_figures(newest.bundle, newest.verified, pins.key is not None)
        told["details"] = fingerprints(newest.bundle, newest.verified)
    if several:
        told["history"] = [_past(one) for one in reversed(checked)]
    return told | {"not_said": list(NOT_SAID)}


def _past(one: Checked) -> dict[str, str]:
    worth = "not as the file says" if one.account_error else "no file of yours"
    if one.account:
        worth = f"{amount(one.account.health.equity)} {one.bundle.snapshot.quote}"
    return {
        "number": str(one.number),
        "time": one.moment,
        "tone": "bad" if one.error else "good",
        "result": "failed" if one.error else "passed",
        "worth": worth,
        "joined": {None: "the one before is not here", True: "yes", False: "no"}[one.joined],
    }
