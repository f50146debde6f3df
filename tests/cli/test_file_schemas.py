"""The committed JSON schemas are the current ones; every kind of file that the product writes fits its own."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import audit_office
import oracle_market
import page_venue
import pytest
import receipt_office
import test_tie_out
import whole_venue
from attesters import attestation, verifier_set
from jsonschema import Draft202012Validator
from service_desk import book_request, worked

from plimsoll.cli.file_models import MODELS
from plimsoll.cli.oracle import SignedReport
from plimsoll.cli.schemas import file_schemas, schema_texts
from plimsoll.engine.json_files import load_model
from plimsoll.service.models import ServicePolicy, Valid
from plimsoll.verifier.bundle import ATTESTATION, MANIFEST, RESERVES, SIGNATURE
from plimsoll.verifier.oracles import Attestation
from plimsoll.verifier.whole_book import CLAIMS

REQUEST: dict[str, Any] = {
    "version": 1,
    "chain": "1",
    "contract": "0x" + "11" * 20,
    "borrower": "0x" + "22" * 20,
    "nonce": "7",
    "scope": "0x" + "33" * 32,
    "expiry": "2026-12-01T00:00:00Z",
    "threshold": "ratio",
    "ratio": "1.2",
}


def test_committed_schemas_are_current(repository: Path) -> None:
    folder = repository / "docs" / "schemas"
    committed = {path.name: path.read_text() for path in folder.glob("*.json")}
    assert committed == schema_texts(), "run `python -m plimsoll.cli.schemas docs/schemas`"
    page = (repository / "docs" / "files.md").read_text()
    assert [name for name in MODELS if f"<schemas/{name}.schema.json>" not in page] == []


@cache
def files() -> dict[str, str]:
    """One true file of each kind, as text."""
    day = page_venue.day(0)
    signed = oracle_market.keys()[0]
    [report] = Attestation.parse(day.files[ATTESTATION]).reports
    said = worked("verify", json.dumps(book_request()).encode()).json
    verdict = {name: said[name] for name in ("valid", "figures", "lines", "lines_left_out")}
    return {
        "attestation": day.files[ATTESTATION].decode(),
        "audit-openings": audit_office.openings().model_dump_json(),
        "audit-totals": test_tie_out.opening().model_dump_json(),
        "claims": whole_venue.proven("exact")[CLAIMS].decode(),
        "consumer-request": json.dumps(REQUEST),
        "customer": day.customers["ann"].decode(),
        "manifest": day.files[MANIFEST].decode(),
        "oracles": oracle_market.oracle_set().model_dump_json(),
        "price-report": report.model_dump_json(),
        "reader": page_venue.reader().decode(),
        "receipt": receipt_office.receipts()["ann"].model_dump_json(),
        "reserves": day.files[RESERVES].decode(),
        "service-policy": ServicePolicy().model_dump_json(),
        "service-refusal": json.dumps({"valid": False, "step": "a", "expected": "b", "got": "c", "remedy": ""}),
        "service-verdict": Valid.model_validate(verdict | {"kind": "book-batch"}).model_dump_json(),
        "signature": day.files[SIGNATURE].decode(),
        "signed-report": SignedReport(
            version=1, public_key=signed.public_key, report=report, signature=signed.sign_report(report)
        ).model_dump_json(),
        "verifiers": verifier_set().model_dump_json(),
        "verifiers-attestation": attestation().model_dump_json(),
    }


@pytest.mark.parametrize("name", sorted(MODELS))
def test_true_file_fits_its_schema_and_its_reader(name: str) -> None:
    """And the schema refuses what the reader refuses: another field, a required one left out, a number as a text."""
    schema = file_schemas()[f"{name}.schema.json"]
    Draft202012Validator.check_schema(schema)
    validator, text = Draft202012Validator(schema), files()[name]
    fields: dict[str, Any] = json.loads(text)
    load_model(MODELS[name], text.encode(), name)
    assert list(validator.iter_errors(fields)) == []
    assert not validator.is_valid(fields | {"another": 1})
    for left_out in schema.get("required", ()):
        assert not validator.is_valid({key: value for key, value in fields.items() if key != left_out}), left_out
    if "version" in fields:
        assert not validator.is_valid(fields | {"version": "1"})
        assert not validator.is_valid(fields | {"version": 99})
