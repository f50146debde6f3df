"""The account's declarations: what is owed before the holdings are summed, and the way up the tree."""

from __future__ import annotations

from typing import Final

from plimsoll.circuits.account_tables import MAX_ABOVE, MAX_LEVELS
from plimsoll.circuits.bounds.book_conclusions import CONCLUSIONS as OF_BOOK
from plimsoll.circuits.bounds.conclusions import COEFFICIENTS, QUANTITY_LIMBS, at_most, weighted
from plimsoll.circuits.bounds.declarations import Conclusion, Contract, Declarations, Inequality, Kind, Names, between
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.leaves import HOLDINGS_TAPE, MAX_KEY, capacities, digests, holding_bound, quad
from plimsoll.circuits.bounds.roms import schedule_rules

UNIT: Final = (0, 0x7A4, 0x310, 0x5AF)
"""Limbs of 10^14, the units of a sum in one of an amount."""


def start_bound(k: int) -> int:
    """The most that amount and lien put into coefficient k before any holding: limbs of both times limbs of 10^14."""
    return 2 * (2**12 - 1) * sum(unit for j, unit in enumerate(UNIT) if 0 <= k - j < QUANTITY_LIMBS)


def _holdings_before(_: int) -> list[Inequality]:
    """Keys ascend from -1, so prev_key + 1 is at least the number of holdings that the sum collects."""
    rules = [*between("n", 0, 2**12 - 1), *between("prev_key", -1, MAX_KEY)]
    for k in range(COEFFICIENTS):
        most, start = holding_bound(k), start_bound(k)
        rules += [Inequality((("prev_key", most), (f"sum.c{k}", sign)), most + start) for sign in (-1, 1)]
    return rules


def _owed(names: Names) -> IntPoly:
    """The start of the sum, and amount and lien in its units: together zero."""
    return weighted(names, "call0.sum.c", COEFFICIENTS, 12) + (names("amount") + names("lien")) * 10**14


CONTRACTS = {
    "main": Contract(
        arguments=(),
        results=(
            *quad("root"),
            "levels",
            "joined",
            "above",
            *quad("instruments"),
            *quad("context"),
            *quad("tag"),
            "amount",
        ),
        free={
            **digests("root", "tag"),
            **dict.fromkeys((*quad("instruments"), *quad("context")), Kind.CHOICE),
        },
        assumed=(*between("levels", 0, MAX_LEVELS), *between("above", 0, MAX_ABOVE)),
        summary=f"assumed: the public values levels and above are from 0 to {MAX_LEVELS} and from 0 to {MAX_ABOVE} "
        "(the verifier takes them from the publication)",
    ),
    "holdings": Contract(
        arguments=("n", "prev_key", *quad("digest"), *quad("capacity"), *(f"sum.c{k}" for k in range(COEFFICIENTS))),
        results=quad("root"),
        free={**digests("digest", "root"), **capacities("capacity")},
        before=_holdings_before,
        summary="0 <= n < 2^12; -1 <= prev_key < 2^14; |sum.c_k| <= (prev_key + 1) * B_k + S_k, where B_k is the most "
        "that one holding adds to c_k and S_k what lien and amount put there first, below 2^26",
    ),
    "climb": Contract(
        arguments=("n", *quad("digest")),
        results=quad("root"),
        free=digests("digest", "root"),
        before=lambda case: between("n", 0, MAX_LEVELS),
        summary=f"0 <= n <= {MAX_LEVELS}",
    ),
}

TAPE = {
    "main": (
        "levels",
        "joined",
        "above",
        "amount",
        *quad("context"),
        *quad("identifier"),
        *quad("secret"),
        "lien",
        *quad("blind"),
        *quad("instruments"),
        *quad("salt"),
        "class",
        "count",
        "order",
        *quad("commitment"),
    ),
    "holdings.nz": HOLDINGS_TAPE,
    "climb.nz": ("bit", *quad("sibling")),
}

CHOICES = {
    "main": {
        **dict.fromkeys(quad("context"), "published: the consumer's context"),
        **dict.fromkeys(quad("identifier"), "identifier in the id"),
        **dict.fromkeys(quad("secret"), "secret of the owner"),
        **dict.fromkeys(quad("blind"), "blind of the id"),
        **dict.fromkeys(quad("instruments"), "published: digest of the instrument table"),
        **dict.fromkeys(quad("salt"), "salt of the leaf"),
        **dict.fromkeys(quad("commitment"), "commitment of the batch"),
    },
    "climb.nz": dict.fromkeys(quad("sibling"), "sibling in the tree"),
}

CONCLUSIONS = {
    "main": (
        at_most("amount < 2^60", "amount", 2**60 - 1),
        at_most("lien < 2^60", "lien", 2**60 - 1),
        at_most("order < 2^60", "order", 2**60 - 1),
        Conclusion(
            "amount, lien and order are not negative",
            positive=lambda names: [names("amount"), names("lien"), names("order")],
        ),
        Conclusion("the header determines class and count", packed=lambda names: names("hash4.i8")),
        Conclusion("the sum starts from minus (amount + lien) * 10^14", zero=_owed),
    ),
    "holdings.nz": OF_BOOK["holdings.nz"],
    "holdings.z": OF_BOOK["holdings.z"],
}

ACCOUNT = Declarations(CONTRACTS, TAPE, CHOICES, schedule_rules, CONCLUSIONS)
