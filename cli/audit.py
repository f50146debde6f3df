"""`plimsoll audit`: leaves that a beacon draws, opened by the venue, and totals against a ledger."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.audit_paper import units
from plimsoll.cli.audit_work import HiddenTotalsError, Work, data_of, paper_of
from plimsoll.cli.options import JSON, PATH, venue_key
from plimsoll.cli.proof_files import read_publication
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.json_files import read_bytes
from plimsoll.verifier.sampling import MAX_BEACON, MAX_SAMPLE, MIN_BEACON, AuditOpenings, DrawnLeaf, SampleError
from plimsoll.verifier.tie_out import Line, TotalsOpening, read_ledger


def _beacon(_context: click.Context, _option: click.Parameter, value: str) -> bytes:
    if not re.fullmatch(f"([0-9a-f]{{2}}){{{MIN_BEACON},{MAX_BEACON}}}", value):
        raise click.BadParameter(f"expected {MIN_BEACON} to {MAX_BEACON} bytes in lower-case hexadecimal digits")
    return bytes.fromhex(value)


BEACON = click.option(
    "--beacon", callback=_beacon, required=True, metavar="HEX", help="Public randomness from after the publication."
)
SAMPLE = click.option("--sample", type=click.IntRange(1, MAX_SAMPLE), required=True, help="How many leaves to draw.")
KEY = click.option("--venue-key", callback=venue_key, required=True, metavar="HEX", help="The venue's public key.")


@click.command()
@click.argument("publication", type=PATH)
@KEY
@BEACON
@click.option("--beacon-source", default="", metavar="TEXT", help="Which beacon and round, for the working paper.")
@SAMPLE
@click.option("--openings", type=PATH, help="What the venue opened, by `audit-openings` [default: draw only].")
@click.option("--ledger", type=PATH, help="Totals of the general ledger, CSV: instrument, side, total.")
@click.option("--totals", type=PATH, help="With --ledger, where totals are hidden: what opens them.")
@click.option("--paper", type=PATH, help="Write a working paper to this new file (HTML).")
@JSON
def audit(
    publication: Path,
    venue_key: bytes,
    beacon: bytes,
    beacon_source: str,
    sample: int,
    openings: Path | None,
    ledger: Path | None,
    totals: Path | None,
    paper: Path | None,
    as_json: bool,
) -> int:
    """Audit PUBLICATION: verify it, draw leaves by a public beacon, check what the venue opens, compare totals.

    Without --openings the drawn positions are printed: hand them to the venue. What comes back, and the working paper,
    hold customers' data.

    \b
    Exit codes: 0 no exceptions, 1 exceptions (each is named), 2 wrong usage, 3 a file cannot be read or written.
    """
    if totals and not ledger:
        raise click.UsageError("--totals needs --ledger")
    if paper and paper.exists():
        raise click.UsageError(f"{paper} exists: name a new file")
    bundle = read_publication(publication)
    opened = AuditOpenings.load(openings) if openings else None
    booked = read_ledger(read_bytes(ledger), str(ledger)) if ledger else None
    shown = TotalsOpening.load(totals) if totals else None
    work = Work(bundle, beacon, sample)
    try:
        work.run(venue_key, opened, shown, booked)
    except (SampleError, HiddenTotalsError) as error:
        raise click.UsageError(str(error)) from None
    made = paper_of(work, beacon_source, publication, {"openings": openings, "ledger": ledger, "totals": totals})
    if paper:
        try:
            write_atomically(paper, made.html().encode(), mode=0o600, exclusive=True)
        except FileExistsError:
            raise FileWriteError(f"{paper} exists: name a new file") from None
    if as_json:
        console.write_json(data_of(work, made.exceptions))
    else:
        _show(work, made.exceptions, paper)
    return console.FAILED if made.exceptions else console.OK


def _show(work: Work, exceptions: int, paper: Path | None) -> None:
    terminal = console.stdout()
    for what, fault in work.steps:
        terminal.print(
            f"[bold red]fails:[/] {console.plain(what)}" if fault else f"[green]ok[/]  {console.plain(what)}"
        )
        if fault:
            console.say(f"fails at step {fault}")
    if work.leaves is None and work.drawn:
        terminal.print(
            "drawn, in this order (for `audit-openings`): " + ", ".join(map(str, work.drawn)), soft_wrap=True
        )
    if work.leaves is not None:
        rows = [[str(one.position), *_leaf_row(one)] for one in work.leaves]
        terminal.print(console.listing("Drawn leaves", [("leaf", True), ("result", False), ("what", False)], rows))
    if work.lines is not None:
        rows = [
            [o.instrument, o.side, _units(o.book), _units(o.ledger), units(o.difference), _tie(o)] for o in work.lines
        ]
        columns = [
            ("instrument", False),
            ("side", False),
            ("book", True),
            ("ledger", True),
            ("difference", True),
            ("", False),
        ]
        terminal.print(console.listing("Totals against the ledger", columns, rows))
    told = f"; working paper {paper}" if paper else ""
    terminal.print(console.plain(f"{exceptions or 'no'} exception{'' if exceptions == 1 else 's'}{told}"))


def _leaf_row(one: DrawnLeaf) -> tuple[str, str]:
    if one.fault:
        return "FAILS", one.fault
    if one.account is None:
        return "as proven", "empty"
    return "as proven", f"{one.account.identifier}, {len(one.account.holdings)} holdings"


def _units(value: Decimal | None) -> str:
    return "none" if value is None else units(value)


def _tie(line: Line) -> str:
    return "ties" if line.ties else "DIFFERS"
