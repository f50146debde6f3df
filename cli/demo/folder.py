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
    "whole/claims.json": (True, "what the venue says of its whole book: each figure of it is proven"),
    "whole/scenarios.json": (True, "the price moves of the stress test"),
    "whole/batch-00.proof": (True, "the accounts of a batch, with totals behind a salted commitment"),
    "whole/totals.proof": (True, "batches joined; totals and deficits within the claims"),
    "whole.opening": (False, "salts and blinds of the second proof's leaves: back it up likewise"),
    "report.html": (False, "this page"),
}
"""Every file that the demo writes: whether it may leave the venue, and what it is."""
WHOLE: Final = "whole"
"""Folder of the whole book's public files."""


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
    def whole_opening(self) -> Path:
        return self.path / "whole.opening"

    def write_whole(self, files: dict[str, bytes]) -> None:
        """The whole book's public files."""
        for name, data in files.items():
            write_atomically(self.path / WHOLE / name, data)

    @property
    def report(self) -> Path:
        return self.path / "report.html"

    def prepare(self) -> None:
        """Make the folder, or empty it of an earlier demo's files. Raises `DemoFolderError` for any other folder."""
        try:
            if self.path.exists() and not (self.path / MARKER).is_file() and any(self.path.iterdir()):
                raise DemoFolderError(f"{self.path} has files that are not a demo's: choose another folder with --out")
            self.book.mkdir(parents=True, exist_ok=True)
            (self.path / WHOLE).mkdir(exist_ok=True)
            for old in (self.path / WHOLE).glob("batch-*.proof"):
                old.unlink()
            write_atomically(self.path / MARKER, MARKER_TEXT)
            for name in CONTENT:
                (self.path / name).unlink(missing_ok=True)
        except OSError as error:
            raise DemoFolderError(f"{self.path}: {error.strerror}; choose another folder with --out") from error

    def files(self) -> Iterator[FileFact]:
        """The demo's files; those that are not written yet have no size."""
        more = sorted(f"{WHOLE}/{one.name}" for one in (self.path / WHOLE).glob("batch-*.proof"))
        content = {**CONTENT, **{name: (True, "a further batch") for name in more if name not in CONTENT}}
        for name, (public, what) in content.items():
            path = self.path / name
            yield FileFact(name, path.stat().st_size if path.exists() else 0, public, what)
