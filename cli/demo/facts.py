"""What the report says about a proof, gathered from its statement and tables; and about the machine."""

from __future__ import annotations

import hashlib
import os
import platform
from pathlib import Path

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.circuits.tables import TableSet
from plimsoll.cli.demo.report import TableFact
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import VerifiedBook, expected_statement
from plimsoll.verifier.policy import hexadecimal
from plimsoll.verifier.security import security_terms
from plimsoll.verifier.statement import Statement

TERM_NAMES = {
    "air-composition": "Constraints combined (ALI)",
    "deep-ali": "Evaluation at a random point (DEEP)",
    "low-degree-test": "Low-degree test (FRI)",
    "batch-combination": "Openings combined",
    "logup-fingerprint": "Lookups (LogUp)",
    "commitment-collision": "Hash collisions (SHA-256)",
}


def proof_keys(verified: VerifiedBook, statement: Statement, proof: bytes) -> dict[str, str]:
    """Names and digests of a verified proof, for people to compare."""
    digests = statement.digests
    return {
        "Root of the book": hexadecimal(verified.root),
        "Commitment": hexadecimal(verified.commitment),
        "Market snapshot": digests.market.hex(),
        "Risk parameters": digests.parameters.hex(),
        "Schedule": digests.schedule.hex(),
        "Instruments": digests.instruments.hex(),
        "Program": digests.program.hex(),
        "Tables": digests.tables.hex(),
        "Statement": statement.digest().hex(),
        "Proof file": hashlib.sha256(proof).hexdigest(),
        "Shape class": f"{verified.shape.name}: {verified.shape.leaves:,} leaves, room for "
        f"{verified.shape.holdings_rows:,} rows of six holdings",
    }


def proof_tables(
    snapshot: MarketSnapshot, parameters: RiskParameters, shape: ShapeClass, statement: Statement
) -> tuple[list[TableFact], dict[str, float]]:
    """Every table of the proof, and the security by term."""
    tables = expected_statement(book_program(), snapshot, parameters, shape).book.tables
    terms = security_terms(tables, statement.profile)
    return _tables(tables), {TERM_NAMES.get(name, name): bits for name, bits in terms.items() if name != "minimum"}


def _tables(tables: TableSet) -> list[TableFact]:
    return [
        TableFact(
            table.name,
            tuple(1 << one.log_height for one in tables.instances if one.table == index),
            table.width,
        )
        for index, table in enumerate(tables.tables)
    ]


def machine() -> str:
    """The processor and how many cores of it this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return f"{_processor()}, {cores} core{'s' * (cores != 1)}"


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
