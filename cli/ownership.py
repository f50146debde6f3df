"""Whose key and what lien stand in a leaf, as commands ask for them and tell them."""

from __future__ import annotations

from typing import Final

import click

from plimsoll.circuits.leaves import NO_OWNER, Quad
from plimsoll.cli import console
from plimsoll.cli.amounts import exact_lien, lien
from plimsoll.cli.options import parsed
from plimsoll.engine.titles import parse_owner
from plimsoll.verifier.customer import CustomerFile, VerifiedCustomer, show_quad

NOBODY: Final = "none - nobody can prove this account"
UNCOMPARED: Final = (
    "an owner's key stands in this leaf: whoever holds the secret of this key can prove the account to lenders as his "
    "own. Compare it with what `plimsoll account key` printed for you (--owner does); if you never drew a key, object"
)


OWNER = click.option(
    "--owner",
    callback=parsed(parse_owner),
    metavar="HEX",
    help="Your owner's key, as `plimsoll account key` printed it; compared. 64 zeros: you have none.",
)


def title_data(found: VerifiedCustomer | CustomerFile) -> dict[str, str | None]:
    """Owner (None: no key) and lien, of the quote currency, for a program."""
    key = _key(found)
    return {"owner": None if key is None else show_quad(key), "lien": exact_lien(found.lien)}


def title_shown(found: VerifiedCustomer | CustomerFile, quote: str, *, compared: bool) -> list[tuple[str, str]]:
    """The same as lines with a name and a value.

    Args:
        compared: whether the owner's key is the one that the reader gave.
    """
    key = _key(found)
    owner = NOBODY if key is None else show_quad(key)
    return [
        ("owner's key", f"{owner}, as you gave it" if compared and key else owner),
        ("lien", lien(found.lien, quote)),
    ]


def warn_of_owner(found: VerifiedCustomer | CustomerFile, *, compared: bool) -> None:
    """Warns of a key that nobody compared: the venue may have written one of its own."""
    if _key(found) is not None and not compared:
        console.show_warning(UNCOMPARED)


def _key(found: VerifiedCustomer | CustomerFile) -> Quad | None:
    return None if found.owner == NO_OWNER else found.owner
