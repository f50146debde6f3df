"""What records of the schedules satisfy, from the encoders' own constants, and the check that given ones do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plimsoll.circuits import position_records as positions
from plimsoll.circuits import schedule_records as encoder
from plimsoll.circuits import totals_tables as terms
from plimsoll.circuits.bounds.declarations import Inequality, between
from plimsoll.circuits.bounds.errors import BoundsError
from plimsoll.circuits.field import signed

RECORD = (
    "index",
    "key",
    "lo",
    "span",
    *(f"d1_{i}" for i in range(encoder.SLOPE_LIMBS)),
    *(f"d0_{i}" for i in range(encoder.VALUE_LIMBS)),
)
"""Fields of a lookup on the book's rom:schedule."""
LINES = ("net", "equity0", "equity1", "equity2", "equity3")
LINE_CELLS = encoder.SLOPE_LIMBS + encoder.VALUE_LIMBS
POSITION = (
    *("index", "key", "lo_low", "lo_high", "span"),
    *(f"{name}_{i}" for name in LINES for i in range(LINE_CELLS)),
)
"""Fields of a lookup on a batch's rom:schedule: of a line first the slope's limbs, then the value's."""

TERM = (
    *("index", "zero_sum", "liability", "asset", "show"),
    *("long_low", "long_high", "short_low", "short_high"),
)
ASSET = ("index", "low", "high")
FIGURE = ("index", "exact", "b0", "b1", "b2", "b3", "b4", "b5", "count")
"""Fields of lookups in the public terms of a book's totals."""
PART_BITS, HIGH_BITS = 36, 60
"""Totals and bounds of liabilities stand in a part of 36 bits and one of 60."""
FIGURE_LIMBS, LIMB_BITS = 6, 24
MAX_ASSETS = 2**16
"""More assets than instruments there can be: the verifier's terms stay far below."""


def schedule_rules() -> dict[str, list[Inequality]]:
    """Inequalities about every record that `schedule_records` returns, by builtin; read anew at each call."""
    slope, value = (1 << encoder.SLOPE_LIMB_BITS) - 1, (1 << encoder.VALUE_LIMB_BITS) - 1
    quantity = (1 << encoder.QUANTITY_BITS) - 1
    rules = [
        *between("index", 0, encoder.MAX_RECORDS - 1),
        *between("key", 0, (1 << encoder.KEY_BITS) - 1),
        *between("lo", 0, quantity),
        *between("span", 0, quantity),
        Inequality((("lo", -1), ("span", -1)), quantity),
    ]
    for i in range(encoder.SLOPE_LIMBS):
        rules += between(f"d1_{i}", -slope, slope)
    for i in range(encoder.VALUE_LIMBS):
        rules += between(f"d0_{i}", -value, value)
    return {"schedule": rules}


def position_rules() -> dict[str, list[Inequality]]:
    """Inequalities about every record that `position_records` returns, by builtin; read anew at each call."""
    slope, value = (1 << encoder.SLOPE_LIMB_BITS) - 1, (1 << encoder.VALUE_LIMB_BITS) - 1
    quantity, low = (1 << encoder.QUANTITY_BITS) - 1, positions.LOW_BITS
    rules = [
        *between("index", 0, encoder.MAX_RECORDS - 1),
        *between("key", 0, (1 << encoder.KEY_BITS) - 1),
        *between("lo_low", 0, (1 << low) - 1),
        *between("lo_high", 0, quantity >> low),
        *between("span", 0, quantity),
        Inequality((("lo_low", -1), ("lo_high", -1 << low), ("span", -1)), quantity),
    ]
    for name in LINES:
        for i in range(encoder.SLOPE_LIMBS):
            rules += between(f"{name}_{i}", -slope, slope)
        for i in range(encoder.SLOPE_LIMBS, LINE_CELLS):
            rules += between(f"{name}_{i}", -value, value)
    return {"schedule": rules}


def totals_rules() -> dict[str, list[Inequality]]:
    """Inequalities about every record of a book's public terms, by builtin; read anew at each call."""
    low, high = terms.PART - 1, (1 << HIGH_BITS) - 1
    of_terms = [rule for flag in ("zero_sum", "liability", "show") for rule in between(flag, 0, 1)]
    of_terms += between("asset", terms.ASSETS, terms.ASSETS + 2 * (MAX_ASSETS - 1))
    for side in ("long", "short"):
        of_terms += [*between(f"{side}_low", 0, low), *between(f"{side}_high", 0, high)]
    figures = [*between("exact", 0, 1), *between("count", 0, terms.MAX_COUNT)]
    for i in range(FIGURE_LIMBS - 1):
        figures += between(f"b{i}", 0, (1 << LIMB_BITS) - 1)
    figures += between(f"b{FIGURE_LIMBS - 1}", 0, (1 << terms.TOP_BITS) - 1)
    assets = [*between("low", 0, low), *between("high", 0, high)]
    return {"terms": of_terms, "figures": figures, "assets": assets}


def check_records(records: Sequence[Sequence[int]]) -> None:
    """Checks the book's records against the rules that the analysis takes for granted. Raises BoundsError."""
    check_table("schedule", RECORD, schedule_rules(), records)


def check_table(
    rom: str, fields: Sequence[str], rules: Mapping[str, list[Inequality]], records: Sequence[Sequence[int]]
) -> None:
    """Checks the records of a read-only table against its rules. `fields` are the index and a record's cells.

    Raises:
        BoundsError: naming the record and the rule.
    """
    for index, record in enumerate(records):
        values = dict(zip(fields, (index, *map(signed, record)), strict=True))
        for rule in rules[rom]:
            if sum(factor * values[name] for name, factor in rule.terms) + rule.constant < 0:
                raise BoundsError(f"rom:{rom}", f"record {index}", f"{rule} does not hold")
