"""What is wrong with an input, in the same shape for every file: where, what stood there, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from plimsoll.engine.errors import PlimsollError

MAX_SHOWN = 80
MAX_LISTED = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place of one file."""

    file: str
    place: str
    """`row 3, column quantity` of a table, or `instruments[3].lot` of a JSON file; empty for the file as a whole."""
    value: str
    message: str
    """What is wrong and what was expected."""
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.place}" if self.place else self.file
        got = f" (got {self.value})" if self.value else ""
        return printable(f"{where}: {self.message}{got}; {self.remedy}")


class InputError(PlimsollError):
    """An input file, or a value given in its place, is refused. `problems` lists everything found, not the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [str(problem) for problem in self.problems[:MAX_LISTED]]
        left = len(self.problems) - len(lines)
        self.lines = (*lines, f"and {left} more problems") if left else tuple(lines)
        super().__init__("\n".join(self.lines))


class RefusedValueError(PlimsollError, ValueError):
    """A single value is refused; whoever reads the file adds the place. `str()` is the message."""

    def __init__(self, message: str, remedy: str) -> None:
        self.remedy = remedy
        super().__init__(message)


def printable(text: str) -> str:
    """A text from anybody as one line that says what it is: what is not printable is escaped, as in `\\x1b`.

    So a name or value in a hostile file can neither move the cursor nor start a line of its own, nor turn the direction
    of the text around it (U+202A to U+202E, U+2066 to U+2069, U+200E, U+200F).
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shown(value: object) -> str:
    """A value as a message shows it: its repr, cut to a readable length."""
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
