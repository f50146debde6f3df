"""`plimsoll account`: an owner proves her account to a consumer, and the consumer checks the proof."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Final

import click

from plimsoll.circuits.leaves import Quad
from plimsoll.cli import console
from plimsoll.cli.options import AT, BLOCKS_WITHIN, JSON, MAX_AGE, PATH, RulesType, policy_at, root_of
from plimsoll.cli.options import venue_key as parse_key
from plimsoll.cli.proof_files import read_market, read_proof_file, read_publication
from plimsoll.cli.prove_files import check_targets
from plimsoll.cli.publication import OWN_RULES, Reader
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import format_time
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.account import AccountPolicy, BookRoot, VerifiedAccount, verify_account
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.consumer import ConsumerContext, ConsumerError, ConsumerRequest
from plimsoll.verifier.customer import CustomerFile, show_quad
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import hexadecimal
from plimsoll.verifier.statement import read_proof

SECONDS: Final = 1.0
"""Rough time of a proof; only the bar uses it."""
_TAG: Final = re.compile("[0-9a-f]{64}", re.ASCII)
REQUEST = click.option("--request", type=PATH, required=True, help="What the consumer asks for (JSON).")
PUBLICATION = click.option("--publication", type=PATH, help="What the venue published: its directory or one file.")
MARKET = click.option("--market", type=PATH, help="Without --publication: the market snapshot.")


@click.group()
def account() -> None:
    """Prove one's own account to others, and check such a proof."""


@account.command()
@click.argument("out", type=PATH)
def key(out: Path) -> int:
    """Draw an owner's secret into OUT (mode 0600), and print its public key for the venue's table of accounts.

    Who has OUT can prove the account; who loses it can not: keep a backup.

    \b
    Exit codes: 0 done, 2 wrong usage, 3 OUT exists or cannot be written.
    """
    from plimsoll.circuits.poseidon2 import permute  # noqa: PLC0415
    from plimsoll.prover.owner_secret import OwnerSecret  # noqa: PLC0415 - only who proves needs the prover's side

    secret = OwnerSecret.draw()
    secret.write(out)
    console.write_json({"owner": show_quad(secret.key(permute))})
    return console.OK


@account.command()
@click.argument("file", type=PATH)
@click.option("--secret", type=PATH, required=True, help="The owner's secret, from `account key`.")
@REQUEST
@PUBLICATION
@MARKET
@click.option("--parameters", type=PATH, help="Without --publication: the risk parameters.")
@click.option("--out", type=PATH, default=Path("account.proof"), show_default=True, help="The proof, for the consumer.")
@click.option("--force", is_flag=True, help="Replace an existing proof.")
def prove(
    file: Path,
    secret: Path,
    request: Path,
    publication: Path | None,
    market: Path | None,
    parameters: Path | None,
    out: Path,
    force: bool,
) -> int:
    """Prove that the account of customer file FILE meets a consumer's threshold, for that consumer alone.

    \b
    Exit codes: 0 done, 1 the account does not meet the threshold or is another owner's, 2 wrong usage,
    3 a file cannot be read.
    """
    from plimsoll.prover.account_job import AccountRefusedError, opening_of, prove_account  # noqa: PLC0415
    from plimsoll.prover.core_api import permute  # noqa: PLC0415 - verifying must work without the core
    from plimsoll.prover.owner_secret import OwnerSecret  # noqa: PLC0415

    if (publication is None) != bool(market and parameters) or (publication and (market or parameters)):
        raise click.UsageError("give --publication, or --market and --parameters")
    check_targets(out, None, force)
    asked, brought = ConsumerRequest.load(request), CustomerFile.load(file)
    elements = OwnerSecret.read(secret).elements
    snapshot, rules, batches, published = _published(publication, market, parameters)
    try:
        opening = opening_of(brought, rules, batches)
        root = opening.root(rules.table.digest(), permute)
        if published not in (None, root.root):
            raise PlimsollError(f"{file} is not of {publication}: its leaf is under another root; take the one that is")
        facts = (opening, elements, snapshot, rules, asked.asked(), asked.context(), root)
        proof = console.timed("proving", SECONDS, lambda _tell: prove_account(*facts))
    except AccountRefusedError as error:
        console.show_error(str(error))
        return console.FAILED
    except VerificationError as error:
        raise PlimsollError(f"{file} is of other rules or of none: {error}") from None
    write_atomically(out, proof)
    console.say(f"{out}: for this consumer alone, under the root {hexadecimal(root.root)}")
    return console.OK


def _published(
    publication: Path | None, market: Path | None, parameters: Path | None
) -> tuple[MarketSnapshot, RiskParameters, Sequence[tuple[Quad, Quad]], Quad | None]:
    """What an owner proves about: with a publication also its root. Nothing is verified: a false publication makes a
    proof that nobody accepts."""
    if publication is not None:
        from plimsoll.prover.receipts import batches_of  # noqa: PLC0415 - py_ecc is an extra

        bundle = read_publication(publication)
        return bundle.snapshot, bundle.parameters, batches_of(bundle), bundle.manifest.root
    if market is None or parameters is None:
        raise click.UsageError("give --publication, or --market and --parameters")
    return read_market(MarketSnapshot, market), read_market(RiskParameters, parameters), (), None


@account.command()
@click.argument("proof", type=PATH)
@REQUEST
@PUBLICATION
@click.option("--venue-key", callback=parse_key, metavar="HEX", help="With --publication: the venue's public key.")
@click.option("--oracles", type=PATH, help="With --publication: the oracle set you accept.")
@BLOCKS_WITHIN
@MARKET
@click.option(
    "--parameters",
    type=RulesType(),
    metavar="FILE|HEX",
    help="The risk parameters you accept; with --publication their file or digest.",
)
@click.option("--book", type=PATH, help="Without --publication: the book's proof, which is verified first.")
@click.option("--root", callback=root_of, metavar="HEX", help="Without both: a root that you verified elsewhere.")
@click.option("--levels", type=click.IntRange(0), help="With --root: levels of a batch's tree.")
@click.option("--above", type=click.IntRange(0), help="With --root, for a book of several batches: levels above them.")
@click.option("--used", type=PATH, help="Tags that were acted on, one a line: a proof with one of them is refused.")
@AT
@MAX_AGE
@JSON
def verify(
    proof: Path,
    request: Path,
    publication: Path | None,
    venue_key: bytes | None,
    oracles: Path | None,
    blocks_within: int | None,
    market: Path | None,
    parameters: Path | bytes | None,
    book: Path | None,
    root: tuple[int, ...] | None,
    levels: int | None,
    above: int | None,
    used: Path | None,
    at: int | None,
    max_age: int | None,
    as_json: bool,
) -> int:
    """Verify that an owner's account under a published root meets what REQUEST asks for.

    Before acting on it, add the tag that is shown to the tags that were acted on: an owner has one tag in one scope of
    the request, whatever the nonce, the borrower or the account.

    \b
    Exit codes: 0 valid, 1 invalid or used, 2 wrong usage, 3 a file cannot be read.
    """
    by_root = root is not None and levels is not None
    ways = (publication is not None, book is not None, by_root)
    if sum(ways) != 1 or (not by_root and (root, levels, above) != (None, None, None)):
        raise click.UsageError("give --publication, the book's proof with --book, or a root with --root and --levels")
    asked, data = ConsumerRequest.load(request), read_proof_file(proof)
    tags = set() if used is None else _tags(used)
    policy = policy_at(at, max_age)
    try:
        if publication is not None:
            if market or venue_key is None:
                raise click.UsageError("--publication needs --venue-key, and has its own market")
            digest = read_market(RiskParameters, parameters).digest() if isinstance(parameters, Path) else parameters
            bundle = read_publication(publication)
            whole = Reader(venue_key, oracles, policy, digest, blocks_within).verify(bundle)
            snapshot, rules, published = bundle.snapshot, bundle.parameters, BookRoot.of(whole.book)
            if digest is None:
                console.show_warning(OWN_RULES)
        else:
            if not (market and isinstance(parameters, Path)) or venue_key or oracles:
                raise click.UsageError("without --publication give --market and the file of --parameters")
            snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
            published = BookRoot(root or (0, 0, 0, 0), levels or 0, above)
            if book is not None:
                published = BookRoot.of(verify_book(read_proof_file(book), snapshot, rules, policy))
        accepted = replace(AccountPolicy(), at=policy.at, max_age=policy.max_age)
        verified = verify_account(data, snapshot, rules, asked.asked(), asked.context(), published, accepted)
        require(verified.tag.hex() not in tags, "tag", "a tag that was not acted on", verified.tag.hex())
    except VerificationError as error:
        other = _differing(data, asked) if error.expected.startswith("consumer context ") else []
        if other and not as_json:
            # in words: the two contexts are a line of digits each, which --json has
            error = VerificationError(
                error.step,
                "a proof for this request",
                f"one for another {' and '.join(other)}",
                "ask its owner for one",
            )
        return refuse(error, as_json, f"{proof} fails at step")
    if as_json:
        console.write_json({"valid": True, **_data(verified, asked)})
    else:
        _show(verified, asked, snapshot)
    return console.OK


def _differing(data: bytes, asked: ConsumerRequest) -> list[str]:
    """The fields in which the proof's context, if it has one, is not the consumer's; for words only."""
    try:
        its, mine = ConsumerContext.decode(read_proof(data)[0].context), asked.context()
    except (VerificationError, ConsumerError):
        return []
    return [one.name for one in fields(mine) if getattr(its, one.name) != getattr(mine, one.name)]


def _tags(path: Path) -> set[str]:
    """The tags of a file, one a line. However long it is, all of it counts."""
    if not path.is_file():
        raise PlimsollError(f"{path}: expected a file of tags; make an empty one at first")
    tags = set()
    with path.open(encoding="ascii", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not _TAG.fullmatch(line.strip()):
                raise PlimsollError(f"{path}: line {number} is no tag of 64 hexadecimal digits; one tag a line")
            tags.add(line.strip())
    return tags


def _data(verified: VerifiedAccount, asked: ConsumerRequest) -> dict[str, object]:
    return {
        "tag": verified.tag.hex(),
        "scope": f"0x{verified.scope.hex()}",
        "request": asked.model_dump(mode="json", exclude_none=True),
        "sequence": verified.sequence,
        "program": verified.program,
        "profile": verified.profile,
        "security_bits": f"{verified.security_bits:.2f}",
        "proof_sha256": verified.proof_digest,
    }


def _show(verified: VerifiedAccount, asked: ConsumerRequest, snapshot: MarketSnapshot) -> None:
    terminal = console.stdout()
    terminal.print("[bold green]valid:[/]", end=" ")
    terminal.print(f"an account under this root, less its lien, meets the threshold {_threshold(asked, snapshot)}.\n")
    rows = [
        ("tag", verified.tag.hex()),
        ("in scope", f"0x{verified.scope.hex()}"),
        ("snapshot", f"{format_time(snapshot.time)}, sequence {verified.sequence}"),
        ("borrower", f"0x{asked.borrower.hex()} on chain {asked.chain}, nonce {asked.nonce}"),
        ("security", f"{verified.security_bits:.1f} bits proven, profile {verified.profile}"),
    ]
    terminal.print(console.facts("", rows))
    terminal.print("\nKeep the tag, and act on no second proof that has it. In another scope she has another tag.")


def _threshold(asked: ConsumerRequest, snapshot: MarketSnapshot) -> str:
    shown = asked.model_dump(mode="json")
    if asked.threshold == "ratio":
        return f"of {shown['ratio']} times maintenance margin"
    if asked.threshold == "free":
        return f"of {shown['amount']} {console.plain(snapshot.quote)} free above initial margin"
    return f"of {asked.threshold} margin"
