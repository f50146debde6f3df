"""The account program means the same in cairo-lang's VM, through the tables, and by the definitions of leaf and tag.

Every corrupted tape is refused by both. Each differs from an accepted one in the one thing its name says. A tape that
is an honest account of something else is accepted, and shows in a public value that no consumer expects.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from account_tapes import CELLS, PLACES, outputs_of, records, run, step_cell, tape_of
from one_account import (
    EDGE,
    EDGE_IN_MANY,
    JOINED,
    LIEN,
    LOTS,
    MAINTENANCE,
    PARAMETERS,
    SECRET,
    keyed,
    less_dust,
    on_the_line,
    quad,
)
from small_venue import SNAPSHOT

from plimsoll.circuits.account_tables import account_program
from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.program_tables import COMPILED
from plimsoll.circuits.toolchain import compile_source
from plimsoll.engine.thresholds import Threshold, compile_threshold
from plimsoll.engine.titles import MAX_AMOUNT
from plimsoll.prover.account_job import AccountOpening, account_margin
from plimsoll.verifier.account import ACCOUNT_PROGRAM

ROOT, PATH, INSTRUMENTS, CONTEXT, TAG, AMOUNT = (
    slice(0, 4),
    slice(4, 7),
    slice(7, 11),
    slice(11, 15),
    slice(15, 19),
    slice(19, 20),
)
FREE = Threshold("free", amount=7_654_321_098_765)
THRESHOLDS = [Threshold("initial"), Threshold("ratio", ratio=1_500_001), FREE]


def test_committed_bytecode_is_what_cairo_lang_compiles() -> None:
    assert compile_source(COMPILED.parent / "account.cairo").dumps() == (COMPILED / "account.json").read_text()


def test_pinned_program_is_the_committed_one() -> None:
    assert account_program().digest().hex() == ACCOUNT_PROGRAM


EMPTY_ACCOUNT = replace(EDGE, lien=0, holdings=())
ACCEPTED: dict[str, AccountOpening] = {
    "exactly on the line": EDGE,
    "in a book of many batches": EDGE_IN_MANY,
    "no holdings, no lien": EMPTY_ACCOUNT,
    "no levels": replace(EDGE, path=(), position=0),
    "the book's tree has one slot": replace(EDGE, joined=replace(JOINED, path=(), position=0)),
    "largest order and class": replace(EDGE, order=2**60 - 1, account_class=4095),
    "leftmost": replace(EDGE, position=0),
    "rightmost": replace(EDGE, position=31),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_outputs_are_those_of_the_definitions(name: str) -> None:
    opening = ACCEPTED[name]
    assert run(tape_of(opening)) == outputs_of(opening)


def random_account(seed: int) -> AccountOpening:
    """Any holdings within the tiers, and any path; most have enough cash."""
    rng = random.Random(seed)
    lots = {name: rng.choice([-1, 1]) * rng.choice([1, 99_979, 99_980, rng.randrange(1, 10**7)]) for name in LOTS}
    held = rng.sample(sorted(lots), rng.randrange(len(lots) + 1))
    levels, above = rng.randrange(15), rng.choice([None, *range(7)])
    path = tuple(tuple(rng.randrange(P) for _ in range(4)) for _ in range(levels))
    joined = None
    if above is not None:
        joined = replace(JOINED, position=rng.randrange(1 << above), path=tuple(quad() for _ in range(above)))
    return replace(
        EDGE,
        holdings=keyed({name: lots[name] for name in held} | {"CASH": rng.randrange(10**14)}),
        lien=rng.choice([0, 1, rng.randrange(10**12)]),
        account_class=rng.randrange(4096),
        order=rng.randrange(2**60),
        position=rng.randrange(1 << levels),
        path=path,
        joined=joined,
    )


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(s, marks=pytest.mark.audit) for s in range(3, 40))])
def test_random_accounts_have_equal_outputs(seed: int) -> None:
    opening = random_account(seed)
    threshold = [MAINTENANCE, *THRESHOLDS[:2]][seed % 3]
    schedule = compile_threshold(SNAPSHOT, PARAMETERS, threshold)
    met = account_margin(opening, schedule, threshold) >= 0
    assert run(tape_of(opening, threshold), threshold) == (outputs_of(opening, threshold) if met else None)


@pytest.mark.parametrize("threshold", THRESHOLDS, ids=lambda one: one.kind)
def test_each_threshold_is_met_on_its_line_and_missed_by_one_unit(threshold: Threshold) -> None:
    edge = on_the_line(EDGE, threshold)
    assert run(tape_of(edge, threshold), threshold) == outputs_of(edge, threshold)
    assert run(tape_of(less_dust(edge), threshold), threshold) is None


def test_largest_lien_and_amount_are_summed_exactly() -> None:
    """2^60 - 1 of both, against a coin of which there is enough."""
    threshold = Threshold("free", amount=MAX_AMOUNT)
    most = replace(EDGE, lien=MAX_AMOUNT)
    edge = on_the_line(most, threshold)
    assert run(tape_of(edge, threshold), threshold) is not None
    assert run(tape_of(less_dust(edge), threshold), threshold) is None


NULL = len(records()) - 6
FIRST, SECOND = "holdings", f"holdings_{CELLS}"
CORRUPT: dict[str, list[int]] = {
    "one unit short": tape_of(less_dust(EDGE)),
    "lien one unit higher": tape_of(replace(EDGE, lien=LIEN + 1)),
    "lien of 2^60": tape_of(lien=2**60),
    "lien of minus one": tape_of(lien=-1),
    "lien that wraps in the sums": tape_of(lien=-(2**40)),
    "amount of one unit": tape_of(amount=1),
    "amount of 2^60": tape_of(amount=2**60),
    "negative amount": tape_of(amount=-1),
    "class of 2^12": tape_of(**{"class": 4096}),
    "rows of 2^12": tape_of(rows=4096),
    "rows above the holdings": tape_of(rows=3),
    "rows below the holdings": tape_of(rows=1),
    "order of 2^60": tape_of(order=2**60),
    "negative order": tape_of(order=-1),
    "joined twice": tape_of(joined=2),
    "joined by minus one": tape_of(joined=-1),
    "levels above the path": tape_of(levels=6),
    "levels below the path": tape_of(levels=4),
    "negative levels": tape_of(levels=-1),
    "book's levels above the path": tape_of(EDGE_IN_MANY, above=4),
    "limb of 2^12": tape_of(**{f"{FIRST}_1": 4096}),
    "record that does not exist": tape_of(**{FIRST: 10**6}),
    "keys swapped": tape_of(replace(EDGE, holdings=(EDGE.holdings[1], EDGE.holdings[0], *EDGE.holdings[2:]))),
    "holding twice": tape_of(replace(EDGE, holdings=(EDGE.holdings[0], *EDGE.holdings))),
    "tier above the quantity": tape_of(replace(EDGE, holdings=((0, 5), *EDGE.holdings[1:])), **{FIRST: 1}),
    "tier below the quantity": tape_of(**{FIRST: 0, f"{FIRST}_1": 30_000 & 4095, f"{FIRST}_2": 30_000 >> 12}),
    "null record with a quantity": tape_of(**{f"holdings_{9 * CELLS + 1}": 1}),
}


@pytest.mark.parametrize("name", CORRUPT)
def test_corrupted_tape_rejected(name: str) -> None:
    assert run(CORRUPT[name]) is None


@pytest.mark.parametrize("value", [2, -1])
def test_direction_that_is_no_bit_rejected(value: int) -> None:
    tape = tape_of(EDGE)
    tape[step_cell(EDGE, 2)] = value % (2**64 - 2**32 + 1)
    assert run(tape) is None


def test_tape_with_a_cell_left_over_rejected() -> None:
    assert run([*tape_of(), 0]) is None


RICH = on_the_line(replace(EDGE, lien=LIEN + 10**9), Threshold("maintenance"))
"""Bears a higher lien than LIEN, so that all lower ones are met as well."""


def test_lien_understated_leads_to_another_root() -> None:
    given, honest = run(tape_of(RICH, lien=LIEN)), outputs_of(RICH)
    assert given is not None
    assert given[ROOT] != honest[ROOT]
    assert given[4:] == honest[4:]


OTHERS = {
    "another owner's secret": ({"secret_0": 999}, {"root", "tag"}),
    "another identifier": ({"identifier_3": 999}, {"root"}),
    "another blind": ({"blind_1": 999}, {"root"}),
    "another salt": ({"salt_2": 999}, {"root"}),
    "another class": ({"class": 8}, {"root"}),
    "another order": ({"order": 5}, {"root"}),
    "another instrument table": ({"instruments_0": 999}, {"root", "instruments"}),
    "another context": ({"context_3": 999}, {"context", "tag"}),
}
PARTS = {
    "root": ROOT,
    "path": PATH,
    "instruments": INSTRUMENTS,
    "context": CONTEXT,
    "tag": TAG,
    "amount": AMOUNT,
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_facts_show_in_the_public_values(name: str) -> None:
    cells, parts = OTHERS[name]
    given, honest = run(tape_of(**cells)), outputs_of(EDGE)
    assert given is not None
    assert {part for part, place in PARTS.items() if given[place] != honest[place]} == parts


def differing(tape: list[int], honest: AccountOpening) -> set[str]:
    given, expected = run(tape), outputs_of(honest)
    assert given is not None
    return {part for part, place in PARTS.items() if given[place] != expected[place]}


def test_other_path_leads_to_another_root() -> None:
    for place in range(5):
        tape = tape_of(EDGE)
        at = step_cell(EDGE, 3) + place
        tape[at] = 1 - tape[at] if place == 0 else tape[at] + 1
        assert differing(tape, EDGE) == {"root"}


def test_path_of_another_batch_leads_to_another_root() -> None:
    assert differing(tape_of(EDGE_IN_MANY, commitment_2=7), EDGE_IN_MANY) == {"root"}
    other = replace(EDGE_IN_MANY, path=tuple(quad() for _ in EDGE.path))
    assert differing(tape_of(other), EDGE_IN_MANY) == {"root"}
    moved = replace(EDGE_IN_MANY, joined=replace(JOINED, position=4))
    assert differing(tape_of(moved), EDGE_IN_MANY) == {"root"}


def test_batch_that_is_passed_off_as_an_inner_node_shows() -> None:
    """A leaf's path through batch and book as if it were one tree: the step between has another tag."""
    flat = replace(EDGE, path=(*EDGE.path, quad(), *JOINED.path), position=9)
    tape = tape_of(flat)
    assert differing(tape, EDGE_IN_MANY) == {"root", "path"}


def test_commitment_of_a_batch_that_is_not_joined_is_ignored() -> None:
    assert run(tape_of(EDGE, commitment_0=5)) == outputs_of(EDGE)


def test_no_owner_is_the_key_of_no_secret_that_anybody_would_try() -> None:
    """An account without an owner cannot be proven: its key is no hash output that is known."""
    for secret in ((0, 0, 0, 0), SECRET):
        assert owner_key(secret, permute) != (0, 0, 0, 0)
    nobody = replace(EDGE, owner=(0, 0, 0, 0))
    given = run(tape_of(nobody, secret=(0, 0, 0, 0)))
    assert given is not None
    assert given[ROOT] != outputs_of(nobody)[ROOT]
    assert PLACES["secret"] == 12
