"""Writing files so that a stopped run leaves nothing half-written: to a temporary file beside it, then rename.

Everything is done through handles of the folder and of the temporary file: a neighbour who may write to the folder can
exchange what stands under a name, and a change of mode by name would follow his link to a secret.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from plimsoll.engine.errors import PlimsollError

_NO_LINKS: Final = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK)
"""What file systems without hard links answer."""


class FileWriteError(PlimsollError):
    """A file that cannot be written."""


def write_atomically(path: Path, data: bytes, mode: int = 0o644, *, exclusive: bool = False) -> None:
    """Writes `data` to `path` completely or not at all, with permissions `mode`; it is the owner's alone until then.

    An existing file is replaced, or with `exclusive` left as it is, even if it came to be a moment ago.

    Raises:
        FileExistsError: only with `exclusive`.
        FileWriteError: the folder does not exist or cannot be written; a secret (`mode` without rights for others) in
            a folder where everybody may exchange it; somebody did exchange the file while it was written.
    """
    if not mode & 0o077:
        refuse_shared(path.parent, path.name)
    try:
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            _write(folder, path, data, mode, exclusive)
            os.fsync(folder)  # the new name survives a power failure, too
        finally:
            os.close(folder)
    except FileExistsError:
        raise
    except OSError as error:
        raise FileWriteError(
            f"{path} cannot be written: {error.strerror}; choose a folder that exists and is writable"
        ) from error


def shared_with(folder: Path) -> str:
    """Who else may exchange files of this folder: `everybody`, `its group`, or nobody (empty).

    The sticky bit keeps others from it, as in /tmp. A folder that is not there is nobody's.
    """
    try:
        mode = os.stat(folder).st_mode
    except OSError:
        return ""
    if mode & stat.S_ISVTX:
        return ""
    return "everybody" if mode & stat.S_IWOTH else "its group" if mode & stat.S_IWGRP else ""


def refuse_shared(folder: Path, name: str) -> None:
    """Raises FileWriteError where everybody may exchange the files of a folder that is to hold the secret `name`."""
    if shared_with(folder) == "everybody":
        raise FileWriteError(
            f"{folder} can be written by everybody, who could exchange {name} there: chmod o-w {folder}, or name "
            "another folder"
        )


def _write(folder: int, path: Path, data: bytes, mode: int, exclusive: bool) -> None:
    name = f".{path.name}.{secrets.token_hex(8)}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(name, flags, 0o600, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(handle, mode)
            os.fsync(handle)
            _same(folder, name, handle, path)
            if exclusive:
                _rename_to_new(folder, name, path.name)
            else:
                os.rename(name, path.name, src_dir_fd=folder, dst_dir_fd=folder)
            _same(folder, path.name, handle, path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)
        raise


def _rename_to_new(folder: int, name: str, target: str) -> None:
    """Raises FileExistsError where the target exists."""
    try:
        os.link(name, target, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
    else:
        os.unlink(name, dir_fd=folder)
        return
    # no hard links here: an empty file takes the name, and gives way at once
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=folder))
    try:
        os.rename(name, target, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        os.unlink(target, dir_fd=folder)
        raise


def _same(folder: int, name: str, handle: int, path: Path) -> None:
    """The name still stands for the open file."""
    mine = os.fstat(handle)
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        found = None
    if found is None or (found.st_dev, found.st_ino) != (mine.st_dev, mine.st_ino):
        raise FileWriteError(f"{path}: somebody exchanged it while it was written; name a folder that is yours alone")
