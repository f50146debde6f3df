"""A publication: everything a venue publishes for one moment, under one signature. How it is read.

Steps 1 and 2 of docs/protocol/publication.md; the others are in `verifier.publication`. A publication holds nothing but
files of fixed names, so no name in it can lead anywhere else; sizes are limited before anything is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Count, Digest, Name, Time, Version
from plimsoll.engine.json_files import Model, load_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.problems import InputError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.customer import Elements
from plimsoll.verifier.oracles import Attestation, PublicKey, Signature
from plimsoll.verifier.ownership import Reserves
from plimsoll.verifier.whole_book import CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name, is_batch_name

STEP: Final = "publication"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.json"
SNAPSHOT: Final = "snapshot.json"
PARAMETERS: Final = "parameters.json"
PROOF: Final = "book.proof"
ATTESTATION: Final = "attestation.json"
RESERVES: Final = "reserves.json"
REQUIRED: Final = (SNAPSHOT, PARAMETERS)
OPTIONAL: Final = (ATTESTATION, RESERVES)
WHOLE: Final = (CLAIMS, SCENARIOS, TOTALS_PROOF, batch_name(0))
"""A book over batches, which stands in the place of the one proof of the strict statement."""
MAX_BYTES: Final = 64 << 20
"""Of one file."""
MAX_TOTAL_BYTES: Final = 1 << 30
"""Of all files together: 64 batches and what belongs to them have less."""


class BundleError(PlimsollError):
    """A directory that is no publication."""


class ListedFile(BaseModel):
    """A file of the publication, fixed by its digest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    sha256: Digest
    bytes: Count = Field(ge=0, le=MAX_BYTES)


class Manifest(BaseModel):
    """What a venue signs: which files, for which moment, after which publication."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    sequence: Count = Field(ge=0, lt=2**63, description="the snapshot's")
    time: Time = Field(description="of the publication, UTC; not before the snapshot's")
    previous: Digest | None = Field(description="SHA-256 of the manifest published before this one; null for the first")
    root: Elements = Field(description="of the book")
    files: tuple[ListedFile, ...] = Field(description="all other files but the signature, in ascending order of names")


class VenueSignature(BaseModel):
    """The venue's BLS12-381 signature over the manifest's digest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    public_key: PublicKey
    signature: Signature


def canonical_json(fields: dict[str, Any]) -> bytes:
    """The one form in which a manifest may stand: sorted keys, no blanks, ASCII, a line break at its end."""
    return (json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True) + "\n").encode()


def manifest_digest(raw: bytes) -> bytes:
    """What is signed, and what the next publication names: SHA-256 over a tag and the manifest's bytes."""
    return hashlib.sha256(b"plimsoll/manifest/1\n" + raw).digest()


@dataclass(frozen=True)
class Bundle:
    """A publication as read: every byte is the one that the manifest lists; nothing has been verified.

    Its parts are parsed when they are asked for; one that breaks its form raises `BundleError`.
    """

    manifest: Manifest
    manifest_bytes: bytes
    signature: VenueSignature
    files: dict[str, bytes]

    @property
    def is_whole(self) -> bool:
        """Whether the book is proven over batches, with totals."""
        return TOTALS_PROOF in self.files

    @cached_property
    def proof_digest(self) -> bytes:
        """Of the book's proof, or of its totals' proof: what the next publication's snapshot names."""
        return hashlib.sha256(self.files[TOTALS_PROOF if self.is_whole else PROOF]).digest()

    @cached_property
    def digest(self) -> bytes:
        """Of the manifest, and so of everything."""
        return manifest_digest(self.manifest_bytes)

    @cached_property
    def snapshot(self) -> MarketSnapshot:
        return self._part(MarketSnapshot, SNAPSHOT)

    @cached_property
    def parameters(self) -> RiskParameters:
        return self._part(RiskParameters, PARAMETERS)

    @cached_property
    def attestation(self) -> Attestation | None:
        return self._part(Attestation, ATTESTATION) if ATTESTATION in self.files else None

    @cached_property
    def reserves(self) -> Reserves | None:
        return self._part(Reserves, RESERVES) if RESERVES in self.files else None

    def _part(self, model: type[Model], name: str) -> Model:
        try:
            return load_model(model, self.files[name], name)
        except InputError as error:
            more = f" (and {len(error.problems) - 1} more)" if len(error.problems) > 1 else ""
            raise BundleError(f"{error.lines[0]}{more}") from error


def read_bundle(directory: Path) -> Bundle:
    """Reads a publication.

    Raises:
        BundleError: not a directory, or one with anything in it that a publication does not have.
        InputError: a JSON file that breaks its form; named with its fields.
    """
    return bundle_of(read_directory(directory), str(directory))


def read_directory(directory: Path) -> dict[str, bytes]:
    """The files of a directory by name: regular files of the known names, no links, each of at most `MAX_BYTES`.

    Raises:
        BundleError: anything else.
    """
    try:
        names = sorted(os.listdir(directory))
    except NotADirectoryError:
        raise BundleError(f"{directory}: expected a directory with a publication, got a file") from None
    except OSError as error:
        raise BundleError(f"{directory}: cannot be read: {error.strerror}; check the path") from error
    _check_names(names, str(directory))
    return {name: _read(directory / name) for name in names}


def bundle_of(files: Mapping[str, bytes], where: str) -> Bundle:
    """A publication from its files, wherever they came from.

    Args:
        files: content by name, manifest and signature among them.
        where: names the publication in messages.

    Raises:
        BundleError: names that a publication does not have, a file too large, or not the one that the manifest lists.
        InputError: a JSON file that breaks its form; named with its fields.
    """
    # 1. Nothing but files of known names and bounded sizes.
    _check_names(sorted(files), where)
    for name, data in files.items():
        if len(data) > MAX_BYTES:
            raise BundleError(f"{where}/{name}: larger than {MAX_BYTES} bytes")
    if sum(map(len, files.values())) > MAX_TOTAL_BYTES:
        raise BundleError(f"{where}: larger than {MAX_TOTAL_BYTES} bytes in all")
    # 2. The manifest is in its one form and lists exactly these bytes.
    raw = files[MANIFEST]
    manifest = load_model(Manifest, raw, f"{where}/{MANIFEST}")
    if canonical_json(manifest.model_dump(mode="json")) != raw:
        raise BundleError(f"{where}/{MANIFEST}: not in canonical form (sorted keys, no blanks): do not edit it")
    signature = load_model(VenueSignature, files[SIGNATURE], f"{where}/{SIGNATURE}")
    parts = {name: data for name, data in files.items() if name not in (MANIFEST, SIGNATURE)}
    listed = [one.name for one in manifest.files]
    if listed != sorted(parts):
        raise BundleError(f"{where}/{MANIFEST}: lists {listed}, but there are {sorted(parts)}")
    for one in manifest.files:
        found = hashlib.sha256(parts[one.name]).digest()
        if (len(parts[one.name]), found) != (one.bytes, one.sha256):
            raise BundleError(f"{where}/{one.name}: not the file that the manifest lists; fetch it again")
    return Bundle(manifest, raw, signature, parts)


def _check_names(names: Sequence[str], where: str) -> None:
    if MANIFEST not in names and SIGNATURE not in names:
        # not "remove what does not belong here": it may be a book
        raise BundleError(f"{where}: {MANIFEST} is missing: this is no publication; name what the venue published")
    book = (PROOF,) if PROOF in names or not any(one in names for one in WHOLE) else WHOLE
    known = {MANIFEST, SIGNATURE, *REQUIRED, *OPTIONAL, *book}
    if book is WHOLE:
        known |= {batch_name(i) for i in range(sum(map(is_batch_name, names)))}
    for name in names:
        if name not in known:
            raise BundleError(f"{where}: {name[:80]!r} does not belong to a publication; remove it")
    for name in (MANIFEST, SIGNATURE, *REQUIRED, *book):
        if name not in names:
            raise BundleError(f"{where}: {name} is missing; ask the venue for the whole publication")


def _read(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise BundleError(f"{path}: cannot be read as a file of its own (no link): {error.strerror}") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise BundleError(f"{path}: expected a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
    if len(data) > MAX_BYTES:
        raise BundleError(f"{path}: larger than {MAX_BYTES} bytes")
    return data
