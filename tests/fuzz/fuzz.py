"""Coverage-guided fuzzing of one harness with atheris, which `make fuzz` installs from requirements/fuzz.lock.

    python tests/fuzz/fuzz.py HARNESS SECONDS [--seed N]
    python tests/fuzz/fuzz.py HARNESS FILE        # an input that was found, once

The corpus is made anew from real files (build/fuzz/corpus/HARNESS) and what an earlier run added to it is kept. An
input that breaks the property is left in build/fuzz/HARNESS-*, and the exit status is not zero.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path

import atheris  # type: ignore[import-untyped,import-not-found,unused-ignore]

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "verifier")]

with atheris.instrument_imports(include=["plimsoll"]):
    from harnesses import HARNESSES, Harness, check
from mutants import mutants  # noqa: E402

FOLDER = HERE.parent.parent / "build" / "fuzz"
HANG_SECONDS = 20
MAX_MIB = 1024
FIRST_MUTANTS = 20


def write_corpus(harness: Harness, folder: Path) -> None:
    """Real inputs and a few mutants of them, each under the name of its SHA-256."""
    folder.mkdir(parents=True, exist_ok=True)
    for data in mutants(harness, 0, FIRST_MUTANTS):
        (folder / hashlib.sha256(data).hexdigest()).write_bytes(data)


def write_dictionary(harness: Harness, path: Path) -> None:
    """The harness's tokens, as libFuzzer reads them."""
    lines = ['"' + "".join(f"\\x{byte:02x}" for byte in token) + '"\n' for token in harness.tokens]
    path.write_text("".join(lines))


def main() -> None:
    """Never returns: libFuzzer ends the process."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("harness", choices=HARNESSES)
    parser.add_argument("target", help="seconds, or a file")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    harness = HARNESSES[given.harness]
    if not given.target.isdecimal():
        print("accepted" if check(harness, Path(given.target).read_bytes()) else "refused")
        return
    corpus, dictionary = FOLDER / "corpus" / harness.name, FOLDER / f"{harness.name}.dict"
    write_corpus(harness, corpus)
    write_dictionary(harness, dictionary)
    options = [
        f"-max_total_time={given.target}",
        f"-timeout={HANG_SECONDS}",
        f"-rss_limit_mb={MAX_MIB}",
        f"-max_len={harness.longest}",
        f"-seed={given.seed}",
        f"-dict={dictionary}",
        f"-artifact_prefix={FOLDER}/{harness.name}-",
        "-print_final_stats=1",
    ]

    def one(data: bytes) -> None:
        check(harness, data)

    atheris.Setup([sys.argv[0], *options, str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
