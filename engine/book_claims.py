"""What a venue says of its whole book: which totals are shown, which liabilities are bounded, how much is lacking.

The file is public and is the demand that a totals proof meets: the verifier makes the proof's terms from it, so each
figure in it is proven if the proof verifies. Amounts are decimal strings; nothing is rounded.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictStr

from plimsoll.engine.decimals import parse_quantity
from plimsoll.engine.fields import Count, Name, Rate, Value, Version
from plimsoll.engine.instruments import InstrumentTable, Kind
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.scenarios import MAX_SCENARIOS


class ShownTotals(BaseModel):
    """One instrument's totals over all accounts, in units."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    long: StrictStr = Field(description="decimal string: held long, or owned by customers")
    short: StrictStr = Field(description="decimal string: held short, or owed by customers")


class ClaimedFigure(BaseModel):
    """A sum of shortfalls over all accounts, and the number of accounts that have one."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount: Value = Field(description="in quote currency; inside: 10^-20")
    accounts: Count | None = Field(default=None, ge=0, lt=2**58, description="how many; null leaves the number hidden")
    exact: StrictBool = Field(description="the amount is the sum itself; else no more than a bound of it")


class BookClaims(BaseModel):
    """All that is claimed of one book at one snapshot and list of scenarios."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    totals: dict[Name, ShownTotals] | None = Field(
        default=None, description="of every instrument; null: totals stay behind the salted commitment"
    )
    liabilities: dict[Name, StrictStr] = Field(
        default_factory=dict,
        description="by currency, in units: customers' coins and positive settlement balances are no more than this",
    )
    insurance_fund: Value = Field(description="what covers deficits, in quote currency; inside: 10^-20")
    surplus: Rate = Field(
        default=0, description="reserves exceed each bounded liability by this part of it: 0.05 is 5 %"
    )
    margin_gap: ClaimedFigure
    deficits: tuple[ClaimedFigure, ...] = Field(
        min_length=1, max_length=1 + MAX_SCENARIOS, description="at the snapshot, then at each scenario"
    )

    @classmethod
    def load(cls, path: str | Path) -> BookClaims:
        """Read a file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "claims") -> BookClaims:
        """Read from bytes; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)

    @property
    def figures(self) -> tuple[ClaimedFigure, ...]:
        """The margin gap, then the deficits."""
        return (self.margin_gap, *self.deficits)


def bounded_lots(claims: BookClaims, table: InstrumentTable) -> dict[str, int]:
    """The bound of each currency's liabilities in lots of its instruments.

    Raises RefusedValueError for a currency without spot or settlement instrument, or instruments of two lots.
    """
    lots: dict[str, int] = {}
    for currency, amount in claims.liabilities.items():
        found = {one.lot for one in table if one.currency == currency and one.kind in (Kind.SPOT, Kind.SETTLEMENT)}
        if len(found) != 1:
            raise RefusedValueError(
                f"liabilities in {currency}: {'no instrument counts in it' if not found else 'two lots'}",
                "name a currency of the parameters, whose spot and settlement instruments have one lot",
            )
        lots[currency] = parse_quantity(amount, found.pop())
    return lots
