"""Secrets reach no message, log, exception or readable file on any way in which proving can end.

By design an operator is told, about the book that is his: which accounts are below margin and by how much
(`FailingAccountsError`), and which rows of his input files are refused (`plimsoll check`). Nothing else.
"""

from __future__ import annotations

import json
import logging
import traceback
from pathlib import Path

import pytest
from leak_books import (
    BOOKS,
    CLASS,
    SECRET_LOTS,
    SECRET_NAME,
    TIME,
    Run,
    forms,
    run,
    secrets_of,
    secrets_of_opening,
)
from small_book import LOTS, PARAMETERS, SNAPSHOT, small_book

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.prover.core_api import ProvingError
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.opening import Opening, OpeningError, draw_opening
from plimsoll.prover.tape import TapeError, Tiers, limbs

BOOK = BOOKS["seven accounts, long and short"]


def quiet(one: Run, *, opening: bytes = b"") -> None:
    """Nothing that was printed, logged or written where others can read has a secret in it."""
    secrets = secrets_of(BOOK)
    if opening or one.opening.exists():
        secrets += secrets_of_opening(opening or one.opening.read_bytes())
    places = {"stdout": one.out, "stderr": one.err, "log": one.report.get("log", "")}
    for name, mode in one.written().items():
        if mode & 0o077:
            places[name] = (one.folder / name).read_bytes().decode("latin-1")
    for place, text in places.items():
        assert not [secret for secret in secrets if secret in text], place


def test_account_below_margin_is_named_to_the_operator_and_nobody_else_is(tmp_path: Path) -> None:
    book = {**BOOK, "poor": {"USDT": "-55512345"}}
    one = run(tmp_path, book)
    assert one.code == 1 and "poor" in one.err and one.written() == {}
    quiet(one)


def test_book_that_does_not_fit_the_class(tmp_path: Path) -> None:
    one = run(tmp_path, BOOK, "plain", "--accounts", "4", "--at", TIME)
    assert one.code == 2 and one.written() == {}
    quiet(one)


AUDIT = pytest.mark.audit
BROKEN = ["tape too long", "limb altered", "record altered", pytest.param("tape too short", marks=AUDIT)]


@pytest.mark.parametrize("scenario", BROKEN)
def test_witness_that_fails_names_places_only(tmp_path: Path, scenario: str) -> None:
    one = run(tmp_path, BOOK, scenario)
    assert one.code == 3 and "witness: " in one.err and one.written() == {}
    quiet(one)


def test_unforeseen_error_shows_its_kind_and_place_only(tmp_path: Path) -> None:
    one = run(tmp_path, BOOK, "unforeseen")
    assert one.code == 70 and "RuntimeError in watched.py" in one.err and one.written() == {}
    assert SECRET_NAME in one.report["unforeseen"][0]  # it was there to be shown
    quiet(one)


@AUDIT
def test_debug_shows_it_to_the_operator_who_asks(tmp_path: Path) -> None:
    one = run(tmp_path, BOOK, "unforeseen", "--debug", *CLASS)
    assert one.code == 70 and SECRET_NAME in one.err


def test_full_disk_leaves_nothing(tmp_path: Path) -> None:
    one = run(tmp_path, BOOK, "disk full")
    assert one.code == 3 and "File too large" in one.err and one.written() == {}
    quiet(one)


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    one = run(tmp_path, BOOK, "interrupted")
    assert one.code == 130 and one.err.strip() == "stopped; no file was left half-written" and one.written() == {}
    quiet(one)


def test_killed_while_writing_leaves_a_private_file(tmp_path: Path) -> None:
    """What nobody can clean up after: a temporary opening file, for its owner only, under umask 0."""
    one = run(tmp_path, BOOK, "killed")
    assert one.code == -9
    [(name, mode)] = one.written().items()
    assert name.startswith("secret/.opening.json.") and mode == 0o600
    quiet(one, opening=(tmp_path / name).read_bytes())


def drawn(accounts: list[str]) -> bytes:
    secrets = draw_opening("00" * 32, accounts, "book-2^3x2", 8, "My Venue, sequence 1")
    path = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
    target = path / f"plimsoll-test-{secrets.nonce[:16]}.json"
    secrets.write(target)
    raw = target.read_bytes()
    target.unlink()
    return raw


FAULTS = [
    "another book's",
    "cut",
    *(pytest.param(name, marks=AUDIT) for name in ("a digit changed", "not JSON", "deep")),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_opening_file_that_does_not_belong_is_not_quoted(tmp_path: Path, fault: str) -> None:
    raw = drawn(sorted(BOOK))
    altered = {
        "another book's": raw,
        "cut": raw[:-40],
        "a digit changed": raw.replace(b'"position":0', b'"position":9', 1),
        "not JSON": raw.replace(b"{", b"<"),
        "deep": b"[" * 100_000,
    }[fault]
    one = run(tmp_path, BOOK, "fast" if fault != "another book's" else "plain", opening=altered)
    assert one.code == 3
    quiet(one, opening=raw)


def test_refused_opening_keeps_nothing_in_its_chain(tmp_path: Path) -> None:
    """Error trackers follow causes and contexts, and print what an error holds."""
    path = tmp_path / "opening.json"
    path.write_bytes(drawn(sorted(BOOK))[:-5])
    with pytest.raises(OpeningError) as caught:
        Opening.read(path)
    assert caught.value.__cause__ is None and caught.value.__context__ is None


def chain(error: BaseException) -> str:
    """Everything that an error and all behind it say."""
    text = "".join(traceback.format_exception(error)) + repr(error.args)
    for other in (error.__cause__, error.__context__):
        if other is not None:
            text += chain(other)
    return text


def test_messages_of_the_tape_name_no_amount() -> None:
    for call in (
        lambda: limbs(SECRET_LOTS << 60, 5),
        lambda: limbs(-SECRET_LOTS, 5),
        lambda: Tiers(_schedule()).holding(0, SECRET_LOTS << 40),
        lambda: Tiers(_schedule()).holding(9999, SECRET_LOTS),
    ):
        with pytest.raises(TapeError) as caught:
            call()
        said = chain(caught.value).split("TapeError: ")[-1]
        amounts = (SECRET_LOTS, SECRET_LOTS << 60, SECRET_LOTS << 40)
        assert not [form for x in amounts for form in (str(x), f"{x:x}") if form in said]


def _schedule() -> object:
    from plimsoll.engine.schedule import compile_schedule

    return compile_schedule(SNAPSHOT, PARAMETERS)


def test_api_logs_nothing_and_its_errors_quote_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """The root logger at DEBUG hears nothing of a job, whether it is proven or fails in the core."""
    caplog.set_level(logging.DEBUG)
    lots = {**LOTS, SECRET_NAME: {"USD-CASH": SECRET_LOTS}}
    book, shape = small_book(lots), ShapeClass(3, 1)
    opening = new_opening(book, shape, SNAPSHOT, PARAMETERS)
    told: list[str] = []
    prove_book(book, SNAPSHOT, PARAMETERS, shape, opening, progress=told.append)
    assert caplog.text == "" and not [s for s in told if SECRET_NAME in s or str(SECRET_LOTS) in s]

    def stop(stage: str) -> None:
        if stage == "proof":
            raise ValueError("stopped")

    with pytest.raises(ValueError, match="stopped") as caught:
        prove_book(book, SNAPSHOT, PARAMETERS, shape, opening, progress=stop)
    text = chain(caught.value)
    assert caplog.text == "" and SECRET_NAME not in text
    assert not [form for form in forms(SECRET_LOTS) if form in text]
    assert str(opening.commitment_salt[0]) not in text
    assert json.dumps(opening.nonce) not in text


def test_a_core_error_s_chain_quotes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The witness fails on a word of the tape that is no field element, and that would be recognised."""
    from plimsoll.prover import job

    word = (1 << 64) - SECRET_LOTS
    monkeypatch.setattr(job, "encode_tape", lambda *_a: word.to_bytes(8, "little"))
    book, shape = small_book(), ShapeClass(3, 1)
    with pytest.raises(ProvingError, match="word 0 of the tape is no field element") as caught:
        prove_book(book, SNAPSHOT, PARAMETERS, shape, new_opening(book, shape, SNAPSHOT, PARAMETERS))
    assert str(word) not in chain(caught.value) and f"{word:x}" not in chain(caught.value)
