"""The opening file of a whole book: salts of batches written, read and altered; files of older releases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_book import PARAMETERS, SNAPSHOT, small_book
from whole_venue import EXACT, Case

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.prover.job import prove_book
from plimsoll.prover.opening import Opening, OpeningError, checksum_of
from plimsoll.verifier.profile import INSECURE_TEST

OLD_OPENING = Path(__file__).with_name("opening-of-one-batch.json")
"""As it was written before books had several batches, for the book of tests/prover/small_book.py."""


def altered(opening: Opening, path: Path, edit: Callable[[dict[str, Any]], object], *, honest_sum: bool = True) -> Path:
    """The file with some content other than it was, with its checksum made anew or not."""
    opening.write(path)
    content = json.loads(path.read_text())
    checksum = content.pop("checksum")
    edit(content)
    path.write_text(json.dumps({**content, "checksum": checksum_of(content) if honest_sum else checksum}))
    return path


def test_opening_with_salts_of_batches_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "opening.json"
    EXACT.opening.write(path)
    assert Opening.read(path) == EXACT.opening and len(EXACT.opening.batch_salts) == 2
    assert path.stat().st_mode & 0o777 == 0o600


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a salt less": lambda c: c["batch_salts"].pop() and c["batch_salts"].append([1, 2, 3]),
    "a salt of p": lambda c: c["batch_salts"][0].__setitem__(0, 2**64 - 2**32 + 1),
    "a negative salt": lambda c: c["batch_salts"][0].__setitem__(0, -1),
    "a salt that is a truth": lambda c: c["batch_salts"][0].__setitem__(0, True),
    "one salt for two batches": lambda c: c["batch_salts"].__setitem__(1, c["batch_salts"][0]),
    "a leaf's salt": lambda c: c["batch_salts"].__setitem__(1, c["accounts"][0]["salt"]),
    "the totals' salt": lambda c: c["batch_salts"].__setitem__(1, c["commitment_salt"]),
    "salts in words": lambda c: c.__setitem__("batch_salts", ["abcd", "efgh"]),
    "a number for salts": lambda c: c.__setitem__("batch_salts", 2),
    "null for salts": lambda c: c.__setitem__("batch_salts", None),
    "salts in a table": lambda c: c.__setitem__("batch_salts", {"abcd": 1}),
    "a position twice": lambda c: c["accounts"][0].__setitem__("position", c["accounts"][1]["position"]),
    "an order of choice": lambda c: c["accounts"][0].__setitem__("order", 5),
    "two accounts exchanged": lambda c: c["accounts"].__setitem__(slice(0, 2), c["accounts"][1::-1][:2]),
}


@pytest.mark.parametrize("name", [name for name in EDITS if name != "two accounts exchanged"])
def test_altered_opening_refused(tmp_path: Path, name: str) -> None:
    path = altered(EXACT.opening, tmp_path / "opening.json", EDITS[name])
    with pytest.raises(OpeningError, match="is not an opening file of version 1: restore it from its backup") as error:
        Opening.read(path)
    assert EXACT.opening.nonce not in str(error.value) and error.value.__cause__ is None


def test_file_order_of_accounts_makes_no_difference(tmp_path: Path) -> None:
    """Leaves stand by their positions, wherever the file has them."""
    path = altered(EXACT.opening, tmp_path / "opening.json", EDITS["two accounts exchanged"])
    again = Opening.read(path)
    tapes = Case().under(again).tapes
    assert [one.tape for one in tapes] == [one.tape for one in EXACT.tapes]


def test_rotten_opening_refused(tmp_path: Path) -> None:
    edit = lambda c: c["batch_salts"][0].__setitem__(0, 7)  # noqa: E731
    with pytest.raises(OpeningError, match="restore it from its backup"):
        Opening.read(altered(EXACT.opening, tmp_path / "opening.json", edit, honest_sum=False))


def test_opening_of_older_releases_is_read_and_proves() -> None:
    assert "batch_salts" not in json.loads(OLD_OPENING.read_text())
    opening = Opening.read(OLD_OPENING)
    assert opening.batch_salts == ()
    book = small_book()
    shape = ShapeClass(2, 1)
    stages: list[str] = []
    prove_book(book, SNAPSHOT, PARAMETERS, shape, opening, profile=INSECURE_TEST, progress=stages.append)
    assert "proof" in stages
