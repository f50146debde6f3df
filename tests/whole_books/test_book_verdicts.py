"""`plimsoll book verify`: what is proven, in words and JSON; every refusal; and its proofs one by one."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import one_account
import pytest
from book_venue import AT, Commands, market
from whole_venue import MARKET_FILE, RULES_FILE

from plimsoll.engine.scenarios import ScenarioList
from plimsoll.verifier.figures import NOT_BOUNDED, scenarios_shown
from plimsoll.verifier.statement import read_proof, write_proof
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF


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


def test_moves_of_volatility_are_said_to_change_nothing() -> None:
    """A scenario of volatility alone stands still: its name must not suggest a test."""
    one = {"name": "calm", "default": "0"}
    for volatilities, told in (({}, False), ({"BTC": "1"}, True)):
        facts = {"version": 1, "name": "S", "revision": 1, "scenarios": [one | {"volatilities": volatilities}]}
        shown = scenarios_shown(ScenarioList.parse(json.dumps(facts).encode()))
        assert ("volatility change nothing" in shown) == told


def test_what_is_not_established_never_stands_under_proven(
    plimsoll: Commands, tmp_path: Path, name: str, files: dict[str, bytes]
) -> None:
    """Currencies without a bound, the fund, the list of scenarios: in words and in JSON."""
    write_folder(tmp_path / "proofs", files)
    write_folder(tmp_path / "book", {"snapshot.json": MARKET_FILE, "parameters.json": RULES_FILE})
    verify = ("book", "verify", tmp_path / "proofs", *market(tmp_path), "--max-age", "any")
    said = plimsoll(*verify, "--json").json()
    listed = {label: {one["figure"]: one["value"] for one in said[label]} for label in ("proven", "claimed")}
    open_ended = {what for what, value in listed["claimed"].items() if value == NOT_BOUNDED}
    assert listed["claimed"].keys() == {"list of scenarios", "insurance fund"} | open_ended
    assert bool(open_ended) == (name != "exact") and said["accepted"] == []
    assert "below maintenance margin" in listed["proven"] and NOT_BOUNDED not in listed["proven"].values()
    assert not listed["proven"].keys() & listed["claimed"].keys()
    proven, _, others = plimsoll(*verify).out.partition("Not proven: claimed by the venue, or accepted by you")
    assert "Valid: proven of the whole book" in proven and "below maintenance margin" in proven
    for word in ("not bounded", "insurance fund", "list of scenarios", "claimed"):
        assert word not in proven
    assert all(f"{what} (claimed)" in others for what in listed["claimed"])
    (tmp_path / "list.json").write_bytes(files[SCENARIOS])
    accepted = plimsoll(*verify, "--scenarios", tmp_path / "list.json", "--json").json()
    assert [one["figure"] for one in accepted["accepted"]] == ["list of scenarios"]
    assert "list of scenarios" not in {one["figure"] for one in accepted["claimed"] + accepted["proven"]}


def write_folder(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def test_list_of_scenarios_is_the_one_accepted(plimsoll: Commands, proven: Path, tmp_path: Path) -> None:
    outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, "--scenarios", proven / "crash.json")
    assert outcome.code == 0 and "list of scenarios (accepted)" in outcome.out
    milder = json.loads((proven / "crash.json").read_text())
    milder["scenarios"][0]["default"] = "-0.2"
    (tmp_path / "mild.json").write_text(json.dumps(milder))
    for given in (tmp_path / "mild.json", "ab" * 32):
        outcome = plimsoll("book", "verify", proven / "proofs", *market(proven), *AT, "--scenarios", given)
        assert outcome.code == 1 and "scenarios with the digest" in outcome.err


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
    words = " ".join(told.out.split())
    assert told.code == 0 and "plimsoll book verify" in words and "not verified" in words
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
