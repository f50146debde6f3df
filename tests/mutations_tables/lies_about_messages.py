"""Witnesses for messages: a requirement that is gone, a field that two sides need not share, a count of its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from forged_rows import ACTIVE, DEPTH
from lie import (
    BUILTINS,
    RANGE,
    SCHEDULE,
    Lie,
    below_by_one,
    fill,
    looked_up_once_more,
    provide_permutation,
    put_limbs,
    remove_callees,
    sent_by,
    tables,
    without_call,
)
from lies import Mislead, Path, constant, in_path, moved, overwriting, steps
from lies_about_builtins import (
    CHOSEN,
    OUTPUTS,
    RECORD,
    dust_record,
    one_row,
    record_with_another,
    record_words,
    root_requires_nothing,
)
from lies_about_rows import TOTAL, range_check, tape_of
from small_venue import EMPTY, Batch, Leaf, account_lots, honest, positions
from table_mutants import table_named
from test_holdings import DISORDERS
from test_orders import right_child_starts_anew, with_gap
from toolkit import forge

from plimsoll.circuits.compiler.builtins import POSEIDON_BUS, RANGE_BUS, ROM_BUS

QUADS = [f"root.x{i}" for i in range(4)]
FIELDS_OF = {
    "fn:main": ["depth", *OUTPUTS],
    "fn:subtree": ["depth", "height", "prev", *QUADS, "last"],
    "fn:holdings": [
        *("depth", "n", "prev_key"),
        *(f"{quad}.x{i}" for quad in ("digest", "capacity") for i in range(4)),
        *(f"sum.c{k}" for k in range(11)),
        *QUADS,
    ],
    POSEIDON_BUS: [*(f"input {i}" for i in range(12)), *(f"output {i}" for i in (0, 1, 2, 3, 8, 9, 10, 11))],
    RANGE_BUS: ["number"],
    f"{ROM_BUS}schedule": list(RECORD),
}
"""What each field of a bus is, in order."""


# Requirements that are gone.


def no_order(k: int, path: Path) -> list[object]:
    """A made-up digest; the last order is the one before."""
    return constant(9 + k) if k < 4 else [["1", [path["args"][1]]]]


UNSHOWN: dict[tuple[str, int], tuple[str, Callable[[int, Path], list[object]]]] = {
    ("main", 0): ("the tree under the root is not shown: the root is of choice", lambda k, _: constant(CHOSEN[1:][k])),
    ("subtree.nz", 0): ("a node's left child is not shown: any digest", no_order),
    ("subtree.nz", 1): ("a node's right child is not shown: any digest", no_order),
    ("subtree.z.nz", 0): ("an account's holdings are not shown: its leaf is any digest", lambda k, _: constant(k)),
    ("holdings.nz", 0): ("what follows a row of holdings is not shown, nor the settlement", lambda k, _: constant(k)),
}


def required(name: str, place: int) -> Lie:
    """The witness for one required message of a table."""
    table = table_named(tables(), name)
    bus = table.messages[place].bus
    number = [k for k, m in enumerate(table.messages) if m.bus.startswith(bus[:3]) and m.weight].index(place)
    if bus == RANGE_BUS:
        return range_check(name, place)
    if name == "root":
        return root_requires_nothing()
    if bus == POSEIDON_BUS:
        forgery = forge(mislead=overwriting(name, "poseidon", 0, 0, lambda column: moved(column, 1)))
        return Lie(forgery.rebalance(), f"{HASHED[name]} is not the hash of what it stands for")
    if bus.startswith(ROM_BUS):
        mislead = overwriting(name, "rom", number, RECORD.index("d0_0") - 1, lambda column: moved(column, 1))
        words = f"an account one unit below its line passes: the record in slot {number} is made up"
        return Lie(forge(below_by_one(), mislead=mislead).rebalance(), words)
    words, results = UNSHOWN[name, number]
    return Lie(forge(mislead=without_call(name, number, results)).rebalance(), words)


HASHED = {
    "main": "the commitment",
    "subtree.nz": "a node",
    "subtree.z.z": "an empty leaf",
    "subtree.z.nz": "a leaf's header",
    "holdings.nz": "the digest after a row of holdings",
}


# Fields that two sides need not share.


def field(bus: str, place: int) -> Lie:
    """The witness for one field of a bus: both sides are there and differ in this field alone."""
    if bus == POSEIDON_BUS:
        return lane(place)
    if bus == RANGE_BUS:
        forgery = forge(below_by_one())
        put_limbs(forgery, "holdings.z", 0, TOTAL, [-1, 0, 0, 0, 0])
        looked_up_once_more(forgery.rebalance(), RANGE, 0)
        return Lie(forgery, "an account one unit below its line passes: a limb of -1 is looked up as another number")
    if bus.startswith(ROM_BUS):
        forgery = record_with_another(place)
        looked_up_once_more(forgery, SCHEDULE, dust_record())
        return Lie(forgery, record_words(place))
    if place == 0:
        return depth(bus)
    return {"fn:main": output, "fn:subtree": node, "fn:holdings": sponge}[bus](place)


def depth(bus: str) -> Lie:
    """Height and count of rows fall with each call, so that nothing false follows in this program."""
    forgery = forge()
    if bus == "fn:main":
        for table, trace in zip(forgery.tables.instance_tables(), forgery.traces, strict=True):
            if table.name not in (*BUILTINS, "root"):
                trace[:, DEPTH] += trace[:, ACTIVE]
    else:
        forgery.trace({"fn:subtree": "subtree.z.z", "fn:holdings": "holdings.z"}[bus])[0, DEPTH] += 1
    words = "a call is not one deeper than its caller; circles, which depth forbids, need a program without other order"
    return Lie(forgery, words)


def output(place: int) -> Lie:
    forgery = forge()
    forgery.publics[place - 1] += 1
    forgery.trace("root")[0, place] = forgery.publics[place - 1]
    return Lie(forgery, f"the public value {OUTPUTS[place - 1]} is not what main returns")


def argument_of(name: str, place: int, poly: Callable[[list[object]], list[object]]) -> Mislead:
    """A call is made with another argument than the row's claim says."""

    def lie(path: Path) -> None:
        call = steps(path, "call")[0]
        call["args"][place] = poly(call["args"][place])

    return in_path(name, lie)


def plus(by: int) -> Callable[[list[object]], list[object]]:
    return lambda poly: [*poly, *constant(by)]


def node(place: int) -> Lie:
    """Arguments and results of `subtree`."""
    name = FIELDS_OF["fn:subtree"][place]
    if name == "height":
        two = tape_of(Batch((EMPTY, one_row().leaves[0])), 2)
        return Lie(forge(two, mislead=argument_of("main", 0, plus(-1))), "a book of two leaves counts as one of four")
    if name == "prev":
        forgery = forge(with_gap(3, 0, 0, 0), mislead=in_path("subtree.nz", right_child_starts_anew))
        return Lie(forgery.rebalance(), "orders do not ascend: the right half of a tree begins where the left half did")
    forgery = forge(mislead=overwriting("main", "call", 0, place - 3, lambda column: moved(column, 1)))
    said = "the last order is not that of the last leaf" if name == "last" else f"the root's {name} is not the tree's"
    return Lie(forgery.rebalance(), said)


def sponge(place: int) -> Lie:
    """Arguments and results of `holdings`."""
    name = FIELDS_OF["fn:holdings"][place]
    what = name.partition(".")[0]
    batch = below_by_one() if what == "sum" else one_row()
    if what == "n":
        leaf = Leaf(positions(account_lots()["wide"]), rows=1)
        batch, mislead = Batch((leaf, EMPTY, EMPTY, EMPTY)), argument_of("subtree.z.nz", 0, plus(1))
        words = "a leaf's header says one row of holdings and two are absorbed"
    elif what == "prev_key":
        batch = Batch((DISORDERS["twice, in two rows"][0], EMPTY, EMPTY, EMPTY))
        mislead = argument_of("holdings.nz", 1, lambda _: constant(-1))
        words = "one holding stands twice: the order of keys begins anew in the second row"
    elif what == "capacity":
        mislead = argument_of("subtree.z.nz", place - 1, plus(1))
        words = f"the sponge's {name} is not what the header's permutation left"
    elif what == "root":
        mislead = overwriting("subtree.z.nz", "call", 0, place - 22, lambda column: moved(column, 1))
        words = f"a leaf's {name} is not that of its holdings"
    else:
        mislead = argument_of("holdings.nz", place - 1, plus(1))
        words = f"a leaf's digest is another than the last row of holdings gave: {name}"
        if what == "sum":
            words = f"an account one unit below its line passes: it is settled by another sum ({name})"
    return Lie(forge(batch, mislead=mislead).rebalance(), words)


def lane(place: int) -> Lie:
    """One lane of a permutation, as a row of holdings asks for it and as Poseidon2's table gives it."""
    name = "holdings.nz"
    if place >= 12:
        mislead = overwriting(name, "poseidon", 0, place - 12, lambda column: moved(column, 1))
        words = "a row's result is not the permutation's"
    else:

        def other_input(path: Path) -> None:
            steps(path, "poseidon")[0]["inputs"][place].append(*constant(1))

        mislead = in_path(name, other_input)
        words = "what is hashed is not what is summed" if place < 8 else "the capacity is not carried on"
    forgery = forge(one_row(), mislead=mislead).rebalance()
    [inputs] = [fields[:12] for bus, fields, _ in sent_by(forgery, name, 0) if bus == POSEIDON_BUS]
    provide_permutation(forgery, [x + (i == place) for i, x in enumerate(inputs)])
    return Lie(forgery, f"{words}: {FIELDS_OF[POSEIDON_BUS][place]}")


# Whole buses, and counts of their own.


def whole(bus: str) -> Lie:
    """Nothing at all is asked for on a bus."""
    if bus == "fn:main":
        return root_requires_nothing()
    if bus in (RANGE_BUS, POSEIDON_BUS) or bus.startswith(ROM_BUS):
        return field(bus, len(FIELDS_OF[bus]) - 1)
    name = {"fn:subtree": "main", "fn:holdings": "subtree.z.nz"}[bus]
    words, results = UNSHOWN[name, 0]
    return Lie(forge(mislead=without_call(name, 0, results)).rebalance(), words)


def count(name: str) -> Lie:
    """An inactive row gives its claim all the same: what it would ask for is not there."""
    forgery = forge(below_by_one() if name == "holdings.z" else honest())
    trace = forgery.trace(name)
    row = int(np.flatnonzero(trace[:, ACTIVE])[0])
    remove_callees(forgery, name, row)
    # Rows that it called may stand in the same table.
    gives = trace[:, ACTIVE].copy()
    fill(forgery, name, row, 0)
    widened = np.concatenate([forgery.trace(name), gives[:, None]], axis=1)
    words = f"a claim is used whose row is inactive: {INACTIVE[name]}"
    return Lie(forgery.rebalance(), words, {name: widened})


INACTIVE = {
    "main": "neither tree nor commitment is shown",
    "subtree.nz": "neither child of a node is shown",
    "subtree.z.nz": "an account has no holdings and no settlement",
    "subtree.z.z": "an empty leaf is no hash",
    "holdings.nz": "a row's records, limbs and hash are not looked up",
    "holdings.z": "an account one unit below its line is settled",
}
