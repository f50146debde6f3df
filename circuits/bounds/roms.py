"""What records of the schedule satisfy, from the encoder's own constants, and the check that given ones do."""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits import schedule_records as encoder
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
"""Fields of a lookup on rom:schedule."""


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


def check_records(records: Sequence[Sequence[int]]) -> None:
    """Checks records against the rules that the analysis takes for granted.

    Raises:
        BoundsError: naming the record and the rule.
    """
    rules = schedule_rules()["schedule"]
    for index, record in enumerate(records):
        values = dict(zip(RECORD, (index, *map(signed, record)), strict=True))
        for rule in rules:
            if sum(factor * values[name] for name, factor in rule.terms) + rule.constant < 0:
                raise BoundsError("rom:schedule", f"record {index}", f"{rule} does not hold")
