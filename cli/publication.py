"""`plimsoll publish`, `verify DIRECTORY`, `history`, `diff`: publications made, checked and compared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from plimsoll.cli import console
from plimsoll.cli.book_files import read_book_files
from plimsoll.cli.options import AT, BLOCKS_WITHIN, JSON, MAX_AGE, PATH, now, policy_at
from plimsoll.cli.options import venue_key as parse_key
from plimsoll.cli.proof_files import read_market, read_proof_file, read_publication
from plimsoll.cli.publication_changes import COMPARED, changes
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.fields import format_time
from plimsoll.engine.json_files import read_bytes, read_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import printable
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.archive import is_archive
from plimsoll.verifier.bundle import (
    ATTESTATION,
    MANIFEST,
    PARAMETERS,
    PROOF,
    RESERVES,
    SNAPSHOT,
    Bundle,
    BundleError,
)
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.figures import figures
from plimsoll.verifier.not_said import of_publication
from plimsoll.verifier.oracles import Attestation, OracleSet
from plimsoll.verifier.ownership import Reserves
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import VerifiedBundle, verify_bundle, verify_history
from plimsoll.verifier.reserves import MAX_APART

OWN_RULES: Final = (
    "the rules are the venue's own, and what is proven is proven under these rules: read them, and give those that you "
    "accept with --parameters (their file, or their digest)"
)


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
    for holder in (book, previous):
        if holder is not None and out.resolve().is_relative_to(holder.resolve()):
            raise click.UsageError(f"{out} would be part of {holder}: choose a place outside it")
    # What is wrong with a file is said with the caller's name for it, not the publication's.
    read_market(MarketSnapshot, market)
    read_market(RiskParameters, parameters)
    if attestation is not None:
        read_model(Attestation, attestation)
    if reserves is not None:
        read_model(Reserves, reserves)
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
@BLOCKS_WITHIN
@JSON
def history(publications: tuple[Path, ...], venue_key: bytes, blocks_within: int | None, as_json: bool) -> int:
    """Verify each of PUBLICATIONS, whatever its age, and that each names the one before it.

    A folder that is no publication itself stands for all in it, by their sequence.

    \b
    Exit codes: 0 valid and joined, 1 not, 2 wrong usage, 3 one is no publication.
    """
    bundles = [bundle for path in publications for bundle in _publications(path)]
    try:
        for bundle in bundles:
            verify_bundle(bundle, venue_key, policy=Policy(max_age=None), max_apart=blocks_within)
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


def _publications(path: Path) -> list[Bundle]:
    """The one at `path`, or all in this folder, where anything else is refused: nothing is passed over."""
    inside = sorted(path.iterdir()) if path.is_dir() and not (path / MANIFEST).exists() else []
    if not any(map(is_publication, inside)):
        return [read_publication(path)]
    for one in inside:
        if not is_publication(one):
            raise BundleError(f"{one}: is no publication; remove it from the folder of publications")
    return sorted(map(read_publication, inside), key=lambda bundle: bundle.manifest.sequence)


@click.command()
@click.argument("old", type=PATH)
@click.argument("new", type=PATH)
def diff(old: Path, new: Path) -> int:
    """Show what changed from OLD to NEW in rules, book root, kind of statement, claims of a whole book, prices,
    reserves and the venue's key. Nothing is verified.

    \b
    Exit codes: 0 shown, 3 one is no publication.
    """
    lines = changes(read_publication(old), read_publication(new))
    for line in lines or [f"nothing in {COMPARED}"]:
        click.echo(printable(line))
    return console.OK


def is_publication(path: Path) -> bool:
    """A directory, or a publication's one file; everything else is taken for a proof."""
    return path.is_dir() or is_archive(path)


@dataclass(frozen=True, slots=True)
class Reader:
    """What whoever verifies a publication pins. `rules` and `stress`: digests of parameters and scenario list
    that she accepts."""

    key: bytes | None
    oracles: Path | None
    policy: Policy
    rules: bytes | None = None
    blocks_within: int | None = MAX_APART
    stress: bytes | None = None

    def verify(self, bundle: Bundle) -> VerifiedBundle:
        """Everything in it. Raises `VerificationError` and `BundleError`."""
        if self.key is None:
            raise click.UsageError("PROOF is a publication: give the venue's public key with --venue-key")
        oracles = OracleSet.load(self.oracles) if self.oracles else None
        return verify_bundle(
            bundle,
            self.key,
            oracles,
            self.policy,
            rules=self.rules,
            stress=self.stress,
            max_apart=self.blocks_within,
        )


def verify_publication(directory: Path, reader: Reader, as_json: bool) -> int:
    """`plimsoll verify` of a publication: every part, and one line a figure."""
    bundle = read_publication(directory)
    try:
        verified = reader.verify(bundle)
    except VerificationError as error:
        return refuse(error, as_json, f"{directory} fails at step")
    found = figures(bundle, verified, rules=reader.rules is not None, stress=reader.stress is not None)
    not_said = of_publication(verified, rules=reader.rules is not None)
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
