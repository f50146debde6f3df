"""The only module that imports the Rust core. What it refuses, or dies of, becomes one `ProvingError`."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

from plimsoll.circuits.program_tables import ProgramTables
from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.profile import Profile


class ProvingError(PlimsollError):
    """The Rust core is missing, refused its input, or failed. The message says which."""


def core() -> ModuleType:
    """The module `plimsoll_core`. Raises ProvingError where it is not installed."""
    try:
        import plimsoll_core  # noqa: PLC0415 - verifying and checking must work without it
    except ImportError as error:
        raise ProvingError("proving needs the Rust core: run `make setup` in Plimsoll's repository") from error
    module: ModuleType = plimsoll_core
    return module


def permute(state: Sequence[int]) -> list[int]:
    """Poseidon2 on twelve field elements, by the core (fast)."""
    result: list[int] = _call(core().poseidon2, list(state))
    return result


class CoreWitness:
    """The filled tables of one run of a program.

    Raises:
        ProvingError: the tape has no accepting run, or does not fit the tables.
    """

    def __init__(self, built: ProgramTables, tape: bytes) -> None:
        self._core = core()
        roms = {
            name: array("Q", (cell for record in records for cell in record)).tobytes()
            for name, records in built.roms.items()
        }
        program = json.dumps(built.witness_program())
        self._witness = _call(self._core.Witness, built.tables.encode(), program, roms, tape)
        self.outputs: tuple[int, ...] = tuple(self._witness.outputs)

    def prove(self, statement_digest: bytes, profile: Profile, progress: Callable[[str], object] | None) -> bytes:
        """The proof body. Consumes the witness: prover data is opened once. Releases the GIL."""
        body: bytes = _call(self._witness.prove, statement_digest, core_profile(profile), progress)
        return body


def core_profile(profile: Profile) -> Any:
    """The core's own object for a profile."""
    return _call(
        core().Profile,
        profile.log_blowup,
        profile.queries,
        profile.query_pow_bits,
        profile.log_final_poly_len,
        profile.max_log_arity,
        profile.random_codewords,
        profile.cap_height,
    )


def upstream_verify(
    built: ProgramTables, public_values: Sequence[int], digest: bytes, body: bytes, profile: Profile
) -> None:
    """The proof library's own verifier, behind the height check: a second opinion. Raises ProvingError."""
    _call(core().verify, built.tables.encode(), list(public_values), digest, body, core_profile(profile))


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return function(*arguments)
    except core().CoreError as error:
        raise ProvingError(str(error)) from error
