"""Books that are proven once at full security for the whole session, and commands."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import whole_venue
from book_venue import AT, CRASH, Commands, run, write_book


@pytest.fixture(scope="session", params=["exact", "hidden", "strict"])
def name(request: pytest.FixtureRequest) -> str:
    """Of a case."""
    return str(request.param)


@pytest.fixture(scope="session")
def files(name: str) -> dict[str, bytes]:
    """The files of a book at full security, by name."""
    return whole_venue.proven(name)


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


@pytest.fixture(scope="session")
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
