"""What the page's Python says of files: good for honest ones only, and of each lie what it is. No browser is needed."""

from __future__ import annotations

import json
import subprocess
import sys

import page_venue
import pytest
import whole_day
from page_asked import asked, packed, verdict
from page_venue import day, key, reader, root

from plimsoll.cli.page.account import shown_name
from plimsoll.cli.page.answer import answer_text
from plimsoll.prover.publication import make_bundle

pytestmark = pytest.mark.usefixtures("once")


def honest() -> dict[str, bytes]:
    return {"book.tar": day(0).archive, "me.json": day(0).customers["ann"]}


def test_honest_files_are_good_with_the_key_only() -> None:
    told = asked(honest(), key(), root())
    assert told["verdict"]["tone"] == "good"
    assert [one["tone"] for one in told["checks"]] == ["good", "good", "good", "skip", "good", "good"]
    shown = {one["label"]: (one["value"], one["trust"]) for one in told["figures"]}
    assert shown["Accounts below their margin requirement"] == ("none", "proven")
    assert shown["Whose publication"] == ("small", "attested") and shown["Price of BTC"] == ("50000.5 USD", "claimed")
    assert {"label": "Whose publication", "value": "small", "trust": "claimed", "word": "Claimed"} in asked(honest())[
        "figures"
    ]
    assert verdict(honest()) == ("warn", "It fits together, but who signed it?")
    assert asked(honest())["checks"][1]["tone"] == "warn"


def test_reader_file_gives_key_and_oracles() -> None:
    told = asked(honest() | {"reader.json": reader()})
    assert told["verdict"]["tone"] == "good"
    assert {one["tone"] for one in told["checks"]} == {"good"}
    assert verdict(honest() | {"reader.json": reader()}, page_venue.stranger()) == (
        "warn",
        "What you trust is not clear",
    )
    other = json.dumps(json.loads(reader()) | {"venue": "another"}).encode()
    assert verdict(honest() | {"reader.json": other}) == ("bad", "This is another exchange's publication")


def test_a_publication_as_a_folder_or_as_loose_files() -> None:
    for folder in ("", "small/"):
        files = {f"{folder}{name}": data for name, data in day(0).files.items()}
        assert verdict(files | {f"{folder}me.json": day(0).customers["ann"]}, key())[0] == "good"


@pytest.mark.parametrize(("typed", "known"), [("12", ""), ("g" * 96, ""), ("", "f"), ("", "F" * 64)])
def test_keys_and_roots_that_cannot_be_right(typed: str, known: str) -> None:
    assert verdict(honest(), typed, known) == ("warn", "What you trust is not clear")


def test_another_root_than_others_were_shown() -> None:
    assert verdict(honest(), key(), "0" * 64) == ("bad", "You were shown another book")


def test_signed_by_another_key() -> None:
    told = asked(honest(), page_venue.stranger())
    assert told["verdict"]["title"] == "Publication 3 fails its checks"
    assert [one["tone"] for one in told["checks"]] == ["good", "bad", "skip", "skip", "skip", "skip"]
    assert "account" not in told and "figures" not in told


def test_proof_of_another_publication() -> None:
    lie = day(0).bundle.files | {"book.proof": day(1).bundle.files["book.proof"]}
    manifest = json.loads(day(0).bundle.manifest_bytes) | {"root": json.loads(day(1).bundle.manifest_bytes)["root"]}
    told = asked({"book.tar": packed(page_venue.signed(lie, manifest)), "me.json": day(0).customers["ann"]}, key())
    assert told["verdict"]["tone"] == "bad"
    assert [one["tone"] for one in told["checks"]][:4] == ["good", "good", "bad", "skip"]


def test_a_signed_part_that_cannot_be_read_is_told() -> None:
    lie = day(0).bundle.files | {"snapshot.json": b"{}"}
    told = asked({"book.tar": packed(page_venue.signed(lie, json.loads(day(0).bundle.manifest_bytes)))}, key())
    assert (told["verdict"]["tone"], told["verdict"]["title"]) == ("bad", "Publication 3 fails its checks")


@pytest.mark.parametrize(
    ("field", "value"), [("identifier", "ben"), ("position", 7), ("account_class", 1), ("holdings", [])]
)
def test_an_account_file_with_a_lie(field: str, value: object) -> None:
    changed = json.dumps(json.loads(day(0).customers["ann"]) | {field: value}).encode()
    tone, title = verdict(honest() | {"me.json": changed}, key())
    assert (tone, title) == ("bad", "Your account is not in publication 3 as your file says")


def test_an_account_file_of_another_day_or_a_second_one() -> None:
    later = {"book.tar": day(0).archive, "me.json": day(1).customers["ann"]}
    assert verdict(later, key()) == ("warn", "One file belongs to another publication")
    one = ("warn", "One account at a time, please")
    assert verdict(honest() | {"ben.json": day(0).customers["ben"]}, key()) == one
    both = honest() | {"new.tar": day(1).archive, "new.json": day(1).customers["ben"]}
    assert verdict(both, key()) == one
    assert verdict(honest() | {"copy.json": day(0).customers["ann"], "copy.tar": day(0).archive}, key())[0] == "good"


def test_history() -> None:
    both = honest() | {"new.tar": day(1).archive, "new.json": day(1).customers["ann"]}
    told = asked(both, key())
    assert told["verdict"]["tone"] == "good"
    assert [one["joined"] for one in told["history"]] == ["yes", "the one before is not here"]
    without = asked(honest() | {"new.tar": day(1).archive}, key())
    assert without["verdict"]["title"] == "The book is sound. Are you in it?"
    apart = packed(make_bundle(day(1).bundle.files, page_venue.venue(), day(1).bundle.manifest.time, None))
    tone, title = verdict(both | {"new.tar": apart}, key())
    assert tone == "bad" and title.startswith("Publication 4 ")


def test_two_stories_of_one_number() -> None:
    twin = make_bundle(day(0).bundle.files, page_venue.venue(), day(0).bundle.manifest.time + 1, None)
    files = honest() | {"twin.tar": packed(twin)}
    assert verdict(files, key()) == ("bad", "There are two publications with the number 3")


def test_rubbish() -> None:
    assert verdict({"a.txt": b"hello"}) == ("warn", "There is nothing to check")
    assert verdict({"a.tar": day(0).archive[:-600]}) == ("bad", "a.tar is damaged or was changed")
    assert verdict({"me.json": b'{"identifier": "x", "blind": 1}'})[0] == "bad"
    assert verdict({"me.json": day(0).customers["ann"]}) == ("warn", "The publication is missing")
    assert verdict(honest() | {"\x1b[2J.txt": b"?"}, key())[1] == r"\x1b[2J.txt was not checked"
    assert verdict({"deep.json": b"[" * 100_000})[0] == "warn"


def test_no_key_and_a_forged_signer_is_never_good() -> None:
    """Anybody can sign the same files in the venue's name; with the venue's key that is found out."""
    forged = packed(make_bundle(day(0).bundle.files, page_venue.impostor(), day(0).bundle.manifest.time, None))
    files = {"book.tar": forged, "me.json": day(0).customers["ann"]}
    assert verdict(files)[0] != "good"
    assert verdict(files, key())[0] == "bad"


def test_a_book_with_failing_accounts_is_not_called_covered() -> None:
    files = {"book.tar": whole_day.archive(), "me.json": whole_day.customers()["ann"]}
    told = asked(files, key())
    assert told["verdict"]["tone"] == "good"
    assert "every account" not in json.dumps(told)
    assert "below their margin requirement were: 2 accounts, lacking" in told["verdict"]["text"]
    shown = {one["label"]: (one["value"], one["trust"]) for one in told["figures"]}
    assert shown["Below maintenance margin"][0].startswith("2 accounts") and shown["Insurance fund"][1] == "claimed"
    failing = asked(files | {"me.json": whole_day.customers()["gus"]}, key())["account"]
    assert failing["tone"] == "bad" and failing["facts"][2]["label"] == "Below the line by"
    moved = json.loads(whole_day.customers()["ann"])
    moved["position"] = (moved["position"] + 4) % 8
    assert verdict(files | {"me.json": json.dumps(moved).encode()}, key())[0] == "bad"


@pytest.mark.parametrize("name", ["ann ", "\u0430nn", "a  b", "\u202eann"])
def test_names_that_look_like_others_are_spelled_out(name: str) -> None:
    assert shown_name("ann") == "ann"
    assert shown_name(name) == ascii(name)


def test_text_of_the_answer_is_json() -> None:
    names, contents = list(honest()), list(honest().values())
    assert json.loads(answer_text(names, contents, key(), "", lambda _: None))["verdict"]["tone"] == "good"


def test_needs_nothing_that_a_browser_lacks() -> None:
    """Imported in an interpreter of its own in which the prover's and the command line's packages are blocked."""
    blocked = ("numpy", "pyarrow", "click", "rich", "plimsoll_core", "_hashlib", "starkware", "cytoolz")
    script = f"import sys; sys.modules.update(dict.fromkeys({blocked!r}))\nimport plimsoll.cli.page.answer"
    script += "\nfrom plimsoll.cli.page.signatures import import_signatures; import_signatures()"
    script += "\nimport sys; from py_ecc.bls import G2ProofOfPossession; assert '_hashlib' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True)
