"""`plimsoll book prove`: a folder of proofs and a private opening, every exit code, and what is left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from book_venue import AT, Commands, market

from plimsoll.circuits.shapes import ShapeError
from plimsoll.cli.book import LEAVES, coarse, declared_sizes
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF

FILES = {CLAIMS, SCENARIOS, TOTALS_PROOF, "batch-00.proof"}


def crash(folder: Path) -> tuple[object, ...]:
    """The options of the proof that is there: its opening file serves no other schedule."""
    return ("--scenarios", folder / "crash.json", "--insurance-fund", 1_000_000)


def test_prove_leaves_a_folder_and_a_private_opening(proven: Path) -> None:
    proofs = proven / "proofs"
    assert {one.name for one in proofs.iterdir()} == FILES
    assert os.stat(proofs).st_mode & 0o777 == 0o755
    assert os.stat(proven / "book" / "opening-1.json").st_mode & 0o777 == 0o600
    assert {one.name for one in proven.iterdir()} == {"book", "proofs", "crash.json"}
    published = b"".join((proofs / name).read_bytes() for name in (CLAIMS, SCENARIOS))
    assert b"alice" not in published and json.loads(published[: published.index(b"\n}\n") + 3])["version"] == 1


def test_second_proof_has_the_same_root_and_is_warned_of_among_secrets(plimsoll: Commands, copy: Path) -> None:
    out = copy / "book" / "again"
    outcome = plimsoll("book", "prove", copy / "book", "--out", out, *AT, *crash(copy), "--json")
    said = outcome.json()
    assert (outcome.code, said["proven"], said["opening_reused"], said["batches"]) == (0, True, True, 1)
    for name, shown in (("batch-00.proof", 0), (TOTALS_PROOF, 3)):
        # of the totals root and commitment: what is claimed of them may differ
        again, first = (read_proof((folder / name).read_bytes())[0] for folder in (out, copy / "proofs"))
        assert again.public_values[shown:] == first.public_values[shown:]
    assert "publish that folder, never the one around it" in outcome.err


def test_second_proof_of_other_scenarios_rejected(plimsoll: Commands, copy: Path) -> None:
    """Its commitment would show whether the batch's figures differ, and its root would be a second one."""
    opening = (copy / "book" / "opening-1.json").read_bytes()
    (copy / "worse.json").write_text((copy / "crash.json").read_text().replace("-0.3", "-0.31"))
    worse = ("--scenarios", copy / "worse.json", "--insurance-fund", 1_000_000)
    for options in ((), worse):
        outcome = plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT, *options)
        assert outcome.code == 3
        assert "drawn for other prices, rules or scenarios" in outcome.err
        assert "raise the snapshot's sequence" in outcome.err and "--new-root" in outcome.err
        assert not (copy / "p").exists() and (copy / "book" / "opening-1.json").read_bytes() == opening
    (copy / "book" / "opening-1.json").rename(copy / "kept.json")
    outcome = plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT, "--new-root", "--json")
    assert outcome.code == 0 and outcome.json()["opening_reused"] is False


def test_failing_accounts_are_named_and_nothing_is_left(plimsoll: Commands, failing: Path, tmp_path: Path) -> None:
    outcome = plimsoll("book", "prove", failing, "--out", tmp_path / "p", *AT)
    assert outcome.code == 1
    assert "bob" in outcome.err and "1 account is below maintenance margin" in outcome.err
    assert "--allow-failing" in outcome.err
    said = plimsoll("book", "prove", failing, "--out", tmp_path / "p", *AT, "--json").json()
    assert said["proven"] is False and [one["account"] for one in said["failing"]] == ["bob"]
    assert not (tmp_path / "p").exists() and not list(failing.glob("opening*"))


def test_failing_accounts_are_published_with_allow_failing(plimsoll: Commands, failing: Path, tmp_path: Path) -> None:
    short = plimsoll("book", "prove", failing, "--out", tmp_path / "p", *AT, "--allow-failing")
    assert short.code == 1
    assert "deficit at the snapshot: " in short.err and "--insurance-fund" in short.err
    told = plimsoll("book", "prove", failing, "--out", tmp_path / "p", *AT, "--allow-failing", "--json").json()
    assert told["proven"] is False and "deficit at the snapshot" in told["untrue"]
    assert not (tmp_path / "p").exists()
    options = ("--allow-failing", "--insurance-fund", "60000", "--hide-deficits")
    assert plimsoll("book", "prove", failing, "--out", tmp_path / "p", *AT, *options).code == 0
    claims = json.loads((tmp_path / "p" / CLAIMS).read_text())
    assert claims["margin_gap"] == {"amount": "1000", "accounts": None, "exact": False}
    assert claims["deficits"] == [{"amount": "60000", "accounts": None, "exact": False}]
    shown = plimsoll("book", "verify", tmp_path / "p", *market(failing.parent), *AT)
    assert shown.code == 0
    words = " ".join(shown.out.split())
    assert "below maintenance margin lacking at most 1000 USDT" in words and "at most 60000 USDT" in words
    assert "bob" not in shown.out


@pytest.mark.parametrize(
    ("bound", "code", "words"),
    [
        ("BTC", 2, "expected CURRENCY=AMOUNT, such as BTC=1250.5"),
        ("=3", 2, "expected CURRENCY=AMOUNT"),
        ("BTC=", 2, "expected CURRENCY=AMOUNT"),
        ("BTC=many", 2, "--liabilities BTC=many: expected a plain decimal string"),
        ("BTC=1e5", 2, "scientific notation"),
        ("BTC=-1", 2, "a bound is not negative"),
        ("BTC=0.000000001", 2, "not a multiple of the lot"),
        ("XRP=1", 2, "no instrument counts in it; name a currency of the parameters"),
        ("BTC-PERP=1", 2, "no instrument counts in it"),
        ("BTC=2.74999999", 1, "liabilities in BTC: the book has 2.75, more than the claimed bound"),
    ],
)
def test_bound_of_liabilities_rejected(plimsoll: Commands, book: Path, bound: str, code: int, words: str) -> None:
    outcome = plimsoll("book", "prove", book, "--out", book / "p", *AT, "--liabilities", bound)
    assert outcome.code == code
    assert words in outcome.err
    assert not (book / "p").exists() and not list(book.glob("opening*"))


@pytest.mark.parametrize(
    ("surplus", "words"), [("-0.1", "negative"), ("1e-2", "scientific"), ("0.05", "--liabilities")]
)
def test_surplus_that_says_nothing_rejected(plimsoll: Commands, book: Path, surplus: str, words: str) -> None:
    outcome = plimsoll("book", "prove", book, "--out", book / "p", *AT, "--surplus", surplus)
    assert outcome.code == 2 and words in outcome.err
    assert not (book / "p").exists() and not list(book.glob("opening*"))


def test_surplus_is_claimed(plimsoll: Commands, book: Path) -> None:
    more = ("--liabilities", "BTC=3", "--surplus", "0.05")
    assert plimsoll("book", "prove", book, "--out", book / "p", *AT, *more).code == 0
    assert json.loads((book / "p" / "claims.json").read_text())["surplus"] == "0.05"


def test_currency_bounded_twice_rejected(plimsoll: Commands, book: Path) -> None:
    twice = ("--liabilities", "BTC=3", "--liabilities", "BTC=4")
    outcome = plimsoll("book", "prove", book, "--out", book / "p", *AT, *twice)
    assert outcome.code == 2 and "BTC is bounded already" in outcome.err


def test_contract_without_counterparty_rejected(plimsoll: Commands, book: Path) -> None:
    text = (book / "holdings.csv").read_text()
    (book / "holdings.csv").write_text(text.replace("erin,BTC-PERP,0.2", "erin,BTC-PERP,0.1"))
    outcome = plimsoll("book", "prove", book, "--out", book / "p", *AT, "--allow-failing", "--insurance-fund", "9999")
    assert outcome.code == 1
    assert "BTC-PERP: longs 0.6, shorts 0.7, difference -0.1" in outcome.err


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (("--accounts", "6"), 0, ""),
        (("--accounts", "4"), 2, "leaves room for 4 accounts, the book has 7: declare more"),
        (("--accounts", "1000000"), 2, "a book has at most 64"),
        (("--holdings-per-account", "2000"), 2, "range"),
        (("--insurance-fund", "much"), 2, "expected a plain decimal string"),
        (("--scenarios", "none.json"), 3, "none.json"),
        (("--scenarios", "SNAPSHOT"), 3, "expected a list of scenarios, but this file holds a market snapshot"),
        (("--opening", "BOOK"), 2, "is a directory: name a file in it"),
        (("--opening", "OUT"), 2, "name the same path"),
        (("--opening", "none/opening.json"), 3, "no such directory for opening.json"),
    ],
)
def test_options(plimsoll: Commands, copy: Path, options: tuple[str, str], code: int, words: str) -> None:
    book, out = copy / "book", copy / "p"
    places = {"SNAPSHOT": book / "snapshot.json", "BOOK": book, "OUT": out}
    given = (options[0], places.get(options[1], options[1]))
    outcome = plimsoll("book", "prove", book, "--out", out, *AT, *crash(copy), *given)
    assert outcome.code == code, outcome.err
    assert words in outcome.err
    assert out.exists() == (code == 0)


@pytest.mark.parametrize("there", ["folder", "file", "link"])
def test_existing_out_is_kept(plimsoll: Commands, book: Path, tmp_path: Path, there: str) -> None:
    out = tmp_path / "p"
    if there == "folder":
        out.mkdir()
    elif there == "file":
        out.write_text("mine")
    else:
        out.symlink_to(tmp_path / "elsewhere")
    outcome = plimsoll("book", "prove", book, "--out", out, *AT)
    assert outcome.code == 2 and "exists: name a new folder" in outcome.err
    assert not list(book.glob("opening*"))


def test_out_in_a_missing_folder_is_refused_before_proving(plimsoll: Commands, book: Path) -> None:
    outcome = plimsoll("book", "prove", book, "--out", book / "none" / "p", *AT)
    assert outcome.code == 3 and "no such directory for p; make it first" in outcome.err
    assert not list(book.glob("opening*"))


def test_broken_book_rejected(plimsoll: Commands, book: Path) -> None:
    with (book / "holdings.csv").open("a") as file:
        file.write("grace,BTC,1e5\n")
    outcome = plimsoll("book", "prove", book, "--out", book / "p", *AT)
    assert outcome.code == 3 and "scientific" in outcome.err
    assert plimsoll("book", "prove", book, "--out", book / "p", *AT, "--json").json()["findings"]


def test_second_root_rejected(plimsoll: Commands, copy: Path) -> None:
    (copy / "book" / "opening-1.json").rename(copy / "kept.json")
    for command in (("book", "prove"), ("prove",)):
        outcome = plimsoll(*command, copy / "book", "--out", copy / "p", *AT)
        assert outcome.code == 3
        assert f"{copy / 'proofs' / TOTALS_PROOF} is a proof of sequence 1" in outcome.err
        assert "--new-root" in outcome.err and "backup" in outcome.err
    assert not list((copy / "book").glob("opening*"))
    assert plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT, "--new-root").code == 0


def test_second_opening_rejected(plimsoll: Commands, copy: Path) -> None:
    options = ("--opening", copy / "other.json")
    outcome = plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT, *options)
    assert outcome.code == 3 and "is the opening file of sequence 1" in outcome.err
    outcome = plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT, "--new-root")
    assert outcome.code == 2 and "move it away" in outcome.err


def test_opening_of_other_sizes_rejected(plimsoll: Commands, copy: Path) -> None:
    for options in (("--accounts", "9"), ("--accounts", "5000"), ("--holdings-per-account", "20")):
        outcome = plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT, *options)
        assert outcome.code == 3
        assert "was drawn for 1 of batch-2^3x2" in outcome.err and "declare the same --accounts" in outcome.err


def test_opening_of_another_book_rejected(plimsoll: Commands, copy: Path) -> None:
    with (copy / "book" / "holdings.csv").open("a") as file:
        file.write("grace,BTC,1\n")
    outcome = plimsoll("book", "prove", copy / "book", "--out", copy / "p", *AT)
    assert outcome.code == 3 and "another book" in outcome.err


def test_killed_run_leaves_nothing_half_written(book: Path, tmp_path: Path) -> None:
    """Killed while it proves, and told to stop: neither proofs nor parts of them are there."""
    out = tmp_path / "p"
    line = ["book", "prove", str(book), "--out", str(out), *AT, "--accounts", "4000"]
    script = f"import sys; sys.argv[1:] = {line!r}\nfrom plimsoll.cli.main import main\nmain()"
    for number in (signal.SIGKILL, signal.SIGTERM):
        with subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.PIPE) as running:
            time.sleep(2.5)
            assert running.poll() is None
            running.send_signal(number)
            running.wait(timeout=60)
        assert running.returncode in (-signal.SIGKILL, 143)
        assert {one.name for one in tmp_path.iterdir()} == {"book"}
        assert not list(book.glob("*opening*"))


def test_number_of_batches_is_coarse() -> None:
    """It is public: between two of its steps a book may grow unseen."""
    steps = [declared_sizes(coarse(n), n, 12)[1] for n in range(1, 64 << LEAVES, 1 << LEAVES)]
    assert set(steps) == {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64} and steps == sorted(steps)
    assert all(step >= needed and 3 * needed > 2 * step - 3 for needed, step in enumerate(steps, 1))
    assert [coarse(n) for n in (1, 5, 1 << LEAVES)] == [1, 5, 1 << LEAVES]
    with pytest.raises(ShapeError, match="a book has at most 64"):
        declared_sizes(coarse((64 << LEAVES) + 1), (64 << LEAVES) + 1, 12)
