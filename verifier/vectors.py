"""Test vectors as files (docs/protocol/vectors.md): a few base proofs, and many small lies told as edits of a base.

A folder holds `suite.json`, which names the bases with their market and parameters, and one JSON file a vector. A
vector's proof file is its base with some bytes replaced; its snapshot and parameters are its base's with some JSON
values replaced. `verifier.vector_files` reads folders.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import parse_time
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.statement import MAX_FILE_BYTES

STEPS: Final = ("encoding", "tables", "policy", "heights", "transcript", "constraints", "terminals", "openings")
Step = Literal["encoding", "tables", "policy", "heights", "transcript", "constraints", "terminals", "openings"]
FileName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
"""A name without a separator: a suite reads its own folder only."""
Hex = Annotated[str, Field(pattern=r"^([0-9a-f]{2})*$")]
Offset = Annotated[int, Field(ge=0)]


class VectorError(PlimsollError):
    """A folder of vectors that cannot be read. The message names the file and what is wrong in it."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Expected(_Strict):
    """What a verifier must say. `input`: snapshot or parameters are refused before any proof is looked at."""

    verdict: Literal["valid", "invalid", "input"]
    step: Step | None = None

    @model_validator(mode="after")
    def _check(self) -> Expected:
        if (self.step is not None) != (self.verdict == "invalid"):
            raise ValueError("an invalid vector, and no other, names the step that refuses it")
        return self

    def __str__(self) -> str:
        return self.step or self.verdict


class Slice(_Strict):
    """Bytes start to stop of a base."""

    base: str
    start: Offset
    stop: Offset


class Edit(_Strict):
    """Bytes start to stop of the base give way to others: `put` in hexadecimal, or `take` of a base. `part` is for the
    reader."""

    part: str
    start: Offset
    stop: Offset
    put: Hex | None = None
    take: Slice | None = None

    @model_validator(mode="after")
    def _check(self) -> Edit:
        if (self.put is None) == (self.take is None):
            raise ValueError("an edit has one of put and take")
        return self


class Change(_Strict):
    """One value of a JSON file is replaced, removed, or added to an object that does not have it (RFC 6902, these three
    operations, RFC 6901 paths)."""

    op: Literal["add", "replace", "remove"]
    path: Annotated[str, Field(pattern=r"^(/[^/]+)+$")]
    value: Any = None


class Conditions(_Strict):
    """The verifier's policy; what a vector leaves out is as in `suite.json`, what that leaves out as in `Policy`."""

    at: str | None = None
    max_age_seconds: Annotated[int, Field(ge=0)] | None = 86_400
    security_floor: Annotated[int, Field(ge=0, le=256)] = 128
    accept_weaker_security: bool = False
    allow_insecure: bool = False
    programs: list[str] | None = None
    shapes: list[str] | None = None
    sequence: int | None = None
    previous: Hex | None = None
    context: Hex = ""

    def policy(self) -> Policy:
        """As the verifier takes it."""
        default = Policy()
        return Policy(
            at=None if self.at is None else datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=_time(self.at)),
            max_age=None if self.max_age_seconds is None else timedelta(seconds=self.max_age_seconds),
            security_floor=self.security_floor,
            accept_weaker_security=self.accept_weaker_security,
            allow_insecure=self.allow_insecure,
            sequence=self.sequence,
            previous=None if self.previous is None else bytes.fromhex(self.previous),
            context=bytes.fromhex(self.context),
            programs=default.programs if self.programs is None else frozenset(self.programs),
            shapes=default.shapes if self.shapes is None else frozenset(self.shapes),
        )


class Vector(_Strict):
    """One lie, or none, and what a verifier must say to it."""

    name: str
    lie: str
    expect: Expected
    base: str
    edits: list[Edit] = []
    market: list[Change] = []
    parameters: list[Change] = []
    policy: Conditions = Conditions()


class Base(_Strict):
    """A proof file, compressed with zlib, and the market it is about."""

    about: str
    file: FileName
    bytes: Offset
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    market: FileName
    parameters: FileName


class SuiteFile(_Strict):
    """`suite.json`."""

    format: Literal["plimsoll-vectors"]
    version: Literal[1]
    policy: Conditions
    bases: dict[str, Base]


@dataclass(frozen=True, slots=True)
class Case:
    """What a verifier is handed for one vector: the bytes of three files, and its policy."""

    proof: bytes
    market: bytes
    parameters: bytes
    policy: Policy


@dataclass(frozen=True)
class Suite:
    """A folder of vectors, read. `proofs` are the bases' bytes, `files` the bases' JSON values by file name."""

    vectors: tuple[Vector, ...]
    policy: Conditions
    bases: dict[str, Base]
    proofs: dict[str, bytes]
    files: dict[str, Any]

    def case(self, vector: Vector) -> Case:
        """Applies the vector's edits. Raises VectorError for an edit that does not fit its base."""
        base = self.bases.get(vector.base)
        if base is None:
            raise VectorError(f"{vector.name}: expected a base among {', '.join(self.bases)}, got {vector.base!r}")
        given = self.policy.model_dump(exclude_unset=True) | vector.policy.model_dump(exclude_unset=True)
        return Case(
            proof=self._edited(vector),
            market=_changed(self.files[base.market], vector.market, vector.name),
            parameters=_changed(self.files[base.parameters], vector.parameters, vector.name),
            policy=Conditions(**given).policy(),
        )

    def _edited(self, vector: Vector) -> bytes:
        data, pieces, at = self.proofs[vector.base], [], 0
        size = len(data)
        for edit in vector.edits:
            if not at <= edit.start <= edit.stop <= len(data):
                raise VectorError(
                    f"{vector.name}: edits must ascend and lie in their base, got {edit.start} to {edit.stop}"
                )
            size += _added(edit, vector.name) - (edit.stop - edit.start)
            if size > MAX_FILE_BYTES:
                # before anything is copied: many edits may take the same megabytes
                raise VectorError(f"{vector.name}: expected edits that make at most {MAX_FILE_BYTES} bytes, got more")
            pieces += [data[at : edit.start], self._bytes(edit, vector.name)]
            at = edit.stop
        return b"".join([*pieces, data[at:]])

    def _bytes(self, edit: Edit, name: str) -> bytes:
        if edit.take is None:
            return bytes.fromhex(edit.put or "")
        source = self.proofs.get(edit.take.base, b"")
        if not edit.take.start <= edit.take.stop <= len(source):
            raise VectorError(f"{name}: expected bytes of a base to take, got {edit.take}")
        return source[edit.take.start : edit.take.stop]


def _added(edit: Edit, name: str) -> int:
    """Bytes that an edit puts in the place of those that it replaces."""
    added = len(edit.put or "") // 2 if edit.take is None else edit.take.stop - edit.take.start
    if added < 0 or (added == 0 and edit.start == edit.stop):
        raise VectorError(f"{name}: expected an edit that changes something, got none at {edit.start}")
    return added


def _time(text: str) -> int:
    try:
        return parse_time(text)
    except ValueError as error:
        raise VectorError(f"policy: expected a time such as 2026-01-31T12:00:00Z, got {text!r}") from error


def _changed(value: Any, changes: list[Change], name: str) -> bytes:
    whole = json.loads(json.dumps(value))
    for change in changes:
        *path, last = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")[1:]]
        place = whole
        for part in path:
            place = place[_key(place, part, name)]
        if change.op == "add":
            if not isinstance(place, dict) or last in place:
                raise VectorError(f"{name}: expected an object without {last!r} to add it to; use replace")
            place[last] = change.value
            continue
        key = _key(place, last, name)
        if change.op == "remove":
            del place[key]
        else:
            place[key] = change.value
    return json.dumps(whole).encode()


def _key(place: Any, part: str, name: str) -> Any:
    if isinstance(place, dict) and part in place:
        return part
    if isinstance(place, list) and re.fullmatch(r"[0-9]{1,6}", part, re.ASCII) and int(part) < len(place):
        return int(part)
    raise VectorError(f"{name}: expected a path to a value that is there, got {part!r}")
