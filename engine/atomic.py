"""Writing files so that a stopped run leaves nothing half-written: to a temporary file beside it, then rename."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from plimsoll.engine.errors import PlimsollError


class FileWriteError(PlimsollError):
    """A file that cannot be written."""


def write_atomically(path: Path, data: bytes, mode: int = 0o644, *, exclusive: bool = False) -> None:
    """Writes `data` to `path` completely or not at all, with permissions `mode` from the first byte on.

    An existing file is replaced, or with `exclusive` left as it is, even if it came to be a moment ago.

    Raises:
        FileExistsError: only with `exclusive`.
        FileWriteError: the folder does not exist or cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # created with mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(name, mode)
            if exclusive:
                os.link(name, path)
                os.unlink(name)
            else:
                os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise
        _flush(path.parent)
    except FileExistsError:
        raise
    except OSError as error:
        raise FileWriteError(
            f"{path} cannot be written: {error.strerror}; choose a folder that exists and is writable"
        ) from error


def _flush(directory: Path) -> None:
    """The new name survives a power failure, too."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
