"""The figures of a verdict for people: those of the proof, and no verdict where a worker contradicts its statement."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

import page_venue
import pytest
import whole_day
from page_venue import day, key, oracles
from service_desk import AGES, account_request, book_request, service, worked

from plimsoll.service.lines import MAX_BYTES, ContradictionError, check_lines, lines_of, plain
from plimsoll.service.models import MAX_TEXT, Found, ServicePolicy
from plimsoll.service.worker import SHOWN
from plimsoll.verifier.archive import read_archive
from plimsoll.verifier.bundle import bundle_of
from plimsoll.verifier.figures import Figure, figures
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import verify_bundle

TOLD = ServicePolicy(max_age_seconds=2**39, oracles=oracles())


def publication(archive: bytes, policy: ServicePolicy = AGES, **query: str) -> dict[str, Any]:
    found = worked("bundle", archive, {"venue_key": key()} | query, policy)
    assert found.status == 200, found.body
    said: dict[str, Any] = found.json
    return said


def labels(said: dict[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["figure"]: (one["value"], one["label"]) for one in said["lines"]}


def test_lines_of_a_whole_book_are_those_of_the_command_line() -> None:
    said = publication(whole_day.archive())
    bundle = bundle_of(read_archive(whole_day.archive()), "archive")
    verified = verify_bundle(bundle, page_venue.venue().public_key, policy=Policy(max_age=None))
    shown = [{"figure": one.what, "value": one.value, "label": one.label} for one in figures(bundle, verified)]
    assert said["lines"] == shown and said["lines_left_out"] == 0
    found = labels(said)
    assert found["below maintenance margin"][0].startswith("2 accounts, lacking ")
    assert found["below maintenance margin"][1] == found["deficit at the snapshot"][1] == "proven"
    assert found["liabilities in BTC"][0].startswith("at most ") and found["insurance fund"][1] == "claimed"
    assert not any("longs equal shorts" in one for one in said["not_said"])
    Found.model_validate(said)


def test_labels_follow_what_the_service_and_the_request_accept() -> None:
    plainly, told = labels(publication(day(0).archive)), publication(day(0).archive, TOLD)
    assert plainly["price of BTC"][1] == plainly["digest of the rules"][1] == "claimed"
    assert labels(told)["price of BTC"][1] == "attested" and labels(told)["price of COIN0"][1] == "claimed"
    digest = day(0).bundle.parameters.digest().hex()
    accepted = publication(day(0).archive, rules=digest)
    assert labels(accepted)["digest of the rules"] == (digest, "accepted")
    assert not any("rules are sound" in one for one in accepted["not_said"])


def test_lines_of_single_proofs() -> None:
    book = labels(worked("verify", json.dumps(book_request()).encode()).json)
    assert book["every account meets its maintenance margin"][1] == book["root of the book"][1] == "proven"
    assert book["digest of the rules"][1] == book["time of the snapshot"][1] == "accepted"
    account = labels(worked("verify", json.dumps(account_request()).encode()).json)
    assert account["threshold that the account meets"] == ("maintenance", "proven")
    assert account["root of the book"][1] == "accepted", "the client gave it"


@cache
def honest() -> str:
    """A worker's true word about a publication."""
    return json.dumps(publication(day(0).archive))


Lie = Callable[[dict[str, Any]], None]


def changed(name: str, **change: str) -> Lie:
    """One line's value or label is another."""

    def lie(said: dict[str, Any]) -> None:
        [line] = [one for one in said["lines"] if one["figure"] == name]
        line |= change

    return lie


def twice(said: dict[str, Any]) -> None:
    [line] = [one for one in said["lines"] if one["figure"] == "root of the book"]
    said["lines"].append(line | {"value": "11" * 32})


def dropped(said: dict[str, Any]) -> None:
    said["lines"] = [one for one in said["lines"] if one["figure"] != "manifest"]


LIES: dict[str, Lie] = {
    "root": changed("root of the book", value="11" * 32),
    "root twice": twice,
    "manifest": changed("manifest", value="11" * 32),
    "no manifest": dropped,
    "rules": changed("digest of the rules", value="11" * 32),
    "proof": changed("digest of the proof", value="11" * 32),
    "moment": changed("time of the snapshot", value="2026-01-01T00:00:00Z"),
    "no time": changed("time of the snapshot", value="yesterday"),
    "rules that nobody accepted": changed("digest of the rules", label="accepted"),
    "prices that nobody signed": changed("price of BTC", label="attested"),
    "root among the figures": lambda said: said["figures"].update(root="11" * 32),
    "program among the figures": lambda said: said["figures"].update(program="11" * 32),
    "control character": changed("rules", value="a\x1b[2J"),
    "turned text": changed("rules", value="a\u202eb"),
    "two lines": changed("rules", value="a\nb"),
    "long text": changed("rules", value="a" * (MAX_TEXT + 1)),
    "unknown label": changed("rules", label="certain"),
    "control character among the figures": lambda said: said["figures"].update(venue="a\x07"),
    "control character in what is not said": lambda said: said.update(not_said=["a\x07"]),
}


def printing(said: dict[str, Any]) -> tuple[str, ...]:
    return sys.executable, "-c", f"import sys; sys.stdin.buffer.read(); print({json.dumps(said)!r})"


@pytest.mark.parametrize("name", ["", *LIES])
def test_line_of_a_worker_that_contradicts_the_statement_is_no_verdict(name: str) -> None:
    """Over HTTP, from a worker that says whatever it likes; the control is the same worker that tells the truth."""
    said = json.loads(honest())
    if name:
        LIES[name](said)
    with service(command=printing(said)) as desk:
        found = desk.ask("POST", f"/v1/verify-bundle?venue_key={key()}", b"x")
    assert found.status == (500 if name else 200), found.body
    assert (set(found.json) == {"error"}) if name else (found.json["lines"] == said["lines"])


def test_acceptance_is_the_requests_and_signatures_are_the_oracles() -> None:
    found = Found.model_validate(publication(day(0).archive, TOLD, rules=day(0).bundle.parameters.digest().hex()))
    check_lines(found, rules=True, oracles=True)
    for rules, signed in ((False, True), (True, False)):
        with pytest.raises(ContradictionError):
            check_lines(found, rules=rules, oracles=signed)


def test_lines_are_bounded_and_the_first_ones_stay() -> None:
    many = [Figure(f"price of {i}", "1" * 500, "claimed") for i in range(5000)]
    lines, left_out = lines_of([Figure("root of the book", "0", "proven"), *many])
    assert lines[0].label == "proven" and left_out == 5001 - len(lines) > 0
    assert len(json.dumps([one.model_dump() for one in lines])) <= MAX_BYTES + 2
    assert lines_of(many[:3])[1] == 0, "the control"


def test_texts_are_one_line() -> None:
    assert plain("a\x1b[2J\u202eb\n") == r"a\x1b[2J\u202eb\n"
    assert len(plain("\x1b" * 1000)) == MAX_TEXT == SHOWN
