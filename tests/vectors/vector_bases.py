"""Makes the base proofs anew: needed only when the protocol, the program or an encoding changes.

    PYTHONPATH=tests/forgeries:build/dishonest python tests/vectors/vector_bases.py
    PYTHONPATH=tests/forgeries python tests/vectors/generate.py

Blinds and masks come from the operating system, so a base is never the same twice; all vectors are derived from the
bases that are committed. Both are at full security, and compressed only to stay below the size that a file may have.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "book-v1"
AT = "2026-11-21T13:00:00Z"
"""An hour after the bases' snapshot."""
LARGEST = 2 * 1024 * 1024


def make_bases() -> dict[str, tuple[str, Callable[[], bytes]]]:
    """By name: what it is, and how its proof file is made."""
    from small_venue import EDGE
    from test_margin import TOTAL, forged
    from toolkit import forge, put

    from plimsoll.circuits.field import P

    below = forged()
    limb = below.columns("holdings.z").limbs[TOTAL][4]
    put(below.trace("holdings.z"), EDGE, limb, (P - 1) >> 48)
    below.rebalance()
    assert {str(one) for one in below.broken()} == {"bus builtin:range_check"}
    return {
        "honest": ("three accounts, one of them exactly on its margin line", forge().file),
        "below-by-one": (
            "the same book with that account 10^-20 of the quote currency below its line, and a prover that proves any "
            "trace: all constraints hold, and one limb of the account's margin, out of range, is required of the range "
            "check, which does not provide it",
            below.file,
        ),
    }


def write_suite() -> None:
    """Writes `suite.json`, the market and the bases."""
    from small_venue import PRICES, RULES, TIME

    facts: dict[str, Any] = {"version": 1, "venue": "forged", "time": TIME, "sequence": 3, "quote": "USD"}
    rules: dict[str, Any] = {"version": 1, "name": "forged", "revision": 1, "close_out": "0.5", "instruments": RULES}
    write_json("snapshot.json", facts | {"prices": PRICES})
    write_json("parameters.json", rules)
    bases = {}
    for name, (about, make) in make_bases().items():
        # How many Merkle siblings a proof has is a matter of luck.
        while len(packed := zlib.compress(data := make(), 9)) >= LARGEST:
            pass
        (FOLDER / f"{name}.proof.zlib").write_bytes(packed)
        bases[name] = {
            "about": about,
            "file": f"{name}.proof.zlib",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "market": "snapshot.json",
            "parameters": "parameters.json",
        }
    write_json("suite.json", {"format": "plimsoll-vectors", "version": 1, "policy": {"at": AT}, "bases": bases})


def write_json(name: str, value: dict[str, Any]) -> None:
    (FOLDER / name).write_text(json.dumps(value, indent=1) + "\n")


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    write_suite()
