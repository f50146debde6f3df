"""A published book of four accounts, proven once, and its customers' files."""

from __future__ import annotations

from functools import cache

from small_book import LOTS, PARAMETERS, SNAPSHOT, small_book

from plimsoll.circuits.poseidon2 import permute
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.opening import Opening
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.customer import CustomerFile
from plimsoll.verifier.policy import Policy, snapshot_time

SHAPE = ShapeClass(3, 2)
MANY = {"eva": {"COIN0": 7, "COIN1": 8, "COIN2": 9, "COIN3": 1, "COIN4": 2, "BTC": 5, "USD-CASH": 100}}
"""An account of two rows of holdings."""
BOOK = small_book(LOTS | MANY)


@cache
def opening() -> Opening:
    return new_opening(BOOK, SHAPE, SNAPSHOT, PARAMETERS)


@cache
def proof() -> bytes:
    return prove_book(BOOK, SNAPSHOT, PARAMETERS, SHAPE, opening())


@cache
def verified() -> VerifiedBook:
    return verify_book(proof(), SNAPSHOT, PARAMETERS, Policy(at=snapshot_time(SNAPSHOT)))


@cache
def files() -> dict[str, CustomerFile]:
    made = customer_files(BOOK, SNAPSHOT, PARAMETERS, opening(), permute)
    return {one.identifier: CustomerFile.parse(one.model_dump_json().encode()) for one in made}
