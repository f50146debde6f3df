"""The published JSON schemas of a book's files, generated from the models that read them.

`plimsoll.cli.schemas` writes them, and those of all other files, into docs/schemas.

A schema describes one file, or one row of a table with its fields as they stand in CSV. It says less than the
pre-flight pass checks: no schema knows the lots of instruments or the accounts of another file.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from plimsoll.engine.fields import NAME_PATTERN
from plimsoll.engine.ingest.tables import ACCOUNTS, HOLDINGS
from plimsoll.engine.ingest.values import MAX_ACCOUNT_BYTES, MAX_CLASS
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.scenarios import ScenarioList
from plimsoll.engine.snapshot import MarketSnapshot

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

Account = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_ACCOUNT_BYTES,
            "pattern": r'^[^\s,"\u0000-\u001f\u007f]([^,"\u0000-\u001f\u007f]*[^\s,"\u0000-\u001f\u007f])?$',
            "description": f"account identifier: 1 to {MAX_ACCOUNT_BYTES} bytes of UTF-8, printable, in normal form C",
        }
    ),
]
AccountClass = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^(0|[1-9][0-9]{0,2}|[1-3][0-9]{3}|40[0-8][0-9]|409[0-5])$",
            "description": f"account class, 0 to {MAX_CLASS}",
        }
    ),
]
OwnerKey = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^([0-9a-f]{64})?$",
            "description": "the owner's public key, as `plimsoll account key` shows it; empty: none",
        }
    ),
]
Lien = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^((0|[1-9][0-9]{0,23})(\.[0-9]+)?)?$",
            "description": "what others may claim first, in quote currency with up to six decimals; empty: nothing",
        }
    ),
]
InstrumentName = Annotated[
    str,
    WithJsonSchema(
        {"type": "string", "pattern": f"^{NAME_PATTERN}$", "description": "an instrument of parameters.json"}
    ),
]
Quantity = Annotated[
    str,
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^-?(0|[1-9][0-9]{0,23})(\.[0-9]+)?$",
            "description": "signed quantity in units, a multiple of the instrument's lot; negative: short, or owed",
        }
    ),
]


class AccountRow(BaseModel):
    """One row of accounts.csv."""

    model_config = ConfigDict(extra="forbid")

    account: Account
    account_class: AccountClass = Field(default="0", alias="class")
    owner: OwnerKey = ""
    lien: Lien = ""


class HoldingRow(BaseModel):
    """One row of holdings.csv."""

    model_config = ConfigDict(extra="forbid")

    account: Account
    instrument: InstrumentName
    quantity: Quantity


MODELS: Final[dict[str, type[BaseModel]]] = {
    "snapshot": MarketSnapshot,
    "parameters": RiskParameters,
    "scenarios": ScenarioList,
    f"{ACCOUNTS.name}-row": AccountRow,
    f"{HOLDINGS.name}-row": HoldingRow,
}


def schemas() -> dict[str, dict[str, Any]]:
    """JSON schema by file name."""
    return {f"{name}.schema.json": {"$schema": DIALECT, **model.model_json_schema()} for name, model in MODELS.items()}
