"""Every bound in the Cairo sources, found in their text: calls of checks, assertions, constants, literals, hints.

An item is named by file, function, kind, text and its number among equals in that function, so that a line that is
added makes a further item, which then has no entry in `cairo_entries`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

CIRCUITS = Path(__file__).resolve().parent.parent.parent / "circuits"
CHECKS = ("range_check", "check24", "check60", "carry", "settle")
CONSTANTS = ("LEAF_VERSION", "KEY", "TAG_LEAF", "TAG_NODE", "TAG_EMPTY", "TAG_COMMIT")
ITEM = re.compile(
    r"(?P<hint>%\{.*?%\})"
    rf"|(?P<call>\b(?:{'|'.join(CHECKS)})\((?=.))"
    r"|(?P<assert>\bassert [^;]*;)"
    r"|(?P<const>\bconst \w+ = [^;]*;)"
    rf"|(?P<use>\b(?:{'|'.join(CONSTANTS)})\b)"
    r"|(?P<literal>\b\d+(?: \*\* \d+)?\b)"
)


@dataclass(frozen=True)
class Item:
    """One place in a source: `start` and `end` are offsets of its text in the file."""

    file: str
    function: str
    kind: str
    text: str
    number: int
    start: int
    end: int

    @property
    def key(self) -> str:
        where = f"{self.file} {self.function}".strip()
        return f"{where}: {self.kind} `{self.text}` #{self.number}"


def sources() -> list[Path]:
    """The book program's Cairo files."""
    files, todo = [], [CIRCUITS / "book.cairo"]
    while todo:
        file = todo.pop()
        if file in files:
            continue
        files.append(file)
        imported = re.findall(r"^from lib\.(\w+) import", file.read_text(), re.M)
        todo += [CIRCUITS / "lib" / f"{name}.cairo" for name in imported]
    return [files[0], *sorted(files[1:])]


def blanked(text: str) -> str:
    """The text with comments, imports, structures and the list of builtins as spaces: offsets stay."""
    shapes = (r"//[^\n]*", r"^from .*? import (\([^)]*\)|[^\n]*)", r"^struct \w+ \{.*?^\}", r"^%builtins[^\n]*")
    for shape in shapes:
        text = re.sub(shape, lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.MULTILINE | re.DOTALL)
    return text


def items_of(path: Path) -> list[Item]:
    file = str(path.relative_to(CIRCUITS))
    text = path.read_text()
    code = blanked(text)
    starts = [(m.start(), m[1]) for m in re.finditer(r"^func (\w+)", code, re.MULTILINE)]
    headers = [m.span() for m in re.finditer(r"^func .*?\{$", code, re.MULTILINE | re.DOTALL)]
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    position = 0
    while match := ITEM.search(code, position):
        kind = str(match.lastgroup)
        # An assertion's own literals are items, too.
        position = match.start() + len("assert") if kind == "assert" else match.end()
        if any(a <= match.start() < b for a, b in headers):
            continue
        function = next((name for at, name in reversed(starts) if at < match.start()), "")
        end = closing(code, match.end()) if kind == "call" else match.end()
        shown = re.sub(r"\s+", " ", text[match.start() : end])
        name = (function, kind, shown)
        seen[name] += 1
        found.append(Item(file, function, kind, shown, seen[name], match.start(), end))
    return found


def closing(code: str, position: int) -> int:
    """The end of a call whose opening bracket stands just before."""
    depth = 1
    while depth:
        depth += {"(": 1, ")": -1}.get(code[position], 0)
        position += 1
    return position


def items() -> list[Item]:
    return [item for path in sources() for item in items_of(path)]
