"""Does the time to prove depend on the book? An almost empty and a full book of one class, in turns."""

from __future__ import annotations

import statistics
import time

from small_book import COINS, PARAMETERS, SNAPSHOT, small_book

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.prover.job import fill_tables, new_opening
from plimsoll.verifier.book import expected_statement
from plimsoll.verifier.profile import INSECURE_TEST

SHAPE = ShapeClass(9, 2)
ROUNDS = 7
LOTS = {
    "almost empty": {"a": {"USD-CASH": 1}},
    "full": {f"a{i:04}": {**dict.fromkeys(COINS, 1 << 40), "BTC": 1 << 30, "BTC-PERP": -123_456} for i in range(512)},
}


def seconds() -> dict[str, dict[str, float]]:
    """Median processor seconds by book: of filling the tables, and of proving them.

    Processor time of all threads, which other work on the machine disturbs less than the clock.
    """
    expected = expected_statement(book_program(), SNAPSHOT, PARAMETERS, SHAPE)
    books = {name: small_book(lots) for name, lots in LOTS.items()}
    openings = {name: new_opening(book, SHAPE, SNAPSHOT, PARAMETERS) for name, book in books.items()}
    taken: dict[str, dict[str, list[float]]] = {name: {"tables filled": [], "tables proven": []} for name in LOTS}
    for _ in range(ROUNDS + 1):
        for name, book in books.items():
            start = time.process_time()
            witness = fill_tables(book, expected, SHAPE, openings[name], lambda _stage: None)
            filled = time.process_time()
            witness.prove(bytes(32), INSECURE_TEST, None)
            taken[name]["tables filled"].append(filled - start)
            taken[name]["tables proven"].append(time.process_time() - filled)
    # the first round warms up
    return {name: {what: statistics.median(s[1:]) for what, s in of.items()} for name, of in taken.items()}


def ratios() -> dict[str, float]:
    """Full over almost empty."""
    taken = seconds()
    return {what: taken["full"][what] / taken["almost empty"][what] for what in ("tables filled", "tables proven")}
