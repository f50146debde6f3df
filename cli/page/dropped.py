"""What somebody drops on the page, sorted by what it is: publications, customers' files, receipts, a reader's file.

Nothing is verified here; every reader is the verifier's own and refuses what is not in its one form.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from plimsoll.engine.errors import PlimsollError
from plimsoll.engine.fields import Name, Version
from plimsoll.engine.json_files import load_model, parse_json
from plimsoll.verifier.archive import read_archive
from plimsoll.verifier.bundle import MANIFEST, Bundle, bundle_of
from plimsoll.verifier.customer import CustomerFile
from plimsoll.verifier.oracles import OracleSet, PublicKey
from plimsoll.verifier.receipts import Receipt

BLOCK: Final = 512
"""A tar archive's header: it begins with its first file's name and has `ustar` at byte 257."""
MAX_NAME: Final = 120
PARCELLED: Final = "customer.json"
"""The customer's file in a parcel (`plimsoll customer parcel`)."""
PARCELLED_RECEIPT: Final = "receipt.json"
"""Her receipt in it."""


class ReaderFile(BaseModel):
    """Whom a reader trusts, from somebody other than the venue: the venue's key, and perhaps the oracles."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    version: Version
    venue: Name
    venue_key: PublicKey
    oracles: OracleSet | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that is not what it looks like; `what` is what it looks like."""

    name: str
    what: str
    reason: str


@dataclass(slots=True)
class Dropped:
    """Each file read, with its name; publications and customers' files by ascending sequence."""

    publications: list[tuple[str, Bundle]] = field(default_factory=list)
    customers: list[tuple[str, CustomerFile]] = field(default_factory=list)
    receipts: list[tuple[str, Receipt]] = field(default_factory=list)
    readers: list[tuple[str, ReaderFile]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def sort_files(files: Iterable[tuple[str, bytes]]) -> Dropped:
    """Reads every file. One that cannot be read is in `refused`; nothing is raised for it.

    Args:
        files: path and content. Files of one folder that holds a manifest are one publication.
    """
    found = Dropped()
    folders: dict[str, dict[str, bytes]] = {}
    for path, data in files:
        folders.setdefault(posixpath.dirname(path), {})[posixpath.basename(path)] = data
    for folder, inside in folders.items():
        loose = {name: data for name, data in inside.items() if MANIFEST in inside and not _own_kind(name, data)}
        if loose:
            _take(found, folder or "publication", "a publication", found.publications, _read_loose, loose)
        for name, data in inside.items():
            if name not in loose:
                _one(found, posixpath.join(folder, name)[:MAX_NAME], data)
    distinct = {bundle.digest: (name, bundle) for name, bundle in found.publications}
    found.publications = list(distinct.values())
    found.publications.sort(key=lambda one: one[1].manifest.sequence)
    found.customers.sort(key=lambda one: one[1].sequence)
    found.receipts.sort(key=lambda one: one[1].promise.sequence)
    return found


def _one(found: Dropped, name: str, data: bytes) -> None:
    if _is_archive(data):
        _archive(found, name, data)
        return
    try:
        fields = parse_json(data, name)
    except PlimsollError as error:
        # no text that happens to lie there begins like this
        damaged = "one of the exchange's files" if data.lstrip().startswith(b"{") else ""
        found.refused.append(Refused(name, damaged, str(error)))
        return
    if _is_customer(fields):
        _take(found, name, "an account file", found.customers, _read_customer, data)
    elif _is_receipt(fields):
        _take(found, name, "a receipt", found.receipts, _read_receipt, data)
    elif _is_reader(fields):
        _take(found, name, "a reader's file", found.readers, _read_reader, data)
    else:
        found.refused.append(Refused(name, "", "no file of a kind that this page knows"))


def _archive(found: Dropped, name: str, data: bytes) -> None:
    """A publication, or a parcel: one with a customer's file beside, and perhaps her receipt."""
    try:
        files = read_archive(data)
    except PlimsollError as error:
        found.refused.append(Refused(name, "a publication", str(error)))
        return
    own, promised = files.pop(PARCELLED, None), files.pop(PARCELLED_RECEIPT, None)
    _take(found, name, "a publication", found.publications, _read_loose, files)
    if own is not None:
        _take(found, f"{name}/{PARCELLED}", "an account file", found.customers, _read_customer, own)
    if promised is not None:
        _take(found, f"{name}/{PARCELLED_RECEIPT}", "a receipt", found.receipts, _read_receipt, promised)


def _take(found: Dropped, name: str, what: str, target: list[Any], read: Any, data: Any) -> None:
    try:
        target.append((name, read(data, name)))
    except PlimsollError as error:
        found.refused.append(Refused(name, what, str(error)))


def _read_loose(files: dict[str, bytes], name: str) -> Bundle:
    return bundle_of(files, name)


def _read_customer(data: bytes, name: str) -> CustomerFile:
    return CustomerFile.parse(data, name)


def _read_receipt(data: bytes, name: str) -> Receipt:
    return Receipt.parse(data, name)


def _read_reader(data: bytes, name: str) -> ReaderFile:
    return load_model(ReaderFile, data, name)


def _own_kind(name: str, data: bytes) -> bool:
    """A customer's file, a receipt or a reader's file that lies beside a publication's, or another's archive."""
    if _is_archive(data):
        return True
    if not name.endswith(".json"):
        return False
    try:
        fields = parse_json(data, name)
    except PlimsollError:
        return False
    return _is_customer(fields) or _is_receipt(fields) or _is_reader(fields)


def _is_archive(data: bytes) -> bool:
    return len(data) >= BLOCK and data[257:262] == b"ustar"


def _is_customer(fields: object) -> bool:
    return isinstance(fields, dict) and {"identifier", "blind"} <= fields.keys()


def _is_receipt(fields: object) -> bool:
    return isinstance(fields, dict) and {"promise", "leaf"} <= fields.keys()


def _is_reader(fields: object) -> bool:
    return isinstance(fields, dict) and "venue_key" in fields and fields.keys() <= ReaderFile.model_fields.keys()
