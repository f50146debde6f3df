"""`plimsoll attestation`: several verifiers' signatures made one, checked, and written for a contract."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Final

import click
from pydantic import BaseModel

from plimsoll.cli import console
from plimsoll.cli.options import AT, JSON, PATH, hex32
from plimsoll.cli.proof_files import UnreadableFileError, read_proof_file
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.json_files import read_model
from plimsoll.service.models import SignedStatement, Valid
from plimsoll.service.signing import PROGRAMS
from plimsoll.verifier.attestations import (
    NOTHING,
    AttestationPolicy,
    VerifiersAttestation,
    VerifierSet,
    context_digest,
    values_digest,
    verify_attestation,
)
from plimsoll.verifier.consumer import ConsumerContext
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.onchain import accept_root_call, admit_call, write_attestation
from plimsoll.verifier.statement import read_proof

_MICROSECONDS: Final = 1_000_000
VERIFIERS = click.option("--verifiers", type=PATH, required=True, help="The verifier set that you accept.")


@click.group()
def attestation() -> None:
    """Several verifiers' word that a proof is valid."""


@attestation.command()
@click.argument("answers", type=PATH, nargs=-1, required=True)
@VERIFIERS
@click.option("--out", type=PATH, required=True, help="Where to write the attestation.")
def gather(answers: tuple[Path, ...], verifiers: Path, out: Path) -> int:
    """Make one attestation of ANSWERS, as verifier services gave them. A bad signature is named.

    \b
    Exit codes: 0 done, 3 a file cannot be read, or the answers make no attestation.
    """
    from plimsoll.prover.attestations import AttestationError  # noqa: PLC0415 - py_ecc is an extra
    from plimsoll.prover.attestations import gather as add  # noqa: PLC0415

    accepted = VerifierSet.load(verifiers)
    signed: dict[bytes, SignedStatement] = {}
    for path in answers:
        one = read_model(Valid, path).attestation
        if one is None:
            raise AttestationError(f"{path}: nothing is signed; ask with attest_until")
        if one.public_key in signed:
            raise AttestationError(f"{path}: another answer is by the same verifier; give one of each")
        signed[one.public_key] = one
    statement = next(iter(signed.values())).statement
    for path, one in zip(answers, signed.values(), strict=True):
        if one.statement != statement:
            raise AttestationError(f"{path}: another statement or expiry than {answers[0]}; ask all for the same")
    found = add(accepted, statement, {key: one.signature for key, one in signed.items()})
    _write(out, found)
    console.say(f"{out}: {len(signed)} of {len(accepted.verifiers)} verifiers, {accepted.threshold} needed")
    return console.OK


@attestation.command()
@click.argument("file", type=PATH)
@VERIFIERS
@click.option("--kind", type=click.Choice(sorted(PROGRAMS)), required=True, help="What must have been verified.")
@click.option("--context", metavar="HEX", default="", help="The context, hexadecimal [default: none].")
@click.option("--threshold", metavar="HEX", callback=hex32, help="The word of an account's threshold [default: none].")
@click.option("--root", metavar="HEX", callback=hex32, help="The root that you were shown.")
@click.option("--parameters", metavar="HEX", callback=hex32, help="Digest of the rules that you accept.")
@AT
@JSON
def verify(
    file: Path,
    verifiers: Path,
    kind: str,
    context: str,
    threshold: bytes | None,
    root: bytes | None,
    parameters: bytes | None,
    at: int | None,
    as_json: bool,
) -> int:
    """Verify that enough verifiers attest what FILE says, for you and now.

    \b
    Exit codes: 0 they do, 1 they do not, 3 a file cannot be read.
    """
    try:
        bound = bytes.fromhex(context)
    except ValueError:
        raise click.BadParameter(f"--context: {context[:80]!r} is not hexadecimal") from None
    policy = AttestationPolicy(
        at=int(time.time()) if at is None else at // _MICROSECONDS,
        kind=kind,
        programs=frozenset(PROGRAMS[kind]),
        context=bound,
        threshold=threshold or NOTHING,
        root=root,
        parameters=parameters,
    )
    brought, accepted = VerifiersAttestation.load(file), VerifierSet.load(verifiers)
    try:
        found = verify_attestation(brought, accepted, policy)
    except VerificationError as error:
        if as_json:
            console.write_json({"valid": False, "step": error.step, "expected": error.expected, "got": error.got})
        console.say(f"invalid: {file} fails at step {error}")
        return console.FAILED
    fields = found.statement.model_dump(mode="json")
    if as_json:
        console.write_json({"valid": True, "signers": list(found.signers), "statement": fields})
        return console.OK
    terminal = console.stdout()
    terminal.print(f"[bold green]attested:[/] {kind}, by {accepted.threshold} or more of {len(accepted.verifiers)}")
    terminal.print(f"by    {', '.join(found.signers)}")
    terminal.print(f"root  {fields['root']}")
    console.say("an attestation is its signers' word, no proof")
    return console.OK


@attestation.command()
@click.argument("file", type=PATH)
@click.option("--proof", type=PATH, help="For an account: its proof, whose public values the contract takes.")
@click.option("--fixed", is_flag=True, help="The fixed form of 418 bytes, for other programs.")
def calldata(file: Path, proof: Path | None, fixed: bool) -> int:
    """Write FILE as a call of the reference contract, hexadecimal: of a publication or of an account.

    \b
    Exit codes: 0 done, 3 a file cannot be read, or makes no such call.
    """
    brought = VerifiersAttestation.load(file)
    kind = brought.statement.kind
    if fixed:
        data = write_attestation(brought)
    elif kind == "publication":
        data = accept_root_call(brought)
    elif kind == "account" and proof:
        data = _admit(brought, proof)
    else:
        raise click.UsageError(f"{file} is of kind {kind}: a contract takes publications, and accounts with --proof")
    click.echo(data.hex())
    return console.OK


def _admit(brought: VerifiersAttestation, proof: Path) -> bytes:
    try:
        statement = read_proof(read_proof_file(proof))[0]
    except VerificationError as error:
        raise UnreadableFileError(f"{proof}: {error}") from None
    said = brought.statement
    if (said.values, said.context) != (values_digest(statement.public_values), context_digest(statement.context)):
        raise UnreadableFileError(f"{proof}: not the proof that was attested; give that one")
    context = ConsumerContext.decode(statement.context)
    if context.scope != said.root:
        raise UnreadableFileError(f"{proof}: its scope is not the book's root, as the contract asks; prove it for that")
    return admit_call(brought, statement.public_values, context.expiry)


def _write(path: Path, model: BaseModel) -> None:
    write_atomically(path, (json.dumps(model.model_dump(mode="json"), indent=2) + "\n").encode())
