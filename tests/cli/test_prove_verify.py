"""From a book to a proof file and to a verdict: `prove`, `verify`, `inspect`."""

from __future__ import annotations

import json
import os
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

TIME = "2026-01-31T12:00:00Z"
AT = ("--at", TIME)


def market(folder: Path) -> tuple[str, ...]:
    return ("--market", str(folder / "snapshot.json"), "--parameters", str(folder / "parameters.json"))


def into(folder: Path) -> tuple[str, str]:
    """The proof beside the book, where each test has a folder of its own."""
    return ("--out", str(folder / "book.proof"))


def test_prove_leaves_a_proof_and_a_private_opening(proven: Path) -> None:
    assert (proven / "book.proof").read_bytes().startswith(b"PLIMSOLL")
    assert os.stat(proven / "opening-1.json").st_mode & 0o777 == 0o600


def test_verify_accepts(plimsoll: Any, proven: Path) -> None:
    outcome = plimsoll("verify", proven / "book.proof", *market(proven), *AT)
    assert outcome.code == 0, outcome.err
    assert outcome.out.startswith("valid:")
    assert "128.0 bits" in outcome.out


def test_verify_says_what_valid_does_not_mean(plimsoll: Any, proven: Path) -> None:
    told = " ".join(plimsoll("verify", proven / "book.proof", *market(proven), *AT).out.split())
    assert "My Venue (as the snapshot says), sequence 1" in told
    assert "up to 8 accounts, perhaps none" in told
    said = plimsoll("verify", proven / "book.proof", *market(proven), *AT, "--json").json()
    assert (said["valid"], said["venue_claimed"]) == (True, "My Venue")
    assert said["parameters_claimed"] == "My Venue risk parameters, revision 1"
    for one in (
        "anybody can prove in any venue's name; compare the root with the one that the venue published",
        "they are the venue's own",
        "every leaf may be empty",
        "that every customer is under this root",
        "reserves cover liabilities",
    ):
        assert one in told
        assert any(one in line for line in said["not_said"])


def test_verify_json(plimsoll: Any, proven: Path) -> None:
    data = plimsoll("verify", proven / "book.proof", *market(proven), *AT, "--json").json()
    assert data["valid"] is True
    assert data["shape"] == "book-2^3x2"
    assert data["snapshot_time"] == TIME
    assert Decimal(data["security_bits"]) >= 128
    assert len(data["root"]) == 4


def changed(proven: Path, tmp_path: Path, *, place: int = -100, cut: int = 0, add: bytes = b"") -> Path:
    data = bytearray((proven / "book.proof").read_bytes())
    data[place] ^= 1
    path = tmp_path / "changed.proof"
    path.write_bytes(bytes(data[: len(data) - cut]) + add)
    return path


@pytest.mark.parametrize("fault", [{"place": -100}, {"place": 40}, {"cut": 1}, {"add": b"\0"}])
def test_changed_proof_rejected(plimsoll: Any, proven: Path, tmp_path: Path, fault: dict[str, Any]) -> None:
    path = changed(proven, tmp_path, **fault)
    outcome = plimsoll("verify", path, *market(proven), *AT)
    assert outcome.code == 1
    assert outcome.err.startswith("invalid:")
    assert "fails at step" in outcome.err
    data = plimsoll("verify", path, *market(proven), *AT, "--json").json()
    assert data["valid"] is False
    assert data["step"]
    assert data["expected"]


def test_other_price_rejected(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    text = (proven / "snapshot.json").read_text()
    (tmp_path / "snapshot.json").write_text(text.replace('"60000"', '"60001"'))
    (tmp_path / "parameters.json").write_text((proven / "parameters.json").read_text())
    outcome = plimsoll("verify", proven / "book.proof", *market(tmp_path), *AT)
    assert outcome.code == 1
    assert "market digest" in outcome.err


def test_same_price_in_another_spelling_accepted(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    text = (proven / "snapshot.json").read_text()
    (tmp_path / "snapshot.json").write_text(text.replace('"60000"', '"60000.00"'))
    (tmp_path / "parameters.json").write_text((proven / "parameters.json").read_text())
    assert plimsoll("verify", proven / "book.proof", *market(tmp_path), *AT).code == 0


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--at", "2026-02-01T12:00:00Z"), 0),
        (("--at", "2026-02-01T12:00:01Z"), 1),
        (("--at", "2026-02-01T12:00:01Z", "--max-age", "2d"), 0),
        (("--at", "2030-01-01T00:00:00Z", "--max-age", "any"), 0),
        (("--at", "2026-01-31T11:00:00Z"), 1),
        (("--at", "2026-01-31T11:00:00Z", "--max-age", "any"), 1),
    ],
)
def test_age(plimsoll: Any, proven: Path, options: tuple[str, ...], code: int) -> None:
    assert plimsoll("verify", proven / "book.proof", *market(proven), *options).code == code


@pytest.mark.parametrize("kind", ["missing", "directory", "csv", "json", "empty", "binary"])
def test_file_that_is_no_proof_rejected(plimsoll: Any, proven: Path, tmp_path: Path, kind: str) -> None:
    path = {
        "missing": tmp_path / "none",
        "directory": tmp_path,
        "csv": proven / "holdings.csv",
        "json": proven / "snapshot.json",
        "empty": tmp_path / "empty",
        "binary": tmp_path / "binary",
    }[kind]
    (tmp_path / "empty").write_bytes(b"")
    (tmp_path / "binary").write_bytes(bytes(range(256)))
    for command in ("verify", "inspect"):
        outcome = plimsoll(command, path, *market(proven))
        if (command, kind) == ("verify", "directory"):
            # a directory is taken for a publication, which has a market of its own
            assert outcome.code == 2
            continue
        assert outcome.code == 3
        assert outcome.err.startswith("error: ")
        assert "\n" not in outcome.err.strip()
    if kind in ("csv", "json"):
        assert kind.upper() in outcome.err


def test_swapped_market_and_parameters_rejected(plimsoll: Any, proven: Path) -> None:
    swapped = ("--market", proven / "parameters.json", "--parameters", proven / "snapshot.json")
    outcome = plimsoll("verify", proven / "book.proof", *swapped)
    assert outcome.code == 3
    assert "expected a market snapshot, but this file holds risk parameters" in outcome.err


@pytest.mark.parametrize("fault", ["missing", "broken", "swapped"])
def test_market_file_is_named_as_it_was_typed(plimsoll: Any, proven: Path, tmp_path: Path, fault: str) -> None:
    """Two snapshots of one name are told apart by their folders."""
    name = tmp_path / "sent by the venue" / "snapshot.json"
    name.parent.mkdir()
    if fault != "missing":
        name.write_text("{}" if fault == "broken" else (proven / "parameters.json").read_text())
    given = ("--market", name, "--parameters", proven / "parameters.json")
    for command in ("verify", "inspect", "security"):
        outcome = plimsoll(command, proven / "book.proof", *given)
        assert outcome.code == 3
        assert f"error: {name}: " in outcome.err


def test_missing_option_rejected(plimsoll: Any, proven: Path) -> None:
    assert plimsoll("verify", proven / "book.proof").code == 2
    assert plimsoll("inspect", proven / "book.proof", *market(proven)[:2]).code == 2


def test_inspect_shows_claims_without_market(plimsoll: Any, proven: Path) -> None:
    outcome = plimsoll("inspect", proven / "book.proof")
    assert outcome.code == 0
    words = " ".join(outcome.out.split())
    assert "not verified" in words and "standard-128" in words


def test_inspect_json(plimsoll: Any, proven: Path) -> None:
    data = plimsoll("inspect", proven / "book.proof", *market(proven), "--json").json()
    assert data["verified"] is False
    assert data["program_known"] is True
    assert set(data["matches"].values()) == {True}
    assert {"root", "main", "poseidon", "range_check", "rom:schedule"} <= {one["table"] for one in data["tables"]}
    assert all(one["height"] >= 256 for one in data["tables"])
    assert Decimal(data["security_bits"]["minimum"]) >= 128


def test_inspect_shows_which_file_does_not_match(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    text = (proven / "snapshot.json").read_text()
    (tmp_path / "snapshot.json").write_text(text.replace('"60000"', '"60001"'))
    files = ("--market", tmp_path / "snapshot.json", "--parameters", proven / "parameters.json")
    matches = plimsoll("inspect", proven / "book.proof", *files, "--json").json()["matches"]
    assert [name for name, same in matches.items() if not same] == ["tables", "schedule", "market"]


def test_inspect_broken_statement_rejected(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.proof"
    path.write_bytes((proven / "book.proof").read_bytes()[:100])
    outcome = plimsoll("inspect", path)
    assert outcome.code == 1
    assert "encoding" in outcome.err


def test_failing_accounts_rejected_before_proving(plimsoll: Any, failing_book: Path) -> None:
    outcome = plimsoll("prove", failing_book, *AT, *into(failing_book))
    assert outcome.code == 1
    assert "bob" in outcome.err
    assert "1 account is below maintenance margin" in outcome.err
    data = plimsoll("prove", failing_book, *AT, *into(failing_book), "--json").json()
    assert data["proven"] is False
    assert [one["account"] for one in data["failing"]] == ["bob"]
    assert not list(failing_book.glob("*.proof*"))


def test_broken_book_rejected_before_proving(plimsoll: Any, book: Path) -> None:
    with (book / "holdings.csv").open("a") as file:
        file.write("grace,BTC,1e5\n")
    outcome = plimsoll("prove", book, *AT, *into(book))
    assert outcome.code == 3
    assert "scientific" in outcome.err
    assert plimsoll("prove", book, *AT, *into(book), "--json").json()["findings"]
    assert not list(book.glob("*.proof*"))


def test_existing_proof_is_kept(plimsoll: Any, proven: Path) -> None:
    before = (proven / "book.proof").read_bytes()
    outcome = plimsoll("prove", proven, *AT, *into(proven))
    assert outcome.code == 2
    assert "--force" in outcome.err
    assert (proven / "book.proof").read_bytes() == before


def test_second_proof_of_one_opening_has_the_same_root(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    out = tmp_path / "again.proof"
    outcome = plimsoll("prove", proven, *AT, "--out", out, "--opening", proven / "opening-1.json", "--json")
    assert outcome.json()["opening_reused"] is True
    roots = {str(plimsoll("inspect", one, "--json").json()["root"]) for one in (out, proven / "book.proof")}
    assert len(roots) == 1
    assert out.read_bytes() != (proven / "book.proof").read_bytes()


def test_opening_of_another_book_rejected(plimsoll: Any, proven: Path, book: Path) -> None:
    with (book / "holdings.csv").open("a") as file:
        file.write("grace,BTC,1\n")
    outcome = plimsoll("prove", book, *AT, *into(book), "--opening", proven / "opening-1.json")
    assert outcome.code == 3
    assert "another book" in outcome.err
    assert not (book / "book.proof").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--accounts", "4"), "--accounts"),
        (("--accounts", "1000000"), "shape class"),
        (("--holdings-per-account", "2000"), "range"),
        (("--opening", "SAME"), "same file"),
        (("--out", "DIRECTORY"), "directory"),
    ],
)
def test_sizes_and_targets_rejected(plimsoll: Any, book: Path, options: tuple[str, str], words: str) -> None:
    value = {"SAME": book / "book.proof", "DIRECTORY": book}.get(options[1], options[1])
    outcome = plimsoll("prove", book, *AT, *into(book), options[0], value)
    assert outcome.code == 2
    assert words in outcome.err
    assert not list(book.glob("*.proof*"))


def test_book_larger_than_declared_rejected(plimsoll: Any, book: Path) -> None:
    """Eight leaves of one row have room for eight rows of six; an account of seven holdings takes two."""
    names = ["BTC", "ETH", "USDT", "USDT-SETTLEMENT"]
    rows = [f"{who},{name},1" for who in ("h1", "h2") for name in names]
    with (book / "accounts.csv").open("a") as file:
        file.write("h1,0\n")
    with (book / "holdings.csv").open("a") as file:
        file.writelines(row + "\n" for row in rows if row.startswith("h1"))
    outcome = plimsoll("prove", book, *AT, *into(book), "--accounts", "8", "--holdings-per-account", "0")
    assert outcome.code == 0
    outcome = plimsoll("prove", book, *AT, *into(book), "--accounts", "4", "--force")
    assert outcome.code == 2


def test_out_in_a_missing_directory_rejected(plimsoll: Any, book: Path) -> None:
    outcome = plimsoll("prove", book, *AT, "--out", book / "none" / "p.proof")
    assert outcome.code == 3
    assert "no such directory" in outcome.err


def test_prove_over_an_opening_or_an_input_rejected(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    """Nothing but an older proof is ever replaced: not the secrets, not the book, not even with --force."""
    book = shutil.copytree(proven, tmp_path / "book")
    (book / "book.proof").unlink()
    for name in ("opening-1.json", "holdings.csv", "snapshot.json"):
        before = (book / name).read_bytes()
        for force in ((), ("--force",)):
            outcome = plimsoll("prove", book, *AT, "--out", book / name, *force)
            assert outcome.code == 2 and "is no proof: it is never replaced" in outcome.err
        assert (book / name).read_bytes() == before
    (book / "opening-1.json").unlink()
    outcome = plimsoll("prove", book, *AT, "--out", book / "opening-1.json")
    assert outcome.code == 2 and "name the same file" in outcome.err
    assert not (book / "opening-1.json").exists()


def test_verify_of_a_pipe_rejected(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    files = {
        "proof": proven / "book.proof",
        "market": proven / "snapshot.json",
        "parameters": proven / "parameters.json",
    }
    for name in files:
        given = {**files, name: tmp_path / "pipe"}
        outcome = plimsoll(
            "verify", given["proof"], "--market", given["market"], "--parameters", given["parameters"], *AT
        )
        assert outcome.code == 3 and "expected a regular file" in outcome.err


def test_verify_holds_a_proof_to_what_one_was_shown(plimsoll: Any, proven: Path) -> None:
    told = plimsoll("verify", proven / "book.proof", *market(proven), *AT, "--json")
    root = " ".join(f"{int(one):016x}" for one in json.loads(told.out)["root"])
    for option, right, wrong, what in (
        ("--root", root, root[:-1] + ("0" if root[-1] != "0" else "1"), "root"),
        ("--sequence", "1", "2", "publication sequence 2"),
        ("--previous", "00" * 32, "ab" * 32, "digest of the previous publication"),
    ):
        assert plimsoll("verify", proven / "book.proof", *market(proven), *AT, option, right).code == 0
        outcome = plimsoll("verify", proven / "book.proof", *market(proven), *AT, option, wrong)
        assert outcome.code == 1 and what in outcome.err
    for option in ("--root", "--previous"):
        outcome = plimsoll("verify", proven / "book.proof", *market(proven), *AT, option, "12 34")
        assert outcome.code == 2 and "64 hexadecimal digits" in outcome.err
