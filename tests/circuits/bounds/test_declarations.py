"""Declarations are claims: a contract that is too narrow, too wide or missing is refused, and so are wider records."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plimsoll.circuits import schedule_records
from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.bounds import BoundsError, analyse
from plimsoll.circuits.bounds.analyse import analyse_path
from plimsoll.circuits.bounds.book import BOOK
from plimsoll.circuits.bounds.declarations import Conclusion, Contract, Inequality, Kind, between
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.roms import schedule_rules
from plimsoll.circuits.compiler import compile_program
from plimsoll.circuits.field import P


def refused(table: str, match: str, **changes: Contract) -> None:
    declared = replace(BOOK, contracts={**BOOK.contracts, **changes})
    with pytest.raises(BoundsError, match=match) as caught:
        analyse(book_program(), declared)
    assert caught.value.table == table


@pytest.mark.parametrize("name", ["SLOPE_LIMB_BITS", "VALUE_LIMB_BITS"])
def test_wider_limbs_of_records_rejected(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_records, name, getattr(schedule_records, name) + 1)
    refused("holdings.nz", "claim fn:holdings .* is not proved")


def test_wider_keys_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_records, "KEY_BITS", 15)
    refused("holdings.nz", "prev_key")


def test_wider_quantities_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule_records, "QUANTITY_BITS", 64)
    refused("holdings.nz", "wrap p")


def test_higher_trees_rejected() -> None:
    """With 2^16 leaves the highest order could pass p."""
    contract = BOOK.contracts["subtree"]
    high = 2**60 - 1 + 2**64

    def before(h: int) -> list[Inequality]:
        return [*between("height", h, h), *between("prev", 0, high - (2**48 << h))]

    refused(
        "main",
        "wrap p",
        subtree=replace(contract, before=before, cases=range(17)),
        main=replace(BOOK.contracts["main"], cases=range(17)),
    )


def test_contract_too_narrow_rejected() -> None:
    contract = BOOK.contracts["holdings"]
    before = [*between("n", 0, 4095), *between("prev_key", -1, 2**14 - 1)]
    before += [rule for k in range(11) for rule in between(f"sum.c{k}", -(2**40), 2**40)]
    refused("holdings.nz", "sum.c0 .* is not proved", holdings=replace(contract, before=lambda case: before))


def test_contract_without_bound_rejected() -> None:
    refused("holdings.z", "does not bound n", holdings=replace(BOOK.contracts["holdings"], before=lambda case: []))


def test_results_not_proved_rejected() -> None:
    after = [*between("last", 0, 2**60)]
    contract = replace(BOOK.contracts["subtree"], after=lambda case: after)
    refused("subtree.z.z", "last .* is not proved", subtree=contract)


def test_height_out_of_its_cases_rejected() -> None:
    refused("main", "height is not shown to be from 0 to 3", subtree=replace(BOOK.contracts["subtree"], cases=range(4)))


def test_digest_declared_a_capacity_rejected() -> None:
    contract = BOOK.contracts["holdings"]
    free = {**contract.free, "digest.x0": Kind.CAPACITY}
    refused("holdings.z", "digest.x0 has no bound and stands at digest", holdings=replace(contract, free=free))


def test_missing_contract_rejected() -> None:
    contracts = {name: c for name, c in BOOK.contracts.items() if name != "subtree"}
    with pytest.raises(BoundsError, match="no contract is declared for subtree"):
        analyse(book_program(), replace(BOOK, contracts=contracts))


def test_contract_of_another_width_rejected() -> None:
    refused("main", "names 5", subtree=replace(BOOK.contracts["subtree"], results=("last", "extra")))


def test_salt_not_declared_free_rejected() -> None:
    choices = {**BOOK.choices, "main": {}}
    with pytest.raises(BoundsError, match=r"main, salt\.x0: .* not declared free"):
        analyse(book_program(), replace(BOOK, choices=choices))


def test_free_name_that_is_no_cell_rejected() -> None:
    choices = {**BOOK.choices, "main": {**BOOK.choices["main"], "pepper": "none"}}
    with pytest.raises(BoundsError, match="pepper: declared free, but no tape cell"):
        analyse(book_program(), replace(BOOK, choices=choices))


@pytest.mark.parametrize(
    ("conclusion", "match"),
    [
        (Conclusion("", positive=lambda names: IntPoly.constant(2**59) - names("start")), "not proved"),
        (Conclusion("", positive=lambda names: names("salt.x0")), "no bound is known of salt.x0"),
        (Conclusion("", zero=lambda names: names("start")), "differ"),
        (Conclusion("", packed=lambda names: names("start") + names("call0.last")), "lighter columns"),
        (Conclusion("", packed=lambda names: names("start") + names("call0.last") * 2**62), "not below p"),
        (Conclusion("", packed=lambda names: names("start") * names("call0.last")), "weight of its own"),
        (Conclusion("", packed=lambda names: names("salt.x0")), "no bound"),
        (Conclusion("", positive=lambda names: names("stop")), "no such name"),
    ],
)
def test_false_conclusion_rejected(conclusion: Conclusion, match: str) -> None:
    with pytest.raises(BoundsError, match=match):
        analyse(book_program(), replace(BOOK, conclusions={"main": (conclusion,)}))


@pytest.mark.parametrize(("highest", "place"), [(P - 1, "builtin:poseidon"), (P, "prev")])
def test_order_that_may_wrap_rejected(highest: int, place: str) -> None:
    """A sum without a column of its own, and a column: both must be told from the field element."""
    [path] = [p for p in compile_program(book_program()).paths if p.table.name == "subtree.z.nz"]
    before = [*between("height", 0, 0), *between("prev", 0, highest)]
    contract = replace(BOOK.contracts["subtree"], before=lambda case: before, cases=range(1))
    with pytest.raises(BoundsError, match="can wrap p") as caught:
        analyse_path(book_program(), replace(BOOK, contracts={**BOOK.contracts, "subtree": contract}), path)
    assert place in caught.value.place


def test_record_field_without_rule_rejected() -> None:
    rules = [rule for rule in schedule_rules()["schedule"] if rule.terms[0][0] != "d1_3"]
    with pytest.raises(BoundsError, match="r0.d1_3: the record's rules do not bound"):
        analyse(book_program(), replace(BOOK, roms=lambda: {"schedule": rules}))


def test_column_of_two_sources_rejected() -> None:
    """Two arguments of a claim that are one column."""
    [path] = [p for p in compile_program(book_program()).paths if p.table.name == "holdings.z"]
    [claim] = [m for m in path.table.messages if m.bus == "fn:holdings"]
    fields = (*claim.fields[:4], claim.fields[3], *claim.fields[5:])
    messages = tuple(replace(m, fields=fields) if m is claim else m for m in path.table.messages)
    with pytest.raises(BoundsError, match="expected a column of its own"):
        analyse_path(book_program(), BOOK, replace(path, table=replace(path.table, messages=messages)))
