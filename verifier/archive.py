"""A publication as one file: an uncompressed tar archive in one form only (docs/protocol/publication.md).

Any tar program lists and unpacks it. This reader takes from each header the name and the length, makes the header anew
and compares all of its bytes: no field is free, so there are no links, folders, owners or extensions to be understood
in two ways, and one set of files has one archive. Nothing is compressed, so nothing unfolds.
"""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import Final

from plimsoll.engine.errors import PlimsollError
from plimsoll.verifier.bundle import MAX_BYTES as MAX_FILE
from plimsoll.verifier.bundle import MAX_TOTAL_BYTES, Bundle, bundle_of, read_bundle

BLOCK: Final = 512
MAX_FILES: Final = 256
MAX_ARCHIVE: Final = MAX_TOTAL_BYTES + 2 * BLOCK * (MAX_FILES + 1)
"""Bytes of the whole: the files, a header and padding for each, and the end."""
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)
_MAGIC: Final = slice(257, 262)
_END: Final = bytes(2 * BLOCK)
COMPRESSED: Final = (b"\x1f\x8b", b"PK", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""How gzip, zip, bzip2, xz and zstandard files begin: only for a better message."""


class ArchiveError(PlimsollError):
    """A file that is no archive of a publication, or files that make none."""


def write_archive(files: dict[str, bytes]) -> bytes:
    """The one archive of these files.

    Raises:
        ArchiveError: a name that no publication has, or too many or too large files.
    """
    parts = []
    if len(files) > MAX_FILES:
        raise ArchiveError(f"more than {MAX_FILES} files")
    for name, data in sorted(files.items()):
        if not _NAME.fullmatch(name):
            raise ArchiveError(f"{name[:80]!r} is no name in a publication: a-z, 0-9, dots, dashes, no folders")
        if len(data) > MAX_FILE:
            raise ArchiveError(f"{name}: larger than {MAX_FILE} bytes")
        parts += [_header(name, len(data)), data, bytes(-len(data) % BLOCK)]
    return b"".join([*parts, _END])


def read_archive(data: bytes) -> dict[str, bytes]:
    """The files of an archive by name, ascending. `write_archive` makes the same bytes of them again.

    Raises:
        ArchiveError: anything but the one form.
    """
    if data.startswith(COMPRESSED):
        raise ArchiveError("a compressed file: a publication is never compressed; ask the venue for its archive")
    files: dict[str, bytes] = {}
    offset, last = 0, ""
    while data[offset : offset + BLOCK] != _END[:BLOCK]:
        header = data[offset : offset + BLOCK]
        if len(header) < BLOCK:
            raise ArchiveError(f"cut off after {len(data)} bytes: fetch it again")
        if len(files) == MAX_FILES:
            raise ArchiveError(f"more than {MAX_FILES} files")
        name, length = _name_and_length(header, f"file {len(files)}")
        if name <= last:
            raise ArchiveError(f"{name} comes twice or out of order")
        start, end = offset + BLOCK, offset + BLOCK + length
        offset = end + -length % BLOCK
        if offset > len(data):
            raise ArchiveError(f"{name} is cut off: fetch the archive again")
        if data[end:offset].strip(b"\0"):
            raise ArchiveError(f"{name}: something between its files")
        files[name], last = data[start:end], name
    if len(data) < offset + len(_END):
        raise ArchiveError(f"cut off after {len(data)} bytes: fetch it again")
    if data[offset:] != _END:
        raise ArchiveError("something after its end")
    return files


def read_publication(path: Path) -> Bundle:
    """A publication from its directory or from its one file.

    Raises:
        ArchiveError, BundleError, InputError: it is neither, or not in its form.
    """
    return bundle_of(load_archive(path), str(path)) if path.is_file() else read_bundle(path)


def is_archive(path: Path) -> bool:
    """Whether a file says that it is a tar archive; nothing else of it is looked at."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(BLOCK)[_MAGIC] == b"ustar"


def load_archive(path: Path) -> dict[str, bytes]:
    """The files of the archive at `path`. Raises `ArchiveError`, with the path."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise ArchiveError(f"{path}: cannot be read: {error.strerror}; check the path") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ArchiveError(f"{path}: expected a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(MAX_ARCHIVE + 1)
    finally:
        os.close(handle)
    if len(data) > MAX_ARCHIVE:
        raise ArchiveError(f"{path}: larger than {MAX_ARCHIVE} bytes")
    try:
        return read_archive(data)
    except ArchiveError as error:
        raise ArchiveError(f"{path}: {error}") from None


def _name_and_length(header: bytes, where: str) -> tuple[str, int]:
    name = header[:100].rstrip(b"\0").decode("latin-1")
    if not _NAME.fullmatch(name):
        raise ArchiveError(f"{where}: {name[:80]!r} is no name in a publication, or this is no archive of one")
    digits = header[124:135]
    length = int(digits, 8) if re.fullmatch(rb"[0-7]{11}", digits) else 0
    if length > MAX_FILE:
        raise ArchiveError(f"{name}: larger than {MAX_FILE} bytes")
    if header != _header(name, length):
        raise ArchiveError(f"{name}: its header is not as `plimsoll pack` writes it: do not repack an archive")
    return name, length


def _header(name: str, length: int) -> bytes:
    """A regular file's header (POSIX.1-1988 ustar) with nobody as its owner and no time."""
    before = name.encode().ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + b"%011o\0" % length + b"00000000000\0"
    after = b"0" + bytes(100) + b"ustar\x0000" + bytes(64) + b"0000000\0" * 2 + bytes(167)
    checksum = sum(before) + 8 * 0x20 + sum(after)
    return before + b"%06o\0 " % checksum + after
