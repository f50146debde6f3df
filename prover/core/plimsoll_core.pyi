"""Types of Plimsoll's Rust core. Every refusal, and every panic inside the core, is a CoreError."""

from collections.abc import Callable, Mapping, Sequence
from typing import final

class CoreError(Exception):
    """The core refused. The message starts with the kind of refusal and a colon: `tables`, `program`, `witness`,
    `capacity`, `profile`, `usage`, `proving`, `encoding`, `heights`, `verification` or `panic`."""

@final
class Profile:
    """Parameters of the proof system, as in `plimsoll.verifier.profile`.

    Raises CoreError for values that the proof system cannot run; says nothing about security.
    """

    def __new__(
        cls,
        log_blowup: int,
        queries: int,
        query_pow_bits: int,
        log_final_poly_len: int,
        max_log_arity: int,
        random_codewords: int,
        cap_height: int,
    ) -> Profile: ...
    @property
    def log_blowup(self) -> int: ...
    @property
    def queries(self) -> int: ...
    @property
    def query_pow_bits(self) -> int: ...
    @property
    def log_final_poly_len(self) -> int: ...
    @property
    def max_log_arity(self) -> int: ...
    @property
    def random_codewords(self) -> int: ...
    @property
    def cap_height(self) -> int: ...
    def __eq__(self, other: object) -> bool: ...

class Witness:
    """A run of the program on one tape, as filled tables.

    Args:
        tables: canonical bytes of the table set (`TableSet.encode()`).
        program: the witness program, JSON (`docs/protocol`, witness program).
        roms: for each read-only table its records, u64 little-endian, row after row, without the address.
        tape: private input, u64 little-endian.

    Raises CoreError, naming function, row and step, if the tape has no accepting run (`witness`), the run needs more
    rows than the tables have (`capacity`), or the arguments contradict each other (`tables`, `program`).
    """

    def __new__(cls, tables: bytes, program: str, roms: Mapping[str, bytes], tape: bytes) -> Witness: ...
    @property
    def outputs(self) -> list[int]:
        """main's outputs: the public values of the root table."""
    @property
    def rows(self) -> list[int]:
        """Rows used of each table, all its instances together."""
    def prove(
        self, statement_digest: bytes, profile: Profile, progress: Callable[[str], object] | None = None
    ) -> bytes:
        """The proof's bytes. Consumes the witness: a second call raises CoreError.

        `progress` is told the name of each stage as it begins: `proof`, then within it `commit`, `lookups`, `quotient`
        and `open`, and `encode`. What it raises is raised here, if need be after the proof, which is then discarded:
        upstream cannot be stopped in the middle.
        Without the GIL, on threads of its own (safe in a forked process).
        """

def verify(
    tables: bytes, public_values: Sequence[int], statement_digest: bytes, proof: bytes, profile: Profile
) -> None:
    """Upstream's own verifier with the height check in front. Raises CoreError (`encoding`, `heights`,
    `verification`); the statement's meaning stays the caller's duty."""

def poseidon2(state: Sequence[int]) -> list[int]:
    """Upstream's Poseidon2 permutation of twelve Goldilocks elements."""

def security_terms(tables: bytes, profile: Profile) -> dict[str, float]:
    """Provable bits of security of a proof of these tables, term by term (p3-security, Johnson bound); `minimum` is
    the least of them."""
