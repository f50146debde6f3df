"""`plimsoll inspect`: what a proof claims. Nothing it prints has been verified."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plimsoll.circuits.tables import TableSet
from plimsoll.cli import console
from plimsoll.cli.claims import MARKET, PARAMETERS, Claims, read_claims
from plimsoll.cli.kinds import ProofKind
from plimsoll.cli.options import JSON, PATH
from plimsoll.cli.security import security_data, show_terms
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import hexadecimal
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.statement import NO_PREVIOUS, Statement

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
@click.argument("proof", type=PATH)
@MARKET
@PARAMETERS
@JSON
def inspect(proof: Path, market: Path | None, parameters: Path | None, as_json: bool) -> int:
    """Show what PROOF claims, without verifying it.

    With --market and --parameters also its tables with heights and widths, and its security in bits, term by term.

    \b
    Exit codes: 0 shown, 1 no valid encoding, 2 wrong usage, 3 a file cannot be read.
    """
    try:
        read = read_claims(proof, market, parameters)
        statement, known = read.statement, read.known
        claims = _claims(read)
        if known:
            claims["matches"] = {
                name: known[name] == getattr(statement.digests, name) for name in _DIGESTS if name in known
            }
            tables = read.tables() if read.rebuilt is None else read.rebuilt
            claims["tables"] = _tables(tables, statement)
            claims["security"] = security_data(tables, statement.profile)
            bits = {one["term"]: one["bits"] for one in claims["security"]["terms"] if one["bits"] is not None}
            claims["security_bits"] = {**bits, "minimum": claims["security"]["minimum"]}
    except VerificationError as error:
        console.show_error(f"{proof}: {error}")
        return console.FAILED
    if as_json:
        claims.pop("security", None)
        console.write_json(claims)
    else:
        _show(proof, claims, read.kind)
    return console.OK


def _claims(read: Claims) -> dict[str, Any]:
    statement, kind = read.statement, read.kind
    quads = {"root": kind.root, "commitment": kind.commitment}
    return {
        "verified": False,
        "bytes": read.size,
        "body_bytes": len(read.body),
        "kind": statement.kind,
        "shape": statement.shape,
        **read.sizes,
        **{
            name: [str(one) for one in statement.public_values[first : first + 4]]
            for name, first in quads.items()
            if first is not None
        },
        "sequence": statement.sequence,
        "previous": None if statement.previous == NO_PREVIOUS else statement.previous.hex(),
        "batch": [statement.batch_index, statement.batch_count],
        "context": statement.context.hex(),
        "nonce_digest": statement.nonce_digest.hex(),
        "digests": {name: getattr(statement.digests, name).hex() for name in _DIGESTS},
        "program_known": statement.digests.program.hex() == kind.program,
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


def _show(proof: Path, claims: dict[str, Any], kind: ProofKind) -> None:
    terminal = console.stdout()
    quads = [(name, hexadecimal(tuple(map(int, claims[name])))) for name in ("root", "commitment") if claims.get(name)]
    profile = claims["profile"]
    rows = [
        ("kind", f"{claims['kind']}, batch {claims['batch'][0]} of {claims['batch'][1]}"),
        ("claim", kind.claim),
        ("shape class", f"{claims['shape']}: {kind.described.format(**claims)}"),
        *quads,
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
    show_terms(terminal, claims["security"])
