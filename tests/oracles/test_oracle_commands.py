"""`plimsoll oracle` from drawing keys to a checked snapshot, and what it must not do."""

from __future__ import annotations

import io
import json
import os
import stat
import traceback
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from oracle_market import NAMES, report, rules, snapshot

from plimsoll.cli.key import read_key
from plimsoll.cli.main import run
from plimsoll.engine.problems import InputError
from plimsoll.prover.signing_key import SigningKeyError

SIGNING = (0, 2, 3)


def write(path: Path, fields: Any) -> Path:
    path.write_text(json.dumps(fields))
    return path


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with three oracles' keys and signed reports, the accepted set, the snapshot and its attestation."""
    folder = tmp_path_factory.mktemp("desk")
    listed = []
    for place in SIGNING:
        said = write(folder / f"report{place}.json", report(place).model_dump(mode="json"))
        key = folder / f"key{place}.json"
        with redirect_stdout(io.StringIO()) as printed:
            assert run(["key", str(key), "--name", NAMES[place]]) == 0
        listed.append(json.loads(printed.getvalue()))
        assert run(["oracle", "sign", str(said), "--key", str(key), "--out", str(folder / f"signed{place}.json")]) == 0
    accepted = {
        "version": 1,
        "feed": "spot index",
        "oracles": sorted(listed, key=lambda one: str(one["public_key"])),
        "quorum": 3,
        "max_age_seconds": 60,
        "max_deviation": "0.01",
        "max_confidence": "0.001",
        "symbols": {"BTC": "BTC/USD", "ETH": "ETH/USD"},
    }
    write(folder / "oracles.json", accepted)
    write(folder / "market.json", snapshot().model_dump(mode="json"))
    write(folder / "parameters.json", rules().model_dump(mode="json"))
    signed = [str(folder / f"signed{place}.json") for place in SIGNING]
    out = ["--oracles", str(folder / "oracles.json"), "--out", str(folder / "attestation.json")]
    assert run(["oracle", "attest", *signed, *out]) == 0
    return folder


def checked(desk: Path, *more: str, market: str = "market.json") -> int:
    names = ("parameters", "oracles", "attestation")
    files = [text for name in names for text in (f"--{name}", str(desk / f"{name}.json"))]
    return run(["oracle", "verify", str(desk / market), *files, *more])


def test_snapshot_of_medians_is_valid(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert checked(desk) == 0
    assert "2 prices are medians of signed reports" in capsys.readouterr().out
    assert checked(desk, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["valid"], found["attested"], sorted(found["signers"])) == (
        True,
        ["BTC", "ETH"],
        sorted(NAMES[place] for place in SIGNING),
    )


def test_what_is_not_attested_is_said(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(desk / "funded.json", snapshot(funding={"BTC": "1"}, open_interest={"BTC": "2"}).model_dump(mode="json"))
    assert checked(desk, market="funded.json") == 0
    assert "only claimed funding, open interest" in capsys.readouterr().out
    assert checked(desk, "--json", market="funded.json") == 0
    assert json.loads(capsys.readouterr().out)["claimed"] == ["funding", "open interest"]


def test_other_price_rejected(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(desk / "false.json", snapshot(prices={"BTC": "100001", "ETH": "4000"}).model_dump(mode="json"))
    assert checked(desk, market="false.json") == 1
    assert "fails at step oracles: expected the median of 3 reports of BTC/USD" in capsys.readouterr().err
    assert checked(desk, "--json", market="false.json") == 1
    assert json.loads(capsys.readouterr().out)["step"] == "oracles"


def test_key_is_secret_and_never_replaced(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = desk / "key0.json"
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert run(["key", str(key), "--name", "Again"]) == 3
    assert "never overwritten" in capsys.readouterr().err
    assert key.read_bytes() == before
    seed = json.loads(before)["seed"]
    others = [path for path in desk.iterdir() if path != key]
    assert others and all(seed not in path.read_text() for path in others)


def test_key_that_others_can_read_rejected(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "key.json"
    copy.write_bytes((desk / "key0.json").read_bytes())
    copy.chmod(0o640)
    assert run(["oracle", "sign", str(desk / "report0.json"), "--key", str(copy), "--out", str(tmp_path / "x")]) == 3
    assert "can be read by others" in capsys.readouterr().err


@pytest.mark.parametrize("damage", ["cut", "longer", "kind"])
def test_damaged_key_rejected_without_showing_it(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    fields = json.loads((desk / "key0.json").read_text())
    seed = fields["seed"]
    fields |= {"cut": {"seed": seed[:-1]}, "longer": {"seed": seed + "0"}, "kind": {"kind": "opening"}}[damage]
    bad = write(tmp_path / "bad.json", fields)
    bad.chmod(0o600)
    assert run(["oracle", "sign", str(desk / "report0.json"), "--key", str(bad), "--out", str(tmp_path / "x")]) == 3
    shown = capsys.readouterr()
    assert "restore it from its backup" in shown.err
    assert seed[:12] not in shown.err + shown.out
    assert not (tmp_path / "x").exists()


def test_unusable_key_files_are_named(tmp_path: Path) -> None:
    """A pipe is not waited for; an error's context holds nothing of the file; what is missing is said."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    cut = tmp_path / "cut"
    cut.write_text('{"version": 1, "kind": "signing key", "seed": "' + "5e" * 31 + '"}')
    cut.chmod(0o600)
    for path, message in ((pipe, "no key file"), (cut, "no key file"), (tmp_path / "none", "cannot be read: No such")):
        with pytest.raises(SigningKeyError, match=message) as caught:
            read_key(path)
        shown = "".join(traceback.format_exception(caught.value))
        assert "5e5e5e" not in shown
        assert not isinstance(caught.value.__context__, InputError)


def test_mode_is_that_of_the_file_that_was_opened(desk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private file exchanged for a public one under its name, between check and reading, is not read as private."""
    name = tmp_path / "key.json"
    name.write_bytes((desk / "key0.json").read_bytes())
    name.chmod(0o644)
    private = tmp_path / "private"
    private.write_bytes(name.read_bytes())
    private.chmod(0o600)
    genuine = os.open

    def exchanged(path: Any, *arguments: Any, **more: Any) -> int:
        handle = genuine(path, *arguments, **more)
        if path == name or path == str(name):
            private.replace(name)
        return handle

    monkeypatch.setattr(os, "open", exchanged)
    with pytest.raises(SigningKeyError, match="can be read by others"):
        read_key(name)
    assert stat.S_IMODE(name.stat().st_mode) == 0o600, "the check by name would have passed"


@pytest.mark.parametrize("name", ["Zo\u00eb", "", "a" * 65, "x\ny", "-"])
def test_name_that_cannot_be_listed_rejected(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(["key", str(tmp_path / "key"), "--name", name]) == 2
    assert "expected a name of 1 to 64 letters" in " ".join(capsys.readouterr().err.split())
    assert list(tmp_path.iterdir()) == []


def test_too_few_reports_make_no_attestation(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    signed = [str(desk / f"signed{place}.json") for place in SIGNING[:2]]
    out = ["--oracles", str(desk / "oracles.json"), "--out", str(tmp_path / "attestation.json")]
    assert run(["oracle", "attest", *signed, *out]) == 1
    assert "2 of 3 oracles, 3 needed" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_rules_of_another_currency_rejected(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(desk / "euro.json", snapshot(quote="EUR").model_dump(mode="json"))
    assert checked(desk, market="euro.json") == 1
    assert "expected rules in EUR, got USD" in capsys.readouterr().err


def test_two_reports_of_one_oracle_rejected(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    twice = [str(desk / "signed0.json")] * 2
    out = ["--oracles", str(desk / "oracles.json"), "--out", str(tmp_path / "attestation.json")]
    assert run(["oracle", "attest", *twice, *out]) == 3
    assert "the same oracle's key" in capsys.readouterr().err


def test_report_altered_after_signing_rejected(desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fields = json.loads((desk / "signed0.json").read_text())
    fields["report"]["prices"]["BTC/USD"]["price"] = "1"
    bad = write(tmp_path / "signed.json", fields)
    out = ["--oracles", str(desk / "oracles.json"), "--out", str(tmp_path / "attestation.json")]
    assert run(["oracle", "attest", str(bad), *out]) == 3
    assert "is not over its report" in capsys.readouterr().err
    assert not (tmp_path / "attestation.json").exists()


@pytest.mark.parametrize(
    ("file", "change", "message"),
    [
        ("oracles.json", {"quorum": "3"}, "expected an integer"),
        ("oracles.json", {"feeds": "x"}, "unknown field"),
        ("attestation.json", {"signers": "1011x"}, "signers"),
        ("attestation.json", {"signature": "00"}, "192 lower-case hexadecimal digits"),
    ],
)
def test_bad_file_is_named(
    desk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, change: dict[str, Any], message: str
) -> None:
    for name in ("oracles.json", "attestation.json", "market.json", "parameters.json"):
        fields = json.loads((desk / name).read_text()) | (change if name == file else {})
        write(tmp_path / name, fields)
    assert checked(tmp_path) == 3
    err = capsys.readouterr().err
    assert message in err and file in err
