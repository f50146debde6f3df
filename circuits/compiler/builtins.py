"""The builtins' cells on a path. A result of a builtin is a message whoever touches its cell first, read or write.

Each segment stands for the cells behind one cursor. It is open until the cursor is passed on (to a recursive call, or
by returning), which `close` checks to be done exactly at its end.
"""

from __future__ import annotations

from plimsoll.circuits.compiler.errors import BuiltinError, CursorError, PointerError, UnwrittenError
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import Trace
from plimsoll.circuits.compiler.values import Pointer, Record, Value
from plimsoll.circuits.field import P, signed

POSEIDON_INPUTS, POSEIDON_OUTPUTS = 12, 8
POSEIDON_CELLS = POSEIDON_INPUTS + POSEIDON_OUTPUTS
RANGE_BITS = 12
LEDGER_CELLS = 2
"""An entry of the ledger: key and amount."""
RANGE_BUS, POSEIDON_BUS, ROM_BUS = "builtin:range_check", "builtin:poseidon", "rom:"
LEDGER_BUS = "builtin:ledger"


class Segment:
    """The cells behind one cursor of one builtin, with their values as far as they are known."""

    def __init__(self, builtin: str, trace: Trace) -> None:
        self.builtin = builtin
        self.trace = trace
        self.open = True
        self.cells: dict[int, Poly] = {}

    def known(self, offset: int) -> bool:
        """Whether the cell has a value, or the builtin gives it one when it is read."""
        return offset in self.cells or self.gives(offset)

    def read(self, offset: int) -> Poly:
        if offset not in self.cells:
            self._touch(offset)
            self.give(offset)
        return self.cells[offset]

    def define(self, offset: int, value: Value) -> None:
        """First write to a cell that the builtin gives no value."""
        if isinstance(value, Pointer):
            raise PointerError(f"the pointer {value} is written to a cell of {self.builtin}")
        self._touch(offset)
        self.cells[offset] = value

    def close(self, used: int) -> None:
        """The cursor is passed on as cursor + used: refused unless exactly the cells 0 to used - 1 were used."""
        if len(self.cells) != used or any(offset >= used for offset in self.cells):
            raise CursorError(
                f"{self.builtin}_ptr is passed on as cursor + {used} after the use of {len(self.cells)} cells: "
                f"expected exactly the cells 0 to {used - 1} to be used"
            )
        self.open = False

    def _touch(self, offset: int) -> None:
        if not self.open:
            raise CursorError(f"a new cell of {self.builtin} is used behind a cursor that was passed on")
        if offset < 0:
            raise CursorError(f"a cell of {self.builtin} before the incoming cursor is used")

    def gives(self, offset: int) -> bool:
        """Whether the builtin determines the cell; if not, the program must write it before it reads it."""
        return False

    def give(self, offset: int) -> None:
        """Determines the cell: a column, and the message that constrains it. Called only where `gives` says so."""
        raise UnwrittenError(f"a cell of {self.builtin} is read before it is written: it gives no cell a value")

    def finish(self) -> None:
        """Sends the messages that stand at the end of a path's list."""


class Output(Segment):
    """Public output of main: written cells, which main's claim carries to the root table."""


class RangeCheck(Segment):
    """Each written cell is looked up in the table of 12-bit numbers."""

    def finish(self) -> None:
        for offset in sorted(self.cells):
            value = self.trace.field(self.cells[offset], "a range-checked value")
            self.trace.require(RANGE_BUS, [value])


class Tape(Segment):
    """Private input: each cell once, in order; a free column."""

    def gives(self, offset: int) -> bool:
        return True

    def give(self, offset: int) -> None:
        if offset != len(self.cells):
            raise CursorError(f"the tape is read out of order: cell {offset} before cell {len(self.cells)}")
        column = self.trace.new_column()
        self.trace.steps.append({"op": "tape", "column": column})
        self.cells[offset] = Poly.column(column)


class Poseidon(Segment):
    """Permutations: twelve written inputs, eight outputs, one message an instance."""

    def gives(self, offset: int) -> bool:
        return offset % POSEIDON_CELLS >= POSEIDON_INPUTS

    def give(self, offset: int) -> None:
        base = offset - offset % POSEIDON_CELLS
        missing = [i for i in range(POSEIDON_INPUTS) if base + i not in self.cells]
        if missing:
            raise BuiltinError(
                f"an output of poseidon is used before its inputs {missing} are written: "
                "a free input, above all a capacity cell, gives collisions"
            )
        inputs = [self.trace.field(self.cells[base + i], "an input of poseidon") for i in range(POSEIDON_INPUTS)]
        columns = self.trace.new_columns(POSEIDON_OUTPUTS)
        step = {"op": "poseidon", "inputs": [p.to_json() for p in inputs], "columns": columns}
        self.trace.steps.append(step)
        self.trace.require(POSEIDON_BUS, inputs + [Poly.column(c) for c in columns])
        for i, column in enumerate(columns):
            self.cells[base + POSEIDON_INPUTS + i] = Poly.column(column)

    def close(self, used: int) -> None:
        for instance in sorted({offset // POSEIDON_CELLS for offset in self.cells}):
            self.read(instance * POSEIDON_CELLS + POSEIDON_INPUTS)
        super().close(used)


class Ledger(Segment):
    """Entries (key, amount): over a whole run the amounts of each key sum to zero in the field.

    An entry is a message with the key as its field and the amount as its count. No table answers: what some rows post
    others post with the opposite sign. That field sums are sums of integers is for the bound analysis to show.
    """

    def close(self, used: int) -> None:
        if used % LEDGER_CELLS:
            raise CursorError("an entry of the ledger is cut in two: write its key and its amount before passing it on")
        super().close(used)

    def finish(self) -> None:
        for key in range(0, len(self.cells), LEDGER_CELLS):
            field = self.trace.field(self.cells[key], "a key of the ledger")
            amount = self.trace.field(self.cells[key + 1], "an amount of the ledger")
            self.trace.post(LEDGER_BUS, [field], amount)


class Rom:
    """A read-only table: all fields of one record are one lookup. Its cursor never moves."""

    def __init__(self, name: str, record_size: int, trace: Trace) -> None:
        self.name = name
        self.size = record_size
        self.trace = trace
        self._records: dict[Poly, list[int]] = {}

    def pointer(self, base: int, distance: Poly) -> Pointer:
        """`schedule_ptr + base + distance`: the constant part modulo the record's size selects the field."""
        variable, constant = distance.split()
        for c, _ in variable.sorted_terms():
            if signed(c) % self.size:
                raise BuiltinError(
                    f"an address of {self.name} is not a multiple of its record's {self.size} cells: "
                    "a cast to a record of another size?"
                )
        start = base + signed(constant)
        field = start % self.size
        return Pointer(Record(self.name, variable + Poly.constant(start - field)), field)

    def read(self, address: Poly, field: int) -> Poly:
        if not 0 <= field < self.size:
            raise BuiltinError(f"offset {field} is outside a record of {self.name}, which has {self.size} cells")
        if address not in self._records:
            columns = self.trace.new_columns(self.size)
            index = self.trace.field(address.scaled(pow(self.size, -1, P)), f"an index into {self.name}")
            step = {"op": "rom", "rom": self.name, "index": index.to_json(), "columns": columns}
            self.trace.steps.append(step)
            self.trace.require(ROM_BUS + self.name, [index] + [Poly.column(c) for c in columns])
            self._records[address] = columns
        return Poly.column(self._records[address][field])
