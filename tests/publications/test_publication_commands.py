"""`publish`, `verify DIRECTORY`, `history` and `diff`, as a venue and its readers use them."""

from __future__ import annotations

import json
import shutil
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from venue_office import oracles, parts, published, venue

from plimsoll.cli.main import run
from plimsoll.prover.publication import publish
from plimsoll.verifier.archive import read_publication
from plimsoll.verifier.bundle import ATTESTATION, MANIFEST, PARAMETERS, PROOF, RESERVES, SNAPSHOT
from plimsoll.verifier.policy import Policy

OLD = Policy(max_age=None)


def pinned(folder: Path) -> list[str]:
    return [
        "--venue-key",
        venue().public_key.hex(),
        "--oracles",
        str(folder.parent / "oracles.json"),
        "--max-age",
        "any",
    ]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two publications in a row, the venue's key file, and the oracle set that readers accept."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "oracles.json").write_text(oracles().model_dump_json())
    policy = Policy(max_age=None)
    publish(published(0), folder / "day0", policy=policy)
    key = folder / "venue.key"
    key.write_text(json.dumps({"version": 1, "kind": "signing key", "seed": (b"v" * 32).hex()}))
    key.chmod(0o600)
    for name, data in parts(1).items():
        (folder / name).write_bytes(data)
    with redirect_stdout(StringIO()):
        assert run([*command(folder, folder / "day1"), "--previous", str(folder / "day0")]) == 0
    return folder


def command(folder: Path, out: Path) -> list[str]:
    files = {"--proof": PROOF, "--market": SNAPSHOT, "--parameters": PARAMETERS}
    more = {"--attestation": ATTESTATION, "--oracles": "oracles.json", "--reserves": RESERVES, "--key": "venue.key"}
    options = [text for option, name in (files | more).items() for text in (option, str(folder / name))]
    return ["publish", str(out), *options, "--max-age", "any"]


def test_every_figure_has_its_label(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify", str(office / "day1"), *pinned(office / "day1"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    labels = {one["figure"]: one["label"] for one in data["figures"]}
    assert labels["every account meets its maintenance margin"] == "proven"
    assert labels["prices reported, none after the snapshot"] == "attested"
    assert labels["price of BTC"] == "attested"
    assert labels["price of COIN0"] == "claimed"
    assert labels["addresses whose keys signed for this book"] == "attested"
    assert labels["rules"] == labels["digest of the rules"] == "claimed"
    assert labels["digest of the customers' nonce"] == "claimed", "the proof does not bind it"
    assert labels["digest of the proof"] == "attested"
    assert labels["counted as BTC"] == labels["block of eip155:1 at which to look"] == "claimed"
    assert any("the rules are sound" in one for one in data["not_said"])
    assert not any("who made it" in one or "who signed the prices" in one for one in data["not_said"])
    assert labels["reserves in BTC"] == "claimed"
    assert run(["verify", str(office / "day1"), *pinned(office / "day1")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("valid:") and "What it says" in out and data["digest"] in out


def test_without_an_oracle_set_every_price_is_claimed(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--venue-key", venue().public_key.hex(), "--max-age", "any", "--json"]
    assert run(["verify", str(office / "day0"), *options]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    assert {one["label"] for one in figures if one["figure"].startswith("price")} == {"claimed"}


def test_altered_publication_rejected(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "day"
    copy.mkdir()
    for path in (office / "day0").iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    manifest = (copy / MANIFEST).read_text()
    (copy / MANIFEST).write_text(manifest.replace('"sequence":3', '"sequence":4'))
    assert run(["verify", str(copy), *pinned(office / "day0")]) == 1
    assert "fails at step publication" in capsys.readouterr().err
    assert run(["verify", str(copy), *pinned(office / "day0"), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["step"] == "publication"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ([], "give the venue's public key"),
        (["--venue-key", "00"], "96 hexadecimal digits"),
        (["--venue-key", "00" * 48, "--market", "x"], "leave --market out"),
    ],
)
def test_wrong_usage_of_verify(
    office: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert run(["verify", str(office / "day0"), *options]) == 2
    assert message in " ".join(capsys.readouterr().err.split())


def test_options_of_a_publication_are_refused_for_a_proof(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = str(office / "day0" / PROOF)
    assert run(["verify", proof, *pinned(office / "day0")]) == 2
    assert "are for a publication" in capsys.readouterr().err
    assert run(["verify", str(office / "nothing"), *pinned(office / "day0")]) == 3
    assert "nothing: cannot be read" in " ".join(capsys.readouterr().err.split())
    assert run(["verify", proof]) == 2
    assert "with --market and --parameters" in capsys.readouterr().err
    assert run(["verify", proof, "--market", "x", "--parameters", "00" * 32]) == 2
    assert "a digest is not enough" in capsys.readouterr().err


def test_rules_that_the_reader_accepts(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By their file or their digest; without either it is said whose they are."""
    day, own = office / "day0", published(0).parameters.digest().hex()
    for rules in (str(day / PARAMETERS), own):
        assert run(["verify", str(day), *pinned(day), "--parameters", rules, "--json"]) == 0
        told = json.loads(capsys.readouterr().out)
        labels = {one["figure"]: one["label"] for one in told["figures"]}
        assert labels["digest of the rules"] == "accepted"
        assert not any("the rules are sound" in one for one in told["not_said"])
    assert run(["verify", str(day), *pinned(day)]) == 0
    assert "the rules are the venue's own" in capsys.readouterr().err
    other = json.loads((day / PARAMETERS).read_text()) | {"revision": 9}
    (tmp_path / "mine.json").write_text(json.dumps(other))
    for rules in (str(tmp_path / "mine.json"), "00" * 32):
        assert run(["verify", str(day), *pinned(day), "--parameters", rules]) == 1
        assert "expected rules with the digest" in capsys.readouterr().err
    assert run(["verify", str(day), *pinned(day), "--parameters", str(tmp_path / "none")]) == 3


@pytest.mark.parametrize(
    ("options", "expects"),
    [
        (["--root", "00" * 32], "expected root 0000000000000000"),
        (["--sequence", "4"], "expected publication sequence 4, got 3"),
        (["--previous", "11" * 32], "expected digest of the previous publication 1111"),
        (["--security-floor", "200"], "expected at least 200 proven bits"),
        (["--max-age", "1h"], "expected a snapshot at most 1:00:00 old"),
        (["--at", "2026-01-01T00:00:00Z"], "expected a snapshot not later than 2026-01-01"),
    ],
)
def test_policy_holds_for_a_publication(
    office: Path, capsys: pytest.CaptureFixture[str], options: list[str], expects: str
) -> None:
    assert run(["verify", str(office / "day0"), *pinned(office / "day0"), *options]) == 1
    assert expects in capsys.readouterr().err


def test_blocks_of_reserves_are_near_the_snapshot(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for span, code in (("0s", 0), ("10m", 0), ("any", 0), ("never", 2)):
        assert run(["verify", str(office / "day0"), *pinned(office / "day0"), "--blocks-within", span]) == code


def test_attestation_is_published_with_the_set_that_it_is_for(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = command(office, tmp_path / "x")
    at = whole.index("--oracles")
    assert run([*whole[:at], *whole[at + 2 :]]) == 2
    assert "--attestation and --oracles go together" in " ".join(capsys.readouterr().err.split())
    assert run([*whole[:-2], "--previous", str(office / "day0")]) == 1
    assert "not published: it would be refused at step policy: expected a snapshot at most 1 day" in (
        capsys.readouterr().err
    )
    (tmp_path / "cut.json").write_bytes(parts(1)[ATTESTATION][:-9])
    cut = [str(tmp_path / "cut.json") if one == str(office / ATTESTATION) else one for one in whole]
    assert run([*cut, "--previous", str(office / "day0")]) == 3
    assert "cut.json" in capsys.readouterr().err
    assert run(whole) == 1, "its snapshot names a publication before it, and none is given"
    assert not (tmp_path / "x").exists()


def test_history(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = ["--venue-key", venue().public_key.hex()]
    days = [str(office / "day0"), str(office / "day1"), *key]
    assert run(["history", *days]) == 0
    assert published(0).digest.hex() in capsys.readouterr().out
    assert run(["history", *days, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["digests"][0] == published(0).digest.hex()
    assert run(["history", *days[1::-1], *key]) == 1
    assert "one more" in capsys.readouterr().err
    assert run(["history", str(office), *key]) == 3
    assert run(["history", *days[:2]]) == 2


def test_history_of_a_folder(office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All in it, by their sequence whatever their names; whatever is none is not passed over."""
    key = ["--venue-key", venue().public_key.hex(), "--json"]
    both, one = tmp_path / "both", tmp_path / "one"
    both.mkdir()
    shutil.copytree(office / "day1", both / "a")
    assert run(["pack", str(office / "day0"), str(both / "b.tar")]) == 0
    capsys.readouterr()
    assert run(["history", str(both), *key]) == 0
    digests = json.loads(capsys.readouterr().out)["digests"]
    assert digests == [published(0).digest.hex(), read_publication(office / "day1").digest.hex()]
    shutil.copytree(office / "day1", both / "c")
    assert run(["history", str(both), *key]) == 1, "one of them twice"
    (both / "c" / MANIFEST).unlink()
    assert run(["history", str(both), *key]) == 3
    shutil.rmtree(both / "c")
    (both / "notes.txt").write_text("x")
    capsys.readouterr()
    assert run(["history", str(both), *key]) == 3
    assert "notes.txt: is no publication" in " ".join(capsys.readouterr().err.split())
    one.mkdir()
    assert run(["history", str(one), *key]) == 3
    assert "is missing: this is no publication" in " ".join(capsys.readouterr().err.split())


def test_files_of_another_kind_are_named_as_they_were_given(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not by the name that they would have in the publication."""
    good = command(office, tmp_path / "x")
    swaps = [(SNAPSHOT, PARAMETERS), (PARAMETERS, SNAPSHOT), (RESERVES, SNAPSHOT), (ATTESTATION, RESERVES)]
    for right, wrong in swaps:
        given = tmp_path / f"given as {right}"
        given.write_bytes((office / wrong).read_bytes())
        assert run([str(given) if one == str(office / right) else one for one in good]) == 3
        assert given.name in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "x").exists()


def test_publication_inside_another_rejected(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The other would then have a further entry, and be refused."""
    out = office / "day0" / "next"
    assert run([*command(office, out), "--previous", str(office / "day0")]) == 2
    assert "choose a place outside it" in " ".join(capsys.readouterr().err.split())
    assert not out.exists()


def test_history_of_another_s_publications_rejected(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A chain that joins says nothing unless each link is the venue's own and valid."""
    assert run(["history", str(office / "day0"), "--venue-key", "00" * 48]) == 1
    assert "a signature by the venue's key" in capsys.readouterr().err


def test_publication_that_would_be_refused_is_not_written(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reserves of the day before."""
    (tmp_path / RESERVES).write_bytes(parts(0)[RESERVES])
    wrong = [
        str(tmp_path / RESERVES) if one == str(office / RESERVES) else one for one in command(office, tmp_path / "x")
    ]
    assert run([*wrong, "--previous", str(office / "day0")]) == 1
    assert "would be refused at step reserves" in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
