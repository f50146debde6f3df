"""Lies told to the caller: its conditions, files that cannot be read, an account below its line; and what must be
accepted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vector_edits import Change, Fault


def faults() -> Iterator[Fault]:
    yield from _accepted()
    yield Fault(
        "account-below-margin",
        "one account is 10^-20 of the quote currency below its margin: every constraint holds, and a limb that no "
        "range check provides is required all the same",
        "terminals",
        base="below-by-one",
    )
    yield from _small()
    yield from _conditions()
    yield from _unreadable()


def to(path: str, value: Any) -> Change:
    return {"op": "replace", "path": path, "value": value}


def new(path: str, value: Any) -> Change:
    return {"op": "add", "path": path, "value": value}


def gone(path: str) -> Change:
    return {"op": "remove", "path": path}


def _accepted() -> Iterator[Fault]:
    yield Fault("honest", "none: three accounts, one exactly on its margin line", "valid")
    respelled = [to("/prices/BTC", "50000.500"), to("/prices/COIN0", "3.250")]
    yield Fault("market-respelled", "none: the same prices with zeros behind", "valid", market=respelled)
    rates = [to("/instruments/1/maintenance/0/rate", "0.010"), to("/close_out", "0.50")]
    yield Fault("parameters-respelled", "none: the same rates with zeros behind", "valid", parameters=rates)
    for name, lie, at in (
        ("a-day-old", "none: a snapshot exactly as old as is accepted", "2026-11-22T12:00:00Z"),
        ("five-minutes-ahead", "none: a clock as far ahead as is accepted", "2026-11-21T11:55:00Z"),
    ):
        yield Fault(f"snapshot-{name}", lie, "valid", policy={"at": at})
    any_age = {"at": "2036-11-21T12:00:00Z", "max_age_seconds": None}
    yield Fault("snapshot-of-any-age", "none: ten years old, to a caller who takes any age", "valid", policy=any_age)
    exact = {"security_floor": 128, "shapes": ["book-2^2x1"], "sequence": 3}
    yield Fault("conditions-met", "none: floor, shape class and sequence as they are", "valid", policy=exact)


TEST = {"allow_insecure": True}
"""A caller who takes proofs at the test profile."""
MADE_UP = {
    "made-up-price": "an account is valued at a price that the schedule does not have",
    "made-up-digest": "a node of the tree is not the hash of its children",
    "made-up-root": "the root is not the one that the program returns",
    "made-up-blind": "the blinds do not cancel",
}


def _small() -> Iterator[Fault]:
    """Proofs at the test profile: what it takes to be accepted, and lies of which every constraint holds."""
    base = "test-profile"
    yield Fault(f"{base}-allowed", "none: to a caller who takes the test profile", "valid", base=base, policy=TEST)
    yield Fault(f"{base}-refused", "four queries, to a caller who wants 128 bits", "policy", base=base)
    low = {"security_floor": 1, "accept_weaker_security": True}
    lie = "four queries, to a caller whose floor is one bit but who takes no insecure profile"
    yield Fault(f"{base}-low-floor", lie, "policy", base=base, policy=low)
    lie = "a proof of four queries, made for a statement that calls this the standard profile"
    yield Fault("renamed-profile", lie, "policy", base="renamed-profile")
    lie += "; to a caller who takes insecure profiles, and any number of bits"
    yield Fault("renamed-profile-any-floor", lie, "policy", base="renamed-profile", policy=low | TEST)
    for name, lie in MADE_UP.items():
        about = f"{lie}: every constraint holds, a bus does not balance"
        yield Fault(name, about, "terminals", base=name, policy=TEST)


def _conditions() -> Iterator[Fault]:
    for name, lie, policy in (
        ("snapshot-stale", "a snapshot a second older than a day", {"at": "2026-11-22T12:00:01Z"}),
        ("snapshot-of-the-future", "a clock a second too far ahead", {"at": "2026-11-21T11:54:59Z"}),
        ("sequence-expected", "the caller waits for the next publication", {"sequence": 4}),
        ("previous-expected", "the caller knows a publication before this one", {"previous": "01" * 32}),
        ("context-expected", "the caller wants a proof bound to itself", {"context": b"consumer".hex()}),
        ("program-expected", "the caller accepts another program only", {"programs": ["00" * 32]}),
        ("shape-expected", "the caller accepts another shape class only", {"shapes": ["book-2^3x1"]}),
        ("floor-129", "the caller asks for one bit more than the hash gives", {"security_floor": 129}),
    ):
        yield Fault(f"condition-{name}", lie, "policy", policy=policy)


def _unreadable() -> Iterator[Fault]:
    yield Fault("market-price-missing", "a coin without a price", "input", market=[gone("/prices/COIN4")])
    yield Fault("market-price-negative", "a price below zero", "input", market=[to("/prices/BTC", "-1")])
    yield Fault("market-version-2", "a snapshot of a later format", "input", market=[to("/version", 2)])
    rate = [to("/instruments/1/maintenance/0/rate", "1.5e0")]
    yield Fault("parameters-rate-scientific", "a rate in scientific notation", "input", parameters=rate)
    twice = [to("/instruments/8/name", "COIN3")]
    yield Fault("parameters-instrument-twice", "two instruments of one name", "input", parameters=twice)
