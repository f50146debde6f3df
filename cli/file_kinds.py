"""Which of Plimsoll's JSON files is this? For one given in another's place: a list of all its fields would mislead."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ValidationError

from plimsoll.engine.json_files import parse_json, read_bytes
from plimsoll.engine.problems import InputError, Problem

NAMES: Final = {
    "claims": "claims of a whole book",
    "oracles": "a set of oracles",
    "price-report": "an oracle's price report, unsigned",
    "signed-report": "an oracle's signed price report",
    "attestation": "oracles' attestation of prices",
    "reserves": "a list of reserves",
    "customer": "a customer's file",
    "receipt": "a receipt",
    "consumer-request": "a consumer's request",
    "audit-openings": "openings of drawn leaves",
    "audit-totals": "an opening of totals",
    "verifiers": "a set of verifiers",
    "verifiers-attestation": "verifiers' attestation of a proof",
    "service-verdict": "a verifier's answer",
    "service-refusal": "a verifier's answer that a proof is not valid",
    "manifest": "a manifest of a publication",
    "signature": "a venue's signature over a manifest",
    "reader": "a reader's file",
}
"""In words, by the name of its schema; the first that fits counts. A service's policy is told otherwise (below)."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file.

    Attributes:
        name: in words, as in "this is ...".
        model: name of the model that reads it; empty where no model does.
        required: fields that it always has.
        allowed: all fields that it may have.
    """

    name: str
    model: str
    required: frozenset[str]
    allowed: frozenset[str]

    def fits(self, fields: AbstractSet[str]) -> bool:
        """Whether a file with these fields, at its top level, can be one."""
        return self.required <= fields <= self.allowed


def told(error: InputError) -> InputError:
    """The error in one line, where its one file is plainly another kind than was expected; else the error itself."""
    cause = error.__cause__
    names = {one.file for one in error.problems}
    if not isinstance(cause, ValidationError) or len(names) != 1:
        return error
    problem = other_kind(cause.title, Path(names.pop()))
    return InputError([problem]) if problem else error


def other_kind(model: str, path: Path) -> Problem | None:
    """What to say of a file that was refused as a `model`: that it is of another kind, or None if that is not plain."""
    kinds = file_kinds()
    expected = [one for one in kinds if one.model == model]
    if not expected or not path.is_file():
        return None
    try:
        value = parse_json(read_bytes(path), str(path))
    except InputError:
        return None
    fields = value.keys() if isinstance(value, dict) else frozenset()
    if any(one.fits(fields) for one in expected):
        return None
    found = next((one for one in kinds if one.fits(fields)), None)
    return Problem(str(path), "", "", f"this is {found.name}", f"expected {expected[0].name}") if found else None


def file_kinds() -> list[FileKind]:
    """All kinds. Secret files are among them: to say that one was given is better than to quote it."""
    # imported when something is wrong, and not before
    from plimsoll.cli.file_models import MODELS  # noqa: PLC0415
    from plimsoll.cli.key import KeyFile  # noqa: PLC0415
    from plimsoll.engine.parameters import RiskParameters  # noqa: PLC0415
    from plimsoll.engine.scenarios import ScenarioList  # noqa: PLC0415
    from plimsoll.engine.snapshot import MarketSnapshot  # noqa: PLC0415

    opening = {"version", "book", "publication", "shape", "nonce", "commitment_salt", "accounts", "empty", "checksum"}
    more = {"start", "batch_salts", "instruments", "schedule"}
    return [
        _kind("a market snapshot", MarketSnapshot),
        _kind("risk parameters", RiskParameters),
        _kind("a list of scenarios", ScenarioList),
        *(_kind(words, MODELS[name]) for name, words in NAMES.items()),
        _kind("a signing key, which is secret", KeyFile),
        FileKind("an owner's secret", "", frozenset({"kind", "secret"}), frozenset({"version", "kind", "secret"})),
        FileKind("the venue's opening file, which is secret", "", frozenset(opening), frozenset(opening | more)),
        # its fields all have defaults, and another kind has `oracles`: one that only it has must be there
        _kind("a verifier service's policy", MODELS["service-policy"], {"max_validity_seconds"}),
        _kind("a verifier service's policy", MODELS["service-policy"], {"max_age_seconds"}),
    ]


def _kind(name: str, model: type[BaseModel], marks: AbstractSet[str] = frozenset()) -> FileKind:
    required = {field for field, info in model.model_fields.items() if info.is_required()}
    return FileKind(name, model.__name__, frozenset(required | marks), frozenset(model.model_fields))
