"""All tables of the totals program (totals.cairo): the book over its batches, and the public terms that it meets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.batch_tables import FIGURES
from plimsoll.circuits.program import Program
from plimsoll.circuits.program_tables import ProgramTables, build_tables, committed_program
from plimsoll.circuits.shapes import MIN_LOG_HEIGHT, ShapeError, cover

MAX_LOG_SLOTS: Final = 6
"""At most 64 batches: sums of 64 amounts below 2^52 stay below 2^58 (totals.cairo)."""
PART: Final = 1 << 36
"""Totals stand in two parts, below and above 2^36."""
ASSETS: Final = 1 << 16
"""First ledger key of liabilities (totals.cairo)."""
LIMB_BITS, LIMBS = 24, 6
TOP_BITS: Final = 58
"""The highest limb of a figure's bound: what a sum of all accounts' shortfalls can reach."""
MAX_BOUND: Final = (1 << (LIMB_BITS * (LIMBS - 1) + TOP_BITS)) - 1
MAX_LIABILITY: Final = (1 << (36 + 59)) - 1
MAX_SHOWN: Final = (1 << (36 + 60)) - 1
MAX_COUNT: Final = (1 << 58) - 1
TABLES: Final = (
    "root",
    "main",
    "join.z.z",
    "join.z.nz",
    "join.nz",
    "batch_rows.z",
    "batch_rows.nz",
    "instruments.z",
    "instruments.nz",
    "figures.z",
    "figures.nz",
    "assets.z",
    "assets.nz",
    "poseidon",
    "range_check",
)
_NAME: Final = re.compile(r"totals-2\^([0-6])")


@dataclass(frozen=True, slots=True)
class InstrumentTerm:
    """What one instrument's totals must meet.

    Attributes:
        zero_sum: longs equal shorts.
        asset: index of the asset that its longs are liabilities in; None for none.
        shown: the public totals (long, short) in lots; None leaves them hidden.
    """

    zero_sum: bool
    asset: int | None
    shown: tuple[int, int] | None

    def __post_init__(self) -> None:
        """Raises ShapeError for totals that two parts cannot hold."""
        if any(not 0 <= total <= MAX_SHOWN for total in self.shown or ()):
            raise ShapeError(f"a total of {self.shown} lots is out of range: expected 0 to {MAX_SHOWN}")

    def record(self) -> list[int]:
        long, short = self.shown or (0, 0)
        return [
            int(self.zero_sum),
            int(self.asset is not None),
            ASSETS + 2 * (self.asset or 0),
            int(self.shown is not None),
            *_parts(long),
            *_parts(short),
        ]


@dataclass(frozen=True, slots=True)
class FigureTerm:
    """The most that a sum of shortfalls may be, in 10^-20 quote currency, and of how many accounts; `exact`: both are.

    Figure 0 is the margin gap, figure 1 + s the deficit at snapshot s.
    """

    bound: int
    count: int
    exact: bool

    def __post_init__(self) -> None:
        """Raises ShapeError for what a record cannot hold."""
        if not 0 <= self.bound <= MAX_BOUND or not 0 <= self.count <= MAX_COUNT:
            raise ShapeError(f"a figure's bound of {self.bound} or count of {self.count} is out of range")

    def record(self) -> list[int]:
        limbs = [self.bound >> LIMB_BITS * i & (1 << LIMB_BITS) - 1 for i in range(LIMBS - 1)]
        return [int(self.exact), *limbs, self.bound >> LIMB_BITS * (LIMBS - 1), self.count]


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything public that a book's totals meet: by instrument, in the table's order; by asset; by figure.

    `bounds` are the most that each asset's liabilities may be, in lots of its instruments, at most two of which are
    liabilities: more could wrap their sum.
    """

    instruments: tuple[InstrumentTerm, ...]
    bounds: tuple[int, ...]
    figures: tuple[FigureTerm, ...]

    def __post_init__(self) -> None:
        """Raises ShapeError for terms that the circuit's bounds do not cover."""
        of = [one.asset for one in self.instruments if one.asset is not None]
        if len(self.figures) != FIGURES or not self.instruments:
            raise ShapeError(f"expected {FIGURES} figures and one instrument or more")
        if any(not 0 <= asset < len(self.bounds) for asset in of) or any(of.count(a) > 2 for a in set(of)):
            raise ShapeError("an asset has at most two instruments, and each instrument an asset with a bound")
        if any(not 0 <= bound <= MAX_LIABILITY for bound in self.bounds):
            raise ShapeError(f"expected bounds of liabilities from 0 to {MAX_LIABILITY} lots")

    @property
    def rows(self) -> int:
        """Rows of instruments' totals."""
        return -(-len(self.instruments) // 2)

    def roms(self) -> dict[str, list[list[int]]]:
        """The read-only tables' records; an odd last instrument has a fellow that is shown to be nothing."""
        nothing = InstrumentTerm(False, None, (0, 0))
        padded = [*self.instruments, nothing][: 2 * self.rows]
        return {
            "terms": [one.record() for one in padded],
            # a table has at least one record; without assets no row reads it
            "assets": [_parts(bound) for bound in self.bounds] or [[0, 0]],
            "figures": [one.record() for one in self.figures],
        }


def _parts(value: int) -> list[int]:
    return [value % PART, value // PART]


@dataclass(frozen=True, slots=True)
class TotalsShape:
    """A book of up to 2^log_slots batches."""

    log_slots: int

    def __post_init__(self) -> None:
        if not 0 <= self.log_slots <= MAX_LOG_SLOTS:
            raise ShapeError(f"a book has 1 to {1 << MAX_LOG_SLOTS} batches, not up to 2^{self.log_slots}")

    @property
    def name(self) -> str:
        """The published name, e.g. `totals-2^3`."""
        return f"totals-2^{self.log_slots}"

    @staticmethod
    def parse(name: str) -> TotalsShape:
        """The class of a published name. Raises ShapeError for anything but a name that `name` gives."""
        match = _NAME.fullmatch(name)
        if match is None:
            raise ShapeError(f"{name!r} names no shape class of a book's totals: expected a name such as 'totals-2^3'")
        return TotalsShape(int(match[1]))

    @staticmethod
    def fitting(batches: int) -> TotalsShape:
        """The class for so many batches. Raises ShapeError for none or more than 64."""
        if batches < 1:
            raise ShapeError("a book has at least one batch")
        return TotalsShape((batches - 1).bit_length())

    def log_heights(self, table: str, terms: Terms) -> list[int]:
        """Logarithms of the heights of a table's instances: they follow from public numbers alone."""
        slots, rows, closing = 1 << self.log_slots, terms.rows, terms.rows + FIGURES
        needed = {
            "join.z.z": slots,
            "join.z.nz": slots,
            "join.nz": slots,
            "batch_rows.z": 2 * slots,
            "batch_rows.nz": slots * closing,
            "instruments.nz": rows,
            "figures.nz": FIGURES,
            "assets.nz": len(terms.bounds),
            "poseidon": slots * (closing + 2) + slots - 1 + 1 + closing,
        }
        return [12] if table == "range_check" else cover(max(needed.get(table, 1), 1 << MIN_LOG_HEIGHT))


def totals_program() -> Program:
    """The committed totals program."""
    return committed_program("totals")


def build_totals(program: Program, terms: Terms, shape: TotalsShape) -> ProgramTables:
    """The tables of a book's totals.

    Raises:
        CompileError: the program is not one the compiler accepts.
        ProgramTablesError: the program's paths are not those of totals.cairo.
    """
    return build_tables(program, terms.roms(), lambda table: shape.log_heights(table, terms), TABLES)
