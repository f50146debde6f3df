"""The declarations of a book's totals: what batches post and the book closes, and its liabilities by asset."""

from __future__ import annotations

from plimsoll.circuits.bounds.areas import Area, ByRecord, Linear
from plimsoll.circuits.bounds.declarations import Contract, Declarations, Inequality, between
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.bounds.leaves import COMMITMENT_SALT, capacities, digests, quad
from plimsoll.circuits.bounds.roms import MAX_ASSETS, totals_rules
from plimsoll.circuits.bounds.totals_conclusions import ASSET_MOST, ASSETS, BATCH_MOST, BOOK_MOST, CONCLUSIONS, POSTED
from plimsoll.circuits.bounds.totals_rows import (
    FIGURE_KEYS,
    FIGURE_ROWS,
    FIGURES,
    INSTRUMENT_KEYS,
    MAX_ROWS,
    ROW,
    ROWS_SUMMARY,
    rows_contract,
)
from plimsoll.circuits.totals_tables import MAX_LOG_SLOTS

LIABILITY = 2**58 + 2**24 - 2
"""The most that one instrument posts under a key of its asset: the high part of a sum, with its low part's carry."""
INSTRUMENTS = 2 * MAX_ROWS
PER_ASSET = 2
"""Instruments whose longs are liabilities in one asset: its spot instrument and its settlement balance."""


def _of_batches(total: Interval) -> list[Area]:
    return [
        Area(Linear(), Linear(constant=INSTRUMENT_KEYS), total),
        Area(Linear(constant=FIGURES), Linear(constant=FIGURE_KEYS), total),
    ]


def _main_areas(height: int) -> list[Area]:
    asset_keys = Linear(constant=ASSETS), Linear(constant=ASSETS + POSTED * MAX_ASSETS)
    return [
        *_of_batches(Interval(-BOOK_MOST, BATCH_MOST << height)),
        Area(*asset_keys, Interval(-ASSET_MOST, 0)),
        Area(Linear(), Linear(constant=POSTED * INSTRUMENTS), Interval(0, LIABILITY), "terms"),
    ]


def _instruments_areas(_: int) -> list[Area]:
    """Two instruments a row: totals under four keys each, liabilities by the term's index."""
    first, end = Linear((("index", 4),)), Linear((("index", 4), ("n", ROW)))
    by_term = Linear((("index", POSTED),)), Linear((("index", POSTED), ("n", 2 * POSTED)))
    return [Area(first, end, Interval(-BOOK_MOST, 0)), Area(*by_term, Interval(0, LIABILITY), "terms")]


def _chain(most: int, step: int, end: int) -> list[Inequality]:
    """n calls to come, each `step` further: index + step * n <= end."""
    return [*between("n", 0, most), *between("index", 0, end), Inequality((("index", -1), ("n", -step)), end)]


CONTRACTS = {
    "main": Contract(
        arguments=(),
        results=("height", "rows", "count", *quad("root"), *quad("commitment")),
        free=digests("root", "commitment"),
        case="height",
        cases=range(MAX_LOG_SLOTS + 1),
        assumed=tuple(between("count", 0, MAX_ASSETS)),
        areas=_main_areas,
        summary=f"assumed: the public value height is from 0 to {MAX_LOG_SLOTS} (policy: that of the shape class), "
        "count from 0 to 2^16 (policy: the number of bounds in the public terms); posts what the batches post, closes "
        "at most 2^58 - 1 under each key of them and 2^60 - 1 under each of an asset",
    ),
    "batch_rows": rows_contract(
        Interval(0, BATCH_MOST), f"{ROWS_SUMMARY}; posts under each key from key to key + 8 n - 1 from 0 to 2^52 - 1"
    ),
    "join": Contract(
        arguments=("height", "rows", "prev"),
        results=(*quad("root"), "last"),
        free=digests("root"),
        before=lambda h: [*between("height", h, h), *between("rows", 0, MAX_ROWS), *between("prev", 0, 2**60 - 1)],
        after=lambda h: between("last", 0, 2**60 - 1),
        case="height",
        cases=range(MAX_LOG_SLOTS + 1),
        areas=lambda h: _of_batches(Interval(0, BATCH_MOST << h)),
        summary=f"for each height h from 0 to {MAX_LOG_SLOTS}: 0 <= rows < 2^12; 0 <= prev < 2^60; gives "
        "0 <= last < 2^60; posts under each key from 0 to 2^h * (2^52 - 1)",
    ),
    "instruments": Contract(
        arguments=("n", "index", *quad("digest"), *quad("capacity")),
        results=(*quad("next"), *quad("rest")),
        free={**digests("digest", "next"), **capacities("capacity", "rest")},
        before=lambda case: _chain(MAX_ROWS, 2, INSTRUMENTS),
        areas=_instruments_areas,
        summary="n >= 0, index >= 0, index + 2 n <= 2 * (2^12 - 1); posts under each key from 4 index to "
        "4 index + 8 n - 1 from -2^58 + 1 to 0, and for each term from index to index + 2 n - 1 that is a liability "
        "at most 2^58 + 2^24 - 2 under each of its asset's two keys",
    ),
    "figures": Contract(
        arguments=("n", "index", *quad("digest"), *quad("capacity")),
        results=quad("next"),
        free={**digests("digest", "next"), **capacities("capacity")},
        before=lambda case: _chain(FIGURE_ROWS, 1, FIGURE_ROWS),
        areas=lambda case: [
            Area(
                Linear((("index", ROW),), FIGURES),
                Linear((("index", ROW), ("n", ROW)), FIGURES),
                Interval(-BOOK_MOST, 0),
            )
        ],
        summary="n >= 0, index >= 0, index + n <= 5; posts under each key of these figures from -2^58 + 1 to 0",
    ),
    "assets": Contract(
        arguments=("n", "index"),
        results=(),
        free={},
        before=lambda case: _chain(MAX_ASSETS, 1, MAX_ASSETS),
        areas=lambda case: [
            Area(
                Linear((("index", POSTED),), ASSETS),
                Linear((("index", POSTED), ("n", POSTED)), ASSETS),
                Interval(-ASSET_MOST, 0),
            )
        ],
        summary="n >= 0, index >= 0, index + n <= 2^16; posts under each key of these assets from -2^60 + 1 to 0",
    ),
}

AMOUNTS = tuple(f"amount{i}" for i in range(ROW))
TAPE = {
    "main": ("height", "rows", "count", "start", *quad("salt")),
    "batch_rows.nz": AMOUNTS,
    "join.z.z": ("kind",),
    "join.z.nz": ("kind", *quad("root"), *quad("salt"), "last"),
    "instruments.nz": AMOUNTS,
    "figures.nz": AMOUNTS,
    "assets.nz": ("sum_low", "sum_high", "borrow"),
}

CHOICES = {
    "main": COMMITMENT_SALT,
    "join.z.nz": {
        "kind": "any number but zero means a batch",
        **dict.fromkeys(quad("root"), "root of the batch"),
        **dict.fromkeys(quad("salt"), "salt of the batch's commitment"),
    },
}

LIABILITIES = ByRecord(
    rom="terms",
    field="asset",
    flag="liability",
    width=POSTED,
    keys=Interval(ASSETS, ASSETS + POSTED * MAX_ASSETS - 1),
    most=PER_ASSET,
)

TOTALS = Declarations(CONTRACTS, TAPE, CHOICES, totals_rules, CONCLUSIONS, by_record=(LIABILITIES,))
