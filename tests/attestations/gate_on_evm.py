"""Compiles PlimsollGate.sol, runs every case of `gate_cases` in an EVM and writes what happened to gate_run.json.

    npm ci --prefix tests/attestations/evm --ignore-scripts
    python tests/attestations/gate_on_evm.py

Needs Node.js, which nothing else here does. The ordinary tests compare the record with the contract's source, with the
cases' own verdicts and with the twin's.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SOURCE = ROOT / "examples" / "contracts" / "PlimsollGate.sol"
RECORD = HERE / "gate_run.json"
sys.path.insert(0, str(HERE))


def case_digest(calls: Any) -> str:
    """SHA-256 of a case's transactions: a record of other ones is stale."""
    return hashlib.sha256(json.dumps([[at, who.hex(), data.hex()] for at, who, data in calls]).encode()).hexdigest()


def main() -> int:
    from attesters import CHAIN, GATE
    from gate_cases import cases, deployments

    built, sent = list(deployments()), list(cases())
    asked = {
        "source": str(SOURCE),
        "chain": CHAIN,
        "gate": "0x" + GATE.hex(),
        "deployments": [{"name": one.name, "arguments": "0x" + one.arguments.hex()} for one in built],
        "cases": [
            {
                "name": one.name,
                "chain": one.chain,
                "calls": [
                    {"time": at, "sender": "0x" + who.hex(), "data": "0x" + data.hex()} for at, who, data in one.calls
                ],
            }
            for one in sent
        ],
    }
    run = ["node", str(HERE / "evm" / "run.mjs")]
    done = subprocess.run(run, input=json.dumps(asked), stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    versions = json.loads((HERE / "evm" / "package.json").read_text())["dependencies"]
    record = {
        "source": hashlib.sha256(SOURCE.read_bytes()).hexdigest(),
        "tools": versions,
        "creation_code_bytes": found["bytes"],
        "deployments": {
            one.name: {
                "sent": hashlib.sha256(one.arguments).hexdigest(),
                "refused": said["refused"],
                "gas": said["gas"],
            }
            for one, said in zip(built, found["deployments"], strict=True)
        },
        "cases": {
            one.name: {"sent": case_digest(one.calls), "results": said["results"]}
            for one, said in zip(sent, found["cases"], strict=True)
        },
    }
    RECORD.write_text(json.dumps(record, indent=1) + "\n")
    wrong = [one.name for one in built if record["deployments"][one.name]["refused"] != one.refused]
    for one in sent:
        said = [result["refused"] for result in record["cases"][one.name]["results"]]
        if said != [None] * (len(one.calls) - 1) + [one.refused]:
            wrong.append(f"{one.name}: {said}")
    print(f"{len(built)} deployments, {len(sent)} cases, wrong: {wrong or 'none'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
