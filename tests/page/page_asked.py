"""What the page's Python answers to files, each publication verified once for all tests."""

from __future__ import annotations

from typing import Any

from plimsoll.cli.page.answer import answer
from plimsoll.verifier.archive import write_archive
from plimsoll.verifier.bundle import MANIFEST, SIGNATURE, Bundle
from plimsoll.verifier.oracles import OracleSet
from plimsoll.verifier.policy import Policy
from plimsoll.verifier.publication import VerifiedBundle, verify_bundle

VERIFIED: dict[tuple[bytes, bytes, bytes, bool], VerifiedBundle] = {}


def verified_once(bundle: Bundle, key: bytes, oracles: OracleSet | None, policy: Policy) -> VerifiedBundle:
    name = (bundle.digest, bundle.signature.signature, key, oracles is None)
    if name not in VERIFIED:
        VERIFIED[name] = verify_bundle(bundle, key, oracles, policy)
    return VERIFIED[name]


def asked(files: dict[str, bytes], key: str = "", root: str = "") -> dict[str, Any]:
    return answer(list(files.items()), key, root, lambda _: None)


def verdict(files: dict[str, bytes], key: str = "", root: str = "") -> tuple[str, str]:
    said = asked(files, key, root)["verdict"]
    return said["tone"], said["title"]


def packed(bundle: Bundle) -> bytes:
    signed = {MANIFEST: bundle.manifest_bytes, SIGNATURE: bundle.signature.model_dump_json().encode()}
    return write_archive(bundle.files | signed)
