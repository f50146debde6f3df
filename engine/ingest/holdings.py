"""Read the table of holdings into arrays: fast where rows are plain, exactly where they are not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from plimsoll.engine.ingest.accounts import Accounts
from plimsoll.engine.ingest.decimals import to_lots
from plimsoll.engine.ingest.findings import FieldRefusedError, Findings
from plimsoll.engine.ingest.names import NameIndex
from plimsoll.engine.ingest.spans import Places
from plimsoll.engine.ingest.tables import Batch
from plimsoll.engine.ingest.values import check_number, parse_account, parse_instrument, parse_lots, quantize
from plimsoll.engine.instruments import InstrumentInfo, InstrumentTable, Kind

BALANCES = (Kind.SPOT, Kind.SETTLEMENT)
"""What --quantize may round: rounding a contract down could lower its requirement by more than its value."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Accepted rows in the file's order: row number, account, instrument, signed lots."""

    numbers: Places
    accounts: NDArray[np.int32]
    instruments: NDArray[np.int16]
    lots: NDArray[np.int64]


@dataclass
class HoldingsReader:
    """Reads rows and checks each against accounts and instruments.

    `accounts` or `table` are None where their file could not be read: then what depends on them is left unchecked, and
    the rows are only good for their findings. With `rounding`, balances finer than a lot are rounded down and
    `residues` sums what was cut off, by instrument index, at 10^-18 of a unit.
    """

    file: str
    accounts: Accounts | None
    table: InstrumentTable | None
    findings: Findings
    rounding: bool = False
    residues: dict[int, int] = field(default_factory=dict)

    def read(self, batches: Iterable[Batch]) -> Rows:
        """All accepted rows; what is refused goes to the findings."""
        infos = list(self.table or ())
        self._indices: Mapping[str, int] = {one.name: place for place, one in enumerate(infos)}
        self._infos = infos
        names = NameIndex([one.name.encode() for one in infos])
        lots = np.array([one.lot for one in infos] or [0], dtype=np.int64)
        parts = [self._read_batch(batch, names, lots) for batch in batches]
        return Rows(
            np.concatenate([part.numbers for part in parts] or [np.zeros(0, np.int64)]),
            np.concatenate([part.accounts for part in parts] or [np.zeros(0, np.int32)]),
            np.concatenate([part.instruments for part in parts] or [np.zeros(0, np.int16)]),
            np.concatenate([part.lots for part in parts] or [np.zeros(0, np.int64)]),
        )

    def _read_batch(self, batch: Batch, names: NameIndex, lots: Places) -> Rows:
        n = len(batch.rows)
        good = batch.regular.copy()
        accounts = np.full(n, -1, dtype=np.int64)
        if self.accounts is not None:
            accounts = self.accounts.index.find(batch.texts("account"))
        instruments = names.find(batch.texts("instrument"))
        good &= (accounts >= 0) & (instruments >= 0)
        quantities, sure = to_lots(batch.decimals("quantity"), lots[instruments])
        good &= sure
        kept = good.copy()
        for i in np.flatnonzero(~good).tolist():
            row = self._read_row(batch, i)
            if row is not None:
                accounts[i], instruments[i], quantities[i] = row
                kept[i] = True
        return Rows(
            batch.rows[kept],
            accounts[kept].astype(np.int32),
            instruments[kept].astype(np.int16),
            quantities[kept],
        )

    def _read_row(self, batch: Batch, i: int) -> tuple[int, int, int] | None:
        """The exact path: account, instrument and lots of one row, or None and its findings."""
        row = int(batch.rows[i])
        try:
            fields = batch.fields(i)
        except FieldRefusedError as error:
            self.findings.add(self.file, error, row=row, column=error.column, value=error.value)
            return None
        account = instrument = lots = None
        try:
            account = self._account(fields["account"])
        except FieldRefusedError as error:
            self.findings.add(self.file, error, row=row, column="account", value=fields["account"])
        try:
            instrument = self._instrument(fields["instrument"])
        except FieldRefusedError as error:
            self.findings.add(self.file, error, row=row, column="instrument", value=fields["instrument"])
        try:
            lots = self._lots(fields["quantity"], instrument)
        except FieldRefusedError as error:
            self.findings.add(self.file, error, row=row, column="quantity", value=fields["quantity"])
        if account is None or instrument is None or lots is None:
            return None
        return account, instrument, lots

    def _account(self, text: str) -> int | None:
        if self.accounts is None:
            parse_account(text)
            return None
        place = self.accounts.places.get(text)
        if place is None:
            parse_account(text)
            raise FieldRefusedError(
                "unknown-account", "an account that is not in the table of accounts", "add it there, or correct it"
            )
        return place

    def _instrument(self, text: str) -> int | None:
        if self.table is None:
            return None
        return parse_instrument(text, self._indices)

    def _lots(self, text: str, instrument: int | None) -> int | None:
        if instrument is None:
            check_number(text)
            return None
        info: InstrumentInfo = self._infos[instrument]
        if not self.rounding or info.kind not in BALANCES:
            return parse_lots(text, info.lot)
        lots, residue = quantize(text, info.lot)
        if residue:
            self.residues[instrument] = self.residues.get(instrument, 0) + residue
        return lots
