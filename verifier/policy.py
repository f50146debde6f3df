"""What a caller accepts: program, security, shape, freshness. The defaults are strict; weakenings are explicit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from plimsoll.circuits.shapes import ShapeClass
from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.errors import VerificationError
from plimsoll.verifier.profile import PROFILES
from plimsoll.verifier.statement import BOOK_BATCH, NO_PREVIOUS, Statement

BOOK_PROGRAM: Final = "eaf477e1053b9cd3bfd34acaf25394e3e13c90a2b0efa1e1130a857ef1fb999f"
"""Digest of the pinned book program (`circuits/compiled/book.json`): the rules that a proof of this release proves."""
STEP: Final = "policy"
FULL_SECURITY: Final = 128
"""Proven bits below which a floor must be asked for twice: by its number, and by `accept_weaker_security`."""


class PolicyError(PlimsollError):
    """A caller's conditions that contradict themselves, or ask for less than full security without saying so."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The caller's conditions on a proof.

    Attributes:
        at: the time at which the proof must be fresh (UTC); None means now.
        max_age: how old the market snapshot may be at that time; None means that age does not matter.
        max_ahead: how far the snapshot's clock may be ahead of the caller's.
        programs: accepted program digests, hexadecimal.
        security_floor: proven bits that the profile must give at this proof's sizes; below 128 only together with
            `accept_weaker_security`.
        accept_weaker_security: the caller says in so many words that a floor below 128 bits is meant.
        shapes: accepted shape classes by name; empty accepts every published class.
        sequence: the publication sequence that is expected; None accepts the snapshot's own.
        previous: digest of the publication before this one; None accepts the one that the snapshot names.
        root: the root that the caller was shown, four field elements; None accepts the proof's own.
        context: the consumer's context that the proof must be bound to.
        allow_insecure: accept a profile whose name says insecure (tests only).
    """

    at: datetime | None = None
    max_age: timedelta | None = timedelta(days=1)
    max_ahead: timedelta = timedelta(minutes=5)
    programs: frozenset[str] = frozenset({BOOK_PROGRAM})
    security_floor: int = FULL_SECURITY
    shapes: frozenset[str] = field(default_factory=frozenset)
    sequence: int | None = None
    previous: bytes | None = None
    root: tuple[int, ...] | None = None
    context: bytes = b""
    allow_insecure: bool = False
    accept_weaker_security: bool = False

    def __post_init__(self) -> None:
        """Raises PolicyError for a floor below full security that is not asked for in so many words."""
        if self.security_floor < FULL_SECURITY and not self.accept_weaker_security:
            raise PolicyError(
                f"a security floor of {self.security_floor} bits is below {FULL_SECURITY}: raise it, or accept weaker "
                "security explicitly"
            )


def snapshot_time(snapshot: MarketSnapshot) -> datetime:
    """The moment of the snapshot's prices, UTC."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=snapshot.time)


def previous_publication(snapshot: MarketSnapshot) -> bytes:
    """Digest of the publication before this one as the snapshot names it, or zeros for the first."""
    return snapshot.previous or NO_PREVIOUS


def check_policy(
    statement: Statement,
    policy: Policy,
    snapshot: MarketSnapshot,
    kind: str = BOOK_BATCH,
    batch: tuple[int, int] = (0, 1),
) -> None:
    """Step 3 of verification: the statement is one that the caller accepts.

    The security floor is checked afterwards, when the tables' sizes are known (`verifier.security`). `batch` is the
    index and the number of the book's batches.

    Raises:
        VerificationError: step "policy", with the condition that failed.
    """
    _equal("a proof of kind", kind, statement.kind)
    program = statement.digests.program.hex()
    if program not in policy.programs:
        raise VerificationError(
            STEP,
            f"a program among {sorted(policy.programs)}",
            program,
            "verify with the release that pins this program",
        )
    if policy.shapes and statement.shape not in policy.shapes:
        raise VerificationError(STEP, f"a shape class among {sorted(policy.shapes)}", statement.shape)
    name = statement.profile.name
    if PROFILES.get(name) != statement.profile:
        raise VerificationError(STEP, f"a known security profile ({', '.join(PROFILES)})", f"{statement.profile}")
    if statement.profile.insecure and not policy.allow_insecure:
        raise VerificationError(STEP, "a profile of full security", name, "ask the venue for a proof at full security")
    _fresh(policy, snapshot_time(snapshot))
    sequence = snapshot.sequence if policy.sequence is None else policy.sequence
    _equal("publication sequence", sequence, statement.sequence)
    previous = previous_publication(snapshot) if policy.previous is None else policy.previous
    _equal("digest of the previous publication", previous.hex(), statement.previous.hex())
    if policy.root is not None:
        _equal("root", hexadecimal(policy.root), hexadecimal(statement.public_values[1:5]))
    _equal("consumer context", policy.context.hex(), statement.context.hex())
    _equal("batch", "{} of {}".format(*batch), f"{statement.batch_index} of {statement.batch_count}")


def check_public_values(statement: Statement, shape: ShapeClass) -> None:
    """The public values that the shape class fixes: nine of them, the first being the tree's height."""
    _equal("number of public values (height, root, commitment)", 9, len(statement.public_values))
    _equal("height of the tree for the shape class", shape.log_leaves, statement.public_values[0])


def _fresh(policy: Policy, time: datetime) -> None:
    at = policy.at or datetime.now(UTC)
    if at.tzinfo is None:
        raise VerificationError(
            STEP, "a time with its zone in the policy", at.isoformat(), "use datetime(..., tzinfo=UTC)"
        )
    # differences of times always exist; a sum with a long span may lie beyond the calendar
    if time - at > policy.max_ahead:
        raise VerificationError(
            STEP, f"a snapshot not later than {at.isoformat()}", time.isoformat(), "check both clocks, or set --at"
        )
    if policy.max_age is not None and at - time > policy.max_age:
        raise VerificationError(
            STEP,
            f"a snapshot at most {policy.max_age} old at {at.isoformat()}",
            time.isoformat(),
            "ask for a newer proof, or set --at or --max-age",
        )


def hexadecimal(elements: tuple[int, ...]) -> str:
    """Field elements as 16 hexadecimal digits each, most significant first."""
    return " ".join(f"{one:016x}" for one in elements)


def _equal(what: str, expected: object, got: object) -> None:
    if expected != got:
        raise VerificationError(STEP, f"{what} {expected}", str(got))
