"""One owner's account for the tests: a leaf among digests that nobody opened, under a root of one batch or of many.

The market is that of the forgeries (small_venue). The account has a lien and stands exactly on its maintenance line net
of it: one lot of DUST is one unit of 10^-20, so one lot less is one unit short.
"""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from small_venue import SNAPSHOT, parameters

from plimsoll.circuits.field import P
from plimsoll.circuits.leaves import Quad, owner_key
from plimsoll.circuits.poseidon2 import permute
from plimsoll.engine.settlement import holding
from plimsoll.engine.thresholds import Threshold, compile_threshold
from plimsoll.prover.account_job import AccountOpening, Joined, account_margin, prove_account
from plimsoll.verifier.account import AccountPolicy, BookRoot
from plimsoll.verifier.consumer import ConsumerContext

INITIAL = [
    {"floor": "0", "cap": "50000", "rate": "0.02"},
    {"floor": "50000", "cap": "500000", "rate": "0.05"},
    {"floor": "500000", "cap": None, "rate": "0.1"},
]
"""The forgeries' rules ask for the same maintenance and initial margin; here the two are to differ."""
PARAMETERS = parameters(PERP={"initial": INITIAL})
SECRET: Quad = (101, 102, 103, 104)
LIEN = 1_234_567_890_123
"""10^-6 of the quote currency."""
NOON = datetime(2026, 11, 21, 13, tzinfo=UTC)
POLICY = AccountPolicy(at=NOON)
CONTEXT = ConsumerContext(
    chain=1,
    contract=bytes.fromhex("11" * 20),
    borrower=bytes.fromhex("22" * 20),
    nonce=2**255 + 7,
    expiry=int(NOON.timestamp()) + 3600,
    scope=bytes.fromhex("33" * 32),
)
MAINTENANCE = Threshold("maintenance")
LOTS = {"BTC": 30_000, "PERP": -120_000, "CASH": 61_000_000, **dict.fromkeys([f"COIN{i}" for i in range(5)], 700)}
_RANDOM = random.Random(5)


def quad() -> Quad:
    return tuple(_RANDOM.randrange(P) for _ in range(4))


JOINED = Joined(quad(), 5, tuple(quad() for _ in range(3)))


def keyed(lots: dict[str, int]) -> tuple[tuple[int, int], ...]:
    """(key, lots) in the order of their keys."""
    return tuple(sorted(holding(PARAMETERS.table, name, signed) for name, signed in lots.items()))


def _opening() -> AccountOpening:
    return AccountOpening(
        identifier="ann@example.org",
        owner=owner_key(SECRET, permute),
        lien=LIEN,
        blind=quad(),
        salt=quad(),
        account_class=7,
        order=123_456_789_012,
        holdings=keyed(LOTS),
        position=9,
        path=tuple(quad() for _ in range(5)),
    )


def on_the_line(opening: AccountOpening, threshold: Threshold, lots: dict[str, int] | None = None) -> AccountOpening:
    """The account with cash and dust such that it meets the threshold exactly."""
    schedule = compile_threshold(SNAPSHOT, PARAMETERS, threshold)
    held = dict(lots or LOTS)

    def margin() -> int:
        return account_margin(replace(opening, holdings=keyed(held)), schedule, threshold)

    held["CASH"] += -(margin() // 10**18)
    held["CASH"] -= 1
    held["DUST"] = -margin()
    assert margin() == 0
    assert 0 < held["DUST"] < 1 << 60
    return replace(opening, holdings=keyed(held))


EDGE = on_the_line(_opening(), MAINTENANCE)
"""Exactly on its maintenance line, net of its lien; nine holdings in two rows."""
EDGE_IN_MANY = replace(EDGE, joined=JOINED)


def less_dust(opening: AccountOpening, lots: int = 1) -> AccountOpening:
    """The account with fewer lots of DUST: so many units of 10^-20 less."""
    dust = PARAMETERS.table.index("DUST") * 2
    return replace(opening, holdings=tuple((k, q - lots if k == dust else q) for k, q in opening.holdings))


def book_root(opening: AccountOpening) -> BookRoot:
    return opening.root(PARAMETERS.table.digest(), permute)


@cache
def proof(opening: AccountOpening = EDGE, context: ConsumerContext = CONTEXT) -> bytes:
    """An honest proof that the account meets maintenance."""
    return prove_account(opening, SECRET, SNAPSHOT, PARAMETERS, MAINTENANCE, context, book_root(opening))
