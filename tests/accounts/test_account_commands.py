"""`plimsoll account`: an owner draws a secret, the venue publishes, she proves, a consumer verifies, once."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from one_account import PARAMETERS, POLICY
from small_venue import SNAPSHOT, TIME, book

from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.cli.main import run
from plimsoll.engine.titles import Title
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.owner_secret import OwnerSecret, OwnerSecretError
from plimsoll.prover.publication import make_bundle, publish
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.book import verify_book
from plimsoll.verifier.bundle import PARAMETERS as RULES_FILE
from plimsoll.verifier.bundle import PROOF
from plimsoll.verifier.bundle import SNAPSHOT as SNAPSHOT_FILE
from plimsoll.verifier.consumer import ConsumerRequest
from plimsoll.verifier.policy import Policy

SHAPE = ShapeClass(2, 2)
AT = ["--at", "2026-11-21T13:00:00Z"]
REQUEST: dict[str, Any] = {
    "version": 1,
    "threshold": "free",
    "amount": "1.5",
    "chain": "137",
    "contract": "0x" + "11" * 20,
    "borrower": "0x" + "22" * 20,
    "nonce": "7",
    "expiry": "2026-11-21T14:00:00Z",
    "scope": "0x" + "44" * 32,
}


@dataclass(frozen=True)
class Desk:
    """A folder with everything that owner and consumer have."""

    folder: Path
    owner: str

    def path(self, name: str) -> Path:
        return self.folder / name

    def request(self, **changes: Any) -> Path:
        path = self.path("request.json")
        path.write_text(json.dumps({k: v for k, v in (REQUEST | changes).items() if v is not None}))
        return path

    def market(self) -> list[str]:
        return ["--market", str(self.path("snapshot.json")), "--parameters", str(self.path("parameters.json"))]

    def prove(self, *more: str, name: str = "wide", secret: str = "owner.json", **changes: Any) -> int:
        file, out = str(self.path(f"{name}.json")), str(self.path("account.proof"))
        known = ["--secret", str(self.path(secret)), "--request", str(self.request(**changes)), "--out", out]
        return run(["account", "prove", file, *known, *self.market(), *more])

    def verify(self, *more: str, **changes: Any) -> int:
        known = ["--request", str(self.request(**changes)), *self.market()]
        by_book = [] if "--root" in more else ["--book", str(self.path("book.proof"))]
        return run(["account", "verify", str(self.path("account.proof")), *known, *by_book, *AT, *more])


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    folder = tmp_path_factory.mktemp("desk")
    assert run(["account", "key", str(folder / "owner.json")]) == 0
    assert run(["account", "key", str(folder / "other.json")]) == 0
    key = OwnerSecret.read(folder / "owner.json").key(permute)
    plain = book()
    titled = replace(plain, titles={plain.accounts.index("wide"): Title(key, 1_000_000)})
    opening = new_opening(titled, SHAPE, SNAPSHOT, PARAMETERS)
    (folder / "book.proof").write_bytes(prove_book(titled, SNAPSHOT, PARAMETERS, SHAPE, opening))
    for one in customer_files(titled, SNAPSHOT, PARAMETERS, opening, permute):
        (folder / f"{one.identifier}.json").write_text(one.model_dump_json())
    (folder / "snapshot.json").write_text(SNAPSHOT.model_dump_json())
    (folder / "parameters.json").write_text(PARAMETERS.model_dump_json())
    made = Desk(folder, "".join(f"{one:016x}" for one in key))
    assert made.prove() == 0
    return made


def test_key_is_secret_and_its_public_half_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "one.json"
    assert run(["account", "key", str(path)]) == 0
    printed = json.loads(capsys.readouterr().out)["owner"]
    secret = OwnerSecret.read(path)
    assert printed == "".join(f"{one:016x}" for one in secret.key(permute))
    assert path.stat().st_mode & 0o777 == 0o600
    assert "".join(f"{one:016x}" for one in secret.elements) in path.read_text()
    assert str(secret.elements[0]) not in repr(secret)
    assert run(["account", "key", str(path)]) == 3
    assert OwnerSecret.read(path) == secret


@pytest.mark.parametrize("fault", ["missing", "shared", "cut", "other kind"])
def test_secret_that_cannot_be_used_is_refused_and_not_quoted(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "one.json"
    secret = OwnerSecret.draw()
    if fault != "missing":
        secret.write(path)
    if fault == "shared":
        path.chmod(0o640)
    if fault == "cut":
        path.write_text(path.read_text()[:-5])
    if fault == "other kind":
        path.write_text(path.read_text().replace("owner secret", "signing key"))
    with pytest.raises(OwnerSecretError) as caught:
        OwnerSecret.read(path)
    assert f"{secret.elements[0]:016x}" not in str(caught.value)


def test_proof_is_accepted_once(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    used = desk.path("used.txt")
    used.write_text("")
    capsys.readouterr()
    assert desk.verify("--used", str(used), "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["valid"], answer["request"]["amount"], len(answer["tag"])) == (True, "1.5", 64)
    assert answer["scope"] == answer["request"]["scope"] == REQUEST["scope"]
    with used.open("a") as file:
        file.write(answer["tag"] + "\n")
    assert desk.verify("--used", str(used)) == 1
    assert "a tag that was not acted on" in capsys.readouterr().err
    used.write_text("no tag\n")
    assert desk.verify("--used", str(used)) == 3
    assert desk.verify("--used", str(desk.path("none.txt"))) == 3


def test_proof_is_shown(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert desk.verify() == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "1.5 USD free above initial margin" in shown and REQUEST["scope"] in shown


def test_root_from_elsewhere(desk: Desk) -> None:
    data = desk.path("book.proof").read_bytes()
    root = verify_book(data, SNAPSHOT, PARAMETERS, Policy(at=POLICY.at)).root
    digits = "".join(f"{one:016x}" for one in root)
    assert desk.verify("--root", digits, "--levels", "2") == 0
    assert desk.verify("--root", digits, "--levels", "3") == 1
    assert desk.verify("--root", digits, "--levels", "2", "--above", "0") == 1
    assert desk.verify("--root", digits) == 2
    assert desk.verify("--above", "1") == 2
    assert desk.verify("--root", digits, "--levels", "2", "--book", str(desk.path("book.proof"))) == 2


OTHERS: dict[str, dict[str, Any]] = {
    "chain": {"chain": "1"},
    "contract": {"contract": "0x" + "33" * 20},
    "borrower": {"borrower": "0x" + "33" * 20},
    "nonce": {"nonce": "8"},
    "expiry": {"expiry": "2026-11-21T14:00:01Z"},
    "scope": {"scope": "0x" + "45" * 32},
    "amount": {"amount": "1.500001"},
    "kind": {"threshold": "maintenance", "amount": None},
}


@pytest.mark.parametrize("name", OTHERS)
def test_proof_for_another_request_rejected(desk: Desk, capsys: pytest.CaptureFixture[str], name: str) -> None:
    capsys.readouterr()
    assert desk.verify(**OTHERS[name]) == 1
    said, words = " ".join(capsys.readouterr().err.split()), name not in ("amount", "kind")
    assert ("policy: expected a proof for this request, got one for another" in said) == words
    if words:
        assert said.endswith(f"one for another {name}; ask its owner for one")
        assert desk.verify("--json", **OTHERS[name]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told["expected"].startswith("consumer context ") and len(told["got"]) > 100, "programs get the bytes"


def test_file_of_another_publication_is_not_proven(
    desk: Desk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody would accept the proof: its root is none that the publication has."""
    venue, plain = SigningKey.from_seed(b"v" * 32), book()
    owner = OwnerSecret.read(desk.path("owner.json")).key(permute)
    titled = replace(plain, titles={plain.accounts.index("wide"): Title(owner, 1_000_000)})
    market = {SNAPSHOT_FILE: SNAPSHOT.model_dump_json().encode(), RULES_FILE: PARAMETERS.model_dump_json().encode()}
    other = prove_book(titled, SNAPSHOT, PARAMETERS, SHAPE, new_opening(titled, SHAPE, SNAPSHOT, PARAMETERS))
    for name, proof in (("own", desk.path("book.proof").read_bytes()), ("other", other)):
        bundle = make_bundle({PROOF: proof, **market}, venue, SNAPSHOT.time, None)
        publish(bundle, tmp_path / name, policy=Policy(max_age=None))
    files = ["--secret", str(desk.path("owner.json")), "--request", str(desk.request()), "--out"]
    for name, code in (("other", 3), ("own", 0)):
        out = tmp_path / f"{name}.proof"
        known = [*files, str(out), "--publication", str(tmp_path / name)]
        assert run(["account", "prove", str(desk.path("wide.json")), *known]) == code
        assert out.exists() == (code == 0)
    assert "its leaf is under another root" in " ".join(capsys.readouterr().err.split())


def test_expired_proof_rejected(desk: Desk) -> None:
    assert desk.verify("--at", "2026-11-21T14:00:00Z") == 1


def test_account_that_does_not_meet_it_is_refused(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.prove("--force", amount="100000000000") == 1
    assert desk.prove("--force", secret="other.json") == 1
    assert desk.prove("--force", name="cat") == 1
    assert desk.prove() == 2
    assert "not that of the account's owner" in capsys.readouterr().err
    assert desk.verify() == 0


WRONG: dict[str, dict[str, Any]] = {
    "no amount": {"amount": None},
    "amount of another kind": {"threshold": "initial"},
    "ratio of another kind": {"ratio": "0"},
    "no ratio": {"threshold": "ratio", "amount": None},
    "ratio of zero": {"threshold": "ratio", "amount": None, "ratio": "0"},
    "unknown kind": {"threshold": "equity"},
    "nonce as a number": {"nonce": 7},
    "nonce too large": {"nonce": str(2**256)},
    "address cut": {"borrower": "0x" + "22" * 19},
    "expiry within a second": {"expiry": "2026-11-21T14:00:00.5Z"},
    "amount too fine": {"amount": "0.0000001"},
    "amount too large": {"amount": "1152921504607"},
    "no scope": {"scope": None},
    "scope cut": {"scope": "0x" + "44" * 31},
    "scope without 0x": {"scope": "44" * 32},
    "scope as a number": {"scope": 44},
    "unknown field": {"more": "1"},
}


@pytest.mark.parametrize("name", WRONG)
def test_request_that_says_nothing_rejected(desk: Desk, name: str) -> None:
    assert desk.verify(**WRONG[name]) == 3


def test_request_without_a_scope_says_what_to_put(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert desk.verify(scope=None) == 3
    said = " ".join(capsys.readouterr().err.split())
    assert "scope: expected the scope of the owner's tag" in said and "the publication's book root" in said


def test_second_request_in_the_scope_has_the_same_tag(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    """Another borrower and nonce, proven anew: refused once the first tag was acted on; admitted in another scope."""
    capsys.readouterr()
    assert desk.verify("--json") == 0
    used = desk.path("acted-on.txt")
    used.write_text(json.loads(capsys.readouterr().out)["tag"] + "\n")
    again: dict[str, Any] = {"borrower": "0x" + "33" * 20, "nonce": "8", "expiry": "2026-11-21T15:00:00Z"}
    assert desk.prove("--force", **again) == 0
    assert desk.verify("--used", str(used), **again) == 1
    assert "a tag that was not acted on" in capsys.readouterr().err
    elsewhere = again | {"scope": "0x" + "45" * 32}
    assert desk.prove("--force", **elsewhere) == 0
    assert desk.verify("--used", str(used), **elsewhere) == 0
    assert desk.prove("--force") == 0


def test_request_reads_back(desk: Desk) -> None:
    request = ConsumerRequest.load(desk.request())
    assert ConsumerRequest.model_validate_json(request.model_dump_json(exclude_none=True)) == request
    assert request.context().nonce == 7
    assert request.context().scope == bytes.fromhex("44" * 32)
    assert request.asked().amount == 1_500_000
    assert REQUEST["expiry"] > TIME
