"""Values of cells on a path: polynomials, and pointers into builtins' segments. There are no other pointers."""

from __future__ import annotations

from dataclasses import dataclass

from plimsoll.circuits.compiler.polynomials import Poly


@dataclass(frozen=True, slots=True)
class Cursor:
    """The start of a builtin's cells in this call: generation 0 came in, generation g from the g-th call made."""

    builtin: str
    generation: int


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a read-only table; `address` is its distance from the table's start, in cells."""

    rom: str
    address: Poly


@dataclass(frozen=True, slots=True)
class Pointer:
    """A cell `offset` behind a cursor or the start of a record."""

    root: Cursor | Record
    offset: int

    def __str__(self) -> str:
        if isinstance(self.root, Cursor):
            return f"{self.root.builtin}_ptr + {self.offset}"
        return f"a record of {self.root.rom} + {self.offset}"


Value = Poly | Pointer
