"""`plimsoll demo`, run as a user runs it, with a small book: real proofs at full security."""

from __future__ import annotations

from pathlib import Path

import pytest

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.cli.demo import forgery
from plimsoll.cli.demo.command import HOLDINGS_PER_ACCOUNT
from plimsoll.cli.demo.folder import CONTENT, MARKER
from plimsoll.cli.demo.forgery import Forger, Forgery, ForgeryAcceptedError
from plimsoll.cli.demo.sample_book import SampleBook
from plimsoll.cli.main import run
from plimsoll.engine.ingest.preflight import CheckedBook
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.opening import is_private
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.policy import Policy, snapshot_time

STEPS = ["check before proving", "witness", "policy", "constraints", "constraints", "openings"]


@pytest.fixture(scope="module")
def forger(sample: SampleBook, checked: CheckedBook) -> Forger:
    """A venue with the demo's book and an honest proof of it."""
    shape = ShapeClass.fitting(len(checked.book), HOLDINGS_PER_ACCOUNT)
    opening = new_opening(checked.book, shape, checked.snapshot, checked.parameters)
    proof = prove_book(checked.book, checked.snapshot, checked.parameters, shape, opening)
    policy = Policy(at=snapshot_time(checked.snapshot))
    verify_book(proof, checked.snapshot, checked.parameters, policy)
    return Forger(checked.book, checked.snapshot, checked.parameters, shape, proof, policy, sample.edge)


def test_demo_leaves_its_files_and_may_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "demo"
    proofs = []
    for _ in range(2):
        assert run(["demo", "--out", str(out), "--accounts", "60"]) == 0
        told = capsys.readouterr()
        assert "All 60 accounts meet their maintenance margin" in told.out
        assert [line.split()[1] for line in told.err.splitlines()] == [
            "Sample",
            "Check",
            "Prove",
            "Verify",
            "Totals",
            "Verify",
            "Cheat",
            "Report",
        ]
        proofs.append((out / "book.proof").read_bytes())
    assert proofs[0] != proofs[1], "each publication has its own salts"
    assert {str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()} == {*CONTENT, MARKER}
    assert is_private(out / "book.opening")
    assert "refused: witness" in (out / "report.html").read_text(encoding="utf-8")


def test_demo_refuses_a_folder_that_it_did_not_make(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    assert run(["demo", "--out", str(tmp_path)]) == 2
    assert "not a demo's" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_demo_leaves_other_files_of_its_folder_alone(tmp_path: Path) -> None:
    assert run(["demo", "--out", str(tmp_path), "--accounts", "50"]) == 0
    (tmp_path / "notes.txt").write_text("keep me")
    assert run(["demo", "--out", str(tmp_path), "--accounts", "50"]) == 0
    assert (tmp_path / "notes.txt").read_text() == "keep me"


def test_every_attempt_to_cheat_is_refused_at_its_step(forger: Forger) -> None:
    found = list(forger.attempts())
    assert [one.step for one in found] == STEPS
    assert forger.edge in found[0].answer
    assert "holdings" in found[1].answer
    assert "market digest" in found[2].answer


def test_an_attempt_that_is_accepted_stops_the_demo(forger: Forger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgery, "verify_book", lambda *_: None)
    attempts = forger.attempts()
    seen: list[Forgery] = []
    with pytest.raises(ForgeryAcceptedError, match="please report it"):
        seen.extend(attempts)
    first = forger.attempts()
    assert [next(first).step, next(first).step] == STEPS[:2]
