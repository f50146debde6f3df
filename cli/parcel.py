"""`plimsoll customer parcel`: a customer's file, her receipt and the publication in one, for the customers' page."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.options import PATH
from plimsoll.cli.page.dropped import PARCELLED, PARCELLED_RECEIPT
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.json_files import read_bytes
from plimsoll.verifier.archive import load_archive, write_archive
from plimsoll.verifier.bundle import bundle_of, read_directory
from plimsoll.verifier.customer import CustomerFile
from plimsoll.verifier.receipts import Receipt


@click.command()
@click.argument("file", type=PATH)
@click.argument("publication", type=PATH)
@click.argument("out", type=PATH)
@click.option("--receipt", type=PATH, help="Her receipt for this publication, to go with it.")
def parcel(file: Path, publication: Path, out: Path, receipt: Path | None) -> int:
    """Write a customer's FILE and the PUBLICATION that it is for to the new file OUT, for the customers' page.

    The parcel is as secret as FILE. Nothing is verified: that is what the page does.

    \b
    Exit codes: 0 done, 2 FILE or receipt is for another publication,
    3 a file cannot be read, or OUT exists or cannot be written.
    """
    data = read_bytes(file)
    own = CustomerFile.parse(data, str(file))
    files = load_archive(publication) if publication.is_file() else read_directory(publication)
    manifest = bundle_of(files, str(publication)).manifest
    if (own.venue, own.sequence) != (manifest.venue, manifest.sequence):
        raise click.UsageError(f"{file} is for publication {own.sequence} of {own.venue!r}: name that publication")
    parts = files | {PARCELLED: data}
    if receipt is not None:
        promised = parts[PARCELLED_RECEIPT] = read_bytes(receipt)
        promise = Receipt.parse(promised, str(receipt)).promise
        if (promise.venue, promise.sequence) != (manifest.venue, manifest.sequence):
            named = f"publication {promise.sequence} of {promise.venue!r}"
            raise click.UsageError(f"{receipt} is for {named}: leave it out")
    try:
        write_atomically(out, write_archive(parts), mode=0o600, exclusive=True)
    except FileExistsError:
        raise FileWriteError(f"{out} exists: name a new file") from None
    console.say(f"{out}: for this customer alone")
    return console.OK
