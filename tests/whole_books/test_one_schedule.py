"""One opening serves one schedule: two would show which batches' figures differ, and make two roots of one sequence.

First the attack, with a prover that does not look: what a reader of two publications learns. Then the refusals.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from small_book import PARAMETERS as SMALL_PARAMETERS
from small_book import SNAPSHOT as SMALL_SNAPSHOT
from small_book import small_book
from test_whole_openings import altered
from test_whole_prover import drawn_until, refused
from whole_venue import AT, CRASH, EXACT, LOTS, MARKET, NO_STRESS, PARAMETERS, RULES, SHAPE, SNAPSHOT, Case, as_bytes

from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.circuits.totals_commitment import book_root
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.batch_job import prove_batches
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.opening import Opening, OpeningError
from plimsoll.verifier.batch import BatchPolicy, verify_batches
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.statement import read_proof

CASH = {"cat": {"USD": 100}, "dan": {}}
"""Whom no price moves."""
BUYERS = {
    "ann": {"USD": 1, "PERP": 10_000, "CASH": -4_000_000},
    "ben": {"BTC": 30_000, "PERP": -10_000, "CASH": 4_000_000},
}


def rules(**changes: Any) -> RiskParameters:
    return RiskParameters.parse(as_bytes({**copy.deepcopy(RULES), **changes}))


def prices(**changes: Any) -> MarketSnapshot:
    return MarketSnapshot.parse(as_bytes({**MARKET, **changes}))


# The attack.


def test_two_schedules_under_one_opening_tell_which_batches_suffer() -> None:
    """What is refused, done by hand: with each commitment's salt, unchanged figures make an unchanged commitment.

    And the two books have two roots, both valid under one sequence: a receipt of the first looks broken.
    """
    calm = Case(lots=CASH | BUYERS, stress=NO_STRESS)
    drawn_until(calm, lambda batches: sorted(batches[0]) in (["ann", "ben"], ["cat", "dan"]))
    crash = Case(lots=CASH | BUYERS, stress=CRASH).under(calm.opening)
    before, after = ([case.root_of(tape) for tape in case.tapes] for case in (calm, crash))
    assert [root for root, _ in before] == [root for root, _ in after]
    differs = [one != other for (_, one), (_, other) in zip(before, after, strict=True)]
    holders = [leaf.position // SHAPE.leaves for leaf in calm.opening.accounts if leaf.account in BUYERS]
    assert differs == [batch in holders for batch in range(2)] and sum(differs) == 1
    assert book_root(before, 1, permute) != book_root(after, 1, permute)
    proofs = [crash.batch(i) for i in range(2)]
    policy = BatchPolicy(at=AT, allow_insecure=True)
    read = verify_batches(proofs, SNAPSHOT, PARAMETERS, crash.scenarios, policy)
    assert [one.commitment for one in read.batches] == [commitment for _, commitment in after]


# The refusals.

OTHER = "drawn for other prices, rules or scenarios"
REMEDY = ("prove with the files of then", "raise the snapshot's sequence", "--new-root")


@pytest.mark.parametrize("stress", [NO_STRESS, {**CRASH, "scenarios": [{"name": "crash", "default": "-0.31"}]}])
def test_other_scenarios_under_one_opening_rejected(stress: dict[str, Any]) -> None:
    case = Case(stress=stress)
    message = refused(OpeningError, OTHER, case, opening=EXACT.opening)
    assert all(one in message for one in REMEDY)
    assert not any(name in message for name in LOTS) and EXACT.opening.nonce not in message


def test_another_price_or_rate_under_one_opening_rejected() -> None:
    moved = {**MARKET["prices"], "ETH": "3000.26"}
    refused(OpeningError, OTHER, snapshot=prices(prices=moved))
    stricter = copy.deepcopy(RULES["instruments"])
    stricter[2]["maintenance"][1]["rate"] = "0.06"
    refused(OpeningError, OTHER, parameters=rules(instruments=stricter))


def test_another_instrument_table_under_one_opening_rejected() -> None:
    """The schedule is the same; ids of leaves, and so all roots, are not."""
    renamed = copy.deepcopy(RULES["instruments"])
    renamed[3]["name"] = "BALANCE"
    message = refused(OpeningError, "belongs to another instrument table", parameters=rules(instruments=renamed))
    assert "raise the snapshot's sequence" in message
    small = new_opening(small_book(), ShapeClass(2, 1), SMALL_SNAPSHOT, PARAMETERS)
    with pytest.raises(OpeningError, match="belongs to another instrument table"):
        prove_book(small_book(), SMALL_SNAPSHOT, SMALL_PARAMETERS, ShapeClass(2, 1), small)
    with pytest.raises(OpeningError, match="belongs to another instrument table"):
        customer_files(EXACT.book, SNAPSHOT, rules(instruments=renamed), EXACT.opening, permute)


def test_control_same_schedule_is_proven_again_with_equal_values() -> None:
    """What an opening file is for. The time, names of scenarios and rates that no schedule has make no difference."""
    renamed = {**CRASH, "name": "another", "scenarios": [{"name": "the same fall", "default": "-0.3"}]}
    values = []
    for snapshot, parameters, stress in (
        (SNAPSHOT, PARAMETERS, CRASH),
        (prices(time="2026-11-21T12:30:00Z"), rules(close_out="0.4"), renamed),
    ):
        scenarios = ScenarioList.parse(as_bytes(stress))
        made = prove_batches(
            EXACT.book,
            snapshot,
            parameters,
            scenarios,
            EXACT.claims,
            SHAPE,
            EXACT.opening,
            profile=INSECURE_TEST,
        )
        assert made.root == EXACT.root()
        values.append([read_proof(one)[0].public_values for one in (*made.batches, made.totals)])
    assert values[0] == values[1]


# In the file.


def test_schedule_stands_in_the_file(tmp_path: Path) -> None:
    EXACT.opening.write(tmp_path / "opening")
    raw = json.loads((tmp_path / "opening").read_text())
    assert raw["schedule"] == EXACT.expected.schedule.digest().hex()
    assert raw["instruments"] == PARAMETERS.table.digest().hex()
    assert Opening.read(tmp_path / "opening") == EXACT.opening
    small = new_opening(small_book(), ShapeClass(2, 1), SMALL_SNAPSHOT, SMALL_PARAMETERS)
    assert small.instruments == SMALL_PARAMETERS.table.digest().hex() and not small.schedule


@pytest.mark.parametrize("field", ["schedule", "instruments"])
@pytest.mark.parametrize("value", ["00", "no digest", 7, None])
def test_altered_digest_rejected(tmp_path: Path, field: str, value: object) -> None:
    path = altered(EXACT.opening, tmp_path / "opening", lambda raw: raw.update({field: value}))
    with pytest.raises(OpeningError, match="restore it from its backup"):
        Opening.read(path)


def test_schedule_of_one_batch_rejected(tmp_path: Path) -> None:
    """That statement's commitment is of no figure: a file that names a schedule without batches was not drawn so."""
    small = new_opening(small_book(), ShapeClass(2, 1), SMALL_SNAPSHOT, SMALL_PARAMETERS)
    path = altered(small, tmp_path / "opening", lambda raw: raw.update(schedule="00" * 32))
    with pytest.raises(OpeningError, match="restore it from its backup"):
        Opening.read(path)


def test_opening_of_before_proves_nothing_and_still_opens(tmp_path: Path) -> None:
    """Files that name no schedule may have served any. Customers' files of what was proven are still made."""

    def as_before(raw: dict[str, Any]) -> None:
        del raw["schedule"], raw["instruments"]

    old = Opening.read(altered(EXACT.opening, tmp_path / "opening", as_before))
    assert old == replace(EXACT.opening, schedule="", instruments="")
    message = refused(OpeningError, "does not say for which prices, rules and scenarios", opening=old)
    assert "raise the snapshot's sequence" in message and "--new-root" in message
    files = [list(customer_files(EXACT.book, SNAPSHOT, PARAMETERS, one, permute)) for one in (old, EXACT.opening)]
    assert files[0] == files[1] and len(files[0]) == len(LOTS)


def test_one_batch_shows_the_same_values_at_other_prices() -> None:
    """So that statement's opening may serve several: nothing that it shows depends on what a price or rate changes."""
    book, shape = small_book(), ShapeClass(2, 1)
    opening = new_opening(book, shape, SMALL_SNAPSHOT, SMALL_PARAMETERS)
    dearer = {name: price * 101 // 100 for name, price in SMALL_SNAPSHOT.prices.items()}
    moved = SMALL_SNAPSHOT.model_copy(update={"prices": dearer})
    said = [
        read_proof(prove_book(book, one, SMALL_PARAMETERS, shape, opening, profile=INSECURE_TEST))[0]
        for one in (SMALL_SNAPSHOT, moved)
    ]
    assert said[0].digests.schedule != said[1].digests.schedule
    assert said[0].public_values == said[1].public_values
