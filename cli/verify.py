"""`plimsoll verify`: is a proof valid for the snapshot and the parameters that the caller accepts?"""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import click

from plimsoll.cli import console
from plimsoll.cli.book_files import is_book_folder
from plimsoll.cli.options import (
    AT,
    BLOCKS_WITHIN,
    EPOCH,
    JSON,
    MAX_AGE,
    PATH,
    RulesType,
    hex32,
    policy_at,
    root_of,
)
from plimsoll.cli.options import venue_key as parse_key
from plimsoll.cli.proof_files import read_market, read_proof_file
from plimsoll.cli.publication import Reader, is_publication, verify_publication
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.fields import format_time
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.batch import BATCH
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.bundle import MANIFEST
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.not_said import NOT_SAID
from plimsoll.verifier.policy import FULL_SECURITY, hexadecimal
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.totals import TOTALS

SECONDS: Final = 3.0
"""Rough time of a verification; only the bar uses it."""


@click.command()
@click.argument("proof", type=PATH)
@click.option("--market", type=PATH, help="The market snapshot you accept.")
@click.option(
    "--parameters",
    type=RulesType(),
    metavar="FILE|HEX",
    help="The risk parameters you accept; for a publication their file or digest.",
)
@click.option(
    "--scenarios",
    type=RulesType(),
    metavar="FILE|HEX",
    help="For a publication: the stress scenarios you accept, their file or digest.",
)
@click.option("--venue-key", callback=parse_key, metavar="HEX", help="For a publication: the venue's public key.")
@click.option("--oracles", type=PATH, help="For a publication: the oracle set you accept.")
@BLOCKS_WITHIN
@AT
@MAX_AGE
@click.option(
    "--security-floor",
    metavar="BITS",
    type=click.IntRange(1, 256),
    default=FULL_SECURITY,
    show_default=True,
    help="Proven bits that the proof must have.",
)
@click.option("--accept-weaker-security", is_flag=True, help="Needed for a --security-floor below 128.")
@click.option("--root", callback=root_of, metavar="HEX", help="The root that you were shown, 64 hexadecimal digits.")
@click.option("--sequence", type=click.IntRange(0), help="The publication expected [default: the snapshot's].")
@click.option("--previous", callback=hex32, metavar="HEX", help="SHA-256 of the proof published before this one.")
@JSON
def verify(
    proof: Path,
    market: Path | None,
    parameters: Path | bytes | None,
    scenarios: Path | bytes | None,
    venue_key: bytes | None,
    oracles: Path | None,
    blocks_within: int | None,
    at: int | None,
    max_age: int | None,
    security_floor: int,
    accept_weaker_security: bool,
    root: tuple[int, ...] | None,
    sequence: int | None,
    previous: bytes | None,
    as_json: bool,
) -> int:
    """Verify PROOF against a market snapshot and risk parameters, or a whole publication (a directory, or its one
    file).

    A snapshot older than a day is refused; --max-age asks for another age, --at for another time to judge by.

    \b
    Exit codes: 0 valid, 1 invalid (the message names the step that failed), 2 wrong usage,
    3 a file cannot be read.
    """
    if security_floor < FULL_SECURITY and not accept_weaker_security:
        raise click.UsageError(f"--security-floor below {FULL_SECURITY} needs --accept-weaker-security")
    if security_floor < FULL_SECURITY:
        console.show_warning(f"{security_floor} proven bits are accepted; full security is {FULL_SECURITY}")
    accepted = replace(
        policy_at(at, max_age),
        security_floor=security_floor,
        accept_weaker_security=accept_weaker_security,
        root=root,
        sequence=sequence,
        previous=previous,
    )
    if is_book_folder(proof) and not (proof / MANIFEST).exists():
        raise click.UsageError(f"{proof} is a folder of a book's proofs: verify it with `plimsoll book verify {proof}`")
    if is_publication(proof):
        if market:
            raise click.UsageError(f"{proof} is a publication: it has its own snapshot; leave --market out")
        digest = read_market(RiskParameters, parameters).digest() if isinstance(parameters, Path) else parameters
        stress = read_market(ScenarioList, scenarios).digest() if isinstance(scenarios, Path) else scenarios
        reader = Reader(venue_key, oracles, accepted, digest, blocks_within, stress)
        return verify_publication(proof, reader, as_json)
    if venue_key or oracles or scenarios:
        read_proof_file(proof)  # a path of nothing, or a file of another kind, is what is wrong first
        raise click.UsageError(
            "--venue-key, --oracles and --scenarios are for a publication; PROOF is a proof by itself"
        )
    if isinstance(parameters, bytes):
        raise click.UsageError("a proof is verified with the file of the parameters: a digest is not enough")
    if not market or not parameters:
        raise click.UsageError("a proof is verified with --market and --parameters, those that you accept")
    data = read_proof_file(proof)
    snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
    start = time.monotonic()
    try:
        verified = console.timed("verifying", SECONDS, lambda _tell: verify_book(data, snapshot, rules, accepted))
    except VerificationError as error:
        code = refuse(error, as_json, f"{proof} fails at step")
        if _kind(data) in (BATCH, TOTALS):
            console.say(f"{proof} is one proof of a book over batches: verify its folder with `plimsoll book verify`")
        return code
    elapsed = time.monotonic() - start
    if as_json:
        names = {"venue_claimed": snapshot.venue, "parameters_claimed": f"{rules.name}, revision {rules.revision}"}
        told = {**_data(verified), **names, "not_said": list(NOT_SAID)}
        console.write_json({"valid": True, **told, "seconds": f"{elapsed:.3f}"})
    else:
        _show(proof, verified, snapshot, rules, elapsed)
    return console.OK


def _kind(data: bytes) -> str:
    """The kind that a proof file states; empty for a broken one."""
    try:
        return read_proof(data)[0].kind
    except VerificationError:
        return ""


def _data(verified: VerifiedBook) -> dict[str, Any]:
    return {
        "shape": verified.shape.name,
        "root": [str(one) for one in verified.root],
        "commitment": [str(one) for one in verified.commitment],
        "snapshot_time": format_time((verified.snapshot_time - EPOCH) // timedelta(microseconds=1)),
        "sequence": verified.sequence,
        "program": verified.program,
        "profile": verified.profile,
        "security_bits": f"{verified.security_bits:.2f}",
        "nonce_digest": verified.nonce_digest,
        "proof_sha256": verified.proof_digest,
    }


def _show(proof: Path, verified: VerifiedBook, snapshot: MarketSnapshot, rules: RiskParameters, elapsed: float) -> None:
    terminal = console.stdout()
    terminal.print("[bold green]valid:[/]", end=" ")
    terminal.print(
        f"every account under this root has at least its maintenance margin, at the snapshot of "
        f"{format_time(snapshot.time)}.\n"
    )
    rows = [
        ("proof", f"{proof}, SHA-256 {verified.proof_digest}"),
        ("root", hexadecimal(verified.root)),
        ("nonce's digest", verified.nonce_digest),
        ("venue", f"{snapshot.venue} (as the snapshot says), sequence {verified.sequence}"),
        ("parameters", f"{rules.name}, revision {rules.revision}"),
        ("shape class", f"{verified.shape.name}: up to {verified.shape.leaves:,} accounts, perhaps none"),
        ("security", f"{verified.security_bits:.1f} bits proven, profile {verified.profile}"),
        ("program", verified.program),
        ("time", f"{elapsed:.2f} s"),
    ]
    terminal.print(console.facts("", rows))
    terminal.print("\nA valid proof does not say")
    for one in NOT_SAID:
        terminal.print(f"  - {one}", soft_wrap=True)
