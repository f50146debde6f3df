"""Lies of loosened Cairo sources that rows of the genuine tables tell only against one of their checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from forged_rows import ACTIVE
from lie import FIRST_KEYS, RICH, Lie, holding, one_account
from lies import Mislead, Path, constant, in_path, steps
from lies_about_messages import argument_of, plus
from lies_about_rows import TOTAL, settlement, without_branch
from small_venue import CAT, EDGE, EMPTY, WIDE, Batch, Leaf, honest, margin, positions
from test_orders import START
from toolkit import Forgery, Program, forge, path_of

from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import evaluate
from plimsoll.circuits.tables import TableSet

PATHS = ("main", "holdings.nz", "subtree.z.z", "subtree.z.nz", "subtree.nz")
"""Tables whose rows hash."""
Poly = list[Any]


def one_unit_short() -> Lie:
    """The account below its line by one: the genuine tables miss the limbs of its total."""
    return settlement(TOTAL, None)


# Books.


def account_of(keys: Sequence[int]) -> Batch:
    """An account of the same number of lots under each of six keys."""
    return one_account(*(holding(key, RICH) for key in keys))


def every_limb() -> Batch:
    """Holdings with lots in each of five limbs."""
    lots = sum(1 << 12 * i for i in range(5))
    return one_account(*(holding(key, lots) for key in FIRST_KEYS))


def dust_debt() -> Batch:
    """A debt of one unit and nothing else: all but the lowest coefficient of the sum are zero."""
    return one_account(holding(15, 1))


def big_debt() -> Batch:
    """One unit below the line, by a debt so large that the higher coefficients are not zero."""
    lots = {"COIN0": -(1 << 48)}
    lots["CASH"] = -(margin(lots) // margin({"CASH": 1}))
    lots["DUST"] = -(margin(lots) + 1)
    assert margin(lots) == -1
    return Batch((Leaf(positions(lots)), EMPTY, EMPTY, EMPTY))


def past_sixty_bits() -> Batch:
    """Two accounts without holdings take the orders from 2^60 - 2^49 to 2^60, by the widest gaps there are."""
    leaf = Leaf(rows=0, gap=(4095,) * 4)
    return Batch((leaf, leaf, EMPTY, EMPTY), start=(1 << 60) - (1 << 49))


def gap(*limbs: int, start: int = START) -> Batch:
    batch = replace(honest(), start=start)
    return batch.having(CAT, replace(batch.leaves[CAT], gap=limbs))


def one_order(first: int, last: int) -> Batch:
    """Lowest limbs of the gaps of all accounts: of the first two, of the last."""
    batch = gap(last, 0, 0, 0)
    for place in (EDGE, WIDE):
        batch = batch.having(place, replace(batch.leaves[place], gap=(first, 0, 0, 0)))
    return batch


def with_edge(**changes: Any) -> Batch:
    return honest().having(EDGE, replace(honest().leaves[EDGE], **changes))


def orders_moved() -> Batch:
    """The first account's order one higher, all others as they were."""
    wide = replace(honest().leaves[WIDE], gap=(2, 0, 0, 0))
    return with_edge(gap=(4, 0, 0, 0)).having(WIDE, wide)


# Genuine rows that hash something else than they hold.


def hashed_as(words: str, batch: Batch, change: Callable[[str, list[Poly]], None]) -> Lie:
    """Rows whose permutations take other inputs; `change` is given the table and the inputs' polynomials."""

    def lie(program: Program, tables: TableSet) -> None:
        for name in PATHS:
            for step in steps(path_of(program, tables, name), "poseidon"):
                change(name, step["inputs"])

    return Lie(forge(batch, mislead=lie).rebalance(), words)


def reweighted(name: str, lanes: Sequence[int], factors: Callable[[int], int]) -> Callable[[str, list[Poly]], None]:
    """Other factors in some lanes of one table's hashes."""

    def change(table: str, inputs: list[Poly]) -> None:
        for lane in lanes if table == name else ():
            inputs[lane] = [[str(factors(int(c)) if m else int(c)), m] for c, m in inputs[lane]]

    return change


def keys_packed(lanes: Sequence[int], *factors: int) -> Callable[[str, list[Poly]], None]:
    """Factors of the three keys that share a lane."""
    return reweighted("holdings.nz", lanes, lambda c: factors[(1, 2**14, 2**28).index(c)])


def limbs_doubled(above: int) -> Callable[[str, list[Poly]], None]:
    """Limbs of quantities above one of them count twice."""
    return reweighted("holdings.nz", range(6), lambda c: 2 * c if c > 1 << 12 * above else c)


def lane_dropped(lane: int) -> Callable[[str, list[Poly]], None]:
    def change(_: str, inputs: list[Poly]) -> None:
        inputs[lane] = constant(0)

    return change


# Rows of holdings that the header counts otherwise.


def settled_early() -> Lie:
    forgery = forge(Batch((Leaf(rows=1), EMPTY, EMPTY, EMPTY)), mislead=without_branch("holdings.z", 0))
    return Lie(forgery, "an account is settled although its header counts a row of holdings more")


def row_skipped() -> Lie:
    forgery = forge(counted_twice(), mislead=argument_of("subtree.z.nz", 0, plus(-1)))
    return Lie(forgery.rebalance(), "a leaf's header counts two rows of holdings and one is absorbed")


def counted_twice() -> Batch:
    leaf = replace(account_of(FIRST_KEYS).leaves[0], rows=2)
    return Batch((leaf, EMPTY, EMPTY, EMPTY))


def of_batch(batch: Batch, words: str) -> Lie:
    """A tape that is the lie itself."""
    return Lie(forge(batch).rebalance(), words)


# What a changed program's witness has to do otherwise.


def cuts(name: str, limbs: Mapping[int, Sequence[int]]) -> Mislead:
    """Limbs of choice in some of the cuts of a table's rows."""

    def lie(path: Path) -> None:
        for number, chosen in limbs.items():
            step = steps(path, "limbs")[number]
            at = path["steps"].index(step) + 1
            pairs = zip(step["columns"], chosen, strict=True)
            path["steps"][at:at] = [{"op": "set", "column": c, "poly": constant(x)} for c, x in pairs]

    return in_path(name, lie)


def other_offset(by: int) -> Mislead:
    """Carries are cut with another offset."""

    def lie(path: Path) -> None:
        for step in steps(path, "limbs")[:TOTAL]:
            step["poly"].append(*constant(by))

    return in_path("holdings.z", lie)


def digits(value: int, radices: Sequence[int]) -> list[int]:
    """Limbs in a mixed radix, low first; the last takes the rest."""
    found = []
    for radix in radices:
        value, digit = divmod(value, radix)
        found.append(digit)
    return [*found, value]


def carries_in(radices: Sequence[int]) -> Callable[[Forgery], None]:
    """Cuts the five carries of each settlement anew, in another radix, and the total after them."""

    def edit(forgery: Forgery) -> None:
        trace = forgery.trace("holdings.z")
        for row in np.flatnonzero(trace[:, ACTIVE]).tolist():
            cells = [int(x) for x in trace[row]]
            for number, step in enumerate(steps(path_of(forgery.program, forgery.tables, "holdings.z"), "limbs")):
                value = (evaluate(step["poly"], cells) + int(step["offset"])) % P
                cut = digits(value, radices if number < TOTAL else (4096,) * 4)
                for column, digit in zip(step["columns"], cut, strict=True):
                    cells[column] = digit
            trace[row] = cells

    return edit
