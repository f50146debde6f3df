"""The registry of hints: exact text to native implementation. A hint chooses values; constraints check them.

A hint's text is also valid Python, so cairo-lang's own VM runs the same program in the differential test.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limbs:
    """Cuts the function's last argument, plus `offset`, into `count` limbs of 12 bits: its first `count` locals."""

    count: int
    offset: int = 0


HINTS: dict[str, Limbs] = {
    "limbs(memory, fp, 2)": Limbs(2),
    "limbs(memory, fp, 3)": Limbs(3),
    "limbs(memory, fp, 5)": Limbs(5),
    "limbs(memory, fp, 5, 2 ** 59)": Limbs(5, 1 << 59),
}
LIMB_BITS = 12
LAST_ARGUMENT = -3
"""Distance of a function's last argument from its fp."""
