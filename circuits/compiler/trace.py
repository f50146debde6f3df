"""The columns, constraints, messages and witness steps of one path, collected while it is walked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from plimsoll.circuits.compiler.errors import PointerError
from plimsoll.circuits.compiler.polynomials import Poly
from plimsoll.circuits.compiler.values import Pointer, Value
from plimsoll.circuits.tables import MAX_DEGREE

ACTIVE, DEPTH = 0, 1
"""The first columns of every path's table: whether the row stands for a call, and how deep that call is."""
FIELD_TERMS = 6
"""A message's field is a column or a sum of at most this many: p3-lookup walks fields again and again."""


class ImpossiblePath(Exception):  # noqa: N818 (not an error: the path is pruned)
    """A constraint of this path is constant and false: no row can satisfy it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A tuple on a bus, required (+active, weight 1) or provided (-active, weight 0) by every active row.

    With an `amount` it is an entry of a ledger: counted by active * amount, weight 0.
    """

    bus: str
    fields: tuple[Poly, ...]
    required: bool
    amount: Poly | None = None


class Trace:
    """What one row of a path's table holds and must satisfy. Constraints are for active rows; see `gated`."""

    def __init__(self) -> None:
        self.width = 2
        self.constraints: list[Poly] = []
        self.messages: list[Message] = []
        self.steps: list[dict[str, Any]] = []
        self._columns_of: dict[Poly, Poly] = {}

    def new_column(self) -> int:
        self.width += 1
        return self.width - 1

    def new_columns(self, count: int) -> list[int]:
        return [self.new_column() for _ in range(count)]

    def materialise(self, value: Poly) -> Poly:
        """A column that is constrained to equal the polynomial; the same one for the same polynomial."""
        if value not in self._columns_of:
            column = self.new_column()
            self.steps.append({"op": "set", "column": column, "poly": value.to_json()})
            self.constrain(value - Poly.column(column))
            self._columns_of[value] = Poly.column(column)
        return self._columns_of[value]

    def constrain(self, value: Poly) -> None:
        """The polynomial is zero on every active row. Raises ImpossiblePath if it is a constant other than zero."""
        constant = value.as_constant()
        if constant is None:
            self.constraints.append(value)
        elif constant != 0:
            raise ImpossiblePath

    def product(self, a: Poly, b: Poly) -> Poly:
        """The product, with factors moved to columns of their own until its degree is at most MAX_DEGREE."""
        while a.degree + b.degree > MAX_DEGREE:
            if a.degree >= b.degree:
                a = self.materialise(a)
            else:
                b = self.materialise(b)
        return a * b

    def field(self, value: Value, what: str) -> Poly:
        """The value as a message's field: a short sum of columns. `what` names it in a refusal."""
        if isinstance(value, Pointer):
            raise PointerError(f"{what} is the pointer {value}: a message carries field elements only")
        short = value.degree <= 1 and len(value.terms) <= FIELD_TERMS
        return value if short else self.materialise(value)

    def require(self, bus: str, fields: list[Poly]) -> None:
        self.messages.append(Message(bus, tuple(fields), True))

    def provide(self, bus: str, fields: list[Poly]) -> None:
        self.messages.append(Message(bus, tuple(fields), False))

    def post(self, bus: str, fields: list[Poly], amount: Poly) -> None:
        self.messages.append(Message(bus, tuple(fields), False, amount))


def gated(constraint: Poly) -> Poly:
    """The constraint with its constant term multiplied by `active`: unchanged on active rows, zero on rows of zeros.

    The constant term is of degree zero, so the degree does not grow.
    """
    rest, constant = constraint.split()
    return rest + Poly({(ACTIVE,): constant})
