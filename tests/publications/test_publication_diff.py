"""`plimsoll diff`: whatever two publications say otherwise is a line; two that say the same have none."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from venue_office import parts, published

from plimsoll.cli.main import run
from plimsoll.cli.publication_changes import COMPARED, changes
from plimsoll.engine.scenarios import NO_SCENARIOS
from plimsoll.prover.publication import publish
from plimsoll.verifier.bundle import PARAMETERS, PROOF, SNAPSHOT, WHOLE, Bundle
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, batch_name

NOTHING: dict[str, Any] = {"amount": "0", "accounts": 0, "exact": True}
CLAIMED: dict[str, Any] = {
    "version": 1,
    "totals": None,
    "liabilities": {"BTC": "5"},
    "insurance_fund": "100",
    "surplus": "0",
    "margin_gap": NOTHING,
    "deficits": [NOTHING, {"amount": "7", "exact": False}],
}
SCENARIO: dict[str, Any] = {"version": 1, "name": "moves", "revision": 1}
SCENARIO |= {"scenarios": [{"name": "crash", "default": "-0.3"}]}


def whole(claims: dict[str, Any] | None = None, scenarios: dict[str, Any] | None = None, batches: int = 1) -> Bundle:
    """A publication of a whole book, as read: `diff` verifies nothing, so its proofs are none."""
    one = published(0)
    files = {name: data for name, data in one.files.items() if name != PROOF} | dict.fromkeys(WHOLE, b"")
    files |= {batch_name(i): b"" for i in range(batches)}
    files[CLAIMS] = json.dumps(CLAIMED | (claims or {})).encode()
    files[SCENARIOS] = json.dumps(SCENARIO | (scenarios or {})).encode()
    return Bundle(one.manifest, one.manifest_bytes, one.signature, files)


def root_of(bundle: Bundle) -> str:
    return show_quad(bundle.manifest.root)


def test_root_is_named_and_nothing_is_said_of_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "day0", tmp_path / "day1"
    publish(published(0), old, policy=Policy(max_age=None))
    publish(published(1), new, published(0), policy=Policy(max_age=None))
    assert run(["diff", str(old), str(new)]) == 0
    assert capsys.readouterr().out == f"book root: {root_of(published(0))} to {root_of(published(1))}\n"
    assert run(["diff", str(old), str(old)]) == 0
    assert capsys.readouterr().out == f"nothing in {COMPARED}\n"
    for pair in ((old / PROOF, new), (old, new / PROOF)):
        assert run(["diff", *map(str, pair)]) == 3
        said = " ".join(capsys.readouterr().err.split())
        assert f"{PROOF}: expected a publication, its directory or one file, got a proof" in said and "\\x" not in said
    assert run(["diff", str(old), str(new / SNAPSHOT)]) == 3
    assert "got a JSON file" in " ".join(capsys.readouterr().err.split())
    assert run(["history", str(new / PROOF), "--venue-key", "00" * 48]) == 3
    assert "got a proof" in " ".join(capsys.readouterr().err.split())


def test_rules_prices_and_reserves() -> None:
    rules, market = json.loads(parts(1)[PARAMETERS]), json.loads(parts(1)[SNAPSHOT])
    rules["revision"] = 2
    rules["instruments"][0]["haircut"][0]["rate"] = "0.04"
    market["prices"]["BTC"] = "1"
    old, new = published(0), published(1)
    assert "rules: changed without a higher revision" not in changes(old, new)
    files = {PARAMETERS: json.dumps(rules).encode(), SNAPSHOT: json.dumps(market).encode(), PROOF: b""}
    found = changes(old, Bundle(new.manifest, new.manifest_bytes, new.signature, files))
    address = next(line for line in found if line.startswith("address 0x"))
    assert address.endswith("on eip155:1: reserve to none")
    assert found == [
        "rules of BTC: changed",
        "rules: revision 1 to 2",
        f"book root: {root_of(old)} to {root_of(new)}",
        "price of BTC: 50000.5 to 1",
        "reserve (claimed) of BTC: 5 to none",
        address,
        "attestation of prices: gone",
        "reserves: gone",
    ]


def test_from_strict_to_whole_and_back() -> None:
    strict = "strict (every account meets its maintenance margin, in one proof)"
    there, back = changes(published(0), whole()), changes(whole(), published(0))
    assert there[0] == f"statement: {strict} to whole book, 1 batch"
    assert f"statement: whole book, 1 batch to {strict}" in back
    for what, value in (
        ("accounts below maintenance margin", "0"),
        ("margin gap", "0"),
        ("deficit in scenario crash", "at most 7"),
        ("accounts with a deficit in scenario crash", "hidden"),
        ("insurance fund that is claimed", "100"),
        ("bound of liabilities in BTC", "5"),
        ("totals", "hidden"),
    ):
        assert f"{what}: none to {value}" in there
        assert f"{what}: {value} to none" in back


SHOWN = {"BTC": {"long": "4", "short": "1"}}
MORE = {"BTC": {"long": "5", "short": "1"}}


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ({}, {}, []),
        ({}, {"liabilities": {"BTC": "6"}}, ["bound of liabilities in BTC: 5 to 6"]),
        ({}, {"liabilities": {}}, ["bound of liabilities in BTC: 5 to none"]),
        ({}, {"totals": SHOWN}, ["totals: hidden to shown", "total BTC: none to 4 long, 1 short"]),
        ({"totals": SHOWN}, {"totals": MORE}, ["total BTC: 4 long, 1 short to 5 long, 1 short"]),
        ({}, {"insurance_fund": "99"}, ["insurance fund that is claimed: 100 to 99"]),
        ({}, {"surplus": "0.05"}, ["promised surplus of reserves: 0 % to 5 %"]),
        (
            {},
            {"margin_gap": {"amount": "3", "accounts": 2, "exact": True}},
            ["accounts below maintenance margin: 0 to 2", "margin gap: 0 to 3"],
        ),
        (
            {},
            {"margin_gap": {"amount": "0", "accounts": 0, "exact": False}},
            ["accounts below maintenance margin: 0 to at most 0", "margin gap: 0 to at most 0"],
        ),
        (
            {},
            {"deficits": [NOTHING, {"amount": "8", "exact": False}]},
            ["deficit in scenario crash: at most 7 to at most 8"],
        ),
        (
            {},
            {"deficits": [{"amount": "1", "accounts": 1, "exact": True}, CLAIMED["deficits"][1]]},
            ["accounts with a deficit at the snapshot: 0 to 1", "deficit at the snapshot: 0 to 1"],
        ),
    ],
)
def test_each_claim(old: dict[str, Any], new: dict[str, Any], lines: list[str]) -> None:
    assert changes(whole(old), whole(new)) == lines


def test_scenarios_batches_and_venue() -> None:
    other = {"revision": 2, "scenarios": [{"name": "crash", "default": "-0.2"}]}
    (line,) = changes(whole(), whole(scenarios=other))
    assert line.startswith("list of scenarios: moves, revision 1, ") and "to moves, revision 2, " in line
    lines = changes(whole(), whole(scenarios=other | {"revision": 1}))
    assert lines[0] == "list of scenarios: changed without a higher revision" and len(lines) == 2
    assert changes(whole(), whole(batches=2)) == ["statement: whole book, 1 batch to whole book, 2 batches"]
    renamed = whole().manifest.model_copy(update={"venue": "Other"})
    assert changes(whole(), replace(whole(), manifest=renamed)) == [f"venue: {whole().manifest.venue} to Other"]


def test_deficit_without_a_scenario_is_shown() -> None:
    """Such claims are refused by `verify`; here nothing is verified, and nothing passed over."""
    alone = {"scenarios": list(NO_SCENARIOS.scenarios)}
    lines = changes(whole(scenarios=alone), whole({"deficits": [NOTHING, NOTHING]}, scenarios=alone))
    assert lines == ["accounts with a deficit number 1: hidden to 0", "deficit number 1: at most 7 to 0"]
