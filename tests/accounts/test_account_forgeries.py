"""Lies in the rows of an account's proof. Each breaks exactly one check; both verifiers refuse it, and accept the same
rows once that one check is gone. Second ways to tell one, and those that the book's forgeries have too, are marked
audit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from account_forgeries import accepted, forge, upstream_accepts
from account_tapes import outputs_of, step_cell, tape_of
from lies import Mislead, Path, after, constant, in_path, moved, overwriting, steps
from one_account import EDGE, EDGE_IN_MANY, LIEN, MAINTENANCE, book_root, less_dust, on_the_line
from one_account import JOINED as JOINT_OF_BATCH
from toolkit import put

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import NO_OWNER, Quad, use_tag
from plimsoll.circuits.poseidon2 import permute
from plimsoll.verifier.statement import read_proof

OWNER, TAG, ID, SEALED, HEADER, JOINT = range(6)
"""Permutations of main, in their order."""
LIMBS_OF_LIEN, ORDER = 1, 2
"""Numbers that main cuts into limbs, in their order."""
JOINED, LIEN_CELL, CLASS_CELL, ROWS_CELL, ORDER_CELL = 1, 16, 29, 30, 31
ANOTHER: Quad = (9, 9, 9, 9)
"""The secret of somebody who is not the owner."""


def test_control_honest_rows_are_accepted() -> None:
    forgery = forge()
    assert forgery.broken() == set()
    assert forgery.publics == outputs_of(EDGE)
    file = forgery.rebalance().file()
    accepted(file, book_root(EDGE))
    upstream_accepts(*read_proof(file))


def result_of(number: int, values: Quad) -> Mislead:
    """A permutation of main gives this digest, and all that follows is computed from it."""

    def lie(path: Path) -> None:
        step = steps(path, "poseidon")[number]
        for column, value in reversed(list(zip(step["columns"][:4], values, strict=True))):
            after(path, step, column, constant(value))

    return in_path("main", lie)


# The owner.


def test_another_owner_s_account_rejected() -> None:
    """A thief has the file of an account, and a secret of his own: the key is said to be the owner's."""
    forgery = forge(tape_of(secret=ANOTHER), result_of(OWNER, EDGE.owner))
    assert forgery.publics[:4] == list(book_root(EDGE).root)
    forgery.rebalance().refused("terminals", "bus builtin:poseidon")


def test_account_without_an_owner_rejected() -> None:
    """The key of nobody: no secret is known for it."""
    nobody = replace(EDGE, owner=NO_OWNER)
    forgery = forge(tape_of(nobody, secret=ANOTHER), result_of(OWNER, NO_OWNER))
    assert forgery.publics[:4] == list(book_root(nobody).root)
    forgery.rebalance().refused("terminals", "bus builtin:poseidon")


def test_tag_of_another_secret_rejected() -> None:
    """The owner proves herself, and takes a tag that the consumer has not seen."""
    context = tuple(outputs_of(EDGE)[11:15])
    other = use_tag(ANOTHER, context, permute)
    forgery = forge(mislead=result_of(TAG, other))
    assert forgery.publics[15:19] == list(other)
    forgery.rebalance().refused("terminals", "bus builtin:poseidon")


@pytest.mark.audit
def test_tag_hashed_from_two_different_secrets_rejected() -> None:
    """The tag's permutation takes another secret than the owner's."""

    def lie(path: Path) -> None:
        steps(path, "poseidon")[TAG]["inputs"][0].append(*constant(1))

    forge(mislead=in_path("main", lie)).rebalance().refused("terminals", "bus builtin:poseidon")


@pytest.mark.audit
def test_tag_for_another_context_rejected() -> None:
    def lie(path: Path) -> None:
        steps(path, "poseidon")[TAG]["inputs"][4].append(*constant(1))

    forge(mislead=in_path("main", lie)).rebalance().refused("terminals", "bus builtin:poseidon")


# The lien.


def richer_by_one_lien_unit() -> list[int]:
    """A tape that misses the line by one unit of lien."""
    return tape_of(replace(EDGE, lien=LIEN + 1))


def test_lien_understated_in_the_sums_rejected() -> None:
    """The id has the true lien, the sums start from less: its limbs are those of another number."""
    forgery = forge(
        richer_by_one_lien_unit(), overwriting("main", "limbs", LIMBS_OF_LIEN, 0, lambda column: moved(column, -1))
    )
    assert forgery.publics[:4] == list(book_root(replace(EDGE, lien=LIEN + 1)).root)
    forgery.rebalance().refused("constraints", "constraint main")


@pytest.mark.audit
def test_lien_left_out_of_the_sums_rejected() -> None:
    def lie(path: Path) -> None:
        [call] = [step for step in steps(path, "call") if step["function"] == "holdings"]
        call["args"][-11:] = [constant(0)] * 11

    forge(richer_by_one_lien_unit(), in_path("main", lie)).rebalance().refused("terminals", "bus fn:holdings")


def test_lien_understated_in_the_id_rejected() -> None:
    """The sums and the tape have a lower lien; the id is hashed from the true one."""

    def lie(path: Path) -> None:
        steps(path, "poseidon")[ID]["inputs"][9].append(*constant(1))

    forgery = forge(tape_of(), in_path("main", lie))
    assert forgery.publics[:4] == list(book_root(replace(EDGE, lien=LIEN + 1)).root)
    forgery.rebalance().refused("terminals", "bus builtin:poseidon")


UNBOUNDED = {"lien": (LIEN_CELL, LIMBS_OF_LIEN), "order": (ORDER_CELL, ORDER)}


@pytest.mark.parametrize("name", UNBOUNDED)
def test_unbounded_number_rejected(name: str) -> None:
    """Any element of the field in the capacity would open a leaf to anything; the limbs of it do not add up."""
    tape = tape_of()
    tape[UNBOUNDED[name][0]] += 2**60
    forge(tape).rebalance().refused("constraints", "constraint main")


@pytest.mark.audit
@pytest.mark.parametrize("name", UNBOUNDED)
def test_unbounded_number_by_a_limb_out_of_range_rejected(name: str) -> None:
    """All constraints hold: the top limb takes what five limbs cannot hold. The account can bear the lien."""
    wide = on_the_line(replace(EDGE, **{name: getattr(EDGE, name) + 2**60}), MAINTENANCE)
    lie = overwriting("main", "limbs", UNBOUNDED[name][1], 4, lambda column: moved(column, 1 << 12))
    forgery = forge(tape_of(wide), lie)
    assert forgery.publics[:4] == list(book_root(wide).root)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


@pytest.mark.audit
def test_unbounded_amount_rejected() -> None:
    """No consumer asks for one; and it would not be proven."""
    forgery = forge(tape_of(amount=2**60)).rebalance()
    assert {str(one) for one in forgery.broken()} == {"constraint main"}
    forgery.refused_by_both("policy")


@pytest.mark.audit
@pytest.mark.parametrize("cell", [CLASS_CELL, ROWS_CELL])
def test_unbounded_header_rejected(cell: int) -> None:
    tape = tape_of()
    value = tape[cell]
    tape[cell] = value + 2**12
    if cell == ROWS_CELL:  # the number of rows that are read is what the header is to hide
        mislead: Mislead | None = in_path("main", rows_less(2**12))
        offences = {"bus builtin:range_check", "bus fn:holdings"}
    else:
        mislead, offences = None, {"bus builtin:range_check"}
    forgery = forge(tape, mislead).rebalance()
    assert {str(one) for one in forgery.broken()} == offences
    forgery.refused_by_both("terminals")


def rows_less(count: int) -> Any:
    def lie(path: Path) -> None:
        [call] = [step for step in steps(path, "call") if step["function"] == "holdings"]
        call["args"][0].append(*constant(-count))

    return lie


# The threshold.


def test_account_one_unit_below_rejected() -> None:
    forge(tape_of(less_dust(EDGE))).refused("constraints", "constraint holdings.z")


@pytest.mark.audit
def test_account_one_unit_below_by_a_limb_out_of_range_rejected() -> None:
    forgery = forge(tape_of(less_dust(EDGE)))
    limb = forgery.columns("holdings.z").limbs[5][4]
    put(forgery.trace("holdings.z"), 0, limb, (P - 1) >> 48)
    forgery.rebalance().refused("terminals", "bus builtin:range_check")


def test_amount_that_is_not_subtracted_rejected() -> None:
    """The account meets an amount of 0, and shows one of 1."""
    forgery = forge()
    forgery.publics[19] = 1
    put(forgery.trace("root"), 0, 20, 1)
    assert {str(one) for one in forgery.broken()} == {"bus fn:main"}
    forgery.refused_by_both("policy")


@pytest.mark.audit
def test_quantity_absorbed_as_another_rejected() -> None:
    """Sums of one quantity, a leaf of another."""

    def lie(path: Path) -> None:
        [hash_] = steps(path, "poseidon")
        hash_["inputs"][0].append(*constant(-1))

    forge(mislead=in_path("holdings.nz", lie)).rebalance().refused("terminals", "bus builtin:poseidon")


@pytest.mark.audit
def test_record_of_another_price_rejected() -> None:
    lie = overwriting("holdings.nz", "rom", 0, 4, lambda column: moved(column, 1))
    forge(mislead=lie).rebalance().refused("terminals", "bus rom:schedule")


@pytest.mark.audit
def test_tier_that_the_quantity_is_not_in_rejected() -> None:
    """The short position is told to be in the first, cheaper tier."""
    tape, short = tape_of(), 36 + 6
    quantity = EDGE.holdings[1][1]
    tape[short : short + 6] = [tape[short] - 2, *(quantity >> 12 * i & 4095 for i in range(5))]
    forge(tape).rebalance().refused("constraints", "constraint holdings.nz")


# The path.


LINKS = (
    ("main", "call", 0, "bus fn:holdings"),
    ("main", "call", 1, "bus fn:climb"),
    ("main", "call", 2, "bus fn:climb"),
    ("climb.nz", "call", 0, "bus fn:climb"),
    ("climb.nz", "poseidon", 0, "bus builtin:poseidon"),
)


@pytest.mark.parametrize("link", LINKS)
def test_leaf_that_is_not_under_the_root_rejected(link: tuple[str, str, int, str]) -> None:
    """Another root than the path leads to: at each link of the way."""
    table, op, number, offends = link
    forgery = forge(mislead=overwriting(table, op, number, 0, lambda column: moved(column, 1))).rebalance()
    assert forgery.publics[:4] != list(book_root(EDGE).root)
    assert {str(one) for one in forgery.broken()} == {offends}
    if link == LINKS[-1]:
        forgery.refused("terminals", offends)


def test_direction_that_is_no_bit_rejected() -> None:
    """It would let a prover put any pair that is on a line with digest and sibling into a node."""
    tape = tape_of()
    tape[step_cell(EDGE, 1)] = 2
    forge(tape).rebalance().refused("constraints", "constraint climb.nz")


@pytest.mark.audit
def test_sides_that_are_not_those_of_the_digest_rejected() -> None:
    """A node of two siblings that the digest is no part of: of another book, whose root is shown."""

    def lie(path: Path) -> None:
        first = steps(path, "set")[0]
        first["poly"] = constant(77)

    forge(mislead=in_path("climb.nz", lie)).rebalance().refused("constraints", "constraint climb.nz")


def test_inner_node_as_a_leaf_rejected() -> None:
    """A path that is one level shorter, from a node: the header's tag is that of a node."""

    def lie(path: Path) -> None:
        steps(path, "poseidon")[HEADER]["inputs"][8] = constant(2)

    forge(mislead=in_path("main", lie)).rebalance().refused("terminals", "bus builtin:poseidon")


def test_leaf_as_an_inner_node_rejected() -> None:
    """A node whose tag is that of a leaf: what is below is whatever the prover wants."""

    def lie(path: Path) -> None:
        steps(path, "poseidon")[0]["inputs"][8] = constant(1)

    forge(mislead=in_path("climb.nz", lie)).rebalance().refused("terminals", "bus builtin:poseidon")


@pytest.mark.audit
def test_batch_joined_under_a_node_s_tag_rejected() -> None:
    def lie(path: Path) -> None:
        steps(path, "poseidon")[JOINT]["inputs"][8] = constant(2)

    forge(tape_of(EDGE_IN_MANY), in_path("main", lie)).rebalance().refused("terminals", "bus builtin:poseidon")


def test_batch_that_is_joined_in_part_rejected() -> None:
    """`joined` would mix the batch's root with the joint to any point on a line."""
    tape = tape_of(EDGE_IN_MANY)
    tape[JOINED] = 2
    forgery = forge(tape).rebalance()
    assert {str(one) for one in forgery.broken()} == {"constraint main"}
    forgery.refused_by_both("policy")


@pytest.mark.audit
def test_joined_but_not_taken_rejected() -> None:
    """A book of many batches is stated, and the batch's own root is shown."""
    tape = tape_of(replace(EDGE, joined=replace(JOINT_OF_BATCH, path=(), position=0)))

    def lie(path: Path) -> None:
        batch = steps(path, "call")[1]["columns"]
        for step, column in zip(steps(path, "set"), batch, strict=True):
            step["poly"] = [["1", [column]]]

    forgery = forge(tape, in_path("main", lie))
    assert forgery.publics[:4] == list(book_root(EDGE).root)
    forgery.rebalance().refused("constraints", "constraint main")


@pytest.mark.audit
def test_levels_that_were_not_climbed_rejected() -> None:
    """Fewer steps than are stated."""

    def lie(path: Path) -> None:
        steps(path, "call")[1]["args"][0].append(*constant(-1))

    tape = tape_of()
    del tape[step_cell(EDGE, 4) : step_cell(EDGE, 5)]
    forge(tape, in_path("main", lie)).rebalance().refused("terminals", "bus fn:climb")


@pytest.mark.audit
def test_instrument_table_that_is_not_the_leaf_s_rejected() -> None:
    """The table shown is the consumer's; the id was made with another, where a lot is worth more."""

    def lie(path: Path) -> None:
        steps(path, "poseidon")[SEALED]["inputs"][4].append(*constant(1))

    forge(mislead=in_path("main", lie)).rebalance().refused("terminals", "bus builtin:poseidon")
