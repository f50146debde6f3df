"""What is declared of a ledger is proved: areas that are too small or too wide, lemmas, terms, are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from ledger_programs import DECLARED, Loosened, paths
from loosened_ledger import BATCH_CHANGES

from plimsoll.circuits import position_records
from plimsoll.circuits.bounds import BoundsError
from plimsoll.circuits.bounds.analyse import analyse_path
from plimsoll.circuits.bounds.areas import Area, Linear
from plimsoll.circuits.bounds.declarations import Conclusion, Declarations, Names, between
from plimsoll.circuits.bounds.integers import IntPoly
from plimsoll.circuits.bounds.interval import Interval
from plimsoll.circuits.bounds.ledger import totals
from plimsoll.circuits.bounds.roms import totals_rules
from plimsoll.circuits.bounds.totals import LIABILITIES
from plimsoll.circuits.compiler import CompiledPath, compile_program
from plimsoll.circuits.compiler.builtins import LEDGER_BUS
from plimsoll.circuits.program_tables import committed_program


def with_contract(program: str, function: str, **changes: Any) -> Declarations:
    declared = DECLARED[program]
    contract = replace(declared.contracts[function], **changes)
    return replace(declared, contracts={**declared.contracts, function: contract})


def refused(program: str, table: str, match: str, declared: Declarations, path: CompiledPath | None = None) -> None:
    with pytest.raises(BoundsError, match=match) as caught:
        analyse_path(committed_program(program), declared, path or paths(program)[table])
    assert caught.value.table == table


def areas_but(program: str, function: str, index: int, **changes: Any) -> Declarations:
    """With one area of a function's contract changed, the same in every case."""
    before = DECLARED[program].contracts[function].areas

    def areas(case: int) -> list[Area]:
        return [replace(area, **changes) if i == index else area for i, area in enumerate(before(case))]

    return with_contract(program, function, areas=areas)


@pytest.mark.parametrize(
    ("program", "function", "index", "table", "changes"),
    [
        ("batch", "holdings", 0, "holdings.nz", {"total": Interval(0, 2**37 - 2**25)}),
        ("batch", "holdings", 0, "holdings.nz", {"lo": Linear()}),
        ("batch", "holdings", 1, "holdings.z", {"total": Interval(0, 2**36 - 2)}),
        ("batch", "subtree", 0, "subtree.z.nz", {"total": Interval(0, 2**37 - 2)}),
        ("batch", "subtree", 0, "subtree.nz", {"total": Interval(0, 2**37 - 1)}),
        ("batch", "close", 0, "close.nz", {"total": Interval(-(2**52) + 2, 0)}),
        ("batch", "main", 0, "main", {"total": Interval(-(2**51), 2**51)}),
        ("totals", "join", 1, "join.nz", {"total": Interval(0, 2**53 - 2)}),
        ("totals", "instruments", 1, "instruments.nz", {"total": Interval(0, 2**58 + 2**24 - 3)}),
        ("totals", "figures", 0, "figures.nz", {"total": Interval(-(2**58) + 2, 0)}),
        ("totals", "main", 2, "main", {"total": Interval(-(2**60) + 2, 0)}),
    ],
)
def test_area_with_less_than_is_posted_rejected(
    program: str, function: str, index: int, table: str, changes: Mapping[str, Any]
) -> None:
    refused(program, table, "more can be posted", areas_but(program, function, index, **changes))


@pytest.mark.parametrize(
    ("program", "function", "index", "table", "changes"),
    [
        ("batch", "holdings", 0, "holdings.nz", {"lo": Linear((("prev_key", 2),), 3)}),
        ("batch", "holdings", 0, "holdings.nz", {"hi": Linear((), 2**15 - 1)}),
        ("batch", "holdings", 1, "holdings.z", {"hi": Linear((), 2**15 + 38)}),
        ("batch", "close", 0, "close.nz", {"hi": Linear((("key", 1), ("n", 7)))}),
        ("totals", "instruments", 0, "instruments.nz", {"lo": Linear((("index", 4),), 1)}),
        ("totals", "instruments", 1, "instruments.nz", {"family": ""}),
        ("totals", "assets", 0, "assets.nz", {"lo": Linear((("index", 2),), 2**16 + 1)}),
    ],
)
def test_area_of_too_few_keys_rejected(
    program: str, function: str, index: int, table: str, changes: Mapping[str, Any]
) -> None:
    refused(program, table, "not shown to be in an area", areas_but(program, function, index, **changes))


def test_contract_without_areas_rejected() -> None:
    declared = with_contract("batch", "close", areas=lambda case: [])
    refused("batch", "close.nz", "not shown to be in an area", declared)


def test_wider_low_parts_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(position_records, "LOW_BITS", 38)
    refused("batch", "holdings.nz", "more can be posted", DECLARED["batch"])


@pytest.mark.parametrize("flag", ["zero_sum", "show", "liability"])
def test_flags_that_are_no_bits_rejected(flag: str) -> None:
    rules = totals_rules()
    terms = [rule for rule in rules["terms"] if rule.terms[0][0] != flag] + between(flag, 0, 2)
    declared = replace(DECLARED["totals"], roms=lambda: {**rules, "terms": terms})
    refused("totals", "instruments.nz", "differ|more can be posted", declared)


@pytest.mark.parametrize(("most", "wraps"), [(2, False), (63, False), (64, True)])
def test_many_liabilities_of_an_asset_rejected(most: int, wraps: bool) -> None:
    declared = replace(DECLARED["totals"], by_record=(replace(LIABILITIES, most=most),))
    if wraps:
        with pytest.raises(BoundsError, match="can wrap p"):
            totals(declared)
    else:
        assert totals(declared)[2].total.hi == most * (2**58 + 2**24 - 2)


def test_many_batches_rejected() -> None:
    declared = with_contract("totals", "main", cases=range(14))
    with pytest.raises(BoundsError, match="can wrap p"):
        totals(declared)


def test_areas_of_main_that_depend_on_its_values_rejected() -> None:
    with pytest.raises(BoundsError, match="not constant"):
        totals(areas_but("batch", "main", 0, hi=Linear((("rows", 8),))))


def test_sums_of_areas_with_keys_in_common_are_added() -> None:
    most = 2**63
    areas = [Area(Linear(), Linear((), 9), Interval(0, most)), Area(Linear((), 8), Linear((), 20), Interval(0, most))]
    with pytest.raises(BoundsError, match="can wrap p"):
        totals(with_contract("batch", "main", areas=lambda case: areas))
    assert totals(with_contract("batch", "main", areas=lambda case: areas[:1]))


def test_assumption_about_another_function_than_main_is_not_made() -> None:
    assumed = tuple(between("last", 0, 5))
    declared = with_contract("totals", "join", assumed=assumed, after=lambda case: between("last", 0, 5))
    refused("totals", "join.z.nz", "last .* is not proved", declared)


def test_count_of_assets_without_a_bound_rejected() -> None:
    refused("totals", "main", "no bound is known of count", with_contract("totals", "main", assumed=()))


def equal(name: str) -> Declarations:
    """A batch whose lemma says that this is the last limb posted."""
    lemmas = {"holdings.z": {"post5.amount": lambda names: names(name)}}
    return replace(DECLARED["batch"], lemmas=lemmas)


@pytest.mark.parametrize("name", ["post4.amount", "negative0", "limbs5.0"])
def test_false_lemma_rejected(name: str) -> None:
    refused("batch", "holdings.z", "not equal to", equal(name))


def test_without_lemma_rejected() -> None:
    refused("batch", "holdings.z", "more can be posted", replace(DECLARED["batch"], lemmas={}))


def _square(names: Names) -> IntPoly:
    return names("negative0") * names("negative0") - names("negative0")


@pytest.mark.parametrize(
    ("zero", "holds"),
    [
        (_square, True),
        (lambda names: _square(names) * names("net.c0"), True),
        (lambda names: names("negative0") * names("negative1") - names("negative0"), False),
        (lambda names: names("limbs0.0") * names("limbs0.0") - names("limbs0.0"), False),
        (lambda names: [names("post6.amount") - names("negative0"), names("negative1")], False),
    ],
)
def test_only_bits_are_their_squares(zero: Any, holds: bool) -> None:
    declared = replace(DECLARED["batch"], conclusions={"holdings.z": (Conclusion("", zero=zero),)})
    if holds:
        analyse_path(committed_program("batch"), declared, paths("batch")["holdings.z"])
    else:
        refused("batch", "holdings.z", "differ", declared)


def test_entry_that_inactive_rows_could_post_rejected() -> None:
    """A count that is the amount itself: rows that stand for no call would post, too."""
    path = paths("batch")["close.nz"]
    [first, *_] = [m for m in path.table.messages if m.bus == LEDGER_BUS]
    bare = path.table.nodes[first.count].b
    messages = tuple(replace(m, count=bare) if m is first else m for m in path.table.messages)
    declared, table = DECLARED["batch"], replace(path.table, messages=messages)
    refused("batch", "close.nz", "counted by active", declared, replace(path, table=table))


def test_entry_of_two_fields_rejected() -> None:
    path = paths("batch")["close.nz"]
    messages = tuple(replace(m, fields=m.fields * 2) if m.bus == LEDGER_BUS else m for m in path.table.messages)
    declared, table = DECLARED["batch"], replace(path.table, messages=messages)
    refused("batch", "close.nz", "entry of one key", declared, replace(path, table=table))


def test_free_value_that_is_posted_rejected(tmp_path: Path) -> None:
    """An amount that is not checked, declared the prover's choice."""
    [change] = [c for c in BATCH_CHANGES if c.name == "amount_unchecked"]
    program = Loosened("batch", change).compiled(tmp_path)
    [path] = [p for p in compile_program(program).paths if p.table.name == "close.nz"]
    choices = {**DECLARED["batch"].choices, "close.nz": {"amount7": "as the prover likes"}}
    with pytest.raises(BoundsError, match="amount7 has no bound and is posted"):
        analyse_path(program, replace(DECLARED["batch"], choices=choices), path)
