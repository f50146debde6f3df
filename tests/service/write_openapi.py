"""Writes the interface of the service to openapi.json, beside this file; a test compares."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from plimsoll.service.app import document


def interface() -> dict[str, Any]:
    return document()


if __name__ == "__main__":
    (Path(__file__).parent / "openapi.json").write_text(json.dumps(interface(), indent=1) + "\n")
