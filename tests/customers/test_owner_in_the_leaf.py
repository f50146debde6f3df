"""Whose key, and what lien, stands in a leaf: a venue that puts its own key there can prove her account as its own.

`HERS` is the key that a customer drew; `VENUES` one whose secret the venue keeps.
"""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from publication import SHAPE
from small_book import LOTS, PARAMETERS, SNAPSHOT, small_book

from plimsoll.circuits.leaves import NO_OWNER, Quad, owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.cli.main import run
from plimsoll.engine.titles import Title
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.customer import CustomerFile, VerifiedCustomer, require_owner, show_quad, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy, snapshot_time

HERS, VENUES = owner_key((1, 2, 3, 4), permute), owner_key((5, 6, 7, 8), permute)
LIEN = 1_234_500_001
"""1,234.500001 of the quote currency."""
TITLES = {"ben": Title(VENUES), "cat": Title(HERS), "dan": Title(lien=LIEN)}
"""Ann has none; in ben's leaf the venue put its own key; cat's key is hers; on dan's account it wrote a lien."""


@cache
def published() -> tuple[bytes, VerifiedBook, dict[str, CustomerFile]]:
    book = replace(small_book(), titles={list(LOTS).index(name): title for name, title in TITLES.items()})
    opening = new_opening(book, SHAPE, SNAPSHOT, PARAMETERS)
    proof = prove_book(book, SNAPSHOT, PARAMETERS, SHAPE, opening)
    verified = verify_book(proof, SNAPSHOT, PARAMETERS, Policy(at=snapshot_time(SNAPSHOT)))
    return (
        proof,
        verified,
        {one.identifier: one for one in customer_files(book, SNAPSHOT, PARAMETERS, opening, permute)},
    )


def check(name: str, owner: Quad | None = None, /, **lies: object) -> VerifiedCustomer:
    _, verified, files = published()
    fields = json.loads(files[name].model_dump_json()) | lies
    return verify_customer(CustomerFile.parse(json.dumps(fields).encode()), verified, SNAPSHOT, PARAMETERS, owner=owner)


def test_owner_and_lien_of_a_leaf_are_told() -> None:
    found = {name: (one.owner, one.lien) for name in LOTS for one in [check(name)]}
    assert found == {"ann": (None, 0), "ben": (VENUES, 0), "cat": (HERS, 0), "dan": (None, LIEN)}


@pytest.mark.parametrize(
    ("name", "owner", "got"),
    [("ben", HERS, show_quad(VENUES)), ("ann", HERS, "no key"), ("cat", NO_OWNER, show_quad(HERS))],
)
def test_key_of_another_in_her_leaf_rejected(name: str, owner: Quad, got: str) -> None:
    """The file opens the leaf; but the key in it is the venue's, or none, or one where she has none."""
    with pytest.raises(VerificationError, match="in the leaf") as caught:
        check(name, owner)
    assert (caught.value.step, caught.value.got) == ("customer", got)


@pytest.mark.parametrize(("name", "owner"), [("cat", HERS), ("ann", NO_OWNER), ("ben", VENUES)])
def test_her_own_key_passes(name: str, owner: Quad) -> None:
    assert (check(name, owner).owner or NO_OWNER) == owner


@pytest.mark.parametrize(
    ("name", "lies"),
    [
        ("ben", {"owner": show_quad(HERS)}),
        ("ben", {"owner": show_quad(NO_OWNER)}),
        ("ann", {"owner": show_quad(HERS)}),
        ("dan", {"lien": "0"}),
        ("dan", {"lien": "1234.500002"}),
        ("ann", {"lien": "0.000001"}),
    ],
)
def test_file_that_hides_the_key_or_the_lien_rejected(name: str, lies: dict[str, object]) -> None:
    """Owner and lien are in the leaf's id: a file that shows others opens no leaf."""
    for owner in (None, HERS):
        with pytest.raises(VerificationError, match="a leaf under the root"):
            check(name, owner, **lies)


def test_element_by_element() -> None:
    """A key that is hers but for one element is another's."""
    file = published()[2]["cat"]
    require_owner(file, HERS)
    for i in range(4):
        other = tuple((one + (i == j)) for j, one in enumerate(HERS))
        with pytest.raises(VerificationError, match="in the leaf"):
            require_owner(file, other)


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The proof, its market and all customers' files."""
    folder = tmp_path_factory.mktemp("owners")
    proof, _, files = published()
    (folder / "book.proof").write_bytes(proof)
    (folder / "snapshot.json").write_text(json.dumps(SNAPSHOT.model_dump(mode="json")))
    (folder / "parameters.json").write_text(json.dumps(PARAMETERS.model_dump(mode="json")))
    for name, one in files.items():
        (folder / f"{name}.json").write_text(one.model_dump_json())
    return folder


def command(folder: Path, name: str, *options: str) -> list[str]:
    market = ["--market", str(folder / "snapshot.json"), "--parameters", str(folder / "parameters.json")]
    proof = ["--proof", str(folder / "book.proof"), "--max-age", "any"]
    return ["customer", "check", str(folder / f"{name}.json"), *proof, *market, *options]


def test_venue_s_key_is_warned_of_and_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(folder, "ben")) == 0
    told = capsys.readouterr()
    assert show_quad(VENUES) in told.out
    warning = " ".join(told.err.split())
    assert "whoever holds the secret of this key can prove the account to lenders as his own" in warning
    assert "plimsoll account key" in warning and "--owner" in warning
    assert run(command(folder, "ben", "--json")) == 0
    told = capsys.readouterr()
    data = json.loads(told.out)
    assert (data["owner"], data["owner_compared"], data["lien"]) == (show_quad(VENUES), False, "0")
    assert "as his own" in " ".join(told.err.split())
    assert run(command(folder, "ben", "--owner", show_quad(HERS))) == 1
    told = capsys.readouterr()
    assert told.out == "" and f"expected your owner's key {show_quad(HERS)} in the leaf" in told.err
    assert f"got {show_quad(VENUES)}" in told.err and "can prove your account as his own" in told.err
    assert run(command(folder, "ben", "--owner", show_quad(HERS), "--json")) == 1
    data = json.loads(capsys.readouterr().out)
    assert (data["valid"], data["step"], data["got"]) == (False, "customer", show_quad(VENUES))


def test_her_key_is_compared_without_a_warning(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(folder, "cat", "--owner", show_quad(HERS))) == 0
    told = capsys.readouterr()
    assert told.err == "" and f"{show_quad(HERS)}, as you gave it" in " ".join(told.out.split())
    assert run(command(folder, "cat", "--owner", show_quad(HERS), "--json")) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["owner"], data["owner_compared"]) == (show_quad(HERS), True)


def test_no_key_is_said_and_is_not_hers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(folder, "ann")) == 0
    told = capsys.readouterr()
    words = " ".join(told.out.split())
    assert "owner's key none - nobody can prove this account" in words and "lien 0" in words and told.err == ""
    assert run(command(folder, "ann", "--json")) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["owner"], data["owner_compared"], data["lien"]) == (None, False, "0")
    assert run(command(folder, "ann", "--owner", show_quad(HERS))) == 1
    assert "got no key" in capsys.readouterr().err


def test_lien_is_shown_with_its_currency(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command(folder, "dan")) == 0
    words = " ".join(capsys.readouterr().out.split())
    assert "lien 1,234.500001 USD" in words and "a lien that you did not agree to" in words
    assert run(command(folder, "dan", "--json")) == 0
    assert json.loads(capsys.readouterr().out)["lien"] == "1234.500001"


@pytest.mark.parametrize("text", ["", "12", "g" * 64, "ff" * 32, show_quad(HERS).upper()])
def test_text_that_is_no_key_is_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert run(command(folder, "cat", "--owner", text)) == 2
    assert "plimsoll account key" in " ".join(capsys.readouterr().err.split())
