"""`plimsoll init`: a small working book to start from."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.options import PATH, now
from plimsoll.cli.readers import PRIVATE, PRIVATE_FOLDER, TABLES
from plimsoll.cli.template_book import template_files
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import format_time

SECOND = 1_000_000
PUBLIC = 0o644


@click.command()
@click.argument("directory", type=PATH)
def init(directory: Path) -> int:
    """Write templates of every input file into DIRECTORY.

    They are a small working book: check and prove it as it is, then put your own accounts, holdings, prices and rules
    in their place. Existing files are never overwritten. The tables of accounts and holdings, and a new DIRECTORY,
    are for their owner only.

    \b
    Exit codes: 0 written, 2 a file exists, 3 the directory cannot be written.
    """
    if directory.exists() and not directory.is_dir():
        raise click.UsageError(f"{directory} is a file: name a directory, which may be new")
    files = template_files(format_time(now() // SECOND * SECOND))
    existing = [name for name in files if (directory / name).exists()]
    if existing:
        raise click.UsageError(f"{directory} already has {', '.join(existing)}: choose another directory")
    try:
        directory.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise PlimsollError(f"{directory}: cannot be made: {error.strerror}; choose another place") from error
    for name, text in files.items():
        write_atomically(directory / name, text.encode(), PRIVATE if name in TABLES else PUBLIC)
    console.stdout().print(console.facts(f"Written to {directory}", [(name, NOTES[name]) for name in files]))
    console.stdout().print("\n" + console.plain(f"Next: plimsoll check {directory}"), soft_wrap=True)
    return console.OK


NOTES = {
    "accounts.csv": "account, class",
    "holdings.csv": "account, instrument, quantity",
    "snapshot.json": "mark prices at one moment",
    "parameters.json": "instruments, lots, margin tiers, haircuts",
    "README.md": "what stands in them",
}
