"""Where `plimsoll prove` writes, and what it refuses to write: nothing but an older proof is ever replaced.

The proof is for publication, the book and the opening file are secret: they never share a folder by default.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click

from plimsoll.cli import console
from plimsoll.engine.atomic import refuse_shared, shared_with
from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import MAGIC, MAX_STATEMENT_BYTES, read_proof
from plimsoll.verifier.whole_book import TOTALS_PROOF

PROOF: Final = Path("book.proof")
"""In the folder where the command is run. Not beside the book: a folder with a proof in it gets published."""


def default_opening(book: Path, sequence: int) -> Path:
    """Beside the book, which is as secret; each publication has its own."""
    return book / f"opening-{sequence}.json"


def check_targets(out: Path, opening: Path | None, force: bool) -> None:
    """Refuses targets that cannot be written or would destroy something."""
    if opening is not None and out.resolve() == opening.resolve():
        raise click.UsageError("--out and --opening name the same file: the proof is published, the opening is secret")
    if out.is_dir():
        raise click.UsageError(f"--out {out} is a directory: name a file in it")
    if opening is not None and opening.is_dir():
        raise click.UsageError(f"--opening {opening} is a directory: name a file in it")
    if out.exists() and not _is_proof(out):
        raise click.UsageError(f"{out} exists and is no proof: it is never replaced; choose another --out")
    if out.exists() and not force:
        raise click.UsageError(f"{out} exists: choose another --out, or replace it with --force")
    for path in (out, opening):
        if path is None:
            continue
        if not path.parent.is_dir():
            raise PlimsollError(f"{path.parent}: no such directory for {path.name}; make it first")
        if not path.exists() and not os.access(path.parent, os.W_OK):
            raise PlimsollError(f"{path.parent}: cannot be written, so {path.name} could not be; name another place")
    if opening is not None and not opening.exists():
        # before hours of proving, not after them
        refuse_shared(opening.parent, opening.name)


def warn_of_secrets(out: Path, book: Path, opening: Path, what: str = "the file, never its folder") -> None:
    """A proof among secrets, published with its folder; and folders in which others may exchange files."""
    for path, others in ((out, ("everybody",)), (opening, ("everybody", "its group"))):
        if shared_with(path.parent) in others:
            who = shared_with(path.parent)
            console.show_warning(f"{path.parent} can be written by {who}, who could exchange {path.name} there")
    folder = out.resolve().parent
    if folder in (book.resolve(), opening.resolve().parent):
        console.show_warning(f"{out} lies in one folder with secrets (the book or the opening file): publish {what}")


def refuse_second_root(out: Path, opening: Path, book: Path, sequence: int) -> None:
    """Refuses to draw a new opening where one was drawn for this publication, as far as that can be seen.

    A second opening makes a second root: customers who were shown the first one are no longer under what is published,
    and two valid proofs of one sequence are what a venue that shows people different books would have.

    Args:
        opening: does not exist.

    Raises:
        PlimsollError: another opening file of this sequence lies beside the book, or a proof of it in one of the three
            folders.
    """
    usual = default_opening(book, sequence)
    if usual.exists():
        raise PlimsollError(
            f"{usual} is the opening file of sequence {sequence}, and {opening} would be a second one, with another "
            f"root: prove with --opening {usual}; or raise the snapshot's sequence; or, if nothing was published with "
            "it, say so with --new-root"
        )
    for proof in _proofs(dict.fromkeys((out.parent, opening.parent, book))):
        if _sequence(proof) == sequence:
            raise PlimsollError(
                f"{proof} is a proof of sequence {sequence}, but {opening} does not exist: a new opening file would "
                "make a second root for one publication. Restore the opening file from its backup, or name it with "
                "--opening; or raise the snapshot's sequence; or, if that proof was never published, say so with "
                "--new-root"
            )


def _proofs(folders: dict[Path, None]) -> Iterator[Path]:
    for folder in folders:
        if os.access(folder, os.R_OK):
            for path in sorted(folder.iterdir()):
                # a book's proofs have a folder of their own
                yield from (one for one in (path, path / TOTALS_PROOF) if _is_proof(one))


def _is_proof(path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _sequence(path: Path) -> int | None:
    """The sequence that a proof file states; None for one of another version, or a broken one."""
    try:
        with path.open("rb") as file:
            return read_proof(file.read(MAX_STATEMENT_BYTES + 64))[0].sequence
    except (OSError, VerificationError):
        return None
