"""Parquet tables: text columns, and quantities as text or as decimals (exact), never as floating-point numbers.

Needs pyarrow (`make setup` in the repository installs it).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.decimals import Decimals, read_decimals
from plimsoll.engine.ingest.findings import FieldRefusedError, Findings
from plimsoll.engine.ingest.spans import Mask, Places, Spans, padded
from plimsoll.engine.ingest.tables import Progress, TableFormat

BATCH_ROWS = 1 << 18
_LEAST = -(2**63)
"""Has no opposite in 64 bits."""
_CUT_DIGITS = 9
_CUT = np.uint64(10**_CUT_DIGITS)


class ParquetUnavailableError(PlimsollError):
    """pyarrow is not installed."""


@dataclass(frozen=True, slots=True)
class ParquetBatch:
    """Rows of one record batch; `arrays` are pyarrow arrays by known column."""

    rows: Places
    regular: Mask
    arrays: dict[str, Any]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.arrays)

    def texts(self, column: str) -> Spans:
        return _spans(self.arrays[column])

    def decimals(self, column: str) -> Decimals:
        array = self.arrays[column]
        return _decimals(array) if _is_decimal(array.type) else read_decimals(_spans(array))

    def fields(self, i: int) -> dict[str, str]:
        return {column: _text(column, array[i].as_py()) for column, array in self.arrays.items()}


def read_parquet(path: Path, table: TableFormat, findings: Findings, progress: Progress) -> Iterator[ParquetBatch]:
    """The rows of a Parquet file, batch by batch; as `csv_table.read_csv`.

    Raises `ParquetUnavailableError` without pyarrow, OSError where the file cannot be read.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415
        import pyarrow.parquet as pq  # noqa: PLC0415
    except ImportError:
        raise ParquetUnavailableError(
            f"{path.name}: reading Parquet needs pyarrow: run `make setup` in Plimsoll's repository, or export the "
            "table as CSV"
        ) from None
    if path.stat().st_size == 0:
        findings.add(path.name, FieldRefusedError("empty-file", "an empty file", "export the table anew"))
        return
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowInvalid as error:
        reason = f"not a Parquet file: {str(error).splitlines()[0]}"
        findings.add(path.name, FieldRefusedError("encoding", reason, "export the table anew"))
        return
    with file:
        if not _check_schema(file.schema_arrow, path.name, table, findings):
            return
        columns = [name for name in table.columns if name in file.schema_arrow.names]
        total = file.metadata.num_rows
        if total == 0:
            findings.add(path.name, FieldRefusedError("empty-file", "no rows", "add rows"))
        row = 1
        try:
            for records in file.iter_batches(batch_size=BATCH_ROWS, columns=columns):
                yield _batch(records, row, columns)
                row += len(records)
                progress(f"reading {path.name}", row - 1, total)
        except (pa.ArrowException, OSError) as error:
            reason = f"damaged after row {row - 1}: {str(error).splitlines()[0]}"
            findings.add(path.name, FieldRefusedError("encoding", reason, "export the table anew"))


def _batch(records: Any, row: int, columns: list[str]) -> ParquetBatch:
    import pyarrow as pa  # noqa: PLC0415

    regular = np.ones(len(records), dtype=np.bool_)
    arrays = {}
    for column in columns:
        array = records.column(column)
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        if not _is_decimal(array.type):
            array = array.cast(pa.large_string())
        if array.null_count:
            regular &= ~np.asarray(array.is_null())
        arrays[column] = array
    return ParquetBatch(np.arange(row, row + len(records), dtype=np.int64), regular, arrays)


def _check_schema(schema: Any, name: str, table: TableFormat, findings: Findings) -> bool:
    """Report every column that is missing, unknown or of a type that is not exact; whether the rows can be read."""
    import pyarrow as pa  # noqa: PLC0415

    def refuse(kind: str, message: str, remedy: str, column: str, value: str = "") -> None:
        findings.add(name, FieldRefusedError(kind, message, remedy), column=column, value=value)

    good = True
    listing = ", ".join(table.required) + "".join(f" (and {one})" for one in table.optional)
    for column in dict.fromkeys(schema.names):
        if schema.names.count(column) > 1:
            refuse("duplicate-column", "a column given twice", "keep one of the two", column)
            good = False
        elif column not in table.columns:
            refuse("unknown-column", "unknown column", f"remove it; the columns are {listing}", column)
    for column in table.columns:
        if column not in schema.names:
            if column in table.required:
                refuse("missing-column", "missing column", f"add it; the columns are {listing}", column)
                good = False
            continue
        if schema.names.count(column) > 1:
            continue
        kind = schema.field(column).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
        if pa.types.is_floating(kind):
            refuse("column-type", "floating-point numbers are not exact", "store decimals or text", column, str(kind))
            good = False
        elif not (text or (column == "quantity" and _is_decimal(kind)) or (column == "class" and _is_integer(kind))):
            exact = {"quantity": "decimal128 or text", "class": "integers or text"}.get(column, "text")
            refuse("column-type", f"expected a column of {exact}", "convert the column", column, str(kind))
            good = False
    return good


def _is_decimal(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_decimal128(kind) and kind.scale >= 0)


def _is_integer(kind: Any) -> bool:
    import pyarrow as pa  # noqa: PLC0415

    return bool(pa.types.is_integer(kind))


def _spans(array: Any) -> Spans:
    """A large_string array's texts, in a buffer of ours with its padding."""
    _, offsets, data = array.buffers()
    places = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    start, stop = (int(places[0]), int(places[-1])) if len(places) else (0, 0)
    buffer = padded(data[start:stop].to_pybytes() if data is not None else b"")
    return Spans(buffer, places[:-1] - start, places[1:] - start)


def _decimals(array: Any) -> Decimals:
    """A decimal128 array: 16 bytes each, little-endian, two's complement; good where 64 bits hold the number.

    A column of 18 decimals holds little more than nine units in 64 bits, so nine zeros at the end are taken off first.
    """
    words = np.frombuffer(array.buffers()[1], dtype=np.int64).reshape(-1, 2)[array.offset : array.offset + len(array)]
    mantissas, high = words[:, 0].copy(), words[:, 1]
    digits = np.full(len(array), array.type.scale, dtype=np.int64)
    good = (high == mantissas >> 63) & (mantissas != _LEAST)
    wide = np.flatnonzero(~good)
    if len(wide) and array.type.scale >= _CUT_DIGITS:
        mantissas[wide], good[wide] = _cut(words[wide])
        digits[wide] -= _CUT_DIGITS
    return Decimals(mantissas, digits, good)


def _cut(words: NDArray[np.int64]) -> tuple[NDArray[np.int64], Mask]:
    """128-bit integers divided by 10^9, and where nothing is left over and 64 bits hold the result.

    Long division by 32-bit digits: a remainder is below 2^30, so remainder and next digit fit 64 bits.
    """
    negative = words[:, 1] < 0
    low, high = words[:, 0].astype(np.uint64), words[:, 1].astype(np.uint64)
    high = np.where(negative, ~high + (low == 0), high)
    low = np.where(negative, ~low + np.uint64(1), low)
    rest, quotients = np.zeros(len(words), np.uint64), []
    for word in (high, low):
        for shift in (32, 0):
            rest = rest << np.uint64(32) | word >> np.uint64(shift) & np.uint64(0xFFFFFFFF)
            quotients.append(rest // _CUT)
            rest = rest % _CUT
    result = (quotients[2] << np.uint64(32) | quotients[3]).astype(np.int64)
    good = (quotients[0] == 0) & (quotients[1] == 0) & (result >= 0) & (rest == 0)
    return np.where(negative, -result, result), good


def _text(column: str, value: object) -> str:
    if value is None:
        raise FieldRefusedError("empty-field", "no value", "fill it in, or remove the row", column=column)
    return format(value, "f") if isinstance(value, Decimal) else str(value)
