"""`plimsoll customer`: the venue writes each customer's file; a customer checks hers."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.amounts import amount, exact
from plimsoll.cli.options import AT, BOOK, JSON, MAX_AGE, PATH, QUANTIZE, policy_at, root_of
from plimsoll.cli.proof_files import read_market, read_proof_file
from plimsoll.cli.venue_files import checked_book, write_folder
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.customer import CustomerFile, VerifiedCustomer, verify_customer
from plimsoll.verifier.errors import VerificationError


@click.group()
def customer() -> None:
    """Files with which customers find their own accounts in a published book."""


@customer.command()
@BOOK
@click.option("--opening", type=PATH, required=True, help="The publication's opening file.")
@click.option("--out", type=PATH, required=True, help="A new folder for the files: secret, mode 0700.")
@click.option("--account", "accounts", multiple=True, help="Only this account; may be repeated [default: all].")
@QUANTIZE
@AT
@MAX_AGE
def files(
    book: Path,
    opening: Path,
    out: Path,
    accounts: tuple[str, ...],
    quantize: bool,
    at: int | None,
    max_age: int | None,
) -> int:
    """Write the file of each customer of BOOK, for the publication that OPENING belongs to.

    Each file opens one leaf, and is for that customer alone: send it over the channel that you use for statements.

    \b
    Exit codes: 0 done, 2 wrong usage, 3 the book or the opening file cannot be used.
    """
    from plimsoll.prover.core_api import permute  # noqa: PLC0415 - checking one's own file must work without the core
    from plimsoll.prover.customers import customer_files  # noqa: PLC0415
    from plimsoll.prover.opening import Opening  # noqa: PLC0415

    if out.exists():
        raise click.UsageError(f"{out} exists: name a new folder")
    checked = checked_book(book, accounts, quantize, at, max_age)
    secrets, chosen = Opening.read(opening), list(accounts) or None
    made = customer_files(checked.book, checked.snapshot, checked.parameters, secrets, permute, chosen)
    count = write_folder(out, ((one.identifier, one.model_dump_json().encode()) for one in made))
    console.say(f"{out}: {count} files, each for one customer alone")
    return console.OK


@customer.command()
@click.argument("file", type=PATH)
@click.option("--proof", type=PATH, required=True, help="The proof that the venue published.")
@click.option("--market", type=PATH, required=True, help="The market snapshot you accept.")
@click.option("--parameters", type=PATH, required=True, help="The risk parameters you accept.")
@click.option("--root", callback=root_of, metavar="HEX", help="The root that other customers were shown.")
@AT
@MAX_AGE
@JSON
def check(
    file: Path,
    proof: Path,
    market: Path,
    parameters: Path,
    root: tuple[int, ...] | None,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Verify the book's proof, and that FILE opens a leaf of that book. Then compare what it shows with what you own.

    \b
    Exit codes: 0 your account is in the book as shown, 1 it is not, or the proof is invalid,
    2 wrong usage, 3 a file cannot be read.
    """
    brought = CustomerFile.load(file)
    data = read_proof_file(proof)
    snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
    try:
        verified = verify_book(data, snapshot, rules, policy_at(at, max_age, root=root))
        found = verify_customer(brought, verified, snapshot, rules)
    except VerificationError as error:
        return refuse(error, as_json, f"{file} fails at step")
    if as_json:
        console.write_json({"valid": True, **_data(found)})
    else:
        _show(found, snapshot)
    return console.OK


def _data(found: VerifiedCustomer) -> dict[str, object]:
    health = found.health
    return {
        "identifier": found.identifier,
        "holdings": [one.model_dump() for one in found.holdings],
        "equity": exact(health.equity),
        "maintenance": exact(health.maintenance),
        "initial": exact(health.initial),
        "status": health.status.name.lower(),
    }


def _show(found: VerifiedCustomer, snapshot: MarketSnapshot) -> None:
    terminal = console.stdout()
    terminal.print("[bold green]valid:[/]", end=" ")
    terminal.print(console.plain(f"{found.identifier!r} stands in this book once, with exactly this:"))
    rows = [[one.instrument, one.side, one.quantity] for one in found.holdings]
    terminal.print(console.listing("Holdings", [("instrument", False), ("side", False), ("quantity", True)], rows))
    health = found.health
    facts = [
        ("equity", f"{amount(health.equity)} {snapshot.quote}"),
        ("maintenance margin", f"{amount(health.maintenance)} {snapshot.quote}"),
        ("status", health.status.name.lower().replace("_", " ")),
    ]
    terminal.print(console.facts("Health at the snapshot", facts))
    terminal.print("Compare with your own records. A holding that is missing, or a debt that is not yours, is a reason")
    terminal.print("to ask; and so is another root than other customers were shown.")
