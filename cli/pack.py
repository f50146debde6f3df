"""`plimsoll pack`: a publication's directory as one file."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.options import PATH
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.verifier.archive import write_archive
from plimsoll.verifier.bundle import bundle_of, read_directory


@click.command()
@click.argument("directory", type=PATH)
@click.argument("out", type=PATH)
def pack(directory: Path, out: Path) -> int:
    """Write the publication in DIRECTORY to the new file OUT, an uncompressed tar archive.

    One publication makes one archive, byte for byte. `verify`, `history` and `diff` take it in place of the directory.

    \b
    Exit codes: 0 done, 3 DIRECTORY is no publication, or OUT exists or cannot be written.
    """
    if out.resolve().is_relative_to(directory.resolve()):
        raise FileWriteError(
            f"{out} would be part of the publication that it holds: choose a place outside {directory}"
        )
    files = read_directory(directory)
    digest = bundle_of(files, str(directory)).digest.hex()
    try:
        write_atomically(out, write_archive(files), exclusive=True)
    except FileExistsError:
        raise FileWriteError(f"{out} exists: a publication is never replaced; name a new file") from None
    console.stdout().print(console.facts("Packed", [("file", str(out)), ("digest", digest)]))
    return console.OK
