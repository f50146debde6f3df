"""`plimsoll receipt`: promised, published, kept; and a venue that publishes another book."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from receipt_office import OMITTED, files, publication, receipts
from small_book import PARAMETERS, small_book
from venue_office import SHAPE, SNAPSHOT, venue

from plimsoll.cli.main import run
from plimsoll.engine.titles import Title
from plimsoll.prover.core_api import permute
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening
from plimsoll.prover.publication import publish
from plimsoll.prover.receipts import issue
from plimsoll.verifier.customer import show_quad
from plimsoll.verifier.policy import Policy

HERS, VENUES = (1, 2, 3, 4), (5, 6, 7, 8)
"""Owner's keys: a customer's own, and one whose secret the venue keeps."""
KEY = ["--venue-key", venue().public_key.hex()]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template book, proven; the venue's key; receipts; the publication; the customers' files."""
    folder = tmp_path_factory.mktemp("office")
    book, key = folder / "book", folder / "venue.key"
    key.write_text(json.dumps({"version": 1, "kind": "signing key", "seed": (b"v" * 32).hex()}))
    key.chmod(0o600)
    proof = ["--proof", str(folder / "book.proof")]
    rules = ["--market", str(book / "snapshot.json"), "--parameters", str(book / "parameters.json")]
    secret = [str(book), "--opening", str(book / "opening-1.json")]
    with redirect_stdout(StringIO()):
        assert run(["init", str(book)]) == 0
        assert run(["prove", str(book), "--out", str(folder / "book.proof")]) == 0
        out = ["--out", str(folder / "receipts")]
        assert run(["publish", str(folder / "day"), *proof, *rules, "--key", str(key)]) == 0
        made = ["--publication", str(folder / "day")]
        assert run(["receipt", "issue", *secret, "--key", str(key), *made, *out]) == 0
        assert run(["customer", "files", *secret, "--out", str(folder / "customers")]) == 0
    return folder


@pytest.fixture
def liar(tmp_path: Path) -> Path:
    """A venue that left ann out after her receipt: her receipt, her file, what it published."""
    publish(publication(OMITTED), tmp_path / "day", policy=Policy(max_age=None))
    (tmp_path / "receipt.json").write_text(receipts()["ann"].model_dump_json())
    (tmp_path / "ann.json").write_text(files()["ann"].model_dump_json())
    return tmp_path


def test_each_customer_checks_twice(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """When she gets it, and when the publication is out."""
    folder = office / "receipts"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    names = sorted(one.name for one in folder.iterdir())
    assert names == sorted(one.name for one in (office / "customers").iterdir())
    mine = ["--customer", str(office / "customers" / names[0])]
    command = ["receipt", "check", str(folder / names[0]), *KEY]
    assert run([*command, *mine, "--parameters", str(office / "book" / "parameters.json")]) == 0
    out = capsys.readouterr().out
    assert "the venue promised this leaf" in out and "check it again with --publication" in out
    assert run([*command, *mine, "--publication", str(office / "day")]) == 0
    assert "the promise was kept" in capsys.readouterr().out
    assert run([*command, "--publication", str(office / "day"), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert (data["state"], data["owner_checked"]) == ("kept", False)
    wrong = ["--customer", str(office / "customers" / names[1])]
    assert run([*command, *wrong, "--publication", str(office / "day")]) == 1
    assert "the receipt is not for this account" in capsys.readouterr().err


def test_account_omitted_after_its_receipt_is_evidence(liar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Her file makes no difference, nor does having none: a judge has neither her name nor her holdings."""
    assert run(["verify", str(liar / "day"), *KEY, "--max-age", "any"]) == 0
    capsys.readouterr()
    command = ["receipt", "check", str(liar / "receipt.json"), *KEY, "--publication", str(liar / "day")]
    for more in ([], ["--customer", str(liar / "ann.json")]):
        assert run([*command, *more]) == 1
        said = capsys.readouterr().err
        assert said.startswith("promise broken:") and "omitted account" in said and "This is evidence" in said
    assert run([*command, "--json"]) == 1
    data = json.loads(capsys.readouterr().out)
    assert not data["valid"] and data["evidence"]["manifest"] == publication(OMITTED).digest.hex()
    assert data["evidence"]["promise_signature"] == receipts()["ann"].signature.hex()


def test_receipt_of_another_venue_rejected(liar: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["receipt", "check", str(liar / "receipt.json"), "--publication", str(liar / "day")]
    assert run([*command, "--venue-key", "00" * 48]) == 1
    said = capsys.readouterr().err
    assert said.startswith("invalid:") and "evidence" not in said
    assert run([*command, "--venue-key", "00" * 48, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["step"] == "receipt"


def test_no_promise_of_a_root_that_is_not_published(office: Path, liar: Path, tmp_path: Path) -> None:
    secret = [str(office / "book"), "--opening", str(office / "book" / "opening-1.json")]
    options = ["--key", str(office / "venue.key"), "--out", str(tmp_path / "receipts")]
    assert run(["receipt", "issue", *secret, *options, "--publication", str(liar / "day")]) == 1
    assert not (tmp_path / "receipts").exists()


def test_wrong_usage(office: Path, liar: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one = str(liar / "receipt.json")
    assert run(["receipt", "check", one, *KEY, "--customer", str(liar / "ann.json")]) == 2
    assert "needs --publication, or before it --parameters" in " ".join(capsys.readouterr().err.split())
    assert run(["receipt", "check", one]) == 2
    assert run(["receipt", "check", str(liar / "none"), *KEY]) == 3
    assert run(["receipt", "check", str(liar / "ann.json"), *KEY]) == 3
    secret = [str(office / "book"), "--opening", str(office / "book" / "opening-1.json")]
    options = ["receipt", "issue", *secret, "--key", str(office / "venue.key")]
    assert run([*options, "--out", str(liar)]) == 2
    assert run([*options, "--out", str(tmp_path / "x"), "--account", "nobody"]) == 2
    assert not (tmp_path / "x").exists()


@pytest.fixture
def titled(tmp_path: Path) -> Path:
    """Receipts of a book whose leaves have keys and a lien: ann none, ben the venue's key, cat her own and a lien."""
    titles = {1: Title(VENUES), 2: Title(HERS, 1_234_500_001)}
    made = replace(small_book(), titles=titles)
    drawn = new_opening(made, SHAPE, SNAPSHOT, PARAMETERS)
    (tmp_path / "parameters.json").write_text(json.dumps(PARAMETERS.model_dump(mode="json")))
    for name, one in issue(made, SNAPSHOT, PARAMETERS, drawn, permute, venue(), SNAPSHOT.time):
        (tmp_path / f"{name}-receipt.json").write_text(one.model_dump_json())
    for file in customer_files(made, SNAPSHOT, PARAMETERS, drawn, permute):
        (tmp_path / f"{file.identifier}.json").write_text(file.model_dump_json())
    return tmp_path


def test_key_and_lien_in_the_promised_leaf(titled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the publication, when there is still time to object."""

    def check(name: str, *more: str) -> tuple[int, str, str]:
        mine = ["--customer", str(titled / f"{name}.json"), "--parameters", str(titled / "parameters.json")]
        code = run(["receipt", "check", str(titled / f"{name}-receipt.json"), *KEY, *mine, *more])
        told = capsys.readouterr()
        return code, " ".join(told.out.split()), " ".join(told.err.split())

    code, out, err = check("ben")
    assert code == 0 and show_quad(VENUES) in out and "prove the account to lenders as his own" in err
    code, out, err = check("ben", "--owner", show_quad(HERS))
    assert (code, out) == (1, "") and f"got {show_quad(VENUES)}" in err
    code, out, err = check("cat", "--owner", show_quad(HERS))
    assert (code, err) == (0, "") and "as you gave it" in out and "lien 1,234.500001 USD" in out
    code, out, _ = check("cat", "--owner", show_quad(HERS), "--json")
    data = json.loads(out)
    assert (code, data["owner"], data["owner_compared"], data["lien"]) == (0, show_quad(HERS), True, "1234.500001")
    code, out, err = check("ann")
    assert (code, err) == (0, "") and "none - nobody can prove this account" in out
    assert check("ann", "--owner", show_quad(HERS))[0] == 1
    alone = ["receipt", "check", str(titled / "ben-receipt.json"), *KEY]
    assert run([*alone, "--owner", show_quad(HERS)]) == 2
    assert "--owner needs --customer" in " ".join(capsys.readouterr().err.split())
    assert run([*alone, "--json"]) == 0
    assert "owner" not in json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("module", ["audit", "customer", "pack", "receipt"])
def test_checking_needs_no_numpy_and_no_core(module: str) -> None:
    """What customers and auditors run: the modules of their commands import without either."""
    blocked = "import sys; sys.modules.update(dict.fromkeys(('numpy', 'pyarrow', 'plimsoll_core', 'starkware')))"
    script = f"{blocked}; import plimsoll.cli.{module}"
    subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
