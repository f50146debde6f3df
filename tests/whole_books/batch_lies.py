"""Lies of a batch's statement and of its public values, and batches shown with other files than they are about."""

from __future__ import annotations

import copy
from array import array
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

from whole_runs import PROVEN, STATEMENTS, Lie, batch_saying, batches, once, one_batch
from whole_venue import AT, CRASH, MARKET, ONE, RULES, TWO, Case

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.statement import Digests

WEAK: dict[str, Any] = {"security_floor": 1, "accept_weaker_security": True}
RENAMED = replace(INSECURE_TEST, name=STANDARD.name)
STRICT: dict[str, Any] = {"allow_insecure": False}
DAY = timedelta(days=1)


def lies() -> Iterator[Lie]:
    yield from _statements()
    yield from _conditions()
    yield from _among_others()
    yield from _sizes()
    yield from _other_files()


def _statements() -> Iterator[Lie]:
    about = "proven for what it says"
    for name, (changes, words) in STATEMENTS.items():
        yield Lie(f"batch of {name}", about, batches(batch_saying(**changes)), "policy", words)
    for field in fields(Digests):
        said = {field.name: bytes([7] * 32)}
        accepted = {"programs": frozenset({said["program"].hex()})} if field.name == "program" else {}
        run = batches(batch_saying(digests=said), **accepted)
        yield Lie(f"batch of another {field.name} digest", about, run, "policy", f"{field.name} digest")
    for shape in ("book-2^2x1", "batch-2^40x1", "batch-2^2x1 "):
        run = batches(batch_saying(shape=shape))
        yield Lie(f"batch of the class {shape!r}", about, run, "tables", "the name of a published shape class")


def _conditions() -> Iterator[Lie]:
    standard = once(lambda: [ONE.batch(0, at=STANDARD)])
    renamed = once(lambda: [ONE.batch(0, at=RENAMED, proven=PROVEN["lies"])])
    yield Lie("batch honest", "at the test profile, which the caller takes", batches(one_batch))
    yield Lie("batch at full security", "to a caller who asks for 128 bits", batches(standard, **STRICT))
    yield Lie("batches: none", "no proof at all", batches(list), "policy", "at least one batch")
    run = batches(one_batch, **STRICT)
    yield Lie("batch at the test profile", "to a caller at full security", run, "policy", "a profile of full security")
    run = batches(renamed, **STRICT | WEAK)
    yield Lie("batch under the standard's name", "test profile's numbers", run, "policy", "a known security profile")
    run = batches(standard, security_floor=129)
    yield Lie("batch below the floor", "129 bits asked for, 128 given", run, "policy", "at least 129 proven bits")
    run = batches(one_batch, at=AT + DAY)
    yield Lie("batch of yesterday", "a snapshot older than a day", run, "policy", "a snapshot at most 1 day")
    run = batches(one_batch, at=AT - DAY)
    yield Lie("batch of tomorrow", "a snapshot ahead of the clock", run, "policy", "a snapshot not later than")
    run = batches(one_batch, shapes=frozenset({"batch-2^3x1"}))
    yield Lie("batch of another class", "than the caller accepts", run, "policy", "a shape class among")
    run = batches(once(lambda: [one_batch()[0][:-1]]))
    yield Lie("batch that was cut", "a byte short", run, "encoding", "")
    run = batches(once(lambda: [one_batch()[0] + b"\0"]))
    yield Lie("batch with a byte more", "zero behind", run, "encoding", "")


def _among_others() -> Iterator[Lie]:
    first = once(lambda: TWO.at_test_profile["batch-00.proof"])
    other = once(lambda: [first(), TWO.batch(1, proven=PROVEN["lies"], shape=BatchShape(3, 1).name)])
    about = "a batch of four leaves said to have eight, behind one of four"
    yield Lie("batch of a second class", about, batches(other, CRASH), "policy", "batch 1: shape class batch-2^2x1")
    other = once(lambda: [first(), TWO.batch(1, proven=PROVEN["lies"], nonce_digest=bytes([9] * 32))])
    about = "of a nonce of its own, so that its customers have orders of its choice"
    yield Lie("batch under a second nonce", about, batches(other, CRASH), "policy", "batch 1: the first batch's nonce")
    swapped = once(lambda: [TWO.at_test_profile["batch-01.proof"], first()])
    about = "each where the other belongs"
    yield Lie("batches in another order", about, batches(swapped, CRASH), "policy", "batch 0 of 2, got 1 of 2")
    twice = once(lambda: [first(), first()])
    yield Lie("batch shown twice", "in place of the second", batches(twice, CRASH), "policy", "batch 1 of 2")
    yield Lie("batch shown alone", "half of a book", batches(once(lambda: [first()]), CRASH), "policy", "batch 0 of 1")


def _sizes() -> Iterator[Lie]:
    """Public values that the tables do not fix; nobody holds the last instrument, so that leaving it out balances."""
    for name, edit, words in (
        ("half a tree", _half, "a tree of height 2, got 1"),
        ("a row of totals too few", _rows(-1), "3 rows of instruments' totals, got 2"),
        ("a row of totals too many", _rows(1), "3 rows of instruments' totals, got 4"),
    ):
        tape = once(lambda e=edit: edited(ONE.tapes[0].tape, e))  # type: ignore[misc]
        run = batches(once(lambda t=tape: [ONE.batch(0, t(), proven=PROVEN["lies"])]))  # type: ignore[misc]
        yield Lie(f"batch of {name}", "proven for what it says", run, "policy", words)
    for count in (9, 11):
        values = (2, 3, *[0] * (count - 2))
        run = batches(batch_saying(public_values=values))
        yield Lie(f"batch of {count} public values", "proven for ten", run, "policy", "10 public values")


def edited(tape: bytes, edit: Callable[[list[int]], list[int]]) -> bytes:
    """A tape with some cells other than they are."""
    cells = array("Q")
    cells.frombytes(tape)
    return array("Q", edit(cells.tolist())).tobytes()


def _half(cells: list[int]) -> list[int]:
    """Two empty leaves under a root of height one."""
    return [1, *cells[1:7], *(0, 1, 2, 3, 4), *(0, 5, 6, 7, 8), *[0] * 8 * (cells[1] + 5)]


def _rows(more: int) -> Callable[[list[int]], list[int]]:
    """A row of instruments' totals more, of nothing, or the last one less."""

    def edit(cells: list[int]) -> list[int]:
        head, figures = cells[:-40], cells[-40:]
        head = head[:-8] if more < 0 else head + [0] * 8
        return [head[0], head[1] + more, *head[2:], *figures]

    return edit


def _other_files() -> Iterator[Lie]:
    dearer = {**MARKET, "prices": {**MARKET["prices"], "BTC": "50000.6"}}
    run = batches(one_batch, snapshot=dearer)
    yield Lie("batch of another snapshot", "BTC is 0.1 dearer in the caller's", run, "policy", "market digest")
    milder = copy.deepcopy(RULES)
    milder["instruments"][1]["debt_premium"][0]["rate"] = "0.01"
    run = batches(one_batch, parameters=milder)
    yield Lie("batch of other parameters", "a premium is lower in the caller's", run, "policy", "parameters digest")
    yield Lie("batch without scenarios", "proven without stress", batches(one_batch, CRASH), "policy", "context")
    run = batches(once(lambda: [ONE.batch(0, proven=PROVEN["lies"], context=Case().scenarios.digest())]), CRASH)
    about = "proven without stress, under the digest of the caller's list"
    yield Lie("batch that only names the scenarios", about, run, "policy", "schedule digest")
    run = batches(one_batch, snapshot={**MARKET, "sequence": 4})
    yield Lie("batch of the last publication", "the caller's is the next", run, "policy", "publication sequence 4")
    run = batches(one_batch, snapshot={**MARKET, "previous": "11" * 32})
    yield Lie("batch of another history", "the snapshot names a predecessor", run, "policy", "previous publication")
    unfit = {**MARKET, "prices": {"BTC": "1"}}
    yield Lie("batch of half a market", "prices are missing", batches(one_batch, snapshot=unfit), "-", "price")
