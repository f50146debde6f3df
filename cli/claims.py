"""What `inspect` and `security` read of a proof: its claims, and the tables they are about. Nothing is verified."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Final

import click

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import MIN_LOG_HEIGHT, ShapeClass, ShapeError
from plimsoll.circuits.tables import TableSet
from plimsoll.cli.kinds import ProofKind, kind_of
from plimsoll.cli.options import PATH
from plimsoll.cli.proof_files import read_market, read_proof_file
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import expected_statement
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.statement import BOOK_BATCH, Digests, Statement, read_proof
from plimsoll.verifier.tables import LOG_ZK

MAX_LOG_SCHEDULE: Final = 16
"""The highest schedule whose figures are shown on a proof's word alone: more than any published market has."""

MARKET = click.option("--market", type=PATH, help="The market snapshot, to rebuild tables from it.")
PARAMETERS = click.option("--parameters", type=PATH, help="The risk parameters, likewise.")


@dataclass(frozen=True)
class Claims:
    """A proof file, read.

    Attributes:
        sizes: what the shape class says, by name.
        known: digests by name, rebuilt from the caller's market and parameters; none if these were not given.
        rebuilt: the tables from them; None also where they are not enough, a batch needing scenarios as well.
    """

    size: int
    statement: Statement
    body: bytes
    kind: ProofKind
    sizes: dict[str, int]
    known: dict[str, bytes]
    rebuilt: TableSet | None

    def tables(self) -> TableSet:
        """The tables: rebuilt, or of the size that the proof claims.

        Raises:
            VerificationError: another program than this release's, or heights that are not those of the shape class.
        """
        program = self.statement.digests.program.hex()
        if program != self.kind.program:
            raise VerificationError("policy", f"program {self.kind.program}", program, "use the release that pins it")
        return self.rebuilt or _claimed_tables(self.kind, self.statement, self.body)


def read_claims(proof: Path, market: Path | None, parameters: Path | None) -> Claims:
    """Reads a proof, and rebuilds its tables where that can be done.

    Raises:
        VerificationError: the file is no valid encoding, of a kind that is not known, or names no shape class.
        UsageError: one of market and parameters only.
    """
    if (market is None) != (parameters is None):
        raise click.UsageError("--market and --parameters belong together: give both or neither")
    data = read_proof_file(proof)
    statement, body = read_proof(data)
    kind = kind_of(statement)
    try:
        sizes = kind.sizes(statement)
    except ShapeError as error:
        raise VerificationError("tables", "the name of a published shape class", str(error)) from None
    known: dict[str, bytes] = {}
    rebuilt = None
    if market is not None and parameters is not None:
        snapshot, rules = read_market(MarketSnapshot, market), read_market(RiskParameters, parameters)
        if statement.kind == BOOK_BATCH:
            expected = expected_statement(book_program(), snapshot, rules, ShapeClass.parse(statement.shape))
            known = {one.name: getattr(expected.digests, one.name) for one in fields(Digests)}
            rebuilt = expected.book.tables
        else:
            known = {"instruments": rules.table.digest(), "market": snapshot.digest(), "parameters": rules.digest()}
    return Claims(len(data), statement, body, kind, sizes, known, rebuilt)


def _claimed_tables(kind: ProofKind, statement: Statement, body: bytes) -> TableSet:
    """Only a schedule's height is not fixed by the shape class, and the security's figures depend on nothing else of
    it: any records will do. The schedule's is the last table."""
    tables = kind.tables(statement, 1)
    count = len(tables.instances)
    if len(body) < count:
        raise VerificationError("encoding", f"{count} heights", f"{len(body)} bytes of proof")
    if kind.scheduled:
        claimed = body[count - 1] - LOG_ZK
        if not MIN_LOG_HEIGHT <= claimed <= MAX_LOG_SCHEDULE:
            rows = f"a schedule of 2^{MIN_LOG_HEIGHT} to 2^{MAX_LOG_SCHEDULE} rows"
            raise VerificationError("heights", rows, f"2^{claimed}", "give --market and --parameters")
        tables = kind.tables(statement, 1 << claimed)
    heights = [instance.log_height + LOG_ZK for instance in tables.instances]
    got = list(body[:count])
    if got != heights:
        raise VerificationError("heights", f"those of the shape class, as powers of two {heights}", str(got))
    return tables
