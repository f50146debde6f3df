"""Poseidon2 over Goldilocks, width 12, S-box x^7, 8 external and 22 internal rounds (eprint 2023/323).

Equal to Plonky3's `default_goldilocks_poseidon2_12`. The algorithm is written once and run on two kinds of element: on
integers (`permute`) and on nodes of a table's expressions (`poseidon_table`).
"""

from __future__ import annotations

from typing import Final, Protocol

from plimsoll.circuits.field import P
from plimsoll.circuits.poseidon2_constants import DIAGONAL, EXTERNAL_FINAL, EXTERNAL_INITIAL, INTERNAL
from plimsoll.circuits.tables import Table, TableBuilder

WIDTH: Final = 12
OUTPUT_LANES: Final = (0, 1, 2, 3, 8, 9, 10, 11)
"""The lanes that the builtin gives: digest and capacity. The others would cost columns and nothing uses them."""
POSEIDON_BUS: Final = "builtin:poseidon"
MULTIPLICITY: Final = 0
"""Column of the poseidon table that counts how often the row's permutation is used."""


class Arithmetic(Protocol):
    """Additions and products of elements, which are integers here and expression nodes there."""

    def add(self, a: int, b: int) -> int: ...

    def mul(self, a: int, b: int) -> int: ...

    def constant(self, value: int) -> int: ...

    def commit(self, a: int) -> int:
        """The element in a column of its own; on values, the element itself."""
        ...


class Values:
    """Elements are integers in [0, p); `columns` collects what the table commits to, in the order of its columns."""

    def __init__(self) -> None:
        self.columns: list[int] = []

    def add(self, a: int, b: int) -> int:
        return (a + b) % P

    def mul(self, a: int, b: int) -> int:
        return a * b % P

    def constant(self, value: int) -> int:
        return value

    def commit(self, a: int) -> int:
        self.columns.append(a)
        return a


class Nodes:
    """Elements are nodes of a table; committing adds a column and a constraint."""

    def __init__(self, builder: TableBuilder) -> None:
        self.builder = builder
        self.add = builder.add
        self.mul = builder.mul
        self.constant = builder.const

    def commit(self, a: int) -> int:
        column = self.builder.column(self.builder.new_column())
        self.builder.assert_zero(self.builder.sub(column, a))
        return column


def permute(state: list[int]) -> list[int]:
    """The permutation of twelve field elements."""
    if len(state) != WIDTH:
        raise ValueError(f"Poseidon2 permutes {WIDTH} elements, got {len(state)}")
    return _permute(Values(), [x % P for x in state])


def poseidon_row(state: list[int]) -> list[int]:
    """The poseidon table's columns from the inputs to the outputs, for one permutation (no multiplicity, no blinds)."""
    values = Values()
    _permute(values, [x % P for x in state])
    return [x % P for x in state] + values.columns


def poseidon_table() -> Table:
    """One row a permutation: multiplicity, 12 inputs, intermediate columns, the 8 outputs, then the blinds."""
    builder = TableBuilder("poseidon")
    multiplicity = builder.column(builder.new_column())
    inputs = [builder.column(builder.new_column()) for _ in range(WIDTH)]
    state = _permute(Nodes(builder), inputs)
    fields = inputs + [state[lane] for lane in OUTPUT_LANES]
    builder.send(POSEIDON_BUS, fields, builder.sub(builder.const(0), multiplicity), 0)
    return builder.build()


def _permute(a: Arithmetic, state: list[int]) -> list[int]:
    state = _external_layer(a, state)
    for constants in EXTERNAL_INITIAL:
        state = _external_round(a, state, constants, range(WIDTH))
    for constant in INTERNAL:
        state = _internal_round(a, state, constant)
    for constants in EXTERNAL_FINAL[:-1]:
        state = _external_round(a, state, constants, range(WIDTH))
    return _external_round(a, state, EXTERNAL_FINAL[-1], OUTPUT_LANES)


def _external_round(
    a: Arithmetic, state: list[int], constants: tuple[int, ...], kept: range | tuple[int, ...]
) -> list[int]:
    state = [_sbox(a, x, c) for x, c in zip(state, constants, strict=True)]
    state = _external_layer(a, state)
    return [a.commit(x) if lane in kept else x for lane, x in enumerate(state)]


def _internal_round(a: Arithmetic, state: list[int], constant: int) -> list[int]:
    state = [a.commit(_sbox(a, state[0], constant)), *state[1:]]
    total = state[0]
    for x in state[1:]:
        total = a.add(total, x)
    return [a.add(a.mul(x, a.constant(d)), total) for x, d in zip(state, DIAGONAL, strict=True)]


def _sbox(a: Arithmetic, x: int, constant: int) -> int:
    """(x + constant)^7 at degree 3: the cube stands in a column of its own."""
    x = a.add(x, a.constant(constant))
    cube = a.commit(a.mul(a.mul(x, x), x))
    return a.mul(a.mul(cube, cube), x)


def _external_layer(a: Arithmetic, state: list[int]) -> list[int]:
    """circ(2 M, M, M) for the 4x4 matrix M of `_matrix`."""
    blocks = [_matrix(a, state[i : i + 4]) for i in range(0, WIDTH, 4)]
    sums = [a.add(a.add(blocks[0][k], blocks[1][k]), blocks[2][k]) for k in range(4)]
    return [a.add(block[k], sums[k]) for block in blocks for k in range(4)]


def _matrix(a: Arithmetic, x: list[int]) -> list[int]:
    """[[2, 3, 1, 1], [1, 2, 3, 1], [1, 1, 2, 3], [3, 1, 1, 2]] times x."""
    x01, x23 = a.add(x[0], x[1]), a.add(x[2], x[3])
    total = a.add(x01, x23)
    t1, t3 = a.add(total, x[1]), a.add(total, x[3])
    return [a.add(t1, x01), a.add(t1, a.add(x[2], x[2])), a.add(t3, x23), a.add(t3, a.add(x[0], x[0]))]
