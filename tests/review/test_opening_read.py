"""An opening file that was changed is refused when it is read, without a word of what stands in it.

A changed secret would not stop the prover: it would prove another root than the published one, or one that hides less.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.circuits.field import P
from plimsoll.prover.opening import Opening, OpeningError, checksum_of, draw_opening

Change = Callable[[Any], object]
CHANGES: dict[str, Change] = {
    "salt of p": lambda raw: raw["accounts"][0]["salt"].__setitem__(1, P),
    "salt beyond 64 bits": lambda raw: raw["empty"][0]["salt"].__setitem__(1, 1 << 64),
    "negative salt": lambda raw: raw["commitment_salt"].__setitem__(0, -1),
    "salt as text": lambda raw: raw["empty"][0]["salt"].__setitem__(0, "7"),
    "salt as fraction": lambda raw: raw["empty"][0]["salt"].__setitem__(0, 7.0),
    "short salt": lambda raw: raw["empty"][0]["salt"].pop(),
    "short blind": lambda raw: raw["accounts"][0]["blind"].pop(),
    "one salt twice": lambda raw: raw["accounts"][0].update(salt=raw["accounts"][1]["salt"]),
    "blind that is a salt": lambda raw: raw["accounts"][0].update(blind=raw["accounts"][1]["salt"]),
    "one position twice": lambda raw: raw["accounts"][0].update(position=raw["accounts"][1]["position"]),
    "a leaf missing": lambda raw: raw["empty"].pop(0),
    "another order": lambda raw: raw["accounts"][0].update(order=raw["accounts"][0]["order"] - 1),
    "another account": lambda raw: raw["accounts"][0].update(account="mallory"),
    "another nonce": lambda raw: raw.update(nonce="00" * 32),
    "short nonce": lambda raw: raw.update(nonce=raw["nonce"][2:]),
    "start above an order": lambda raw: raw.update(start=raw["accounts"][0]["order"]),
    "negative start": lambda raw: raw.update(start=-1),
    "no list": lambda raw: raw.update(empty=None),
}


def written(path: Path) -> Any:
    draw_opening("00" * 32, ["alice", "bob", "carol"], "book-2^3x1", 8).write(path)
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_changed_opening_rejected(change: Change, tmp_path: Path) -> None:
    path = tmp_path / "opening"
    raw = written(path)
    change(raw)
    del raw["checksum"]
    path.write_text(json.dumps({**raw, "checksum": checksum_of(raw)}))
    with pytest.raises(OpeningError) as error:
        Opening.read(path)
    assert str(error.value) == f"{path} is not an opening file of version 1: restore it from its backup"


def test_digit_that_rotted_away_rejected(tmp_path: Path) -> None:
    """A salt with another digit is still a salt: only the checksum tells."""
    path = tmp_path / "opening"
    raw = written(path)
    raw["empty"][0]["salt"][0] ^= 1
    path.write_text(json.dumps(raw))
    with pytest.raises(OpeningError, match="restore it from its backup"):
        Opening.read(path)
    path.write_text(json.dumps({key: value for key, value in raw.items() if key != "checksum"}))
    with pytest.raises(OpeningError, match="restore it from its backup"):
        Opening.read(path)


def test_unchanged_opening_accepted(tmp_path: Path) -> None:
    path = tmp_path / "opening"
    path.write_text(json.dumps(written(path), indent=1))
    assert len(Opening.read(path).empty) == 5
