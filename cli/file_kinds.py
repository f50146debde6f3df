"""Which of Plimsoll's JSON files is this? For one given in another's place: a list of all its fields would mislead."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ValidationError

from plimsoll.engine.json_files import parse_json, read_bytes
from plimsoll.engine.problems import InputError, Problem


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
    from plimsoll.cli.key import KeyFile  # noqa: PLC0415 - imported when something is wrong, and not before
    from plimsoll.cli.oracle import SignedReport  # noqa: PLC0415
    from plimsoll.cli.page.dropped import ReaderFile  # noqa: PLC0415
    from plimsoll.engine.book_claims import BookClaims  # noqa: PLC0415
    from plimsoll.engine.parameters import RiskParameters  # noqa: PLC0415
    from plimsoll.engine.price_reports import PriceReport  # noqa: PLC0415
    from plimsoll.engine.scenarios import ScenarioList  # noqa: PLC0415
    from plimsoll.engine.snapshot import MarketSnapshot  # noqa: PLC0415
    from plimsoll.service.models import Invalid, ServicePolicy, Valid  # noqa: PLC0415
    from plimsoll.verifier.attestations import VerifiersAttestation, VerifierSet  # noqa: PLC0415
    from plimsoll.verifier.bundle import Manifest, VenueSignature  # noqa: PLC0415
    from plimsoll.verifier.consumer import ConsumerRequest  # noqa: PLC0415
    from plimsoll.verifier.customer import CustomerFile  # noqa: PLC0415
    from plimsoll.verifier.oracles import Attestation, OracleSet  # noqa: PLC0415
    from plimsoll.verifier.ownership import Reserves  # noqa: PLC0415
    from plimsoll.verifier.receipts import Receipt  # noqa: PLC0415
    from plimsoll.verifier.sampling import AuditOpenings  # noqa: PLC0415
    from plimsoll.verifier.tie_out import TotalsOpening  # noqa: PLC0415

    opening = {"version", "book", "publication", "shape", "nonce", "commitment_salt", "accounts", "empty", "checksum"}
    more = {"start", "batch_salts", "instruments", "schedule"}
    return [
        _kind("a market snapshot", MarketSnapshot),
        _kind("risk parameters", RiskParameters),
        _kind("a list of scenarios", ScenarioList),
        _kind("claims of a whole book", BookClaims),
        _kind("a set of oracles", OracleSet),
        _kind("an oracle's price report, unsigned", PriceReport),
        _kind("an oracle's signed price report", SignedReport),
        _kind("oracles' attestation of prices", Attestation),
        _kind("a list of reserves", Reserves),
        _kind("a customer's file", CustomerFile),
        _kind("a receipt", Receipt),
        _kind("a consumer's request", ConsumerRequest),
        _kind("openings of drawn leaves", AuditOpenings),
        _kind("an opening of totals", TotalsOpening),
        _kind("a set of verifiers", VerifierSet),
        _kind("verifiers' attestation of a proof", VerifiersAttestation),
        _kind("a verifier's answer", Valid),
        _kind("a verifier's answer that a proof is not valid", Invalid),
        _kind("a manifest of a publication", Manifest),
        _kind("a venue's signature over a manifest", VenueSignature),
        _kind("a reader's file", ReaderFile),
        _kind("a signing key, which is secret", KeyFile),
        FileKind("an owner's secret", "", frozenset({"kind", "secret"}), frozenset({"version", "kind", "secret"})),
        FileKind("the venue's opening file, which is secret", "", frozenset(opening), frozenset(opening | more)),
        # its fields all have defaults, and another kind has `oracles`: one that only it has must be there
        _kind("a verifier service's policy", ServicePolicy, {"max_validity_seconds"}),
        _kind("a verifier service's policy", ServicePolicy, {"max_age_seconds"}),
    ]


def _kind(name: str, model: type[BaseModel], marks: AbstractSet[str] = frozenset()) -> FileKind:
    required = {field for field, info in model.model_fields.items() if info.is_required()}
    return FileKind(name, model.__name__, frozenset(required | marks), frozenset(model.model_fields))
