"""What can be seen from outside depends on the shape class only: three books of one class, as unlike as can be."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from body_regions import regions
from leak_books import BOOKS, TIME, Run, run, secrets_of, secrets_of_opening

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.cli.main import run as plimsoll
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import expected_statement
from plimsoll.verifier.profile import STANDARD
from plimsoll.verifier.statement import read_proof

RANDOM = re.compile(r"[0-9a-f]{16,}|[0-9]{15,}")
"""Digests, root and commitment."""
MEASURED = re.compile(r"[0-9.,]+ (?:MB|s\b|accounts/s|bytes)|\"seconds\": \"[0-9.]+\"|\"(?:body_)?bytes\": [0-9]+")
"""Times; sizes, which vary with the positions that the transcript draws; the rate, for the operator alone."""
OWN = re.compile(r"\"accounts\": [0-9]+")
"""`prove --json` tells its operator how many accounts there are."""


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Run]:
    return {name: run(tmp_path_factory.mktemp("visible"), accounts, own=True) for name, accounts in BOOKS.items()}


def same(values: list[Any]) -> bool:
    return all(value == values[0] for value in values)


def plain(text: str, folder: Path) -> str:
    for pattern, name in ((MEASURED, "MEASURED"), (OWN, "OWN"), (RANDOM, "RANDOM")):
        text = pattern.sub(name, text.replace(str(folder), "FOLDER"))
    return re.sub(r" +", " ", text)


def test_prove_shows_the_same_for_every_book(runs: dict[str, Run]) -> None:
    assert [one.code for one in runs.values()] == [0] * len(BOOKS), [one.err for one in runs.values()]
    assert same([plain(one.out, one.folder) for one in runs.values()])
    assert same([plain(one.err, one.folder) for one in runs.values()])
    assert all(one.report["log"] == "" and one.report["unforeseen"] == [] for one in runs.values())


def temporary(part: str, folder: Path) -> str:
    """A path without what is drawn at random in it."""
    return re.sub(r"\.(opening\.json|book\.proof)\.\w+", r".\1.TEMPORARY", part.replace(str(folder), ""))


def test_prove_writes_the_same_files_in_the_same_order(runs: dict[str, Run]) -> None:
    """Under umask 0: the proof is for everybody, the opening for its owner; no other file is ever made."""
    for one in runs.values():
        assert one.written() == {"public/book.proof": 0o644, "secret/opening.json": 0o600}
    events = [[[temporary(part, one.folder) for part in e] for e in one.report["files"]] for one in runs.values()]
    assert same(events)
    # by their names in a folder that is open already; a handle that is already open is opened by its number
    opened = [event[1] for event in events[0] if event[0] == "open" and not event[1].isdigit()]
    assert opened == [".opening.json.TEMPORARY", ".book.proof.TEMPORARY"]
    changes = [e for e in events[0] if e[0] != "open"]
    assert [e[0] for e in changes] == ["os.chmod", "os.link", "os.remove", "os.chmod", "os.rename"]
    # modes are set through the open file and names changed in the open folder: an exchanged name is not followed
    assert all(e[1].isdigit() for e in changes if e[0] == "os.chmod")
    assert all("/" not in part for e in changes for part in e[1:])
    assert all("-1" not in e for e in changes if e[0] != "os.chmod")


def test_process_list_and_environment_show_paths_only(runs: dict[str, Run]) -> None:
    for name, one in runs.items():
        seen = json.dumps([one.report["title"], one.report["environment"]])
        assert not [secret for secret in secrets_of(BOOKS[name]) if secret in seen]


def test_no_core_dump(runs: dict[str, Run]) -> None:
    for one in runs.values():
        assert one.report["core"] == 0 and one.report["dumpable"] in (0, None)


def test_every_part_of_a_proof_has_one_length(runs: dict[str, Run]) -> None:
    market, rules = _market(next(iter(runs.values())))
    tables = expected_statement(book_program(), market, rules, ShapeClass.parse("book-2^3x2")).book.tables
    lengths = []
    for one in runs.values():
        statement, body = read_proof(one.proof.read_bytes())
        assert statement.shape == "book-2^3x2"
        parts = [(p.name, p.group, p.stop - p.start) for p in regions(tables, STANDARD, body) if p.group != "siblings"]
        lengths.append((len(one.proof.read_bytes()) - len(body), parts, body[: len(tables.instances)]))
    assert same(lengths)


def _market(one: Run) -> tuple[MarketSnapshot, RiskParameters]:
    book = one.folder / "book"
    return (
        MarketSnapshot.parse((book / "snapshot.json").read_bytes()),
        RiskParameters.parse((book / "parameters.json").read_bytes()),
    )


def test_statements_differ_in_what_is_salted_only(runs: dict[str, Run]) -> None:
    statements = [read_proof(one.proof.read_bytes())[0] for one in runs.values()]
    public = [(s.kind, s.shape, s.profile, s.digests, s.public_values[0], s.sequence, s.previous) for s in statements]
    assert same(public)
    for k in range(1, 9):
        assert len({s.public_values[k] for s in statements}) == len(BOOKS)
    assert len({s.nonce_digest for s in statements}) == len(BOOKS)


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_verify_and_inspect_show_the_same(
    runs: dict[str, Run], options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    for command, more in (("verify", ("--at", TIME)), ("inspect", ())):
        shown = []
        for one in runs.values():
            files = ("--market", one.folder / "book/snapshot.json", "--parameters", one.folder / "book/parameters.json")
            capsys.readouterr()
            assert plimsoll([command, *map(str, (one.proof, *files, *more, *options))]) == 0
            shown.append([plain(text, one.folder) for text in capsys.readouterr()])
        assert same(shown)


def test_nothing_secret_is_in_the_proof(runs: dict[str, Run]) -> None:
    """Names, quantities and salts, as text and as the bytes of numbers; and the opening file has them all."""
    for name, one in runs.items():
        proof, opening = one.proof.read_bytes(), one.opening.read_bytes()
        texts = [*secrets_of(BOOKS[name]), *secrets_of_opening(opening)]
        assert not [t for t in texts if t.encode() in proof]
        content = json.loads(opening)
        salts = [x for leaf in (*content["accounts"], *content["empty"]) for x in leaf["salt"]]
        salts += [*content["commitment_salt"], *(x for leaf in content["accounts"] for x in leaf["blind"])]
        assert len(salts) >= 36 and not [x for x in salts if x.to_bytes(8, "little") in proof]
        assert bytes.fromhex(content["nonce"]) not in proof
