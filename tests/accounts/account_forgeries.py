"""Forged account proofs, built like those of the book (tests/forgeries/toolkit) and put before both verifiers.

The consumer asks for what the forger states: its own root, path and context. So only what is proven can be wrong.
"""

from __future__ import annotations

import copy
import json
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache

import pytest
from account_tapes import records, tape_of
from forged_rows import Offence, matrix, offences, weakened
from one_account import CONTEXT, MAINTENANCE, PARAMETERS, POLICY
from small_venue import SNAPSHOT
from toolkit import UPSTREAM, Forgery, Program, dishonest

from plimsoll.circuits.account_tables import ACCOUNT_SHAPE, account_program
from plimsoll.circuits.tables import TableSet
from plimsoll.prover.core_api import ProvingError, upstream_verify
from plimsoll.verifier.account import ACCOUNT, BookRoot, VerifiedAccount, expected_account, verify_account
from plimsoll.verifier.book import Expected
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import Statement, read_proof, write_proof


@cache
def genuine() -> Expected:
    """Tables and digests as every verifier rebuilds them."""
    return expected_account(account_program(), SNAPSHOT, PARAMETERS, MAINTENANCE)


@dataclass
class AccountForgery(Forgery):
    """Filled tables of the account program. `book` is what the consumer expects; the forger's own root by default."""

    book: BookRoot | None = field(default=None)

    @property
    def statement(self) -> Statement:
        values = tuple(self.publics)
        honest_one = Statement(ACCOUNT, ACCOUNT_SHAPE, STANDARD, genuine().digests, values, sequence=SNAPSHOT.sequence)
        return replace(honest_one, context=CONTEXT.encode(), **self.changes)

    def broken(self) -> set[Offence]:
        return offences(genuine().book.tables, self.traces, self.publics)

    def refused(self, step: str, offends: str, *, weakenable: bool = True) -> None:
        broken = self.broken()
        assert {str(one) for one in broken} == {offends}, sorted(map(str, broken))
        self.refused_by_both(step)
        if weakenable:
            self.accepted_by_both_under(weakened(genuine().book.tables, broken))

    def refused_by_both(self, step: str, *, keep_blinds: bool = False) -> None:
        body = self.body(keep_blinds=keep_blinds)
        with pytest.raises(VerificationError) as caught:
            accepted(write_proof(self.statement, body), self.book)
        assert caught.value.step == step
        with pytest.raises(ProvingError, match=UPSTREAM.get(step, ".")):
            upstream_accepts(self.statement, body)


def accepted(file: bytes, book: BookRoot | None = None) -> VerifiedAccount:
    """Our verifier's verdict, asked about the book that the proof states unless another is named."""
    values = read_proof(file)[0].public_values
    own = BookRoot(values[:4], values[4], values[6] if values[5] else None)
    return verify_account(file, SNAPSHOT, PARAMETERS, MAINTENANCE, CONTEXT, book or own, POLICY)


def upstream_accepts(statement: Statement, body: bytes) -> None:
    upstream_verify(genuine().book, statement.public_values, statement.digest(), body, statement.profile)


def forge(tape: list[int] | None = None, mislead: Callable[[Program, TableSet], None] | None = None) -> AccountForgery:
    """A lenient run on a tape, the honest one by default. `mislead` changes the witness program before it runs."""
    built = genuine().book
    program: Program = copy.deepcopy(built.witness_program())
    if mislead:
        mislead(program, built.tables)
    rom = array("Q", [x for record in records() for x in record]).tobytes()
    cells = array("Q", tape or tape_of()).tobytes()
    witness = dishonest.Witness(built.tables.encode(), json.dumps(program), {"schedule": rom}, cells, lenient=True)
    traces = [matrix(t, raw) for t, raw in zip(built.tables.instance_tables(), witness.traces(), strict=True)]
    return AccountForgery(traces, list(witness.outputs), built.tables, program)
