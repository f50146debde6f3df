"""Books at full security through their files: what is claimed is what is verified, and no more is shown."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest
from whole_venue import CASES, EXACT, FUND, HIDDEN, LOTS, PARAMETERS, POLICY, SNAPSHOT, STRICT, TABLE, proven

from plimsoll.cli import book_files
from plimsoll.cli.book_files import read_book_files, write_book_files
from plimsoll.engine.atomic import FileWriteError
from plimsoll.engine.book_claims import BookClaims
from plimsoll.verifier.figures import CLAIMED, NOT_BOUNDED, PROVEN, figures_of_book
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import CLAIMS, VerifiedWholeBook, verify_whole_book

HEIGHTS = 12
"""Bytes at the head of a batch's proof: a table's height each."""


@pytest.fixture(scope="session")
def verified(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> VerifiedWholeBook:
    """What a reader of the written files establishes."""
    folder = tmp_path_factory.mktemp("books") / "book"
    write_book_files(folder, files)
    read = read_book_files(folder)
    assert read == files
    return verify_whole_book(read, SNAPSHOT, PARAMETERS, POLICY)


def test_claims_are_what_is_verified(name: str, verified: VerifiedWholeBook) -> None:
    case = CASES[name]
    assert json.loads(verified.claims.model_dump_json()) == json.loads(case.claims.model_dump_json())
    assert verified.scenarios == case.scenarios
    assert verified.root == case.root()
    assert verified.security_bits >= 128
    assert [one.index for one in verified.batches.batches] == [0, 1]
    assert verified.sequence == SNAPSHOT.sequence


def test_written_claims_are_read_as_they_were() -> None:
    for case in CASES.values():
        text = case.claims.model_dump_json()
        assert BookClaims.parse(text.encode()).model_dump_json() == text


def test_cases_are_what_they_are_meant_to_be() -> None:
    gap, *deficits = EXACT.figures.figures
    assert (gap.accounts, deficits[0].accounts, deficits[1].accounts) == (2, 1, 2)
    assert gap.amount > deficits[0].amount > 0
    assert EXACT.claims.totals and EXACT.claims.liabilities and not HIDDEN.claims.totals
    assert not any(one.exact or one.accounts is not None for one in HIDDEN.claims.figures)
    assert HIDDEN.claims.margin_gap.amount == 10 * 10**20 > gap.amount
    assert all(one.amount == FUND for one in HIDDEN.claims.deficits)
    assert all((one.amount, one.accounts, one.exact) == (0, 0, True) for one in STRICT.claims.figures)


def test_totals_are_the_definition() -> None:
    assert EXACT.claims.totals is not None
    for place, info in enumerate(TABLE):
        signed = [held.get(info.name, 0) for held in LOTS.values()]
        long, short = sum(max(0, q) for q in signed), sum(max(0, -q) for q in signed)
        assert EXACT.terms.instruments[place].shown == (long, short)


def test_hidden_claims_show_no_total_and_no_deficit() -> None:
    text = proven("hidden")[CLAIMS].decode()
    for total in ("3.0002", "50001.01", "41050.05", "1.02"):
        assert total not in text and total in proven("exact")[CLAIMS].decode()
    deficit = HIDDEN.figures.figures[2].amount
    assert str(deficit)[:10] not in text.replace(".", "")


def test_words_say_what_is_exact_and_what_is_a_bound(name: str, verified: VerifiedWholeBook) -> None:
    words = {one.what: one.value for one in figures_of_book(verified, "USD")}
    expected = {
        "exact": {"total PERP": "1.02 long, 1.02 short", "liabilities in BTC": "at most 3.0002 BTC"},
        "hidden": {"deficit in scenario rally": "lacking at most 100000000 USD", "liabilities in BTC": "at most 4 BTC"},
        "strict": {"liabilities in BTC": "not bounded: customers may own any amount of it"},
    }[name]
    assert all(words[row].startswith(value) for row, value in expected.items())
    assert words.get("totals", "").startswith("hidden") == (name != "exact")
    gap = {"exact": "2 accounts, lacking ", "hidden": "lacking at most 10 USD", "strict": "0 accounts, lacking 0 USD"}
    assert words["below maintenance margin"].startswith(gap[name])


def test_nothing_that_is_not_established_is_called_proven(name: str, verified: VerifiedWholeBook) -> None:
    labels = {one.what: (one.label, one.value) for one in figures_of_book(verified, "USD")}
    assert labels["insurance fund"][0] == labels["list of scenarios"][0] == CLAIMED
    unbounded = {what for what, (_, value) in labels.items() if value == NOT_BOUNDED}
    assert unbounded == {f"liabilities in {one}" for one in verified.unbounded}
    assert bool(unbounded) == (name != "exact")
    assert {what for what, (label, _) in labels.items() if label != PROVEN} == {
        "insurance fund",
        "list of scenarios",
        *unbounded,
    }
    stress = {one.what: one.label for one in figures_of_book(verified, "USD", stress=True)}
    assert stress["list of scenarios"] == "accepted" and stress["insurance fund"] == CLAIMED


def test_public_values_have_nothing_of_the_book() -> None:
    """Heights and sizes of two books that differ in everything but what is declared, both batches alike."""
    seen = set()
    for name in ("exact", "strict"):
        for file, data in proven(name).items():
            if file.startswith("batch"):
                statement, body = read_proof(data)
                seen.add((statement.kind, statement.shape, statement.public_values[:2], bytes(body[:HEIGHTS])))
    assert len(seen) == 1


def test_two_proofs_of_one_opening_have_one_root_and_no_more_in_common() -> None:
    case = EXACT
    again = [case.batch(i) for i in range(2)]
    first = [case.at_test_profile[f"batch-0{i}.proof"] for i in range(2)]
    for one, two in zip(first, again, strict=True):
        assert read_proof(one)[0] == read_proof(two)[0] and one != two
    roots = {read_proof(one)[0].public_values[2:6] for one in (*first, *again)}
    assert len(roots) == 2


FULL = OSError(errno.ENOSPC, "No space left on device")


def _refused() -> FileWriteError:
    error = FileWriteError(".book.part/b cannot be written")
    error.__cause__ = FULL
    return error


@pytest.mark.parametrize("error", [FULL, _refused(), KeyboardInterrupt()], ids=["system", "ours", "stopped"])
def test_folder_is_written_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    folder = tmp_path / "book"
    real = book_files.write_atomically

    def fails(path: Path, data: bytes) -> None:
        if path.name == "b":
            raise error
        real(path, data)

    monkeypatch.setattr(book_files, "write_atomically", fails)
    with pytest.raises((FileWriteError, KeyboardInterrupt)) as caught:
        write_book_files(folder, {"a": b"1", "b": b"2"})
    told = f"{folder} cannot be written: No space left on device; choose another place"
    assert isinstance(caught.value, KeyboardInterrupt) or str(caught.value) == told
    assert list(tmp_path.iterdir()) == []


def test_published_files_are_readable_by_all(tmp_path: Path) -> None:
    folder = tmp_path / "book"
    before = os.umask(0o077)
    try:
        write_book_files(folder, {"a": b"1"})
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o755 and (folder / "a").stat().st_mode & 0o777 == 0o644
    with pytest.raises(FileWriteError, match="exists: name a new folder"):
        write_book_files(folder, {"a": b"2"})
    with pytest.raises(FileWriteError, match="cannot be written"):
        write_book_files(tmp_path / "none" / "book", {"a": b"2"})
