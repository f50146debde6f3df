"""All builtins of one path: their open segments, pointer arithmetic, and the passing on of cursors."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from plimsoll.circuits.compiler.builtins import Ledger, Output, Poseidon, RangeCheck, Rom, Segment, Tape
from plimsoll.circuits.compiler.errors import BuiltinError, CursorError, PointerError
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import Trace
from plimsoll.circuits.compiler.values import Cursor, Pointer, Record, Value
from plimsoll.circuits.field import signed

SEQUENTIAL: dict[str, type[Segment]] = {
    "output": Output,
    "range_check": RangeCheck,
    "poseidon": Poseidon,
    "tape": Tape,
    "ledger": Ledger,
}
ROMS = ("schedule", "terms", "assets", "figures")
"""Read-only tables: prices and rules; what a book's totals must meet, by instrument, by currency and by figure."""


class Cursors:
    """The builtins whose cursors a function receives. At any time one segment of each is open: the latest."""

    def __init__(self, builtins: Iterable[str], record_sizes: dict[str, int], trace: Trace) -> None:
        self.trace = trace
        self._segments: dict[str, list[Segment]] = {}
        self._roms: dict[str, Rom] = {}
        for name in builtins:
            if name in ROMS:
                self._roms[name] = Rom(name, record_sizes[name], trace)
            else:
                self._segments[name] = [SEQUENTIAL[name](name, trace)]

    def incoming(self, builtin: str) -> Pointer:
        """The cursor that the function receives."""
        return Pointer(Cursor(builtin, 0), 0)

    def known(self, pointer: Pointer) -> bool:
        """Whether the cell a pointer points to has a value, or gets one from its builtin."""
        segment = self._segment(pointer)
        return segment is None or segment.known(pointer.offset)

    def read(self, pointer: Pointer) -> Poly:
        root = pointer.root
        segment = self._segment(pointer)
        if segment is not None:
            return segment.read(pointer.offset)
        if isinstance(root, Record):
            return self._roms[root.rom].read(root.address, pointer.offset)
        return self._roms[root.builtin].read(Poly.constant(0), pointer.offset)

    def define(self, pointer: Pointer, value: Value) -> None:
        """First write to a cell that is not `known`."""
        segment = self._segment(pointer)
        if segment is None:
            raise BuiltinError("a cell of a read-only table is defined: each of them has a value")
        segment.define(pointer.offset, value)

    def add(self, pointer: Pointer, distance: Poly) -> Pointer:
        """Pointer arithmetic: constants anywhere, anything else only from the cursor of a read-only table."""
        root = pointer.root
        if isinstance(root, Cursor) and root.builtin in self._roms:
            return self._roms[root.builtin].pointer(pointer.offset, distance)
        constant = distance.as_constant()
        if constant is None:
            raise PointerError(f"{pointer} is moved by a distance that is not constant")
        return Pointer(root, pointer.offset + signed(constant))

    def pass_on(self, builtin: str, value: Value) -> None:
        """Checks that a value is the cursor of `builtin` behind all cells used, and closes its segment."""
        if not isinstance(value, Pointer) or not isinstance(value.root, Cursor) or value.root.builtin != builtin:
            raise CursorError(f"{value} is passed on as {builtin}_ptr: expected the cursor of {builtin}")
        if builtin in self._roms:
            return  # any movement makes it the address of a record, which the check above refuses
        segments = self._segments[builtin]
        if value.root.generation != len(segments) - 1:
            raise CursorError(
                f"{builtin}_ptr is passed on twice: the cursor that a call returned must be used after it"
            )
        segments[-1].close(value.offset)

    def renew(self, builtin: str) -> Pointer:
        """The cursor that a recursive call returns."""
        if builtin in self._roms:
            return self.incoming(builtin)
        segments = self._segments[builtin]
        segments.append(SEQUENTIAL[builtin](builtin, self.trace))
        return Pointer(Cursor(builtin, len(segments) - 1), 0)

    def outputs(self) -> Sequence[Poly]:
        """The values written to the output builtin, in order (of a function that has it)."""
        return [segment.cells[i] for segment in self._segments.get("output", []) for i in sorted(segment.cells)]

    def finish(self) -> None:
        """Sends the messages that are left when a path ends."""
        for segments in self._segments.values():
            for segment in segments:
                segment.finish()

    def _segment(self, pointer: Pointer) -> Segment | None:
        """The sequential segment behind a pointer, or None for a read-only table's."""
        root = pointer.root
        if isinstance(root, Record) or root.builtin in self._roms:
            return None
        return self._segments[root.builtin][root.generation]
