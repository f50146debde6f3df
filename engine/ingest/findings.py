"""What the pre-flight pass finds: where, what stood there, what is wrong, and what to do about it."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from plimsoll.engine.problems import MAX_SHOWN, Problem, RefusedValueError, printable


class Severity(StrEnum):
    """Only an error keeps a book from being used."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class FieldRefusedError(RefusedValueError):
    """A field or a row of a table is refused.

    `kind` is a short stable name of the rule, for programs that read findings. `column` and `value` are given where
    the caller does not know them.
    """

    def __init__(self, kind: str, message: str, remedy: str, *, column: str = "", value: str = "") -> None:
        self.kind = kind
        self.column = column
        self.value = value
        super().__init__(message, remedy)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one place of one file."""

    severity: Severity
    kind: str
    """Short stable name of the rule, such as `duplicate-holding`."""
    file: str
    row: int | None
    """CSV: the line as an editor counts it. Parquet: the row, the first being 1. None for a file as a whole."""
    column: str
    """Column of a table, or path into a JSON file such as `instruments[3].lot`; may be empty."""
    value: str
    """What stood there, cut to a readable length."""
    message: str
    remedy: str

    @property
    def place(self) -> str:
        """`row 3, column quantity`, or the JSON path."""
        if self.row is None:
            return self.column
        return f"row {self.row}, column {self.column}" if self.column else f"row {self.row}"

    def problem(self) -> Problem:
        """The same as the engine's errors carry it."""
        return Problem(self.file, self.place, self.value, self.message, self.remedy)


class Findings:
    """Collects findings. Nothing is dropped, however many there are; whoever prints them cuts the list."""

    def __init__(self) -> None:
        self._found: list[Finding] = []

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self,
        file: str,
        error: RefusedValueError,
        *,
        row: int | None = None,
        column: str = "",
        value: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add one finding; repeated texts are kept once, so ten million bad rows still fit into memory."""
        kind = error.kind if isinstance(error, FieldRefusedError) else "value"
        message, remedy = sys.intern(str(error)), sys.intern(error.remedy)
        self._found.append(Finding(severity, kind, file, row, column, cut(value), message, remedy))

    def extend(self, problems: Iterable[Problem], kind: str) -> None:
        """Add the problems of a JSON file as errors."""
        for one in problems:
            self._found.append(
                Finding(Severity.ERROR, kind, one.file, None, one.place, one.value, one.message, one.remedy)
            )

    def sort(self) -> None:
        """By file in the order of first appearance, then row, then as found."""
        files = {file: place for place, file in enumerate(dict.fromkeys(one.file for one in self._found))}
        self._found.sort(key=lambda one: (files[one.file], one.row or 0))

    @property
    def errors(self) -> list[Finding]:
        """The findings that keep the book from being used."""
        return [one for one in self._found if one.severity is Severity.ERROR]

    def counts(self) -> Counter[Severity]:
        """How many findings of each severity."""
        return Counter(one.severity for one in self._found)


def cut(text: str) -> str:
    """A value as a finding keeps it: control characters escaped, and no longer than a line shows."""
    if len(text) <= MAX_SHOWN and text.isprintable():
        return text
    text = printable(text[: MAX_SHOWN + 1])
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 3] + "..."
