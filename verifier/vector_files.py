"""Reads a folder of test vectors. No path leads out of it, sizes are bounded before anything is parsed, and nothing is
executed: a folder may come from anybody."""

from __future__ import annotations

import hashlib
import zlib
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from plimsoll.engine.json_files import load_model, parse_json
from plimsoll.engine.problems import InputError
from plimsoll.verifier.statement import MAX_FILE_BYTES
from plimsoll.verifier.vectors import Base, Suite, SuiteFile, Vector, VectorError

SUITE: Final = "suite.json"
MAX_VECTOR_BYTES: Final = 1 << 20
MAX_VECTORS: Final = 2_000
MAX_BASES: Final = 8
MAX_READ: Final = 64 << 20
"""Bytes of all vectors' files together: they are kept in memory."""
MAX_MADE: Final = 8 << 30
"""Bytes of all vectors' proofs together: each is made, and thrown away."""
Model = TypeVar("Model", bound=BaseModel)


def read_suite(folder: Path) -> Suite:
    """Reads and checks a whole folder. Raises VectorError."""
    head = _model(SuiteFile, folder / SUITE)
    if len(head.bases) > MAX_BASES:
        raise VectorError(f"{folder / SUITE}: expected at most {MAX_BASES} bases, got {len(head.bases)}")
    reserved = _reserved(head)
    found = islice(folder.glob("*.json"), MAX_VECTORS + len(reserved) + 1)
    names = sorted(path for path in found if path.name not in reserved)
    if not 0 < len(names) <= MAX_VECTORS:
        raise VectorError(f"{folder}: expected 1 to {MAX_VECTORS} vectors beside {SUITE}, got {len(names)}")
    if sum(path.lstat().st_size for path in names) > MAX_READ:
        raise VectorError(f"{folder}: expected vectors of at most {MAX_READ} bytes together, got more")
    vectors = tuple(_model(Vector, path) for path in names)
    for path, vector in zip(names, vectors, strict=True):
        if vector.name != path.stem:
            raise VectorError(f"{path}: expected a vector named {path.stem!r} as its file, got {vector.name!r}")
    files = {name: _json(folder / name) for base in head.bases.values() for name in (base.market, base.parameters)}
    proofs = {name: _proof(folder / base.file, base) for name, base in head.bases.items()}
    suite = Suite(vectors, head.policy, head.bases, proofs, files)
    made = 0
    for vector in vectors:
        made += len(suite.case(vector).proof)
        if made > MAX_MADE:
            raise VectorError(f"{folder}: expected proofs of at most {MAX_MADE} bytes together, got more")
    return suite


def _reserved(head: SuiteFile) -> set[str]:
    return {SUITE, *(name for base in head.bases.values() for name in (base.market, base.parameters))}


def _read(path: Path, limit: int) -> bytes:
    # a stranger's folder: a link may lead out of it, and a pipe would never end
    if path.is_symlink() or not path.is_file():
        raise VectorError(f"{path}: expected a regular file, no link; check the folder")
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise VectorError(f"{path}: cannot be read: {error.strerror}; check the folder") from error
    if len(data) > limit:
        raise VectorError(f"{path}: expected at most {limit} bytes, got more")
    return data


def _model(model: type[Model], path: Path) -> Model:
    try:
        return load_model(model, _read(path, MAX_VECTOR_BYTES), str(path))
    except InputError as error:
        raise _refused(error) from error


def _json(path: Path) -> Any:
    try:
        return parse_json(_read(path, MAX_VECTOR_BYTES), str(path))
    except InputError as error:
        raise _refused(error) from error


def _refused(error: InputError) -> VectorError:
    left = len(error.problems) - 1
    return VectorError(f"{error.lines[0]} (and {left} more problems)" if left else error.lines[0])


def _proof(path: Path, base: Base) -> bytes:
    unpacked = zlib.decompressobj()
    if base.bytes > MAX_FILE_BYTES:
        raise VectorError(f"{path}: expected a base of at most {MAX_FILE_BYTES} bytes, got {base.bytes}")
    try:
        # not a byte more than what is stated, plus the one that shows that there are more
        data = unpacked.decompress(_read(path, MAX_FILE_BYTES), base.bytes + 1)
    except zlib.error as error:
        raise VectorError(f"{path}: expected data compressed with zlib: {error}") from error
    digest = hashlib.sha256(data).hexdigest()
    if not unpacked.eof or (len(data), digest) != (base.bytes, base.sha256):
        raise VectorError(f"{path}: expected {base.bytes} bytes of digest {base.sha256}, got {len(data)} of {digest}")
    return data
