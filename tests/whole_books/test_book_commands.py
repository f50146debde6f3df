"""`plimsoll book`: from a book to a folder of proofs and to a verdict, every exit code, and what is left behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import one_account
import pytest
from book_venue import AT, CRASH, Commands, market, run, write_book

from plimsoll.circuits.shapes import ShapeError
from plimsoll.cli.book import LEAVES, coarse, declared_sizes
from plimsoll.verifier.statement import read_proof, write_proof
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF

FILES = {CLAIMS, SCENARIOS, TOTALS_PROOF, "batch-00.proof"}


@pytest.fixture
def plimsoll(capsys: pytest.CaptureFixture[str]) -> Commands:
    """Call it with a command line."""
    return Commands(capsys)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A healthy book of seven accounts; nothing is proven of it."""
    return write_book(tmp_path / "book")


@pytest.fixture
def failing(book: Path) -> Path:
    """bob's collateral is gone: he is bankrupt."""
    text = (book / "holdings.csv").read_text()
    (book / "holdings.csv").write_text(text.replace("bob,USDT,12000", "bob,USDT,-200"))
    return book


@pytest.fixture(scope="module")
def proven(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `book` and `proofs`, made once: healthy, totals shown, a scenario. Not to be changed."""
    folder = tmp_path_factory.mktemp("venue")
    book = write_book(folder / "book")
    (folder / "crash.json").write_text(json.dumps(CRASH))
    options = ("--scenarios", folder / "crash.json", "--show-totals", "--liabilities", "BTC=2.75")
    assert run("book", "prove", book, "--out", folder / "proofs", *options, "--insurance-fund", 1_000_000, *AT) == 0
    return folder


@pytest.fixture
def copy(proven: Path, tmp_path: Path) -> Path:
    """The same, to be changed."""
    return shutil.copytree(proven, tmp_path / "copy")


# Proving.


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
    outcome = plimsoll("book", "prove", copy / "book", "--out", out, *AT, "--json")
    said = outcome.json()
    assert (outcome.code, said["proven"], said["opening_reused"], said["batches"]) == (0, True, True, 1)
    again, first = (read_proof((folder / "batch-00.proof").read_bytes())[0] for folder in (out, copy / "proofs"))
    assert again.public_values[2:6] == first.public_values[2:6]
    assert "publish that folder, never the one around it" in outcome.err


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
    outcome = plimsoll("book", "prove", book, "--out", out, *AT, options[0], places.get(options[1], options[1]))
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


# Verifying.


def test_verify_shows_what_is_proven(plimsoll: Commands, proven: Path) -> None:
    outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT)
    assert outcome.code == 0, outcome.err
    words = " ".join(outcome.out.split())
    for one in (
        "Valid: proven of the whole book",
        "accounts at most 8, in 1 batch",
        "below maintenance margin 0 accounts",
        "deficit in scenario crash",
        "total BTC-PERP 0.7 long, 0.7 short",
        "liabilities in BTC at most 2.75 BTC",
        "128 proven bits",
    ):
        assert one in words


def test_verify_json_and_root(plimsoll: Commands, proven: Path) -> None:
    statement, _ = read_proof((proven / "proofs" / TOTALS_PROOF).read_bytes())
    right = ("--root", " ".join(f"{one:016x}" for one in statement.public_values[3:7]), "--max-age", "any")
    said = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, *right, "--json").json()
    assert said["valid"] is True and {"figure", "value"} == set(said["proven"][0])
    assert len(said["root"]) == 64
    wrong = ("--root", "0" * 64)
    outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, *wrong)
    assert outcome.code == 1 and "the root that the caller was shown" in outcome.err
    outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, "--root", "12")
    assert outcome.code == 2 and "64 hexadecimal digits" in outcome.err


def test_list_of_scenarios_is_the_one_accepted(plimsoll: Commands, proven: Path, tmp_path: Path) -> None:
    outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, "--scenarios", proven / "crash.json")
    assert outcome.code == 0 and "list of scenarios (accepted)" in outcome.out
    milder = json.loads((proven / "crash.json").read_text())
    milder["scenarios"][0]["default"] = "-0.2"
    (tmp_path / "mild.json").write_text(json.dumps(milder))
    for given in (tmp_path / "mild.json", "ab" * 32):
        outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, "--scenarios", given)
        assert outcome.code == 1 and "scenarios with the digest" in outcome.err


def test_number_of_batches_is_coarse() -> None:
    """It is public: between two of its steps a book may grow unseen."""
    steps = [declared_sizes(coarse(n), n, 12)[1] for n in range(1, 64 << LEAVES, 1 << LEAVES)]
    assert set(steps) == {1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64} and steps == sorted(steps)
    assert all(step >= needed and 3 * needed > 2 * step - 3 for needed, step in enumerate(steps, 1))
    assert [coarse(n) for n in (1, 5, 1 << LEAVES)] == [1, 5, 1 << LEAVES]
    with pytest.raises(ShapeError, match="a book has at most 64"):
        declared_sizes(coarse((64 << LEAVES) + 1), (64 << LEAVES) + 1, 12)


def test_stale_book_rejected(plimsoll: Commands, proven: Path) -> None:
    late = ("--at", "2026-02-02T12:00:00Z")
    outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *late)
    assert outcome.code == 1 and "ask for a newer proof" in outcome.err


@pytest.mark.parametrize("name", ["batch-00.proof", TOTALS_PROOF])
@pytest.mark.parametrize("fault", ["altered", "cut", "longer"])
def test_changed_proof_rejected(plimsoll: Commands, copy: Path, name: str, fault: str) -> None:
    path = copy / "proofs" / name
    data = bytearray(path.read_bytes())
    if fault == "altered":
        data[-100] ^= 1
    path.write_bytes({"altered": bytes(data), "cut": bytes(data[:-1]), "longer": bytes(data) + b"\0"}[fault])
    outcome = plimsoll("book", "verify", copy / "proofs", *market(copy), *AT, "--json")
    assert outcome.code == 1
    assert outcome.err.startswith("invalid:") and "fails at step" in outcome.err
    said = outcome.json()
    assert said["valid"] is False and said["step"] and said["expected"]


def test_changed_claims_rejected(plimsoll: Commands, copy: Path) -> None:
    path = copy / "proofs" / CLAIMS
    path.write_text(path.read_text().replace('"BTC": "2.75"', '"BTC": "2.5"'))
    outcome = plimsoll("book", "verify", copy / "proofs", *market(copy), *AT)
    assert outcome.code == 1 and "tables digest" in outcome.err


@pytest.mark.parametrize("name", [SCENARIOS, TOTALS_PROOF, "batch-00.proof"])
def test_missing_file_rejected(plimsoll: Commands, copy: Path, name: str) -> None:
    (copy / "proofs" / name).unlink()
    outcome = plimsoll("book", "verify", copy / "proofs", *market(copy), *AT)
    assert outcome.code == 1 and "fails at step book" in outcome.err
    assert ("no batch" if name.startswith("batch") else f"no {name}") in outcome.err


@pytest.mark.parametrize("kind", ["no claims", "nothing", "missing", "file", "broken claims", "claims twice", "pipe"])
def test_folder_that_is_none_rejected(plimsoll: Commands, copy: Path, kind: str) -> None:
    folder = copy / "proofs"
    claims = folder / CLAIMS
    if kind == "no claims":
        claims.unlink()
    elif kind == "nothing":
        folder = copy / "empty"
        folder.mkdir()
    elif kind == "missing":
        folder = copy / "none"
    elif kind == "file":
        folder = folder / TOTALS_PROOF
    elif kind == "broken claims":
        claims.write_text("{}")
    elif kind == "claims twice":
        claims.write_text(claims.read_text().replace('"version": 1', '"version": 1, "version": 1'))
    else:
        (folder / TOTALS_PROOF).unlink()
        os.mkfifo(folder / TOTALS_PROOF)
    outcome = plimsoll("book", "verify", folder, *market(copy), *AT)
    assert outcome.code == 3
    assert (outcome.err.startswith("error: ") and str(folder) in outcome.err) or CLAIMS in outcome.err


def test_swapped_market_and_parameters_rejected(plimsoll: Commands, proven: Path) -> None:
    book = proven / "book"
    swapped = ("--market", book / "parameters.json", "--parameters", book / "snapshot.json")
    outcome = plimsoll("book", "verify", proven / "proofs", *swapped)
    assert outcome.code == 3
    assert "expected a market snapshot, but this file holds risk parameters" in outcome.err


def test_other_market_rejected(plimsoll: Commands, copy: Path) -> None:
    path = copy / "book" / "snapshot.json"
    path.write_text(path.read_text().replace('"60000"', '"60001"'))
    outcome = plimsoll("book", "verify", copy / "proofs", *market(copy), *AT)
    assert outcome.code == 1 and "market digest" in outcome.err


def test_missing_options_rejected(plimsoll: Commands, proven: Path, book: Path) -> None:
    assert plimsoll("book", "verify", proven / "proofs").code == 2
    assert plimsoll("book", "prove", book).code == 2
    assert plimsoll("book").code == 2


# Its proofs one by one.


@pytest.mark.parametrize(("name", "kind"), [("batch-00.proof", "batch"), (TOTALS_PROOF, "totals")])
def test_inspect_and_security_show_a_proof_of_a_book(plimsoll: Commands, proven: Path, name: str, kind: str) -> None:
    path = proven / "proofs" / name
    said = plimsoll("inspect", path, *market(proven), "--json").json()
    assert (said["kind"], said["verified"], said["program_known"]) == (kind, False, True)
    assert said["matches"] == {"instruments": True, "market": True, "parameters": True}
    assert said["security_bits"]["minimum"] == "128.00"
    assert len(said["root"]) == len(said["commitment"]) == 4
    told = plimsoll("inspect", path)
    assert told.code == 0 and "plimsoll book verify" in told.out and "not verified" in told.out
    bits = plimsoll("security", path, "--json").json()
    assert (bits["minimum"], bits["schedule_height"]) == ("128.00", "the proof's claim")


def test_inspect_and_security_show_an_account_s_proof(plimsoll: Commands, tmp_path: Path) -> None:
    path = tmp_path / "account.proof"
    path.write_bytes(one_account.proof())
    said = plimsoll("inspect", path, "--json").json()
    assert (said["kind"], said["program_known"], len(said["root"])) == ("account", True, 4)
    assert "commitment" not in said
    told = plimsoll("inspect", path)
    assert told.code == 0 and "meets a threshold, for one consumer's context" in " ".join(told.out.split())
    assert plimsoll("security", path, "--json").json()["minimum"]


def test_inspect_of_a_strange_statement_rejected(plimsoll: Commands, proven: Path, tmp_path: Path) -> None:
    path = tmp_path / "strange.proof"
    for name, changes, words in (
        (TOTALS_PROOF, {"kind": "dream"}, "a proof of kind book-batch, batch, totals, account, got 'dream'"),
        (TOTALS_PROOF, {"shape": "totals-2^7"}, "the name of a published shape class"),
        (TOTALS_PROOF, {"public_values": (0, 2**40, 1)}, "rows of instruments' totals, got 1099511627776"),
        (TOTALS_PROOF, {"public_values": (0, 3)}, "currencies with a bound, got None"),
        ("batch-00.proof", {"public_values": ()}, "rows of instruments' totals, got None"),
    ):
        statement, body = read_proof((proven / "proofs" / name).read_bytes())
        path.write_bytes(write_proof(replace(statement, **changes), body))
        outcome = plimsoll("inspect", path)
        assert outcome.code == 1
        assert words in outcome.err


def test_verify_of_one_proof_of_a_book_names_its_kind(plimsoll: Commands, proven: Path) -> None:
    outcome = plimsoll("verify", proven / "proofs" / "batch-00.proof", *market(proven), *AT)
    assert outcome.code == 1 and "verify its folder with `plimsoll book verify`" in outcome.err
    outcome = plimsoll("verify", proven / "proofs", *market(proven), *AT)
    assert outcome.code == 2 and "verify it with `plimsoll book verify" in outcome.err


def test_commands_are_listed(plimsoll: Commands) -> None:
    """The commands are listed where a newcomer looks."""
    assert "book" in plimsoll("--help").out
    told = " ".join(plimsoll("book", "--help").out.split())
    assert "prove" in told and "verify" in told
