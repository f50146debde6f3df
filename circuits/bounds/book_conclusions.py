"""What the book's rows must imply over the integers: sums, quantities, order, sign. The analysis proves each."""

from __future__ import annotations

from plimsoll.circuits.bounds.declarations import Conclusion, Names
from plimsoll.circuits.bounds.integers import IntPoly

COEFFICIENTS, QUANTITY_LIMBS, HOLDINGS = 11, 5, 6
SLOPE_LIMBS, VALUE_LIMBS = 7, 6


def _weighted(names: Names, prefix: str, count: int, bits: int) -> IntPoly:
    total = IntPoly.constant(0)
    for i in range(count):
        total = total + names(f"{prefix}{i}") * (1 << bits * i)
    return total


def _added(names: Names) -> IntPoly:
    """What the row adds to the sum, less the values of its holdings: zero."""
    rest = _weighted(names, "call0.sum.c", COEFFICIENTS, 12) - _weighted(names, "sum.c", COEFFICIENTS, 12)
    for i in range(HOLDINGS):
        above = _weighted(names, f"above{i}.", QUANTITY_LIMBS, 12)
        rest = (
            rest
            - _weighted(names, f"r{i}.d1_", SLOPE_LIMBS, 12) * above
            - _weighted(names, f"r{i}.d0_", VALUE_LIMBS, 24)
        )
    return rest


def _ascends(after: str, before: str) -> Conclusion:
    return Conclusion(f"{after} > {before}", positive=lambda names: names(after) - names(before) - IntPoly.constant(1))


def _quantity(i: int) -> tuple[Conclusion, ...]:
    lane = f"hash0.i{i}"
    above = f"above{i}."
    return (
        Conclusion(
            f"0 <= quantity {i} = lo + above",
            positive=lambda names: names(lane),
            zero=lambda names: names(lane) - names(f"r{i}.lo") - _weighted(names, above, QUANTITY_LIMBS, 12),
        ),
        Conclusion(
            f"quantity {i} <= lo + span < 2^60",
            positive=lambda names: names(f"r{i}.lo") + names(f"r{i}.span") - names(lane),
        ),
    )


CONCLUSIONS = {
    "main": (
        Conclusion("start < 2^60", positive=lambda names: IntPoly.constant(2**60 - 1) - names("start")),
        Conclusion("last < 2^60", positive=lambda names: IntPoly.constant(2**60 - 1) - names("call0.last")),
    ),
    "subtree.z.nz": (
        _ascends("result.last", "prev"),
        Conclusion("the header determines class and count", packed=lambda names: names("hash0.i8")),
    ),
    "holdings.nz": (
        *(c for i in range(HOLDINGS) for c in _quantity(i)),
        *(_ascends(f"r{i}.key", f"r{i - 1}.key" if i else "prev_key") for i in range(HOLDINGS)),
        Conclusion("the first packed element determines three keys", packed=lambda names: names("hash0.i6")),
        Conclusion("the second packed element determines three keys", packed=lambda names: names("hash0.i7")),
        Conclusion("the new sum is the old one plus d1 * (q - lo) + d0 of each holding", zero=_added),
    ),
    "holdings.z": (
        Conclusion(
            "the sum of c_k * 2^(12 k) over the integers is not negative",
            positive=lambda names: _weighted(names, "sum.c", COEFFICIENTS, 12),
        ),
    ),
}
