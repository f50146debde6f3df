"""The demo's own folder: what is in it, and when it may be written over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plimsoll.cli.demo.report import FileFact
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.errors import PlimsollError

MARKER: Final = ".plimsoll-demo"
MARKER_TEXT: Final = b"Made by `plimsoll demo`, which may replace the files of this folder.\n"
CONTENT: Final = {
    "book.proof": (True, "the proof, with the statement that it proves"),
    "book/snapshot.json": (True, "mark prices at one moment"),
    "book/parameters.json": (True, "instruments, margin tiers, haircuts and premiums"),
    "book/accounts.csv": (False, "the accounts and their classes"),
    "book/holdings.csv": (False, "who holds what"),
    "book.opening": (False, "salts and blinds of every leaf, for its owner's eyes only: back it up like a key"),
    "report.html": (False, "this page"),
}
"""Every file that the demo writes: whether it may leave the venue, and what it is."""


class DemoFolderError(PlimsollError):
    """A folder that the demo did not make, or cannot use."""


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """Paths inside of the demo's folder."""

    path: Path

    @property
    def book(self) -> Path:
        return self.path / "book"

    @property
    def proof(self) -> Path:
        return self.path / "book.proof"

    @property
    def opening(self) -> Path:
        return self.path / "book.opening"

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def prepare(self) -> None:
        """Make the folder, or empty it of an earlier demo's files. Raises `DemoFolderError` for any other folder."""
        try:
            if self.path.exists() and not (self.path / MARKER).is_file() and any(self.path.iterdir()):
                raise DemoFolderError(f"{self.path} has files that are not a demo's: choose another folder with --out")
            self.book.mkdir(parents=True, exist_ok=True)
            write_atomically(self.path / MARKER, MARKER_TEXT)
            for name in CONTENT:
                (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise DemoFolderError(f"{self.path}: {error.strerror}; choose another folder with --out") from error

    def files(self) -> Iterator[FileFact]:
        """The demo's files; those that are not written yet have no size."""
        for name, (public, what) in CONTENT.items():
            path = self.path / name
            yield FileFact(name, path.stat().st_size if path.exists() else 0, public, what)
