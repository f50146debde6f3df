"""The pre-flight pass: read a whole book, find everything that is wrong with it, and only then hand it on.

A book is a directory:

    accounts.csv or accounts.parquet    account[, class]
    holdings.csv or holdings.parquet    account, instrument, quantity
    snapshot.json                       market snapshot
    parameters.json                     risk parameters
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from plimsoll.engine.book import Book
from plimsoll.engine.decimals import MIN_LOT_EXPONENT, format_decimal
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.accounts import Accounts, read_accounts
from plimsoll.engine.ingest.assemble import RowChecks, book_of
from plimsoll.engine.ingest.csv_table import read_csv
from plimsoll.engine.ingest.findings import FieldRefusedError, Findings
from plimsoll.engine.ingest.holdings import HoldingsReader
from plimsoll.engine.ingest.market_files import PARAMETERS, SNAPSHOT, Freshness, read_market_file
from plimsoll.engine.ingest.parquet_table import read_parquet
from plimsoll.engine.ingest.tables import ACCOUNTS, HOLDINGS, SUFFIXES, Batch, Progress, TableFormat
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError, Problem
from plimsoll.engine.schedule import Schedules, compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot

BatchHook = Callable[[Batch], Batch]


class BookRefusedError(InputError):
    """A book with errors; `findings` has all of them, warnings and notes included."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        super().__init__(one.problem() for one in findings.errors)


@dataclass(frozen=True, slots=True)
class CheckedBook:
    """A book without errors. `residues` are what --quantize cut off, by instrument, as decimal strings of a unit."""

    book: Book
    snapshot: MarketSnapshot
    parameters: RiskParameters
    schedules: Schedules
    findings: Findings
    residues: dict[str, str]


def preflight(
    directory: str | Path,
    *,
    freshness: Freshness | None = None,
    quantize: bool = False,
    progress: Progress = lambda stage, done, total: None,
    hook: BatchHook = lambda batch: batch,
) -> CheckedBook:
    """Read a book. `freshness` judges the snapshot's age; `hook` sees each batch of rows (for tests).

    Raises `BookRefusedError` with every problem of every file, `PlimsollError` where the directory is none.
    """
    directory = Path(directory)
    check_directory(directory)
    findings = Findings()
    snapshot = read_market_file(MarketSnapshot, directory / SNAPSHOT, findings)
    parameters = read_market_file(RiskParameters, directory / PARAMETERS, findings)
    if snapshot is not None and freshness is not None:
        freshness.judge(snapshot, findings)
    schedules = None if snapshot is None or parameters is None else _compile(snapshot, parameters, findings)
    accounts: Accounts | None = None
    path = _table_path(directory, ACCOUNTS, findings)
    if path is not None:
        accounts = read_accounts(path.name, map(hook, _batches(path, ACCOUNTS, findings, progress)), findings)
        if not accounts.names:
            accounts = None
    path = _table_path(directory, HOLDINGS, findings)
    table = parameters.table if parameters is not None else None
    book, residues = None, {}
    if path is not None:
        reader = HoldingsReader(path.name, accounts, table, findings, quantize)
        rows = reader.read(map(hook, _batches(path, HOLDINGS, findings, progress)))
        residues = reader.residues
        if accounts is not None and table is not None:
            progress("joining", 0, 1)
            rows = RowChecks(path.name, accounts, table, schedules, findings).run(rows)
            progress("joining", 1, 1)
            book = None if findings.errors else book_of(rows, accounts)
    findings.sort()
    if book is None or snapshot is None or parameters is None or schedules is None:
        raise BookRefusedError(findings)
    texts = {parameters.table[i].name: format_decimal(r, -MIN_LOT_EXPONENT) for i, r in sorted(residues.items())}
    return CheckedBook(book, snapshot, parameters, schedules, findings, texts)


def check_directory(directory: Path) -> None:
    """Raises `PlimsollError` where there is no such directory, or none that can be read."""
    try:
        os.stat(directory)
    except FileNotFoundError:
        raise PlimsollError(
            f"{directory}: no such directory; `plimsoll init {directory}` writes a template there"
        ) from None
    except OSError as error:
        raise PlimsollError(f"{directory}: {error.strerror}; check the path and its permissions") from error
    if not directory.is_dir():
        raise PlimsollError(
            f"{directory}: expected the directory of a book (accounts, holdings, {SNAPSHOT}, {PARAMETERS}), got a file"
        )
    if not os.access(directory, os.R_OK | os.X_OK):
        raise PlimsollError(f"{directory}: this folder cannot be read; check its permissions")


def _compile(snapshot: MarketSnapshot, parameters: RiskParameters, findings: Findings) -> Schedules | None:
    try:
        return compile_schedules(snapshot, parameters)
    except InputError as error:
        problems = [Problem(SNAPSHOT, one.place, one.value, one.message, one.remedy) for one in error.problems]
        findings.extend(problems, "market")
    except PlimsollError as error:
        findings.extend([Problem(PARAMETERS, "instruments", "", str(error), "correct it")], "schedule")
    return None


def _table_path(directory: Path, table: TableFormat, findings: Findings) -> Path | None:
    paths = [path for suffix in SUFFIXES if (path := directory / (table.name + suffix)).exists()]
    if len(paths) > 1:
        error = FieldRefusedError("two-files", f"both {paths[0].name} and {paths[1].name}", "keep one of the two")
        findings.add(paths[0].name, error)
        return None
    if not paths:
        near = [p.name for p in directory.iterdir() if p.stem.lower().rstrip("s") == table.name.rstrip("s")]
        remedy = f"rename {near[0]}" if near else f"export it with the columns {', '.join(table.columns)}"
        name = table.name + SUFFIXES[0]
        findings.add(name, FieldRefusedError("missing-file", f"neither {name} nor {table.name}.parquet found", remedy))
        return None
    if not paths[0].is_file():  # a pipe that nobody writes to would keep us waiting, a device may never end
        findings.add(paths[0].name, FieldRefusedError("unreadable", "no regular file", "copy it to one first"))
        return None
    return paths[0]


def _batches(path: Path, table: TableFormat, findings: Findings, progress: Progress) -> Iterator[Batch]:
    read = read_csv if path.suffix == ".csv" else read_parquet
    try:
        yield from read(path, table, findings, progress)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or error}"
        findings.add(path.name, FieldRefusedError("unreadable", reason, "check the path and its permissions"))
