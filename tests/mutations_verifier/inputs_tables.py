"""Inputs: table sets that nobody may rely on, with proofs about them, handed to `verify_proof`.

Two kinds. *Respelled*: the true tables written in a second way that the verifier must not read, with the honest proof.
*Proven*: tables under which a prover may do what it likes, with a proof by the prover that checks nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from typing import Any

from adaptive_prover import Case, Prover
from check_prover import Made, prove
from check_runs import Input
from check_worlds import World
from small_polynomials import interpolate
from transcript_cases import BUS, POWERS, ROOT, case, small_profile

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import BLINDS, Instance, Message, Node, Op, Table, TableBuilder, TableSet

HALF = (P + 1) // 2
LOG = 4
ROWS = 1 << LOG
Make = Callable[[], Made]


@cache
def honest() -> Made:
    return prove(case())


def shown(tables: Callable[[TableSet], TableSet], made: Make = honest) -> Callable[[World], None]:
    """The proof with other tables in the place of its own."""
    return lambda w: made().verify(w, tables=tables(made().case.tables))


def table(k: int, **changes: Any) -> Callable[[TableSet], TableSet]:
    """One table with some parts changed; a function is given the old part."""

    def change(tables: TableSet) -> TableSet:
        old = tables.tables[k]
        new = {name: to(getattr(old, name)) if callable(to) else to for name, to in changes.items()}
        return replace(tables, tables=(*tables.tables[:k], replace(old, **new), *tables.tables[k + 1 :]))

    return change


def instances(*listed: tuple[int, int]) -> Callable[[TableSet], TableSet]:
    return lambda tables: replace(tables, instances=tuple(Instance(*one) for one in listed))


def first_cell(value: int) -> Callable[[Any], Any]:
    """The first cell of the first public column is another number."""
    return lambda columns: ((value, *columns[0][1:]), *columns[1:])


def cell_plus(by: int, row: int = 0) -> Callable[[Any], Any]:
    return lambda columns: ((*columns[0][:row], columns[0][row] + by, *columns[0][row + 1 :]), *columns[1:])


def node_put(find: Callable[[Node], bool], put: Callable[[Node], Node]) -> Callable[[Any], Any]:
    def change(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        k = next(i for i, node in enumerate(nodes) if find(node))
        return (*nodes[:k], put(nodes[k]), *nodes[k + 1 :])

    return change


def message_put(k: int, **changes: Any) -> Callable[[Any], Any]:
    def change(messages: tuple[Message, ...]) -> tuple[Message, ...]:
        new = {name: to(getattr(messages[k], name)) if callable(to) else to for name, to in changes.items()}
        place = k % len(messages)
        return (*messages[:place], replace(messages[place], **new), *messages[place + 1 :])

    return change


def last_column(table_of: Table) -> Callable[[Node], bool]:
    return lambda node: node.op is Op.COLUMN and node.a == table_of.width - 1


def renamed_bus(name: str) -> Callable[[TableSet], TableSet]:
    def change(tables: TableSet) -> TableSet:
        new = []
        for one in tables.tables:
            sent = tuple(replace(m, bus=name) if m.bus == BUS else m for m in one.messages)
            new.append(replace(one, messages=sent))
        return replace(tables, tables=tuple(new))

    return change


HONEST = case().tables
NODES = [len(one.nodes) for one in HONEST.tables]
RESPELLED: dict[str, tuple[str, Callable[[TableSet], TableSet]]] = {
    "no instance": ("nothing is proven", instances()),
    "an instance of a table that is not there": ("an instance without a table", instances((0, 5), (2, 4))),
    "an instance of table -1": ("the last table by a negative number", instances((0, 5), (-1, 4))),
    "a height of one row": ("a table of one row", instances((0, 5), (1, 0))),
    "a height of 2^32": ("a table higher than the field has roots of unity", instances((0, 32), (1, 4))),
    "a height of 2^40": ("a table higher than the field has roots of unity", instances((0, 40), (1, 4))),
    "a negative height": ("a table of no height", instances((0, 5), (1, -1))),
    "two tables of one name": ("tables that no name tells apart", table(POWERS, name="root")),
    "a public column of half the height": (
        "a column that repeats: one half in its first row of 16 reads as the forced row of 32",
        table(ROOT, periodic=((HALF,) + (0,) * 15,)),
    ),
    "a public cell of p": ("0 written as p", table(POWERS, periodic=cell_plus(P))),
    "a public cell above p": ("1 written as p + 1", table(POWERS, periodic=cell_plus(P, 1))),
    "a public cell below zero": ("1 written as 1 - p", table(POWERS, periodic=cell_plus(-P, 1))),
    "another degree": ("a hint for another packing", table(ROOT, degree=4)),
    "no columns": ("a table of no column", table(POWERS, width=0)),
    "-1 public values": ("a table with a negative number of public values", table(POWERS, publics=-1)),
    "a constraint by a negative number": (
        "the same node, counted from the end",
        table(ROOT, constraints=lambda c: (c[0] - NODES[ROOT], *c[1:])),
    ),
    "a constraint that is no node": (
        "a constraint past the last node",
        table(ROOT, constraints=lambda c: (*c, NODES[ROOT])),
    ),
    "a constraint far beyond": ("a constraint past the last node", table(ROOT, constraints=lambda c: (*c, 1 << 20))),
    "a field by a negative number": (
        "the same node, counted from the end",
        table(ROOT, messages=message_put(0, fields=lambda f: (f[0] - NODES[ROOT], *f[1:]))),
    ),
    "a count by a negative number": (
        "the same node, counted from the end",
        table(ROOT, messages=message_put(0, count=lambda c: c - NODES[ROOT])),
    ),
    "a field that is no node": (
        "a field past the last node",
        table(ROOT, messages=message_put(0, fields=lambda f: (*f[1:], NODES[ROOT]))),
    ),
    "a field far beyond": (
        "a field past the last node",
        table(ROOT, messages=message_put(0, fields=lambda f: (*f[1:], 1 << 20))),
    ),
    "a message without fields": (
        "a tuple of nothing",
        table(POWERS, messages=lambda m: (*m, Message("none", (), 0, 0))),
    ),
    "a weight of 2": ("a bound on counts that nothing keeps", table(ROOT, messages=message_put(0, weight=2))),
    "a bus without a name": ("a bus that no name tells apart", renamed_bus("")),
    "a constant of p": ("p as a constant", table(POWERS, nodes=lambda n: (*n, Node(Op.CONST, P)))),
    "a constant above p": ("2 p as a constant", table(POWERS, nodes=lambda n: (*n, Node(Op.CONST, 2 * P)))),
    "a negative constant": ("-1 as a constant", table(POWERS, nodes=lambda n: (*n, Node(Op.CONST, -1)))),
    "a column by a negative number": (
        "the last column, counted from the end",
        table(POWERS, nodes=node_put(last_column(HONEST.tables[POWERS]), lambda n: Node(Op.COLUMN, -1))),
    ),
    "a column that is not there": (
        "a column past the last one",
        table(POWERS, nodes=lambda n: (*n, Node(Op.COLUMN, HONEST.tables[POWERS].width))),
    ),
    "an operand of a later node": ("a sum of itself", table(POWERS, nodes=lambda n: (*n, Node(Op.ADD, 0, len(n))))),
    "fewer blind columns": ("the list of blinds lacks one", table(POWERS, blinds=lambda b: b[:2])),
    "a fourth blind column": ("the list of blinds has one too many", table(POWERS, blinds=lambda b: (*b, b[0]))),
    "blind columns in another order": (
        "blinds whose counts are those of others",
        table(POWERS, blinds=lambda b: b[::-1]),
    ),
    "a blind of weight 1": ("a blind that counts as a requirement", table(POWERS, messages=message_put(-1, weight=1))),
}


def inputs() -> Iterator[Input]:
    yield Input("tables honest", "two small tables", shown(lambda t: t), valid=True)
    for name, (about, change) in RESPELLED.items():
        yield Input(f"tables with {name}", about, shown(change))
    yield from _proven()


# Tables made for the purpose: one column or a few, the rows all alike, messages that cancel in each row.


def single(build: Callable[[TableBuilder], None], row: list[int] | Callable[[int], list[int]], **changes: Any) -> Case:
    """A case of one table; `row` gives the cells of each row without blinds."""
    builder = TableBuilder("only")
    build(builder)
    made = replace(builder.build(), **changes)
    blank = [0] * BLINDS
    rows = [[x % P for x in (row(i) if callable(row) else row)] + blank for i in range(ROWS)]
    return Case(TableSet((made,), (Instance(0, LOG),)), [], [rows], bytes(32), small_profile())


class Unmasked(Prover):
    """Columns without masks: of half the degree, which leaves room for constraints of twice theirs."""

    def masked(self, values: Any) -> list[int]:
        return interpolate(list(values)) + [0] * len(values)


def made_of(build: Callable[[TableBuilder], None], row: Any, strategy: type[Prover] = Prover, **changes: Any) -> Make:
    @cache
    def make() -> Made:
        return prove(single(build, row, **changes), strategy)

    return make


def judged(make: Make) -> Callable[[World], None]:
    return lambda w: make().verify(w)


def power(builder: TableBuilder, node: int, exponent: int) -> int:
    result = node
    for _ in range(exponent - 1):
        result = builder.mul(result, node)
    return result


def boolean_column(t: TableBuilder) -> None:
    c = t.column(t.new_column())
    t.assert_zero(t.sub(t.mul(c, c), c))


def _degree(exponent: int) -> Callable[[TableBuilder], None]:
    def build(t: TableBuilder) -> None:
        c = t.column(t.new_column())
        t.assert_zero(t.sub(power(t, c, exponent), power(t, c, 1) if exponent > 1 else c))

    return build


def _message(exponent: int) -> Callable[[TableBuilder], None]:
    """A field of some degree, required and provided alike by a boolean count of zero."""

    def build(t: TableBuilder) -> None:
        c = t.column(t.new_column())
        t.assert_zero(t.sub(t.mul(c, c), c))
        field = power(t, c, exponent)
        t.send("bus", [field], c, 1)
        t.send("bus", [field], t.sub(t.const(0), c), 0)

    return build


def _fields(count: int) -> Callable[[TableBuilder], None]:
    def build(t: TableBuilder) -> None:
        c = t.column(t.new_column())
        t.assert_zero(t.sub(t.mul(c, c), c))
        t.send("bus", [c] * count, c, 1)
        t.send("bus", [c] * count, t.sub(t.const(0), c), 0)

    return build


def _widths(t: TableBuilder) -> None:
    """(0, c) is required, (c) is provided: one fingerprint."""
    c = t.column(t.new_column())
    t.assert_zero(t.sub(t.mul(c, c), c))
    t.send("bus", [t.const(0), c], c, 1)
    t.send("bus", [c], t.sub(t.const(0), c), 0)


def _first_blind(t: TableBuilder) -> None:
    """A tuple of the blind bus, with a count of its own, before the others."""
    c = t.column(t.new_column())
    t.send("blind", [t.const(7)], c, 0)


def _public(values: list[int]) -> Callable[[TableBuilder], None]:
    """A column that is a public one."""

    def build(t: TableBuilder) -> None:
        c = t.column(t.new_column())
        t.assert_zero(t.sub(c, t.add_periodic(values)))

    return build


def _other_blinds(t: TableBuilder) -> None:
    c = t.column(t.new_column())
    t.assert_zero(c)


def _proven() -> Iterator[Input]:
    for name, about, build, row, valid in (
        ("a constraint of degree 3", "c^3 = c", _degree(3), [1], True),
        ("a constraint of degree 4", "c^4 = c, which the bits of security do not count with", _degree(4), [1], False),
        ("a message of degree 4", "the highest degree that a fraction column may have", _message(3), [0], True),
        ("a message of degree 5", "a fraction column of degree 5", _message(4), [0], False),
        ("a message of 255 fields", "as many fields as a tuple may have", _fields(255), [0], True),
        ("a message of 256 fields", "a number of fields that its encoding does not hold", _fields(256), [0], False),
        ("two widths on one bus", "(c) is provided where (0, c) is required", _widths, [1], False),
        ("another blind first", "a tuple of the blind bus that its table counts at will", _first_blind, [0], False),
        ("a constraint on the first node", "a column that is zero", _other_blinds, [0], True),
    ):
        strategy = Unmasked if name == "a message of degree 5" else Prover
        yield Input(f"tables with {name}", about, judged(made_of(build, row, strategy)), valid)
    said = made_of(_degree(4), [1], degree=4)
    yield Input("tables with a constraint of degree 4 that say so", "c^4 = c, with a hint of four", judged(said))
    every = made_of(_public([2, 0] * (ROWS // 2)), lambda i: [2 * (i % 2 == 0)])
    half = table(0, periodic=((1,) * (ROWS // 2),))
    about = "a column that repeats: ones of 8 rows read as twos in every other row of 16"
    yield Input("tables with public data of half the height", about, shown(half, every))
    base = made_of(_other_blinds, [0])
    for name, about, listed in (
        ("a fourth message of blinds", "blind(3), which the list of blinds does not have", False),
        ("four blinds", "blind(3), in the list of blinds", True),
    ):
        yield Input(f"tables with {name}", about, lambda w, b=base, y=listed: _four(b, y).verify(w))  # type: ignore[misc]
    relabelled = made_of(_other_blinds, [0])
    yield Input("tables with blind(5)", "a blind of another name", lambda w: _blind(w, relabelled, 5))
    twice = made_of(_other_blinds, [0])
    yield Input("tables with blind(0) twice", "two blinds of one name", lambda w: _blind(w, twice, 0))


@cache
def _relabelled(make: Make, label: int) -> Made:
    """The last blind's message carries another number."""
    base = make().case
    [only] = base.tables.tables
    node = len(only.nodes)
    last = replace(only.messages[-1], fields=(node,))
    changed = replace(only, nodes=(*only.nodes, Node(Op.CONST, label)), messages=(*only.messages[:-1], last))
    return prove(replace(base, tables=replace(base.tables, tables=(changed,))))


@cache
def _four(make: Make, listed: bool) -> Made:
    """A fourth message of blinds, after the three; counted by the first column, which is zero."""
    base = make().case
    [only] = base.tables.tables
    node = len(only.nodes)
    column = only.nodes.index(Node(Op.COLUMN, 0))
    fourth = Message("blind", (node,), column, 0)
    blinds = (*only.blinds, 0) if listed else only.blinds
    nodes = (*only.nodes, Node(Op.CONST, 3))
    changed = replace(only, nodes=nodes, messages=(*only.messages, fourth), blinds=blinds)
    return prove(replace(base, tables=replace(base.tables, tables=(changed,))))


def _blind(world: World, make: Make, label: int) -> None:
    _relabelled(make, label).verify(world)
