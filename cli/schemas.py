"""The published JSON schemas of every file that somebody outside writes or reads, generated from the models.

`python -m plimsoll.cli.schemas docs/schemas` writes them, those of a book's own files
(`plimsoll.engine.ingest.schemas`) with the others; a test compares the committed ones. Keys and secrets have none: no
other program should handle them. A schema says less than the reader checks: it knows neither order nor sums nor
signatures.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from plimsoll.cli.file_models import MODELS
from plimsoll.engine.ingest.schemas import DIALECT, schemas


def file_schemas() -> dict[str, dict[str, Any]]:
    """JSON schema by file name, of a book's files and of all others."""
    more = {f"{name}.schema.json": {"$schema": DIALECT, **one.model_json_schema()} for name, one in MODELS.items()}
    return schemas() | more


def schema_texts() -> dict[str, str]:
    """Text of each schema file by its name."""
    return {name: json.dumps(schema, indent=2) + "\n" for name, schema in file_schemas().items()}


if __name__ == "__main__":
    for file, text in schema_texts().items():
        Path(sys.argv[1], file).write_text(text, encoding="utf-8")
