"""`plimsoll prove`: a checked book in, a proof file and its opening file out."""

from __future__ import annotations

import hashlib
import time
from pathlib import Path
from typing import Any, Final

import click

from plimsoll.circuits.shapes import ShapeClass, ShapeError
from plimsoll.cli import console
from plimsoll.cli.amounts import exact, missing
from plimsoll.cli.check import freshness
from plimsoll.cli.findings import findings_data, nameless, show_findings, summary
from plimsoll.cli.memory import forbid_core_dumps
from plimsoll.cli.options import AT, BOOK, JSON, MAX_AGE, PATH, QUANTIZE
from plimsoll.cli.prove_files import PROOF, check_targets, default_opening, refuse_second_root, warn_of_secrets
from plimsoll.cli.readers import warn_of_readers
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.ingest.preflight import BookRefusedError, CheckedBook, check_directory, preflight
from plimsoll.prover.job import FailingAccountsError, new_opening, prove_book, refuse_failing
from plimsoll.prover.opening import Opening, is_private
from plimsoll.prover.tape import TapeError

HOLDINGS: Final = 12
"""Declared average of holdings an account, where nothing is declared: two rows of six."""
SHOWN: Final = 20
SECONDS: Final = 1.5
SECONDS_A_LEAF: Final = 2e-4
SECONDS_A_ROW: Final = 2e-4
"""Estimate of the time to prove, measured on two cores; only the bar uses it."""


@click.command()
@BOOK
@click.option("--out", type=PATH, help=f"The proof file [default: {PROOF}, in the current folder].")
@click.option(
    "--opening",
    type=PATH,
    help="The opening file: used if it exists, else drawn and written [default: BOOK/opening-SEQUENCE.json].",
)
@click.option(
    "--accounts",
    type=click.IntRange(1, 1 << 30),
    help="Declared number of accounts [default: the book's, shown only as the next power of two].",
)
@click.option(
    "--holdings-per-account",
    type=click.IntRange(0, 1024),
    default=HOLDINGS,
    show_default=True,
    help="Declared average of holdings an account. Public: never take it from the book of the day.",
)
@click.option("--force", is_flag=True, help="Replace an existing proof file.")
@click.option("--new-root", is_flag=True, help="Draw a new opening although a proof of this sequence exists.")
@QUANTIZE
@AT
@MAX_AGE
@JSON
def prove(
    book: Path,
    out: Path | None,
    opening: Path | None,
    accounts: int | None,
    holdings_per_account: int,
    force: bool,
    new_root: bool,
    quantize: bool,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Prove that every account of BOOK meets its maintenance margin.

    The proof file is for publication. The opening file is secret and must be kept: it opens every leaf of the
    published root, and without it nothing more can be proven about that root.

    \b
    Exit codes: 0 proven, 1 accounts are below maintenance margin, 2 wrong usage (the declared
    sizes do not fit among others), 3 the book or the opening file cannot be used.
    """
    forbid_core_dumps()
    check_directory(book)
    out = out or PROOF
    check_targets(out, opening, force)
    warn_of_readers(book)
    checked = read_book(book, quantize, at, max_age, as_json)
    if checked is None:
        return console.UNREADABLE
    try:
        shape = ShapeClass.fitting(accounts or len(checked.book), holdings_per_account)
        if shape.leaves < len(checked.book):
            raise ShapeError(
                f"--accounts {accounts} leaves room for {shape.leaves} accounts, the book has {len(checked.book)}: "
                "declare more"
            )
        sequence = checked.snapshot.sequence
        opening = opening or default_opening(book, sequence)
        check_targets(out, opening, force)
        if not new_root and not opening.exists():
            refuse_second_root(out, opening, book, sequence)
        if new_root and opening.exists():
            raise click.UsageError(f"--new-root: {opening} exists; move it away, or name another file with --opening")
        warn_of_secrets(out, book, opening)
        return _prove(checked, shape, out, opening, as_json)
    except (ShapeError, TapeError) as error:
        console.show_error(str(error))
        return console.USAGE


def read_book(book: Path, quantize: bool, at: int | None, max_age: int | None, as_json: bool) -> CheckedBook | None:
    """A book without errors, its other findings shown; None after showing why it cannot be used."""
    try:
        with console.counted() as progress:
            checked = preflight(book, freshness=freshness(at, max_age), quantize=quantize, progress=progress)
    except BookRefusedError as error:
        if as_json:
            console.write_json({"proven": False, "findings": findings_data(error.findings)})
        else:
            show_findings(error.findings)
        console.show_error(f"{book} cannot be used: {summary(error.findings)}")
        return None
    if not as_json:
        show_findings(map(nameless, checked.findings))
    return checked


def _prove(checked: CheckedBook, shape: ShapeClass, out: Path, opening: Path, as_json: bool) -> int:
    book, snapshot, parameters = checked.book, checked.snapshot, checked.parameters
    kept = opening.exists()
    if kept and not is_private(opening):
        console.show_warning(f"{opening} can be read by others than its owner: chmod 600 {opening}")
    try:
        # before any secret is drawn: a refused book leaves no file behind
        refuse_failing(book, snapshot, parameters)
    except FailingAccountsError as error:
        return show_failing(error, snapshot.quote, as_json, "liquidate, top up or correct them first")
    secrets = Opening.read(opening) if kept else new_opening(book, shape, snapshot, parameters)
    start = time.monotonic()
    seconds = SECONDS + shape.leaves * SECONDS_A_LEAF + shape.holdings_rows * SECONDS_A_ROW
    proof = console.timed(
        "proving", seconds, lambda tell: prove_book(book, snapshot, parameters, shape, secrets, progress=tell)
    )
    elapsed = time.monotonic() - start
    if not kept:
        # first the opening, then the proof: a proof without its opening would be worthless
        secrets.write(opening)
    write_atomically(out, proof)
    data = {
        "proven": True,
        "proof": str(out),
        "opening": str(opening),
        "opening_reused": kept,
        "bytes": len(proof),
        "sha256": hashlib.sha256(proof).hexdigest(),
        "shape": shape.name,
        "accounts": len(book),
        "seconds": f"{elapsed:.3f}",
        "residues": checked.residues,
        "findings": findings_data(map(nameless, checked.findings)),
    }
    if as_json:
        console.write_json(data)
    else:
        _show(data)
    return console.OK


def show_failing(error: FailingAccountsError, quote: str, as_json: bool, remedy: str) -> int:
    """Names the accounts that fail, the worst first; returns the exit code."""
    if as_json:
        failing = [{"account": name, "margin_gap": exact(gap)} for name, gap in error.gaps.items()]
        console.write_json({"proven": False, "failing": failing})
    else:
        worst = sorted(error.gaps.items(), key=lambda item: -item[1])
        rows = [[name, f"{missing(gap)} {quote}"] for name, gap in worst[:SHOWN]]
        terminal = console.stderr()
        terminal.print(console.listing("Below maintenance margin", [("account", False), ("missing", True)], rows))
        if worst[SHOWN:]:
            terminal.print(f"and {len(worst) - SHOWN:,} more; --json lists all of them")
    count = len(error.gaps)
    what = "1 account is" if count == 1 else f"{count:,} accounts are"
    console.show_error(f"nothing proven: {what} below maintenance margin; {remedy}")
    return console.FAILED


def _show(data: dict[str, Any]) -> None:
    accounts, seconds = data["accounts"], float(data["seconds"])
    state = "the one that existed" if data["opening_reused"] else "new; secret: back it up, publish it never"
    rows = [
        ("proof", f"{data['proof']} ({data['bytes'] / 1e6:.2f} MB)"),
        ("SHA-256", data["sha256"]),
        ("opening file", f"{data['opening']} ({state})"),
        ("shape class", data["shape"]),
        ("time", f"{seconds:.1f} s, {accounts / max(seconds, 1e-9):,.0f} accounts/s"),
    ]
    console.stdout().print(console.facts("Proven: every account meets its maintenance margin", rows))
