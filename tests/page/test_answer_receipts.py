"""What the page's Python says of receipts: kept, broken, forged, another's, and too early to know."""

from __future__ import annotations

import json
from typing import Any

import page_venue
import pytest
import whole_day
from page_asked import asked, packed, verdict
from page_venue import day, key, other_book, signed_receipt
from whole_venue import EXACT, PARAMETERS, SNAPSHOT

from plimsoll.circuits.poseidon2 import permute
from plimsoll.prover.receipts import batches_of, issue
from plimsoll.verifier.archive import read_archive
from plimsoll.verifier.bundle import PROOF, bundle_of

pytestmark = pytest.mark.usefixtures("once")
BROKEN = ("bad", "The exchange broke its promise to you")
FORGED = ("bad", "The receipt is forged or was changed")
STRANGE = ("bad", "The receipt is not signed by this exchange")


def brought(book: bytes | None = None, **more: bytes | None) -> dict[str, bytes]:
    """Publication, account file and receipt of ann, or others in their place."""
    files = {"book": book or day(0).archive, "me": day(0).customers["ann"], "receipt": day(0).receipts["ann"]}
    return {f"{name}.x": data for name, data in (files | more).items() if data is not None}


def changed(**fields: Any) -> bytes:
    return json.dumps(json.loads(day(0).receipts["ann"]) | fields).encode()


def test_kept_promise() -> None:
    told = asked(brought(), key())
    assert told["verdict"]["tone"] == "good" and "It had promised you just that" in told["verdict"]["text"]
    promise = told["promise"]
    assert (promise["tone"], promise["word"], len(promise["steps"])) == ("good", "kept", 2)
    assert "account ann stands in the book of publication 3" in promise["steps"][0]["text"]
    assert promise["steps"][0]["time"].endswith(" UTC, as the exchange says")
    assert "holdings" not in promise, "they are shown with the account"
    assert [one["tone"] for one in told["checks"]] == ["good", "good", "good", "skip", "good", "good", "good"]
    assert "promise" not in asked(brought(receipt=None), key()), "the control"


def test_kept_promise_without_account_file_or_key_is_not_good() -> None:
    told = asked(brought(me=None), key())
    assert told["verdict"]["tone"] == "warn" and told["promise"]["tone"] == "good"
    assert "Whose it is, only your own account file can show" in told["promise"]["steps"][1]["text"]
    told = asked(brought())
    assert told["verdict"]["tone"] == "warn"
    assert "Somebody, in the name of small, signed" in told["promise"]["steps"][0]["text"]


@pytest.mark.parametrize("which", ["omitted", "less"])
def test_broken_promise_is_evidence(which: str) -> None:
    told = asked(brought(other_book(which).archive), key())
    said, promise = told["verdict"], told["promise"]
    assert (said["tone"], said["title"]) == BROKEN
    assert "it promised, with its signature, that account ann stands in the book of publication 3" in said["text"]
    assert "Your account file finds no entry in that one" in said["text"] and "omitted account" in said["exact"]
    assert any("your evidence" in one for one in said["todo"]) and any("secret" in one for one in said["todo"])
    assert (promise["tone"], promise["word"]) == ("bad", "broken")
    assert promise["holdings"][0] == {"name": "BTC", "side": "yours", "quantity": "3"}
    assert "The receipt's promise was kept" in [one["title"] for one in told["checks"] if one["tone"] == "bad"]
    without = verdict(brought(other_book(which).archive, receipt=None), key())
    assert without == ("bad", "Your account is not in publication 3 as your file says"), "the control: her word only"


def test_broken_promise_counts_whatever_comes_with_it() -> None:
    """A new account file for the other book, none, or a publication whose proof does not hold either."""
    new = brought(other_book("less").archive, me=other_book("less").customers["ann"])
    told = asked(new, key())
    assert told["verdict"]["title"] == "The exchange broke its promise"
    assert "opens an entry of that other book" in told["verdict"]["text"]
    assert verdict(brought(other_book("omitted").archive, me=None), key())[1] == "The exchange broke its promise"
    lie = dict(other_book("omitted").bundle.files) | {PROOF: other_book("less").bundle.files[PROOF]}
    wrong = packed(page_venue.signed(lie, json.loads(other_book("omitted").bundle.manifest_bytes)))
    assert verdict(brought(wrong), key()) == BROKEN


def test_broken_promise_without_a_key_names_nobody() -> None:
    tone, title = verdict(brought(other_book("omitted").archive))
    assert (tone, title) == ("bad", "The receipt and the publication contradict each other")


def test_promise_of_other_parts_than_the_published_is_broken_too() -> None:
    """The same root, but another nonce was promised: signed by the venue, so it is evidence."""
    receipt = signed_receipt(page_venue.venue(), {"nonce_digest": "11" * 32})
    said = asked(brought(receipt=receipt), key())["verdict"]
    assert said["title"] == "The exchange broke its promise" and "nonce" in said["exact"]
    assert verdict(brought(receipt=signed_receipt(page_venue.venue())), key())[0] == "good", "the control"


def test_forged_receipts() -> None:
    honest = json.loads(day(0).receipts["ann"])
    leaf = json.loads(day(0).receipts["ben"])["leaf"]
    later = honest["promise"] | {"time": "2026-11-20T00:00:00Z"}
    for lie in ({"leaf": leaf}, {"position": honest["position"] ^ 1}, {"promise": later}):
        assert verdict(brought(receipt=changed(**lie)), key()) == FORGED, lie
    root = json.loads(other_book("less").bundle.manifest_bytes)["root"]
    accusing = changed(promise=honest["promise"] | {"root": root})
    assert verdict(brought(receipt=accusing), key()) == FORGED, "nobody is accused by a changed promise"


def test_receipt_of_another_venue() -> None:
    foreign = signed_receipt(page_venue.impostor())
    assert verdict(brought(receipt=foreign), key()) == STRANGE
    assert verdict(brought(receipt=foreign)) == STRANGE, "nor by the publication's own key"
    assert verdict({"receipt.x": foreign}, key()) == STRANGE, "nor without the publication"
    assert "promise" not in asked(brought(receipt=foreign), key())
    named = signed_receipt(page_venue.impostor(), {"venue": "another"})
    assert verdict(brought(receipt=named), key()) == STRANGE


def test_receipt_of_another_account() -> None:
    tone, title = verdict(brought(receipt=day(0).receipts["ben"]), key())
    assert (tone, title) == ("bad", "The receipt is for another account")


DAMAGED = (b'{"promise": 1, "leaf": 2}', b'{"promise": {}, "leaf": "", "position": -1}', b'{"version": 1, "promise')


@pytest.mark.parametrize("data", DAMAGED)
def test_damaged_receipt(data: bytes) -> None:
    assert verdict(brought(receipt=data), key()) == ("bad", "receipt.x is damaged or was changed")
    assert verdict({"receipt.x": data}, key()) == ("bad", "receipt.x is damaged or was changed")


def test_receipt_by_itself() -> None:
    alone = {"receipt.x": day(0).receipts["ann"]}
    told = asked(alone, key())
    assert (told["verdict"]["tone"], told["verdict"]["title"]) == ("warn", "Your receipt is signed by the exchange")
    assert told["promise"]["word"] == "not known yet" and told["promise"]["steps"][1]["title"] == "Not here yet"
    assert verdict(alone) == ("warn", "Who signed your receipt?")
    assert verdict({"receipt.x": changed(path=[])}, key()) == FORGED
    other = ("warn", "Your receipt is for another publication")
    assert verdict(brought(receipt=day(1).receipts["ann"]), key()) == other


def test_two_promises_of_one_publication() -> None:
    """Two receipts, both with the venue's signature, and two roots: evidence before any publication."""
    book = page_venue.small_book(page_venue.LOTS)
    opening = page_venue.new_opening(book, page_venue.SHAPE, page_venue.SNAPSHOT, page_venue.PARAMETERS)
    venue = page_venue.venue()
    made = issue(book, page_venue.SNAPSHOT, page_venue.PARAMETERS, opening, permute, venue, page_venue.SNAPSHOT.time)
    second = dict(made)["ben"].model_dump_json().encode()
    both = {"a.x": day(0).receipts["ann"], "b.x": second}
    assert verdict(both, key()) == ("bad", "The exchange promised two different books")
    assert verdict(both | {"b.x": day(0).receipts["ben"]}, key())[0] == "warn", "the control: one promise"
    assert verdict(brought() | {"b.x": second}, key())[1] == "The exchange broke its promise"


def test_history_with_receipts_and_a_broken_promise_in_it() -> None:
    new = {"new.tar": day(1).archive, "new.json": day(1).customers["ann"], "new-receipt": day(1).receipts["ann"]}
    assert verdict(brought() | new, key())[0] == "good"
    assert verdict(brought(other_book("omitted").archive) | new, key()) == BROKEN


def test_receipt_beside_a_publications_loose_files() -> None:
    files = {f"small/{name}": data for name, data in day(0).files.items()}
    files |= {"small/me.json": day(0).customers["ann"], "small/receipt.json": day(0).receipts["ann"]}
    told = asked(files, key())
    assert told["verdict"]["tone"] == "good" and told["promise"]["tone"] == "good"


def test_receipt_of_a_book_over_batches() -> None:
    bundle, venue = bundle_of(read_archive(whole_day.archive()), "archive"), page_venue.venue()
    given = (EXACT.book, SNAPSHOT, PARAMETERS, EXACT.opening, permute, venue, SNAPSHOT.time)
    [(_, receipt)] = issue(*given, ["ann"], batches_of(bundle))
    ours = {"me": whole_day.customers()["ann"], "receipt": receipt.model_dump_json().encode()}
    told = asked(brought(whole_day.archive(), **ours), key())
    assert told["verdict"]["tone"] == "good" and told["promise"]["tone"] == "good"
