"""The tables of a book: their columns, and what a reader yields of them, whatever the file's format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from plimsoll.engine.ingest.decimals import Decimals
from plimsoll.engine.ingest.spans import Mask, Places, Spans

Progress = Callable[[str, int, int], None]
"""Called with a stage, how much of it is done, and how much there is (bytes, rows or accounts)."""


@dataclass(frozen=True, slots=True)
class TableFormat:
    """Name of a table (the file's name without its suffix) and its columns, in the order of the documentation."""

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return self.required + self.optional


ACCOUNTS = TableFormat("accounts", ("account",), ("class", "owner", "lien"))
HOLDINGS = TableFormat("holdings", ("account", "instrument", "quantity"))
SUFFIXES = (".csv", ".parquet")


class Batch(Protocol):
    """Some rows of a table, in the file's order."""

    @property
    def rows(self) -> Places:
        """Row numbers as a person counts them."""

    @property
    def regular(self) -> Mask:
        """Rows whose fields can be read from `texts` and `decimals`; the others only by `fields`."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The known columns that the file has."""

    def texts(self, column: str) -> Spans:
        """A column's texts; meaningful for regular rows."""

    def decimals(self, column: str) -> Decimals:
        """A column's numbers; meaningful for regular rows."""

    def fields(self, i: int) -> dict[str, str]:
        """The fields of the i-th row by column, exactly as they stand. Raises `FieldRefusedError`."""
