"""`plimsoll inspect`: what a proof claims. Nothing it prints has been verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass, ShapeError
from plimsoll.circuits.tables import TableSet
from plimsoll.cli import console
from plimsoll.cli.options import JSON
from plimsoll.cli.proof_files import read_market, read_proof_file
from plimsoll.cli.verify import hexadecimal
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import expected_statement
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM
from plimsoll.verifier.security import security_terms
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.statement import NO_PREVIOUS, Statement, read_proof

_PROFILE = (
    "log_blowup",
    "queries",
    "query_pow_bits",
    "log_final_poly_len",
    "max_log_arity",
    "random_codewords",
    "cap_height",
    "salt_elements",
)
_DIGESTS = ("program", "tables", "instruments", "schedule", "market", "parameters")


@click.command()
@click.argument("proof", type=click.Path(path_type=Path))
@click.option("--market", type=click.Path(path_type=Path), help="The market snapshot, to show tables and security.")
@click.option("--parameters", type=click.Path(path_type=Path), help="The risk parameters, likewise.")
@JSON
def inspect(proof: Path, market: Path | None, parameters: Path | None, as_json: bool) -> int:
    """Show what PROOF claims, without verifying it.

    With --market and --parameters also its tables with heights and widths, and its security in bits, term by term.

    \b
    Exit codes: 0 shown, 1 no valid encoding, 2 wrong usage, 3 a file cannot be read.
    """
    if (market is None) != (parameters is None):
        raise click.UsageError("--market and --parameters belong together: give both or neither")
    data = read_proof_file(proof)
    try:
        statement, body = read_proof(data)
        shape = ShapeClass.parse(statement.shape)
        claims = _claims(statement, shape, len(data), len(body))
        if market is not None and parameters is not None:
            snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
            expected = expected_statement(book_program(), snapshot, rules, shape)
            claims["matches"] = {
                name: getattr(expected.digests, name) == getattr(statement.digests, name) for name in _DIGESTS
            }
            claims["tables"] = _tables(expected.book.tables, statement)
            terms = security_terms(expected.book.tables, statement.profile)
            claims["security_bits"] = {name: f"{bits:.2f}" for name, bits in terms.items()}
    except (VerificationError, ShapeError) as error:
        console.show_error(f"{proof}: {error}")
        return console.FAILED
    if as_json:
        console.write_json(claims)
    else:
        _show(proof, claims)
    return console.OK


def _claims(statement: Statement, shape: ShapeClass, size: int, body: int) -> dict[str, Any]:
    values = statement.public_values
    return {
        "verified": False,
        "bytes": size,
        "body_bytes": body,
        "kind": statement.kind,
        "shape": statement.shape,
        "leaves": shape.leaves,
        "holdings_rows": shape.holdings_rows,
        "root": [str(one) for one in values[1:5]],
        "commitment": [str(one) for one in values[5:9]],
        "sequence": statement.sequence,
        "previous": None if statement.previous == NO_PREVIOUS else statement.previous.hex(),
        "batch": [statement.batch_index, statement.batch_count],
        "context": statement.context.hex(),
        "nonce_digest": statement.nonce_digest.hex(),
        "digests": {name: getattr(statement.digests, name).hex() for name in _DIGESTS},
        "program_known": statement.digests.program.hex() == BOOK_PROGRAM,
        "profile": {"name": statement.profile.name, **{name: getattr(statement.profile, name) for name in _PROFILE}},
    }


def _tables(tables: TableSet, statement: Statement) -> list[dict[str, Any]]:
    shape = proof_shape(tables, statement.profile)
    return [
        {
            "table": one.table.name,
            "height": 1 << one.log_height,
            "columns": one.table.width,
            "lookup_columns": len(one.columns),
            "constraints": len(one.table.constraints),
            "messages": len(one.table.messages),
        }
        for one in shape.instances
    ]


def _show(proof: Path, claims: dict[str, Any]) -> None:
    terminal = console.stdout()
    root, commitment = (tuple(map(int, claims[name])) for name in ("root", "commitment"))
    profile = claims["profile"]
    rows = [
        ("kind", f"{claims['kind']}, batch {claims['batch'][0]} of {claims['batch'][1]}"),
        ("claim", "every account under the root has at least its maintenance margin"),
        (
            "shape class",
            f"{claims['shape']}: up to {claims['leaves']:,} accounts, {claims['holdings_rows']:,} rows of six",
        ),
        ("root", hexadecimal(root)),
        ("commitment", hexadecimal(commitment)),
        ("nonce's digest", claims["nonce_digest"]),
        ("sequence", str(claims["sequence"])),
        ("previous", claims["previous"] or "none"),
        ("profile", f"{profile['name']}: " + ", ".join(f"{name} {profile[name]}" for name in _PROFILE)),
        ("size", f"{claims['bytes']:,} bytes"),
    ]
    terminal.print(console.facts(f"{proof} claims (not verified)", rows))
    terminal.print()
    known = "this release's" if claims["program_known"] else "not this release's"
    matches = claims.get("matches", {})
    notes = {True: "matches", False: "does not match", None: ""}
    listed = [[name, value, notes[matches.get(name)]] for name, value in claims["digests"].items()]
    listed[0][2] = known
    columns = [("digest of", False), ("SHA-256", False), ("", False)]
    terminal.print(console.listing("Bound digests", columns, listed))
    if "tables" not in claims:
        terminal.print("\nGive --market and --parameters to see its tables and its security.")
        return
    terminal.print()
    figures = ("height", "columns", "lookup_columns", "constraints", "messages")
    listed = [[one["table"], *(f"{one[name]:,}" for name in figures)] for one in claims["tables"]]
    columns = [("table", False), *((name.replace("_", " "), True) for name in figures)]
    terminal.print(console.listing("Tables", columns, listed))
    terminal.print()
    listed = [[name, bits] for name, bits in claims["security_bits"].items()]
    terminal.print(console.listing("Proven security", [("term", False), ("bits", True)], listed))
