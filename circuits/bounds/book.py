"""The book's declarations: contracts of its functions; names of its tape; what is free."""

from __future__ import annotations

from plimsoll.circuits.bounds.book_conclusions import CONCLUSIONS
from plimsoll.circuits.bounds.conclusions import COEFFICIENTS
from plimsoll.circuits.bounds.declarations import Contract, Declarations
from plimsoll.circuits.bounds.leaves import (
    COMMITMENT_SALT,
    HEIGHT_ASSUMED,
    HOLDINGS_TAPE,
    LEAF_CHOICES,
    LEAF_TAPE,
    MAX_HEIGHT,
    NO_LEAF_TAPE,
    SUBTREE,
    capacities,
    digests,
    holdings_rules,
    quad,
)
from plimsoll.circuits.bounds.roms import schedule_rules

CONTRACTS = {
    "main": Contract(
        arguments=(),
        results=("height", *quad("root"), *quad("commitment")),
        free=digests("root", "commitment"),
        case="height",
        cases=range(MAX_HEIGHT + 1),
        summary=HEIGHT_ASSUMED,
    ),
    "holdings": Contract(
        arguments=("n", "prev_key", *quad("digest"), *quad("capacity"), *(f"sum.c{k}" for k in range(COEFFICIENTS))),
        results=quad("root"),
        free={**digests("digest", "root"), **capacities("capacity")},
        before=lambda case: holdings_rules(["sum"]),
        summary="0 <= n < 2^12; -1 <= prev_key < 2^14; |sum.c_k| <= (prev_key + 1) * B_k, where B_k is the most that "
        "one holding adds to c_k: keys strictly ascend, so prev_key + 1 is at least the number of holdings so far",
    ),
    "subtree": SUBTREE,
}

TAPE = {
    "main": ("height", "start", *quad("salt")),
    "subtree.z.z": NO_LEAF_TAPE,
    "subtree.z.nz": LEAF_TAPE,
    "holdings.nz": HOLDINGS_TAPE,
}

CHOICES = {"main": COMMITMENT_SALT, **LEAF_CHOICES}


BOOK = Declarations(CONTRACTS, TAPE, CHOICES, schedule_rules, CONCLUSIONS)
