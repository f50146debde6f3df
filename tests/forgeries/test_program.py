"""A program with one instruction changed: the tables follow from its bytecode, the statement names the pinned one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest
from small_venue import EDGE, EMPTY, PARAMETERS, SHAPE, SNAPSHOT, Batch, Leaf, account_lots, honest, position, positions
from toolkit import Forgery, accepted, forge, genuine, upstream_accepts, verdict

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.field import P
from plimsoll.circuits.program import Program
from plimsoll.verifier.book import Expected, expected_statement
from plimsoll.verifier.statement import read_proof


@dataclass(frozen=True)
class Change:
    """One word of the bytecode, found by its source line and value, and a book that only the change lets pass."""

    file: str
    line: str
    word: int
    becomes: int
    book: Batch
    offends: str


def one_unit_below() -> Batch:
    lots = account_lots()["edge"]
    lots["DUST"] -= 1
    return honest().having(EDGE, Leaf(positions(lots)))


def asset_twice() -> Batch:
    return Batch((Leaf((position("CASH", 500),) * 2), EMPTY, EMPTY, EMPTY))


CHANGES = {
    "carries are one too high": Change(
        "lib/ranges.cairo", "return (carry=", -(2**35), 1 - 2**35, one_unit_below(), "constraint holdings.z"
    ),
    "keys need not ascend strictly": Change(
        "lib/schedule.cairo", "check24(r.key - prev_key - 1)", 1, 0, asset_twice(), "constraint holdings.nz"
    ),
}


CIRCUITS = Path(__file__).parent.parent.parent / "circuits"


@cache
def source_line(file: str, number: int) -> str:
    return (CIRCUITS / file).read_text().splitlines()[number - 1]


def changed(change: Change) -> Program:
    """The book program with that word changed."""
    program = book_program()
    places = []
    for (start, file, line), (end, _, _) in zip(program.lines, program.lines[1:], strict=False):
        if file == change.file and change.line in source_line(file, line):
            places += [pc for pc in range(start, end) if program.bytecode[pc] == change.word % P]
    [place] = places
    words = list(program.bytecode)
    words[place] = change.becomes % P
    return replace(program, bytecode=tuple(words))


def forged(name: str) -> tuple[Forgery, Expected]:
    expected = expected_statement(changed(CHANGES[name]), SNAPSHOT, PARAMETERS, SHAPE)
    assert expected.digests.program != genuine().digests.program
    return forge(CHANGES[name].book, expected=expected), expected


@pytest.mark.parametrize("name", CHANGES)
def test_control_changed_program_s_own_tables_accept_the_book(name: str) -> None:
    forgery, expected = forged(name)
    forgery.accepted_by_both_under(expected.book.tables)


@pytest.mark.parametrize("name", CHANGES)
def test_tables_of_a_changed_program_rejected(name: str) -> None:
    """The statement has the pinned program's digest, and the digest of its tables."""
    forgery, _ = forged(name)
    forgery.refused("constraints", CHANGES[name].offends)


@pytest.mark.parametrize("name", CHANGES)
def test_digest_of_a_changed_program_rejected(name: str) -> None:
    """The statement is honest about the changed program: the policy has another one pinned."""
    forgery, expected = forged(name)
    forgery.changes["digests"] = expected.digests
    refusal = verdict(forgery.file())
    assert refusal.step == "policy" and expected.digests.program.hex() in refusal.got
    forgery.changes["digests"] = replace(expected.digests, program=genuine().digests.program)
    refusal = verdict(forgery.file())
    assert refusal.step == "policy" and expected.digests.tables.hex() in refusal.got


def test_control_unchanged_program_is_accepted() -> None:
    file = forge(expected=expected_statement(book_program(), SNAPSHOT, PARAMETERS, SHAPE)).file()
    accepted(file)
    upstream_accepts(*read_proof(file))
