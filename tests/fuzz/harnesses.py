"""What is fuzzed: one function from bytes for each border that a stranger's bytes cross, and the property it keeps.

Property: a harness returns, or raises a `PlimsollError` whose message can be written out; in at most `MAX_SECONDS` of
processor time. The processes that call `check` (`fuzz.py`, `smoke.py`) watch over memory.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from example_proof import DIGEST, PUBLICS, VECTOR
from verifier_samples import honest_run

from plimsoll.circuits.book_tables import book_program
from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.ingest.preflight import preflight
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.schedule import compile_schedule
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import accept_statement, expected_statement
from plimsoll.verifier.constraints import check_constraints, check_terminals
from plimsoll.verifier.encoding import parse_body
from plimsoll.verifier.fri import check_folds, check_input_rows, gather_claims, reduced_openings
from plimsoll.verifier.policy import Policy, snapshot_time
from plimsoll.verifier.profile import INSECURE_TEST, STANDARD
from plimsoll.verifier.stark import verify_proof
from plimsoll.verifier.statement import Statement, read_proof, write_proof

MAX_SECONDS = 2.0
BOOK = Path(__file__).parent.parent.parent / "examples" / "book"
SEPARATOR = b"\x00\x00"
"""Between the files of one input."""


class LimitExceededError(AssertionError):
    """An input took too long."""


@dataclass(frozen=True)
class Harness:
    """`run` is fuzzed; `seeds` are real inputs to start from; `tokens` are pieces that mutants are made with.

    `smoke` is how many mutants the test suite tries, `longest` the most bytes of an input that fuzzing makes.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    smoke: int
    longest: int
    tokens: tuple[bytes, ...] = ()


def check(harness: Harness, data: bytes) -> bool:
    """Whether the input was accepted. Raises whatever breaks the property."""
    start = time.process_time()
    try:
        harness.run(data)
    except PlimsollError as error:
        str(error).encode()
        accepted = False
    else:
        accepted = True
    seconds = time.process_time() - start
    if seconds > MAX_SECONDS:
        raise LimitExceededError(f"{harness.name}: {seconds:.1f} s for an input of {len(data)} bytes")
    return accepted


# --- proof file and statement ---------------------------------------------------------------------------------------


@cache
def _market() -> tuple[MarketSnapshot, RiskParameters]:
    return MarketSnapshot.load(BOOK / "snapshot.json"), RiskParameters.load(BOOK / "parameters.json")


@cache
def _statement() -> Statement:
    """The statement of a proof about the example book, as the prover would write it."""
    snapshot, parameters = _market()
    shape = ShapeClass(4, 2)
    digests = expected_statement(book_program(), snapshot, parameters, shape).digests
    return Statement("book-batch", shape.name, STANDARD, digests, (4, *range(8)), sequence=snapshot.sequence)


def _run_proof_file(data: bytes) -> None:
    statement, body = read_proof(data)
    assert write_proof(statement, body) == data, "two files of one statement and body"
    statement.digest()


def _run_statement(data: bytes) -> None:
    """All that comes before the proof itself: parsing, rebuilt tables, policy, digests, security."""
    snapshot, parameters = _market()
    accept_statement(data, snapshot, parameters, Policy(at=snapshot_time(snapshot)))


def _proof_files() -> list[bytes]:
    plain = _statement()
    # All that a verifier that demands none of it ignores: another publication, a context, a batch of several.
    full = replace(plain, sequence=2**63 - 1, previous=bytes(range(32)), batch_count=3, batch_index=2, context=b"abc")
    return [write_proof(statement, body) for statement in (plain, full) for body in (b"", b"body")]


# --- the proof ------------------------------------------------------------------------------------------------------


def _run_body(data: bytes) -> None:
    verify_proof(honest_run().case.tables, PUBLICS, DIGEST, data, INSECURE_TEST)


def _run_steps(data: bytes) -> None:
    """Each step on what was parsed, though the step before it refused: the challenges are those of the honest run.

    A change of the body seldom gets past the constraints; here it meets every line of the later steps too.
    """
    honest = honest_run()
    shape, challenges = honest.shape, honest.challenges
    proof = parse_body(data, shape)
    refusals: list[PlimsollError] = []

    @contextmanager
    def step() -> Iterator[None]:
        try:
            yield
        except PlimsollError as error:
            refusals.append(error)

    for k, values in enumerate(honest.publics):
        with step():
            check_constraints(shape, k, values, proof, challenges)
    with step():
        check_terminals(proof.terminals)
    with step():
        check_input_rows(shape, proof, honest.queries.indices)
    with step():
        claims = gather_claims(shape, proof, challenges.zeta)
        reduced = reduced_openings(shape, claims, proof.input_rows, honest.alpha, honest.queries.indices)
        check_folds(shape, proof, honest.queries, reduced)
    if refusals:
        raise refusals[0]


def _bodies() -> list[bytes]:
    return [VECTOR.read_bytes()]


# --- market and book ------------------------------------------------------------------------------------------------


def _run_snapshot(data: bytes) -> None:
    MarketSnapshot.parse(data).digest()


def _run_parameters(data: bytes) -> None:
    parameters = RiskParameters.parse(data)
    parameters.digest()
    parameters.table.digest()


def _run_market(data: bytes) -> None:
    """Snapshot and parameters together, up to the schedule that the tables are built from."""
    snapshot, _, parameters = data.partition(SEPARATOR)
    compile_schedule(MarketSnapshot.parse(snapshot), RiskParameters.parse(parameters)).digest()


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    folder = tempfile.TemporaryDirectory(prefix="plimsoll-fuzz-")
    for name in ("snapshot.json", "parameters.json"):
        (Path(folder.name) / name).write_bytes((BOOK / name).read_bytes())
    return folder


def _run_book(data: bytes) -> None:
    """The two tables of a book as CSV files."""
    accounts, _, holdings = data.partition(SEPARATOR)
    folder = Path(_folder().name)
    (folder / "accounts.csv").write_bytes(accounts)
    (folder / "holdings.csv").write_bytes(holdings)
    preflight(folder)


def _files(*names: str) -> Callable[[], list[bytes]]:
    return lambda: [SEPARATOR.join((BOOK / name).read_bytes() for name in names)]


_JSON = (
    *(b'"', b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"1e999", b"NaN", b"-0", b'"-0.0"', b'"1e5"'),
    *(
        b'"\\ud800"',
        b"\\u0000",
        b"\xef\xbb\xbf",
        b"\xff",
        b"9" * 25,
        b'"' + b"9" * 60 + b'"',
        b'"0.' + b"0" * 40 + b'1"',
    ),
    *(
        b"[" * 40,
        b'"2026-01-31T12:00:00Z"',
        b'"9999-12-31T23:59:59Z"',
        b'"0001-01-01T00:00:00Z"',
        b"18446744073709551616",
    ),
    *(b'"\xd9\xa1"', b'"1_000"', b'" 1"'),
)
_CSV = (
    b"\n",
    b"\r\n",
    b"\r",
    b",",
    b";",
    b'"',
    b'""',
    b"\xef\xbb\xbf",
    b"\xff",
    b"\x00",
    b"-",
    b"1e9",
    b"9" * 30,
    b" ",
)
_BINARY = (bytes(8), b"\xff" * 8, b"\x01\x00\x00\x00\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\xff\xff", b"PLIMSOLL")
_SHAPES = (b"book-2^14x171", b"book-2^99x99", b"standard-128", b"insecure-test-only", b"\xed\xa0\x80")

HARNESSES = {
    harness.name: harness
    for harness in (
        Harness("proof-file", _run_proof_file, _proof_files, 400, 4096, (*_BINARY, *_SHAPES)),
        Harness("statement", _run_statement, _proof_files, 60, 4096, (*_BINARY, *_SHAPES)),
        Harness("body", _run_body, _bodies, 12, 65536, _BINARY),
        Harness("steps", _run_steps, _bodies, 40, 65536, _BINARY),
        Harness("snapshot", _run_snapshot, _files("snapshot.json"), 400, 4096, _JSON),
        Harness("parameters", _run_parameters, _files("parameters.json"), 200, 8192, _JSON),
        Harness("market", _run_market, _files("snapshot.json", "parameters.json"), 200, 8192, _JSON),
        Harness("book", _run_book, _files("accounts.csv", "holdings.csv"), 80, 4096, _CSV),
    )
}
