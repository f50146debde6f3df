"""One measurement in a process of its own; prints one JSON object. `run.py` calls it.

    measure.py prove BOOK HOLDINGS REPEATS PROOF     prove the book in BOOK, the last proof goes to PROOF
    measure.py verify BOOK PROOF REPEATS             verify it; with PLIMSOLL_NO_NUMPY=1 as if NumPy were not there
    measure.py whole-prove BOOK HOLDINGS SCENARIOS OUT   prove the book in BOOK over batches, the files go to OUT
    measure.py whole-verify BOOK OUT                     verify them
    measure.py account BOOK REPEATS                      one account of the book in BOOK, proven by its owner
    measure.py health ACCOUNTS HOLDINGS REPEATS      health of a book of this size

A process of its own gives each measurement its own peak of memory, and shows how much slower a first proof is.
"""

# ruff: noqa: PLC0415 - each measurement loads only what it measures

from __future__ import annotations

import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

NO_NUMPY = "PLIMSOLL_NO_NUMPY"
if os.environ.get(NO_NUMPY):
    sys.modules["numpy"] = None  # type: ignore[assignment]


def peak_bytes() -> int:
    """The most memory this process has held so far."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def prove(directory: Path, holdings: int, repeats: int, target: Path) -> dict[str, Any]:
    """Prove a book again and again: seconds of each stage of each run, of all cores, size of the proof, peak memory."""
    from plimsoll.circuits.shapes import ShapeClass
    from plimsoll.engine.ingest.preflight import preflight
    from plimsoll.prover.job import new_opening, prove_book

    checked = preflight(directory)
    shape = ShapeClass.fitting(len(checked.book), holdings)
    opening = new_opening(checked.book, shape, checked.snapshot, checked.parameters)
    idle, runs, sizes, cpu = peak_bytes(), [], [], []
    for _ in range(repeats):
        spent = time.process_time()
        began: list[tuple[str, float]] = []
        proof = prove_book(
            checked.book,
            checked.snapshot,
            checked.parameters,
            shape,
            opening,
            progress=lambda stage, began=began: began.append((stage, time.perf_counter())),  # type: ignore[misc]
        )
        ends = [when for _, when in began[1:]] + [time.perf_counter()]
        cpu.append(time.process_time() - spent)
        runs.append({stage: end - when for (stage, when), end in zip(began, ends, strict=True)})
        sizes.append(len(proof))
        target.write_bytes(proof)
    return {
        "shape": shape.name,
        "runs": runs,
        "cpu_seconds": cpu,
        "proof_bytes": sizes,
        "idle_bytes": idle,
        "peak_bytes": peak_bytes(),
    }


def verify(directory: Path, proof: Path, repeats: int) -> dict[str, Any]:
    """Verify a proof again and again: seconds of each run, peak memory, and whether NumPy was used."""
    from plimsoll.engine.parameters import RiskParameters
    from plimsoll.engine.snapshot import MarketSnapshot
    from plimsoll.verifier.book import verify_book
    from plimsoll.verifier.policy import Policy, snapshot_time

    snapshot = MarketSnapshot.load(directory / "snapshot.json")
    parameters = RiskParameters.load(directory / "parameters.json")
    data, seconds = proof.read_bytes(), []
    for _ in range(repeats):
        start = time.perf_counter()
        verified = verify_book(data, snapshot, parameters, Policy(at=snapshot_time(snapshot)))
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": seconds,
        "security_bits": verified.security_bits,
        "numpy": sys.modules.get("numpy") is not None,
        "peak_bytes": peak_bytes(),
    }


def whole_prove(directory: Path, holdings: int, scenario_file: Path, out: Path) -> dict[str, Any]:
    """Prove a whole book over batches, once: seconds, of all cores too, sizes and peak memory."""
    from plimsoll.cli.book import declared_sizes
    from plimsoll.engine.batch_schedule import compile_batch_schedule
    from plimsoll.engine.book_figures import book_figures
    from plimsoll.engine.ingest.preflight import preflight
    from plimsoll.engine.scenarios import ScenarioList
    from plimsoll.prover.batch_job import new_batch_opening, prove_batches
    from plimsoll.prover.book_claims import claims_of
    from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name

    checked, scenarios = preflight(directory), ScenarioList.load(scenario_file)
    book, snapshot, parameters = checked.book, checked.snapshot, checked.parameters
    shape, batches = declared_sizes(len(book), len(book), holdings)
    idle, spent, start = peak_bytes(), time.process_time(), time.perf_counter()
    figures = book_figures(compile_batch_schedule(snapshot, parameters, scenarios), book)
    fund = max(one.amount for one in figures.figures)
    claims = claims_of(figures, parameters.table, len(scenarios), fund=fund, show_totals=True)
    opening = new_batch_opening(book, shape, batches, snapshot, parameters, scenarios)
    proven = prove_batches(book, snapshot, parameters, scenarios, claims, shape, opening)
    seconds = time.perf_counter() - start
    files = {
        CLAIMS: claims.model_dump_json().encode(),
        SCENARIOS: scenarios.model_dump_json().encode(),
        TOTALS_PROOF: proven.totals,
        **{batch_name(i): proof for i, proof in enumerate(proven.batches)},
    }
    out.mkdir()
    for name, data in files.items():
        (out / name).write_bytes(data)
    return {
        "shape": f"{batches} of {shape.name}",
        "accounts": len(book),
        "instruments": len(parameters.table),
        "scenarios": len(scenarios),
        "seconds": seconds,
        "cpu_seconds": time.process_time() - spent,
        "bytes": sum(map(len, files.values())),
        "idle_bytes": idle,
        "peak_bytes": peak_bytes(),
    }


def whole_verify(directory: Path, out: Path) -> dict[str, Any]:
    """Verify a whole book's files, once: seconds and peak memory."""
    from plimsoll.engine.parameters import RiskParameters
    from plimsoll.engine.snapshot import MarketSnapshot
    from plimsoll.verifier.policy import Policy, snapshot_time
    from plimsoll.verifier.whole_book import verify_whole_book

    snapshot = MarketSnapshot.load(directory / "snapshot.json")
    parameters = RiskParameters.load(directory / "parameters.json")
    files = {one.name: one.read_bytes() for one in out.iterdir()}
    start = time.perf_counter()
    verified = verify_whole_book(files, snapshot, parameters, Policy(at=snapshot_time(snapshot)))
    return {
        "seconds": time.perf_counter() - start,
        "security_bits": verified.security_bits,
        "peak_bytes": peak_bytes(),
    }


def account(directory: Path, repeats: int) -> dict[str, Any]:
    """Prove and verify one account at the longest path: seconds of each run, of all cores, size, peak memory.

    The first proof is the first in its process; everything from the customer's opening to the file's bytes counts.
    """
    import secrets

    from plimsoll.circuits.account_tables import MAX_ABOVE, MAX_LEVELS
    from plimsoll.circuits.field import P
    from plimsoll.circuits.leaves import owner_key
    from plimsoll.engine.ingest.preflight import preflight
    from plimsoll.engine.thresholds import Threshold
    from plimsoll.prover.account_job import AccountOpening, Joined, prove_account
    from plimsoll.prover.core_api import permute
    from plimsoll.verifier.account import AccountPolicy, verify_account
    from plimsoll.verifier.consumer import ConsumerContext
    from plimsoll.verifier.policy import snapshot_time

    def quads(count: int) -> tuple[tuple[int, ...], ...]:
        return tuple(tuple(secrets.randbelow(P) for _ in range(4)) for _ in range(count))

    checked = preflight(directory)
    secret, blind, salt, commitment = quads(4)
    opening = AccountOpening(
        identifier=checked.book.accounts[0],
        owner=owner_key(secret, permute),
        lien=0,
        blind=blind,
        salt=salt,
        account_class=int(checked.book.classes[0]),
        order=1,
        holdings=tuple(checked.book.holdings(0)),
        position=3,
        path=quads(MAX_LEVELS),
        joined=Joined(commitment, 3, quads(MAX_ABOVE)),
    )
    root = opening.root(checked.parameters.table.digest(), permute)
    context = ConsumerContext(1, bytes(20), bytes(20), 0, 2**63, bytes(32))
    about = (checked.snapshot, checked.parameters, Threshold("maintenance"), context, root)
    idle, seconds, verified, cpu = peak_bytes(), [], [], []
    for _ in range(repeats):
        spent, start = time.process_time(), time.perf_counter()
        data = prove_account(opening, secret, *about)
        seconds.append(time.perf_counter() - start)
        cpu.append(time.process_time() - spent)
    peak = peak_bytes()
    for _ in range(repeats):
        start = time.perf_counter()
        found = verify_account(data, *about, AccountPolicy(at=snapshot_time(checked.snapshot)))
        verified.append(time.perf_counter() - start)
    return {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "verify_seconds": verified,
        "bytes": len(data),
        "security_bits": found.security_bits,
        "idle_bytes": idle,
        "peak_bytes": peak,
    }


def health(accounts: int, holdings: int, repeats: int) -> dict[str, Any]:
    """Health of every account of a random book: seconds of each run, peak memory."""
    from random_book import random_book

    from plimsoll.engine.book_health import book_health

    schedules, book = random_book(accounts, holdings)
    idle, seconds = peak_bytes(), []
    for _ in range(repeats):
        start = time.perf_counter()
        counts = book_health(schedules, book).counts()
        seconds.append(time.perf_counter() - start)
    return {
        "seconds": seconds,
        "statuses": {status.name.lower(): count for status, count in counts.items()},
        "idle_bytes": idle,
        "peak_bytes": peak_bytes(),
    }


def main(arguments: list[str]) -> None:
    """Run one measurement and print it."""
    kind, *rest = arguments
    if kind == "prove":
        result = prove(Path(rest[0]), int(rest[1]), int(rest[2]), Path(rest[3]))
    elif kind == "verify":
        result = verify(Path(rest[0]), Path(rest[1]), int(rest[2]))
    elif kind == "whole-prove":
        result = whole_prove(Path(rest[0]), int(rest[1]), Path(rest[2]), Path(rest[3]))
    elif kind == "whole-verify":
        result = whole_verify(Path(rest[0]), Path(rest[1]))
    elif kind == "publish":
        import publication

        result = publication.make(Path(rest[0]), Path(rest[1]), Path(rest[2]))
    elif kind == "publication-verify":
        import publication

        result = publication.verify(Path(rest[0]))
    elif kind == "account":
        result = account(Path(rest[0]), int(rest[1]))
    else:
        result = health(int(rest[0]), int(rest[1]), int(rest[2]))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
