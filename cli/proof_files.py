"""Read what `verify` and `inspect` are given: a proof, a market snapshot, risk parameters."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.findings import Findings
from plimsoll.engine.ingest.market_files import read_market_file
from plimsoll.engine.problems import InputError
from plimsoll.verifier import archive
from plimsoll.verifier.archive import COMPRESSED
from plimsoll.verifier.bundle import Bundle
from plimsoll.verifier.statement import MAGIC, MAX_FILE_BYTES

Model = TypeVar("Model", bound=BaseModel)


class UnreadableFileError(PlimsollError):
    """A file that is missing, cannot be read, or is of another kind."""


def read_proof_file(path: Path) -> bytes:
    """A proof file's bytes. Raises `UnreadableFileError` for anything that does not begin like a proof."""
    if path.is_dir():
        raise UnreadableFileError(f"{path}: expected a proof file, got a directory; name the file in it")
    _refuse_special(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read: {error.strerror}; check the path") from error
    if not data.startswith(MAGIC):
        raise UnreadableFileError(f"{path}: expected a proof file, got {_kind(data)}; give the file that `prove` wrote")
    return data


def read_publication(path: Path) -> Bundle:
    """A publication from its directory or one file. A proof or JSON file is called by its name: an archive's reader
    would quote its first bytes.

    Raises:
        UnreadableFileError, ArchiveError, BundleError, InputError: it is neither, or not in its form.
    """
    if path.is_file():
        # what cannot be read, the archive's reader will say
        with suppress(OSError), path.open("rb") as file:
            head = file.read(max(len(MAGIC), 512))
            found = "a proof" if head.startswith(MAGIC) else _kind(head)
            if found in ("a proof", "a JSON file"):
                raise UnreadableFileError(f"{path}: expected a publication, its directory or one file, got {found}")
    return archive.read_publication(path)


def _refuse_special(path: Path) -> None:
    """A pipe or device may never end."""
    if path.exists() and not path.is_file():
        raise UnreadableFileError(f"{path}: expected a regular file; copy it to one first")


def _kind(data: bytes) -> str:
    head = data[:512].lstrip()
    if not data:
        return "an empty file"
    if head.startswith((b"{", b"[")):
        return "a JSON file"
    if data.startswith(COMPRESSED):
        return "a compressed file, which nothing of Plimsoll's is"
    if b"," in head and all(32 <= byte < 127 or byte in b"\r\n\t" for byte in head):
        return "what looks like a CSV file"
    return f"a file that begins with {data[:8]!r}"


def read_market(model: type[Model], path: Path) -> Model:
    """A snapshot, parameters or scenarios; raises `InputError` with every problem, or says which other file it is."""
    if path.is_dir():
        raise UnreadableFileError(f"{path}: expected a JSON file, got a directory; name the file in it")
    _refuse_special(path)
    findings = Findings()
    value = read_market_file(model, path, findings, str(path))
    if value is None:
        from plimsoll.cli.file_kinds import other_kind  # noqa: PLC0415 - models of all files; only where one is refused

        swapped = any(one.kind == "swapped-files" for one in findings)
        other = None if swapped else other_kind(model.__name__, path)
        raise InputError([other] if other else [one.problem() for one in findings])
    return value
