"""`plimsoll oracle`: for those who report prices, and for those who gather or check the reports."""

from __future__ import annotations

import json
from pathlib import Path

import click
from pydantic import BaseModel, ConfigDict

from plimsoll.cli import console
from plimsoll.cli.key import read_key
from plimsoll.cli.options import JSON, PATH
from plimsoll.cli.proof_files import read_market
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.atomic import write_atomically
from plimsoll.engine.fields import Version
from plimsoll.engine.json_files import read_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.price_reports import PriceReport
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.oracles import Attestation, OracleSet, PublicKey, Signature, verify_prices


class SignedReport(BaseModel):
    """One report with its oracle's key and signature."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    public_key: PublicKey
    report: PriceReport
    signature: Signature


@click.group()
def oracle() -> None:
    """Signed price reports, and snapshots that are checked against them."""


@oracle.command()
@click.argument("report", type=PATH)
@click.option("--key", "key_file", type=PATH, required=True, help="The oracle's key file.")
@click.option("--out", type=PATH, required=True, help="Where to write the signed report.")
def sign(report: Path, key_file: Path, out: Path) -> int:
    """Sign the price report in REPORT.

    \b
    Exit codes: 0 done, 3 a file cannot be read or written.
    """
    said = read_model(PriceReport, report)
    secret = read_key(key_file)
    signed = SignedReport(version=1, public_key=secret.public_key, report=said, signature=secret.sign_report(said))
    _write(out, signed)
    console.say(f"{out}: {len(said.prices)} prices of {said.feed}, signed")
    return console.OK


@oracle.command()
@click.argument("signed", type=PATH, nargs=-1, required=True)
@click.option("--oracles", type=PATH, required=True, help="The oracle set.")
@click.option("--out", type=PATH, required=True, help="Where to write the attestation.")
def attest(signed: tuple[Path, ...], oracles: Path, out: Path) -> int:
    """Gather SIGNED reports into one attestation. Each signature is checked, so that a bad one is named.

    \b
    Exit codes: 0 done, 1 fewer than the quorum, and nothing is written,
    3 a file cannot be read, or a report is no oracle's of the set.
    """
    from plimsoll.prover.oracle_reports import OracleError  # noqa: PLC0415 - py_ecc is an extra
    from plimsoll.prover.oracle_reports import attest as gather  # noqa: PLC0415

    accepted = OracleSet.load(oracles)
    reports = [read_model(SignedReport, path) for path in signed]
    keys = [one.public_key for one in reports]
    for path, one in zip(signed, keys, strict=True):
        if keys.count(one) > 1:
            raise OracleError(f"{path}: another report has the same oracle's key; give one report of each oracle")
    found = gather(accepted, {one.public_key: (one.report, one.signature) for one in reports})
    said = f"{len(reports)} of {len(accepted.oracles)} oracles, {accepted.quorum} needed"
    if len(reports) < accepted.quorum:
        console.show_error(f"{out} is not written: {said}; nobody would accept it")
        return console.FAILED
    _write(out, found)
    console.say(f"{out}: {said}")
    return console.OK


@oracle.command()
@click.argument("market", type=PATH)
@click.option("--parameters", type=PATH, required=True, help="The risk parameters: the currency of each price.")
@click.option("--oracles", type=PATH, required=True, help="The oracle set that you accept.")
@click.option("--attestation", type=PATH, required=True, help="The signed reports that came with the snapshot.")
@JSON
def verify(market: Path, parameters: Path, oracles: Path, attestation: Path, as_json: bool) -> int:
    """Verify that the prices of the snapshot MARKET are medians of signed reports.

    \b
    Exit codes: 0 they are, 1 they are not, 3 a file cannot be read.
    """
    snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
    accepted = OracleSet.load(oracles)
    brought = Attestation.load(attestation)
    try:
        found = verify_prices(snapshot, rules, brought, accepted)
    except VerificationError as error:
        return refuse(error, as_json, f"{market} fails at step")
    claimed = [*found.claimed, *(["funding"] if snapshot.funding else []), *_open_interest(snapshot)]
    if as_json:
        lists = {"signers": list(found.signers), "attested": list(found.attested), "claimed": claimed}
        console.write_json({"valid": True, **lists})
        return console.OK
    terminal = console.stdout()
    terminal.print(f"[bold green]valid:[/] {len(found.attested)} prices are medians of signed reports")
    terminal.print(f"attested by  {', '.join(found.signers)} ({accepted.quorum} needed)")
    terminal.print(f"only claimed {', '.join(claimed) or 'nothing'}")
    return console.OK


def _open_interest(snapshot: MarketSnapshot) -> list[str]:
    return ["open interest"] if snapshot.open_interest else []


def _write(path: Path, model: BaseModel) -> None:
    write_atomically(path, (json.dumps(model.model_dump(mode="json"), indent=2) + "\n").encode())
