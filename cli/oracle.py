"""`plimsoll oracle`: for those who report prices, and for those who gather or check the reports."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import click
from pydantic import BaseModel, ConfigDict, Field

from plimsoll.cli import console
from plimsoll.cli.options import JSON
from plimsoll.cli.proof_files import read_market
from plimsoll.engine.atomic import FileWriteError, write_atomically
from plimsoll.engine.fields import Digest, Version
from plimsoll.engine.json_files import read_model
from plimsoll.engine.price_reports import PriceReport
from plimsoll.engine.problems import InputError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.oracles import Attestation, OracleSet, PublicKey, Signature, verify_prices

if TYPE_CHECKING:
    from plimsoll.prover.oracle_signing import OracleKey

_PATH = click.Path(path_type=Path)


class KeyFile(BaseModel):
    """An oracle's secret on disk: mode 0600."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    version: Version
    kind: Literal["oracle key"]
    seed: Annotated[Digest, Field(repr=False, description="32 secret bytes")]


class SignedReport(BaseModel):
    """One report with its oracle's key and signature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    public_key: PublicKey
    report: PriceReport
    signature: Signature


@click.group()
def oracle() -> None:
    """Keys, signed price reports, and snapshots that are checked against them."""


@oracle.command()
@click.argument("out", type=_PATH)
@click.option("--name", required=True, help="The oracle's name in the list that others accept.")
def key(out: Path, name: str) -> int:
    """Draw a secret key into OUT (mode 0600) and print what others list of it.

    \b
    Exit codes: 0 done, 3 OUT exists or cannot be written.
    """
    from plimsoll.prover.oracle_signing import SEED_BYTES, OracleKey  # noqa: PLC0415 - py_ecc is an extra

    seed = os.urandom(SEED_BYTES)
    listed = OracleKey.from_seed(seed).oracle(name).model_dump(mode="json")
    secret = json.dumps({"version": 1, "kind": "oracle key", "seed": seed.hex()})
    try:
        write_atomically(out, secret.encode(), mode=0o600, exclusive=True)
    except FileExistsError:
        raise FileWriteError(f"{out} exists; a key is never overwritten: choose another file") from None
    console.write_json(listed)
    return console.OK


@oracle.command()
@click.argument("report", type=_PATH)
@click.option("--key", "key_file", type=_PATH, required=True, help="The oracle's key file.")
@click.option("--out", type=_PATH, required=True, help="Where to write the signed report.")
def sign(report: Path, key_file: Path, out: Path) -> int:
    """Sign the price report in REPORT.

    \b
    Exit codes: 0 done, 3 a file cannot be read or written.
    """
    said = read_model(PriceReport, report)
    secret = _read_key(key_file)
    signed = SignedReport(version=1, public_key=secret.public_key, report=said, signature=secret.sign(said))
    _write(out, signed)
    console.say(f"{out}: {len(said.prices)} prices of {said.feed}, signed")
    return console.OK


@oracle.command()
@click.argument("signed", type=_PATH, nargs=-1, required=True)
@click.option("--oracles", type=_PATH, required=True, help="The oracle set.")
@click.option("--out", type=_PATH, required=True, help="Where to write the attestation.")
def attest(signed: tuple[Path, ...], oracles: Path, out: Path) -> int:
    """Gather SIGNED reports into one attestation. Each signature is checked, so that a bad one is named.

    \b
    Exit codes: 0 done, 3 a file cannot be read, or a report is no oracle's of the set.
    """
    from plimsoll.prover.oracle_signing import OracleError  # noqa: PLC0415 - py_ecc is an extra
    from plimsoll.prover.oracle_signing import attest as gather  # noqa: PLC0415

    accepted = OracleSet.load(oracles)
    reports = [read_model(SignedReport, path) for path in signed]
    keys = [one.public_key for one in reports]
    for path, one in zip(signed, keys, strict=True):
        if keys.count(one) > 1:
            raise OracleError(f"{path}: another report has the same oracle's key; give one report of each oracle")
    found = gather(accepted, {one.public_key: (one.report, one.signature) for one in reports})
    _write(out, found)
    console.say(f"{out}: {len(reports)} of {len(accepted.oracles)} oracles, {accepted.quorum} needed")
    return console.OK


@oracle.command()
@click.argument("market", type=_PATH)
@click.option("--oracles", type=_PATH, required=True, help="The oracle set that you accept.")
@click.option("--attestation", type=_PATH, required=True, help="The signed reports that came with the snapshot.")
@JSON
def verify(market: Path, oracles: Path, attestation: Path, as_json: bool) -> int:
    """Verify that the prices of the snapshot MARKET are medians of signed reports.

    \b
    Exit codes: 0 they are, 1 they are not, 3 a file cannot be read.
    """
    snapshot, accepted = read_market(MarketSnapshot, market), OracleSet.load(oracles)
    brought = Attestation.load(attestation)
    try:
        found = verify_prices(snapshot, brought, accepted)
    except VerificationError as error:
        if as_json:
            console.write_json({"valid": False, "step": error.step, "expected": error.expected, "got": error.got})
        console.say(f"invalid: {market} fails at step {error}")
        return console.FAILED
    if as_json:
        lists = {"signers": list(found.signers), "attested": list(found.attested), "claimed": list(found.claimed)}
        console.write_json({"valid": True, **lists})
        return console.OK
    terminal = console.stdout()
    terminal.print(f"[bold green]valid:[/] {len(found.attested)} prices are medians of signed reports")
    terminal.print(f"attested by  {', '.join(found.signers)} ({accepted.quorum} needed)")
    claimed = [*found.claimed, *(["funding"] if snapshot.funding else []), *_open_interest(snapshot)]
    terminal.print(f"only claimed {', '.join(claimed) or 'nothing'}")
    return console.OK


def _open_interest(snapshot: MarketSnapshot) -> list[str]:
    return ["open interest"] if snapshot.open_interest else []


def _read_key(path: Path) -> OracleKey:
    from plimsoll.prover.oracle_signing import OracleError, OracleKey  # noqa: PLC0415 - py_ecc is an extra

    if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise OracleError(f"{path} can be read by others: chmod 600 it, and draw a new key if it was copied")
    try:
        return OracleKey.from_seed(read_model(KeyFile, path).seed)
    except InputError:
        # the cause is left out: its text could quote the secret
        raise OracleError(f"{path} is no key file of `plimsoll oracle key`: restore it from its backup") from None


def _write(path: Path, model: BaseModel) -> None:
    write_atomically(path, (json.dumps(model.model_dump(mode="json"), indent=2) + "\n").encode())
