"""Runs vectors against the verifier, and beside it against a second one that the caller passes in.

The second verifier judges bodies only. It is asked where the file, its statement and the caller's policy are in order,
so that the proof itself decides (steps 4 to 6 of docs/protocol/book-batch.md); where they are not, it has no say.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import AcceptedStatement, accept_statement, verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import Statement
from plimsoll.verifier.vectors import Case, Suite, Vector

SecondVerifier = Callable[[ProgramTables, Statement, bytes], str | None]
"""Given tables, statement and body: None if it accepts, what it says if it refuses."""
AGREES: Final = "agrees"
DIFFERS: Final = "differs"
NOT_ASKED: Final = "not asked"
ABSENT: Final = "not installed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one vector.

    Attributes:
        got: "valid", "input", or the step that refused.
        said: the error in full; empty for a valid proof.
        second: AGREES, DIFFERS, NOT_ASKED (the fault is in file, statement, policy or market) or ABSENT.
        second_said: the second verifier's words, if it refused.
    """

    vector: Vector
    got: str
    said: str
    second: str
    second_said: str

    @property
    def ok(self) -> bool:
        """Our verdict is the expected one, and the second verifier, where it was asked, is of the same opinion."""
        return self.got == str(self.vector.expect) and self.second != DIFFERS


def run_vector(suite: Suite, vector: Vector, second: SecondVerifier | None = None) -> Outcome:
    """Hands one vector to both verifiers. Raises VectorError for a vector that does not fit its suite."""
    case = suite.case(vector)
    try:
        market, parameters = MarketSnapshot.parse(case.market), RiskParameters.parse(case.parameters)
        accepted = _accepted(case, market, parameters)
        verify_book(case.proof, market, parameters, case.policy)
        got, said = "valid", ""
    except VerificationError as error:
        got, said = error.step, str(error)
    except PlimsollError as error:
        return Outcome(vector, "input", str(error), NOT_ASKED, "")
    if accepted is None:
        return Outcome(vector, got, said, NOT_ASKED, "")
    if second is None:
        return Outcome(vector, got, said, ABSENT, "")
    refusal = second(accepted.expected.book, accepted.statement, accepted.body)
    opinion = AGREES if (refusal is None) == (got == "valid") else DIFFERS
    return Outcome(vector, got, said, opinion, refusal or "")


def _accepted(case: Case, market: MarketSnapshot, parameters: RiskParameters) -> AcceptedStatement | None:
    try:
        return accept_statement(case.proof, market, parameters, case.policy)
    except VerificationError:
        return None
