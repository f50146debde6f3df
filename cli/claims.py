"""What `inspect` and `security` read of a proof: its claims, and the tables they are about. Nothing is verified."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from plimsoll.circuits.book_tables import book_program, build_book
from plimsoll.circuits.schedule_records import FIELDS
from plimsoll.circuits.shapes import Role, ShapeClass, ShapeError
from plimsoll.circuits.tables import TableSet
from plimsoll.cli.options import PATH
from plimsoll.cli.proof_files import read_market, read_proof_file
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import Expected, expected_statement
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.policy import BOOK_PROGRAM
from plimsoll.verifier.statement import Statement, read_proof
from plimsoll.verifier.tables import LOG_ZK

MAX_LOG_SCHEDULE: Final = 16
"""The highest schedule whose figures are shown on a proof's word alone: more than any published market has."""

MARKET = click.option("--market", type=PATH, help="The market snapshot, to rebuild tables from it.")
PARAMETERS = click.option("--parameters", type=PATH, help="The risk parameters, likewise.")


@dataclass(frozen=True)
class Claims:
    """A proof file, read. `expected` is rebuilt from the caller's market and parameters, if both were given."""

    size: int
    statement: Statement
    body: bytes
    shape: ShapeClass
    expected: Expected | None

    def tables(self) -> TableSet:
        """The tables: rebuilt, or of the size that the proof claims.

        Raises:
            VerificationError: another program than this release's, or heights that are not those of the shape class.
        """
        program = self.statement.digests.program.hex()
        if program != BOOK_PROGRAM:
            raise VerificationError("policy", f"program {BOOK_PROGRAM}", program, "use the release that pins it")
        if self.expected is not None:
            return self.expected.book.tables
        return _claimed_tables(self.shape, self.body)


def read_claims(proof: Path, market: Path | None, parameters: Path | None) -> Claims:
    """Reads a proof, and rebuilds its tables where that can be done.

    Raises:
        VerificationError: the file is no valid encoding, or names no shape class.
        UsageError: one of market and parameters only.
    """
    if (market is None) != (parameters is None):
        raise click.UsageError("--market and --parameters belong together: give both or neither")
    data = read_proof_file(proof)
    statement, body = read_proof(data)
    try:
        shape = ShapeClass.parse(statement.shape)
    except ShapeError as error:
        raise VerificationError("tables", "the name of a published shape class", str(error)) from None
    expected = None
    if market is not None and parameters is not None:
        snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
        expected = expected_statement(book_program(), snapshot, rules, shape)
    return Claims(len(data), statement, body, shape, expected)


def _claimed_tables(shape: ShapeClass, body: bytes) -> TableSet:
    """Only the schedule's height is not fixed by the shape class, and the security's figures depend on nothing else of
    it: any records will do. The schedule's is the last table."""
    program, record = book_program(), [0] * FIELDS
    count = len(build_book(program, [record], shape).tables.instances)
    if len(body) < count:
        raise VerificationError("encoding", f"{count} heights", f"{len(body)} bytes of proof")
    claimed = body[count - 1] - LOG_ZK
    [lowest] = shape.log_heights(Role.SCHEDULE, 1)
    if not lowest <= claimed <= MAX_LOG_SCHEDULE:
        rows = f"a schedule of 2^{lowest} to 2^{MAX_LOG_SCHEDULE} rows"
        raise VerificationError("heights", rows, f"2^{claimed}", "give --market and --parameters")
    tables = build_book(program, [record] * (1 << claimed), shape).tables
    heights = [instance.log_height + LOG_ZK for instance in tables.instances]
    got = list(body[:count])
    if got != heights:
        raise VerificationError("heights", f"those of the shape class, as powers of two {heights}", str(got))
    return tables
