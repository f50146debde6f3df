"""Measures Plimsoll on this machine; prints a table and writes it to benchmarks/results.md and results.json.

    python benchmarks/run.py [--accounts 4096] [--holdings 2 10 50] [--repeats 3] [--out benchmarks/results]

Figures of one run only may be compared with each other: machines and their load differ, so results name the machine
and the load, and differences are given as ratios within the run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from table import markdown

from plimsoll.cli.demo.facts import machine
from plimsoll.cli.demo.sample_book import even_book

HERE = Path(__file__).parent
HOLDINGS = (2, 10, 50)
ACCOUNT_REPEATS = 6
SCENARIOS = HERE.parent / "examples" / "load-line" / "scenarios.json"
TIME = datetime(2026, 3, 21, 7, 0, tzinfo=UTC)


def measure(*arguments: object, **environment: str) -> dict[str, Any]:
    """One measurement in a process of its own."""
    command = [sys.executable, str(HERE / "measure.py"), *map(str, arguments)]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env={**os.environ, **environment})
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def measure_proof(folder: Path, accounts: int, holdings: int, repeats: int) -> dict[str, Any]:
    """Prove and verify a book of `accounts` accounts with `holdings` holdings each."""
    book, proof = folder / f"book-{holdings}", folder / f"{holdings}.proof"
    even_book(TIME, accounts, holdings).write(book)
    say(f"proving {accounts:,} accounts of {holdings} holdings, {repeats} times")
    proven = measure("prove", book, holdings, repeats, proof)
    say("verifying")
    fast = measure("verify", book, proof, repeats)
    plain = measure("verify", book, proof, 1, PLIMSOLL_NO_NUMPY="1")
    warm = proven["runs"][1:] or proven["runs"]
    stages = {stage: statistics.median(run[stage] for run in warm) for stage in warm[0]}
    seconds = statistics.median(sum(run.values()) for run in warm)
    return {
        "holdings": holdings,
        "accounts": accounts,
        "shape": proven["shape"],
        "seconds": seconds,
        "first_seconds": sum(proven["runs"][0].values()),
        "best_seconds": min(sum(run.values()) for run in warm),
        "cpu_seconds": statistics.median(proven["cpu_seconds"][1:] or proven["cpu_seconds"]),
        "accounts_per_second": accounts / seconds,
        "stages": stages,
        "proof_bytes": max(proven["proof_bytes"]),
        "peak_bytes": proven["peak_bytes"],
        "idle_bytes": proven["idle_bytes"],
        "verify_seconds": min(fast["seconds"]),
        "verify_seconds_without_numpy": min(plain["seconds"]),
        "security_bits": fast["security_bits"],
    }


def measure_whole(folder: Path, accounts: int) -> dict[str, Any]:
    """Prove and verify a whole book of 10 holdings an account, with shown totals, bounded liabilities and stress."""
    book, out = folder / "whole", folder / "proofs"
    even_book(TIME, accounts, 10).write(book)
    say(f"proving a whole book of {accounts:,} accounts with totals and three scenarios")
    proven = measure("whole-prove", book, 10, SCENARIOS, out)
    say("verifying it")
    verified = measure("whole-verify", book, out)
    plain = measure("whole-verify", book, out, PLIMSOLL_NO_NUMPY="1")
    say("publishing it with reserves")
    published = measure("publish", book, out, folder / "publication")
    read = measure("publication-verify", folder / "publication")
    return {
        **proven,
        "publication": {**published, "verify_seconds": read["seconds"], "currencies": read["currencies"]},
        "accounts_per_second": proven["accounts"] / proven["seconds"],
        "verify_seconds": verified["seconds"],
        "verify_seconds_without_numpy": plain["seconds"],
        "security_bits": verified["security_bits"],
    }


def measure_account(folder: Path, holdings: int) -> dict[str, Any]:
    """Prove and verify one account of so many holdings."""
    book = folder / f"account-{holdings}"
    even_book(TIME, 2, holdings).write(book)  # accounts come in pairs
    say(f"proving one account of {holdings} holdings")
    one = measure("account", book, ACCOUNT_REPEATS)
    return {
        "holdings": holdings,
        "first_seconds": one["seconds"][0],
        "seconds": statistics.median(one["seconds"][1:]),
        "cpu_seconds": statistics.median(one["cpu_seconds"][1:]),
        "proof_bytes": one["bytes"],
        "peak_bytes": one["peak_bytes"],
        "verify_seconds": min(one["verify_seconds"]),
        "security_bits": one["security_bits"],
    }


def say(text: str) -> None:
    """Progress on stderr."""
    print(text, file=sys.stderr, flush=True)


def memory_bytes() -> int:
    """Memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def main() -> None:
    """Measure everything, print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=4096, help="accounts a proof (default 4096)")
    parser.add_argument("--holdings", type=int, nargs="+", default=list(HOLDINGS), help="holdings an account, 2 to 100")
    parser.add_argument("--engine-accounts", type=int, default=1_000_000, help="accounts of the engine's book")
    parser.add_argument("--whole-accounts", type=int, default=20_000, help="accounts of the whole book over batches")
    parser.add_argument("--repeats", type=int, default=3, help="proofs a process; the first one is the cold one")
    parser.add_argument("--out", type=Path, default=HERE / "results", help="file name without suffix")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as folder:
        proofs = [measure_proof(Path(folder), options.accounts, h, options.repeats) for h in options.holdings]
        alone = [measure_account(Path(folder), h) for h in options.holdings]
        whole = measure_whole(Path(folder), options.whole_accounts)
    say(f"health of {options.engine_accounts:,} accounts of 10 holdings")
    engine = measure("health", options.engine_accounts, 10, options.repeats)
    results = {
        "time": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "machine": machine(),
        "memory_bytes": memory_bytes(),
        "load_before": round(load, 2),
        "python": sys.version.split()[0],
        "repeats": options.repeats,
        "proofs": proofs,
        "accounts": alone,
        "whole": whole,
        "engine": {"accounts": options.engine_accounts, "holdings": 10, **engine},
    }
    text = markdown(results)
    options.out.with_suffix(".json").write_text(json.dumps(results, indent=2) + "\n")
    options.out.with_suffix(".md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
