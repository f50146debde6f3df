"""Where `prove` writes, and the second root of one publication that it draws only when told to."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

AT = ("--at", "2026-01-31T12:00:00Z")


@pytest.fixture
def lost(proven: Path, tmp_path: Path) -> Path:
    """A book whose proof lies beside it and whose opening file is gone."""
    book = shutil.copytree(proven, tmp_path / "venue")
    (book / "opening-1.json").unlink()
    return book


def test_proof_goes_to_the_current_folder_and_the_opening_to_the_book(
    plimsoll: Any, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "public"
    here.mkdir()
    monkeypatch.chdir(here)
    outcome = plimsoll("prove", book, *AT)
    assert outcome.code == 0, outcome.err
    assert [one.name for one in here.iterdir()] == ["book.proof"]
    assert [one.name for one in book.glob("opening*")] == ["opening-1.json"]
    assert not list(book.glob("*.proof"))
    assert "secrets" not in outcome.err


def test_proof_among_secrets_is_warned_of(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    book = shutil.copytree(proven, tmp_path / "venue")
    beside = tmp_path / "kept"
    beside.mkdir()
    shutil.move(book / "opening-1.json", beside / "opening-1.json")
    for out in (book / "book.proof", beside / "book.proof"):
        outcome = plimsoll("prove", book, *AT, "--out", out, "--opening", beside / "opening-1.json", "--force")
        assert outcome.code == 0
        assert "publish the file, never its folder" in outcome.err


@pytest.mark.parametrize("place", ["the book's folder", "the proof's folder", "the opening's folder"])
def test_second_root_for_a_lost_opening_rejected(plimsoll: Any, lost: Path, tmp_path: Path, place: str) -> None:
    folders = {name: tmp_path / name for name in ("public", "private")}
    for folder in folders.values():
        folder.mkdir()
    target = {"the proof's folder": folders["public"], "the opening's folder": folders["private"]}.get(place, lost)
    if target != lost:
        shutil.move(lost / "book.proof", target / "an older name")
    options = ("--out", folders["public"] / "new.proof", "--opening", folders["private"] / "opening.json")
    outcome = plimsoll("prove", lost, *AT, *options)
    assert outcome.code == 3
    assert "is a proof of sequence 1" in outcome.err and "--new-root" in outcome.err and "backup" in outcome.err
    assert not list(tmp_path.rglob("opening*")) and not list(tmp_path.rglob("new.proof"))


def test_second_root_beside_the_usual_opening_rejected(plimsoll: Any, proven: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.json"
    outcome = plimsoll("prove", proven, *AT, "--out", tmp_path / "p.proof", "--opening", other)
    assert outcome.code == 3
    assert "is the opening file of sequence 1" in outcome.err
    assert not other.exists()


def test_second_root_when_asked_for(plimsoll: Any, lost: Path, tmp_path: Path) -> None:
    outcome = plimsoll("prove", lost, *AT, "--out", tmp_path / "p.proof", "--new-root")
    assert outcome.code == 0, outcome.err
    roots = [plimsoll("inspect", one, "--json").json()["root"] for one in (lost / "book.proof", tmp_path / "p.proof")]
    assert roots[0] != roots[1]
    again = plimsoll("prove", lost, *AT, "--out", tmp_path / "q.proof", "--new-root")
    assert again.code == 2 and "move it away" in again.err


def test_next_sequence_needs_no_flag(plimsoll: Any, lost: Path, tmp_path: Path) -> None:
    text = (lost / "snapshot.json").read_text()
    assert '"sequence": 1' in text
    (lost / "snapshot.json").write_text(text.replace('"sequence": 1', '"sequence": 2'))
    assert plimsoll("prove", lost, *AT, "--out", tmp_path / "p.proof").code == 0
    assert (lost / "opening-2.json").exists()


def test_opening_in_place_of_a_directory_rejected(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    outcome = plimsoll("prove", book, *AT, "--out", tmp_path / "p.proof", "--opening", tmp_path)
    assert outcome.code == 2 and "is a directory" in outcome.err
