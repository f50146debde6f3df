"""Every vector through our verifier and through the proof library's own: verdicts, and where they differ, why.

    python tests/vectors/both_verifiers.py     writes docs/security/two-verifiers.md

The library judges a body against tables and a statement; files, markets and a caller's policy are nothing to it. Where
our verifier refuses before the body is looked at, the library is asked all the same, with the tables rebuilt from the
caller's market and the statement as the file has it.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.extend(str(ROOT / "tests" / folder) for folder in ("forgeries", "verifier", "core"))

from vector_edits import FOLDER  # noqa: E402

from plimsoll.circuits.book_tables import book_program  # noqa: E402
from plimsoll.circuits.program_tables import ProgramTables  # noqa: E402
from plimsoll.circuits.shapes import ShapeClass  # noqa: E402
from plimsoll.engine.errors import PlimsollError  # noqa: E402
from plimsoll.engine.parameters import RiskParameters  # noqa: E402
from plimsoll.engine.snapshot import MarketSnapshot  # noqa: E402
from plimsoll.prover.core_api import ProvingError, upstream_verify  # noqa: E402
from plimsoll.verifier.book import expected_statement  # noqa: E402
from plimsoll.verifier.conformance import NOT_ASKED, run_vector  # noqa: E402
from plimsoll.verifier.statement import Statement, read_proof  # noqa: E402
from plimsoll.verifier.vector_files import read_suite  # noqa: E402
from plimsoll.verifier.vectors import STEPS, Suite, Vector  # noqa: E402

PAGE = ROOT / "docs" / "security" / "two-verifiers.md"
FIGURES = ROOT / "build" / "audit" / "vectors.json"
ACCEPTS, REFUSES, MUTE = "accepts", "refuses", "cannot be asked"
MAY_DIFFER = {
    "policy": "the proof is true of its own statement; the statement is not the one that this caller asked for",
}
"""Steps at which we refuse though the library may accept, and why."""


@dataclass(frozen=True)
class Verdicts:
    """One vector: our verdict ("valid", "input" or the step that refused), and what the library says."""

    vector: Vector
    ours: str
    library: str

    @property
    def differ(self) -> bool:
        """Whether one accepts what the other refuses."""
        return self.library != MUTE and (self.ours == "valid") != (self.library == ACCEPTS)


def library(book: ProgramTables, statement: Statement, body: bytes) -> str | None:
    """The library's refusal; None if it accepts."""
    try:
        upstream_verify(book, statement.public_values, statement.digest(), body, statement.profile)
    except ProvingError as error:
        return str(error)
    return None


def asked_anyway(suite: Suite, vector: Vector) -> str:
    """The library's verdict where our verifier refused before it looked at the body."""
    case = suite.case(vector)
    try:
        statement, body = read_proof(case.proof)
        market, parameters = MarketSnapshot.parse(case.market), RiskParameters.parse(case.parameters)
        book = expected_statement(book_program(), market, parameters, ShapeClass.parse(statement.shape)).book
    except PlimsollError:
        return MUTE
    return ACCEPTS if library(book, statement, body) is None else REFUSES


def judge(suite: Suite, vector: Vector) -> Verdicts:
    """Both verdicts. Raises AssertionError where ours is not the one that the vector expects."""
    outcome = run_vector(suite, vector, library)
    assert outcome.got == str(vector.expect), f"{vector.name}: {outcome.got}, {outcome.said}"
    if outcome.second == NOT_ASKED:
        return Verdicts(vector, outcome.got, asked_anyway(suite, vector))
    return Verdicts(vector, outcome.got, REFUSES if outcome.second_said else ACCEPTS)


def page(found: list[Verdicts]) -> str:
    """The page: counts by step, then each vector on which the two differ."""
    lines = [
        "# Two verifiers",
        "",
        "Each vector of `tests/vectors/book-v1` is judged by our verifier, in Python, and by the proof library's own, "
        "in Rust, behind the height check that it lacks ([ADR 0004](../adr/0004-degree-bits-in-the-proof.md)). The "
        "library judges a body against tables and a statement. Where we refuse before the body is looked at, it is "
        "asked all the same, with the tables rebuilt from the caller's market and the statement as the file has it; "
        "without a market, a statement or a known shape there is nothing to ask.",
        "",
        "| our verdict | vectors | library accepts | library refuses | cannot be asked |",
        "|---|---|---|---|---|",
    ]
    counts = Counter((one.ours, one.library) for one in found)
    for ours in ("valid", "input", *STEPS):
        row = [counts[ours, verdict] for verdict in (ACCEPTS, REFUSES, MUTE)]
        lines.append(f"| {ours} | {sum(row)} | {row[0]} | {row[1]} | {row[2]} |")
    lines += ["", "## Where they differ", ""]
    for step, why in MAY_DIFFER.items():
        lines += [f"At step `{step}` {why}. The library knows of no caller. Nowhere else do they differ.", ""]
    lines += ["| vector | what is wrong |", "|---|---|"]
    lines += [f"| `{one.vector.name}` | {one.vector.lie} |" for one in found if one.differ]
    return "\n".join(lines) + "\n"


def main() -> int:
    """The exit status."""
    suite = read_suite(FOLDER)
    found = [judge(suite, vector) for vector in suite.vectors]
    wrong = [one for one in found if one.differ and one.ours not in MAY_DIFFER]
    for one in wrong:
        print(f"{one.vector.name}: we say {one.ours}, the library {one.library}", file=sys.stderr)
    PAGE.write_text(page(found), encoding="utf-8")
    figures = {
        "vectors": len(found),
        "accepted by both": sum(one.ours == "valid" and one.library == ACCEPTS for one in found),
        "refused by both": sum(one.ours != "valid" and one.library == REFUSES for one in found),
        "refused by us alone": sum(one.differ for one in found),
        "no question to the library": sum(one.library == MUTE for one in found),
    }
    FIGURES.parent.mkdir(parents=True, exist_ok=True)
    FIGURES.write_text(json.dumps({"figures": figures}, indent=1) + "\n", encoding="utf-8")
    print(figures)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
