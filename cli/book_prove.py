"""The steps of `plimsoll book prove`: a checked book and what is to be claimed in, a folder of proofs out."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.cli import console
from plimsoll.cli.amounts import exact
from plimsoll.cli.book_files import write_book_files
from plimsoll.cli.findings import findings_data, nameless
from plimsoll.cli.prove import show_failing
from plimsoll.engine.atomic import refuse_shared
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.book_claims import BookClaims, bounded_lots
from plimsoll.engine.book_figures import BookFigures, book_figures
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.preflight import CheckedBook
from plimsoll.engine.instruments import InstrumentTable
from plimsoll.engine.liabilities import LiabilityError
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.prover.batch_job import (
    FIGURE_NAMES,
    ClaimError,
    check_claims,
    new_batch_opening,
    opening_shape,
    prove_batches,
)
from plimsoll.prover.book_claims import claims_of
from plimsoll.prover.job import FailingAccountsError
from plimsoll.prover.opening import Opening, OpeningError, is_private
from plimsoll.verifier.figures import shown_root
from plimsoll.verifier.terms import terms_of
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name

SECONDS_A_BATCH: Final = 3.0
SECONDS_A_LEAF: Final = 2.5e-3
"""Estimate of the time to prove, measured on two cores; only the bar uses it."""


FEW: Final = 10
"""Accounts below which an exact figure is warned of."""


@dataclass(frozen=True)
class Demand:
    """What is to be claimed. `fund`: 10^-20 quote currency; `bounds`: units of each currency that is bounded;
    `surplus`: ppm."""

    fund: int
    allow_failing: bool
    show_totals: bool
    hide_deficits: bool
    bounds: Mapping[str, str]
    surplus: int = 0


@dataclass(frozen=True)
class Sizes:
    """What is declared of a book, and public."""

    shape: BatchShape
    batches: int


def liability_bounds(given: tuple[str, ...]) -> dict[str, str]:
    """The bounds of --liabilities CURRENCY=AMOUNT. Raises UsageError for another form, or a currency twice."""
    bounds: dict[str, str] = {}
    for one in given:
        currency, equals, amount = one.partition("=")
        if not equals or not currency or not amount:
            raise click.UsageError(f"--liabilities {one}: expected CURRENCY=AMOUNT, such as BTC=1250.5")
        if currency in bounds:
            raise click.UsageError(f"--liabilities {one}: {currency} is bounded already; give each currency once")
        bounds[currency] = amount
    return bounds


def check_bounds(bounds: Mapping[str, str], table: InstrumentTable) -> None:
    """Raises UsageError for a bound that these parameters give no meaning."""
    for currency, amount in bounds.items():
        one = BookClaims.model_construct(liabilities={currency: amount})
        try:
            [lots] = bounded_lots(one, table).values()
        except RefusedValueError as error:
            raise click.UsageError(f"--liabilities {currency}={amount}: {error}; {error.remedy}") from None
        if lots < 0:
            raise click.UsageError(f"--liabilities {currency}={amount}: a bound is not negative")


def check_places(out: Path, opening: Path | None) -> None:
    """Refuses what cannot be written or would destroy something, before hours of proving and not after them."""
    if out.exists() or out.is_symlink():
        raise click.UsageError(f"--out {out} exists: name a new folder, which is made")
    if opening is not None and out.resolve() == opening.resolve():
        raise click.UsageError(
            "--out and --opening name the same path: the proofs are published, the opening is secret"
        )
    if opening is not None and opening.is_dir():
        raise click.UsageError(f"--opening {opening} is a directory: name a file in it")
    for path in (out, opening):
        if path is None:
            continue
        if not path.parent.is_dir():
            raise PlimsollError(f"{path.parent}: no such directory for {path.name}; make it first")
        if not path.exists() and not os.access(path.parent, os.W_OK):
            raise PlimsollError(f"{path.parent}: cannot be written, so {path.name} could not be; name another place")
    if opening is not None and not opening.exists():
        refuse_shared(opening.parent, opening.name)


def demanded_claims(checked: CheckedBook, figures: BookFigures, scenarios: ScenarioList, demand: Demand) -> BookClaims:
    """The claims that are demanded, all of them true of the book.

    Raises:
        ClaimError, LiabilityError: one is not.
        FailingAccountsError: there are failing accounts, and none is allowed.
    """
    if not demand.allow_failing and figures.figures[0].accounts:
        gaps = figures.shortfalls(0)
        failing = {checked.book.accounts[i]: gaps[i] for i in map(int, figures.lacking(0))}
        raise FailingAccountsError(failing, checked.snapshot.quote)
    quote = checked.snapshot.quote
    for name, figure in zip(FIGURE_NAMES[1:], figures.figures[1 : 2 + len(scenarios)], strict=False):
        if figure.amount > demand.fund:
            raise ClaimError(
                f"{name}: {exact(figure.amount)} {quote}, more than the insurance fund of {exact(demand.fund)} "
                f"{quote}: name what covers it with --insurance-fund"
            )
    table = checked.parameters.table
    claims = claims_of(
        figures,
        table,
        len(scenarios),
        fund=demand.fund,
        show_totals=demand.show_totals,
        bound_liabilities=dict(demand.bounds),
        exact=not demand.hide_deficits,
        surplus=demand.surplus,
    )
    check_claims(figures, claims, table, terms_of(claims, table, scenarios))
    return claims


def warn_of_few(claims: BookClaims) -> None:
    """An exact sum over few accounts is a value of the public schedule with few preimages: it tells their positions."""
    for name, figure in zip(FIGURE_NAMES, claims.figures, strict=False):
        if figure.exact and figure.accounts is not None and 0 < figure.accounts < FEW:
            console.show_warning(
                f"{name}: an exact sum over {figure.accounts} accounts can give their positions away; bound it with "
                "--hide-deficits"
            )


def secrets_of(opening: Path, checked: CheckedBook, scenarios: ScenarioList, sizes: Sizes) -> tuple[Opening, bool]:
    """The publication's secrets, and whether their file existed.

    Raises:
        OpeningError: the file is another book's, or for other sizes.
    """
    if not opening.exists():
        market, rules = checked.snapshot, checked.parameters
        return new_batch_opening(checked.book, sizes.shape, sizes.batches, market, rules, scenarios), False
    if not is_private(opening):
        console.show_warning(f"{opening} can be read by others than its owner: chmod 600 {opening}")
    secrets = Opening.read(opening)
    declared = opening_shape(sizes.shape, sizes.batches)
    if secrets.shape != declared:
        raise OpeningError(
            f"{opening} was drawn for {secrets.shape}, not for {declared}: declare the same --accounts and "
            "--holdings-per-account as then, or name another file with --opening"
        )
    return secrets, True


def prove_demanded(
    checked: CheckedBook, scenarios: ScenarioList, demand: Demand, sizes: Sizes, out: Path, opening: Path, as_json: bool
) -> int:
    """Proves and writes; returns the exit code.

    Raises:
        TapeError, OpeningError, ProvingError, FileWriteError: as the functions that it calls.
    """
    schedule = compile_batch_schedule(checked.snapshot, checked.parameters, scenarios)
    try:
        # before any secret is drawn: a refused book leaves no file behind
        claims = demanded_claims(checked, book_figures(schedule, checked.book), scenarios, demand)
    except FailingAccountsError as error:
        remedy = "liquidate, top up or correct them first, or publish what they lack with --allow-failing"
        return show_failing(error, checked.snapshot.quote, as_json, remedy)
    except (ClaimError, LiabilityError) as error:
        if as_json:
            console.write_json({"proven": False, "untrue": str(error)})
        console.show_error(f"nothing proven: {error}")
        return console.FAILED
    warn_of_few(claims)
    secrets, kept = secrets_of(opening, checked, scenarios, sizes)
    seconds = sizes.batches * (SECONDS_A_BATCH + sizes.shape.leaves * SECONDS_A_LEAF)
    start = time.monotonic()
    proven = console.timed(
        "proving",
        seconds,
        lambda tell: prove_batches(
            checked.book, checked.snapshot, checked.parameters, scenarios, claims, sizes.shape, secrets, progress=tell
        ),
    )
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
    data = {
        "proven": True,
        "folder": str(out),
        "opening": str(opening),
        "opening_reused": kept,
        "bytes": sum(map(len, files.values())),
        "batches": sizes.batches,
        "shape": sizes.shape.name,
        "root": shown_root(proven.root),
        "accounts": len(checked.book),
        "seconds": f"{elapsed:.3f}",
        "residues": checked.residues,
        "findings": findings_data(map(nameless, checked.findings)),
    }
    if as_json:
        console.write_json(data)
    else:
        _show(data)
    return console.OK


def _show(data: dict[str, Any]) -> None:
    accounts, seconds = data["accounts"], float(data["seconds"])
    state = "the one that existed" if data["opening_reused"] else "new; secret: back it up, publish it never"
    size = data["bytes"] / 1e6
    rows = [
        ("folder", f"{data['folder']} ({size:.1f} MB: claims, scenarios, totals, {batches_in_words(data['batches'])})"),
        ("root", data["root"]),
        ("opening file", f"{data['opening']} ({state})"),
        ("shape class", f"{data['batches']} of {data['shape']}"),
        ("time", f"{seconds:.1f} s, {accounts / max(seconds, 1e-9):,.0f} accounts/s"),
    ]
    console.stdout().print(console.facts("Proven: the claims about the book", rows))


def batches_in_words(count: int) -> str:
    """`1 batch`, `5 batches`."""
    return "1 batch" if count == 1 else f"{count} batches"
