"""Files of a publication and around it, each with one field beyond its limit, or one field too many."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from plimsoll.engine.json_files import load_model
from plimsoll.engine.problems import InputError
from plimsoll.engine.scenarios import MAX_PRICE, ScenarioList
from plimsoll.verifier import bundle, customer, oracles, ownership, quorums, reserves, sampling, tie_out
from plimsoll.verifier.attestations import VerifiersAttestation, VerifierSet
from plimsoll.verifier.bundle import Manifest, VenueSignature
from plimsoll.verifier.customer import CustomerFile
from plimsoll.verifier.oracles import Attestation, OracleSet
from plimsoll.verifier.ownership import Reserves
from plimsoll.verifier.receipts import Receipt
from plimsoll.verifier.sampling import AuditOpenings
from plimsoll.verifier.tie_out import TotalsOpening

Json = dict[str, Any]
Place = tuple[str | int, ...]
QUAD, KEY, SIGNATURE, NOON = "00" * 32, "11" * 48, "22" * 96, "2026-11-21T12:00:00Z"
MEMBER = {"name": "A", "public_key": KEY, "proof_of_possession": SIGNATURE}
ROW = [0] * 8
HOLDING = {"instrument": "BTC", "side": "long", "quantity": "1"}
OWN: Json = {
    "chain": "eip155:1",
    "address": "0x" + "99" * 20,
    "purpose": "reserve",
    "height": 0,
    "block": QUAD,
    "time": NOON,
    "balances": [{"asset": "eip155:1/slip44:60", "instrument": "BTC", "units": "1"}],
    "form": "typed data",
    "signature": "0x" + "33" * 65,
}
WORDS = ("program", "statement", "root", "values", "market", "parameters", "context", "threshold")
STATEMENT = {"kind": "book", **dict.fromkeys(WORDS, QUAD), "snapshot_time": 0, "expiry": 0, "security_bits": 0}
CUSTOMER: Json = {
    "version": 1,
    "venue": "V",
    "sequence": 0,
    "identifier": "a",
    "nonce": QUAD,
    "blind": QUAD,
    "salt": QUAD,
    "account_class": 0,
    "position": 0,
    "holdings": [HOLDING],
    "path": [QUAD],
}
PROMISE: Json = {
    "version": 1,
    "venue": "V",
    "sequence": 0,
    "time": NOON,
    "root": QUAD,
    "nonce_digest": QUAD,
    "instruments": QUAD,
    "levels": 0,
    "joint_levels": 0,
}
SET: Json = {"version": 1, "feed": "F", "oracles": [MEMBER], "quorum": 1, "max_age_seconds": 0}
SET |= {"max_deviation": "0.1", "max_confidence": "0.1", "symbols": {"BTC": "BTC"}}
REPORT = {"feed": "F", "time": NOON, "prices": {"BTC": {"price": "1", "currency": "USD", "confidence": "0"}}}
DOCUMENTS: dict[type[BaseModel], Json] = {
    Reserves: {"version": 1, "venue": "V", "venue_key": KEY, "sequence": 0, "root": QUAD, "addresses": [OWN]},
    OracleSet: SET,
    Attestation: {"version": 1, "signers": "1", "reports": [REPORT], "signature": SIGNATURE},
    VerifierSet: {"version": 1, "verifiers": [MEMBER], "threshold": 1},
    VerifiersAttestation: {"version": 1, "statement": STATEMENT, "signers": "1", "signature": SIGNATURE},
    Receipt: {
        "version": 1,
        "promise": PROMISE,
        "public_key": KEY,
        "signature": SIGNATURE,
        "leaf": QUAD,
        "position": 0,
        "path": [QUAD],
        "joint": {"commitment": QUAD, "path": [QUAD]},
    },
    Manifest: {
        "version": 1,
        "venue": "V",
        "sequence": 0,
        "time": NOON,
        "previous": None,
        "root": QUAD,
        "files": [{"name": "a", "sha256": QUAD, "bytes": 0}],
    },
    VenueSignature: {"version": 1, "public_key": KEY, "signature": SIGNATURE},
    CustomerFile: CUSTOMER,
    AuditOpenings: {
        "version": 1,
        "manifest": QUAD,
        "accounts": [CUSTOMER],
        "empty": [{"position": 0, "salt": QUAD, "path": [QUAD]}],
    },
    TotalsOpening: {
        "version": 1,
        "venue": "V",
        "sequence": 0,
        "salt": QUAD,
        "start": 0,
        "last": 0,
        "rows": [ROW],
    },
    ScenarioList: {"version": 1, "name": "L", "revision": 0, "scenarios": [{"name": "S", "default": "0"}]},
}
NUMBERS: list[tuple[type[BaseModel], Place, int, int]] = [
    (Reserves, ("sequence",), 0, 2**63 - 1),
    (Reserves, ("addresses", 0, "height"), 0, 2**63 - 1),
    (OracleSet, ("max_age_seconds",), 0, 2**31 - 1),
    (VerifiersAttestation, ("statement", "snapshot_time"), 0, 2**63 - 1),
    (VerifiersAttestation, ("statement", "expiry"), 0, 2**63 - 1),
    (VerifiersAttestation, ("statement", "security_bits"), 0, 2**16 - 1),
    (Receipt, ("promise", "sequence"), 0, 2**63 - 1),
    (Receipt, ("promise", "levels"), 0, 32),
    (Receipt, ("promise", "joint_levels"), 0, 6),
    (Receipt, ("position",), 0, 2**32 - 1),
    (Manifest, ("sequence",), 0, 2**63 - 1),
    (Manifest, ("files", 0, "bytes"), 0, 64 << 20),
    (CustomerFile, ("sequence",), 0, 2**63 - 1),
    (CustomerFile, ("account_class",), 0, 4_095),
    (CustomerFile, ("position",), 0, 2**32 - 1),
    (AuditOpenings, ("empty", 0, "position"), 0, 2**32 - 1),
    (TotalsOpening, ("sequence",), 0, 2**63 - 1),
    (TotalsOpening, ("start",), 0, 2**60 - 1),
    (TotalsOpening, ("last",), 0, 2**60 - 1),
    (TotalsOpening, ("rows", 0, 7), 0, 2**58 - 1),
    (ScenarioList, ("revision",), 0, 2**63 - 1),
]
"""Model, place, least and greatest number."""
LENGTHS: list[tuple[type[BaseModel], Place, int, int]] = [
    (Reserves, ("addresses", 0, "balances"), 1, 256),
    (Reserves, ("addresses",), 1, 4_096),
    (OracleSet, ("oracles",), 1, 64),
    (Attestation, ("reports",), 0, 64),
    (Attestation, ("signers",), 1, 64),
    (VerifierSet, ("verifiers",), 1, 64),
    (VerifiersAttestation, ("signers",), 1, 64),
    (Receipt, ("path",), 0, 32),
    (Receipt, ("joint", "path"), 0, 6),
    (CustomerFile, ("identifier",), 1, 256),
    (CustomerFile, ("holdings",), 0, 1_024),
    (CustomerFile, ("path",), 0, 32),
    (AuditOpenings, ("accounts",), 0, 1_000),
    (AuditOpenings, ("empty",), 0, 1_000),
    (AuditOpenings, ("empty", 0, "path"), 0, 32),
    (TotalsOpening, ("rows", 0), 8, 8),
    (ScenarioList, ("scenarios",), 0, 3),
]
"""Model, place of a list or text, least and greatest length. The one entry of the document is repeated."""
FURTHER: list[tuple[type[BaseModel], Place]] = [
    *((model, ()) for model in DOCUMENTS),
    (Reserves, ("addresses", 0)),
    (Reserves, ("addresses", 0, "balances", 0)),
    (OracleSet, ("oracles", 0)),
    (VerifierSet, ("verifiers", 0)),
    (VerifiersAttestation, ("statement",)),
    (Receipt, ("promise",)),
    (Receipt, ("joint",)),
    (Manifest, ("files", 0)),
    (CustomerFile, ("holdings", 0)),
    (AuditOpenings, ("empty", 0)),
    (ScenarioList, ("scenarios", 0)),
]
"""Objects in which an unknown field is refused."""


def shown(value: object) -> str:
    return value.__name__ if isinstance(value, type) else ".".join(map(str, value)) if isinstance(value, tuple) else ""


def changed(model: type[BaseModel], place: Place, value: object) -> bytes:
    document: Any = copy.deepcopy(DOCUMENTS[model])
    at = document
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    return json.dumps(document).encode()


def found(model: type[BaseModel], place: Place) -> Any:
    at: Any = DOCUMENTS[model]
    for step in place:
        at = at[step]
    return at


def refused(model: type[BaseModel], place: Place, value: object) -> None:
    """In this place."""
    with pytest.raises(InputError) as caught:
        load_model(model, changed(model, place, value), "file")
    assert {one.place.split("[")[0].split(".")[0] for one in caught.value.problems} == {str(place[0])}


@pytest.mark.parametrize("model", DOCUMENTS, ids=shown)
def test_document_is_read(model: type[BaseModel]) -> None:
    load_model(model, json.dumps(DOCUMENTS[model]).encode(), "file")


@pytest.mark.parametrize(("model", "place", "least", "most"), NUMBERS, ids=shown)
def test_number_out_of_range_rejected(model: type[BaseModel], place: Place, least: int, most: int) -> None:
    for good in (least, most):
        load_model(model, changed(model, place, good), "file")
    refused(model, place, least - 1)
    refused(model, place, most + 1)


@pytest.mark.parametrize(("model", "place", "least", "most"), LENGTHS, ids=shown)
def test_length_out_of_range_rejected(model: type[BaseModel], place: Place, least: int, most: int) -> None:
    one = found(model, place)[:1]
    if place != ("addresses",):  # 4096 of them take ten seconds: their number is in the schema
        refused(model, place, one * (most + 1))
    if least:
        refused(model, place, one * (least - 1))


@pytest.mark.parametrize(("model", "place"), FURTHER, ids=shown)
def test_unknown_field_rejected(model: type[BaseModel], place: Place) -> None:
    with pytest.raises(InputError, match="unknown field"):
        load_model(model, changed(model, (*place, "further"), 1), "file")


@pytest.mark.parametrize(("model", "field"), [(OracleSet, "quorum"), (VerifierSet, "threshold")], ids=shown)
def test_quorum_of_none_or_of_too_many_rejected(model: type[BaseModel], field: str) -> None:
    refused(model, (field,), 0)
    refused(model, (field,), 65)


@pytest.mark.parametrize("model", [Attestation, VerifiersAttestation], ids=shown)
def test_bitmap_of_other_signs_rejected(model: type[BaseModel]) -> None:
    refused(model, ("signers",), "12")


@pytest.mark.parametrize(
    ("model", "place", "value"),
    [
        *((VenueSignature, ("public_key",), one) for one in ("a" * 48, "A" * 96, "1" * 95, 5)),
        *((Reserves, ("addresses", 0, name), 5) for name in ("chain", "address", "signature")),
        (Reserves, ("addresses", 0, "chain"), "eip155:0"),
        (Reserves, ("addresses", 0, "signature"), "0x" + "3" * 129),
        (Reserves, ("addresses", 0, "balances", 0, "asset"), 5),
        (Reserves, ("addresses", 0, "balances", 0, "asset"), "eip155:1/erc20:0x" + "0" * 36 + "ffff"),
        (CustomerFile, ("salt",), 5),
        (CustomerFile, ("salt",), "0" * 48 + "ffffffff00000001"),
        (VerifiersAttestation, ("statement", "kind"), "Book"),
        (VerifiersAttestation, ("statement", "kind"), "b" * 33),
    ],
    ids=shown,
)
def test_value_of_another_form_rejected(model: type[BaseModel], place: Place, value: object) -> None:
    refused(model, place, value)


def test_key_as_bytes_has_its_length() -> None:
    fields = DOCUMENTS[VenueSignature]
    assert VenueSignature.model_validate(fields | {"public_key": bytes(48)}).public_key == bytes(48)
    with pytest.raises(ValidationError, match="96 lower-case"):
        VenueSignature.model_validate(fields | {"public_key": bytes(47)})


def test_first_contract_that_is_no_chain_s_own() -> None:
    """Those below are the chain's, and mirror its own coin."""
    token = "eip155:1/erc20:0x" + "0" * 35 + "10000"
    load_model(Reserves, changed(Reserves, ("addresses", 0, "balances", 0, "asset"), token), "file")


def test_one_key_under_two_names_rejected() -> None:
    with pytest.raises(InputError, match="do not strictly ascend"):
        load_model(VerifierSet, changed(VerifierSet, ("verifiers",), [MEMBER, MEMBER | {"name": "B"}]), "file")
    two = [MEMBER, MEMBER | {"name": "B", "public_key": "12" * 48}]
    load_model(VerifierSet, changed(VerifierSet, ("verifiers",), two), "file")


def test_limits_are_as_written() -> None:
    """Each limit is a promise about what a reader has to compute or to hold; one that moves shows here."""
    schema = Reserves.model_json_schema()["properties"]["addresses"]
    assert (schema["minItems"], schema["maxItems"]) == (1, 4_096)
    assert (ownership.MAX_ADDRESSES, ownership.MAX_BALANCES) == (4_096, 256)
    assert reserves.MAX_APART == 600_000_000
    assert (quorums.MAX_MEMBERS, oracles.MAX_ORACLES) == (64, 64)
    assert (bundle.MAX_BYTES, bundle.MAX_TOTAL_BYTES) == (64 << 20, 1 << 30)
    assert customer.MAX_LEVELS == 32
    assert (sampling.MAX_SAMPLE, sampling.MIN_BEACON, sampling.MAX_BEACON) == (1_000, 16, 64)
    assert tie_out.MAX_LINES == 20_000
    assert MAX_PRICE == 10**44 - 1
