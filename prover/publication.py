"""Puts a publication together: checks the parts as every reader will, then signs and writes all of them or none."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from pathlib import Path

from plimsoll.engine.atomic import FileWriteError
from plimsoll.engine.snapshot import MarketSnapshot
from plimsoll.prover.signing_key import SigningKey
from plimsoll.verifier.bundle import (
    MANIFEST,
    PROOF,
    SIGNATURE,
    SNAPSHOT,
    Bundle,
    BundleError,
    ListedFile,
    Manifest,
    VenueSignature,
    canonical_json,
    manifest_digest,
    read_bundle,
)
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import check_signature, verify_bundle, verify_history
from plimsoll.verifier.reserves import MAX_APART
from plimsoll.verifier.statement import read_proof
from plimsoll.verifier.whole_book import TOTALS_PROOF


def make_bundle(files: dict[str, bytes], key: SigningKey, time: int, previous: Bundle | None = None) -> Bundle:
    """Signs a manifest over these files.

    Args:
        files: by their fixed names (`plimsoll.verifier.bundle`), without manifest and signature.
        key: the venue's.
        time: of the publication, microseconds since 1970.
        previous: the publication before this one; None for the venue's first.
    """
    snapshot = MarketSnapshot.parse(files[SNAPSHOT], SNAPSHOT)
    whole = TOTALS_PROOF in files
    values = read_proof(files[TOTALS_PROOF if whole else PROOF])[0].public_values
    listed = [
        ListedFile.model_construct(name=name, sha256=hashlib.sha256(files[name]).digest(), bytes=len(files[name]))
        for name in sorted(files)
    ]
    manifest = Manifest.model_construct(
        version=1,
        venue=snapshot.venue,
        sequence=snapshot.sequence,
        time=time,
        previous=previous.digest if previous else None,
        root=values[3:7] if whole else values[1:5],
        files=tuple(listed),
    )
    raw = canonical_json(manifest.model_dump(mode="json"))
    signed = key.sign(manifest_digest(raw))
    signature = VenueSignature.model_construct(version=1, public_key=key.public_key, signature=signed)
    return Bundle(manifest, raw, signature, files)


def publish(
    bundle: Bundle,
    out: Path,
    previous: Bundle | None = None,
    oracles: OracleSet | None = None,
    policy: Policy | None = None,
    *,
    max_apart: int | None = MAX_APART,
) -> None:
    """Checks a publication as its readers will and writes it to a new directory.

    Args:
        previous: the publication before it, which must be the same venue's: signed by the same key.
        oracles: whom the attestation is by; without it nobody's prices are checked.

    Raises:
        VerificationError: it would be refused, or does not follow the one before it.
        BundleError: the directory exists, or a part breaks its form.
        FileWriteError: it cannot be written.
    """
    key = bundle.signature.public_key
    verify_bundle(bundle, key, oracles, policy, max_apart=max_apart)
    if previous is not None:
        check_signature(previous, key)
        verify_history([previous, bundle])
    if out.exists():
        raise BundleError(f"{out} exists: a publication is never replaced; name a new directory")
    try:
        partial = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    except OSError as error:
        raise FileWriteError(f"{out} cannot be written: {error.strerror}; choose another place") from error
    try:
        signature = canonical_json(bundle.signature.model_dump(mode="json"))
        for name, data in {**bundle.files, MANIFEST: bundle.manifest_bytes, SIGNATURE: signature}.items():
            (partial / name).write_bytes(data)
        read_bundle(partial)
        partial.chmod(0o755)
        partial.rename(out)
    except OSError as error:
        shutil.rmtree(partial)
        raise FileWriteError(f"{out} cannot be written: {error.strerror}; choose another place") from error
    except BaseException:
        shutil.rmtree(partial)
        raise
