"""Claims: what a call says on the bus of its function. `(function, depth, arguments, results)`, cursors left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plimsoll.circuits.compiler.errors import PointerError
from plimsoll.circuits.compiler.memory import Address, shifted
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.trace import DEPTH
from plimsoll.circuits.compiler.values import Pointer, Value
from plimsoll.circuits.program import CURSOR, Function

if TYPE_CHECKING:
    from plimsoll.circuits.compiler.walk import Path

FUNCTION_BUS = "fn:"


def require_claim(path: Path, callee: Function) -> Address:
    """A call to a function that is a table: requires its claim one level deeper. Returns the ap after the call."""
    trace, cursors = path.trace, path.cursors
    first = shifted(path.ap, -len(callee.arguments))
    arguments: list[Poly] = []
    for i, kind in enumerate(callee.arguments):
        value = path.memory.read(shifted(first, i))
        if kind.startswith(CURSOR):
            cursors.pass_on(kind.removeprefix(CURSOR), value)
        else:
            arguments.append(trace.field(value, f"an argument of {callee.name}"))
    results: list[Value] = []
    columns: list[int] = []
    for kind in callee.returns:
        if kind.startswith(CURSOR):
            results.append(cursors.renew(kind.removeprefix(CURSOR)))
        else:
            columns.append(trace.new_column())
            results.append(Poly.column(columns[-1]))
    trace.steps.append(
        {"op": "call", "function": callee.name, "args": [a.to_json() for a in arguments], "columns": columns}
    )
    depth = Poly.column(DEPTH) + Poly.constant(1)
    trace.require(FUNCTION_BUS + callee.name, [depth, *arguments, *map(Poly.column, columns)])
    return path.memory.recursive_call(path.ap, results)


def provide_claim(path: Path) -> None:
    """The end of the path: every cursor stands behind what was used, and the path's own claim is provided."""
    returns = path.function.returns
    for i, kind in enumerate(returns):
        value = path.memory.read(shifted(path.ap, i - len(returns)))
        if kind.startswith(CURSOR):
            path.cursors.pass_on(kind.removeprefix(CURSOR), value)
        elif isinstance(value, Pointer):
            raise PointerError(f"{path.function.name} returns the pointer {value}")
        else:
            path.returns.append(value)
    path.returns = [path.trace.field(v, "a returned value") for v in [*path.returns, *path.cursors.outputs()]]
    fields = [Poly.column(DEPTH), *map(Poly.column, path.arguments), *path.returns]
    path.trace.provide(FUNCTION_BUS + path.function.name, fields)
    path.cursors.finish()
