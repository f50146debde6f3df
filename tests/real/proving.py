"""Checks, proves and verifies a book at full security, with both verifiers."""

from __future__ import annotations

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.book import Book
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.core_api import upstream_verify
from plimsoll.prover.job import new_opening, prove_book
from plimsoll.verifier.book import VerifiedBook, expected_statement, verify_book
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.statement import read_proof


def policy_of(snapshot: MarketSnapshot) -> Policy:
    """The default policy at the snapshot's own time: the books of the tests carry their time."""
    return Policy(at=snapshot_time(snapshot))


def prove_and_verify(
    book: Book, snapshot: MarketSnapshot, parameters: RiskParameters, shape: ShapeClass
) -> VerifiedBook:
    """Proves the book and has both verifiers accept it. Raises what the prover or a verifier raises."""
    proof = prove_book(book, snapshot, parameters, shape, new_opening(book, shape, snapshot, parameters))
    verified = verify_book(proof, snapshot, parameters, policy_of(snapshot))
    statement, body = read_proof(proof)
    rebuilt = expected_statement(book_program(), snapshot, parameters, shape)
    upstream_verify(rebuilt.book, statement.public_values, statement.digest(), body, statement.profile)
    return verified
