"""`plimsoll reserves`: the message that a wallet is given is the one that is verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_reserves import BLOCK, ROOT, honest
from wallets import address_of

from plimsoll.cli.main import run
from plimsoll.verifier.ethereum import show_address
from plimsoll.verifier.reserves import message

BOOK = ["--venue", "Example", "--sequence", "7", "--root", ROOT.hex()]


@pytest.fixture
def listed(tmp_path: Path) -> str:
    path = tmp_path / "reserves.json"
    path.write_text(honest().model_dump_json())
    return str(path)


def test_reserves_are_summed_and_called_claimed(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reserves", "verify", listed, *BOOK]) == 0
    out = capsys.readouterr().out
    assert "each of 4 addresses signed for this book" in out
    assert "20.5" in out and "claimed" in out and BLOCK.hex() in out
    assert run(["reserves", "verify", listed, *BOOK, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["reserves"] == {"ETH": "20.5", "USDT": "5001"}
    assert found["insurance_fund"] == {"ETH": "10", "USDT": "2500.5"}


@pytest.mark.parametrize(("place", "value"), [(1, "Other"), (3, "8"), (5, BLOCK.hex())])
def test_reserves_of_another_book_rejected(
    listed: str, capsys: pytest.CaptureFixture[str], place: int, value: str
) -> None:
    other = [*BOOK[:place], value, *BOOK[place + 1 :]]
    assert run(["reserves", "verify", listed, *other]) == 1
    assert "fails at step reserves" in capsys.readouterr().err
    assert run(["reserves", "verify", listed, *other, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["valid"] is False


def test_wrong_usage(listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["reserves", "verify", listed, *BOOK[:5], "00"]) == 2
    assert run(["reserves", "message", listed, "--place", "4"]) == 2
    assert "lists 4 addresses" in capsys.readouterr().err
    assert run(["reserves", "verify", listed + "x", *BOOK]) == 3


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
        "sequence": 7,
        "root": "0x" + ROOT.hex(),
        "purpose": "reserve",
        "account": show_address(address_of(2)),
        "height": 21_000_000,
        "block": "0x" + BLOCK.hex(),
    }
