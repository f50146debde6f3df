"""A publication: one directory with everything a venue publishes for one moment, under one signature.

Reading and checking in six steps, numbered as in docs/protocol/publication.md. The directory holds nothing but files of
fixed names, so no name in it can lead anywhere else; sizes are limited before anything is read.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Count, Digest, Name, Time, Version
from plimsoll.engine.json_files import load_model
from plimsoll.engine.parameters import RiskParameters
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.verifier.book import VerifiedBook, verify_book
from plimsoll.verifier.customer import Elements, show_quad
from plimsoll.verifier.errors import VerificationError, require
from plimsoll.verifier.oracles import Attestation, AttestedPrices, OracleSet, PublicKey, Signature, verify_prices
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.reserves import Reserves, VerifiedReserves, verify_reserves

STEP: Final = "publication"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "signature.json"
SNAPSHOT: Final = "snapshot.json"
PARAMETERS: Final = "parameters.json"
PROOF: Final = "book.proof"
ATTESTATION: Final = "attestation.json"
RESERVES: Final = "reserves.json"
REQUIRED: Final = (SNAPSHOT, PARAMETERS, PROOF)
OPTIONAL: Final = (ATTESTATION, RESERVES)
MAX_BYTES: Final = 64 << 20
"""Of one file; a directory holds at most seven."""


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
    """A publication as read: every byte is the one that the manifest lists; nothing has been verified."""

    manifest: Manifest
    manifest_bytes: bytes
    signature: VenueSignature
    files: dict[str, bytes]

    @cached_property
    def digest(self) -> bytes:
        """Of the manifest, and so of everything."""
        return manifest_digest(self.manifest_bytes)

    @cached_property
    def snapshot(self) -> MarketSnapshot:
        return MarketSnapshot.parse(self.files[SNAPSHOT], SNAPSHOT)

    @cached_property
    def parameters(self) -> RiskParameters:
        return RiskParameters.parse(self.files[PARAMETERS], PARAMETERS)

    @cached_property
    def attestation(self) -> Attestation | None:
        return Attestation.parse(self.files[ATTESTATION], ATTESTATION) if ATTESTATION in self.files else None

    @cached_property
    def reserves(self) -> Reserves | None:
        return Reserves.parse(self.files[RESERVES], RESERVES) if RESERVES in self.files else None


@dataclass(frozen=True, slots=True)
class VerifiedBundle:
    """What was established. `prices` is None where nobody attests them, `reserves` where none are listed."""

    digest: str
    book: VerifiedBook
    prices: AttestedPrices | None
    reserves: VerifiedReserves | None


def read_bundle(directory: Path) -> Bundle:
    """Reads a publication.

    Raises:
        BundleError: not a directory, or one with anything in it that a publication does not have.
        InputError: a JSON file that breaks its form; named with its fields.
    """
    # 1. Nothing but files of known names and bounded sizes.
    try:
        names = sorted(os.listdir(directory))
    except NotADirectoryError:
        raise BundleError(f"{directory}: expected a directory with a publication, got a file") from None
    except OSError as error:
        raise BundleError(f"{directory}: cannot be read: {error.strerror}; check the path") from error
    known = {MANIFEST, SIGNATURE, *REQUIRED, *OPTIONAL}
    for name in names:
        if name not in known:
            raise BundleError(f"{directory}: {name[:80]!r} does not belong to a publication; remove it")
    for name in (MANIFEST, SIGNATURE, *REQUIRED):
        if name not in names:
            raise BundleError(f"{directory}: {name} is missing; ask the venue for the whole publication")
    raw = {name: _read(directory / name) for name in names}
    # 2. The manifest is in its one form and lists exactly these bytes.
    manifest = load_model(Manifest, raw[MANIFEST], str(directory / MANIFEST))
    if canonical_json(manifest.model_dump(mode="json")) != raw[MANIFEST]:
        raise BundleError(f"{directory / MANIFEST}: not in canonical form (sorted keys, no blanks): do not edit it")
    signature = load_model(VenueSignature, raw[SIGNATURE], str(directory / SIGNATURE))
    files = {name: data for name, data in raw.items() if name not in (MANIFEST, SIGNATURE)}
    listed = [one.name for one in manifest.files]
    if listed != sorted(files):
        raise BundleError(f"{directory / MANIFEST}: lists {listed}, the directory has {sorted(files)}")
    for one in manifest.files:
        found = hashlib.sha256(files[one.name]).digest()
        if (len(files[one.name]), found) != (one.bytes, one.sha256):
            raise BundleError(f"{directory / one.name}: not the file that the manifest lists; fetch it again")
    return Bundle(manifest, raw[MANIFEST], signature, files)


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


def verify_bundle(
    bundle: Bundle, venue_key: bytes, oracles: OracleSet | None = None, policy: Policy | None = None
) -> VerifiedBundle:
    """Everything that a publication says, against what the caller pins.

    Args:
        venue_key: the venue's public key, 48 bytes; from elsewhere, never from the bundle.
        oracles: whom to believe about prices; without it prices are only claimed.
        policy: conditions on the book's proof.

    Raises:
        VerificationError: with the step that failed, what was expected and what came.
    """
    manifest, snapshot = bundle.manifest, bundle.snapshot
    # 3. The venue signed the manifest.
    _check_signature(bundle, venue_key)
    # 4. All parts speak of one venue, publication and moment.
    require(manifest.venue == snapshot.venue, STEP, f"a snapshot of {manifest.venue}", snapshot.venue)
    require(manifest.sequence == snapshot.sequence, STEP, f"a snapshot of {manifest.sequence}", snapshot.sequence)
    require(manifest.time >= snapshot.time, STEP, "a publication not before its snapshot", "one that is")
    # 5. The book is proven, and its root is the one that was signed.
    book = verify_book(bundle.files[PROOF], snapshot, bundle.parameters, policy)
    require(book.root == manifest.root, STEP, f"the root {show_quad(manifest.root)} in the proof", show_quad(book.root))
    # 6. Prices and reserves, where there is something to check.
    prices = None
    if oracles is not None:
        if bundle.attestation is None:
            raise VerificationError(STEP, f"{ATTESTATION}, since an oracle set is given", "none")
        prices = verify_prices(snapshot, bundle.attestation, oracles)
    reserves = None
    if bundle.reserves is not None:
        root = bytes.fromhex(show_quad(book.root))
        reserves = verify_reserves(bundle.reserves, manifest.venue, manifest.sequence, root)
    return VerifiedBundle(bundle.digest.hex(), book, prices, reserves)


def verify_history(bundles: Sequence[Bundle]) -> None:
    """Each publication names the one before it, and time goes on. Signatures and proofs are `verify_bundle`'s.

    Args:
        bundles: in order; a first one without a predecessor is the venue's first publication.

    Raises:
        VerificationError: with the two publications that do not join.
    """
    for old, new in pairwise(bundles):
        after = f"publication {new.manifest.sequence} after {old.manifest.sequence}"
        require(new.manifest.venue == old.manifest.venue, STEP, f"{after}: one venue", "two")
        require(new.manifest.sequence == old.manifest.sequence + 1, STEP, f"{after}: one more", "another number")
        require(new.manifest.time > old.manifest.time, STEP, f"{after}: a later one", "one not later")
        require(new.snapshot.time > old.snapshot.time, STEP, f"{after}: a later snapshot", "one not later")
        named = new.manifest.previous.hex() if new.manifest.previous else "none"
        require(new.manifest.previous == old.digest, STEP, f"{after}: previous {old.digest.hex()}", named)
        proof = hashlib.sha256(old.files[PROOF]).digest()
        of_proof = new.snapshot.previous.hex() if new.snapshot.previous else "none"
        require(new.snapshot.previous == proof, STEP, f"{after}: previous proof {proof.hex()}", of_proof)


def _check_signature(bundle: Bundle, venue_key: bytes) -> None:
    from py_ecc.bls import G2ProofOfPossession as Bls  # noqa: PLC0415 - half a second; only publications need it

    key = bundle.signature.public_key
    require(key == venue_key, STEP, f"a signature by the venue's key {venue_key.hex()}", f"one by {key.hex()}")
    signed = Bls.Verify(key, bundle.digest, bundle.signature.signature)
    require(signed, STEP, "the venue's signature over the manifest", "one that fails")
