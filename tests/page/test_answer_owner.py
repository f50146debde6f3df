"""What the page says of the key and the lien in a leaf. No browser is needed."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from page_venue import LOTS, key
from small_book import PARAMETERS, small_book
from venue_office import HOUR, SHAPE, SNAPSHOT, venue

from plimsoll.circuits.poseidon2 import permute
from plimsoll.cli.page.answer import answer
from plimsoll.engine.titles import Title
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.publication import make_bundle
from plimsoll.verifier.archive import write_archive
from plimsoll.verifier.bundle import MANIFEST, PROOF, SIGNATURE
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import SNAPSHOT as MARKET
from plimsoll.verifier.customer import show_quad

VENUES = (2**64 - 2**32, 6, 7, 0xABCDEF)
"""A key whose secret the venue keeps, in ben's leaf; a lien is on it, too."""
LIEN = 1_234_500_001


@cache
def files() -> dict[str, bytes]:
    """The publication and each customer's file."""
    book = replace(small_book(LOTS), titles={1: Title(VENUES, LIEN)})
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    parts = {
        MARKET: json.dumps(SNAPSHOT.model_dump(mode="json")).encode(),
        RULES: json.dumps(PARAMETERS.model_dump(mode="json")).encode(),
        PROOF: prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, opening),
    }
    bundle = make_bundle(parts, venue(), SNAPSHOT.time + HOUR, None)
    signed = {MANIFEST: bundle.manifest_bytes, SIGNATURE: bundle.signature.model_dump_json().encode()}
    made = customer_files(book, SNAPSHOT, PARAMETERS, opening, permute)
    return {"book.tar": write_archive(parts | signed)} | {
        one.identifier: one.model_dump_json().encode() for one in made
    }


def asked(name: str, **lies: str) -> dict[str, Any]:
    changed = json.dumps(json.loads(files()[name]) | lies).encode()
    return answer([("book.tar", files()["book.tar"]), ("me.json", changed)], key(), "", lambda _: None)


def test_key_of_the_venue_and_lien_are_shown_with_a_warning() -> None:
    told = asked("ben")
    owner, claim = told["account"]["owned"]
    assert (owner["tone"], owner["title"]) == ("warn", "An owner's key stands in your account")
    assert "can prove your account to lenders as his own" in owner["text"]
    # whole: the first and last letters of a key can be searched for
    assert owner["code"].replace(" ", "") == show_quad(VENUES)
    assert (claim["tone"], claim["title"]) == ("warn", "A lien of 1,234.500001 USD")
    assert told["verdict"]["tone"] == "good"
    assert [one.split(" ")[0] for one in told["verdict"]["todo"]] == ["Compare", "Compare", "Did"]
    assert "object at once" in told["verdict"]["todo"][1] and "lien" in told["verdict"]["todo"][2]


def test_account_without_either_is_told_so() -> None:
    told = asked("ann")
    assert [(one["tone"], one["title"], one["code"]) for one in told["account"]["owned"]] == [
        ("skip", "No owner's key", ""),
        ("skip", "No lien", ""),
    ]
    assert told["verdict"]["todo"] == ["Compare the balances below with your own records."]


@pytest.mark.parametrize("lie", [{"owner": "0" * 64}, {"lien": "0"}])
def test_file_that_hides_them_is_refused(lie: dict[str, str]) -> None:
    told = asked("ben", **lie)
    assert told["verdict"]["tone"] == "bad" and "account" not in told
