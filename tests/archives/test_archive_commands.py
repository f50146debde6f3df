"""`plimsoll pack`, and its archive wherever a publication's directory is taken."""

from __future__ import annotations

import gzip
import tarfile
from pathlib import Path

import pytest
from venue_office import published, venue

from plimsoll.cli.main import run
from plimsoll.prover.publication import publish
from plimsoll.verifier.archive import load_archive, read_publication, write_archive
from plimsoll.verifier.bundle import MANIFEST, read_bundle, read_directory
from plimsoll.verifier.policy import Policy

KEY = ["--venue-key", venue().public_key.hex()]


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two publications in a row, each as a directory and as one file."""
    folder = tmp_path_factory.mktemp("days")
    for number in (0, 1):
        before = published(number - 1) if number else None
        publish(published(number), folder / f"day{number}", before, policy=Policy(max_age=None))
        assert run(["pack", str(folder / f"day{number}"), str(folder / f"day{number}.tar")]) == 0
    return folder


def test_archive_is_the_publication(days: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert read_publication(days / "day0.tar") == read_bundle(days / "day0") == read_publication(days / "day0")
    for form in ("day0", "day0.tar"):
        assert run(["verify", str(days / form), *KEY, "--max-age", "any"]) == 0
        assert published(0).digest.hex() in capsys.readouterr().out
    assert run(["history", str(days / "day0.tar"), str(days / "day1"), *KEY]) == 0
    assert run(["diff", str(days / "day0"), str(days / "day1.tar")]) == 0


def test_archive_is_never_replaced(days: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pack", str(days / "day1"), str(days / "day0.tar")]) == 3
    assert "never replaced" in capsys.readouterr().err
    assert run(["pack", str(days), str(days / "x.tar")]) == 3
    assert run(["pack", str(days / "day0"), str(days / "no" / "x.tar")]) == 3
    assert not (days / "x.tar").exists()


def test_archive_inside_its_own_publication_rejected(days: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It would be a further file there, and the publication one that everybody refuses."""
    assert run(["pack", str(days / "day0"), str(days / "day0" / "x.tar")]) == 3
    assert f"choose a place outside {days / 'day0'}" in " ".join(capsys.readouterr().err.split())
    assert run(["verify", str(days / "day0"), *KEY, "--max-age", "any"]) == 0


def test_altered_archive_rejected(days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = load_archive(days / "day0.tar")
    altered = files | {MANIFEST: files[MANIFEST].replace(b'"sequence":3', b'"sequence":4')}
    (tmp_path / "x.tar").write_bytes(write_archive(altered))
    assert run(["verify", str(tmp_path / "x.tar"), *KEY]) == 1
    assert "fails at step publication" in capsys.readouterr().err
    (tmp_path / "x.tar").write_bytes(write_archive(files | {"more.json": b"{}"}))
    assert run(["verify", str(tmp_path / "x.tar"), *KEY]) == 3
    assert "does not belong to a publication" in capsys.readouterr().err


def test_archive_of_another_program_rejected(days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The very same files; but their archive could say more than they do."""
    with tarfile.open(tmp_path / "x.tar", "w", format=tarfile.USTAR_FORMAT) as packed:
        for name in sorted(read_directory(days / "day0")):
            packed.add(days / "day0" / name, name)
    assert run(["verify", str(tmp_path / "x.tar"), *KEY]) == 3
    assert "not as `plimsoll pack` writes it" in capsys.readouterr().err


def test_compressed_archive_is_no_publication(days: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress((days / "day0.tar").read_bytes()))
    assert run(["history", str(tmp_path / "x.tar.gz"), *KEY]) == 3
    assert "a compressed file" in capsys.readouterr().err
    assert run(["verify", str(tmp_path / "x.tar.gz"), *KEY]) == 3
    assert "got a compressed file" in " ".join(capsys.readouterr().err.split())
