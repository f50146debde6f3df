"""What the analysis takes for granted of public tables holds of what encoders give; other records are noticed."""

from __future__ import annotations

import pytest
from batch_books import RECORDS

from plimsoll.circuits.bounds import BoundsError
from plimsoll.circuits.bounds.roms import ASSET, FIGURE, POSITION, TERM, check_table, position_rules, totals_rules
from plimsoll.circuits.field import P
from plimsoll.circuits.shapes import ShapeError
from plimsoll.circuits.totals_tables import MAX_BOUND, MAX_COUNT, MAX_LIABILITY, FigureTerm, InstrumentTerm, Terms

FIELDS = {"terms": TERM, "assets": ASSET, "figures": FIGURE}
LARGEST = Terms(
    (InstrumentTerm(True, None, (2**96 - 1, 2**96 - 1)), *(InstrumentTerm(False, i % 2, None) for i in range(4))),
    (MAX_LIABILITY, 0),
    tuple(FigureTerm(MAX_BOUND, MAX_COUNT, bool(i % 2)) for i in range(5)),
)


def test_positions_satisfy_the_rules() -> None:
    check_table("schedule", POSITION, position_rules(), RECORDS)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", 2**14),
        ("key", P - 1),
        ("lo_low", 2**36),
        ("lo_high", 2**24),
        ("span", 2**60),
        ("net_0", 4096),
        ("equity3_6", P - 4096),
        ("net_7", 2**24),
        ("equity2_12", P - 2**24),
    ],
)
def test_position_out_of_bounds_rejected(field: str, value: int) -> None:
    record = [0] * (len(POSITION) - 1)
    check_table("schedule", POSITION, position_rules(), [record])
    record[POSITION.index(field) - 1] = value
    with pytest.raises(BoundsError, match=f"record 0.*{field}"):
        check_table("schedule", POSITION, position_rules(), [record])


def test_position_whose_upper_end_passes_60_bits_rejected() -> None:
    with pytest.raises(BoundsError, match="lo_high - span"):
        check_table("schedule", POSITION, position_rules(), [[0, 0, 2**23, 2**59, *[0] * 65]])


@pytest.mark.parametrize("rom", FIELDS)
def test_terms_satisfy_the_rules(rom: str) -> None:
    check_table(rom, FIELDS[rom], totals_rules(), LARGEST.roms()[rom])


@pytest.mark.parametrize(
    ("rom", "field", "value"),
    [
        ("terms", "zero_sum", 2),
        ("terms", "liability", P - 1),
        ("terms", "show", 2),
        ("terms", "asset", 2**16 - 1),
        ("terms", "long_low", 2**36),
        ("terms", "short_high", 2**60),
        ("assets", "low", 2**36),
        ("assets", "high", 2**60),
        ("figures", "exact", 2),
        ("figures", "b0", 2**24),
        ("figures", "b5", 2**58),
        ("figures", "count", 2**58),
    ],
)
def test_term_out_of_bounds_rejected(rom: str, field: str, value: int) -> None:
    record = list(LARGEST.roms()[rom][0])
    record[FIELDS[rom].index(field) - 1] = value
    with pytest.raises(BoundsError, match=f"record 0.*{field}"):
        check_table(rom, FIELDS[rom], totals_rules(), [record])


def test_third_liability_of_an_asset_rejected() -> None:
    """What the analysis assumes of terms, and what their constructor refuses."""
    figures = tuple(FigureTerm(0, 0, False) for _ in range(5))
    two = tuple(InstrumentTerm(False, 0, None) for _ in range(2))
    assert Terms(two, (7,), figures).rows == 1
    with pytest.raises(ShapeError, match="at most two instruments"):
        Terms((*two, two[0]), (7,), figures)
