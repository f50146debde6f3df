"""The batch's declarations: as the book's, with five sums, and what each call may post to the ledger."""

from __future__ import annotations

from dataclasses import replace

from plimsoll.circuits.bounds.areas import Area, Linear
from plimsoll.circuits.bounds.batch_conclusions import CONCLUSIONS, LEMMAS
from plimsoll.circuits.bounds.conclusions import COEFFICIENTS
from plimsoll.circuits.bounds.declarations import Contract, Declarations
from plimsoll.circuits.bounds.interval import Interval
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
from plimsoll.circuits.bounds.roms import LINES, position_rules
from plimsoll.circuits.bounds.totals_rows import FIGURE_KEYS, FIGURES, INSTRUMENT_KEYS, ROWS_SUMMARY, rows_contract

PART = 2**37 - 1
"""The most that one holding posts under a key: two numbers of 36 bits."""
TOP = 2**36 - 1
"""The most that one account posts under a figure's key: the last limb of a shortfall."""
CLOSED = 2**52 - 1
"""The most that a batch may close under a key."""


def _of_accounts(most: int, figures: int) -> list[Area]:
    return [
        Area(Linear(), Linear(constant=INSTRUMENT_KEYS), Interval(0, most)),
        Area(Linear(constant=FIGURES), Linear(constant=FIGURE_KEYS), Interval(0, figures)),
    ]


def _holdings_areas(_: int) -> list[Area]:
    """Keys ascend: what stands above prev_key has not been posted."""
    above = Linear((("prev_key", 2),), 2)
    instruments, figures = _of_accounts(PART, TOP)
    return [replace(instruments, lo=above), figures]


CONTRACTS = {
    "main": Contract(
        arguments=(),
        results=("height", "rows", *quad("root"), *quad("commitment")),
        free=digests("root", "commitment"),
        case="height",
        cases=range(MAX_HEIGHT + 1),
        areas=lambda h: [
            replace(area, total=Interval(-CLOSED, area.total.hi)) for area in _of_accounts(PART << h, TOP << h)
        ],
        summary=f"{HEIGHT_ASSUMED}; posts what the leaves post, and closes at most 2^52 - 1 under each key",
    ),
    "holdings": Contract(
        arguments=(
            *("n", "prev_key", *quad("digest"), *quad("capacity")),
            *(f"{line}.c{k}" for line in LINES for k in range(COEFFICIENTS)),
        ),
        results=quad("root"),
        free={**digests("digest", "root"), **capacities("capacity")},
        before=lambda case: holdings_rules(LINES),
        areas=_holdings_areas,
        summary="as in the book, for each of the five sums; posts under each key from 2 * prev_key + 2 to 2^15 - 1 at "
        "most 2^37 - 1, under each figure's key at most 2^36 - 1",
    ),
    "subtree": replace(
        SUBTREE,
        areas=lambda h: _of_accounts(PART << h, TOP << h),
        summary=f"{SUBTREE.summary}; posts under each key below 2^15 at most 2^h * (2^37 - 1), under each figure's key "
        "at most 2^h * (2^36 - 1)",
    ),
    "close": rows_contract(
        Interval(-CLOSED, 0), f"{ROWS_SUMMARY}; posts under each key from key to key + 8 n - 1 from -2^52 + 1 to 0"
    ),
}

TAPE = {
    "main": ("height", "rows", "start", *quad("salt")),
    "subtree.z.z": NO_LEAF_TAPE,
    "subtree.z.nz": LEAF_TAPE,
    "holdings.z": tuple(f"negative{i}" for i in range(len(LINES))),
    "holdings.nz": HOLDINGS_TAPE,
    "close.nz": tuple(f"amount{i}" for i in range(8)),
}

CHOICES = {"main": COMMITMENT_SALT, **LEAF_CHOICES}


BATCH = Declarations(CONTRACTS, TAPE, CHOICES, position_rules, CONCLUSIONS, LEMMAS)
