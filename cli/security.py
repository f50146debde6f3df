"""`plimsoll security`: how strong a proof is, term by term, with each term's formula, figures and source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.console import Console

from plimsoll.circuits.tables import TableSet
from plimsoll.cli import console
from plimsoll.cli.claims import MARKET, PARAMETERS, read_claims
from plimsoll.cli.options import JSON, PATH
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import FULL_SECURITY
from plimsoll.verifier.profile import Profile
from plimsoll.verifier.security import explain, security_bits
from plimsoll.verifier.security_terms import DESCRIPTIONS


@click.command()
@click.argument("proof", type=PATH)
@MARKET
@PARAMETERS
@JSON
def security(proof: Path, market: Path | None, parameters: Path | None, as_json: bool) -> int:
    """Show the proven security of PROOF, term by term, without verifying it.

    The figures follow from profile and table heights. Without --market and --parameters the schedule's height is the
    one that the proof claims; `verify` never relies on it.

    \b
    Exit codes: 0 shown, 1 no valid encoding, or no proof that this release verifies, 2 wrong usage,
    3 a file cannot be read.
    """
    try:
        claims = read_claims(proof, market, parameters)
        data = security_data(claims.tables(), claims.statement.profile)
    except VerificationError as error:
        console.show_error(f"{proof}: {error}")
        return console.FAILED
    data["schedule_height"] = "the proof's claim" if claims.rebuilt is None else "rebuilt"
    if as_json:
        console.write_json(data)
    else:
        _show(console.stdout(), proof, data)
    return console.OK


def security_data(tables: TableSet, profile: Profile) -> dict[str, Any]:
    """All terms as JSON-able data; bits as decimal strings."""
    terms = [
        {
            "term": one.name,
            "title": DESCRIPTIONS[one.name].title,
            "bits": None if one.bits is None else f"{one.bits:.2f}",
            "stated": one.stated,
            "what": DESCRIPTIONS[one.name].what,
            "formula": DESCRIPTIONS[one.name].formula,
            "figures": one.figures,
            "source": DESCRIPTIONS[one.name].source,
        }
        for one in explain(tables, profile)
    ]
    return {
        "verified": False,
        "profile": profile.name,
        "minimum": f"{security_bits(tables, profile):.2f}",
        "terms": terms,
    }


def show_terms(terminal: Console, data: dict[str, Any]) -> None:
    """Terms and bits as a table; `inspect` shows it, too."""
    listed = [[one["title"], one["term"], one["bits"]] for one in data["terms"] if one["bits"] is not None]
    listed.append(["all together", "minimum", data["minimum"]])
    listed += [[one["title"], "", one["stated"]] for one in data["terms"] if one["bits"] is None]
    columns = [("term", False), ("upstream's name", False), ("bits", True)]
    terminal.print(console.listing("Proven security", columns, listed))


def _show(terminal: Console, proof: Path, data: dict[str, Any]) -> None:
    terminal.print(console.plain(f"{proof}, profile {data['profile']} (not verified)") + "\n")
    show_terms(terminal, data)
    for one in data["terms"]:
        bits = one["stated"] if one["bits"] is None else f"{one['bits']} bits"
        figures = ", ".join(f"{name} {value}" for name, value in one["figures"].items())
        rows = [("chance", one["what"]), ("formula", one["formula"]), ("figures", figures), ("source", one["source"])]
        terminal.print()
        terminal.print(console.facts(f"{one['title']}  {bits}".rstrip(), rows))
    terminal.print(
        f"\n|F| is 2^192; each term bounds a cheating prover's chance in one round (round-by-round soundness), and the "
        f"weakest counts. No conjecture is used; hashes are assumed to have no shortcut. `verify` asks for "
        f"{FULL_SECURITY} bits."
    )
