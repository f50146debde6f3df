"""When a sum of columns with weights tells its columns: limbs of a number, fields packed into one element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.field import P


def overlap(poly: IntPoly, columns: Iterable[int], intervals: Mapping[int, Interval]) -> str:
    """Why different values of the columns could give the polynomial the same residue; empty if they cannot.

    Each column's weight must exceed the widest change of all lighter columns together, and the widest change of all
    must stay below p, so that equal residues are equal integers.
    """
    weights = []
    for column in columns:
        weight = abs(poly.linear(column))
        if not weight:
            return "a column does not stand in the sum with a weight of its own"
        if column not in intervals:
            return "a column of the sum has no bound"
        weights.append((weight, intervals[column]))
    reach = 0
    for weight, interval in sorted(weights, key=lambda item: item[0]):
        if weight <= reach:
            return f"a weight of {weight} does not exceed what the lighter columns reach, {reach}"
        reach += weight * (interval.hi - interval.lo)
    return "" if reach < P else f"the sum spans {Interval(0, reach)}, which is not below p"
