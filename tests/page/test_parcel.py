"""`plimsoll customer parcel`: one file to drop, made of two."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from page_venue import day, key

from plimsoll.cli.main import run
from plimsoll.cli.page.answer import answer
from plimsoll.verifier.archive import read_archive, write_archive


@pytest.fixture
def office(tmp_path: Path) -> Path:
    (tmp_path / "book.tar").write_bytes(day(0).archive)
    (tmp_path / "ann.json").write_bytes(day(0).customers["ann"])
    (tmp_path / "later.json").write_bytes(day(1).customers["ann"])
    tmp_path.chmod(0o700)
    return tmp_path


def parcel(office: Path, file: str, *more: str) -> int:
    return run(["customer", "parcel", str(office / file), str(office / "book.tar"), str(office / "parcel.tar"), *more])


def test_one_file_says_the_same_as_two(office: Path) -> None:
    assert parcel(office, "ann.json") == 0
    out = office / "parcel.tar"
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    one = answer([("parcel.tar", out.read_bytes())], key(), "", print)
    two = answer([(name, (office / name).read_bytes()) for name in ("book.tar", "ann.json")], key(), "", print)
    assert one == two and one["verdict"]["tone"] == "good"
    assert parcel(office, "ann.json") == 3, "an existing file stays"


def test_a_file_for_another_publication_is_refused(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert parcel(office, "later.json") == 2
    assert "is for publication 4 of" in capsys.readouterr().err
    assert not (office / "parcel.tar").exists()


def test_a_parcel_hides_nothing(office: Path) -> None:
    """A lie in the customer's part is found; a second stranger in the archive makes it no publication."""
    assert parcel(office, "ann.json") == 0
    files = read_archive((office / "parcel.tar").read_bytes())
    for lie in (day(0).customers["ann"].replace(b'"3"', b'"4"'), b"{}"):
        said = answer([("p.tar", write_archive(files | {"customer.json": lie}))], key(), "", print)
        assert said["verdict"]["tone"] == "bad"
    said = answer([("p.tar", write_archive(files | {"other.json": b"{}"}))], key(), "", print)
    assert said["verdict"]["title"] == "p.tar is damaged or was changed"


def test_a_receipt_goes_with_it(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name, number in (("receipt.json", 0), ("later-receipt.json", 1)):
        (office / name).write_bytes(day(number).receipts["ann"])
    assert parcel(office, "ann.json", "--receipt", str(office / "later-receipt.json")) == 2
    assert "is for publication 4 of" in " ".join(capsys.readouterr().err.split())
    assert not (office / "parcel.tar").exists()
    assert parcel(office, "ann.json", "--receipt", str(office / "ann.json")) == 3, "no receipt"
    assert parcel(office, "ann.json", "--receipt", str(office / "receipt.json")) == 0
    said = answer([("parcel.tar", (office / "parcel.tar").read_bytes())], key(), "", print)
    assert said["verdict"]["tone"] == "good" and said["promise"]["word"] == "kept"
    files = read_archive((office / "parcel.tar").read_bytes()) | {"receipt.json": b"{}"}
    said = answer([("p.tar", write_archive(files))], key(), "", print)
    assert said["verdict"]["title"] == "p.tar/receipt.json is damaged or was changed"
