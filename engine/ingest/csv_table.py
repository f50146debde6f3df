"""CSV tables: UTF-8, commas, one header line, one line a row, fields optionally in double quotes (RFC 4180).

A row is a line: quoted fields cannot hold line ends, for no field of ours may. So row numbers are an editor's.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from plimsoll.engine.ingest.decimals import Decimals, read_decimals
from plimsoll.engine.ingest.findings import FieldRefusedError, Findings
from plimsoll.engine.ingest.spans import Mask, Places, Spans, padded
from plimsoll.engine.ingest.tables import Progress, TableFormat

BLOCK = 1 << 23
MAX_LINE = 1 << 16
_NEWLINE, _RETURN, _COMMA = b"\n\r,"
_FOREIGN = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class CsvBatch:
    """Whole lines of one block. `order` gives each known column its place in a line."""

    block: bytes
    lines: Spans
    rows: Places
    regular: Mask
    order: dict[str, int]
    width: int
    commas: Places
    first_comma: Places

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.order)

    def texts(self, column: str) -> Spans:
        """Between the commas; of irregular rows an empty text."""
        place = self.order[column]
        starts, ends = self.lines.starts, self.lines.ends
        if place > 0:
            starts = self._comma(place - 1) + 1
        if place < self.width - 1:
            ends = self._comma(place)
        return Spans(self.lines.buffer, np.where(self.regular, starts, 0), np.where(self.regular, ends, 0))

    def _comma(self, k: int) -> Places:
        if not len(self.commas):
            return np.zeros(len(self.lines), dtype=np.int64)
        found: Places = self.commas[np.minimum(self.first_comma + k, len(self.commas) - 1)]
        return found

    def decimals(self, column: str) -> Decimals:
        return read_decimals(self.texts(column))

    def fields(self, i: int) -> dict[str, str]:
        values = split_line(self.block[self.lines.starts[i] : self.lines.ends[i]], self.width)
        return {column: values[place] for column, place in self.order.items()}


def split_line(line: bytes, width: int) -> list[str]:
    """The fields of one line, line end removed. Raises `FieldRefusedError`."""
    text = _decode(line)
    if not text.strip():
        raise FieldRefusedError("empty-row", "an empty line", "remove it")
    values = _split(text)
    if len(values) != width:
        raise FieldRefusedError(
            "field-count",
            f"expected {width} fields, got {len(values)}",
            "separate fields by commas; write numbers without thousands separators and decimals with a point",
            value=text,
        )
    return values


def _decode(line: bytes) -> str:
    if len(line) > MAX_LINE:
        raise FieldRefusedError("line-length", f"a line of more than {MAX_LINE} bytes", "check the line ends")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        value = line.decode("utf-8", "backslashreplace")
        reason = f"not UTF-8 at byte {error.start + 1} of the line"
        raise FieldRefusedError("encoding", reason, "save the file as UTF-8", value=value) from None
    if "\r" in text or "\0" in text:
        what = "a carriage return" if "\r" in text else "a zero byte"
        raise FieldRefusedError("control-character", f"{what} inside a line", "use the line end LF or CRLF", value=text)
    return text


def read_csv(path: Path, table: TableFormat, findings: Findings, progress: Progress) -> Iterator[CsvBatch]:
    """The rows of a CSV file, a few hundred thousand at a time.

    What is wrong with the file as a whole goes to `findings`; what is wrong with a row is for the caller to find, by
    `fields`. Raises OSError where the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.readline(MAX_LINE)
        order_width = _header(head, path.name, table, findings)
        if order_width is None:
            return
        order, width = order_width
        row, rest, done = 2, b"", len(head)
        while block := file.read(BLOCK):
            done += len(block)
            block = rest + block
            cut = block.rfind(b"\n") + 1
            if cut == 0 and len(block) > MAX_LINE:
                error = FieldRefusedError("line-length", "a line without end", "check that this is a CSV file")
                findings.add(path.name, error, row=row)
                return
            rest, block = block[cut:], block[:cut]
            if block:
                batch = _batch(block, row, order, width)
                row += len(batch.rows)
                yield batch
            progress(f"reading {path.name}", done, size)
        if rest:
            batch = _batch(rest + b"\n", row, order, width)
            row += 1
            yield batch
        if row == 2:
            findings.add(path.name, FieldRefusedError("empty-file", "no row after the header", "add rows"))


def _batch(block: bytes, row: int, order: dict[str, int], width: int) -> CsvBatch:
    """Rows with the right number of commas are regular, quoted ones too: no plain field has quotes in it."""
    buffer = padded(block)
    stops = np.flatnonzero(buffer == _NEWLINE)
    starts = np.concatenate(([0], stops[:-1] + 1))
    ends = stops - ((stops > starts) & (buffer[np.maximum(stops - 1, 0)] == _RETURN))
    commas = np.flatnonzero(buffer == _COMMA)
    first = np.searchsorted(commas, starts)
    regular = np.searchsorted(commas, stops) - first == width - 1
    rows = np.arange(row, row + len(stops), dtype=np.int64)
    return CsvBatch(block, Spans(buffer, starts, ends), rows, regular, order, width, commas, first)


def _header(head: bytes, name: str, table: TableFormat, findings: Findings) -> tuple[dict[str, int], int] | None:
    """Place of each known column, and the number of columns; None where the rows cannot be read."""

    def refuse(kind: str, message: str, remedy: str, *, row: int | None = 1, column: str = "", value: str = "") -> None:
        findings.add(name, FieldRefusedError(kind, message, remedy), row=row, column=column, value=value)

    expected = ",".join(table.required) + "".join(f"[,{one}]" for one in table.optional)
    if not head.strip(b"\r\n"):
        refuse("empty-file", "an empty file", f"write the header {expected} and rows", row=1 if head else None)
        return None
    if head.startswith(_FOREIGN) or b"\0" in head:
        refuse("encoding", "not UTF-8 (it looks like UTF-16 or a binary file)", "save it as CSV in UTF-8", row=None)
        return None
    if head.startswith(codecs.BOM_UTF8):
        refuse(
            "byte-order-mark", "starts with a byte-order mark", "save it as UTF-8 without a byte-order mark", row=None
        )
        head = head.removeprefix(codecs.BOM_UTF8)
    line = head.removesuffix(b"\n").removesuffix(b"\r")
    try:
        columns = _split(_decode(line))
    except FieldRefusedError as error:
        refuse(error.kind, str(error), error.remedy, value=error.value)
        return None
    order: dict[str, int] = {}
    for place, column in enumerate(columns):
        if column in order:
            refuse("duplicate-column", "a column given twice", "keep one of the two", column=column)
        elif column in table.columns:
            order[column] = place
        else:
            near = column.strip().lower()
            known = near in table.columns and near not in columns
            remedy = f"write {near}" if known else f"remove it; the columns are {expected}"
            refuse("unknown-column", "unknown column", remedy, value=column)
    missing = [column for column in table.required if column not in order]
    for column in missing:
        other = next((mark for mark in ";\t|" if mark.encode() in line), None)
        remedy = "separate the fields by commas" if other else f"add it; the columns are {expected}"
        refuse("missing-column", "missing column", remedy, column=column)
    return None if missing else (order, len(columns))


def _split(text: str) -> list[str]:
    if '"' not in text:
        return text.split(",")
    try:
        (values,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError) as error:
        reason = f"double quotes that do not match ({error})"
        raise FieldRefusedError("quotes", reason, "close the quotes on the same line", value=text) from None
    return values
