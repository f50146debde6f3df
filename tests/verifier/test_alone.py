"""The verifier needs Python and nothing else: no NumPy, no Rust core, no cairo-lang, no prover."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

PROGRAM = f"""
import sys
for name in ("numpy", "pyarrow", "plimsoll_core", "plimsoll_dishonest", "starkware"):
    sys.modules[name] = None
sys.path.insert(0, {str(HERE)!r})
import example_proof
from plimsoll.verifier.profile import INSECURE_TEST
from plimsoll.verifier.security import security_bits
from plimsoll.verifier.stark import verify_proof
case = example_proof.example()
body = example_proof.VECTOR.read_bytes()
verify_proof(case.tables, case.publics, example_proof.DIGEST, body, INSECURE_TEST)
security_bits(case.tables, INSECURE_TEST)
assert not any(name.startswith(("plimsoll.prover", "plimsoll.cli")) for name in sys.modules)
print("accepted")
"""


def test_a_proof_is_verified_by_python_alone() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "accepted\n"), result.stderr


def test_files_are_short_enough_to_be_read() -> None:
    room = HERE.parent.parent / "verifier"
    lengths = {path.name: len(path.read_text().splitlines()) for path in room.glob("*.py")}
    assert max(lengths.values()) < 300, lengths
