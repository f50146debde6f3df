"""Step 1: tables that the rest of the verifier could not rely on are refused, each for its own reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from example_proof import pairs_table, root_table, squares_table
from verifier_samples import honest_case, refused, verify

from plimsoll.circuits.field import P
from plimsoll.circuits.tables import Instance, Message, Node, Op, Table, TableBuilder, TableSet
from plimsoll.verifier.lookups import check_buses, fraction_degree, pack
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.tables import check_tables


def one(table: Table, log_height: int = 8) -> TableSet:
    return TableSet((table,), (Instance(0, log_height),))


def with_node(table: Table, node: Node) -> Table:
    """The table with a further node and a constraint on it."""
    return replace(table, nodes=(*table.nodes, node), constraints=(*table.constraints, len(table.nodes)))


def with_message(table: Table, bus: str, fields: tuple[int, ...], count: int, weight: int) -> Table:
    return replace(table, messages=(*table.messages, Message(bus, fields, count, weight)))


def node_of(table: Table, op: Op, a: int) -> int:
    return table.nodes.index(Node(op, a))


PAIRS = pairs_table()
ROOT = root_table()
SQUARES = squares_table()
PRODUCT = len(PAIRS.nodes) - 1

MALFORMED: dict[str, tuple[Callable[[], TableSet], str]] = {
    "no instance": (lambda: TableSet((PAIRS,), ()), "at least one instance"),
    "instance of no table": (lambda: TableSet((PAIRS,), (Instance(1, 8),)), "instance 0"),
    "negative table": (lambda: TableSet((PAIRS,), (Instance(-1, 8),)), "instance 0"),
    "height beyond the field": (lambda: one(PAIRS, 32), "instance 0"),
    "two tables of one name": (lambda: TableSet((PAIRS, PAIRS), (Instance(0, 8),)), "different names"),
    "public column of half the height": (lambda: one(ROOT, 9), "public column 0 of 512 rows"),
    "public column of twice the height": (lambda: one(ROOT, 7), "public column 0 of 128 rows"),
    "public value of p": (lambda: one(replace(ROOT, periodic=((P,) + (0,) * 255,))), "values below p"),
    "another degree": (lambda: one(replace(PAIRS, degree=4)), "degree 3"),
    "no columns": (lambda: one(replace(PAIRS, width=0)), "at least one column"),
    "negative number of public values": (lambda: one(replace(PAIRS, publics=-1)), "at least one column"),
    "constant of p": (lambda: one(with_node(PAIRS, Node(Op.CONST, P))), "operands below"),
    "column outside": (lambda: one(with_node(PAIRS, Node(Op.COLUMN, PAIRS.width))), "operands below"),
    "public column outside": (lambda: one(with_node(PAIRS, Node(Op.PERIODIC, 0))), "operands below"),
    "public value outside": (lambda: one(with_node(PAIRS, Node(Op.PUBLIC, 0))), "operands below"),
    "operand of a later node": (lambda: one(with_node(PAIRS, Node(Op.ADD, 0, len(PAIRS.nodes)))), "operands below"),
    "constraint outside": (lambda: one(replace(PAIRS, constraints=(len(PAIRS.nodes),))), "constraint 0 among"),
    "constraint of degree 4": (
        lambda: one(with_node(with_node(PAIRS, Node(Op.MUL, 0, 0)), Node(Op.MUL, len(PAIRS.nodes), len(PAIRS.nodes)))),
        "of degree 3 at most",
    ),
    "message without fields": (lambda: one(with_message(PAIRS, "bus", (), 0, 1)), "1 to 255 fields"),
    "message without a bus": (lambda: one(with_message(PAIRS, "", (0,), 0, 1)), "with a bus"),
    "field outside": (lambda: one(with_message(PAIRS, "bus", (len(PAIRS.nodes),), 0, 1)), "known nodes"),
    "weight of two": (lambda: one(with_message(PAIRS, "bus", (0,), 0, 2)), "weight 0 or 1"),
    "no blinds": (
        lambda: one(replace(PAIRS, messages=tuple(m for m in PAIRS.messages if m.bus != "blind"))),
        "blind(0), blind(1), blind(2)",
    ),
    "a fourth message of blinds": (
        lambda: one(with_message(PAIRS, "blind", (node_of(PAIRS, Op.CONST, 1),), PAIRS.messages[-1].count, 0)),
        "blind(0), blind(1), blind(2)",
    ),
    "a blind counted by another column": (
        lambda: one(replace(PAIRS, messages=(*PAIRS.messages[:-1], replace(PAIRS.messages[-1], count=0)))),
        "blind(0), blind(1), blind(2)",
    ),
    "fewer blind columns": (lambda: one(replace(PAIRS, blinds=PAIRS.blinds[:2])), "blind(0), blind(1), blind(2)"),
}


@pytest.mark.parametrize("fault", MALFORMED)
def test_malformed_tables_rejected(fault: str) -> None:
    make, expected = MALFORMED[fault]
    error = refused(lambda: check_tables(make()))
    assert error.step == "tables"
    assert expected in error.expected


def test_example_tables_are_accepted() -> None:
    assert len(check_tables(honest_case().tables)) == 3


def buses(*tables: Table) -> Callable[[], None]:
    heights = [8 if table.periodic else 9 for table in tables]
    table_set = TableSet(tables, tuple(Instance(k, h) for k, h in enumerate(heights)))
    return lambda: check_buses(table_set, check_tables(table_set))


def test_two_widths_on_one_bus_rejected() -> None:
    """(x) and (0, x) have one fingerprint: a tuple could be required that nobody provides."""
    other = with_message(SQUARES, "rom:squares", (0,), 0, 0)
    error = refused(buses(PAIRS, other))
    assert error.step == "tables"
    assert "2 fields" in error.expected


def test_the_verifier_checks_tables_and_buses_before_the_proof() -> None:
    tables = honest_case().tables
    other_width = with_message(tables.tables[2], "rom:squares", (0,), 0, 0)
    uneven = replace(tables, tables=(*tables.tables[:2], other_width))
    assert "2 fields" in refused(lambda: verify(b"", tables=uneven)).expected
    shorter = replace(tables, instances=(Instance(0, 9), *tables.instances[1:]))
    assert "public column 0" in refused(lambda: verify(b"", tables=shorter)).expected


def counted_by(make: Callable[[TableBuilder, int], int], constrain: Callable[[TableBuilder, int], object]) -> Table:
    """A table that requires one tuple, counted by an expression of a constrained column."""
    t = TableBuilder("counted")
    column = t.column(t.new_column())
    constrain(t, column)
    t.send("bus", [column], make(t, column), 1)
    return t.build()


def plain(t: TableBuilder, column: int) -> int:
    return column


def boolean(t: TableBuilder, column: int) -> None:
    t.assert_zero(t.mul(column, t.sub(column, t.const(1))))


BOOLEANS: dict[str, Callable[[TableBuilder, int], object]] = {
    "c (c - 1)": boolean,
    "c^2 - c": lambda t, c: t.assert_zero(t.sub(t.mul(c, c), c)),
    "3 c - 3 c^2": lambda t, c: t.assert_zero(t.mul(t.const(3), t.sub(c, t.mul(c, c)))),
    "public zeros and ones": lambda t, c: t.assert_zero(t.sub(c, t.add_periodic([1] + [0] * 255))),
    "public, other way round": lambda t, c: t.assert_zero(t.sub(t.add_periodic([1] + [0] * 255), c)),
}

NOT_BOOLEANS: dict[str, Callable[[TableBuilder, int], object]] = {
    "free": lambda t, c: None,
    "c (c - 2)": lambda t, c: t.assert_zero(t.mul(c, t.sub(c, t.const(2)))),
    "c (c - 1) (c - 5)": lambda t, c: t.assert_zero(t.mul(t.mul(c, t.sub(c, t.const(1))), t.sub(c, t.const(5)))),
    "0": lambda t, c: t.assert_zero(t.mul(t.const(0), c)),
    "public twos": lambda t, c: t.assert_zero(t.sub(c, t.add_periodic([2] + [0] * 255))),
    "sum with a public column": lambda t, c: t.assert_zero(t.add(c, t.add_periodic([1] + [0] * 255))),
    "another column's": lambda t, c: boolean(t, t.column(t.new_column())),
    "switched off by another column": lambda t, c: t.assert_zero(
        t.mul(t.column(t.new_column()), t.sub(t.mul(c, c), c))
    ),
}


@pytest.mark.parametrize("name", BOOLEANS)
def test_boolean_count_is_accepted(name: str) -> None:
    buses(counted_by(plain, BOOLEANS[name]))()


@pytest.mark.parametrize("name", NOT_BOOLEANS)
def test_requirement_counted_by_anything_else_rejected(name: str) -> None:
    error = refused(buses(counted_by(plain, NOT_BOOLEANS[name])))
    assert error.step == "tables"
    assert "confined to 0 and 1" in error.expected


def test_negative_requirement_rejected() -> None:
    error = refused(buses(counted_by(lambda t, c: t.sub(t.const(0), c), boolean)))
    assert "confined to 0 and 1" in error.expected


def test_more_messages_than_the_field_has_elements_rejected() -> None:
    """With 2^31 rows in each of 2^30 instances, p requirements of a forged tuple would sum to zero."""

    class Many(tuple[Instance, ...]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            return iter([Instance(0, 63)])

    facts = check_tables(one(PAIRS))
    error = refused(lambda: check_buses(TableSet((PAIRS,), Many()), facts))
    assert "fewer messages" in error.expected


def requiring(degrees: list[int]) -> Table:
    """A table with one message for each degree of its field, all on one bus."""
    t = TableBuilder("requiring")
    c = t.column(t.new_column())
    boolean(t, c)
    for degree in degrees:
        field = t.const(0)
        for k in range(degree):
            field = c if k == 0 else t.mul(field, c)
        t.send("bus", [t.add(field, t.const(7)) if degree else t.const(7)], c, 1)
    return t.build()


@pytest.mark.parametrize(
    ("degrees", "packed"),
    [
        ([1, 1, 1], [3]),
        ([1, 1, 1, 1], [3, 1]),
        ([2, 1, 1], [2, 1]),
        ([1, 2, 2], [2, 1]),
        ([3, 1, 1, 1], [1, 3]),
        ([0, 0, 0, 1, 1, 1, 1], [6, 1]),
    ],
)
def test_messages_are_packed_up_to_degree_four(degrees: list[int], packed: list[int]) -> None:
    table = requiring(degrees)
    facts = check_tables(one(table))[0]
    columns = pack(table, facts)
    assert [len(column.messages) for column in columns if column.bus == "bus"] == packed
    assert all(fraction_degree(column.messages, facts) <= 4 for column in columns)


def test_message_of_degree_five_rejected() -> None:
    table = requiring([4])
    facts = check_tables(one(table))[0]
    error = refused(lambda: pack(table, facts))
    assert "degree 4 at most" in error.expected


def test_vanishing_factor_lowers_the_degree_as_upstream_counts_it() -> None:
    t = TableBuilder("vanishing")
    c = t.column(t.new_column())
    square = t.mul(c, c)
    nothing = t.mul(t.sub(t.const(5), t.const(5)), square)
    sum_with_nothing = t.add(nothing, c)
    facts = check_tables(one(t.build()))[0]
    assert facts[nothing].constant == 0
    assert facts[nothing].degree == 0
    assert facts[sum_with_nothing].degree == 1


PROFILES = {
    "no queries": ({"queries": 0}, "at least one query"),
    "blowup of two": ({"log_blowup": 1}, "blowup"),
    "no folding": ({"max_log_arity": 0}, "folds"),
    "other salts": ({"salt_elements": 2}, "salt elements"),
    "two codewords": ({"random_codewords": 2}, "random codewords"),
    "negative work": ({"query_pow_bits": -1}, "work"),
    "negative final polynomial": ({"log_final_poly_len": -1}, "no negative lengths"),
    "negative cap": ({"cap_height": -1}, "no negative lengths"),
    "too many queries for the masks": ({"queries": 123}, "hiding budget"),
    "codewords beyond the field": ({"log_blowup": 24}, "codewords of at most"),
    "final polynomial as long as a table": ({"log_final_poly_len": 9}, "longer than the last"),
    "cap wider than the last codeword": ({"cap_height": 8}, "caps"),
}


@pytest.mark.parametrize("name", PROFILES)
def test_meaningless_profile_rejected(name: str) -> None:
    changes, expected = PROFILES[name]
    error = refused(lambda: proof_shape(honest_case().tables, replace(INSECURE_TEST, **changes)))
    assert error.step == "policy"
    assert expected in error.expected


def test_hiding_budget_at_height_256_allows_122_queries() -> None:
    proof_shape(honest_case().tables, replace(INSECURE_TEST, queries=122))
