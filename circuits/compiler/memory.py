"""The frame's cells on a path: a symbolic address space in which no two addresses can be the same cell unnoticed.

An address is (space, offset). Space 0 is relative to the walked function's own fp. The length of a recursive callee's
frame is not known, so each recursive call opens a new space whose origin is the ap it returns with. Frames of inlined
calls stand in the space of their ap, where aliases with the caller's cells are seen exactly.
"""

from __future__ import annotations

from collections.abc import Sequence

from plimsoll.circuits.compiler.errors import FrameError, UnwrittenError
from plimsoll.circuits.compiler.values import Value

Address = tuple[int, int]
SAVED_CELLS = 2
"""A call saves fp and the return pc below the callee's frame."""


def shifted(address: Address, offset: int) -> Address:
    return (address[0], address[1] + offset)


class Memory:
    """Cells by address. `bottom` and `top` bound each space; cells of saved registers may not be touched."""

    def __init__(self, arguments: Sequence[Value]) -> None:
        first = -SAVED_CELLS - len(arguments)
        self._cells: dict[Address, Value] = {(0, first + i): v for i, v in enumerate(arguments)}
        self._saved: set[Address] = {(0, -2), (0, -1)}
        self._bottom: list[int] = [first]
        self._top: list[int | None] = [None]

    def check(self, address: Address) -> None:
        """Refuses an address whose cell could be another one of this or another frame."""
        space, offset = address
        if address in self._saved:
            raise FrameError("access to a saved fp or pc cell ([fp - 1], [fp - 2]): the tables have no frame pointers")
        if offset < self._bottom[space]:
            owner = "the caller's frame" if space == 0 else "the frame of a recursive call that has returned"
            raise FrameError(f"access to a cell of {owner}: only arguments and returned values can be used")
        top = self._top[space]
        if top is not None and offset >= top:
            raise FrameError("access to a cell at or above the ap of a recursive call: it is the callee's frame")

    def known(self, address: Address) -> bool:
        self.check(address)
        return address in self._cells

    def read(self, address: Address) -> Value:
        self.check(address)
        if address not in self._cells:
            raise UnwrittenError("a cell is read that nothing was asserted about: use a hint or the tape")
        return self._cells[address]

    def define(self, address: Address, value: Value) -> None:
        self.check(address)
        self._cells[address] = value

    def push_frame(self, ap: Address) -> Address:
        """Saves fp and pc at ap for an inlined call; returns the callee's fp, which is also its ap."""
        for address in (ap, shifted(ap, 1)):
            self.check(address)
            if address in self._cells:
                raise FrameError("a call saves fp and pc in a cell that was written before: raise ap above it first")
            self._saved.add(address)
        return shifted(ap, SAVED_CELLS)

    def recursive_call(self, ap: Address, returns: Sequence[Value]) -> Address:
        """Gives everything from ap on to a callee's frame; returns the ap after it, above the returned values."""
        space, offset = ap
        taken = [a for a in self._cells if a[0] == space and a[1] >= offset] + [
            a for a in self._saved if a[0] == space and a[1] >= offset
        ]
        if taken:
            raise FrameError(
                "a cell at or above ap was written before a recursive call: it would be the callee's frame; "
                "use alloc_locals or raise ap above it"
            )
        self._top[space] = offset
        self._bottom.append(-len(returns))
        self._top.append(None)
        new = len(self._bottom) - 1
        for i, value in enumerate(returns):
            self._cells[(new, i - len(returns))] = value
        return (new, 0)
