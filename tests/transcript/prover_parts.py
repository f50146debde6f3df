"""What the adaptive prover is given and what it is made of: a case, a sponge, committed matrices, expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Op, Table, TableSet
from plimsoll.verifier.extension import Ext, reverse_bits
from plimsoll.verifier.profile import Profile


class TooEarlyError(Exception):
    """A message was asked for before the challenge from which it is to be made."""


class Drawn(Protocol):
    """A sponge that remembers the extension elements drawn from it (`transcript_variants`)."""

    drawn: list[Ext]

    def check_work(self, bits: int, witness: int) -> bool: ...
    def sample_extension(self) -> Ext: ...


@dataclass(frozen=True)
class Case:
    """Tables with rows (blinds zero), public values, statement digest and profile."""

    tables: TableSet
    publics: list[int]
    traces: list[list[list[int]]]
    digest: bytes
    profile: Profile


@dataclass
class Matrix:
    """A committed matrix, masks last: each column's coefficients, and its values on the coset 7 K in natural order."""

    coefficients: list[list[int]]
    codewords: list[list[int]]

    def rows(self) -> list[list[int]]:
        """Rows as they are committed: in bit-reversed order of the points."""
        rows = list(map(list, zip(*self.codewords, strict=True)))
        bits = len(rows).bit_length() - 1
        return [rows[reverse_bits(i, bits)] for i in range(len(rows))]


def expressions(table: Table, main: Sequence[int], periodic: Sequence[int], publics: Sequence[int]) -> list[int]:
    """The value of every expression of the table in a row, or at a point of the base field."""
    leaves = {Op.COLUMN: main, Op.PERIODIC: periodic, Op.PUBLIC: publics}
    values: list[int] = []
    for node in table.nodes:
        if node.op is Op.CONST:
            values.append(node.a)
        elif node.op in leaves:
            values.append(leaves[node.op][node.a])
        else:
            a, b = values[node.a], values[node.b]
            values.append((a + b if node.op is Op.ADD else a - b if node.op is Op.SUB else a * b) % P)
    return values
