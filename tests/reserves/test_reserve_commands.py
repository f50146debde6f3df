"""`plimsoll reserves`: the message that a wallet is given is the one that is verified."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from test_reserves import BLOCK, KEY, OTHER_KEY, ROOT, honest
from wallets import address_of

from plimsoll.cli.main import run
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.ownership import Reserves, message

BOOK = ["--venue-key", KEY.hex(), "--root", ROOT.hex()]
MARKET = {"version": 1, "venue": "Example", "time": "2026-11-21T12:00:00Z", "sequence": 7, "quote": "USD", "prices": {}}
COINS = [{"name": name, "kind": "spot", "currency": name, "lot": "0.01"} for name in ("ETH", "USDT")]
RULES = {"version": 1, "name": "r", "revision": 1, "quote": "USD", "close_out": "0.5", "instruments": COINS}


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "reserves.json"
    path.write_text(honest().model_dump_json())
    (tmp_path / "market.json").write_text(json.dumps(MARKET))
    (tmp_path / "parameters.json").write_text(json.dumps(RULES))
    return str(path)


def verify(listed: str, book: list[str], *more: str) -> int:
    folder = Path(listed).parent
    files = ["--market", str(folder / "market.json"), "--parameters", str(folder / "parameters.json")]
    return run(["reserves", "verify", listed, *files, *book, *more])


def test_reserves_are_summed_and_called_claimed(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(listed, BOOK) == 0
    out = capsys.readouterr().out
    assert "each of 4 addresses signed for this book" in out
    assert "20.5" in out and "claimed" in out and BLOCK.hex() in out
    assert verify(listed, BOOK, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reserves"] == {"ETH": "20.5", "USDT": "5001"}
    assert found["assets"]["ETH"] == ["eip155:1/slip44:60", "eip155:42161/slip44:60"]
    assert found["insurance_fund"] == {"ETH": "10", "USDT": "2500.5"}


@pytest.mark.parametrize(("place", "value"), [(1, OTHER_KEY.hex()), (3, BLOCK.hex())])
def test_reserves_of_another_book_rejected(
    listed: str, capsys: pytest.CaptureFixture[str], place: int, value: str
) -> None:
    other = [*BOOK[:place], value, *BOOK[place + 1 :]]
    assert verify(listed, other) == 1
    assert "fails at step reserves" in capsys.readouterr().err
    assert verify(listed, other, "--json") == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False


@pytest.mark.parametrize(
    ("changes", "expects"),
    [
        ({"venue": "Other"}, "reserves of the venue Other"),
        ({"sequence": 8}, "reserves for publication 8"),
        ({"time": "2026-11-21T12:20:00Z"}, "blocks within 600 s of the snapshot"),
    ],
)
def test_reserves_of_another_snapshot_rejected(
    listed: str, capsys: pytest.CaptureFixture[str], changes: dict[str, Any], expects: str
) -> None:
    (Path(listed).parent / "market.json").write_text(json.dumps(MARKET | changes))
    assert verify(listed, BOOK) == 1
    assert expects in capsys.readouterr().err


def test_distance_of_blocks_is_the_reader_s(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    (Path(listed).parent / "market.json").write_text(json.dumps(MARKET | {"time": "2026-11-21T12:20:00Z"}))
    for span in ("1h", "any"):
        assert verify(listed, BOOK, "--blocks-within", span) == 0
    assert verify(listed, BOOK, "--blocks-within", "soon") == 2
    assert verify(listed, BOOK, "--blocks-within", "1200s") == 1
    assert "blocks within 1200 s" in capsys.readouterr().err


def test_wrong_usage(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(listed, [*BOOK[:3], "00"]) == 2
    assert verify(listed, ["--venue-key", "00", *BOOK[2:]]) == 2
    assert "96 hexadecimal digits" in " ".join(capsys.readouterr().err.split())
    assert run(["reserves", "message", listed, "--place", "4"]) == 2
    assert "lists 4 addresses" in capsys.readouterr().err
    assert verify(listed + "x", BOOK) == 3


def test_text_to_sign_is_printed_without_a_line_break_at_its_end(
    listed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["reserves", "message", listed]) == 0
    assert capsys.readouterr().out == message(honest(), honest().addresses[0])


def test_structure_to_sign_has_the_members_that_are_hashed(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reserves", "message", listed, "--place", "1"]) == 0
    typed = json.loads(capsys.readouterr().out)
    assert [member["name"] for member in typed["types"]["Ownership"]] == list(typed["message"])
    assert typed["domain"] == {"name": "Plimsoll", "version": "1", "chainId": 1}
    assert typed["message"] == {
        "venue": "Example",
        "venueKey": "0x" + KEY.hex(),
        "sequence": 7,
        "root": "0x" + ROOT.hex(),
        "purpose": "reserve",
        "account": show_address(address_of(2)),
        "height": 21_000_000,
        "block": "0x" + BLOCK.hex(),
        "time": "2026-11-21T11:59:59Z",
    }


def test_one_address_for_two_venues_refused(listed: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ours = Reserves.load(listed)
    theirs = ours.model_copy(update={"venue_key": OTHER_KEY, "addresses": ours.addresses[:1]})
    apart = theirs.model_copy(update={"addresses": ours.addresses[-1:], "venue_key": b"t" * 48})
    paths = []
    for name, one in (("theirs", theirs), ("apart", apart)):
        paths.append(str(tmp_path / f"{name}.json"))
        Path(paths[-1]).write_text(one.model_dump_json())
    assert run(["reserves", "shared", listed, paths[0]]) == 1
    said = " ".join(capsys.readouterr().err.split())
    assert show_address(ours.addresses[0].address) in said and show_address(ours.addresses[1].address) not in said
    assert run(["reserves", "shared", listed, *paths, "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["shared"]
    assert [(one["first"], one["second"]) for one in found] == [(listed, paths[0]), (listed, paths[1])]
    assert run(["reserves", "shared", *paths]) == 0
    assert run(["reserves", "shared", listed]) == 2
    assert run(["reserves", "shared", listed, listed]) == 2
    assert run(["reserves", "shared", listed, str(tmp_path / "nowhere.json")]) == 3
