"""A price, a tier or a parameter that is not the one of the statement. The genuine digests stand in the statement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from lies import FIELDS, VALUES, other_record
from small_venue import (
    EMPTY,
    PARAMETERS,
    RULES,
    SHAPE,
    SNAPSHOT,
    Batch,
    Leaf,
    account_lots,
    margin,
    parameters,
    position,
    positions,
    records,
    snapshot,
    tiers,
)
from toolkit import POLICY, Forgery, accepted, forge, upstream_accepts, verdict

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.field import P
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.engine.schedule import compile_schedule
from plimsoll.verifier.book import Expected, expected_statement, verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import read_proof, write_proof

PERP, DUST, CASH = 0, 1, 2
"""Slots of the account's holdings in its row."""
NULL = 5
"""A slot with a null record."""
LAST_BRACKET = {"floor": "500000", "cap": None, "rate": "0.04"}
OTHER_MARKETS = {
    "price": (snapshot(DUST="0.02"), PARAMETERS),
    # Ten times the lot: each lot of the account is worth ten times as much, and the requirement for none of them grows.
    "lot": (SNAPSHOT, parameters(DUST={"lot": "0.00000000000000001"})),
    "parameter": (SNAPSHOT, parameters(PERP={"maintenance": [*RULES[1]["maintenance"][:2], LAST_BRACKET]})),
}
"""A market and rules under which the failing account is healthy. The tiers have the same edges."""


def failing() -> Batch:
    """A book of nothing but an account that is one unit below at the genuine prices and rules."""
    lots = account_lots()["edge"]
    lots["DUST"] -= 1
    assert margin(lots) == -1
    return Batch((Leaf(positions(lots)), EMPTY, EMPTY, EMPTY))


def elsewhere(name: str) -> tuple[Forgery, Expected]:
    """The failing account, proven honestly in another market."""
    market, rules = OTHER_MARKETS[name]
    expected = expected_statement(book_program(), market, rules, SHAPE)
    rows = schedule_records(compile_schedule(market, rules).tiers)
    return forge(failing(), expected=expected, rows=rows), expected


@pytest.mark.parametrize("name", OTHER_MARKETS)
def test_control_account_is_healthy_in_the_other_market(name: str) -> None:
    forgery, expected = elsewhere(name)
    forgery.changes["digests"] = expected.digests
    verify_book(forgery.file(), *OTHER_MARKETS[name], POLICY)


@pytest.mark.parametrize("name", OTHER_MARKETS)
def test_other_market_under_the_genuine_statement_rejected(name: str) -> None:
    """The prover's tables have the other schedule, the statement has the genuine one."""
    forgery, _ = elsewhere(name)
    forgery.refused("constraints", "constraint rom:schedule")


@pytest.mark.parametrize("name", OTHER_MARKETS)
def test_other_market_in_the_genuine_tables_rejected(name: str) -> None:
    """The prover's tables are the genuine ones, its schedule's rows are the other market's."""
    forgery, _ = elsewhere(name)
    forgery.tables = forge().tables
    forgery.refused("constraints", "constraint rom:schedule")


@pytest.mark.parametrize("name", OTHER_MARKETS)
def test_statement_of_the_other_market_rejected(name: str) -> None:
    forgery, expected = elsewhere(name)
    forgery.changes["digests"] = expected.digests
    assert verdict(forgery.file()).step == "policy"


@pytest.mark.parametrize("name", OTHER_MARKETS)
def test_honest_proof_in_the_other_market_rejected(name: str) -> None:
    """A proof serves one market only: as it stands, and with the digests of the other market written into it."""
    market, rules = OTHER_MARKETS[name]
    file = forge().file()
    accepted(file)
    digests = expected_statement(book_program(), market, rules, SHAPE).digests
    statement, body = read_proof(file)
    for shown, step in ((file, "policy"), (write_proof(replace(statement, digests=digests), body), "constraints")):
        with pytest.raises(VerificationError) as caught:
            verify_book(shown, market, rules, POLICY)
        assert caught.value.step == step


def record(index: int) -> dict[str, int]:
    return dict(zip(FIELDS, records()[index], strict=True))


def tier_of(slot: int) -> int:
    return failing().leaves[0].holdings[slot][0]


RECORDS = {
    "price one unit higher": lambda: other_record(DUST, {"d1_0": record(tier_of(DUST))["d1_0"] + 1}),
    "value at the tier's lower end": lambda: other_record(PERP, {"d0_0": record(tier_of(PERP))["d0_0"] + 1}),
    # The rate of the first tier, the intercept and the bounds of the last.
    "mixed from two tiers": lambda: other_record(
        PERP, {name: record(tier_of(PERP) - 2)[name] for name in VALUES if name.startswith("d1")}
    ),
    "another instrument's value": lambda: other_record(DUST, {name: record(tier_of(CASH))[name] for name in VALUES}),
    "liability worth nothing": lambda: other_record(PERP, dict.fromkeys(VALUES, 0)),
    "null record with a value": lambda: other_record(NULL, {"d0_0": 1}),
    "padding's address, a record of its own": lambda: other_record(NULL, {"d0_0": 1}, address=200),
    "address beyond the table": lambda: other_record(NULL, {"d0_0": 1}, address=1 << 20),
}


@pytest.mark.parametrize("name", RECORDS)
def test_record_that_the_schedule_does_not_have_rejected(name: str) -> None:
    """One record of the account's row is made up, everything that follows from it is computed truly."""
    forge(failing(), mislead=RECORDS[name]()).rebalance().refused("terminals", "bus rom:schedule")


def test_genuine_record_under_another_address_rejected() -> None:
    """The leaf and the sums are those of one record, the index is another's."""
    mislead = other_record(DUST, {}, address=tier_of(CASH))
    batch = Batch((Leaf(positions(account_lots()["edge"])), EMPTY, EMPTY, EMPTY))
    forge(batch, mislead=mislead).rebalance().refused("terminals", "bus rom:schedule")


def test_unaligned_schedule_address_rejected() -> None:
    """A record that begins one field late: address i + 1/16, its fields from the second of record i to the first of
    record i + 1. With an address of cells in place of records it would be in the table."""
    index, size = position("BTC", 1)[0], len(FIELDS)
    cells = [x for one in records() for x in one]
    late = dict(zip(FIELDS, cells[size * index + 1 : size * (index + 1) + 1], strict=True))
    assert late["lo"] == records()[index][2] and late["d0_5"] == records()[index + 1][0]
    address = (index + pow(size, -1, P)) % P
    batch = Batch((Leaf(((index, 0, 0, 0, 0, 0),)), EMPTY, EMPTY, EMPTY))
    forgery = forge(batch, mislead=other_record(0, late, address=address))
    forgery.rebalance().refused("terminals", "bus rom:schedule")


def test_control_null_record_under_a_padding_address_is_harmless() -> None:
    """Padding repeats the last record, a null record: as good as the record itself."""
    mislead = other_record(NULL, {}, address=200)
    edge = Leaf(positions(account_lots()["edge"]))
    # Three null records fill the row; the last of them must be the highest key, which padding repeats.
    leaf = edge.having(3, (tiers().null, 0, 0, 0, 0, 0)).having(4, (tiers().null + 1, 0, 0, 0, 0, 0))
    forgery = forge(Batch((leaf.having(5, (tiers().null + 5, 0, 0, 0, 0, 0)), EMPTY, EMPTY, EMPTY)), mislead=mislead)
    forgery.rebalance()
    assert forgery.broken() == set()
    file = forgery.file()
    accepted(file)
    upstream_accepts(*read_proof(file))
