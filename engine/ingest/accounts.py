"""Read the table of accounts: identifiers, classes, owners and liens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.ingest.findings import FieldRefusedError, Findings
from plimsoll.engine.ingest.names import NameIndex
from plimsoll.engine.ingest.spans import Mask, Spans
from plimsoll.engine.ingest.tables import Batch
from plimsoll.engine.ingest.values import MAX_ACCOUNT_BYTES, MAX_CLASS, parse_account, parse_class, parse_title
from plimsoll.engine.titles import NO_TITLE, Title

_BLANK, _TILDE, _COMMA, _QUOTE = b' ~,"'


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accepted accounts, sorted: a book is the same in whatever order its rows were exported."""

    names: list[str]
    classes: NDArray[np.uint16]
    places: dict[str, int]
    index: NameIndex
    titles: dict[int, Title]
    """Owner and lien by place, of the accounts that have either."""


def read_accounts(file: str, batches: Iterable[Batch], findings: Findings) -> Accounts:
    """All accounts of a table; every refused row goes to `findings`.

    An account whose class is refused is kept with class 0, so that its holdings are not reported as strangers.
    """
    names: list[str] = []
    rows: list[int] = []
    classes: list[NDArray[np.uint16]] = []
    titles: dict[str, Title] = {}
    for batch in batches:
        found, kinds, where = _read_batch(file, batch, findings, titles)
        names += found
        rows += where
        classes.append(kinds)
    all_classes = np.concatenate(classes) if classes else np.zeros(0, np.uint16)
    if len(set(names)) < len(names):
        kept = _drop_duplicates(file, names, rows, findings)
        names = [names[i] for i in kept]
        all_classes = all_classes[kept]
    order = sorted(range(len(names)), key=names.__getitem__)
    names, all_classes = [names[i] for i in order], all_classes[order]
    places = dict(zip(names, range(len(names)), strict=True))
    return Accounts(names, all_classes, places, NameIndex([name.encode() for name in names]), _placed(titles, places))


def _placed(titles: dict[str, Title], places: dict[str, int]) -> dict[int, Title]:
    return {places[name]: title for name, title in sorted(titles.items())}


def _read_batch(
    file: str, batch: Batch, findings: Findings, titles: dict[str, Title]
) -> tuple[list[str], NDArray[np.uint16], list[int]]:
    texts = batch.texts("account")
    good = batch.regular & _plain(texts)
    if "owner" in batch.columns or "lien" in batch.columns:
        good[:] = False  # these are read one by one
    classes = np.zeros(len(batch.rows), dtype=np.uint16)
    if "class" in batch.columns:
        numbers = batch.decimals("class")
        inside = numbers.good & (numbers.mantissas >= 0) & (numbers.mantissas <= MAX_CLASS) & (numbers.digits == 0)
        # "-0" and "1.0" are plain decimals, but no class: whatever is longer than its digits is left to `parse_class`.
        good &= inside & _plain_integers(batch.texts("class"), numbers.mantissas)
        classes[good] = numbers.mantissas[good]
    data, starts, ends = texts.buffer.tobytes().decode("latin-1"), texts.starts.tolist(), texts.ends.tolist()
    names: list[str | None] = [data[a:b] for a, b in zip(starts, ends, strict=True)]
    for i in np.flatnonzero(~good).tolist():
        names[i], classes[i] = _read_row(file, batch, i, findings, titles)
    kept = [i for i, name in enumerate(names) if name is not None]
    rows = batch.rows.tolist()
    return [name for name in names if name is not None], classes[kept], [rows[i] for i in kept]


def _read_row(file: str, batch: Batch, i: int, findings: Findings, titles: dict[str, Title]) -> tuple[str | None, int]:
    row, name, account_class = int(batch.rows[i]), None, 0
    try:
        fields = batch.fields(i)
    except FieldRefusedError as error:
        findings.add(file, error, row=row, column=error.column, value=error.value)
        return None, 0
    try:
        name = parse_account(fields["account"])
    except FieldRefusedError as error:
        findings.add(file, error, row=row, column="account", value=fields["account"])
    try:
        account_class = parse_class(fields.get("class", "0"))
    except FieldRefusedError as error:
        findings.add(file, error, row=row, column="class", value=fields["class"])
    try:
        title = parse_title(fields.get("owner", ""), fields.get("lien", ""))
        if name is not None and title != NO_TITLE:
            titles[name] = title
    except FieldRefusedError as error:
        findings.add(file, error, row=row, column=error.column, value=error.value)
    return name, account_class


def _plain(texts: Spans) -> Mask:
    """Texts that `parse_account` surely accepts: printable ASCII that is neither long nor surrounded by blanks."""
    buffer = texts.buffer
    bad = (buffer < _BLANK) | (buffer > _TILDE) | (buffer == _COMMA) | (buffer == _QUOTE)
    before = np.concatenate(([0], np.cumsum(bad, dtype=np.int64)))
    good = (texts.lengths >= 1) & (texts.lengths <= MAX_ACCOUNT_BYTES)
    good &= before[texts.ends] == before[texts.starts]
    good &= (buffer[texts.starts] != _BLANK) & (buffer[np.maximum(texts.ends - 1, 0)] != _BLANK)
    return good


def _plain_integers(texts: Spans, values: NDArray[np.int64]) -> Mask:
    """Texts of as many bytes as their value has digits: no sign, no point."""
    sizes = 1 + (values >= 10).astype(np.int64) + (values >= 100) + (values >= 1000)
    return np.asarray(texts.lengths == sizes)


def _drop_duplicates(file: str, names: list[str], rows: list[int], findings: Findings) -> list[int]:
    """Places of the first row of each account; the others are findings."""
    first: dict[str, int] = {}
    kept = []
    for i, name in enumerate(names):
        if name in first:
            message = f"duplicate account, first in row {rows[first[name]]}"
            error = FieldRefusedError("duplicate-account", message, "keep one row for each account")
            findings.add(file, error, row=rows[i], column="account", value=name)
        else:
            first[name] = i
            kept.append(i)
    return kept
