"""The opening file: fresh secrets, private on disk, never overwritten, and quiet about its content when broken."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from plimsoll.circuits.leaves import account_order
from plimsoll.prover.opening import Opening, OpeningError, draw_opening, is_private

ACCOUNTS = [f"account-{i}" for i in range(40)]


def draw() -> Opening:
    return draw_opening("00" * 32, ACCOUNTS, "book-2^6x1", 64)


def test_every_leaf_is_an_account_or_empty() -> None:
    opening = draw()
    positions = [leaf.position for leaf in (*opening.accounts, *opening.empty)]
    assert sorted(positions) == list(range(64))
    assert {leaf.account for leaf in opening.accounts} == set(ACCOUNTS)


def test_orders_strictly_ascend_and_are_recomputed_from_the_nonce() -> None:
    opening = draw()
    orders = [leaf.order for leaf in opening.accounts]
    assert orders == sorted(set(orders)) and orders[0] > 0 and orders[-1] < 1 << 48
    assert all(leaf.order == account_order(bytes.fromhex(opening.nonce), leaf.account) for leaf in opening.accounts)


def test_two_publications_share_no_secret() -> None:
    def secrets_of(opening: Opening) -> set[object]:
        salts = [leaf.salt for leaf in (*opening.accounts, *opening.empty)]
        return {opening.nonce, opening.commitment_salt, *salts, *(leaf.blind for leaf in opening.accounts)}

    first, second = draw(), draw()
    assert len(secrets_of(first)) == 2 + 64 + 40
    assert not secrets_of(first) & secrets_of(second)
    assert [leaf.position for leaf in first.empty] != [leaf.position for leaf in second.empty]


def test_file_is_private_and_read_back(tmp_path: Path) -> None:
    opening, path = draw(), tmp_path / "opening.json"
    opening.write(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and is_private(path)
    assert Opening.read(path) == opening
    assert [p.name for p in tmp_path.iterdir()] == ["opening.json"]


def test_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "opening.json"
    draw().write(path)
    before = path.read_bytes()
    with pytest.raises(OpeningError, match="exists and may open a published root"):
        draw().write(path)
    assert path.read_bytes() == before


def test_file_that_others_can_read_is_recognised(tmp_path: Path) -> None:
    path = tmp_path / "opening.json"
    draw().write(path)
    path.chmod(0o640)
    assert not is_private(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", "not json", '{"version": 2}', '{"version": 1}'])
def test_broken_file_rejected(tmp_path: Path, text: str) -> None:
    path = tmp_path / "opening.json"
    path.write_text(text)
    with pytest.raises(OpeningError, match=r"opening\.json"):
        Opening.read(path)


def test_broken_file_is_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "opening.json"
    opening = draw()
    opening.write(path)
    raw = json.loads(path.read_bytes())
    raw["accounts"][0]["surprise"] = opening.nonce
    path.write_text(json.dumps(raw))
    with pytest.raises(OpeningError) as error:
        Opening.read(path)
    assert opening.nonce not in str(error.value) and error.value.__cause__ is None


def test_missing_file_rejected(tmp_path: Path) -> None:
    with pytest.raises(OpeningError, match="cannot be read"):
        Opening.read(tmp_path / "none.json")
