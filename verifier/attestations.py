"""Did m of n verifiers say that they verified a statement? Five steps, numbered as in docs/protocol/attestations.md.

Verifying a proof costs seconds of a computer and more than any chain can do. So that a contract can rely on one,
several verifiers each run the whole verification and sign what they established: `AttestedStatement`, in one fixed
encoding. All sign the same bytes, so the signatures of any m of them add up to one, which a contract checks by two
pairings.

An attestation is as good as those who signed it: it is no proof. The caller pins the `VerifierSet`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, WithJsonSchema, model_validator

from plimsoll.engine.fields import Count, Digest, Version
from plimsoll.engine.json_files import load_model, read_model
from plimsoll.engine.problems import RefusedValueError
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.policy import FULL_SECURITY, PolicyError
from plimsoll.verifier.quorums import (
    BITMAP,
    MAX_MEMBERS,
    Member,
    Signature,
    check_members,
    check_possession,
    signers_of,
)

STEP: Final = "attestation"
TAG: Final = b"plimsoll/verified/1"
WORD: Final = 32
NOTHING: Final = bytes(WORD)
"""In place of a context's digest, for a proof that is bound to no consumer; in place of a threshold, where none is."""
_KIND: Final = r"[a-z0-9][a-z0-9-]{0,31}"


def _kind(text: str) -> str:
    if not re.fullmatch(_KIND, text, re.ASCII):
        raise RefusedValueError(
            "expected 1 to 32 lower-case letters, digits and hyphens", "copy the kind that `plimsoll inspect` shows"
        )
    return text


Kind = Annotated[StrictStr, AfterValidator(_kind), WithJsonSchema({"type": "string", "pattern": f"^{_KIND}$"})]


class AttestedStatement(BaseModel):
    """What a verifier signs after a successful verification, and nothing that it did not check."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind = Field(description="of the statement, such as book-batch")
    program: Digest = Field(description="of the Cairo program, as the verifier pins it")
    statement: Digest = Field(description="of the whole statement: what the proof's transcript starts from")
    root: Digest = Field(description="of the book: four field elements, eight bytes each, most significant first")
    values: Digest = Field(description="SHA-256 of the public values, eight bytes each, most significant first")
    market: Digest = Field(description="of the market snapshot")
    parameters: Digest = Field(description="of the risk parameters")
    context: Digest = Field(description="SHA-256 of the consumer's context; zeros for none")
    threshold: Digest = Field(description="what an account was shown to meet (verifier/contexts.py); zeros for none")
    snapshot_time: Count = Field(ge=0, lt=2**63, description="seconds since 1970, rounded down")
    expiry: Count = Field(ge=0, lt=2**63, description="seconds since 1970 from which the attestation is void")
    security_bits: Count = Field(ge=0, lt=2**16, description="proven bits of the proof, rounded down")

    def encode(self) -> bytes:
        """306 bytes: nine words of 32 bytes, two u64, one u16; big-endian."""
        head = (_word(self.kind.encode()), self.program, self.statement, self.root, self.values)
        tail = (self.market, self.parameters, self.context, self.threshold)
        numbers = self.snapshot_time.to_bytes(8, "big") + self.expiry.to_bytes(8, "big")
        return b"".join([*head, *tail, numbers, self.security_bits.to_bytes(2, "big")])

    def digest(self) -> bytes:
        """The 32 bytes that are signed: SHA-256 over a tag of 32 bytes and the encoding."""
        return hashlib.sha256(_word(TAG) + self.encode()).digest()


def _word(text: bytes) -> bytes:
    return text.ljust(WORD, b"\0")


def values_digest(values: tuple[int, ...]) -> bytes:
    """The digest of public values in `AttestedStatement`."""
    return hashlib.sha256(b"".join(one.to_bytes(8, "big") for one in values)).digest()


def context_digest(context: bytes) -> bytes:
    """The digest of a consumer's context in `AttestedStatement`."""
    return hashlib.sha256(context).digest() if context else NOTHING


class VerifierSet(BaseModel):
    """Whom the caller believes to verify, and how many of them must say the same.

    Against f dishonest verifiers, `threshold` must be at least f + 1; with r of n out of reach, at most n - r.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    verifiers: tuple[Member, ...] = Field(min_length=1, max_length=MAX_MEMBERS)
    threshold: Count = Field(ge=1, le=MAX_MEMBERS, description="signatures needed")

    @classmethod
    def load(cls, path: str | Path) -> VerifierSet:
        """Read a verifier set's file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @model_validator(mode="after")
    def _check(self) -> VerifierSet:
        check_members(self.verifiers, self.threshold, "verifiers")
        return self


class VerifiersAttestation(BaseModel):
    """A statement, who signed it, and one signature for all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    statement: AttestedStatement
    signers: StrictStr = Field(pattern=BITMAP, description="0 or 1 for each verifier of the set")
    signature: Signature = Field(description="aggregate of the signers' signatures, all over the statement's digest")

    @classmethod
    def load(cls, path: str | Path) -> VerifiersAttestation:
        """Read an attestation's file. Raises `InputError` with everything that is wrong in it."""
        return read_model(cls, path)

    @classmethod
    def parse(cls, data: bytes, file: str = "attestation") -> VerifiersAttestation:
        """Read an attestation from JSON; `file` names it in messages. Raises `InputError`."""
        return load_model(cls, data, file)


@dataclass(frozen=True, slots=True)
class AttestationPolicy:
    """The caller's conditions on an attested statement. What is None is not compared.

    Attributes:
        at: the time to judge by, seconds since 1970.
        kind: the kind of statement that the caller understands.
        programs: accepted program digests, hexadecimal.
        context: the consumer's own context; empty accepts only proofs that are bound to none.
        threshold: the word of the threshold that the caller asks of an account (`verifier.contexts`); zeros for none.
        root, values, market, parameters: digests that the caller expects.
        max_age: how old the snapshot may be, seconds.
        max_ahead: how far the snapshot may be ahead of `at`, seconds.
        max_validity: how far ahead of `at` an expiry may lie, seconds: what is signed for too long cannot be recalled.
        security_floor: proven bits; below 128 only together with `accept_weaker_security`.
    """

    at: int
    kind: str
    programs: frozenset[str]
    context: bytes = b""
    threshold: bytes = NOTHING
    root: bytes | None = None
    values: bytes | None = None
    market: bytes | None = None
    parameters: bytes | None = None
    max_age: int = 86_400
    max_ahead: int = 300
    max_validity: int = 86_400
    security_floor: int = FULL_SECURITY
    accept_weaker_security: bool = False

    def __post_init__(self) -> None:
        """Raises PolicyError for a floor below full security that is not asked for in so many words."""
        if self.security_floor < FULL_SECURITY and not self.accept_weaker_security:
            raise PolicyError(
                f"a security floor of {self.security_floor} bits is below {FULL_SECURITY}: raise it, or accept weaker "
                "security explicitly"
            )


@dataclass(frozen=True, slots=True)
class VerifiedAttestation:
    """What was established: who signed what."""

    signers: tuple[str, ...]
    statement: AttestedStatement


def verify_attestation(
    attestation: VerifiersAttestation, accepted: VerifierSet, policy: AttestationPolicy
) -> VerifiedAttestation:
    """Enough of the accepted verifiers signed a statement that meets the policy, and the time for it is not over.

    That each attestation is used once is the caller's duty (`examples/contracts`).

    Raises:
        VerificationError: step "attestation", with what was expected and what came.
    """
    statement = attestation.statement
    # 1. The statement is the one that the caller asked for.
    _check_statement(statement, policy)
    # 2. It is neither too old nor void, nor signed for too long.
    _check_times(statement, policy)
    # 3. The bitmap is one of the accepted set, and enough of its verifiers signed.
    signers = signers_of(attestation.signers, accepted.verifiers, accepted.threshold, "verifiers", STEP)
    # 4. Each signer's key is one whose secret somebody has shown to hold.
    for one in signers:
        check_possession(one, STEP)
    # 5. All of them signed this statement.
    _check_signature([one.public_key for one in signers], statement.digest(), attestation.signature)
    return VerifiedAttestation(tuple(one.name for one in signers), statement)


def _check_statement(statement: AttestedStatement, policy: AttestationPolicy) -> None:
    require(statement.kind == policy.kind, STEP, f"a statement of kind {policy.kind}", statement.kind)
    program = statement.program.hex()
    require(program in policy.programs, STEP, f"a program among {sorted(policy.programs)}", program)
    bits = statement.security_bits
    require(bits >= policy.security_floor, STEP, f"at least {policy.security_floor} proven bits", bits)
    for name in ("threshold", "root", "values", "market", "parameters"):
        expected: bytes | None = getattr(policy, name)
        got: bytes = getattr(statement, name)
        if expected is not None and expected != got:
            raise VerificationError(STEP, f"{name} {expected.hex()}", got.hex())
    context = context_digest(policy.context)
    require(statement.context == context, STEP, f"context digest {context.hex()}", statement.context.hex())


def _check_times(statement: AttestedStatement, policy: AttestationPolicy) -> None:
    left = statement.expiry - policy.at
    require(left > 0, STEP, "an attestation that has not expired", f"one {-left} s past its expiry")
    what = f"an expiry at most {policy.max_validity} s ahead"
    require(left <= policy.max_validity, STEP, what, f"{left} s")
    age = policy.at - statement.snapshot_time
    require(age <= policy.max_age, STEP, f"a snapshot at most {policy.max_age} s old", f"{age} s")
    require(-age <= policy.max_ahead, STEP, f"a snapshot at most {policy.max_ahead} s ahead", f"{-age} s")


def _check_signature(keys: list[bytes], digest: bytes, signature: bytes) -> None:
    from py_ecc.bls import G2ProofOfPossession as Bls  # noqa: PLC0415 - half a second; only attestations need it

    signed = Bls.FastAggregateVerify(keys, digest, signature)
    require(signed is True, STEP, "the signers' signature over the statement", "an aggregate signature that fails")
