"""The page in a real Chromium, opened from a file: what a customer drops, and what she is shown."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import page_venue
import pytest
import whole_day
from browser import Browser
from page_venue import HOSTILE, day

from plimsoll.verifier.archive import write_archive


def check(tab: Browser, folder: Path, files: dict[str, bytes], key: str = "", root: str = "") -> str:
    """Drops files on the emptied page, types, presses the button. The answer's text, its tone first."""
    paths = []
    for name, data in files.items():
        (folder / name).write_bytes(data)
        paths.append(folder / name)
    tab.run("document.querySelectorAll('.away').forEach((one) => one.click())")
    tab.drop(paths, "#drop", f"document.querySelectorAll('#list li').length === {len(files)}")
    for field, value in (("key", key), ("root", root)):
        tab.run(f"document.getElementById('{field}').value = {json.dumps(value)}")
    tab.wait("!document.getElementById('check').disabled")
    tab.run("document.getElementById('answer').replaceChildren()")
    tab.run("document.getElementById('check').click()")
    tab.wait("document.querySelector('#answer .verdict') !== null")
    tone = "document.querySelector('#answer .verdict').className.replace('verdict ', '')"
    text: str = tab.run(f"{tone} + '\\n' + document.getElementById('answer').innerText")
    return text


def test_her_account_is_found_with_its_history(tab: Browser, tmp_path: Path) -> None:
    files = {"newer.tar": day(1).archive, "me.json": day(1).customers["ann"]}
    files |= {
        "older.tar": day(0).archive,
        "me-before.json": day(0).customers["ann"],
        "reader.json": page_venue.reader(),
    }
    text = check(tab, tmp_path, files)
    assert text.startswith("good\n") and "Your account is in the book" in text
    for shown in (
        "Account ann",
        "150,001.50",
        "you owe it",
        "-10,000.00",
        "130,001.35 USD",
        "What this cannot tell you",
    ):
        assert shown in text
    rows = tab.run("[...document.querySelectorAll('#answer table')].at(-1).innerText.split('\\n')")
    assert [row.split("\t")[2:] for row in rows[1:]] == [
        ["passed", "130,001.35 USD", "yes"],
        ["passed", "130,001.35 USD", "the one before is not here"],
    ]
    trusts = tab.run("[...document.querySelectorAll('#answer tr')].map((one) => one.innerText)")
    assert any(one.startswith("Price of BTC\t") and one.endswith("Signed") for one in trusts)
    assert any(one.startswith("Price of COIN0\t") and one.endswith("Claimed") for one in trusts)


def test_a_book_over_batches(tab: Browser, tmp_path: Path) -> None:
    files = {"book.tar": whole_day.archive(), "me.json": whole_day.customers()["ann"]}
    text = check(tab, tmp_path, files, page_venue.key())
    assert (
        text.startswith("good\n")
        and "below their margin requirement were: 2 accounts" in text
        and "Below maintenance margin" in text
    )


def test_names_from_files_are_text(tab: Browser, tmp_path: Path) -> None:
    files = {"book.tar": day(0).archive, "me.json": day(0).customers[HOSTILE], "<b>x.json": b"{}"}
    text = check(tab, tmp_path, files, page_venue.key())
    assert text.startswith("warn\n") and f"Account {HOSTILE}" in text and "<b>x.json was not checked" in text
    assert tab.run("document.querySelectorAll('#answer img, #answer b b, #list b').length") == 0
    assert tab.run("document.title") != "1"


def test_a_changed_account_file_is_refused(tab: Browser, tmp_path: Path) -> None:
    fields = json.loads(day(0).customers["ann"])
    fields["holdings"][0]["quantity"] = "4"
    files = {"book.tar": day(0).archive, "me.json": json.dumps(fields).encode()}
    text = check(tab, tmp_path, files, page_venue.key())
    assert text.startswith("bad\n") and "Your account is not in publication 3 as your file says" in text
    assert "write to the exchange" in text and "130,001.35" not in text
    exact = tab.run("document.querySelector('#answer .said').textContent")
    assert "expected a leaf under the root" in exact


def test_a_changed_publication_is_refused(tab: Browser, tmp_path: Path) -> None:
    archive = bytearray(day(0).archive)
    archive[len(archive) // 2] ^= 1
    text = check(tab, tmp_path, {"book.tar": bytes(archive), "me.json": day(0).customers["ann"]}, page_venue.key())
    assert text.startswith("bad\n") and "book.tar is damaged or was changed" in text and "Account ann" not in text


def test_another_venues_signature_is_refused(tab: Browser, tmp_path: Path) -> None:
    files = {"book.tar": day(0).archive, "me.json": day(0).customers["ann"]}
    text = check(tab, tmp_path, files, page_venue.stranger())
    assert text.startswith("bad\n") and "Publication 3 fails its checks" in text and "Account ann" not in text


def test_files_by_the_chooser_and_a_missing_publication(tab: Browser, tmp_path: Path) -> None:
    tab.run("document.querySelectorAll('.away').forEach((one) => one.click())")
    (tmp_path / "me.json").write_bytes(day(0).customers["ann"])
    tab.choose("#chooser", [tmp_path / "me.json"])
    tab.wait("document.querySelectorAll('#list li').length === 1")
    tab.run("document.getElementById('answer').replaceChildren(); document.getElementById('check').click()")
    tab.wait("document.querySelector('#answer .verdict.warn') !== null")
    assert "The publication is missing" in tab.run("document.getElementById('answer').innerText")


def brought(**more: bytes) -> dict[str, bytes]:
    return {"book.tar": day(0).archive, "me.json": day(0).customers["ann"]} | {f"{n}.x": d for n, d in more.items()}


def test_a_kept_promise_from_a_parcel(tab: Browser, tmp_path: Path) -> None:
    inside = {"customer.json": day(0).customers["ann"], "receipt.json": day(0).receipts["ann"]}
    text = check(tab, tmp_path, {"parcel.tar": write_archive(day(0).files | inside)}, page_venue.key())
    assert text.startswith("good\n") and "It had promised you just that on" in text
    assert tab.run("document.querySelector('.promise .seal').innerText") == "kept"
    steps = tab.run("[...document.querySelectorAll('.course li')].map((one) => one.innerText)")
    assert "small signed that account ann stands in the book of publication 3" in steps[0]
    assert "The book shows it" in steps[1]


@pytest.mark.parametrize("which", ["omitted", "less"])
def test_a_broken_promise_is_named_evidence(tab: Browser, tmp_path: Path, which: str) -> None:
    files = brought(receipt=day(0).receipts["ann"]) | {"book.tar": page_venue.other_book(which).archive}
    text = check(tab, tmp_path, files, page_venue.key())
    assert text.startswith("bad\n") and "The exchange broke its promise to you" in text
    assert "together they are your evidence" in text and "The promised balances" in text
    assert tab.run("document.querySelector('.promise .seal').innerText") == "broken"
    balances = tab.run("[...document.querySelectorAll('.promise tbody tr')].map((one) => one.innerText)")
    assert balances == ["BTC\tyours\t3", "USD-CASH\tyou owe it\t10,000"]


def test_receipts_that_are_none(tab: Browser, tmp_path: Path) -> None:
    """Another venue's, a forged one, a damaged one; and one that comes before its publication."""
    honest = day(0).receipts["ann"]
    forged = json.dumps(json.loads(honest) | {"leaf": json.loads(day(0).receipts["ben"])["leaf"]}).encode()
    for receipt, title in (
        (page_venue.signed_receipt(page_venue.impostor()), "The receipt is not signed by this exchange"),
        (forged, "The receipt is forged or was changed"),
        (honest[:-9], "receipt.x is damaged or was changed"),
    ):
        text = check(tab, tmp_path, brought(receipt=receipt), page_venue.key())
        assert text.startswith("bad\n") and title in text and "kept its word" not in text
        assert tab.run("document.querySelectorAll('.promise').length") == 0
    text = check(tab, tmp_path, {"receipt.x": honest}, page_venue.key())
    assert text.startswith("warn\n") and "Your receipt is signed by the exchange" in text and "Not here yet" in text


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server that somebody would like to be told of: its address, and what it heard."""
    heard: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", heard
        server.shutdown()


def test_nothing_leaves_the_page(tab: Browser, page: Path, listener: tuple[str, list[str]]) -> None:
    """All that was asked for so far is the page and its worker; and script of anybody's could not ask, either."""
    asked = {one.partition(":")[0] if not one.startswith("file:") else one for one in tab.requests}
    assert asked <= {page.as_uri(), "blob"} and page.as_uri() in asked
    address, heard = listener
    for attempt in (
        f"fetch('{address}/fetch', {{mode: 'no-cors'}}).then(() => 'sent', () => 'refused')",
        f"new Promise((done) => {{ const image = new Image(); image.onload = image.onerror = () => done('refused');"
        f" image.src = '{address}/image'; }})",
        f"(() => {{ try {{ new WebSocket('{address.replace('http', 'ws')}/socket'); return 'refused'; }}"
        " catch { return 'refused'; } })()",
        f"navigator.sendBeacon('{address}/beacon', 'x') ? 'refused' : 'refused'",
        "(() => { try { document.body.innerHTML = '<b>x</b>'; return 'written'; } catch { return 'refused'; } })()",
    ):
        assert tab.run(attempt) == "refused", attempt
    assert tab.run("new Promise((done) => setTimeout(() => done(true), 500))")
    assert heard == []


def test_the_listener_hears_a_page_without_the_policy(
    tab: Browser, tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    """The control: without the policy the same attempt is heard. Last, since it leaves the page."""
    address, heard = listener
    (tmp_path / "open.html").write_text("<!doctype html><title>open</title>")
    tab.open(tmp_path / "open.html")
    tab.run(f"fetch('{address}/fetch', {{mode: 'no-cors'}}).then(() => 'sent', () => 'refused')")
    assert heard == ["/fetch"]
