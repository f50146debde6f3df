"""Audits of books over two batches: leaves of both, and totals against a ledger, shown or opened to the auditor."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from venue_office import venue
from whole_venue import EXACT, HIDDEN, LOTS, MARKET_FILE, PARAMETERS, RULES_FILE, SNAPSHOT, TABLE, Case, proven

from plimsoll.circuits.poseidon2 import permute
from plimsoll.cli.main import run
from plimsoll.engine.decimals import format_quantity
from plimsoll.prover.audit_openings import audit_openings, totals_opening
from plimsoll.prover.opening import OpeningError
from plimsoll.prover.publication import make_bundle, publish
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import SNAPSHOT as MARKET
from plimsoll.verifier.bundle import Bundle, read_bundle
from plimsoll.verifier.policy import Policy

BEACON = "5a" * 32
CASES = {"exact": EXACT, "hidden": HIDDEN}


def bundle_of_case(name: str) -> Bundle:
    return make_bundle({MARKET: MARKET_FILE, RULES: RULES_FILE, **proven(name)}, venue(), SNAPSHOT.time + 60_000_000)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two publications of one venue, one with its totals shown and one with them hidden; its book; its ledger."""
    folder = tmp_path_factory.mktemp("whole")
    book = folder / "book"
    book.mkdir()
    (book / "snapshot.json").write_bytes(MARKET_FILE)
    (book / "parameters.json").write_bytes(RULES_FILE)
    (book / "accounts.csv").write_text("account,class\n" + "".join(f"{name},0\n" for name in LOTS))
    rows = [
        f"{name},{instrument},{format_quantity(lots, TABLE[TABLE.index(instrument)].lot)}\n"
        for name, held in LOTS.items()
        for instrument, lots in held.items()
    ]
    (book / "holdings.csv").write_text("account,instrument,quantity\n" + "".join(rows))
    lines = ["instrument,side,total"]
    for index, one in enumerate(TABLE):
        for side, name in enumerate(("long", "short")):
            held = EXACT.figures.totals[2 * index + side]
            lines.append(f"{one.name},{name},{format_quantity(held, one.lot)}")
    (folder / "ledger.csv").write_text("\n".join(lines) + "\n")
    for name, case in CASES.items():
        publish(bundle_of_case(name), folder / name, policy=Policy(max_age=None))
        case.opening.write(folder / f"{name}.opening")
        with redirect_stdout(StringIO()):
            out = ["--out", str(folder / f"{name}.json"), "--totals", str(folder / f"{name}-totals.json")]
            assert run(["audit-openings", str(book), *secret(folder, name), *out, "--max-age", "any"]) == 0
    return folder


def secret(folder: Path, name: str) -> list[str]:
    drawn = ["--beacon", BEACON, "--sample", "8"]
    return ["--opening", str(folder / f"{name}.opening"), "--publication", str(folder / name), *drawn]


def answer(folder: Path, name: str, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, dict[str, Any]]:
    key = ["--venue-key", venue().public_key.hex(), "--beacon", BEACON, "--sample", "8", "--json"]
    capsys.readouterr()
    code = run(["audit", str(folder / name), *key, *more])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else {}


def ledger(folder: Path) -> list[str]:
    return ["--ledger", str(folder / "ledger.csv")]


def test_all_leaves_of_both_batches_and_shown_totals(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paper = ["--paper", str(tmp_path / "paper.html")]
    code, data = answer(office, "exact", capsys, "--openings", str(office / "exact.json"), *ledger(office), *paper)
    assert (code, data["exceptions"], data["leaves_in_tree"]) == (0, 0, 8)
    assert {one["account"]["identifier"] for one in data["leaves"]} == set(LOTS)
    assert any(one["account"]["equity"].startswith("-") for one in data["leaves"])  # a book over batches may have them
    assert len(data["lines"]) == 10 and all(one["ties"] for one in data["lines"])
    assert "shown by the publication" in (tmp_path / "paper.html").read_text()


def test_hidden_totals_tie_when_the_venue_opens_them(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    totals = ["--totals", str(office / "hidden-totals.json")]
    code, data = answer(office, "hidden", capsys, *ledger(office), *totals)
    assert (code, data["exceptions"], data["leaves"]) == (0, 0, None)
    assert len(data["lines"]) == 10 and all(one["ties"] for one in data["lines"])
    assert answer(office, "hidden", capsys, *ledger(office))[0] == 2  # hidden, and nobody opened them


def test_totals_of_another_book_are_an_exception(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The venue opens totals that its ledger would like; or those of another proof of the very same book."""
    fields = json.loads((office / "hidden-totals.json").read_text())
    fields["rows"][0][0] += 1
    (tmp_path / "totals.json").write_text(json.dumps(fields))
    for path in (tmp_path / "totals.json", office / "exact-totals.json"):
        code, data = answer(office, "hidden", capsys, *ledger(office), "--totals", str(path))
        assert (code, data["exceptions"], data["lines"]) == (1, 1, None)
        assert "totals of the commitment" in data["steps"][-1]["fault"]


def test_ledger_that_differs_is_an_exception(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (office / "ledger.csv").read_text().splitlines()
    assert lines[1] == "BTC,long,3.0002"
    (tmp_path / "ledger.csv").write_text("\n".join([lines[0], "BTC,long,3.0001", *lines[2:], "OTHER,long,5"]))
    code, data = answer(office, "exact", capsys, "--ledger", str(tmp_path / "ledger.csv"))
    wrong = [(one["instrument"], one["side"], one["book"]) for one in data["lines"] if not one["ties"]]
    assert (code, data["exceptions"]) == (1, 2)
    assert [one[:2] for one in wrong] == [("BTC", "long"), ("OTHER", "long")] and wrong[1][2] is None


def test_leaf_of_the_other_batch_is_an_exception(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fields = json.loads((office / "exact.json").read_text())
    first, second = sorted(fields["accounts"], key=lambda one: one["position"])[::4]
    assert second["position"] - first["position"] == 4
    first["position"], second["position"] = second["position"], first["position"]
    (tmp_path / "openings.json").write_text(json.dumps(fields))
    code, data = answer(office, "exact", capsys, "--openings", str(tmp_path / "openings.json"))
    assert (code, data["exceptions"]) == (1, 2)


def test_venue_opens_only_what_it_published(office: Path) -> None:
    bundle = read_bundle(office / "hidden")
    other = Case().opening
    assert other != EXACT.opening
    given = (EXACT.book, SNAPSHOT, PARAMETERS)
    with pytest.raises(OpeningError, match="another root"):
        audit_openings((0,), bundle, *given, other, permute)
    with pytest.raises(OpeningError, match="other totals than the published"):
        totals_opening(bundle, *given, other, permute)


def test_paper_calls_nothing_proven_that_is_only_claimed(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of the book with hidden totals the liabilities in one currency are not bounded."""
    code, _ = answer(office, "hidden", capsys, "--paper", str(tmp_path / "paper.html"))
    proven, _, rest = (tmp_path / "paper.html").read_text().partition("<h3>Only claimed by the venue</h3>")
    claimed = rest.partition("</dl>")[0]
    assert code == 0 and "<dt>below maintenance margin</dt>" in proven
    for row in ("<dt>liabilities in ETH</dt>", "not bounded", "<dt>insurance fund</dt>", "<dt>list of scenarios</dt>"):
        assert row in claimed and row not in proven
