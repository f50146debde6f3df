"""`plimsoll publish`, `verify DIRECTORY`, `history`, `diff`: publications made, checked and compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from plimsoll.cli import console
from plimsoll.cli.amounts import exact
from plimsoll.cli.book_files import read_book_files
from plimsoll.cli.not_said import of_publication
from plimsoll.cli.options import AT, BLOCKS_WITHIN, JSON, MAX_AGE, PATH, now, policy_at
from plimsoll.cli.options import venue_key as parse_key
from plimsoll.cli.proof_files import read_proof_file
from plimsoll.cli.verdicts import refuse
from plimsoll.cli.whole_book import book_figures_shown
from plimsoll.engine.decimals import PPM_DIGITS, format_decimal
from plimsoll.engine.fields import format_time
from plimsoll.engine.json_files import read_bytes
from plimsoll.verifier.archive import is_archive, read_publication
from plimsoll.verifier.bundle import (
    ATTESTATION,
    PARAMETERS,
    PROOF,
    RESERVES,
    SNAPSHOT,
    Bundle,
)
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import VerifiedBundle, verify_bundle, verify_history
from plimsoll.verifier.reserves import MAX_APART
from plimsoll.verifier.whole_book import VerifiedWholeBook

PROVEN, ATTESTED, CLAIMED, ACCEPTED = "proven", "attested", "claimed", "accepted"
OWN_RULES: Final = (
    "the rules are the venue's own, and what is proven is proven under these rules: read them, and give those that you "
    "accept with --parameters (their file, or their digest)"
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a verified publication: what, its value, and why to believe it."""

    what: str
    value: str
    label: str


@click.command()
@click.argument("out", type=PATH)
@click.option("--proof", type=PATH, help="The book's proof.")
@click.option("--book", type=PATH, metavar="FOLDER", help="A whole book's proofs, as `book prove` wrote them.")
@click.option("--market", type=PATH, required=True, help="The market snapshot of the proof.")
@click.option("--parameters", type=PATH, required=True, help="The risk parameters of the proof.")
@click.option("--attestation", type=PATH, help="Oracles' signed reports of the snapshot's prices.")
@click.option("--oracles", type=PATH, help="The oracle set of the attestation; required with it.")
@click.option("--reserves", type=PATH, help="The venue's addresses, each with its signature.")
@BLOCKS_WITHIN
@click.option("--key", "key_file", type=PATH, required=True, help="The venue's key file.")
@click.option("--previous", type=PATH, help="The publication before this one [default: this is the first].")
@AT
@MAX_AGE
def publish(
    out: Path,
    proof: Path | None,
    book: Path | None,
    market: Path,
    parameters: Path,
    attestation: Path | None,
    oracles: Path | None,
    reserves: Path | None,
    blocks_within: int | None,
    key_file: Path,
    previous: Path | None,
    at: int | None,
    max_age: int | None,
) -> int:
    """Sign a publication and write it to the new directory OUT, after checking it as every reader will.

    \b
    Exit codes: 0 published, 1 it would be refused, 2 wrong usage, 3 a file cannot be read or written.
    """
    from plimsoll.cli.key import read_key  # noqa: PLC0415 - verifying needs neither keys nor the prover's side
    from plimsoll.prover.publication import make_bundle  # noqa: PLC0415
    from plimsoll.prover.publication import publish as write  # noqa: PLC0415

    if (attestation is None) != (oracles is None):
        raise click.UsageError("--attestation and --oracles go together: what no reader accepts is not published")
    if (proof is None) == (book is None):
        raise click.UsageError("give --proof FILE, or --book FOLDER for a book over batches")
    paths = {SNAPSHOT: market, PARAMETERS: parameters, ATTESTATION: attestation, RESERVES: reserves}
    proofs = {PROOF: read_proof_file(proof)} if proof is not None else read_book_files(book or Path())
    files = {name: read_bytes(path) for name, path in paths.items() if path is not None} | proofs
    before = read_publication(previous) if previous else None
    bundle = make_bundle(files, read_key(key_file), now(), before)
    accepted = OracleSet.load(oracles) if oracles else None
    try:
        write(bundle, out, before, accepted, policy_at(at, max_age), max_apart=blocks_within)
    except VerificationError as error:
        return refuse(error, False, "it would be refused at step", "not published")
    console.stdout().print(
        console.facts(
            "Published",
            [
                ("directory", str(out)),
                ("digest", bundle.digest.hex()),
                ("root", show_quad(bundle.manifest.root)),
                ("venue's key", bundle.signature.public_key.hex()),
            ],
        )
    )
    return console.OK


@click.command()
@click.argument("publications", type=PATH, nargs=-1, required=True)
@click.option("--venue-key", callback=parse_key, required=True, metavar="HEX", help="The venue's public key.")
@JSON
def history(publications: tuple[Path, ...], venue_key: bytes, as_json: bool) -> int:
    """Verify each of PUBLICATIONS, whatever its age, and that each names the one before it.

    \b
    Exit codes: 0 valid and joined, 1 not, 2 wrong usage, 3 one is no publication.
    """
    bundles = [read_publication(path) for path in publications]
    try:
        for bundle in bundles:
            verify_bundle(bundle, venue_key, policy=Policy(max_age=None))
        verify_history(bundles)
    except VerificationError as error:
        return refuse(error, as_json, "step", "broken")
    if as_json:
        first = bundles[0].manifest.previous
        digests = [one.digest.hex() for one in bundles]
        console.write_json({"valid": True, "before": first.hex() if first else None, "digests": digests})
    else:
        rows = [[str(b.manifest.sequence), format_time(b.manifest.time), b.digest.hex()] for b in bundles]
        console.stdout().print(
            console.listing("Valid and joined", [("number", True), ("time", False), ("digest", False)], rows)
        )
    return console.OK


@click.command()
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
def diff(old: Path, new: Path) -> int:
    """Show what changed from OLD to NEW in rules, prices, sums of reserves and the venue's key. Nothing is verified.

    \b
    Exit codes: 0 shown, 3 one is no publication.
    """
    lines = changes(read_publication(old), read_publication(new))
    for line in lines or ["nothing in rules, prices, sums of reserves and the venue's key"]:
        click.echo(line)
    return console.OK


def changes(old: Bundle, new: Bundle) -> list[str]:
    """What changed, a line each: rules first, since they decide what a proof means."""
    lines = []
    if old.signature.public_key != new.signature.public_key:
        lines.append("venue's key: another")
    if old.parameters.digest() != new.parameters.digest():
        before, after = ({one.name: one for one in b.parameters.instruments} for b in (old, new))
        changed = sorted(name for name in before.keys() & after.keys() if before[name] != after[name])
        lines += [f"rules of {name}: removed" for name in sorted(before.keys() - after.keys())]
        lines += [f"rules of {name}: new" for name in sorted(after.keys() - before.keys())]
        lines += [f"rules of {name}: changed" for name in changed]
        lines.append(f"rules: revision {old.parameters.revision} to {new.parameters.revision}")
        if old.parameters.revision >= new.parameters.revision:
            lines.append("rules: changed without a higher revision")
    compared = [("price", old.snapshot.prices, new.snapshot.prices)]
    for purpose in ("reserve", "insurance fund"):
        compared.append((f"{purpose} (claimed)", _held(old, purpose), _held(new, purpose)))
    for what, before_values, after_values in compared:
        for name in sorted(before_values.keys() | after_values.keys()):
            a, b = before_values.get(name), after_values.get(name)
            if a != b:
                lines.append(f"{what} of {name}: {_or_none(a)} to {_or_none(b)}")
    for what, a_there, b_there in (
        ("attestation of prices", old.attestation is not None, new.attestation is not None),
        ("reserves", old.reserves is not None, new.reserves is not None),
    ):
        if a_there != b_there:
            lines.append(f"{what}: {'new' if b_there else 'gone'}")
    return lines


def _held(bundle: Bundle, purpose: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for one in bundle.reserves.addresses if bundle.reserves else ():
        if one.purpose == purpose:
            for balance in one.balances:
                sums[balance.instrument] = sums.get(balance.instrument, 0) + balance.units
    return sums


def is_publication(path: Path) -> bool:
    """A directory, or a publication's one file; everything else is taken for a proof."""
    return path.is_dir() or is_archive(path)


@dataclass(frozen=True, slots=True)
class Reader:
    """What whoever verifies a publication pins. `rules`: digest of the parameters that she accepts."""

    key: bytes | None
    oracles: Path | None
    policy: Policy
    rules: bytes | None = None
    blocks_within: int | None = MAX_APART

    def verify(self, bundle: Bundle) -> VerifiedBundle:
        """Everything in it. Raises `VerificationError` and `BundleError`."""
        if self.key is None:
            raise click.UsageError("PROOF is a publication: give the venue's public key with --venue-key")
        oracles = OracleSet.load(self.oracles) if self.oracles else None
        return verify_bundle(bundle, self.key, oracles, self.policy, rules=self.rules, max_apart=self.blocks_within)


def verify_publication(directory: Path, reader: Reader, as_json: bool) -> int:
    """`plimsoll verify` of a publication: every part, and one line a figure."""
    bundle = read_publication(directory)
    try:
        verified = reader.verify(bundle)
    except VerificationError as error:
        return refuse(error, as_json, f"{directory} fails at step")
    found = figures(bundle, verified, rules=reader.rules is not None)
    not_said = of_publication(
        prices=verified.prices is not None,
        rules=reader.rules is not None,
        totals=isinstance(verified.book, VerifiedWholeBook),
        coverage=verified.coverage is not None,
    )
    if as_json:
        lines = [{"figure": one.what, "value": one.value, "label": one.label} for one in found]
        said = {"valid": True, "digest": verified.digest, "figures": lines, "not_said": list(not_said)}
        console.write_json(said)
        return console.OK
    terminal = console.stdout()
    terminal.print("[bold green]valid:[/]", end=" ")
    console.stdout().print(f"{console.plain(bundle.manifest.venue)}, publication {bundle.manifest.sequence}")
    columns = [("figure", False), ("value", False), ("", False)]
    terminal.print(console.listing("What it says", columns, [[one.what, one.value, one.label] for one in found]))
    terminal.print(f"digest {verified.digest}")
    if reader.rules is None:
        console.show_warning(OWN_RULES)
    for one in not_said:
        terminal.print(f"not said: {one}")
    return console.OK


def figures(bundle: Bundle, verified: VerifiedBundle, *, rules: bool = False) -> list[Figure]:
    """One line a figure: proven by a proof, attested by a signature, or only claimed by the venue; the rules accepted
    by the reader where she gave them (`rules`)."""
    snapshot = bundle.snapshot
    found = [
        *_of_the_book(verified, snapshot.quote),
        Figure("root of the book", show_quad(verified.book.root), PROVEN),
        Figure("proven bits", f"{verified.book.security_bits:.1f}, profile {verified.book.profile}", PROVEN),
        Figure("rules", f"{bundle.parameters.name}, revision {bundle.parameters.revision}", CLAIMED),
        Figure("digest of the rules", bundle.parameters.digest().hex(), ACCEPTED if rules else CLAIMED),
        Figure("digest of the customers' nonce", verified.book.nonce_digest, CLAIMED),
        Figure("digest of the proof", verified.book.proof_digest, ATTESTED),
        Figure("time of the snapshot", format_time(snapshot.time), CLAIMED),
        Figure("published by the venue at", format_time(bundle.manifest.time), CLAIMED),
        Figure("manifest", verified.digest, ATTESTED),
    ]
    attested = set(verified.prices.attested) if verified.prices else set()
    for name, price in sorted(snapshot.prices.items()):
        label = ATTESTED if name in attested else CLAIMED
        found.append(Figure(f"price of {name}", f"{exact(price)} {_currency(bundle, name)}", label))
    for one in bundle.parameters.instruments:
        if one.kind == "spot" and one.currency == snapshot.quote:
            found.append(Figure(f"price of {one.name}: the quote currency's own coin", f"1 {snapshot.quote}", CLAIMED))
    for what, table in (("funding", snapshot.funding), ("open interest", snapshot.open_interest)):
        found += [Figure(f"{what} of {name}", exact(value), CLAIMED) for name, value in sorted(table.items())]
    if verified.reserves:
        listed = bundle.reserves.addresses if bundle.reserves else ()
        found.append(Figure("addresses whose keys signed for this book", str(len(listed)), ATTESTED))
        for what, sums in (("reserves", verified.reserves.reserves), ("fund", verified.reserves.insurance_fund)):
            found += [Figure(f"{what} in {name}", exact(units), CLAIMED) for name, units in sorted(sums.items())]
        for name, coins in verified.reserves.assets.items():
            found += [Figure(f"counted as {name}", coin, CLAIMED) for coin in coins]
        for chain, (height, block) in verified.reserves.blocks.items():
            found.append(Figure(f"block of {chain} at which to look", f"{height}, 0x{block.hex()}", CLAIMED))
    return found


def _of_the_book(verified: VerifiedBundle, quote: str) -> list[Figure]:
    """What its proofs establish, and whether listed coins cover it."""
    book = verified.book
    if not isinstance(book, VerifiedWholeBook):
        return [Figure("every account meets its maintenance margin", book.shape.name, PROVEN)]
    found = [Figure(name, value, PROVEN) for name, value in book_figures_shown(book, quote)]
    if verified.coverage is None:
        return found
    for currency, ratio in verified.coverage.ratios.items():
        value = "nothing is owed" if ratio is None else f"at least {format_decimal(ratio, PPM_DIGITS - 2)} %"
        found.append(Figure(f"reserves of {currency} over liabilities", value, CLAIMED))
    if verified.coverage.fund is not None:
        worth = f"{exact(verified.coverage.fund)} {quote}, not below what is claimed"
        found.append(Figure("worth of the insurance fund's addresses", worth, CLAIMED))
    return found


def _currency(bundle: Bundle, name: str) -> str:
    one = bundle.parameters.by_name[name]
    return bundle.snapshot.quote if one.kind == "spot" else one.currency


def _or_none(value: int | None) -> str:
    return "none" if value is None else exact(value)
