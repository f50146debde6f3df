"""`plimsoll book`: a whole book over batches, with totals, failing accounts and scenarios; prove and verify."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.circuits.shapes import LOG_LEAVES, ShapeClass, ShapeError
from plimsoll.cli import console
from plimsoll.cli.book_files import read_book_files
from plimsoll.cli.book_prove import Demand, Sizes, check_bounds, check_places, liability_bounds, prove_demanded
from plimsoll.cli.memory import forbid_core_dumps
from plimsoll.cli.options import AT, BOOK, JSON, MAX_AGE, PATH, QUANTIZE, RulesType, decimal, policy_at, root_of
from plimsoll.cli.proof_files import read_market
from plimsoll.cli.prove import HOLDINGS, read_book
from plimsoll.cli.prove_files import default_opening, refuse_second_root, warn_of_secrets
from plimsoll.cli.readers import warn_of_readers
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.decimals import PPM_DIGITS, VALUE_DIGITS
from plimsoll.engine.ingest.preflight import check_directory
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.tape import TapeError
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.figures import ACCEPTED, CLAIMED, PROVEN, Figure, figures_of_book, shown_root
from plimsoll.verifier.not_said import OF_A_BOOK
from plimsoll.verifier.whole_book import MAX_BATCHES, verify_whole_book

LEAVES: Final = 12
"""log2 of the leaves of a batch, where the book has more accounts than that."""
SECONDS_A_PROOF: Final = 2.0
"""Estimate of the time to verify; only the bar uses it."""


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
    callback=decimal(VALUE_DIGITS),
    default="0",
    show_default=True,
    help="What covers deficits, in quote currency; no deficit may be above it.",
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
@click.option(
    "--surplus",
    metavar="RATE",
    callback=decimal(PPM_DIGITS),
    default="0",
    show_default=True,
    help="Claim that reserves exceed each bounded liability by this part of it, such as 0.05; compared by `verify`.",
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
    surplus: int,
    new_root: bool,
    quantize: bool,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Prove BOOK over as many batches as it needs, with its totals and what its accounts lack.

    OUT is for publication, all of it. The opening file is secret and must be kept: without it nothing more can be
    proven about the published root.

    \b
    Exit codes: 0 proven, 1 something that would have to be claimed is not true of the book,
    2 wrong usage, 3 the book or another file cannot be used.
    """
    forbid_core_dumps()
    check_directory(book)
    check_places(out, opening)
    demand = Demand(fund, allow_failing, show_totals, hide_deficits, liability_bounds(bounds), surplus)
    if surplus and not demand.bounds:
        raise click.UsageError("--surplus is on top of bounded liabilities: name them with --liabilities")
    warn_of_readers(book)
    scenarios = NO_SCENARIOS if scenario_file is None else read_market(ScenarioList, scenario_file)
    checked = read_book(book, quantize, at, max_age, as_json)
    if checked is None:
        return console.UNREADABLE
    check_bounds(demand.bounds, checked.parameters.table)
    sequence = checked.snapshot.sequence
    opening = opening or default_opening(book, sequence)
    check_places(out, opening)
    if not new_root and not opening.exists():
        refuse_second_root(out, opening, book, sequence)
    if new_root and opening.exists():
        raise click.UsageError(f"--new-root: {opening} exists; move it away, or name another file with --opening")
    warn_of_secrets(out, book, opening, "that folder, never the one around it")
    try:
        declared = accounts or coarse(len(checked.book))
        sizes = Sizes(*declared_sizes(declared, len(checked.book), holdings_per_account))
        return prove_demanded(checked, scenarios, demand, sizes, out, opening, as_json)
    except (ShapeError, TapeError) as error:
        console.show_error(str(error))
        return console.USAGE


@book.command("verify")
@click.argument("folder", type=PATH)
@click.option("--market", type=PATH, required=True, help="The market snapshot you accept.")
@click.option("--parameters", type=PATH, required=True, help="The risk parameters you accept.")
@click.option("--root", callback=root_of, metavar="HEX", help="The root that you were shown, 64 hexadecimal digits.")
@click.option(
    "--scenarios",
    type=RulesType(),
    metavar="FILE|HEX",
    help="The stress scenarios you accept, their file or digest [default: the venue's own].",
)
@AT
@MAX_AGE
@JSON
def verify(
    folder: Path,
    market: Path,
    parameters: Path,
    root: tuple[int, ...] | None,
    scenarios: Path | bytes | None,
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
    stress = read_market(ScenarioList, scenarios).digest() if isinstance(scenarios, Path) else scenarios
    policy = policy_at(at, max_age, root)
    start = time.monotonic()
    try:
        verified = console.timed(
            "verifying",
            SECONDS_A_PROOF * len(files),
            lambda _tell: verify_whole_book(files, snapshot, rules, policy, stress=stress),
        )
    except VerificationError as error:
        return refuse(error, as_json, f"{folder} fails at step")
    shown = figures_of_book(verified, snapshot.quote, stress=stress is not None)
    elapsed = time.monotonic() - start
    if as_json:
        console.write_json(
            {
                "valid": True,
                "root": shown_root(verified.root),
                **{label: _rows_data(shown, label) for label in (PROVEN, CLAIMED, ACCEPTED)},
                "not_said": list(OF_A_BOOK),
                "security_bits": f"{verified.security_bits:.1f}",
                "seconds": f"{elapsed:.3f}",
            }
        )
    else:
        rows = [
            ("root", shown_root(verified.root)),
            *((one.what, one.value) for one in shown if one.label == PROVEN),
            ("security", f"{verified.security_bits:.0f} proven bits"),
        ]
        others = [(f"{one.what} ({one.label})", one.value) for one in shown if one.label != PROVEN]
        terminal = console.stdout()
        terminal.print(console.facts("Valid: proven of the whole book, at this snapshot under these rules", rows))
        terminal.print(console.facts("Not proven: claimed by the venue, or accepted by you", others))
        terminal.print(f"verified in {elapsed:.1f} s")
        for one in OF_A_BOOK:
            console.stdout().print(f"not said: {one}")
    return console.OK


def _rows_data(shown: Sequence[Figure], label: str) -> list[dict[str, str]]:
    return [{"figure": one.what, "value": one.value} for one in shown if one.label == label]


def coarse(accounts: int) -> int:
    """What stands for a declaration where there is none: so many whole batches that a growing book seldom needs more.

    The number of batches is public. On the grid 1, 2, 3, 4, 6, 8, 12, 16 and on it tells a third at most.
    """
    batches = -(-accounts >> LEAVES)
    if batches <= 1:
        return accounts
    power = 1 << (batches - 1).bit_length()
    return min(n for n in (power * 3 // 4, power) if n >= batches) << LEAVES


def declared_sizes(accounts: int, there: int, holdings_per_account: int) -> tuple[BatchShape, int]:
    """Shape class and number of batches for declared sizes.

    Raises:
        ShapeError: no sizes serve, or the book has more accounts than declared.
    """
    log_leaves = min(max((accounts - 1).bit_length(), LOG_LEAVES[0]), LEAVES)
    rows = ShapeClass.fitting(1, holdings_per_account).rows_per_account
    shape = BatchShape(log_leaves, rows)
    batches = -(-accounts // shape.leaves)
    if batches > MAX_BATCHES:
        raise ShapeError(
            f"--accounts {accounts} needs {batches} batches of {shape.leaves}, a book has at most {MAX_BATCHES}: "
            "publish two books"
        )
    if batches * shape.leaves < there:
        raise ShapeError(
            f"--accounts {accounts} leaves room for {batches * shape.leaves} accounts, the book has {there}: declare "
            "more"
        )
    return shape, batches
