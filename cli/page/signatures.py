"""Makes py_ecc importable where Python has no OpenSSL, as in a browser."""

from __future__ import annotations

import hashlib  # noqa: F401 - before the stand-in, which they would take for the real one
import hmac  # noqa: F401
import sys
from types import ModuleType
from typing import Final

NAME: Final = "_hashlib"


def import_signatures() -> None:
    """Imports py_ecc's signatures. It names the type of OpenSSL's hashes in an annotation, and needs no more of it.

    The name stands only while py_ecc is imported: `hashlib` and `hmac` are imported before, and use their own hashes.
    """
    try:
        import _hashlib  # noqa: F401, PLC0415

        absent = False
    except ImportError:
        stand_in = ModuleType(NAME)
        stand_in.HASH = object  # type: ignore[attr-defined]
        sys.modules[NAME] = stand_in
        absent = True
    try:
        import py_ecc.bls  # noqa: F401, PLC0415
    finally:
        if absent:
            del sys.modules[NAME]
