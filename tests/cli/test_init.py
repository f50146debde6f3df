"""`plimsoll init`: templates that work as they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_templates_pass_check_as_they_are(plimsoll: Any, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "book"
    outcome = plimsoll("init", folder)
    assert outcome.code == 0
    names = {path.name for path in folder.iterdir()}
    assert names == {"accounts.csv", "holdings.csv", "snapshot.json", "parameters.json", "README.md"}
    outcome = plimsoll("check", folder, "--max-age", "5m")
    assert outcome.code == 0
    assert "error" not in outcome.err
    assert "warning" not in outcome.err


def test_existing_files_are_kept(plimsoll: Any, tmp_path: Path) -> None:
    (tmp_path / "holdings.csv").write_text("mine")
    outcome = plimsoll("init", tmp_path)
    assert outcome.code == 2
    assert "holdings.csv" in outcome.err
    assert [path.name for path in tmp_path.iterdir()] == ["holdings.csv"]
    assert (tmp_path / "holdings.csv").read_text() == "mine"


def test_file_in_place_of_a_directory_rejected(plimsoll: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert plimsoll("init", tmp_path / "file").code == 2
    assert plimsoll("init", tmp_path / "file" / "below").code == 3
