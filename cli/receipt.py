"""`plimsoll receipt`: the venue promises each customer her leaf before a root is published; she checks the promise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plimsoll.circuits.leaves import Quad
from plimsoll.cli import console
from plimsoll.cli.options import AT, BOOK, JSON, MAX_AGE, PATH, QUANTIZE, now, venue_key
from plimsoll.cli.ownership import OWNER, title_data, title_shown, warn_of_owner
from plimsoll.cli.proof_files import read_market, read_publication
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.fields import format_time
from plimsoll.engine.parameters import RiskParameters
from plimsoll.verifier.customer import CustomerFile, require_owner, show_quad, verify_customer
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.receipts import BrokenPromiseError, Receipt, check_kept, check_owner, check_receipt


@click.group()
def receipt() -> None:
    """Receipts: promises of the book that will be published, and evidence if another one is."""


@receipt.command()
@BOOK
@click.option("--opening", type=PATH, required=True, help="The opening file of the publication to come.")
@click.option("--key", "key_file", type=PATH, required=True, help="The venue's key file.")
@click.option("--out", type=PATH, required=True, help="A new folder for the receipts, mode 0700.")
@click.option("--publication", type=PATH, help="Sign only the root of this publication, made and not yet shown.")
@click.option("--account", "accounts", multiple=True, help="Only this account; may be repeated [default: all].")
@QUANTIZE
@AT
@MAX_AGE
def issue(
    book: Path,
    opening: Path,
    key_file: Path,
    out: Path,
    publication: Path | None,
    accounts: tuple[str, ...],
    quantize: bool,
    at: int | None,
    max_age: int | None,
) -> int:
    """Promise the root of BOOK and OPENING, and write a receipt for each customer.

    Whoever signs two roots for one publication has signed evidence against himself: make the publication, issue
    receipts for it (--publication), and show it when customers have them. A book of several batches needs it.

    \b
    Exit codes: 0 done, 1 the publication has another root, 2 wrong usage, 3 a file cannot be used.
    """
    from plimsoll.cli.key import read_key  # noqa: PLC0415 - checking a receipt needs nothing of the venue's side
    from plimsoll.cli.venue_files import checked_book, write_folder  # noqa: PLC0415
    from plimsoll.prover import receipts  # noqa: PLC0415
    from plimsoll.prover.core_api import permute  # noqa: PLC0415
    from plimsoll.prover.opening import Opening  # noqa: PLC0415

    if out.exists():
        raise click.UsageError(f"{out} exists: name a new folder")
    key = read_key(key_file)
    bundle = read_publication(publication) if publication else None
    checked = checked_book(book, accounts, quantize, at, max_age)
    made = dict(
        receipts.issue(
            checked.book,
            checked.snapshot,
            checked.parameters,
            Opening.read(opening),
            permute,
            key,
            now(),
            list(accounts) or None,
            receipts.batches_of(bundle) if bundle else (),
        )
    )
    if not made:
        raise click.UsageError(f"{book} has no accounts: nothing to promise")
    promise = next(iter(made.values())).promise
    if bundle and bundle.manifest.root != promise.root:
        console.say(f"nothing promised: the publication has the root {show_quad(bundle.manifest.root)}")
        return console.FAILED
    count = write_folder(out, ((account, one.model_dump_json().encode()) for account, one in made.items()))
    console.stdout().print(
        console.facts(
            "Promised",
            [
                ("receipts", f"{count} in {out}"),
                ("publication", f"{promise.venue}, {promise.sequence}"),
                ("root", show_quad(promise.root)),
                ("venue's key", key.public_key.hex()),
            ],
        )
    )
    return console.OK


@receipt.command()
@click.argument("file", metavar="RECEIPT", type=PATH)
@click.option("--venue-key", callback=venue_key, required=True, metavar="HEX", help="The venue's public key.")
@click.option("--customer", type=PATH, help="Your customer file: is it your leaf that was promised?")
@click.option("--parameters", type=PATH, help="With --customer before the publication: the rules that you accept.")
@click.option("--publication", type=PATH, help="What was published: was the promise kept?")
@OWNER
@JSON
def check(
    file: Path,
    venue_key: bytes,
    customer: Path | None,
    parameters: Path | None,
    publication: Path | None,
    owner: Quad | None,
    as_json: bool,
) -> int:
    """Check RECEIPT: when you get it, that it is the venue's and promises your leaf; later, that it was kept.

    A broken promise is evidence that anybody can check with RECEIPT, the publication and the venue's key. Neither your
    name nor your holdings are in it.

    \b
    Exit codes: 0 the receipt is good, or its promise was kept; 1 it is no receipt of this venue, or the promise was
    broken; 2 wrong usage; 3 a file cannot be read.
    """
    if customer and not (parameters or publication):
        raise click.UsageError("--customer needs --publication, or before it --parameters")
    if owner is not None and not customer:
        raise click.UsageError("--owner needs --customer: the key stands in the leaf that your file opens")
    one = Receipt.load(file)
    mine = CustomerFile.load(customer) if customer else None
    bundle = read_publication(publication) if publication else None
    rules = read_market(RiskParameters, parameters) if parameters else bundle.parameters if bundle else None
    try:
        check_receipt(one, venue_key)
        # first: evidence is evidence, whatever file comes with it
        verified = check_kept(one, bundle, venue_key, Policy(max_age=None)) if bundle else None
        if mine and rules:
            check_owner(one, mine, rules)
            if owner is not None:
                require_owner(mine, owner)
        if mine and bundle and verified:
            verify_customer(mine, verified.book, bundle.snapshot, bundle.parameters)
    except BrokenPromiseError as error:
        if as_json and bundle:
            console.write_json({"valid": False, "evidence": _evidence(one, bundle.digest), "got": error.got})
            as_json = False
        code = refuse(error, as_json, f"{file}: the venue published another book than it promised;", "promise broken")
        console.say(
            "This is evidence: keep receipt and publication. Whoever has both and the venue's key can check it."
        )
        return code
    except VerificationError as error:
        return refuse(error, as_json, f"{file} fails at step")
    said = "kept" if bundle else "promised"
    title: list[tuple[str, str]] = []
    in_leaf: dict[str, Any] = {}
    if mine and rules:
        compared = owner is not None
        warn_of_owner(mine, compared=compared)
        title = title_shown(mine, rules.quote, compared=compared)
        in_leaf = {**title_data(mine), "owner_compared": compared}
    if as_json:
        facts = {"valid": True, "state": said, "owner_checked": mine is not None}
        console.write_json({**facts, **in_leaf, **_data(one)})
    else:
        _show(file, one, mine, said, title)
    return console.OK


def _evidence(one: Receipt, digest: bytes) -> dict[str, Any]:
    return {"promise_signature": one.signature.hex(), "manifest": digest.hex(), **_data(one)}


def _data(one: Receipt) -> dict[str, Any]:
    promise = one.promise.model_dump(mode="json")
    return {"promise": promise, "leaf": show_quad(one.leaf), "position": one.position}


def _show(file: Path, one: Receipt, mine: CustomerFile | None, said: str, title: list[tuple[str, str]]) -> None:
    promise, terminal = one.promise, console.stdout()
    verdict = "the promise was kept" if said == "kept" else "the venue promised this leaf"
    terminal.print("[bold green]valid:[/]", end=" ")
    terminal.print(console.plain(f"{verdict} ({file})"), soft_wrap=True)
    rows = [
        ("venue", f"{promise.venue}, publication {promise.sequence}"),
        ("promised at", f"{format_time(promise.time)} (as the venue says)"),
        ("root", show_quad(promise.root)),
        ("leaf", f"{show_quad(one.leaf)}, position {one.position}"),
        ("whose", repr(mine.identifier) if mine else "not looked at: give your file with --customer"),
        *title,
    ]
    terminal.print(console.facts("", rows))
    if said != "kept":
        terminal.print("Keep it. When the publication is out, check it again with --publication.")
