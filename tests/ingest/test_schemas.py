"""The example book fits the JSON schemas of its files."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from plimsoll.cli.template_book import template_files
from plimsoll.engine.ingest.schemas import schemas

EXAMPLE_TIME = "2026-11-20T12:00:00Z"


def test_example_book_is_the_template(repository: Path) -> None:
    folder = repository / "examples" / "book"
    for name, text in template_files(EXAMPLE_TIME).items():
        assert (folder / name).read_text() == text, f"examples/book/{name} is not what `plimsoll init` writes"


@pytest.mark.parametrize("name", sorted(schemas()))
def test_schema_is_a_schema(name: str) -> None:
    Draft202012Validator.check_schema(schemas()[name])


def instances(repository: Path) -> list[tuple[str, Any]]:
    folder = repository / "examples" / "book"
    result = [(name, json.loads((folder / f"{name}.json").read_text())) for name in ("snapshot", "parameters")]
    for name in ("accounts", "holdings"):
        with (folder / f"{name}.csv").open(newline="") as file:
            result += [(f"{name}-row", row) for row in csv.DictReader(file)]
    return result


def test_example_book_fits_the_schemas(repository: Path) -> None:
    validators = {name.removesuffix(".schema.json"): Draft202012Validator(one) for name, one in schemas().items()}
    for name, instance in instances(repository):
        assert list(validators[name].iter_errors(instance)) == [], name


@pytest.mark.parametrize(
    ("name", "instance"),
    [
        ("holdings-row", {"account": "a", "instrument": "BTC", "quantity": "1e5"}),
        ("holdings-row", {"account": "a", "instrument": "BTC", "quantity": 1.5}),
        ("holdings-row", {"account": " a", "instrument": "BTC", "quantity": "1"}),
        ("holdings-row", {"account": "a", "quantity": "1"}),
        ("accounts-row", {"account": "a", "class": "4096"}),
        ("accounts-row", {"account": "a,b"}),
        ("accounts-row", {"account": "a", "note": "x"}),
    ],
)
def test_row_rejected_by_its_schema(name: str, instance: dict[str, Any]) -> None:
    assert not Draft202012Validator(schemas()[f"{name}.schema.json"]).is_valid(instance)
