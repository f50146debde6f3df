"""The files that `plimsoll init` writes: a small working book with every kind of instrument."""

from __future__ import annotations

from typing import Final

ACCOUNTS: Final = """\
account,class
alice,0
bob,0
carol,1
dave,0
erin,1
frank,1
grace,0
"""

HOLDINGS: Final = """\
account,instrument,quantity
alice,USDT,2500.5
alice,BTC,0.75
bob,USDT,12000
bob,BTC-PERP,0.5
bob,USDT-SETTLEMENT,-29850
carol,BTC,2
carol,BTC-PERP,-0.5
carol,USDT-SETTLEMENT,29850
dave,ETH,40
dave,USDT,-50000
erin,USDT,8000
erin,BTC-PERP,0.2
erin,BTC-20300329,-0.2
erin,USDT-SETTLEMENT,140
frank,USDT,6000
frank,BTC-PERP,-0.2
frank,BTC-20300329,0.2
frank,USDT-SETTLEMENT,-140
"""

SNAPSHOT: Final = """\
{
  "version": 1,
  "venue": "My Venue",
  "time": "TIME",
  "sequence": 1,
  "quote": "USDT",
  "prices": {
    "BTC": "60000",
    "ETH": "3000.25",
    "BTC-PERP": "60010.5",
    "BTC-20300329": "60500"
  },
  "funding": {
    "BTC-PERP": "12.5"
  }
}
"""

PARAMETERS: Final = """\
{
  "version": 1,
  "name": "My Venue risk parameters",
  "revision": 1,
  "quote": "USDT",
  "close_out": "0.5",
  "instruments": [
    {
      "name": "USDT",
      "kind": "spot",
      "currency": "USDT",
      "lot": "0.000001",
      "maintenance": [{"floor": "0", "cap": null, "rate": "0.04"}],
      "initial": [{"floor": "0", "cap": null, "rate": "0.1"}]
    },
    {
      "name": "BTC",
      "kind": "spot",
      "currency": "BTC",
      "lot": "0.00000001",
      "maintenance": [{"floor": "0", "cap": null, "rate": "0.05"}],
      "initial": [{"floor": "0", "cap": null, "rate": "0.1"}],
      "haircut": [
        {"floor": "0", "cap": "1000000", "rate": "0.05"},
        {"floor": "1000000", "cap": null, "rate": "0.15"}
      ],
      "debt_premium": [{"floor": "0", "cap": null, "rate": "0.02"}]
    },
    {
      "name": "ETH",
      "kind": "spot",
      "currency": "ETH",
      "lot": "0.00000001",
      "maintenance": [{"floor": "0", "cap": null, "rate": "0.05"}],
      "initial": [{"floor": "0", "cap": null, "rate": "0.1"}],
      "haircut": [
        {"floor": "0", "cap": "500000", "rate": "0.1"},
        {"floor": "500000", "cap": null, "rate": "0.2"}
      ],
      "debt_premium": [{"floor": "0", "cap": null, "rate": "0.03"}]
    },
    {
      "name": "BTC-PERP",
      "kind": "perpetual",
      "currency": "USDT",
      "underlying": "BTC",
      "lot": "0.001",
      "maintenance": [
        {"floor": "0", "cap": "50000", "rate": "0.004"},
        {"floor": "50000", "cap": "600000", "rate": "0.005"},
        {"floor": "600000", "cap": null, "rate": "0.01"}
      ],
      "initial": [
        {"floor": "0", "cap": "50000", "rate": "0.008"},
        {"floor": "50000", "cap": "600000", "rate": "0.01"},
        {"floor": "600000", "cap": null, "rate": "0.02"}
      ]
    },
    {
      "name": "BTC-20300329",
      "kind": "future",
      "currency": "USDT",
      "underlying": "BTC",
      "expiry": "2030-03-29T08:00:00Z",
      "lot": "0.001",
      "maintenance": [{"floor": "0", "cap": null, "rate": "0.02"}],
      "initial": [{"floor": "0", "cap": null, "rate": "0.04"}]
    },
    {
      "name": "USDT-SETTLEMENT",
      "kind": "settlement",
      "currency": "USDT",
      "lot": "0.000001"
    }
  ]
}
"""

README: Final = """\
# A book

A small working example: replace the four files by your own, or edit them. `plimsoll check` on this folder names every
problem with its file, row, column and a remedy.

| file | one row or entry for |
|---|---|
| `accounts.csv` | each account: identifier, class (0 to 4095; the column may be left out) |
| `holdings.csv` | each account and instrument: a signed quantity |
| `snapshot.json` | the market: one mark price for each instrument at one moment |
| `parameters.json` | the rules: each instrument with its lot, margin tiers, haircuts and premiums |

Tables may be Parquet instead (`accounts.parquet`, `holdings.parquet`): text columns, quantities as text or decimal128.

## Quantities

- Plain decimals in units, not lots: `0.75`, `-50000`. No exponents, no thousands separators, no leading plus.
- A whole multiple of the instrument's lot; finer balances need `--quantize`, which rounds against the account.
- Negative is a short position, or a debt. One row for each account and instrument.

## Who is who

- `alice` owns coins. Her BTC counts less its haircut.
- `bob` is long 0.5 BTC-PERP, bought at 59,700: what he paid (0.5 x 59,700 = 29,850) stands as a negative settlement
  balance, so his equity moves with the mark price. Unsettled funding belongs into the same balance.
- `carol` sold bob's contract against her coins: a short position, and the proceeds as a positive settlement balance.
- `dave` borrowed 50,000 USDT against ETH: a debt is a negative balance.
- `erin` and `frank` trade the dated future against the perpetual. Settlement balances of one currency are one row.
- `grace` has no holdings; such accounts are proven, too.

Never fold a settlement balance into a coin balance: a fake position would then hide what is owed to customers.

## What to keep secret

Accounts and holdings never leave you. The snapshot and the parameters are public: whoever verifies needs both.
`plimsoll prove` writes two files: the proof, into the folder where you stand, is public;
`opening-1.json`, beside the book, opens every leaf: it is as secret as the book, and must be kept.
"""


def template_files(time: str) -> dict[str, str]:
    """Text of each file by name, the snapshot at this time."""
    return {
        "accounts.csv": ACCOUNTS,
        "holdings.csv": HOLDINGS,
        "snapshot.json": SNAPSHOT.replace("TIME", time),
        "parameters.json": PARAMETERS,
        "README.md": README,
    }
