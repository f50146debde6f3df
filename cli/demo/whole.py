"""The demo's second proof: the whole book with totals and a stress test, and what it shows to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plimsoll.cli.book import declared_sizes
from plimsoll.cli.demo.market import STABLE
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.book_figures import book_figures
from plimsoll.engine.ingest.preflight import CheckedBook
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.prover.batch_job import new_batch_opening, prove_batches
from plimsoll.prover.book_claims import claims_of
from plimsoll.prover.opening import Opening
from plimsoll.verifier.figures import PROVEN, figures_of_book
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.whole_book import (
    CLAIMS,
    SCENARIOS,
    TOTALS_PROOF,
    VerifiedWholeBook,
    batch_name,
    verify_whole_book,
)

MOVES: Final = {"fall of a fifth": "-0.2", "fall of a half": "-0.5", "rise of three tenths": "0.3"}
"""Scenarios: every price moves by this part, but for coins that stand for the quote currency."""


@dataclass(frozen=True, slots=True)
class WholeProof:
    """The public files by name, the secrets behind them, and how many bytes the proofs have."""

    files: dict[str, bytes]
    opening: Opening

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))


def demo_scenarios() -> ScenarioList:
    """The stress test of the demo."""
    still = dict.fromkeys(STABLE, "0")
    scenarios = [{"name": name, "default": move, "underlyings": still} for name, move in MOVES.items()]
    return ScenarioList.model_validate({"version": 1, "name": "demo", "revision": 1, "scenarios": scenarios})


def prove_whole(checked: CheckedBook, holdings_per_account: int) -> WholeProof:
    """Proves the book's totals and its deficits in three scenarios; the fund is as large as the largest of them."""
    book, snapshot, parameters, scenarios = checked.book, checked.snapshot, checked.parameters, demo_scenarios()
    figures = book_figures(compile_batch_schedule(snapshot, parameters, scenarios), book)
    fund = max(one.amount for one in figures.figures[1:])
    claims = claims_of(figures, parameters.table, len(scenarios), fund=fund, show_totals=False)
    shape, batches = declared_sizes(len(book), len(book), holdings_per_account)
    opening = new_batch_opening(book, shape, batches, snapshot, parameters, scenarios)
    proven = prove_batches(book, snapshot, parameters, scenarios, claims, shape, opening)
    files = {
        CLAIMS: claims.model_dump_json(indent=2).encode() + b"\n",
        SCENARIOS: scenarios.model_dump_json(indent=2).encode() + b"\n",
        TOTALS_PROOF: proven.totals,
        **{batch_name(i): proof for i, proof in enumerate(proven.batches)},
    }
    return WholeProof(files, opening)


def verify_whole(checked: CheckedBook, proof: WholeProof, policy: Policy) -> VerifiedWholeBook:
    """Verifies the files as anybody would."""
    return verify_whole_book(proof.files, checked.snapshot, checked.parameters, policy)


def shown(verified: VerifiedWholeBook, quote: str) -> list[tuple[str, str]]:
    """Name and value of what the second proof is about; what it does not establish is called what it is."""
    found = figures_of_book(verified, quote)
    return [(one.what if one.label == PROVEN else f"{one.what} ({one.label})", one.value) for one in found]
