"""What a stranger's parameters cost before anything is compared: work that grows with the brackets, and no faster.

Work is counted, not timed: calls of functions, those of Python's own included.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

import pytest

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine import dominance, schedule
from plimsoll.engine.brackets import Piece
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier import book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import BOOK_BATCH, Digests, Statement, write_proof

Json = dict[str, Any]
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHAPE = ShapeClass(2, 1)


def ladder(count: int, shift: int, above: int) -> list[Json]:
    """Brackets of width 100, all floors but the first moved by `shift`; rates in ppm, `above` added."""
    floors = [0, *(100 * k + shift for k in range(1, count))]
    rows = zip(floors, [*floors[1:], None], range(count), strict=True)
    return [
        {"floor": str(a), "cap": None if b is None else str(b), "rate": f"0.{10 * (k + 1) + above:06}"}
        for a, b, k in rows
    ]


def parameters_file(brackets: int) -> bytes:
    """A perpetual with this many maintenance and as many initial brackets, at other floors."""
    one = {"name": "P", "kind": "perpetual", "currency": "USD", "underlying": "C", "lot": "0.001"}
    one |= {"maintenance": ladder(brackets, 0, 0), "initial": ladder(brackets, -50, 20)}
    head = {"version": 1, "name": "N", "revision": 1, "quote": "USD", "close_out": "1"}
    return json.dumps({**head, "instruments": [one]}).encode()


SNAPSHOT = MarketSnapshot.model_validate(
    {
        "version": 1,
        "venue": "V",
        "time": "2026-11-21T12:00:00Z",
        "sequence": 1,
        "quote": "USD",
        "prices": {"P": "30.5"},
    }
)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called by some work."""
    count = 0

    def note(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def work_of(brackets: int) -> tuple[int, int]:
    """Calls to read a file of this many brackets in each list, and to compile both schedules from it."""
    data = parameters_file(brackets)
    rules = RiskParameters.parse(data)
    return calls(lambda: RiskParameters.parse(data)), calls(lambda: compile_schedules(SNAPSHOT, rules))


def test_twice_the_brackets_are_twice_the_work() -> None:
    """And no bracket takes more than these many calls."""
    (read, compiled), (read_twice, compiled_twice) = work_of(250), work_of(500)
    assert 1.8 < read_twice / read < 2.3
    assert 1.8 < compiled_twice / compiled < 2.3
    assert read_twice < 1000 * 400
    assert compiled_twice < 1000 * 800


def test_a_search_at_every_floor_would_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: as it was, when the largest file that could be read took 40 s."""

    def searched(parts: Sequence[Piece], notionals: Iterable[Fraction]) -> list[Piece]:
        return [next(piece for piece in reversed(parts) if piece.floor <= notional) for notional in notionals]

    monkeypatch.setattr(dominance, "pieces_at", searched)
    monkeypatch.setattr(schedule, "pieces_at", searched)
    (read, compiled), (read_twice, compiled_twice) = work_of(250), work_of(500)
    assert read_twice / read > 2.6
    assert compiled_twice / compiled > 2.6


def proof_file(**digests: bytes) -> tuple[bytes, RiskParameters]:
    """A file with no proof in it, whose statement fits the caller's files but for these digests."""
    rules = RiskParameters.parse(parameters_file(2))
    expected = book.expected_statement(book_program(), SNAPSHOT, rules, SHAPE).digests
    publics = (SHAPE.log_leaves, *[0] * 8)
    changed: Digests = replace(expected, **digests)
    return write_proof(Statement(BOOK_BATCH, SHAPE.name, STANDARD, changed, publics, sequence=1), b""), rules


@pytest.mark.parametrize("name", ["market", "parameters", "instruments"])
def test_proof_about_other_files_costs_no_schedule(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data, rules = proof_file(**{name: bytes(32)})

    def never(*_: object) -> None:
        raise AssertionError("rebuilt the schedule")

    monkeypatch.setattr(book, "expected_statement", never)
    with pytest.raises(VerificationError, match=f"policy: expected {name} digest"):
        book.accept_statement(data, SNAPSHOT, rules, Policy(at=AT))


@pytest.mark.parametrize("name", ["schedule", "tables"])
def test_digest_of_what_was_rebuilt_is_compared(name: str) -> None:
    data, rules = proof_file(**{name: bytes(32)})
    with pytest.raises(VerificationError, match=f"policy: expected {name} digest"):
        book.accept_statement(data, SNAPSHOT, rules, Policy(at=AT))


def test_statement_that_fits_is_accepted() -> None:
    """The control: these files differ from an accepted one in one digest."""
    data, rules = proof_file()
    assert book.accept_statement(data, SNAPSHOT, rules, Policy(at=AT)).shape == SHAPE
