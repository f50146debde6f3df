"""The benchmarks run and write what they measured."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path


def test_a_small_run_writes_its_table_and_its_figures(repository: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    sizes = ["--accounts", "64", "--holdings", "10", "--engine-accounts", "1000", "--repeats", "1"]
    sizes += ["--whole-accounts", "64"]
    command = [sys.executable, str(repository / "benchmarks" / "run.py"), *sizes, "--out", str(out)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    text = out.with_suffix(".md").read_text()
    assert done.stdout.strip() == text.strip()
    results = json.loads(out.with_suffix(".json").read_text())
    (one,) = results["proofs"]
    assert (one["accounts"], one["holdings"], one["shape"]) == (64, 10, "book-2^6x2")
    assert list(one["stages"]) == ["check", "tables", "tape", "witness", "proof", "encode"]
    assert one["verify_seconds_without_numpy"] > 0
    assert sum(results["engine"]["statuses"].values()) == 1_000
    assert results["machine"] in text
    assert (results["whole"]["accounts"], results["whole"]["scenarios"]) == (64, 3)
    published = results["whole"]["publication"]
    assert published["currencies"] > 1 and published["bytes"] > results["whole"]["bytes"]
    assert f"reserves of {published['currencies']} currencies on {published['addresses']} addresses" in text
