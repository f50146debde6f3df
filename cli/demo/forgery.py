"""Attempts to cheat, with nothing but what a user has installed. Each one is carried out; each must be refused.

The first two try to make a proof for an account that was moved below its line. The others keep the honest proof and
try to pass it off as one of something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.cli.demo.market import QUOTE
from plimsoll.engine.book import Book
from plimsoll.engine.decimals import VALUE_DIGITS, format_decimal, format_lot
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.health import account_health
from plimsoll.engine.instruments import Side
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import compile_schedules
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.core_api import ProvingError
from plimsoll.prover.job import FailingAccountsError, fill_tables, new_opening, prove_book
from plimsoll.verifier.book import expected_statement, verify_book
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.statement import read_proof, write_proof

PRICE_STEP = 10**6
"""A price is changed by one part in this many."""


class ForgeryAcceptedError(PlimsollError):
    """An attempt to cheat was not refused: a defect of Plimsoll, to be reported."""


@dataclass(frozen=True, slots=True)
class Forgery:
    """One attempt to cheat: what was done, which step or check answered, and what it said."""

    title: str
    what: str
    step: str
    answer: str


@dataclass(frozen=True, slots=True)
class Forger:
    """What the forger has: the whole venue, its honest proof, and the account that stands on its line."""

    book: Book
    snapshot: MarketSnapshot
    parameters: RiskParameters
    shape: ShapeClass
    proof: bytes
    policy: Policy
    edge: str

    def attempts(self) -> Iterator[Forgery]:
        """Every attempt in turn. Raises `ForgeryAcceptedError` if one is not refused."""
        lot = format_lot(self.parameters.by_name[QUOTE].lot)
        forged = self._below_the_line()
        yield self._try(
            "An account one unit below its line",
            f"Account {self.edge} stands on its line. We take {lot} {QUOTE} from it and ask for a proof of the book.",
            lambda: self._prove(forged),
        )
        yield self._try(
            "The same account, without the prover's check",
            "We leave the prover's own check out and hand the book to the circuit itself. The row that would show that "
            "this account's equity covers its margin cannot be filled.",
            lambda: self._fill(forged),
        )
        changed, story = self._other_price()
        yield self._try(
            "The honest proof, under another price",
            f"{story} At that price the account is below its line. We show the honest proof beside the changed prices.",
            lambda: self._verify(self.proof, changed),
        )
        yield self._try(
            "The same, with the statement rewritten",
            "We also replace every digest in the proof's statement by that of the changed prices, so that they agree.",
            lambda: self._verify(self._restated(changed), changed),
        )
        yield self._try(
            "The honest proof, of another book",
            "We change the public root by one: a proof of this book is to serve for a book it was not made for.",
            lambda: self._verify(self._other_root(), self.snapshot),
        )
        yield self._try(
            "One bit of the proof flipped",
            "We flip a single bit in the middle of the proof.",
            lambda: self._verify(self._flipped(), self.snapshot),
        )

    def _try(self, title: str, what: str, attempt: Callable[[], object]) -> Forgery:
        try:
            attempt()
        except FailingAccountsError as error:
            return Forgery(title, what, "check before proving", str(error))
        except ProvingError as error:
            return Forgery(title, what, "witness", str(error))
        except VerificationError as error:
            return Forgery(title, what, error.step, str(error))
        raise ForgeryAcceptedError(f"{title}: this was accepted; please report it, with the demo's folder")

    def _below_the_line(self) -> Book:
        account = self.book.accounts.index(self.edge)
        first, last = int(self.book.offsets[account]), int(self.book.offsets[account + 1])
        key = self.parameters.table.key(QUOTE, Side.LONG)
        quantities = self.book.quantities.copy()
        quantities[first + self.book.keys[first:last].tolist().index(key)] -= 1
        return replace(self.book, quantities=quantities)

    def _prove(self, book: Book) -> None:
        prove_book(
            book,
            self.snapshot,
            self.parameters,
            self.shape,
            new_opening(book, self.shape, self.snapshot, self.parameters),
        )

    def _fill(self, book: Book) -> None:
        """What `prove_book` does, without looking at the accounts first."""
        expected = expected_statement(book_program(), self.snapshot, self.parameters, self.shape)
        opening = new_opening(book, self.shape, self.snapshot, self.parameters)
        fill_tables(book, expected, self.shape, opening, lambda _stage: None)

    def _verify(self, proof: bytes, snapshot: MarketSnapshot) -> None:
        verify_book(proof, snapshot, self.parameters, self.policy)

    def _other_price(self) -> tuple[MarketSnapshot, str]:
        """The least change of one price, by a millionth of it, that puts the account below its line."""
        holdings = self.book.holdings(self.book.accounts.index(self.edge))
        for key, _ in holdings:
            info, side = self.parameters.table.of_key(key)
            price = self.snapshot.prices.get(info.name)
            if price is None:
                continue
            other = price + (price // PRICE_STEP) * (-1 if side is Side.LONG else 1)
            changed = self.snapshot.model_copy(update={"prices": {**self.snapshot.prices, info.name: other}})
            if not account_health(compile_schedules(changed, self.parameters), holdings).solvent:
                before, after = (format_decimal(one, VALUE_DIGITS) for one in (price, other))
                return changed, f"We change the price of {info.name} by a millionth, from {before} to {after}."
        raise PlimsollError(f"no price moves account {self.edge} below its line: it holds no priced instrument")

    def _restated(self, snapshot: MarketSnapshot) -> bytes:
        statement, body = read_proof(self.proof)
        digests = expected_statement(book_program(), snapshot, self.parameters, self.shape).digests
        return write_proof(replace(statement, digests=digests), body)

    def _other_root(self) -> bytes:
        statement, body = read_proof(self.proof)
        height, first, *others = statement.public_values
        return write_proof(replace(statement, public_values=(height, first ^ 1, *others)), body)

    def _flipped(self) -> bytes:
        changed = bytearray(self.proof)
        changed[len(changed) // 2] ^= 1
        return bytes(changed)
