"""What the service takes and answers, as Pydantic models: the OpenAPI document is made of them."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictStr,
    StringConstraints,
    WithJsonSchema,
)

from plimsoll.engine.fields import Count, Digest, Version
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import RefusedValueError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.attestations import AttestedStatement, Kind
from plimsoll.verifier.customer import Elements
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.quorums import PublicKey, Signature

MAX_CONTEXT: Final = 1024
DAY: Final = 86_400
PUBLICATION: Final = "publication"
"""The kind of a verdict on a whole publication; the others are kinds of statements."""
MAX_TEXT: Final = 600
"""Characters of one text that a worker may answer."""
MAX_LINES: Final = 8192


def _base64(text: object) -> bytes:
    if isinstance(text, bytes):
        return text
    try:
        if isinstance(text, str) and text.isascii():
            return base64.b64decode(text, validate=True)
    except binascii.Error:
        pass
    raise RefusedValueError("expected base64 (RFC 4648, with padding)", "encode the file's bytes")


def _context(text: object) -> bytes:
    if isinstance(text, bytes):
        return text
    digits = "0123456789abcdef"
    if isinstance(text, str) and len(text) <= 2 * MAX_CONTEXT and len(text) % 2 == 0 and set(text) <= set(digits):
        return bytes.fromhex(text)
    raise RefusedValueError(f"expected lower-case hexadecimal digits of at most {MAX_CONTEXT} bytes", "correct it")


def _plain(text: str) -> str:
    if not text.isprintable():
        raise RefusedValueError("expected one line of text without control characters", "escape what is none")
    return text


Text = Annotated[StrictStr, StringConstraints(max_length=MAX_TEXT), AfterValidator(_plain)]
"""What came from a worker and is shown to people: one line, no control characters, nothing that turns text around."""
Figures = dict[Text, Text | tuple[Text, ...]]
Base64 = Annotated[
    bytes,
    BeforeValidator(_base64),
    PlainSerializer(lambda data: base64.b64encode(data).decode()),
    WithJsonSchema({"type": "string", "contentEncoding": "base64", "description": "a file's bytes"}),
]
Context = Annotated[
    bytes,
    BeforeValidator(_context),
    PlainSerializer(bytes.hex),
    WithJsonSchema({"type": "string", "pattern": f"^([0-9a-f]{{2}}){{0,{MAX_CONTEXT}}}$"}),
]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ServicePolicy(_Model):
    """What an operator's service accepts; a request can only ask for more. Full security always."""

    version: Version = 1
    max_age_seconds: Count = Field(default=DAY, ge=1, lt=2**40, description="how old a snapshot may be")
    max_validity_seconds: Count = Field(default=3600, ge=1, le=DAY, description="how far ahead an expiry may lie")
    oracles: OracleSet | None = Field(default=None, description="who must have signed a publication's prices")


class RequestPolicy(_Model):
    """Conditions of the one who asks. What is left out is not compared, but for the context."""

    root: Elements | None = Field(default=None, description="the root that you were shown")
    sequence: Annotated[Count, Field(ge=0, lt=2**63)] | None = Field(default=None, description="of the publication")
    previous: Digest | None = Field(default=None, description="of the proof published before this one")
    context: Context = Field(default=b"", description="the consumer's context, hexadecimal; empty for none")
    max_age_seconds: Annotated[Count, Field(ge=0, lt=2**40)] | None = Field(
        default=None, description="how old the snapshot may be; never more than the service allows"
    )


class AccountQuestion(_Model):
    """What is asked of an account, and where its leaf is: for the kind account, and only there."""

    threshold: Literal["maintenance", "initial", "ratio", "free"]
    ratio: Count = Field(default=0, ge=0, lt=2**63, description="in ppm of maintenance margin, for the threshold ratio")
    amount: Count = Field(default=0, ge=0, lt=2**63, description="in 10^-6 of the quote currency, for free")
    levels: Count = Field(ge=0, le=64, description="of a batch's tree, as the book was verified")
    above: Annotated[Count, Field(ge=0, le=64)] | None = Field(
        default=None, description="levels of the book's tree over its batches; null where the root is the only batch's"
    )


class VerifyRequest(_Model):
    """A proof with the files that you accept for it."""

    version: Version
    kind: Kind = Field(description="of the statement", examples=["book-batch"])
    proof: Base64
    snapshot: MarketSnapshot
    parameters: RiskParameters
    policy: RequestPolicy = RequestPolicy()
    account: AccountQuestion | None = Field(default=None, description="for the kind account; needs root and context")


class SignedStatement(_Model):
    """What this verifier signed. `plimsoll attestation gather` makes one attestation of several verifiers'."""

    version: Version
    statement: AttestedStatement
    public_key: PublicKey
    signature: Signature


class Line(_Model):
    """One figure with the reason to believe it."""

    figure: Text
    value: Text
    label: Literal["proven", "attested", "claimed", "accepted"] = Field(
        description="proven: by the proof. attested: signed by those who should know. claimed: the venue says so. "
        "accepted: you gave it"
    )


Lines = Annotated[tuple[Line, ...], Field(default=(), max_length=MAX_LINES)]


class Valid(_Model):
    """The proof is valid. Read `not_said` before relying on it."""

    valid: Literal[True]
    kind: StrictStr
    figures: Figures = Field(description="what was verified, by name: digests, numbers and times for programs")
    lines: Lines = Field(description="what it says, one figure each, as `plimsoll verify` shows them")
    lines_left_out: Count = Field(default=0, ge=0, description="further lines that a verdict has no room for")
    not_said: tuple[StrictStr, ...] = Field(default=(), description="what a valid proof does not say")
    attestation: SignedStatement | None = Field(default=None, description="where one was asked for")


class Invalid(_Model):
    """The proof is not valid: the step that failed, and why."""

    valid: Literal[False]
    step: Text
    expected: Text
    got: Text
    remedy: Text = ""


class Failure(_Model):
    """No verdict was reached."""

    error: StrictStr


class Health(_Model):
    """The service answers."""

    status: Literal["ok"]
    kinds: tuple[StrictStr, ...] = Field(description="statements that it verifies")
    signs: PublicKey | None = Field(description="the public key of its attestations; null where it signs none")


class Found(_Model):
    """A worker's answer to its service about a valid proof; the statement's expiry is not set yet."""

    valid: Literal[True]
    figures: Figures
    lines: Lines
    lines_left_out: Count = Field(default=0, ge=0)
    not_said: tuple[Text, ...] = ()
    statement: AttestedStatement


EXAMPLE: Final[dict[str, Any]] = {
    "valid": True,
    "kind": "book-batch",
    "figures": {"root": "0f" * 32, "sequence": "7", "snapshot_time": "2026-11-21T12:00:00Z", "security_bits": "130.4"},
    "lines": [
        {"figure": "every account meets its maintenance margin", "value": "book-2^12x10", "label": "proven"},
        {"figure": "price of BTC", "value": "50000.5 USD", "label": "claimed"},
    ],
    "lines_left_out": 0,
    "not_said": ["that the prices are right"],
    "attestation": None,
}
"""Of a verdict, for the OpenAPI document."""
INVALID_EXAMPLE: Final[dict[str, Any]] = {
    "valid": False,
    "step": "openings",
    "expected": "the committed root at the query",
    "got": "another one",
    "remedy": "",
}
