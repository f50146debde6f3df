"""Builds forgeries properly and puts them before both verifiers.

A forgery starts from a lenient run of the book program (on an honest tape or not, with the honest witness program or
not), is edited in place, and is proven by a prover that checks nothing, at full security, under a statement that is
consistent with it and has the genuine digests. `Forgery.refused` then asserts all of

- the traces break exactly the one check that is named, and nothing else (`offends`);
- our verifier refuses the proof at the step that is named;
- the proof library's own verifier, wrapped, refuses it;
- both accept the same traces once that one check is taken out of the tables, so that nothing else is what fails.
"""

from __future__ import annotations

import copy
import importlib
import json
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from forged_rows import Columns, Matrix, Offence, matrix, offences, rebalance, refresh, weakened
from small_venue import PARAMETERS, SHAPE, SNAPSHOT, Batch, honest, records

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.field import P
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.circuits.tables import TableSet
from plimsoll.prover.core_api import ProvingError, upstream_verify
from plimsoll.verifier.book import Expected, VerifiedBook, expected_statement, verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import BOOK_BATCH, Statement, write_proof

dishonest = importlib.import_module("plimsoll_dishonest")

POLICY = Policy(at=datetime(2026, 11, 21, 13, tzinfo=UTC))
UPSTREAM = {"constraints": "OodEvaluationMismatch", "terminals": "TerminalSumNonZero"}
"""What upstream's verifier says where ours names a step."""
Program = dict[str, Any]


@cache
def genuine(shape: ShapeClass = SHAPE) -> Expected:
    """Tables and digests as every verifier rebuilds them."""
    return expected_statement(book_program(), SNAPSHOT, PARAMETERS, shape)


@dataclass
class Forgery:
    """Filled tables with the statement that goes with them. `tables` are what the prover uses."""

    traces: list[Matrix]
    publics: list[int]
    tables: TableSet
    program: Program
    shape: ShapeClass = SHAPE
    changes: dict[str, Any] = field(default_factory=dict)

    def trace(self, name: str) -> Matrix:
        """The matrix of a table that has one instance."""
        [place] = [k for k, table in enumerate(self.tables.instance_tables()) if table.name == name]
        return self.traces[place]

    def columns(self, name: str) -> Columns:
        return Columns.of(path_of(self.program, self.tables, name))

    def refresh(self, name: str, row: int, keep: Sequence[int] = ()) -> None:
        """Computes a row's own results anew from its arguments, tape and messages, except the columns to keep."""
        cells = [int(x) for x in self.trace(name)[row]]
        refresh(path_of(self.program, self.tables, name), cells, keep)
        self.trace(name)[row] = cells

    def rebalance(self) -> Forgery:
        rebalance(self.tables, self.traces)
        return self

    @property
    def statement(self) -> Statement:
        """Consistent with the traces, unless `changes` says otherwise."""
        digests, values = genuine(self.shape).digests, tuple(self.publics)
        honest_one = Statement(BOOK_BATCH, self.shape.name, STANDARD, digests, values, sequence=SNAPSHOT.sequence)
        return replace(honest_one, **self.changes)

    def body(
        self, about: TableSet | None = None, profile: Profile | None = None, *, keep_blinds: bool = False
    ) -> bytes:
        """A proof of the traces, true or not, under the statement."""
        raw = [trace.tobytes() for trace in self.traces]
        tables, digest = (about or self.tables).encode(), self.statement.digest()
        chosen = dishonest_profile(profile or self.statement.profile)
        body: bytes = dishonest.prove_traces(tables, raw, self.publics, digest, chosen, keep_blinds)
        return body

    def file(self) -> bytes:
        return write_proof(self.statement, self.body())

    def broken(self) -> set[Offence]:
        return offences(genuine(self.shape).book.tables, self.traces, self.publics)

    def refused(self, step: str, offends: str, *, weakenable: bool = True) -> None:
        """Asserts what the module's docstring lists. `offends`: e.g. "bus builtin:range_check"."""
        broken = self.broken()
        assert {str(one) for one in broken} == {offends}, sorted(map(str, broken))
        self.refused_by_both(step)
        if weakenable:
            self.accepted_by_both_under(weakened(genuine(self.shape).book.tables, broken))

    def refused_by_both(self, step: str, *, keep_blinds: bool = False) -> None:
        body = self.body(keep_blinds=keep_blinds)
        assert verdict(write_proof(self.statement, body)).step == step
        said = upstream_verdict(self.statement, body, self.shape)
        assert UPSTREAM.get(step, "") in said, said

    def accepted_by_both_under(self, tables: TableSet) -> None:
        """Both verifiers accept these traces as a proof about other tables.

        At the test profile: what a control shows does not depend on how many positions are queried.
        """
        body, digest = self.body(tables, INSECURE_TEST), self.statement.digest()
        verify_proof(tables, self.publics, digest, body, INSECURE_TEST)
        dishonest.verify(tables.encode(), self.publics, digest, body, dishonest_profile(INSECURE_TEST))


def dishonest_profile(p: Profile) -> Any:
    """The profile as the dishonest module takes it."""
    low_degree = (p.log_final_poly_len, p.max_log_arity)
    return dishonest.Profile(p.log_blowup, p.queries, p.query_pow_bits, *low_degree, p.random_codewords, p.cap_height)


def path_of(program: Program, tables: TableSet, name: str) -> dict[str, Any]:
    """The part of the witness program that fills a table."""
    path: dict[str, Any]
    [path] = [p for p in program["paths"] if tables.tables[p["table"]].name == name]
    return path


def forge(
    batch: Batch | None = None,
    *,
    shape: ShapeClass = SHAPE,
    expected: Expected | None = None,
    rows: Sequence[Sequence[int]] | None = None,
    mislead: Callable[[Program, TableSet], None] | None = None,
) -> Forgery:
    """A lenient run on a tape.

    Args:
        batch: the tape; the honest one by default.
        shape: class of the tape and of the statement.
        expected: tables other than the genuine ones, with `rows` as their schedule's records.
        mislead: changes the witness program, which no verifier ever sees, before it runs.
    """
    book = (expected or genuine(shape)).book
    program: Program = copy.deepcopy(book.witness_program())
    if mislead:
        mislead(program, book.tables)
    rom = array("Q", [x for record in rows or records() for x in record]).tobytes()
    tape = (batch or honest()).tape()
    witness = dishonest.Witness(book.tables.encode(), json.dumps(program), {"schedule": rom}, tape, lenient=True)
    traces = [matrix(t, raw) for t, raw in zip(book.tables.instance_tables(), witness.traces(), strict=True)]
    return Forgery(traces, list(witness.outputs), book.tables, program, shape)


def accepted(file: bytes) -> VerifiedBook:
    return verify_book(file, SNAPSHOT, PARAMETERS, POLICY)


def verdict(file: bytes) -> VerificationError:
    """Our verifier's refusal; a failure if it refuses in any other way, or accepts."""
    with pytest.raises(VerificationError) as caught:
        accepted(file)
    return caught.value


def upstream_accepts(statement: Statement, body: bytes, shape: ShapeClass = SHAPE) -> None:
    """The wrapped verifier of the proof library, on the genuine tables."""
    upstream_verify(genuine(shape).book, statement.public_values, statement.digest(), body, statement.profile)


def upstream_verdict(statement: Statement, body: bytes, shape: ShapeClass = SHAPE) -> str:
    """What the wrapped verifier of the proof library says in refusing."""
    with pytest.raises(ProvingError) as caught:
        upstream_accepts(statement, body, shape)
    return str(caught.value)


def put(trace: Matrix, row: int, column: int, value: int) -> None:
    """Writes a number, negative ones modulo p."""
    trace[row, column] = value % P


def add(trace: Matrix, row: int, column: int, value: int) -> None:
    """Adds a number, modulo p."""
    put(trace, row, column, int(trace[row, column]) + value)
