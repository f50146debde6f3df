"""`python -m plimsoll.circuits.bounds FILE`: writes the committed book's report into FILE, below its marker."""

from __future__ import annotations

import sys
from pathlib import Path

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.bounds.analyse import analyse
from plimsoll.circuits.bounds.render import markdown

MARKER = "<!-- What follows is written by `python -m plimsoll.circuits.bounds docs/security/bounds.md`. -->\n"


def with_report(text: str) -> str:
    """The document with its part below the marker replaced by the current report."""
    return text.partition(MARKER)[0] + MARKER + "\n" + markdown(analyse(book_program()))


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(with_report(path.read_text()))
