"""Writes the seeds of the Rust border's fuzzing, from the small tables and programs of the tests.

PYTHONPATH=tests/core:tests/verifier python prover/core/fuzz/seeds.py
"""

from __future__ import annotations

import struct
from pathlib import Path

from example_proof import DIGEST, PUBLICS, example
from small_program import SQUARES_ROM, small_program, tape

from plimsoll.verifier.profile import INSECURE_TEST

FOLDER = Path(__file__).resolve().parent / "seeds"
PROFILE = ("log_blowup", "queries", "query_pow_bits", "log_final_poly_len", "max_log_arity", "random_codewords")


def framed(*parts: bytes) -> bytes:
    """Each part with its length in front, as the witness harness reads them."""
    return b"".join(struct.pack("<I", len(part)) + part for part in parts)


def seeds() -> dict[str, bytes]:
    """The seeds by their path under the folder."""
    proven, program = example().tables.encode(), small_program()
    json = program.json.encode()
    sizes = [getattr(INSECURE_TEST, name) for name in PROFILE] + [INSECURE_TEST.cap_height]
    standard = (2, 112, 20, 5, 3, 4, 3)
    return {
        "statement": DIGEST,
        "tables/proven": proven,
        "tables/program": program.tables.encode(),
        "witness/sum": framed(json, tape([3, 5, 250]), b"", b""),
        "witness/short": framed(json, tape([1, 2])[:-8], SQUARES_ROM["squares"], b""),
        "profile/test": struct.pack("<9Q", *sizes, *PUBLICS),
        "profile/standard": struct.pack("<9Q", *standard, *PUBLICS),
    }


def main() -> None:
    """Writes all seeds."""
    for name, data in seeds().items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_bytes(data)


if __name__ == "__main__":
    main()
