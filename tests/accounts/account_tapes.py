"""Tapes of the account program with some cells other than an honest owner writes, and both machines to run them on."""

from __future__ import annotations

from array import array
from functools import cache
from typing import Any

import pytest
from machine import CIRCUITS, Machine, cairo
from one_account import CONTEXT, EDGE, MAINTENANCE, PARAMETERS, SECRET, book_root
from small_venue import SNAPSHOT

from plimsoll.circuits import vm
from plimsoll.circuits.account_tables import account_program, build_account
from plimsoll.circuits.checker import CheckError
from plimsoll.circuits.field import P
from plimsoll.circuits.interpreter import WitnessError
from plimsoll.circuits.leaves import Quad, elements, use_tag
from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.schedule_records import schedule_records
from plimsoll.engine.thresholds import Threshold, compile_threshold
from plimsoll.prover.account_job import AccountOpening, account_tape

SOURCE = CIRCUITS / "account.cairo"
INSTRUMENTS = PARAMETERS.table.digest()
PLACES = {
    "levels": 0,
    "joined": 1,
    "above": 2,
    "amount": 3,
    "context": 4,
    "identifier": 8,
    "secret": 12,
    "lien": 16,
    "blind": 17,
    "instruments": 21,
    "salt": 25,
    "class": 29,
    "rows": 30,
    "order": 31,
    "commitment": 32,
    "holdings": 36,
}
"""Where each item begins on the tape."""
CELLS = 6
"""Of one holding."""


@cache
def records(threshold: Threshold = MAINTENANCE) -> list[list[int]]:
    return schedule_records(compile_threshold(SNAPSHOT, PARAMETERS, threshold).tiers)


@cache
def account_machine(threshold: Threshold = MAINTENANCE) -> Machine:
    built = build_account(account_program(), records(threshold))
    return Machine(built.tables, built.witness_program(), records(threshold))


def tape_of(
    opening: AccountOpening = EDGE, threshold: Threshold = MAINTENANCE, secret: Quad = SECRET, **cells: int
) -> list[int]:
    """An honest tape, then some cells written over: by name, or `name_3` for the cell three further."""
    schedule = compile_threshold(SNAPSHOT, PARAMETERS, threshold)
    tape = list(array("Q", account_tape(opening, secret, INSTRUMENTS, schedule, threshold, CONTEXT)))
    for name, value in cells.items():
        base, _, further = name.partition("_")
        tape[PLACES[base] + int(further or 0)] = value % P
    return tape


def step_cell(opening: AccountOpening, level: int) -> int:
    """Where the bit of a level stands on the tape; the sibling follows it."""
    rows = -(-len(opening.holdings) // 6)
    return PLACES["holdings"] + 6 * CELLS * rows + 5 * level


def outputs_of(opening: AccountOpening, threshold: Threshold = MAINTENANCE, secret: Quad = SECRET) -> list[int]:
    """The public values by their definitions, and nothing of the circuits."""
    book = book_root(opening)
    path = [book.levels, int(book.above is not None), book.above or 0]
    scope = CONTEXT.tag_elements()
    tag = use_tag(secret, scope, permute)
    return [*book.root, *path, *elements(INSTRUMENTS), *scope, *tag, threshold.amount]


def run(tape: list[int], threshold: Threshold = MAINTENANCE) -> list[int] | None:
    """The outputs if both machines accept the tape, and they must be the same; None if both refuse it."""
    machine = account_machine(threshold)
    try:
        in_vm: Any = vm.run(cairo(SOURCE), tape, records(threshold))
    except vm.VmError:
        with pytest.raises((CheckError, WitnessError)):
            machine.run(tape)
        return None
    given = machine.run(tape)
    assert given == in_vm
    return given
