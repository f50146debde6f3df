"""docs/security/forgeries.md lists every forgery, and only those that exist."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = "docs/security/forgeries.md"


def test_page_lists_every_forgery(repository: Path) -> None:
    listed = set(re.findall(r"`(test_\w+_rejected)`", (repository / PAGE).read_text()))
    files = (repository / "tests" / "forgeries").glob("test_*.py")
    built = {name for file in files for name in re.findall(r"^def (test_\w+_rejected)\(", file.read_text(), re.M)}
    assert listed == built
