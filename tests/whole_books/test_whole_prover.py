"""Proving whole books: every false claim, wrong opening and wrong size is refused before anything is proven.

What is hidden is drawn afresh for each publication, and where an account stands depends on nothing of the book.
"""

from __future__ import annotations

import copy
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from chi_squared import tail
from small_book import PARAMETERS as SMALL_PARAMETERS
from small_book import SNAPSHOT as SMALL_SNAPSHOT
from small_book import small_book
from whole_venue import (
    AT,
    CRASH,
    EXACT,
    FUND,
    LOTS,
    NO_STRESS,
    ONE,
    PARAMETERS,
    RULES,
    SHAPE,
    SNAPSHOT,
    STRICT,
    Case,
    as_bytes,
    book_of,
)

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.circuits.leaves import account_order
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.shapes import ShapeClass, ShapeError
from plimsoll.circuits.totals_commitment import TAG_TOTALS, totals_commitment
from plimsoll.engine.book_claims import BookClaims, ShownTotals
from plimsoll.engine.liabilities import LiabilityError
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import NO_SCENARIOS as NONE
from plimsoll.prover.batch_job import STAGES, ClaimError, new_batch_opening, prove_batches
from plimsoll.prover.batch_tape import book_rows, encode_batches
from plimsoll.prover.book_claims import claims_of
from plimsoll.prover.job import prove_book
from plimsoll.prover.opening import Opening, OpeningError, draw_opening
from plimsoll.prover.tape import TapeError
from plimsoll.verifier.batch import BatchPolicy, verify_batches
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.statement import read_proof

ACCOUNTS = [f"account-{i}" for i in range(8)]


def refused(error: type[Exception], words: str, case: Case = EXACT, **changes: Any) -> str:
    """Asserts that proving ends at its first stage. Returns the message."""
    stages: list[str] = []
    parts: dict[str, Any] = {
        "book": case.book,
        "snapshot": SNAPSHOT,
        "parameters": PARAMETERS,
        "scenarios": case.scenarios,
        "claims": case.claims,
        "shape": SHAPE,
        "opening": case.opening,
        **changes,
    }
    with pytest.raises(error, match=words) as caught:
        prove_batches(**parts, profile=INSECURE_TEST, progress=stages.append)
    assert "batch" not in stages and "totals" not in stages
    return str(caught.value)


# Claims.


def claiming(case: Case = EXACT, **changes: Any) -> BookClaims:
    return case.claims.model_copy(update=changes)


def figure(place: int, **changes: Any) -> BookClaims:
    """One figure other than it is; 0 is the margin gap."""
    if place == 0:
        return claiming(margin_gap=EXACT.claims.margin_gap.model_copy(update=changes))
    deficits = list(EXACT.claims.deficits)
    deficits[place - 1] = deficits[place - 1].model_copy(update=changes)
    return claiming(deficits=tuple(deficits))


NAMES = ("margin gap", "deficit at the snapshot", "deficit in scenario 1")


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    "change",
    [
        lambda true: {"amount": true.amount - 1},
        lambda true: {"amount": true.amount + 1},
        lambda true: {"accounts": true.accounts - 1},
        lambda true: {"accounts": true.accounts + 1},
        lambda true: {"amount": true.amount - 1, "exact": False},
        lambda true: {"accounts": true.accounts - 1, "exact": False},
        lambda _: {"amount": 0, "accounts": 0},
    ],
)
def test_false_figure_refused(place: int, change: Callable[[Any], dict[str, Any]]) -> None:
    true = EXACT.claims.figures[place]
    refused(ClaimError, NAMES[place], claims=figure(place, **change(true)))


@pytest.mark.parametrize(
    ("side", "lots"), [("long", "3.0001"), ("long", "3.0003"), ("short", "0"), ("short", "0.0002")]
)
def test_false_total_refused(side: str, lots: str) -> None:
    assert EXACT.claims.totals is not None
    shown = {"long": "3.0002", "short": "0.0001", side: lots}
    claims = claiming(totals={**EXACT.claims.totals, "BTC": ShownTotals(**shown)})
    message = refused(ClaimError, "totals of BTC", claims=claims)
    assert "3.0002 long and 0.0001 short" in message


def test_liabilities_above_their_bound_refused() -> None:
    """USD counts coins and positive settlement balances, and no debt."""
    owed = sum(max(0, held.get(name, 0)) for held in LOTS.values() for name in ("USD", "CASH"))
    exact, less = (f"{n // 100}.{n % 100:02}" for n in (owed, owed - 1))
    message = refused(ClaimError, "liabilities in USD", claims=claiming(liabilities={"USD": less}))
    assert exact.rstrip("0") in message
    assert Case(options={"bound_liabilities": {"USD": exact}}).terms.bounds == (owed,)


def test_contracts_without_counterparty_refused() -> None:
    case = Case(lots={**LOTS, "fay": {"PERP": -199, "CASH": 105_000}})
    message = refused(LiabilityError, "contracts without a counterparty", case)
    assert "PERP: longs 1.02, shorts 1.0199, difference 0.0001" in message


def test_deficit_above_the_fund_refused() -> None:
    refused(VerificationError, "a deficit within the insurance fund", claims=claiming(insurance_fund=1))
    case = Case(options={"exact": False, "fund": 1})
    refused(ClaimError, "deficit at the snapshot", case)


def test_claims_of_other_scenarios_refused() -> None:
    refused(VerificationError, "2 deficits", claims=claiming(deficits=EXACT.claims.deficits[:1]))


def test_currency_of_two_lots_has_no_liability() -> None:
    rules = copy.deepcopy(RULES)
    rules["instruments"][3]["lot"] = "0.1"
    coarse = RiskParameters.parse(as_bytes(rules))
    with pytest.raises(LiabilityError, match="USD and CASH both count in USD|CASH and USD both count in USD"):
        claims_of(EXACT.figures, coarse.table, 1, fund=FUND, show_totals=True)


# Openings and sizes.


def test_more_accounts_than_leaves_refused() -> None:
    with pytest.raises(OpeningError, match="8 accounts do not fit the 4 leaves of 1 of batch-2\\^2x1"):
        new_batch_opening(EXACT.book, SHAPE, 1, SNAPSHOT, PARAMETERS, EXACT.scenarios)


@pytest.mark.parametrize(("batches", "words"), [(0, "at least one batch"), (65, "1 to 64 batches")])
def test_number_of_batches_refused(batches: int, words: str) -> None:
    with pytest.raises(ShapeError, match=words):
        new_batch_opening(EXACT.book, SHAPE, batches, SNAPSHOT, PARAMETERS, EXACT.scenarios)


def test_opening_of_another_book_publication_or_size_refused() -> None:
    other = new_batch_opening(STRICT.book, SHAPE, 2, SNAPSHOT, PARAMETERS, EXACT.scenarios)
    refused(OpeningError, "drawn for another book", opening=other)
    later = SNAPSHOT.model_copy(update={"sequence": 4})
    refused(OpeningError, "belongs to another publication", snapshot=later)
    refused(OpeningError, "drawn for 2 of batch-2\\^2x1, not for batches of batch-2\\^3x1", shape=BatchShape(3, 1))
    fewer = replace(EXACT.opening, batch_salts=EXACT.opening.batch_salts[:1])
    refused(OpeningError, "drawn for 2 of batch-2\\^2x1", opening=fewer)
    none = replace(EXACT.opening, batch_salts=())
    refused(OpeningError, "drawn for 2 of batch-2\\^2x1", opening=none)


def test_opening_that_lies_about_its_shape_refused() -> None:
    fewer = replace(EXACT.opening, batch_salts=EXACT.opening.batch_salts[:1], shape="1 of batch-2^2x1")
    refused(TapeError, "not for batches of the shape class batch-2\\^2x1", opening=fewer)
    short = replace(EXACT.opening, accounts=EXACT.opening.accounts[1:])
    message = refused(TapeError, "other accounts than the book", opening=short)
    assert not any(name in message for name in LOTS)


def test_opening_of_a_whole_book_is_none_of_the_one_batch_statement() -> None:
    book = small_book()
    opening = new_batch_opening(book, SHAPE, 1, SMALL_SNAPSHOT, SMALL_PARAMETERS, NONE)
    with pytest.raises(OpeningError, match="drawn for the shape class 1 of batch-2\\^2x1, not book-2\\^2x1"):
        prove_book(book, SMALL_SNAPSHOT, SMALL_PARAMETERS, ShapeClass(2, 1), opening)


def test_batch_without_room_for_its_holdings_refused() -> None:
    """Three accounts of two rows each; a batch of four leaves has room for four rows."""
    coins = {f"COIN{i}": 1 for i in range(5)}
    book = small_book({f"a{i}": {**coins, "BTC": 1, "USD-CASH": 1} for i in range(3)})
    nothing = Case(lots={}, stress=NO_STRESS, batches=1)
    message = refused(
        TapeError,
        "a batch needs 6 rows of 6 holdings",
        nothing,
        book=book,
        snapshot=SMALL_SNAPSHOT,
        parameters=SMALL_PARAMETERS,
        claims=claiming(nothing, totals=None, liabilities={}),
        opening=new_batch_opening(book, SHAPE, 1, SMALL_SNAPSHOT, SMALL_PARAMETERS, NONE),
    )
    assert "--holdings-per-account" in message and "a0" not in message


# Where accounts stand.


def split(opening: Opening) -> list[list[str]]:
    """The accounts of each batch, from left to right."""
    size = SHAPE.leaves
    leaves = sorted(opening.accounts, key=lambda leaf: leaf.position)
    return [[leaf.account for leaf in leaves if leaf.position // size == b] for b in range(len(opening.batch_salts))]


def test_orders_ascend_over_the_batches_and_starts_are_handed_on() -> None:
    opening, tapes = EXACT.opening, EXACT.tapes
    orders = {leaf.account: leaf.order for leaf in opening.accounts}
    nonce = bytes.fromhex(opening.nonce)
    assert orders == {name: account_order(nonce, name) for name in LOTS}
    batches = split(opening)
    assert sorted(name for batch in batches for name in batch) == sorted(LOTS)
    in_place = [orders[name] for batch in batches for name in batch]
    assert in_place == sorted(in_place)
    starts = []
    for one in tapes:
        cells = array("Q")
        cells.frombytes(one.tape)
        starts.append(cells[2])
    assert starts == [opening.start, tapes[0].last] and tapes[-1].last == max(orders.values())


def test_rows_of_the_batches_sum_to_the_book() -> None:
    rows = book_rows(EXACT.tapes)
    lots = [low + (high << 36) for row in rows[:3] for low, high in zip(row[::2], row[1::2], strict=True)]
    assert tuple(lots[: len(EXACT.figures.totals)]) == EXACT.figures.totals and not any(lots[10:])
    for row, true in zip(rows[3:], EXACT.figures.figures, strict=True):
        assert (sum(x << 24 * i for i, x in enumerate(row[:6])), row[6], row[7]) == (true.amount, true.accounts, 0)


def drawn_until(case: Case, wanted: Callable[[list[list[str]]], bool]) -> Case:
    """The case under an opening whose positions are wanted ones: any may be drawn."""
    while True:
        opening = new_batch_opening(case.book, SHAPE, case.batches, SNAPSHOT, PARAMETERS, case.scenarios)
        if wanted(split(opening)):
            return case.under(opening)


@pytest.mark.parametrize("place", [0, 1])
def test_all_accounts_in_one_batch_are_proven(place: int) -> None:
    """The other batch has empty leaves only, and passes the order on."""
    lots = {name: LOTS[name] for name in ("ann", "ben")}
    case = drawn_until(Case(lots=lots, stress=NO_STRESS), lambda batches: len(batches[place]) == 2)
    empty = case.tapes[1 - place]
    assert not any(x for row in empty.rows for x in row)
    made = prove_batches(
        case.book, SNAPSHOT, PARAMETERS, case.scenarios, case.claims, SHAPE, case.opening, profile=INSECURE_TEST
    )
    values = [read_proof(one)[0].public_values for one in made.batches]
    if place:
        accepts = BatchPolicy(at=AT, allow_insecure=True)
        verified = verify_batches(made.batches, SNAPSHOT, PARAMETERS, case.scenarios, accepts)
        assert [(b.root, b.commitment) for b in verified.batches] == [(v[2:6], v[6:10]) for v in values]
    start = case.opening.start if place == 1 else case.tapes[0].last
    expected = totals_commitment(empty.salt, TAG_TOTALS, start, empty.last, 3, empty.rows, permute)
    assert values[1 - place][6:10] == tuple(expected)


def test_every_stage_is_told_and_one_root_comes_out() -> None:
    stages: list[str] = []
    made = prove_batches(
        ONE.book,
        SNAPSHOT,
        PARAMETERS,
        ONE.scenarios,
        ONE.claims,
        SHAPE,
        ONE.opening,
        profile=INSECURE_TEST,
        progress=stages.append,
    )
    assert tuple(stages) == STAGES
    assert made.root == ONE.root() == read_proof(made.totals)[0].public_values[3:7]


def test_every_salt_and_position_is_fresh() -> None:
    def secrets_of(opening: Opening) -> set[object]:
        leaves = [leaf.salt for leaf in (*opening.accounts, *opening.empty)]
        blinds = [leaf.blind for leaf in opening.accounts]
        return {opening.nonce, opening.commitment_salt, *opening.batch_salts, *leaves, *blinds}

    first, second = (new_batch_opening(EXACT.book, SHAPE, 4, SNAPSHOT, PARAMETERS, EXACT.scenarios) for _ in range(2))
    assert len(secrets_of(first)) == 2 + 4 + 16 + 8
    assert not secrets_of(first) & secrets_of(second)
    assert [leaf.position for leaf in first.accounts] != [leaf.position for leaf in second.accounts]


def test_positions_are_uniform_over_all_batches() -> None:
    """Each account's position over four batches of four leaves; an honest run fails once in 10^9."""
    draws = 600
    counts: Counter[tuple[str, int]] = Counter()
    together = 0
    for _ in range(draws):
        opening = draw_opening("00" * 32, ACCOUNTS, "4 of batch-2^2x1", 16, batches=4)
        counts.update((leaf.account, leaf.position) for leaf in opening.accounts)
        together += len({leaf.position // 4 for leaf in opening.accounts if leaf.account in ACCOUNTS[:2]}) == 1
    mean = draws / 16
    for account in ACCOUNTS:
        statistic = sum((counts[account, place] - mean) ** 2 / mean for place in range(16))
        assert tail(statistic, 15) > 1e-9 / len(ACCOUNTS)
    # two accounts share a batch with chance 3/15
    expected, variance = draws / 5, draws * 0.2 * 0.8
    assert (together - expected) ** 2 < 40 * variance


def test_holding_beyond_the_schedule_refused_without_its_account() -> None:
    tall = book_of({"ann": {"USD": 2**60 - 1}})
    case = Case(lots={"ann": {"USD": 2**60 - 1}}, stress=CRASH, batches=1)
    half = [piece for piece in case.expected.schedule if piece.lo < 2**59]
    short = type(case.expected.schedule)(piece._replace(hi=min(piece.hi, 2**59)) for piece in half)
    with pytest.raises(TapeError, match="no tier for a holding under key") as error:
        encode_batches(
            tall,
            case.expected.digests.instruments,
            len(PARAMETERS.table),
            short,
            SHAPE,
            case.opening,
            case.figures,
            permute,
        )
    assert "ann" not in str(error.value)
