"""A few seconds of every harness from fixed seeds, in a process of its own whose memory can be judged.

    python tests/fuzz/smoke.py [SEED [TIMES]]

TIMES multiplies the number of mutants. Prints one line a harness; exits with 1 at the first input that breaks the
property and leaves that input in build/fuzz.
"""

from __future__ import annotations

import resource
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "verifier")]

from harnesses import HARNESSES, check  # noqa: E402
from mutants import mutants  # noqa: E402

FINDINGS = HERE.parent.parent / "build" / "fuzz"
MAX_BYTES = 1 << 30


def peak_bytes() -> int:
    """The most memory that this process has held. Where the kernel tells it: getrusage begins with the parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return 1024 * int(line.split()[1])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else 1024 * peak


def main(seed: int = 1, times: int = 1) -> int:
    """The exit status."""
    for harness in HARNESSES.values():
        accepted = tried = 0
        for data in mutants(harness, seed, times * harness.smoke):
            try:
                accepted += check(harness, data)
                tried += 1
                if peak_bytes() > MAX_BYTES:
                    raise MemoryError(f"{harness.name}: {peak_bytes()} bytes held")
            except Exception:
                FINDINGS.mkdir(parents=True, exist_ok=True)
                (FINDINGS / f"smoke-{harness.name}").write_bytes(data)
                traceback.print_exc()
                return 1
        print(f"{harness.name}: {tried} inputs, {accepted} accepted, {peak_bytes() >> 20} MiB", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
