"""The guess test: who has the book in his hand, all but the randomness, can tell nothing from a proof of it.

The attacker holds the traces of two books of one shape class, to the last cell. He replays the challenges from the
published proof, computes what the proof should show for either book, and compares. With the blinds, masks and salts
switched off, each alone, he finds the book at once, which shows that he attacks what he says he attacks.
"""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

import attacker
import pytest
from small_venue import Batch, Leaf, account_lots, honest, positions
from toolkit import Forgery, dishonest_profile, forge, genuine
from two_books import (
    FRESH,
    OFF,
    PUBLICS,
    STATEMENT,
    TINY,
    Traces,
    book,
    dishonest,
    encoded,
    flat,
    one_thread,
    parsed,
    prove,
    shape,
    tables,
)

from plimsoll.verifier.encoding import Proof, parse_body
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.shape import proof_shape
from plimsoll.verifier.stark import verify_proof

BOOKS = ("first", "second")
PARTS = ("terminals", "opened main", "opened permutation", "rows main", "cap main")
KEPT = {"keep_blinds": True}


def guessed(traces: Traces, proof: Proof) -> dict[str, bool]:
    """Whether each part of the proof is what this book would show, taking unknown randomness for zero."""
    batch, fri = attacker.replay(shape(), PUBLICS, STATEMENT, proof)
    # A blind column cannot be guessed; the others are compared.
    free = slice(0, -3)
    committed = [attacker.with_masks(trace) for trace in traces.matrices]
    openings = [attacker.opened(columns, batch.zeta)[free] for columns in committed]
    permutations = [
        attacker.with_masks(attacker.permutation_columns(shape(), k, trace, batch))
        for k, trace in enumerate(traces.matrices)
    ]
    permutation = [attacker.opened(columns, batch.zeta) for columns in permutations]
    words = [[attacker.codeword(column, TINY.log_blowup) for column in columns[free]] for columns in committed]
    rows = [[tuple(word[i] for word in of) for of in words] for i in fri.indices]
    shown = [[row[: len(of)] for row, of in zip(query, words, strict=True)] for query in proof.input_rows[1].values]
    return {
        "terminals": attacker.terminals(shape(), attacker.sent(tables(), traces.matrices), batch) == proof.terminals,
        "opened main": openings == [one.main[free] for one in proof.opened],
        "opened permutation": permutation == [one.permutation for one in proof.opened],
        "rows main": rows == shown,
        "cap main": attacker.cap(committed, TINY.random_codewords, TINY.log_blowup, TINY.cap_height) == proof.main,
    }


SWITCHES: dict[str, tuple[dict[str, object], set[str]]] = {
    "nothing is switched off": ({}, set()),
    "the core's own prover": ({"core": True}, set()),
    "blinds off": ({"keep_blinds": True}, {"terminals"}),
    "masks off": ({"masks": OFF}, {"opened main", "rows main"}),
    "salts off": ({"salts": OFF}, set()),
    "masks and salts off": ({"masks": OFF, "salts": OFF}, {"opened main", "rows main"}),
    "blinds and masks off": (
        {"keep_blinds": True, "masks": OFF},
        {"terminals", "opened main", "opened permutation", "rows main"},
    ),
    "all off": ({"keep_blinds": True, "masks": OFF, "salts": OFF}, set(PARTS)),
}
"""What is switched off, and the parts of the proof that the attacker then finds in the book."""


def proof_of(name: str, *, core: bool = False, masks: bytes = FRESH, salts: bytes = FRESH, **kept: bool) -> Proof:
    body = prove(book(name), seeds=None if core else (salts, masks), **kept)
    verify_proof(tables(), PUBLICS, STATEMENT, body, TINY)
    dishonest.verify(encoded(), PUBLICS, STATEMENT, body, dishonest_profile(TINY))
    return parsed(body)


@pytest.mark.parametrize("switch", SWITCHES)
def test_only_what_is_switched_off_tells_the_book(switch: str) -> None:
    options, told = SWITCHES[switch]
    proof = proof_of("first", **options)  # type: ignore[arg-type]
    verdicts = {name: guessed(book(name), proof) for name in BOOKS}
    assert {part for part, match in verdicts["first"].items() if match} == told
    # The other book matches nowhere: the distinguisher is right about both.
    assert not any(verdicts["second"].values())


def test_a_leaf_known_to_its_last_cell_is_hidden_by_its_salt() -> None:
    """Masks off, salts on: all rows of the matrices are known, and the commitment still cannot be recomputed."""
    proof = proof_of("first", masks=OFF, keep_blinds=True)
    assert not guessed(book("first"), proof)["cap main"]
    salts = [salt for query in proof.input_rows[1].salts for salt in query]
    assert len(set(salts)) == len(salts) == TINY.queries * len(tables().instances)


def test_without_randomness_a_proof_is_a_function_of_the_book() -> None:
    """The strongest recomputation there is: the prover itself, run on the guess. Every byte matches, or none does."""

    def bare(name: str) -> bytes:
        with one_thread():
            return prove(book(name), seeds=(OFF, OFF), **KEPT)

    assert bare("first") == bare("first")
    one, other = parsed(bare("first")), parsed(bare("second"))
    fresh = parsed(prove(book("first")))
    for different in (other, fresh):
        assert one.degree_bits == different.degree_bits
        for part in ("terminals", "main", "permutation", "quotient", "final_polynomial", "fold_caps"):
            assert getattr(one, part) != getattr(different, part), part
        for k in (0, 1, 2):
            assert not set(flat(one.opened[k].main)) & set(flat(different.opened[k].main)) - {0}
            assert not set(flat(one.opened[k].permutation)) & set(flat(different.opened[k].permutation)) - {0}


def test_known_blinds_give_the_terminals_away_and_unknown_ones_do_not() -> None:
    """It is the blinds alone that hide terminals: who knows them computes these to the last bit."""
    traces = book("first").blinded(random.Random(5))
    proof = parsed(prove(traces, **KEPT))
    assert guessed(traces, proof)["terminals"]
    assert not guessed(book("first"), proof)["terminals"]
    assert not guessed(book("first").blinded(random.Random(6)), proof)["terminals"]


# The book program itself: four leaves, full tapes with every salt in the attacker's hand.


@cache
def batches() -> dict[str, Forgery]:
    """Books of one class that differ in holdings, in how many leaves are empty, and in one holding's size."""
    lots = account_lots()
    cat = Leaf(positions(lots["cat"]))
    more = Leaf(positions({**lots["cat"], "CASH": lots["cat"]["CASH"] + 1}))
    return {
        "honest": forge(),
        "full": forge(Batch((cat,) * 4)),
        "one lot more": forge(Batch((cat, cat, cat, more))),
    }


@cache
def all_sent() -> tuple[attacker.Sent, ...]:
    return tuple(attacker.sent(genuine().book.tables, one.traces) for one in batches().values())


def program_proof(forgery: Forgery, keep_blinds: bool) -> tuple[Proof, tuple[object, ...]]:
    tables_ = genuine().book.tables
    shape_ = proof_shape(tables_, INSECURE_TEST)
    body = forgery.body(profile=INSECURE_TEST, keep_blinds=keep_blinds)
    proof = parse_body(body, shape_)
    batch, _ = attacker.replay(shape_, forgery.publics, forgery.statement.digest(), proof)
    return proof, tuple(attacker.terminals(shape_, one, batch) for one in all_sent())


@pytest.mark.parametrize("name", ["honest", "full", "one lot more"])
def test_terminals_of_the_book_program_tell_nothing(name: str) -> None:
    place = list(batches()).index(name)
    proof, candidates = program_proof(batches()[name], keep_blinds=True)
    assert [one == proof.terminals for one in candidates] == [k == place for k in range(3)]
    proof, candidates = program_proof(batches()[name], keep_blinds=False)
    shown = set(proof.terminals)
    assert not any(shown & set(one) for one in candidates)  # type: ignore[call-overload]


def test_a_root_is_recomputed_with_its_salts_only() -> None:
    """Leaves' salts, ids and the commitment's salt hide the book under its root: same holdings, other salts."""
    shown, leaves = batches()["honest"].publics, honest().leaves
    assert forge().publics == shown
    again = tuple(replace(leaf, salt=tuple(x + 1 for x in leaf.salt)) for leaf in leaves)
    resalted = forge(Batch(again)).publics
    assert resalted[0] == shown[0]  # the tree's height, which the class fixes
    assert not set(resalted[1:5]) & set(shown[1:5])
    without = forge(Batch(leaves, salt=(0, 0, 0, 0))).publics
    assert without[1:5] == shown[1:5] and not set(without[5:9]) & set(shown[5:9])
