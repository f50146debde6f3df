"""The book's tables: their order, heights and public contents."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from test_schedule_records import Tier

from plimsoll.circuits.book_tables import ROLES, book_program, book_tables, build_book
from plimsoll.circuits.interpreter import table_values
from plimsoll.circuits.poseidon2 import poseidon_row
from plimsoll.circuits.program_tables import ProgramTablesError
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.circuits.tables import BLINDS, Table

RECORDS = schedule_records([Tier(k, 0, 999, 3, 0, 1, 0) for k in range(300)])
SHAPE = ShapeClass(12, 2)
BOOK = book_tables(book_program(), RECORDS, SHAPE)


def by_name(name: str) -> Table:
    [table] = [t for t in BOOK.tables if t.name == name]
    return table


def test_order_of_tables_and_instances() -> None:
    names = [t.name for t in BOOK.tables]
    assert names[:2] == ["root", "main"]
    assert names[-3:] == ["poseidon", "range_check", "rom:schedule"]
    assert sorted(names) == sorted(ROLES)
    assert [i.table for i in BOOK.instances] == sorted(i.table for i in BOOK.instances)
    for index, table in enumerate(BOOK.tables):
        heights = [i.log_height for i in BOOK.instances if i.table == index]
        assert heights == SHAPE.log_heights(ROLES[table.name], len(RECORDS))


def test_heights_depend_on_the_shape_and_the_number_of_records_only() -> None:
    others = schedule_records([Tier(k, 0, 5, 1, 0, 0, 0) for k in range(300)])
    assert book_tables(book_program(), others, SHAPE).instances == BOOK.instances


def test_public_columns_have_the_full_height_of_their_instance() -> None:
    for instance, table in zip(BOOK.instances, BOOK.instance_tables(), strict=True):
        assert all(len(column) == 1 << instance.log_height for column in table.periodic)


def test_root_has_one_active_row_that_carries_the_public_values() -> None:
    root = by_name("root")
    assert root.publics == 9
    assert root.periodic == ((1, *[0] * 255),)
    publics = list(range(50, 59))
    for row, allowed in (
        ([1, *publics], True),
        ([0, *[0] * 9], False),
        ([1, *publics[:-1], 0], False),
        ([2, *publics], False),
    ):
        values = table_values(root.nodes, [*row, *[0] * BLINDS], 0, root.periodic, publics)
        assert (not any(values[c] for c in root.constraints)) is allowed
    values = table_values(root.nodes, [1, *publics, 0, 0, 0], 1, root.periodic, publics)
    assert values[root.constraints[0]] != 0


def test_root_requires_main_at_depth_zero() -> None:
    root = by_name("root")
    publics = list(range(50, 59))
    values = table_values(root.nodes, [1, *publics, 0, 0, 0], 0, root.periodic, publics)
    [message] = [m for m in root.messages if m.bus == "fn:main"]
    assert [values[f] for f in message.fields] == [0, *publics]
    assert (values[message.count], message.weight) == (1, 1)


def test_schedule_padding_repeats_a_real_record_under_its_own_address() -> None:
    table = by_name("rom:schedule")
    assert table.periodic[0] == tuple(range(512))
    rows = list(zip(*table.periodic[1:], strict=True))
    assert [list(r) for r in rows[: len(RECORDS)]] == RECORDS
    assert all(list(r) == RECORDS[-1] for r in rows[len(RECORDS) :])


def test_range_table_is_the_twelve_bit_numbers() -> None:
    assert by_name("range_check").periodic == (tuple(range(4096)),)


def test_padding_row_of_poseidon_is_a_permutation_of_zero() -> None:
    table = by_name("poseidon")
    values = table_values(table.nodes, [0, *poseidon_row([0] * 12), *[0] * BLINDS], 0, (), ())
    assert not any(values[c] for c in table.constraints)


def test_same_inputs_give_the_same_bytes() -> None:
    assert book_tables(book_program(), RECORDS, SHAPE).encode() == BOOK.encode()


def test_widths_stay_near_the_experiment() -> None:
    widths = {t.name: t.width for t in BOOK.tables}
    assert widths["holdings.nz"] == 224
    assert widths["poseidon"] == 248


def test_building_is_fast_enough_for_every_verification() -> None:
    program = replace(book_program(), lines=())  # another key: nothing is cached
    start = time.perf_counter()
    book_tables(program, RECORDS, SHAPE)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize("records", [[], [[0] * 15], [*RECORDS, [0] * 17]])
def test_records_of_another_size_rejected(records: list[list[int]]) -> None:
    with pytest.raises(ProgramTablesError, match="16 fields"):
        book_tables(book_program(), records, SHAPE)


def test_witness_program_names_tables_by_index() -> None:
    book = build_book(book_program(), RECORDS, SHAPE)
    witness = book.witness_program()
    names = [t.name for t in book.tables.tables]
    assert (names[witness["root"]], names[witness["poseidon"]]) == ("root", "poseidon")
    assert (names[witness["range"]], names[witness["roms"]["schedule"]["table"]]) == ("range_check", "rom:schedule")
    assert [names[p["table"]] for p in witness["paths"]] == names[1:-3]
