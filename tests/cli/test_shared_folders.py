"""A neighbour who may write to the folder of the proof exchanges the temporary file while it is written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.prove_files import check_targets, warn_of_secrets
from plimsoll.engine.atomic import FileWriteError, shared_with, write_atomically

AT = ("--at", "2026-01-31T12:00:00Z")


def before(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], None]) -> None:
    """`act` runs once, just before the first call of os.`name`."""
    real, acted = getattr(os, name), []

    def called(*arguments: Any, **options: Any) -> Any:
        if not acted:
            acted.append(True)
            act()
        return real(*arguments, **options)

    monkeypatch.setattr(os, name, called)


@pytest.mark.parametrize("moment", ["fchmod", "fsync", "rename"])
def test_link_to_a_secret_is_not_followed(moment: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, public = tmp_path / "opening.json", tmp_path / "public"
    secret.write_text("salts")
    secret.chmod(0o600)
    public.mkdir()

    def exchange() -> None:
        [temporary] = public.iterdir()
        temporary.unlink()
        temporary.symlink_to(secret)

    before(monkeypatch, moment, exchange)
    with pytest.raises(FileWriteError, match="somebody exchanged it"):
        write_atomically(public / "book.proof", b"proof")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600 and secret.read_text() == "salts"
    if moment != "rename":
        assert list(public.iterdir()) == []


def test_temporary_file_that_is_gone_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before(monkeypatch, "fsync", lambda: next(tmp_path.iterdir()).unlink())
    with pytest.raises(FileWriteError, match="somebody exchanged it"):
        write_atomically(tmp_path / "book.proof", b"proof")
    assert list(tmp_path.iterdir()) == []


def test_secret_in_a_folder_for_everybody_rejected(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with pytest.raises(FileWriteError, match=r"can be written by everybody.*chmod o-w"):
        write_atomically(tmp_path / "opening.json", b"salts", mode=0o600, exclusive=True)
    with pytest.raises(FileWriteError, match="chmod o-w"):
        check_targets(tmp_path / "book.proof", tmp_path / "opening.json", False)
    assert list(tmp_path.iterdir()) == []
    tmp_path.chmod(0o1777)  # the sticky bit
    write_atomically(tmp_path / "opening.json", b"salts", mode=0o600, exclusive=True)


def test_prove_refuses_before_it_proves(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    book.chmod(0o777)
    outcome = plimsoll("prove", book, *AT, "--out", tmp_path / "p.proof")
    assert outcome.code == 3 and "can be written by everybody" in outcome.err
    assert not list(tmp_path.rglob("opening*")) and not (tmp_path / "p.proof").exists()


def test_shared_folders_are_warned_of(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    public, secret = tmp_path / "public", tmp_path / "secret"
    for folder, mode in ((public, 0o777), (secret, 0o770)):
        folder.mkdir()
        folder.chmod(mode)
    assert (shared_with(public), shared_with(secret), shared_with(tmp_path / "none")) == ("everybody", "its group", "")
    warn_of_secrets(public / "book.proof", tmp_path / "book", secret / "opening.json")
    shown = " ".join(capsys.readouterr().err.split())
    assert "public can be written by everybody" in shown and "secret can be written by its group" in shown


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS])
def test_file_system_without_hard_links(code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_arguments: Any, **_options: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "link", link)
    target = tmp_path / "opening.json"
    write_atomically(target, b"salts", mode=0o600, exclusive=True)
    assert target.read_bytes() == b"salts" and stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        write_atomically(target, b"others", mode=0o600, exclusive=True)
    assert target.read_bytes() == b"salts" and list(tmp_path.iterdir()) == [target]


def test_failed_rename_gives_the_name_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(code: int) -> Callable[..., None]:
        def failing(*_arguments: Any, **_options: Any) -> None:
            raise OSError(code, os.strerror(code))

        return failing

    monkeypatch.setattr(os, "link", fail(errno.EPERM))
    monkeypatch.setattr(os, "rename", fail(errno.EIO))
    with pytest.raises(FileWriteError):
        write_atomically(tmp_path / "opening.json", b"salts", mode=0o600, exclusive=True)
    assert list(tmp_path.iterdir()) == []
