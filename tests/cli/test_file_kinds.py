"""A JSON file given in another's place is called by its name, and not listed field by field."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.file_kinds import FileKind, file_kinds, other_kind, told
from plimsoll.engine.json_files import read_model
from plimsoll.engine.problems import InputError
from plimsoll.prover.opening import draw_opening
from plimsoll.prover.owner_secret import OwnerSecret
from plimsoll.service.models import ServicePolicy
from plimsoll.verifier.oracles import Attestation, OracleSet
from plimsoll.verifier.ownership import Reserves
from plimsoll.verifier.receipts import Receipt

KINDS = file_kinds()


def fields_of(kind: FileKind) -> dict[str, Any]:
    return dict.fromkeys(sorted(kind.required), 1)


def put(path: Path, fields: object) -> Path:
    path.write_text(json.dumps(fields))
    return path


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.name}, {kind.model}")
def test_no_two_kinds_are_taken_for_each_other(kind: FileKind) -> None:
    """With what it must have, and with all it may have."""
    for fields in (kind.required, kind.allowed):
        assert {one.name for one in KINDS if one.fits(fields)} == {kind.name}


@pytest.mark.parametrize("given", KINDS, ids=lambda kind: f"{kind.name}, {kind.model}")
def test_each_kind_in_the_place_of_each_other(given: FileKind, tmp_path: Path) -> None:
    path = put(tmp_path / "file.json", fields_of(given))
    for expected in KINDS:
        said = other_kind(expected.model, path) if expected.model else None
        if not expected.model or expected.name == given.name:
            assert said is None
        else:
            assert str(said) == f"{path}: this is {given.name}; expected {expected.name}"


def test_real_files_of_secrets_are_known_and_not_quoted(tmp_path: Path) -> None:
    """Their fields are written down by hand: they are the ones that the files have."""
    owner, opening = tmp_path / "owner.json", tmp_path / "book.opening"
    OwnerSecret.draw().write(owner)
    draw_opening("ab" * 32, ["one"], "2^3", 8).write(opening)
    for path, name in ((owner, "an owner's secret"), (opening, "the venue's opening file, which is secret")):
        with pytest.raises(InputError) as error:
            read_model(OracleSet, path)
        assert told(error.value).lines == (f"{path}: this is {name}; expected a set of oracles",)


@pytest.mark.parametrize("model", [OracleSet, Attestation, Reserves, Receipt, ServicePolicy])
@pytest.mark.parametrize(
    "change",
    [
        lambda fields: fields | {"unknown": 1},
        lambda fields: dict(list(fields.items())[1:]) or {"unknown": 1},
        lambda fields: fields | {"version": 2},
        lambda _: [],
        lambda _: {},
        lambda _: {"version": 1},
    ],
)
def test_what_is_wrong_in_the_right_file_is_still_listed(
    model: Any, change: Callable[[dict[str, Any]], object], tmp_path: Path
) -> None:
    kind = next(one for one in KINDS if one.model == model.__name__)
    path = put(tmp_path / "file.json", change(fields_of(kind)))
    try:
        read_model(model, path)
    except InputError as error:
        assert told(error) is error
    else:
        assert model is ServicePolicy, "its fields have defaults"


def test_commands_name_the_file_and_both_kinds(plimsoll: Any, book: Path, tmp_path: Path) -> None:
    by_model = {one.model: one for one in KINDS}
    receipt, oracles, reserves = (
        put(tmp_path / f"{name}.json", fields_of(by_model[name])) for name in ("Receipt", "OracleSet", "Reserves")
    )
    market, rules = book / "snapshot.json", book / "parameters.json"
    attested = ("--attestation", receipt)
    for line, expected, given in (
        (
            ("oracle", "verify", market, "--parameters", rules, "--oracles", receipt, *attested),
            "a set of oracles",
            receipt,
        ),
        (("reserves", "message", oracles, "--place", "0"), "a list of reserves", oracles),
        (("receipt", "check", reserves, "--venue-key", "00" * 48), "a receipt", reserves),
        (
            ("oracle", "verify", receipt, "--parameters", rules, "--oracles", oracles, *attested),
            "a market snapshot",
            receipt,
        ),
        (
            ("oracle", "verify", market, "--parameters", oracles, "--oracles", oracles, *attested),
            "risk parameters",
            oracles,
        ),
    ):
        outcome = plimsoll(*line)
        assert outcome.code == 3, outcome
        found = next(one.name for one in KINDS if one.model == given.stem)
        assert outcome.err == f"error: {given}: this is {found}; expected {expected}\n"
    swapped = plimsoll("oracle", "verify", rules, "--parameters", market, "--oracles", oracles, *attested)
    assert "exchange the two files" in swapped.err


def test_kinds_are_told_with_what_a_verifier_has_installed() -> None:
    absent = (
        "import sys; sys.modules.update(dict.fromkeys(('numpy', 'pyarrow', 'py_ecc', 'fastapi', 'plimsoll_core')));"
    )
    code = f"{absent} from plimsoll.cli.file_kinds import file_kinds; print(len(file_kinds()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) == len(file_kinds())
