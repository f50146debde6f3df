"""`python -m plimsoll.circuits.bounds [FILE ...]`: writes a program's report into its page, below the page's marker.

Without files: into every page of docs/security. A page's name says of which program it is.
"""

from __future__ import annotations

import sys
from pathlib import Path

from plimsoll.circuits.bounds.account import ACCOUNT
from plimsoll.circuits.bounds.analyse import analyse
from plimsoll.circuits.bounds.batch import BATCH
from plimsoll.circuits.bounds.book import BOOK
from plimsoll.circuits.bounds.render import markdown
from plimsoll.circuits.bounds.totals import TOTALS
from plimsoll.circuits.program_tables import committed_program

DOCUMENTS = Path("docs/security")
PAGES = {
    "bounds.md": ("book", BOOK),
    "bounds-batch.md": ("batch", BATCH),
    "bounds-totals.md": ("totals", TOTALS),
    "bounds-account.md": ("account", ACCOUNT),
}
"""The committed program that each page is about, with its declarations."""


def marker(page: str) -> str:
    return f"<!-- What follows is written by `python -m plimsoll.circuits.bounds {DOCUMENTS / page}`. -->\n"


def with_report(text: str, page: str = "bounds.md") -> str:
    """The page with its part below the marker replaced by the current report."""
    program, declared = PAGES[page]
    report = markdown(analyse(committed_program(program), declared))
    return text.partition(marker(page))[0] + marker(page) + "\n" + report


if __name__ == "__main__":
    for path in [Path(name) for name in sys.argv[1:]] or [DOCUMENTS / page for page in PAGES]:
        path.write_text(with_report(path.read_text(), path.name))
