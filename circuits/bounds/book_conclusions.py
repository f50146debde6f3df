"""What the book's rows must imply over the integers: sums, quantities, order, sign. The analysis proves each."""

from __future__ import annotations

from plimsoll.circuits.bounds.conclusions import (
    COEFFICIENTS,
    HOLDINGS,
    KEYS_ASCEND,
    KEYS_PACKED,
    LEAF,
    QUANTITY_LIMBS,
    SLOPE_LIMBS,
    START_AND_LAST,
    VALUE_LIMBS,
    weighted,
)
from plimsoll.circuits.bounds.declarations import Conclusion, Names
from plimsoll.circuits.bounds.integers import IntPoly


def _added(names: Names) -> IntPoly:
    """What the row adds to the sum, less the values of its holdings: zero."""
    rest = weighted(names, "call0.sum.c", COEFFICIENTS, 12) - weighted(names, "sum.c", COEFFICIENTS, 12)
    for i in range(HOLDINGS):
        above = weighted(names, f"above{i}.", QUANTITY_LIMBS, 12)
        rest = (
            rest - weighted(names, f"r{i}.d1_", SLOPE_LIMBS, 12) * above - weighted(names, f"r{i}.d0_", VALUE_LIMBS, 24)
        )
    return rest


def _quantity(i: int) -> tuple[Conclusion, ...]:
    lane = f"hash0.i{i}"
    above = f"above{i}."
    return (
        Conclusion(
            f"0 <= quantity {i} = lo + above",
            positive=lambda names: names(lane),
            zero=lambda names: names(lane) - names(f"r{i}.lo") - weighted(names, above, QUANTITY_LIMBS, 12),
        ),
        Conclusion(
            f"quantity {i} <= lo + span < 2^60",
            positive=lambda names: names(f"r{i}.lo") + names(f"r{i}.span") - names(lane),
        ),
    )


CONCLUSIONS = {
    "main": START_AND_LAST,
    "subtree.z.nz": LEAF,
    "holdings.nz": (
        *(c for i in range(HOLDINGS) for c in _quantity(i)),
        *KEYS_ASCEND,
        *KEYS_PACKED,
        Conclusion("the new sum is the old one plus d1 * (q - lo) + d0 of each holding", zero=_added),
    ),
    "holdings.z": (
        Conclusion(
            "the sum of c_k * 2^(12 k) over the integers is not negative",
            positive=lambda names: weighted(names, "sum.c", COEFFICIENTS, 12),
        ),
    ),
}
