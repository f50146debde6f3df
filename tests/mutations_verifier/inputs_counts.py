"""Inputs: tables whose requirements are counted by something that no constraint confines to 0 and 1, with proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from check_runs import Input
from inputs_tables import HALF, ROWS, judged, made_of

from plimsoll.circuits.tables import TableBuilder

# Counts that no constraint confines to 0 and 1. A requirement and a provision of the same tuple cancel in every row.

Build = Callable[[TableBuilder, int], object]


def confined(
    constrain: Build, count: Callable[[TableBuilder, int], int] | None = None
) -> Callable[[TableBuilder], None]:
    def build(t: TableBuilder) -> None:
        zero = t.const(0)
        c = t.column(t.new_column())
        constrain(t, c)
        node = count(t, c) if count else c
        t.send("bus", [c], node, 1)
        t.send("bus", [c], t.sub(zero, node), 0)

    return build


def boolean(t: TableBuilder, c: int) -> None:
    t.assert_zero(t.sub(t.mul(c, c), c))


def product(*roots: int) -> Build:
    """(c - r) for each root."""

    def constrain(t: TableBuilder, c: int) -> None:
        node = t.sub(c, t.const(roots[0]))
        for root in roots[1:]:
            node = t.mul(node, t.sub(c, t.const(root)))
        t.assert_zero(node)

    return constrain


def cubic(t: TableBuilder, c: int) -> None:
    """12 - 9 c (c - 1) + 4 c (c - 1) (c - 2), zero at 4: equal at 0 and 1, and at 3 three times what it is at 2."""
    pair = t.mul(c, t.sub(c, t.const(1)))
    triple = t.mul(pair, t.sub(c, t.const(2)))
    total = t.sub(t.const(12), t.mul(t.const(9), pair))
    t.assert_zero(t.add(total, t.mul(t.const(4), triple)))


def public(values: list[int]) -> Callable[[TableBuilder], int]:
    return lambda t: t.add_periodic(values + [0] * (ROWS - len(values)))


ONES, TWOS = public([1]), public([2])
NOT_CONFINED: dict[str, tuple[str, Build, list[int] | Callable[[int], list[int]]]] = {
    "a free count": ("no constraint at all", lambda t, c: None, [5]),
    "a count of 0 or 2": ("c (c - 2)", product(0, 2), [2]),
    "a count of 0, 1 or 5": ("c (c - 1) (c - 5)", product(0, 1, 5), [5]),
    "a count of 0, 1 or 2": ("c (c - 1) (c - 2)", product(0, 1, 2), [2]),
    "a count of 1 or 6": ("(c - 1)^2 (c - 6)", product(1, 1, 6), [6]),
    "a count of 4": ("a cubic whose values at 0 and 1 are equal", cubic, [4]),
    "a count under nothing": ("c^2 - c^2", lambda t, c: t.assert_zero(t.sub(t.mul(c, c), t.mul(c, c))), [5]),
    "a count of a public 2": (
        "a public column of twos",
        lambda t, c: t.assert_zero(t.sub(c, TWOS(t))),
        lambda i: [2 * (i == 0)],
    ),
    "a count of a public -1": (
        "minus a public column",
        lambda t, c: t.assert_zero(t.add(c, ONES(t))),
        lambda i: [-(i == 0)],
    ),
    "a count beside a public 1": (
        "another column is the public one",
        lambda t, c: t.assert_zero(t.sub(t.column(t.new_column()), ONES(t))),
        lambda i: [5, int(i == 0)],
    ),
    "a count whose product is public": (
        "c times another column is the public one",
        lambda t, c: t.assert_zero(t.sub(t.mul(c, t.column(t.new_column())), ONES(t))),
        lambda i: [2 * (i == 0), HALF * (i == 0)],
    ),
    "a count that is another's boolean": (
        "another column is 0 or 1",
        lambda t, c: boolean(t, t.column(t.new_column())),
        [5, 1],
    ),
}


def inputs() -> Iterator[Input]:
    for name, (about, constrain, row) in NOT_CONFINED.items():
        yield Input(f"tables with {name}", about, judged(made_of(confined(constrain), row)))
    negative = made_of(confined(boolean, lambda t, c: t.sub(t.const(0), c)), [1])
    yield Input("tables with a negative count", "what is required is provided", judged(negative))
    for name, constrain in {"c (c - 1)": boolean, "a public 1": lambda t, c: t.assert_zero(t.sub(c, ONES(t)))}.items():
        row: Any = [1] if constrain is boolean else lambda i: [int(i == 0)]
        yield Input(f"tables with a count by {name}", "accepted", judged(made_of(confined(constrain), row)), valid=True)
