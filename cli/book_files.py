"""Folders with a book's proofs: `claims.json`, `scenarios.json`, `totals.proof`, `batch-00.proof` and on."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from plimsoll.cli.proof_files import UnreadableFileError, read_proof_file
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.json_files import read_bytes
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, is_batch_name


def is_book_folder(path: Path) -> bool:
    """Whether the path is a directory that holds a book's claims."""
    return path.is_dir() and (path / CLAIMS).is_file()


def is_book_file(name: str) -> bool:
    """Whether a file of this name belongs to a book's proofs."""
    return name in (CLAIMS, SCENARIOS, TOTALS_PROOF) or is_batch_name(name)


def read_book_files(folder: Path) -> dict[str, bytes]:
    """A book's files by name; other files in the folder are left alone.

    Raises:
        UnreadableFileError: not such a folder.
        InputError: a file cannot be read.
    """
    if not is_book_folder(folder):
        raise UnreadableFileError(f"{folder}: expected a folder with {CLAIMS}, as `plimsoll book prove` writes it")
    names = sorted(one.name for one in folder.iterdir() if is_book_file(one.name))
    read = {True: read_proof_file, False: read_bytes}
    return {name: read[name.endswith(".proof")](folder / name) for name in names}


def write_book_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Writes all files or none. Raises FileWriteError; the folder must not exist."""
    if folder.exists():
        raise FileWriteError(f"{folder} exists: name a new folder")
    try:
        partial = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise FileWriteError(f"{folder} cannot be written: {error.strerror}; choose another place") from error
    try:
        for name, data in files.items():
            write_atomically(partial / name, data)
        partial.chmod(0o755)
        partial.rename(folder)
    except (OSError, FileWriteError) as error:
        shutil.rmtree(partial)
        # not the name of the part, which is gone
        reason = getattr(error.__cause__ if isinstance(error, FileWriteError) else error, "strerror", error)
        raise FileWriteError(f"{folder} cannot be written: {reason}; choose another place") from error
    except BaseException:
        shutil.rmtree(partial)
        raise
