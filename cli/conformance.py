"""`plimsoll conformance`: runs a folder of test vectors (docs/protocol/vectors.md) against this release."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.cli import console
from plimsoll.cli.options import JSON, PATH
from plimsoll.prover.core_api import ProvingError, core, upstream_verify
from plimsoll.verifier.conformance import Outcome, SecondVerifier, run_vector
from plimsoll.verifier.statement import Statement
from plimsoll.verifier.vector_files import SUITE, read_suite
from plimsoll.verifier.vectors import VectorError


@click.command()
@click.argument("directory", metavar="DIR", type=PATH)
@JSON
def conformance(directory: Path, as_json: bool) -> int:
    """Run the test vectors in DIR: each must be accepted, or refused at the step that it names.

    Where the Rust core is installed, the proof library's own verifier is asked for a second opinion on every vector
    whose file, statement and policy are in order; of those it knows nothing.

    \b
    Exit codes: 0 all as expected, 1 not all, 2 wrong usage, 3 a vector cannot be read.
    """
    if not directory.is_dir():
        raise VectorError(f"{directory}: {'expected a folder, got a file' if directory.exists() else 'no such folder'}")
    if not (directory / SUITE).exists():
        raise VectorError(f"{directory}: has no {SUITE}: name a folder of test vectors, such as tests/vectors/book-v1")
    suite, second = read_suite(directory), _second()
    outcomes = []
    with console.counted() as tell:
        for number, vector in enumerate(suite.vectors):
            tell("running vectors", number, len(suite.vectors))
            outcomes.append(run_vector(suite, vector, second))
    good = sum(outcome.ok for outcome in outcomes)
    if as_json:
        console.write_json({"ok": good == len(outcomes), "passed": good, "vectors": [_data(one) for one in outcomes]})
    else:
        _show(outcomes, good)
    return console.OK if good == len(outcomes) else console.FAILED


def _second() -> SecondVerifier | None:
    """The verifier of the proof library, or None where the core is not installed."""
    try:
        core()
    except ProvingError:
        return None
    return _upstream


def _upstream(book: ProgramTables, statement: Statement, body: bytes) -> str | None:
    try:
        upstream_verify(book, statement.public_values, statement.digest(), body, statement.profile)
    except ProvingError as error:
        return str(error)
    return None


def _data(outcome: Outcome) -> dict[str, Any]:
    vector = outcome.vector
    return {
        "vector": vector.name,
        "expected": str(vector.expect),
        "got": outcome.got,
        "ok": outcome.ok,
        "said": outcome.said,
        "second": outcome.second,
        "second_said": outcome.second_said,
    }


def _show(outcomes: list[Outcome], good: int) -> None:
    terminal = console.stdout()
    columns = [(name, False) for name in ("vector", "expected", "got", "second verifier", "ok")]
    listed = [
        [one.vector.name, str(one.vector.expect), one.got, one.second, "yes" if one.ok else "NO"] for one in outcomes
    ]
    terminal.print(console.listing("", columns, listed))
    terminal.print(f"\n{good} of {len(outcomes)} vectors as expected.")
    for one in outcomes:
        if not one.ok:
            console.say(f"{one.vector.name}: {one.vector.lie}: {one.said or 'accepted'} {one.second_said}".rstrip())
