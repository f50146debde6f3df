"""`plimsoll customer`: from a proven book to a customer who finds her account."""

from __future__ import annotations

import json
import stat
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
    assert run(["customer", "files", str(folder), *opening(folder), "--out", str(out)]) == 0
    return folder


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
