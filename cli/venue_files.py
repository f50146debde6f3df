"""What a venue's commands share: a checked book with its opening file, and a folder of one file a customer."""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.check import freshness
from plimsoll.cli.findings import show_findings, summary
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.preflight import BookRefusedError, CheckedBook, preflight


class UnusableBookError(PlimsollError):
    """A book with findings, which have been shown."""


def checked_book(
    book: Path, accounts: tuple[str, ...], quantize: bool, at: int | None, max_age: int | None
) -> CheckedBook:
    """A book without findings that has all of these accounts.

    Raises:
        UnusableBookError: a book with findings; they are shown on stderr.
        click.UsageError: an account that the book does not have.
    """
    try:
        with console.counted() as progress:
            checked = preflight(book, freshness=freshness(at, max_age), quantize=quantize, progress=progress)
    except BookRefusedError as error:
        show_findings(error.findings)
        raise UnusableBookError(f"{book} cannot be used: {summary(error.findings)}") from None
    unknown = sorted(set(accounts) - set(checked.book.accounts))
    if unknown:
        raise click.UsageError(f"--account {unknown[0]!r}: no account of {book}")
    return checked


def write_folder(out: Path, made: Iterable[tuple[str, bytes]]) -> int:
    """All files or none, each for one customer alone: folder of mode 0700, files of mode 0600. Returns their number.

    Args:
        made: identifier and content.

    Raises:
        FileWriteError: the folder cannot be written.
    """
    try:
        # files are written to a folder beside, created with mode 0700, which then takes the name
        partial = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
        try:
            for identifier, content in made:
                write_atomically(partial / file_name(identifier), content, mode=0o600)
            count = len(list(partial.iterdir()))
            partial.rename(out)
            return count
        except BaseException:
            shutil.rmtree(partial)
            raise
    except OSError as error:
        raise FileWriteError(f"{out} cannot be written: {error.strerror}; name another folder") from error


def file_name(identifier: str) -> str:
    """Readable where it can be; always unique, and never a path."""
    readable = re.sub("[^A-Za-z0-9_-]+", "-", identifier)[:40].strip("-")
    return f"{readable or 'customer'}-{hashlib.sha256(identifier.encode()).hexdigest()[:16]}.json"
