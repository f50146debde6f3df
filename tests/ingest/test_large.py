"""A million accounts of ten holdings pass through `plimsoll check`."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from plimsoll.cli.template_book import template_files

ACCOUNTS = 1_000_000
COINS = 9
MAX_SECONDS = 180
MAX_BYTES = 8 * 2**30


def write_large_book(folder: Path) -> None:
    """Every account holds USDT and nine coins of its own amounts."""
    files = template_files("2026-01-31T12:00:00Z")
    parameters, snapshot = json.loads(files["parameters.json"]), json.loads(files["snapshot.json"])
    coin = next(one for one in parameters["instruments"] if one["name"] == "ETH")
    names = [f"COIN{i}" for i in range(COINS)]
    parameters["instruments"] += [{**coin, "name": name, "currency": name} for name in names]
    snapshot["prices"].update(dict.fromkeys(names, "1.5"))
    (folder / "parameters.json").write_text(json.dumps(parameters))
    (folder / "snapshot.json").write_text(json.dumps(snapshot))
    with (folder / "accounts.csv").open("w") as accounts, (folder / "holdings.csv").open("w") as holdings:
        accounts.write("account,class\n")
        holdings.write("account,instrument,quantity\n")
        for i in range(ACCOUNTS):
            accounts.write(f"C{i:08},{i % 3}\n")
            holdings.write(f"C{i:08},USDT,{i}.000001\n")
            holdings.writelines(f"C{i:08},{name},{i % 1000 + 1}.{i:08}\n" for name in names)


@pytest.mark.audit
def test_million_accounts_pass_through_check(tmp_path: Path) -> None:
    write_large_book(tmp_path)
    command = [sys.executable, "-m", "plimsoll.cli.main", "check", str(tmp_path), "--max-age", "any", "--json"]
    start = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert done.returncode == 0, done.stderr
    data = json.loads(done.stdout)
    assert (data["accounts"], data["holdings"]) == (ACCOUNTS, 10 * ACCOUNTS)
    assert seconds < MAX_SECONDS
    assert peak < MAX_BYTES
    print(f"{seconds:.1f} s, {peak / 1e9:.2f} GB")
