"""A small book on disk whose files a test can replace, and what the pre-flight pass says of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from plimsoll.cli.template_book import template_files
from plimsoll.engine.ingest.findings import Finding
from plimsoll.engine.ingest.preflight import BookRefusedError, preflight

TIME = "2026-01-31T12:00:00Z"


class BookFolder:
    """The template book in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name, text in template_files(TIME).items():
            (path / name).write_text(text)

    def write(self, name: str, content: str | bytes) -> None:
        """Replace one file."""
        (self.path / name).write_bytes(content.encode() if isinstance(content, str) else content)

    def edit(self, name: str, change: Callable[[Any], None]) -> None:
        """Change the value in a JSON file."""
        value = json.loads((self.path / name).read_text())
        change(value)
        self.write(name, json.dumps(value))

    def add_rows(self, name: str, *rows: str) -> int:
        """Append rows to a table; returns the number of the first of them."""
        text = (self.path / name).read_text()
        self.write(name, text + "".join(row + "\n" for row in rows))
        return text.count("\n") + 1

    def findings(self, **options: Any) -> list[Finding]:
        """Everything that is found, whether the book is accepted or not."""
        try:
            return list(preflight(self.path, **options).findings)
        except BookRefusedError as error:
            return list(error.findings)

    def errors(self, **options: Any) -> list[tuple[str, str, int | None, str]]:
        """(kind, file, row, column) of each error."""
        found = self.findings(**options)
        return [(one.kind, one.file, one.row, one.column) for one in found if one.severity == "error"]


@pytest.fixture
def book(tmp_path: Path) -> BookFolder:
    """A book without errors."""
    return BookFolder(tmp_path)
