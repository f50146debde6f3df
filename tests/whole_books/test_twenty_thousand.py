"""Twenty thousand accounts in five batches, at full security: proven, verified, and each figure the engine's own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from plimsoll.circuits.batch_tables import BatchShape
from plimsoll.cli.book import declared_sizes
from plimsoll.cli.demo.sample_book import even_book
from plimsoll.engine.batch_schedule import compile_batch_schedule
from plimsoll.engine.book_figures import book_figures
from plimsoll.engine.ingest.preflight import preflight
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.prover.batch_job import new_batch_opening, prove_batches
from plimsoll.prover.book_claims import claims_of
from plimsoll.verifier.figures import figures_of_book
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name, verify_whole_book

ACCOUNTS, HOLDINGS = 20_000, 2
STRESS = Path(__file__).parents[2] / "examples" / "load-line" / "scenarios.json"


def test_book_of_twenty_thousand_accounts_in_five_batches(tmp_path: Path) -> None:
    even_book(datetime(2026, 11, 21, 12, tzinfo=UTC), ACCOUNTS, HOLDINGS).write(tmp_path / "book")
    checked, scenarios = preflight(tmp_path / "book"), ScenarioList.load(STRESS)
    book, snapshot, rules = checked.book, checked.snapshot, checked.parameters
    shape, batches = declared_sizes(len(book), len(book), HOLDINGS)
    assert (len(book), shape, batches) == (ACCOUNTS, BatchShape(12, 1), 5)
    figures = book_figures(compile_batch_schedule(snapshot, rules, scenarios), book)
    fund = max(one.amount for one in figures.figures)
    claims = claims_of(figures, rules.table, len(scenarios), fund=fund, show_totals=True)
    opening = new_batch_opening(book, shape, batches, snapshot, rules, scenarios)
    proven = prove_batches(book, snapshot, rules, scenarios, claims, shape, opening)
    files = {
        CLAIMS: claims.model_dump_json().encode(),
        SCENARIOS: scenarios.model_dump_json().encode(),
        TOTALS_PROOF: proven.totals,
        **{batch_name(i): proof for i, proof in enumerate(proven.batches)},
    }

    verified = verify_whole_book(files, snapshot, rules, Policy(at=snapshot_time(snapshot)))

    assert verified.security_bits >= 128
    assert [one.index for one in verified.batches.batches] == list(range(5))
    assert verified.claims.totals is not None and len(verified.claims.totals) == len(rules.table)
    assert [one.amount for one in verified.claims.figures] == [one.amount for one in figures.figures]
    assert [one.accounts for one in verified.claims.figures] == [one.accounts for one in figures.figures]
    # How many accounts there are shows only as what there is room for, in the batches' class and their heights.
    shown = {one.what: one.value for one in figures_of_book(verified, snapshot.quote)}
    assert shown["accounts"].startswith("at most 20,480, in 5 batches")
    assert len({read_proof(proof)[0].shape for proof in proven.batches}) == 1
    assert str(ACCOUNTS) not in claims.model_dump_json()
