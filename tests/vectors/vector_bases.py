"""Makes the base proofs that are missing: needed only when the protocol, the program or an encoding changes.

    PYTHONPATH=tests/forgeries:build/dishonest python tests/vectors/vector_bases.py
    PYTHONPATH=tests/forgeries python tests/vectors/write_vectors.py

Salts, masks and blinds come from generators seeded by the base's name, which only the tests' dishonest prover can be
given, and one thread looks for the grinding witness: so anybody makes the same bytes. A base that is there is left
alone. The first two are at full security, and compressed only to stay below the size that a file may have; the others
are at the test profile, which keeps them small.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

FOLDER = Path(__file__).parent / "book-v1"
AT = "2026-11-21T13:00:00Z"
"""An hour after the bases' snapshot."""
LARGEST = 2 * 1024 * 1024


def make_bases() -> dict[str, tuple[str, Callable[[], bytes]]]:
    """By name: what it is, and how its proof file is made."""
    from lies import moved, overwriting
    from small_venue import EDGE
    from test_margin import TOTAL, forged
    from test_market import RECORDS, failing
    from toolkit import Forgery, forge, put

    from plimsoll.circuits.field import P
    from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
    from plimsoll.verifier.statement import write_proof

    def small(make: Callable[[], Forgery], bus: str = "", keep_blinds: bool = False, **changes: Any) -> bytes:
        forgery = make()
        forgery.changes = {"profile": INSECURE_TEST} | changes
        assert {str(one) for one in forgery.broken()} == ({f"bus {bus}"} if bus else set())
        return write_proof(forgery.statement, forgery.body(keep_blinds=keep_blinds))

    def below() -> bytes:
        forgery = forged()
        limb = forgery.columns("holdings.z").limbs[TOTAL][4]
        put(forgery.trace("holdings.z"), EDGE, limb, (P - 1) >> 48)
        forgery.rebalance()
        assert {str(one) for one in forgery.broken()} == {"bus builtin:range_check"}
        return forgery.file()

    def price() -> Forgery:
        return forge(failing(), mislead=RECORDS["price one unit higher"]()).rebalance()

    def digest() -> Forgery:
        lie = overwriting("subtree.nz", "poseidon", 0, 0, lambda column: moved(column, 1))
        return forge(mislead=lie).rebalance()

    def root() -> Forgery:
        forgery = forge()
        forgery.publics[1] ^= 1
        put(forgery.trace("root"), 0, 2, forgery.publics[1])
        return forgery

    def blinds() -> Forgery:
        forgery = forge()
        put(forgery.trace("main"), 0, forgery.trace("main").shape[1] - 1, 1)
        return forgery

    renamed = replace(INSECURE_TEST, name=STANDARD.name)
    return {
        "honest": ("three accounts, one of them exactly on its margin line", lambda: forge().file()),
        "below-by-one": (
            "the same book with that account 10^-20 of the quote currency below its line, and a prover that proves any "
            "trace: all constraints hold, and one limb of the account's margin, out of range, is required of the range "
            "check, which does not provide it",
            below,
        ),
        "test-profile": (
            "the book of `honest`, proven at the test profile: four queries, no work",
            lambda: small(forge),
        ),
        "renamed-profile": (
            "the same under a statement that calls the test profile's numbers by the standard's name",
            lambda: small(forge, profile=renamed),
        ),
        "made-up-price": (
            "an account below its line is valued at a record that the schedule does not have; test profile",
            lambda: small(price, "rom:schedule"),
        ),
        "made-up-digest": (
            "a node's digest is not the permutation of its children, and all above follows from it; test profile",
            lambda: small(digest, "builtin:poseidon"),
        ),
        "made-up-root": (
            "the root row asks for another root than main returns; test profile",
            lambda: small(root, "fn:main"),
        ),
        "made-up-blind": (
            "one table's blind is not balanced by another's; test profile",
            lambda: small(blinds, "blind", keep_blinds=True),
        ),
    }


BLINDS = 3
"""The last columns of every table."""


@contextmanager
def seeded(seed: str) -> Iterator[None]:
    """Forgeries are proven with salts, masks and blinds that follow from the seed."""
    from toolkit import Forgery, dishonest, dishonest_profile

    from plimsoll.circuits.field import P

    def body(self: Forgery, about: Any = None, profile: Any = None, *, keep_blinds: bool = False) -> bytes:
        draw = random.Random(f"plimsoll base {seed}")
        salts, masks = draw.randbytes(32), draw.randbytes(32)
        traces = [trace.copy() for trace in self.traces]
        if not keep_blinds:
            for column in range(-BLINDS, 0):
                drawn = [[draw.randrange(P) for _ in trace] for trace in traces]
                drawn[-1][-1] = (drawn[-1][-1] - sum(map(sum, drawn))) % P
                for trace, values in zip(traces, drawn, strict=True):
                    trace[:, column] = values
        raw = [trace.tobytes() for trace in traces]
        tables, digest = (about or self.tables).encode(), self.statement.digest()
        chosen = dishonest_profile(profile or self.statement.profile)
        made: bytes = dishonest.prove_traces(tables, raw, self.publics, digest, chosen, True, (salts, masks))
        return made

    with patch.object(Forgery, "body", body):
        yield


def make_base(name: str, make: Callable[[], bytes]) -> tuple[bytes, bytes]:
    """A base's file and its compressed form: the first that is small enough, for sibling digests vary in number."""
    for attempt in count():
        with seeded(f"{name} {attempt}"):
            data = make()
        if len(packed := zlib.compress(data, 9)) < LARGEST:
            return data, packed
    raise AssertionError("unreachable")


def write_suite() -> None:
    """Writes `suite.json`, the market and the bases that are missing."""
    from small_venue import PRICES, RULES, TIME

    facts: dict[str, Any] = {"version": 1, "venue": "forged", "time": TIME, "sequence": 3, "quote": "USD"}
    rules: dict[str, Any] = {
        "version": 1,
        "name": "forged",
        "revision": 1,
        "quote": "USD",
        "close_out": "0.5",
        "instruments": RULES,
    }
    write_json("snapshot.json", facts | {"prices": PRICES})
    write_json("parameters.json", rules)
    suite = FOLDER / "suite.json"
    bases = json.loads(suite.read_text())["bases"] if suite.exists() else {}
    for name, (about, make) in make_bases().items():
        if name in bases:
            continue
        data, packed = make_base(name, make)
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
    os.environ["RAYON_NUM_THREADS"] = "1"
    FOLDER.mkdir(exist_ok=True)
    write_suite()
