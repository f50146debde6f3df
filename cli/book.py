"""`plimsoll book`: a whole book over batches, with totals, failing accounts and scenarios; prove and verify."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

import click

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.circuits.shapes import LOG_LEAVES, ShapeClass, ShapeError
from plimsoll.cli import console
from plimsoll.cli.book_files import read_book_files, write_book_files
from plimsoll.cli.check import amount_option
from plimsoll.cli.memory import forbid_core_dumps
from plimsoll.cli.options import AT, BOOK, JSON, MAX_AGE, PATH, QUANTIZE, policy_at, root_of
from plimsoll.cli.proof_files import read_market
from plimsoll.cli.prove import HOLDINGS
from plimsoll.cli.prove_files import default_opening, refuse_second_root
from plimsoll.cli.venue_files import checked_book
from plimsoll.cli.verdicts import refuse
from plimsoll.cli.whole_book import book_figures_shown, fund_shown, shown_root
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.book_figures import book_figures
from plimsoll.engine.ingest.preflight import check_directory
from plimsoll.engine.liabilities import LiabilityError
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.batch_job import ClaimError, ProvenBook, new_batch_opening, prove_batches
from plimsoll.prover.book_claims import claims_of
from plimsoll.prover.opening import Opening
from plimsoll.prover.tape import TapeError
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.terms import terms_of
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name, verify_whole_book

LEAVES: Final = 12
"""log2 of the leaves of a batch, where the book has more accounts than that."""
SECONDS_A_BATCH: Final = 3.0
SECONDS_A_LEAF: Final = 2.5e-3
"""Estimate of the time to prove, measured on two cores; only the bar uses it."""


@click.group()
def book() -> None:
    """A whole book over batches: totals, failing accounts, stress. PROVE it, VERIFY it."""


@book.command("prove")
@BOOK
@click.option("--out", type=PATH, required=True, help="A new folder for claims and proofs.")
@click.option("--opening", type=PATH, help="The opening file [default: BOOK/opening-SEQUENCE.json].")
@click.option("--accounts", type=click.IntRange(1, 1 << 20), help="Declared number of accounts [default: the book's].")
@click.option(
    "--holdings-per-account",
    type=click.IntRange(0, 1024),
    default=HOLDINGS,
    show_default=True,
    help="Declared average of holdings an account. Public: never take it from the book of the day.",
)
@click.option("--scenarios", "scenario_file", type=PATH, metavar="FILE", help="Prove the deficits in these scenarios.")
@click.option(
    "--insurance-fund",
    "fund",
    metavar="AMOUNT",
    callback=amount_option,
    default="0",
    show_default=True,
    help="What covers deficits, in quote currency.",
)
@click.option("--allow-failing", is_flag=True, help="Prove how many accounts fail and what they lack; else none may.")
@click.option("--show-totals", is_flag=True, help="Publish the totals of every instrument; else they stay hidden.")
@click.option("--hide-deficits", is_flag=True, help="Prove only that each deficit is within the fund.")
@click.option(
    "--liabilities",
    "bounds",
    multiple=True,
    metavar="CURRENCY=AMOUNT",
    help="Prove that what customers own of a currency is no more than this; repeat it [default: none].",
)
@click.option("--new-root", is_flag=True, help="Draw a new opening although a proof of this sequence exists.")
@QUANTIZE
@AT
@MAX_AGE
@JSON
def prove(
    book: Path,
    out: Path,
    opening: Path | None,
    accounts: int | None,
    holdings_per_account: int,
    scenario_file: Path | None,
    fund: int,
    allow_failing: bool,
    show_totals: bool,
    hide_deficits: bool,
    bounds: tuple[str, ...],
    new_root: bool,
    quantize: bool,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Prove BOOK over as many batches as it needs, with its totals and what its accounts lack.

    \b
    Exit codes: 0 proven, 1 something that would have to be claimed is not true of the book,
    2 wrong usage, 3 the book or another file cannot be used.
    """
    forbid_core_dumps()
    check_directory(book)
    if out.exists():
        raise click.UsageError(f"--out {out} exists: name a new folder")
    demanded = _bounds(bounds)
    checked = checked_book(book, (), quantize, at, max_age)
    scenarios = NO_SCENARIOS if scenario_file is None else read_market(ScenarioList, scenario_file)
    sequence = checked.snapshot.sequence
    opening = opening or default_opening(book, sequence)
    if not new_root and not opening.exists():
        refuse_second_root(out, opening, book, sequence)
    if new_root and opening.exists():
        raise click.UsageError(f"--new-root: {opening} exists; move it away, or name another file with --opening")
    try:
        shape, batches = declared_sizes(accounts or len(checked.book), len(checked.book), holdings_per_account)
        figures = book_figures(compile_batch_schedule(checked.snapshot, checked.parameters, scenarios), checked.book)
        table = checked.parameters.table
        if not allow_failing and figures.figures[0].accounts:
            console.show_error(
                f"nothing proven: {figures.figures[0].accounts} accounts are below maintenance margin (`plimsoll "
                "check` lists them); correct them, or publish what they lack with --allow-failing"
            )
            return console.FAILED
        claims = claims_of(
            figures,
            table,
            len(scenarios),
            fund=fund,
            show_totals=show_totals,
            bound_liabilities=demanded,
            exact=not hide_deficits,
        )
        terms_of(claims, table, scenarios)
        kept = opening.exists()
        secrets = Opening.read(opening) if kept else new_batch_opening(checked.book, shape, batches, checked.snapshot)
        seconds = batches * (SECONDS_A_BATCH + shape.leaves * SECONDS_A_LEAF)
        start = time.monotonic()
        proven: ProvenBook = console.timed(
            "proving",
            seconds,
            lambda tell: prove_batches(
                checked.book,
                checked.snapshot,
                checked.parameters,
                scenarios,
                claims,
                shape,
                secrets,
                progress=tell,
            ),
        )
    except (ClaimError, LiabilityError, VerificationError) as error:
        console.show_error(f"nothing proven: {error}")
        return console.FAILED
    except (ShapeError, TapeError) as error:
        console.show_error(str(error))
        return console.USAGE
    elapsed = time.monotonic() - start
    if not kept:
        # first the opening, then the proofs: proofs without their opening would be worthless
        secrets.write(opening)
    files = {
        CLAIMS: claims.model_dump_json(indent=2).encode() + b"\n",
        SCENARIOS: scenarios.model_dump_json(indent=2).encode() + b"\n",
        TOTALS_PROOF: proven.totals,
        **{batch_name(i): proof for i, proof in enumerate(proven.batches)},
    }
    write_book_files(out, files)
    size = sum(map(len, files.values()))
    data = {
        "proven": True,
        "folder": str(out),
        "opening": str(opening),
        "opening_reused": kept,
        "bytes": size,
        "batches": batches,
        "shape": shape.name,
        "root": shown_root(proven.root),
        "accounts": len(checked.book),
        "seconds": f"{elapsed:.3f}",
    }
    if as_json:
        console.write_json(data)
        return console.OK
    state = "the one that existed" if kept else "new; secret: back it up, publish it never"
    rows = [
        ("folder", f"{out} ({size / 1e6:.1f} MB: claims, {batches} batches, totals)"),
        ("root", shown_root(proven.root)),
        ("opening file", f"{opening} ({state})"),
        ("shape class", f"{batches} of {shape.name}"),
        ("time", f"{elapsed:.1f} s, {len(checked.book) / max(elapsed, 1e-9):,.0f} accounts/s"),
    ]
    console.stdout().print(console.facts("Proven: the claims about the book", rows))
    return console.OK


@book.command("verify")
@click.argument("folder", type=PATH)
@click.option("--market", type=PATH, required=True, help="The market snapshot you accept.")
@click.option("--parameters", type=PATH, required=True, help="The risk parameters you accept.")
@click.option("--root", callback=root_of, metavar="HEX", help="The root that you were shown, 64 hexadecimal digits.")
@AT
@MAX_AGE
@JSON
def verify(
    folder: Path,
    market: Path,
    parameters: Path,
    root: tuple[int, ...] | None,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Verify the proofs in FOLDER, and show what they prove of the book.

    \b
    Exit codes: 0 valid, 1 invalid (the message names the step that failed), 2 wrong usage,
    3 a file cannot be read.
    """
    files = read_book_files(folder)
    snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
    seconds = 2.0 * len(files)
    start = time.monotonic()
    try:
        verified = console.timed(
            "verifying", seconds, lambda _tell: verify_whole_book(files, snapshot, rules, policy_at(at, max_age, root))
        )
    except VerificationError as error:
        return refuse(error, as_json, f"{folder} fails at step")
    shown, fund = book_figures_shown(verified, snapshot.quote), fund_shown(verified, snapshot.quote)
    elapsed = time.monotonic() - start
    if as_json:
        figures = [{"figure": name, "value": value} for name, value in shown]
        console.write_json(
            {
                "valid": True,
                "root": shown_root(verified.root),
                "proven": figures,
                "insurance_fund_claimed": fund,
                "security_bits": f"{verified.security_bits:.1f}",
                "seconds": f"{elapsed:.3f}",
            }
        )
    else:
        rows = [
            ("root", shown_root(verified.root)),
            *shown,
            ("insurance fund (claimed)", fund),
            ("security", f"{verified.security_bits:.0f} proven bits"),
            ("time", f"{elapsed:.1f} s"),
        ]
        console.stdout().print(
            console.facts("Valid: proven of the whole book, at this snapshot under these rules", rows)
        )
    return console.OK


def declared_sizes(accounts: int, there: int, holdings_per_account: int) -> tuple[BatchShape, int]:
    """Shape class and number of batches for declared sizes.

    Raises:
        ShapeError: no sizes serve, or the book has more accounts than declared.
    """
    log_leaves = min(max((accounts - 1).bit_length(), LOG_LEAVES[0]), LEAVES)
    rows = ShapeClass.fitting(1, holdings_per_account).rows_per_account
    shape = BatchShape(log_leaves, rows)
    batches = -(-accounts // shape.leaves)
    if batches * shape.leaves < there:
        raise ShapeError(f"--accounts {accounts} leaves room for {batches * shape.leaves}, the book has {there}")
    return shape, batches


def _bounds(given: tuple[str, ...]) -> dict[str, str]:
    bounds: dict[str, str] = {}
    for one in given:
        currency, equals, amount = one.partition("=")
        if not equals or not currency or not amount or currency in bounds:
            raise click.UsageError(f"--liabilities {one}: expected CURRENCY=AMOUNT, each currency once")
        bounds[currency] = amount
    return bounds
