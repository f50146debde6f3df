"""`plimsoll customer`: the venue writes each customer's file; a customer checks hers."""

from __future__ import annotations

from pathlib import Path

import click

from plimsoll.circuits.leaves import Quad
from plimsoll.cli import console
from plimsoll.cli.amounts import amount, exact
from plimsoll.cli.options import (
    AT,
    BLOCKS_WITHIN,
    BOOK,
    JSON,
    MAX_AGE,
    PATH,
    QUANTIZE,
    RulesType,
    hex32,
    policy_at,
    root_of,
)
from plimsoll.cli.options import venue_key as parse_key
from plimsoll.cli.ownership import OWNER, title_data, title_shown, warn_of_owner
from plimsoll.cli.parcel import parcel
from plimsoll.cli.proof_files import read_market, read_proof_file, read_publication
from plimsoll.cli.publication import OWN_RULES, Reader
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.customer import CustomerFile, VerifiedCustomer, show_quad, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import VerifiedWholeBook


@click.group()
def customer() -> None:
    """Files with which customers find their own accounts in a published book."""


customer.add_command(parcel)


@customer.command()
@BOOK
@click.option("--opening", type=PATH, required=True, help="The publication's opening file.")
@click.option("--out", type=PATH, required=True, help="A new folder for the files: secret, mode 0700.")
@click.option("--publication", type=PATH, help="What they are for: nothing is written that it would refuse.")
@click.option("--proof", type=PATH, help="The same with the proof of a book of one batch alone.")
@click.option("--account", "accounts", multiple=True, help="Only this account; may be repeated [default: all].")
@QUANTIZE
@AT
@MAX_AGE
def files(
    book: Path,
    opening: Path,
    out: Path,
    publication: Path | None,
    proof: Path | None,
    accounts: tuple[str, ...],
    quantize: bool,
    at: int | None,
    max_age: int | None,
) -> int:
    """Write the file of each customer of BOOK, for the publication that OPENING belongs to.

    Each file opens one leaf, and is for that customer alone: send it over the channel that you use for statements.

    \b
    Exit codes: 0 done, 2 wrong usage, 3 the book or the opening file cannot be used, or not with what was published.
    """
    from plimsoll.cli.venue_files import checked_book, write_folder  # noqa: PLC0415 - checking needs no NumPy, no core
    from plimsoll.prover.core_api import permute  # noqa: PLC0415
    from plimsoll.prover.customers import customer_files, leaf_proofs  # noqa: PLC0415
    from plimsoll.prover.opening import Opening  # noqa: PLC0415

    if out.exists():
        raise click.UsageError(f"{out} exists: name a new folder")
    if publication and proof:
        raise click.UsageError("--publication and --proof: give one of them")
    published = leaf_proofs(read_publication(publication).files) if publication else []
    published += [read_proof(read_proof_file(proof))[0]] if proof else []
    checked = checked_book(book, accounts, quantize, at, max_age)
    secrets, chosen = Opening.read(opening), list(accounts) or None
    made = customer_files(checked.book, checked.snapshot, checked.parameters, secrets, permute, chosen, published)
    count = write_folder(out, ((one.identifier, one.model_dump_json().encode()) for one in made))
    console.say(f"{out}: {count} files, each for one customer alone")
    if not published:
        console.show_warning("compared with no proof: give --publication before you send them")
    return console.OK


@customer.command()
@click.argument("file", type=PATH)
@click.option("--publication", type=PATH, help="What the venue published: its directory or one file.")
@click.option("--venue-key", callback=parse_key, metavar="HEX", help="With --publication: the venue's public key.")
@click.option("--oracles", type=PATH, help="With --publication: the oracle set you accept.")
@BLOCKS_WITHIN
@click.option("--proof", type=PATH, help="Without --publication: the proof that the venue published.")
@click.option("--market", type=PATH, help="With --proof: the market snapshot you accept.")
@click.option(
    "--parameters",
    type=RulesType(),
    metavar="FILE|HEX",
    help="The risk parameters you accept; with --publication their file or digest.",
)
@click.option("--identifier", metavar="TEXT", help="By which the venue knows you; compared exactly.")
@click.option("--root", callback=root_of, metavar="HEX", help="The root that other customers were shown.")
@click.option("--nonce-digest", callback=hex32, metavar="HEX", help="The nonce's digest that others were shown.")
@OWNER
@AT
@MAX_AGE
@JSON
def check(
    file: Path,
    publication: Path | None,
    venue_key: bytes | None,
    oracles: Path | None,
    blocks_within: int | None,
    proof: Path | None,
    market: Path | None,
    parameters: Path | bytes | None,
    identifier: str | None,
    root: tuple[int, ...] | None,
    nonce_digest: bytes | None,
    owner: Quad | None,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Verify the publication, or the book's proof alone, and that FILE opens a leaf of that book. Then compare what it
    shows with what you own.

    \b
    Exit codes: 0 your account is in the book as shown, 1 it is not, or the publication or the proof is invalid,
    2 wrong usage, 3 a file cannot be read.
    """
    brought = CustomerFile.load(file)
    policy = policy_at(at, max_age, root=root)
    verified: VerifiedBook | VerifiedWholeBook
    try:
        if publication:
            if not venue_key or proof or market:
                raise click.UsageError("--publication needs --venue-key, and has its own proof and market")
            digest = read_market(RiskParameters, parameters).digest() if isinstance(parameters, Path) else parameters
            bundle = read_publication(publication)
            whole = Reader(venue_key, oracles, policy, digest, blocks_within).verify(bundle)
            snapshot, rules, verified = bundle.snapshot, bundle.parameters, whole.book
            if digest is None:
                console.show_warning(OWN_RULES)
        else:
            if not (proof and market and isinstance(parameters, Path)) or venue_key or oracles:
                raise click.UsageError(
                    "give --publication with --venue-key, or --proof with --market and the file of --parameters"
                )
            snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
            verified = verify_book(read_proof_file(proof), snapshot, rules, policy)
        shown = nonce_digest.hex() if nonce_digest else None
        found = verify_customer(
            brought, verified, snapshot, rules, identifier=identifier, shown_nonce=shown, owner=owner
        )
    except VerificationError as error:
        return refuse(error, as_json, f"{file} fails at step")
    compared = owner is not None
    warn_of_owner(found, compared=compared)
    if as_json:
        said = {**_data(found), **title_data(found), "owner_compared": compared}
        console.write_json({"valid": True, **said, **_shown_to_all(verified)})
    else:
        _show(found, snapshot, verified, named=identifier is not None, compared=compared)
    return console.OK


def _shown_to_all(verified: VerifiedBook | VerifiedWholeBook) -> dict[str, str]:
    """What must be the same for every customer of this publication."""
    return {
        "root": show_quad(verified.root),
        "nonce_digest": verified.nonce_digest,
        "proof_sha256": verified.proof_digest,
    }


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


def _show(
    found: VerifiedCustomer,
    snapshot: MarketSnapshot,
    verified: VerifiedBook | VerifiedWholeBook,
    *,
    named: bool,
    compared: bool,
) -> None:
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
    title = title_shown(found, snapshot.quote, compared=compared)
    terminal.print(console.facts("Who else may use it: in the leaf, as the venue wrote it", title))
    labels = {"root": "root", "nonce_digest": "nonce's digest", "proof_sha256": "proof's SHA-256"}
    same = [(labels[name], value) for name, value in _shown_to_all(verified).items()]
    terminal.print(console.facts("The same for every customer: compare with others", same))
    if not named:
        terminal.print("Is this exactly the name by which the venue knows you, and nobody else? --identifier compares.")
    terminal.print(
        "Compare with your own records. A holding that is missing, a debt that is not yours, a key that you did"
    )
    terminal.print(
        "not draw, or a lien that you did not agree to is a reason to ask; and so is another root than other"
    )
    terminal.print("customers were shown.")
