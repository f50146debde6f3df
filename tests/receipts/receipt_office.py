"""A small venue that promises one book in receipts, and publishes that book or another."""

from __future__ import annotations

import json
from functools import cache

from small_book import LOTS, PARAMETERS, small_book
from venue_office import SHAPE, SNAPSHOT, venue

from plimsoll.engine.book import Book
from plimsoll.prover.core_api import permute
from plimsoll.prover.customers import customer_files
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.prover.opening import Opening
from plimsoll.prover.publication import make_bundle
from plimsoll.prover.receipts import issue
from plimsoll.verifier.bundle import PARAMETERS as RULES
from plimsoll.verifier.bundle import PROOF, Bundle
from plimsoll.verifier.bundle import SNAPSHOT as MARKET
from plimsoll.verifier.customer import CustomerFile
from plimsoll.verifier.receipts import Receipt

MINUTE = 60_000_000
PROMISED = "promised"
OMITTED = "ann left out"
ALTERED = "ann has less"
LESS = {"BTC": 20_000, "USD-CASH": -1_000_000}


def book(which: str) -> Book:
    """The book that was promised, or what the venue published in its place."""
    lots = {
        PROMISED: LOTS,
        OMITTED: {name: held for name, held in LOTS.items() if name != "ann"},
        ALTERED: LOTS | {"ann": LESS},
    }
    return small_book(lots[which])


@cache
def opening(which: str) -> Opening:
    return new_opening(book(which), SHAPE, SNAPSHOT, PARAMETERS)


@cache
def receipts(which: str = PROMISED) -> dict[str, Receipt]:
    made = book(which)
    issued = issue(made, SNAPSHOT, PARAMETERS, opening(which), permute, venue(), SNAPSHOT.time + MINUTE)
    return {account: Receipt.parse(one.model_dump_json().encode()) for account, one in issued}


@cache
def files(which: str = PROMISED) -> dict[str, CustomerFile]:
    made = book(which)
    return {one.identifier: one for one in customer_files(made, SNAPSHOT, PARAMETERS, opening(which), permute)}


@cache
def publication(which: str = PROMISED) -> Bundle:
    parts = {
        MARKET: json.dumps(SNAPSHOT.model_dump(mode="json")).encode(),
        RULES: json.dumps(PARAMETERS.model_dump(mode="json")).encode(),
        PROOF: prove_book(book(which), SNAPSHOT, PARAMETERS, SHAPE, opening(which)),
    }
    return make_bundle(parts, venue(), SNAPSHOT.time + 5 * MINUTE)
