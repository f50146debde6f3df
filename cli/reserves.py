"""`plimsoll reserves`: what each address signs, and whether all of them did."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import click

from plimsoll.cli import console
from plimsoll.cli.amounts import exact
from plimsoll.cli.options import BLOCKS_WITHIN, JSON, PATH, hex32
from plimsoll.cli.options import venue_key as parse_key
from plimsoll.cli.proof_files import read_market
from plimsoll.cli.verdicts import refuse
from plimsoll.engine.fields import format_time
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.ownership import DOMAIN, OWNERSHIP, OwnedAddress, Reserves, message
from plimsoll.verifier.reserves import Occasion, shared_addresses, verify_reserves


@click.group()
def reserves() -> None:
    """Addresses that a venue lists as its own."""


@reserves.command("message")
@click.argument("listed", type=PATH)
@click.option("--place", type=click.IntRange(0), default=0, show_default=True, help="Which address of the list.")
def show_message(listed: Path, place: int) -> int:
    """Print what an address of LISTED signs: a text for `personal_sign`, or JSON for `eth_signTypedData_v4`.

    Fill in LISTED first, with any signature in the form of one; the wallet's own goes in its place.

    \b
    Exit codes: 0 done, 2 no such address, 3 the file cannot be read.
    """
    found = Reserves.load(listed)
    if place >= len(found.addresses):
        raise click.UsageError(f"--place {place}: {listed} lists {len(found.addresses)} addresses, counted from 0")
    one = found.addresses[place]
    if one.form == "personal message":
        click.echo(message(found, one), nl=False)
    else:
        console.write_json(typed_data(found, one))
    return console.OK


@reserves.command()
@click.argument("listed", type=PATH)
@click.option("--market", type=PATH, required=True, help="The market snapshot of the book that was verified.")
@click.option("--parameters", type=PATH, required=True, help="Its risk parameters: they say what is a coin.")
@click.option("--venue-key", callback=parse_key, required=True, metavar="HEX", help="The venue's public key.")
@click.option("--root", metavar="HEX", callback=hex32, required=True, help="The book's root, as `verify` prints it.")
@BLOCKS_WITHIN
@JSON
def verify(
    listed: Path,
    market: Path,
    parameters: Path,
    venue_key: bytes,
    root: bytes,
    blocks_within: int | None,
    as_json: bool,
) -> int:
    """Verify that each address of LISTED signed for this venue's key, publication and book.

    Balances are the venue's claim: look them up at the blocks that are printed.

    \b
    Exit codes: 0 all signed, 1 refused, 2 wrong usage, 3 the file cannot be read.
    """
    brought = Reserves.load(listed)
    snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
    try:
        found = verify_reserves(brought, Occasion.of(snapshot, rules, venue_key, root, blocks_within))
    except VerificationError as error:
        return refuse(error, as_json, f"{listed} fails at step")
    if as_json:
        console.write_json(
            {
                "valid": True,
                "reserves": _shown(found.reserves),
                "insurance_fund": _shown(found.insurance_fund),
                "assets": {instrument: list(names) for instrument, names in found.assets.items()},
                "blocks": {chain: [height, block.hex()] for chain, (height, block) in found.blocks.items()},
            }
        )
        return console.OK
    terminal = console.stdout()
    terminal.print(f"[bold green]valid:[/] each of {len(brought.addresses)} addresses signed for this book")
    for what, sums in (("reserves", found.reserves), ("insurance fund", found.insurance_fund)):
        for instrument, units in _shown(sums).items():
            terminal.print(f"{what:<15} {instrument:<10} {units}  [dim]claimed: look it up[/]")
    for instrument, names in found.assets.items():
        for name in names:
            terminal.print(f"counted as      {instrument:<10} {name}")
    for chain, (height, block) in found.blocks.items():
        terminal.print(f"look at         {chain:<10} block {height}, 0x{block.hex()}")
    return console.OK


@reserves.command()
@click.argument("listed", type=PATH, nargs=-1, required=True)
@JSON
def shared(listed: tuple[Path, ...], as_json: bool) -> int:
    """Whether two venues list one address: the coins there are those of at most one of them.

    LISTED are the files `reserves.json` of two venues or more. Venues are told apart by their keys. Verify each list
    with its publication first: an address that did not sign is nobody's.

    \b
    Exit codes: 0 no address twice, 1 addresses that two venues list, 2 wrong usage, 3 a file cannot be read.
    """
    if len(listed) < 2:
        raise click.UsageError("one list alone shares nothing: name the lists of two venues or more")
    lists = [Reserves.load(path) for path in listed]
    if len({one.venue_key for one in lists}) == 1:
        raise click.UsageError("all lists are under one venue's key: name the lists of two venues or more")
    found = [
        {"first": str(a), "second": str(b), "address": address}
        for (a, one), (b, other) in combinations(zip(listed, lists, strict=True), 2)
        for address in shared_addresses(one, other)
    ]
    if as_json:
        console.write_json({"shared": found})
    elif found:
        for each in found:
            console.show_error(f"{each['address']} stands in {each['first']} and in {each['second']}")
    else:
        click.echo(f"No address stands in two of these {len(lists)} lists.")
    return console.FAILED if found else console.OK


def typed_data(listed: Reserves, one: OwnedAddress) -> dict[str, object]:
    """The JSON that wallets take for EIP-712, equal member by member to what `verifier.ownership` hashes."""
    return {
        "types": {"EIP712Domain": _members(DOMAIN), "Ownership": _members(OWNERSHIP)},
        "primaryType": "Ownership",
        "domain": {"name": "Plimsoll", "version": "1", "chainId": int(one.chain.split(":")[1])},
        "message": {
            "venue": listed.venue,
            "venueKey": "0x" + listed.venue_key.hex(),
            "sequence": listed.sequence,
            "root": "0x" + listed.root.hex(),
            "purpose": one.purpose,
            "account": show_address(one.address),
            "height": one.height,
            "block": "0x" + one.block.hex(),
            "time": format_time(one.time),
        },
    }


def _members(kind: str) -> list[dict[str, str]]:
    inside = kind[kind.index("(") + 1 : -1]
    pairs = (member.split(" ") for member in inside.split(","))
    return [{"name": name, "type": of} for of, name in pairs]


def _shown(sums: dict[str, int]) -> dict[str, str]:
    return {instrument: exact(units) for instrument, units in sorted(sums.items())}
