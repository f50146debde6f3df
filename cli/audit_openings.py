"""`plimsoll audit-openings`: the venue opens the leaves that an auditor's beacon draws."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.audit import BEACON, SAMPLE
from plimsoll.cli.options import AT, BOOK, MAX_AGE, PATH, QUANTIZE
from plimsoll.cli.proof_files import read_publication
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.verifier.sampling import SampleError, draw


@click.command()
@BOOK
@click.option("--opening", type=PATH, required=True, help="The publication's opening file.")
@click.option("--publication", type=PATH, required=True, help="The publication that is audited.")
@BEACON
@SAMPLE
@click.option("--out", type=PATH, required=True, help="A new file for the auditor: confidential, mode 0600.")
@click.option("--totals", type=PATH, help="A new file that opens the committed totals: confidential, mode 0600.")
@QUANTIZE
@AT
@MAX_AGE
def audit_openings(
    book: Path,
    opening: Path,
    publication: Path,
    beacon: bytes,
    sample: int,
    out: Path,
    totals: Path | None,
    quantize: bool,
    at: int | None,
    max_age: int | None,
) -> int:
    """Open exactly the leaves of BOOK that the beacon draws, for the auditor, and with --totals the book's totals.

    Draw them yourself, and compare: a file for other leaves would show other customers.

    \b
    Exit codes: 0 done, 2 wrong usage, 3 a file cannot be used or written.
    """
    from plimsoll.cli.venue_files import checked_book  # noqa: PLC0415 - auditing needs nothing of the venue's side
    from plimsoll.prover import audit_openings as prover  # noqa: PLC0415
    from plimsoll.prover.core_api import permute  # noqa: PLC0415
    from plimsoll.prover.opening import Opening  # noqa: PLC0415

    bundle, secrets = read_publication(publication), Opening.read(opening)
    checked = checked_book(book, (), quantize, at, max_age)
    try:
        drawn = draw(bundle.digest, beacon, len(secrets.accounts) + len(secrets.empty), sample)
    except SampleError as error:
        raise click.UsageError(str(error)) from None
    made = prover.audit_openings(drawn, bundle, checked.book, checked.snapshot, checked.parameters, secrets, permute)
    files = {out: made.model_dump_json()}
    if totals:
        given = (bundle, checked.book, checked.snapshot, checked.parameters, secrets, permute)
        files[totals] = prover.totals_opening(*given).model_dump_json()
    for path, text in files.items():
        try:
            write_atomically(path, text.encode(), mode=0o600, exclusive=True)
        except FileExistsError:
            raise FileWriteError(f"{path} exists: name a new file") from None
    facts = [
        ("accounts", str(len(made.accounts))),
        ("empty leaves", str(len(made.empty))),
        ("files", ", ".join(map(str, files))),
    ]
    console.stdout().print(console.facts("Opened for the auditor", facts))
    return console.OK
