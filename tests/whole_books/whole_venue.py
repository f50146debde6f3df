"""A venue of eight accounts over two batches of four leaves, and provers of its book, honest or not.

Two accounts are below maintenance margin at the snapshot, one of them bankrupt; a crash adds others. Proofs for lies
are made at the test profile: a lie is proven for its statement, so that the transcript fits and one check says no.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from plimsoll.circuits.batch_tables import BatchShape, batch_program
from plimsoll.circuits.leaves import nonce_digest
from plimsoll.circuits.totals_commitment import book_root
from plimsoll.circuits.totals_tables import Terms, TotalsShape, totals_program
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.book import Book
from plimsoll.engine.book_claims import BookClaims
from plimsoll.engine.book_figures import BookFigures, book_figures
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import NO_SCENARIOS, ScenarioList
from plimsoll.engine.settlement import holding
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.batch_job import new_batch_opening, prove_batches
from plimsoll.prover.batch_tape import BatchTape, encode_batches, encode_totals
from plimsoll.prover.book_claims import claims_of
from plimsoll.prover.core_api import CoreWitness, permute
from plimsoll.prover.opening import Opening
from plimsoll.verifier.batch import (
    BATCH,
    BatchPolicy,
    ExpectedBatch,
    VerifiedBatches,
    expected_batch,
    verify_batches,
)
from plimsoll.verifier.policy import Policy, previous_publication
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD, Profile
from plimsoll.verifier.statement import Statement, write_proof
from plimsoll.verifier.terms import terms_of
from plimsoll.verifier.totals import TOTALS, expected_totals
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name

TIME = "2026-11-21T12:00:00Z"
AT = datetime(2026, 11, 21, 13, tzinfo=UTC)
MARKET: dict[str, Any] = {
    "version": 1,
    "venue": "whole",
    "time": TIME,
    "sequence": 3,
    "quote": "USD",
    "prices": {"BTC": "50000.5", "ETH": "3000.25", "PERP": "50010.25"},
}
RULES: dict[str, Any] = {
    "version": 1,
    "name": "whole",
    "revision": 1,
    "quote": "USD",
    "close_out": "0.5",
    "instruments": [
        {"name": "USD", "kind": "spot", "currency": "USD", "lot": "0.01"},
        {
            "name": "BTC",
            "kind": "spot",
            "currency": "BTC",
            "lot": "0.0001",
            "haircut": [
                {"floor": "0", "cap": "100000", "rate": "0.05"},
                {"floor": "100000", "cap": None, "rate": "0.1"},
            ],
            "debt_premium": [{"floor": "0", "cap": None, "rate": "0.02"}],
        },
        {
            "name": "PERP",
            "kind": "perpetual",
            "currency": "USD",
            "underlying": "BTC",
            "lot": "0.0001",
            "maintenance": [
                {"floor": "0", "cap": "50000", "rate": "0.01"},
                {"floor": "50000", "cap": None, "rate": "0.05"},
            ],
        },
        {"name": "CASH", "kind": "settlement", "currency": "USD", "lot": "0.01"},
        {"name": "ETH", "kind": "spot", "currency": "ETH", "lot": "0.001"},
    ],
}
"""Five instruments, three rows of totals; the last has no fellow in its row, and nobody holds it."""
CRASH: dict[str, Any] = {
    "version": 1,
    "name": "moves",
    "revision": 1,
    "scenarios": [{"name": "crash", "default": "-0.3"}],
}
THREE = {
    **CRASH,
    "scenarios": [
        *CRASH["scenarios"],
        {"name": "rally", "default": "0.4"},
        {"name": "BTC alone", "default": "0", "underlyings": {"BTC": "-0.05"}},
    ],
}
NO_STRESS: dict[str, Any] = json.loads(NO_SCENARIOS.model_dump_json())
LOTS: dict[str, dict[str, int]] = {
    "ann": {"USD": 5_000_000, "PERP": 10_000, "CASH": -4_000_000},
    "ben": {"BTC": 30_000, "PERP": -10_000, "CASH": 4_000_000},
    "cat": {"USD": 100},
    "dan": {},
    "eve": {"PERP": 200, "CASH": -99_500},
    "fay": {"PERP": -200, "CASH": 105_000},
    "gus": {"BTC": -1, "USD": 1},
    "hal": {"BTC": 2, "CASH": 5},
}
HEALTHY = {name: LOTS[name] for name in ("ann", "ben", "cat", "dan", "fay", "hal")} | {"eve": {"PERP": 200, "USD": 1}}
FEW = {"ann": {"USD": 7}, "gus": {"BTC": -1, "USD": 1}}
"""Nobody holds the last instrument of the table, nor ETH."""
SHAPE = BatchShape(2, 1)
FUND = 10**28


def as_bytes(value: Any) -> bytes:
    return json.dumps(value).encode()


MARKET_FILE, RULES_FILE = as_bytes(MARKET), as_bytes(RULES)
SNAPSHOT, PARAMETERS = MarketSnapshot.parse(MARKET_FILE), RiskParameters.parse(RULES_FILE)
TABLE = PARAMETERS.table


def book_of(lots: dict[str, dict[str, int]]) -> Book:
    """The accounts as the engine keeps them; lots are signed."""
    return Book.of((name, 0, sorted(holding(TABLE, i, q) for i, q in held.items())) for name, held in lots.items())


@dataclass(frozen=True)
class Case:
    """A book with what is claimed of it. `options` are those of `claims_of`."""

    lots: dict[str, dict[str, int]] = field(default_factory=lambda: LOTS, hash=False)
    stress: dict[str, Any] = field(default_factory=lambda: CRASH, hash=False)
    batches: int = 2
    options: dict[str, Any] = field(default_factory=dict, hash=False)

    @cached_property
    def book(self) -> Book:
        return book_of(self.lots)

    @cached_property
    def scenarios(self) -> ScenarioList:
        return ScenarioList.parse(as_bytes(self.stress))

    @cached_property
    def figures(self) -> BookFigures:
        return book_figures(compile_batch_schedule(SNAPSHOT, PARAMETERS, self.scenarios), self.book)

    @cached_property
    def claims(self) -> BookClaims:
        options: dict[str, Any] = {"fund": FUND, "show_totals": True, **self.options}
        return claims_of(self.figures, TABLE, len(self.scenarios), **options)

    @cached_property
    def terms(self) -> Terms:
        return terms_of(self.claims, TABLE, self.scenarios)

    @cached_property
    def opening(self) -> Opening:
        return new_batch_opening(self.book, SHAPE, self.batches, SNAPSHOT, PARAMETERS, self.scenarios)

    def under(self, opening: Opening) -> Case:
        """Under the secrets of another case."""
        self.__dict__["opening"] = opening
        return self

    # The honest way.

    def proven(self, profile: Profile = STANDARD) -> dict[str, bytes]:
        """The book's files, by name."""
        made = prove_batches(
            self.book,
            SNAPSHOT,
            PARAMETERS,
            self.scenarios,
            self.claims,
            SHAPE,
            self.opening,
            profile=profile,
        )
        return self.files(made.batches, made.totals)

    def files(self, batches: Sequence[bytes], totals: bytes) -> dict[str, bytes]:
        named = {batch_name(i): proof for i, proof in enumerate(batches)}
        claims = self.claims.model_dump_json().encode()
        return {CLAIMS: claims, SCENARIOS: as_bytes(self.stress), TOTALS_PROOF: totals, **named}

    # Piece by piece, for lies.

    @cached_property
    def expected(self) -> ExpectedBatch:
        return expected_batch(batch_program(), SNAPSHOT, PARAMETERS, self.scenarios, SHAPE)

    @cached_property
    def tapes(self) -> list[BatchTape]:
        return encode_batches(
            self.book,
            self.expected.digests.instruments,
            len(TABLE),
            self.expected.schedule,
            SHAPE,
            self.opening,
            self.figures,
            permute,
        )

    def _statement(self, kind: str, shape: str, values: tuple[int, ...], index: int, profile: Profile) -> Statement:
        return Statement(
            kind=kind,
            shape=shape,
            profile=profile,
            digests=self.expected.digests,
            public_values=values,
            sequence=SNAPSHOT.sequence,
            previous=previous_publication(SNAPSHOT),
            batch_index=index,
            batch_count=self.batches,
            context=self.scenarios.digest(),
            nonce_digest=nonce_digest(bytes.fromhex(self.opening.nonce)),
        )

    def batch(
        self,
        index: int = 0,
        tape: bytes | None = None,
        at: Profile = INSECURE_TEST,
        *,
        proven: bool = True,
        digests: dict[str, bytes] | None = None,
        **changes: Any,
    ) -> bytes:
        """A proof of one batch's tape at a profile, under a statement with some fields other than they are.

        Not `proven`: the statement alone.
        """
        witness = CoreWitness(self.expected.built, tape or self.tapes[index].tape)
        true = self._statement(BATCH, SHAPE.name, witness.outputs, index, at)
        said = replace(true, digests=replace(true.digests, **(digests or {})))
        said = replace(said, **changes)
        return write_proof(said, witness.prove(said.digest(), said.profile, None) if proven else b"")

    def root_of(self, tape: BatchTape) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Root and commitment of a batch."""
        outputs = CoreWitness(self.expected.built, tape.tape).outputs
        return outputs[2:6], outputs[6:10]

    def totals(
        self,
        at: Profile = INSECURE_TEST,
        *,
        proven: bool = True,
        terms: Terms | None = None,
        edit: Callable[[list[int]], list[int]] = list,
        digests: dict[str, bytes] | None = None,
        **changes: Any,
    ) -> bytes:
        """The totals' proof, likewise.

        Args:
            terms: those to meet, if not the case's.
            edit: changes the tape.
        """
        tapes, terms = self.tapes, terms or self.terms
        shape = TotalsShape.fitting(len(tapes))
        built, bound = expected_totals(totals_program(), self.expected.digests, terms, shape)
        roots = [self.root_of(one)[0] for one in tapes]
        tape = array("Q")
        tape.frombytes(encode_totals(tapes, roots, shape.log_slots, terms, self.opening))
        witness = CoreWitness(built, array("Q", edit(tape.tolist())).tobytes())
        true = self._statement(TOTALS, shape.name, witness.outputs, 0, at)
        said = replace(true, digests=replace(bound, **(digests or {})))
        said = replace(said, **changes)
        return write_proof(said, witness.prove(said.digest(), said.profile, None) if proven else b"")

    @cached_property
    def at_test_profile(self) -> dict[str, bytes]:
        """All files of the honest book at the test profile."""
        return self.files([self.batch(i) for i in range(self.batches)], self.totals())

    @cached_property
    def verified(self) -> VerifiedBatches:
        """The honest batches at the test profile, verified."""
        proofs = [self.at_test_profile[batch_name(i)] for i in range(self.batches)]
        return verify_batches(proofs, SNAPSHOT, PARAMETERS, self.scenarios, BatchPolicy(at=AT, allow_insecure=True))

    def root(self) -> tuple[int, ...]:
        """Of the book, from its tapes."""
        slots = [self.root_of(one) for one in self.tapes]
        return book_root(slots, TotalsShape.fitting(self.batches).log_slots, permute)


POLICY = Policy(at=AT)
OWED = {"USD": "200000", "BTC": "4"}
EXACT = Case()
"""Everything shown: totals, exact figures, each currency's liabilities; one scenario."""
HIDDEN = Case(stress=THREE, options={"show_totals": False, "exact": False, "bound_liabilities": OWED})
"""Nothing shown but the margin gap: totals hidden, deficits within the fund, liabilities bounded; three scenarios."""
STRICT = Case(lots=HEALTHY, stress=NO_STRESS, options={"fund": 0, "show_totals": False, "bound_liabilities": {}})
"""No account fails."""
ONE = Case(lots=FEW, stress=NO_STRESS, batches=1, options={"bound_liabilities": {"USD": "0.08", "ETH": "0"}})
"""One batch: what most lies are about. Of the two currencies that are bounded, nothing is owed in the last."""
TWO = EXACT
"""Two batches."""


CASES = {"exact": EXACT, "hidden": HIDDEN, "strict": STRICT}


@cache
def proven(name: str) -> dict[str, bytes]:
    """The files of a case by its name, at full security, made once."""
    return CASES[name].proven()
