"""Poseidon2 equals Plonky3's on its published vector, and the table says the same as the permutation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import table_values
from plimsoll.circuits.poseidon2 import OUTPUT_LANES, WIDTH, permute, poseidon_row, poseidon_table
from plimsoll.circuits.tables import BLINDS

# p3-goldilocks 0.8.0, src/poseidon2.rs, test_default_goldilocks_poseidon2_width_12.
PUBLISHED = [
    0xF292AB67C0F14B03,
    0x0A32F1B37656544C,
    0x053C61AB895498DE,
    0x02FF92E55B196FFB,
    0x58176E8F6F58CAB2,
    0xB0AA1206E7AEC0F8,
    0xE90C13F3DCE83CA4,
    0xF4DA15333EDF39C2,
    0x23B701C053C2CA6C,
    0xD233D593DCDFBF58,
    0x4EFFA5F9516FB52E,
    0x0AAF4489F1F40166,
]
TABLE = poseidon_table()
states = st.lists(st.integers(0, P - 1), min_size=WIDTH, max_size=WIDTH)


def constraints(row: list[int]) -> list[int]:
    values = table_values(TABLE.nodes, row, 0, (), ())
    return [values[c] for c in TABLE.constraints]


def test_published_vector() -> None:
    assert permute(list(range(WIDTH))) == PUBLISHED


def test_state_of_another_width_rejected() -> None:
    with pytest.raises(ValueError, match="12"):
        permute([0] * 8)


@given(states)
def test_row_satisfies_the_table_and_ends_with_the_outputs(state: list[int]) -> None:
    row = poseidon_row(state)
    output = permute(state)
    assert row[:WIDTH] == state
    assert row[-len(OUTPUT_LANES) :] == [output[lane] for lane in OUTPUT_LANES]
    assert not any(constraints([1, *row, *[0] * BLINDS]))


def test_table_provides_inputs_and_outputs_by_multiplicity() -> None:
    row = [5, *poseidon_row(list(range(WIDTH))), *[0] * BLINDS]
    values = table_values(TABLE.nodes, row, 0, (), ())
    [message] = [m for m in TABLE.messages if m.bus == "builtin:poseidon"]
    assert values[message.count] == P - 5
    assert [values[f] for f in message.fields] == [*range(WIDTH), *PUBLISHED[:4], *PUBLISHED[8:]]
    assert message.weight == 0


def test_every_changed_column_rejected() -> None:
    row = [1, *poseidon_row([3] * WIDTH), *[0] * BLINDS]
    assert TABLE.width == len(row)
    for column in range(1, TABLE.width - BLINDS):
        changed = list(row)
        changed[column] = (changed[column] + 1) % P
        assert any(constraints(changed)), f"column {column} is free"
