"""Who else can read a book: its tables say who holds what."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from plimsoll.cli import console
from plimsoll.engine.ingest.tables import ACCOUNTS, HOLDINGS, SUFFIXES

PRIVATE: Final = 0o600
"""Mode of tables of a book; snapshot and parameters are public."""
PRIVATE_FOLDER: Final = 0o700
TABLES: Final = tuple(table.name + suffix for table in (ACCOUNTS, HOLDINGS) for suffix in SUFFIXES)


def warn_of_readers(book: Path) -> None:
    """A warning that names the tables which others than their owner can read, and what to do."""
    readable = [name for name in TABLES if _readable(book / name)]
    if readable:
        files = " ".join(str(book / name) for name in readable)
        console.show_warning(f"{' and '.join(readable)} can be read by others than their owner: chmod 600 {files}")


def _readable(path: Path) -> bool:
    """By the group or by all, whom the folder lets through."""
    try:
        file, folder = path.stat().st_mode, path.parent.stat().st_mode
    except OSError:
        return False
    return bool((file & stat.S_IRGRP and folder & stat.S_IXGRP) or (file & stat.S_IROTH and folder & stat.S_IXOTH))
