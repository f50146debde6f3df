"""Whether and what the service signs: only its own verdicts, only at full security, never for long."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from plimsoll.service.models import Found, ServicePolicy, SignedStatement
from plimsoll.verifier.account import ACCOUNT_PROGRAM
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import BOOK_PROGRAM, FULL_SECURITY
from plimsoll.verifier.totals import TOTALS_PROGRAM

STEP: Final = "attestation"
PROGRAMS: Final = {
    "book-batch": (BOOK_PROGRAM,),
    "publication": (BOOK_PROGRAM, TOTALS_PROGRAM),
    "account": (ACCOUNT_PROGRAM,),
}
"""The pinned programs of each kind that is signed."""


@dataclass(frozen=True, slots=True, repr=False)
class Signer:
    """A key that signs 32 bytes. Never printed."""

    public_key: bytes
    sign: Callable[[bytes], bytes]


def check_expiry(expiry: int, now: float, policy: ServicePolicy) -> None:
    """Raises VerificationError unless the expiry is ahead, and no further than the service allows."""
    what = f"an expiry within {policy.max_validity_seconds} s from now"
    require(0 < expiry - now <= policy.max_validity_seconds, STEP, what, f"{expiry - int(now)} s")


def signed(found: Found, expiry: int, now: float, policy: ServicePolicy, signer: Signer) -> SignedStatement:
    """The signature over what a worker established, valid until `expiry`.

    What this process can check without a proof it checks again: a worker reads strangers' bytes.

    Raises:
        VerificationError: step "attestation".
    """
    check_expiry(expiry, now, policy)
    statement = found.statement.model_copy(update={"expiry": expiry})
    programs = PROGRAMS.get(statement.kind)
    if programs is None:
        raise VerificationError(STEP, f"a kind among {sorted(PROGRAMS)}", statement.kind)
    require(statement.program.hex() in programs, STEP, f"a program among {programs}", statement.program.hex())
    bits = statement.security_bits
    require(bits >= FULL_SECURITY, STEP, f"at least {FULL_SECURITY} proven bits", bits)
    age = now - statement.snapshot_time
    require(age <= policy.max_age_seconds, STEP, f"a snapshot at most {policy.max_age_seconds} s old", f"{age:.0f} s")
    return SignedStatement(
        version=1, statement=statement, public_key=signer.public_key, signature=signer.sign(statement.digest())
    )
