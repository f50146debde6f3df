"""`plimsoll customer`: from a proven book to a customer who finds her account."""

from __future__ import annotations

import hashlib
import json
import stat
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from publication import verified

from plimsoll.cli.main import run


@pytest.fixture(scope="module")
def venue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template book, proven, with every customer's file."""
    folder = tmp_path_factory.mktemp("venue") / "book"
    assert run(["init", str(folder)]) == 0
    assert run(["prove", str(folder), "--out", str(folder / "book.proof")]) == 0
    out = folder.parent / "customers"
    proof = ["--proof", str(folder / "book.proof")]
    assert run(["customer", "files", str(folder), *opening(folder), *proof, "--out", str(out)]) == 0
    return folder


@pytest.fixture(scope="module")
def signed(venue: Path) -> tuple[Path, str]:
    """The publication of that book, and the venue's public key."""
    key, day = venue.parent / "venue.key", venue.parent / "day"
    with redirect_stdout(StringIO()) as printed:
        assert run(["key", str(key), "--name", "Venue"]) == 0
        assert run(["publish", str(day), *published(venue), "--key", str(key)]) == 0
    return day, json.JSONDecoder().raw_decode(printed.getvalue())[0]["public_key"]


def opening(folder: Path) -> list[str]:
    return ["--opening", str(folder / "opening-1.json")]


def published(folder: Path) -> list[str]:
    market = ["--market", str(folder / "snapshot.json"), "--parameters", str(folder / "parameters.json")]
    return ["--proof", str(folder / "book.proof"), *market]


def test_each_file_is_private_and_checks(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = venue.parent / "customers"
    assert stat.S_IMODE(out.stat().st_mode) == 0o700
    paths = sorted(out.iterdir())
    assert len(paths) >= 3
    for path in paths:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    capsys.readouterr()
    assert run(["customer", "check", str(paths[0]), *published(venue)]) == 0
    shown = capsys.readouterr().out
    assert "stands in this book once" in shown and "Compare with your own records" in shown
    assert run(["customer", "check", str(paths[0]), *published(venue), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["identifier"] == json.loads(paths[0].read_text())["identifier"]
    assert [one.name for one in venue.parent.iterdir() if one.name.startswith(".")] == []


def test_altered_file_rejected(venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = json.loads(next(iter((venue.parent / "customers").iterdir())).read_text())
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps(fields | {"account_class": fields["account_class"] + 1}))
    assert run(["customer", "check", str(bad), *published(venue)]) == 1
    assert "fails at step customer" in capsys.readouterr().err
    assert run(["customer", "check", str(bad), *published(venue), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False


def test_another_root_than_others_were_shown_rejected(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = next(iter((venue.parent / "customers").iterdir()))
    root = "".join(f"{one:016x}" for one in verified().root)
    assert run(["customer", "check", str(path), *published(venue), "--root", root]) == 1
    assert "fails at step policy" in capsys.readouterr().err


def test_whole_publication_is_checked_with_the_file(
    venue: Path, signed: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The signature, too: who has the venue's key needs neither proof nor market by themselves."""
    path = str(next(iter((venue.parent / "customers").iterdir())))
    day, key = signed
    whole = ["customer", "check", path, "--publication", str(day), "--venue-key", key]
    assert run(whole) == 0
    shown = capsys.readouterr()
    assert "The same for every customer" in shown.out and "--identifier compares" in shown.out
    assert "the rules are the venue's own" in shown.err
    assert run([*whole, "--parameters", str(venue / "parameters.json"), "--json"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    told = json.loads(shown.out)
    assert told["proof_sha256"] == hashlib.sha256((venue / "book.proof").read_bytes()).hexdigest()
    same = ["--root", told["root"], "--nonce-digest", told["nonce_digest"], "--identifier", told["identifier"]]
    assert run([*whole, *same]) == 0
    assert "--identifier compares" not in capsys.readouterr().out
    assert run([*whole, "--parameters", "00" * 32]) == 1
    assert "expected rules with the digest" in capsys.readouterr().err
    assert run([*whole[:-1], "00" * 48]) == 1
    assert "a signature by the venue's key" in capsys.readouterr().err


def test_another_identifier_or_nonce_rejected(venue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file of another customer opens a leaf, too; it is not hers."""
    path = next(iter((venue.parent / "customers").iterdir()))
    name = json.loads(path.read_text())["identifier"]
    base = ["customer", "check", str(path), *published(venue)]
    assert run([*base, "--identifier", name]) == 0
    for other in (name + " ", name.upper(), name + "\u200b", ""):
        capsys.readouterr()
        assert run([*base, "--identifier", other]) == 1
        assert f"expected a file for {other!a}, got {name!a}" in capsys.readouterr().err
    assert run([*base, "--nonce-digest", "00" * 32]) == 1
    assert "expected the nonce of others" in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--proof", "p"],
        ["--proof", "p", "--market", "m"],
        ["--proof", "p", "--market", "m", "--parameters", "00" * 32],
        ["--proof", "p", "--market", "m", "--parameters", "r", "--venue-key", "00" * 48],
        ["--publication", "d"],
        ["--publication", "d", "--venue-key", "00" * 48, "--proof", "p"],
    ],
)
def test_wrong_usage_of_check(venue: Path, capsys: pytest.CaptureFixture[str], options: list[str]) -> None:
    path = str(next(iter((venue.parent / "customers").iterdir())))
    assert run(["customer", "check", path, *options]) == 2
    assert "--publication" in capsys.readouterr().err


def test_files_for_another_proof_are_not_written(
    venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second opening of the same book makes another root and nonce: every customer would be refused."""
    again = ["--opening", str(tmp_path / "again.json"), "--out", str(tmp_path / "again.proof"), "--new-root"]
    assert run(["prove", str(venue), *again]) == 0
    capsys.readouterr()
    out = ["--out", str(tmp_path / "x"), "--proof", str(tmp_path / "again.proof")]
    assert run(["customer", "files", str(venue), *opening(venue), *out]) == 3
    assert "the proof has another nonce" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
    assert run(["customer", "files", str(venue), *opening(venue), *out[:2]]) == 0
    assert "compared with no proof" in capsys.readouterr().err


def test_opening_of_another_book_rejected(venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other"
    assert run(["init", str(other)]) == 0
    for name in ("accounts.csv", "holdings.csv"):
        (other / name).write_text((other / name).read_text().replace("alice", "zoe"))
    capsys.readouterr()
    assert run(["customer", "files", str(other), *opening(venue), "--out", str(tmp_path / "x")]) == 3
    assert "another book" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_one_account_alone(venue: Path, tmp_path: Path) -> None:
    account = json.loads(next(iter((venue.parent / "customers").iterdir())).read_text())["identifier"]
    out = ["--out", str(tmp_path / "one"), "--account", account]
    assert run(["customer", "files", str(venue), *opening(venue), *out]) == 0
    assert len(list((tmp_path / "one").iterdir())) == 1


def test_wrong_usage_leaves_nothing(venue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = ["customer", "files", str(venue), *opening(venue)]
    assert run([*base, "--out", str(tmp_path)]) == 2
    assert run([*base, "--out", str(tmp_path / "x"), "--account", "nobody"]) == 2
    assert "no account of" in capsys.readouterr().err
    assert run([*base, "--out", str(tmp_path / "no" / "x")]) == 3
    assert run(["customer", "files", str(venue), "--opening", str(venue / "none"), "--out", str(tmp_path / "x")]) == 3
    assert list(tmp_path.iterdir()) == []
