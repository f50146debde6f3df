"""What a batch's rows must imply over the integers: as the book's, and what is posted is what is held and lacked."""

from __future__ import annotations

from collections.abc import Callable

from plimsoll.circuits.bounds.areas import Linear
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
from plimsoll.circuits.bounds.roms import LINES
from plimsoll.circuits.bounds.totals_rows import FIGURES, ROW, row_conclusion

LIMBS = 6
"""Limbs of a shortfall: five of 24 bits and one of 36."""
POSTS = LIMBS + 1
PART_BITS = 36


def _added(line: str) -> Conclusion:
    def rest(names: Names) -> IntPoly:
        total = weighted(names, f"call0.{line}.c", COEFFICIENTS, 12) - weighted(names, f"{line}.c", COEFFICIENTS, 12)
        for i in range(HOLDINGS):
            field = f"r{i}.{line}_"
            value = IntPoly.constant(0)
            for k in range(VALUE_LIMBS):
                value = value + names(f"{field}{SLOPE_LIMBS + k}") * (1 << 24 * k)
            above = weighted(names, f"above{i}.", QUANTITY_LIMBS, 12)
            total = total - weighted(names, field, SLOPE_LIMBS, 12) * above - value
        return total

    return Conclusion(f"the new sum {line} is the old one plus slope * (q - lo) + value of each holding", zero=rest)


def _quantity(i: int) -> tuple[Conclusion, ...]:
    low, high, lane = f"post{2 * i}", f"post{2 * i + 1}", f"hash0.i{i}"

    def lo(names: Names) -> IntPoly:
        return names(f"r{i}.lo_low") + names(f"r{i}.lo_high") * (1 << PART_BITS)

    return (
        Conclusion(
            f"0 <= quantity {i} = lo + above <= lo + span < 2^60",
            positive=lambda names: [names(lane), lo(names) + names(f"r{i}.span") - names(lane)],
            zero=lambda names: names(lane) - lo(names) - weighted(names, f"above{i}.", QUANTITY_LIMBS, 12),
        ),
        Conclusion(
            f"quantity {i} is posted: low under 2 * key, high under 2 * key + 1, low + 2^36 * high = quantity {i}",
            zero=lambda names: [
                names(lane) - names(f"{low}.amount") - names(f"{high}.amount") * (1 << PART_BITS),
                names(f"{low}.key") - names(f"r{i}.key") * 2,
                names(f"{high}.key") - names(f"r{i}.key") * 2 - IntPoly.constant(1),
            ],
        ),
    )


def _shortfall(s: int) -> tuple[Conclusion, ...]:
    line, bit = LINES[s], f"negative{s}"

    def total(names: Names) -> IntPoly:
        return weighted(names, f"{line}.c", COEFFICIENTS, 12)

    def size(names: Names) -> IntPoly:
        """y as the range checks see it: two limbs of each carry, and the top."""
        y = weighted(names, f"limbs{LIMBS * s + LIMBS - 1}.", 3, 12) * (1 << 24 * (LIMBS - 1))
        for j in range(LIMBS - 1):
            y = y + weighted(names, f"limbs{LIMBS * s + j}.", 2, 12) * (1 << 24 * j)
        return y

    def sign(names: Names) -> IntPoly:
        return total(names) - names(bit) * total(names) * 2 - names(bit) - size(names)

    def posted(names: Names) -> list[IntPoly]:
        amounts = IntPoly.constant(0)
        for j in range(LIMBS):
            amounts = amounts + names(f"post{POSTS * s + j}.amount") * (1 << 24 * j)
        keys = [names(f"post{POSTS * s + j}.key") - IntPoly.constant(FIGURES + ROW * s + j) for j in range(POSTS)]
        return [amounts + names(bit) * total(names), names(f"post{POSTS * s + LIMBS}.amount") - names(bit), *keys]

    return (
        Conclusion(
            f"{line}: f is 0 or 1, and (1 - 2 f) * sum - f >= 0: f = 1 if the sum is negative, else 0",
            positive=lambda names: [size(names), names(bit), IntPoly.constant(1) - names(bit)],
            zero=sign,
        ),
        Conclusion(f"{line}: the limbs posted for figure {s} are of -f * sum = max(0, -sum); and f", zero=posted),
    )


def _top(s: int) -> tuple[str, Callable[[Names], IntPoly]]:
    """The last limb posted is f times what the range checks of the top say."""
    return (
        f"post{POSTS * s + LIMBS - 1}.amount",
        lambda names: weighted(names, f"limbs{LIMBS * s + LIMBS - 1}.", 3, 12) * names(f"negative{s}"),
    )


LEMMAS = {"holdings.z": dict(_top(s) for s in range(len(LINES)))}

CONCLUSIONS = {
    "main": START_AND_LAST,
    "subtree.z.nz": LEAF,
    "holdings.nz": (
        *(c for i in range(HOLDINGS) for c in _quantity(i)),
        *KEYS_ASCEND,
        *KEYS_PACKED,
        *map(_added, LINES),
    ),
    "holdings.z": tuple(c for s in range(len(LINES)) for c in _shortfall(s)),
    "close.nz": (row_conclusion(-1, Linear((("key", 1),)), 2**52 - 1),),
}
