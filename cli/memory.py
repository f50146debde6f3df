"""Keeps the memory of a process that holds a book from being written to disk when the process dies."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""prctl(2)."""


def forbid_core_dumps() -> None:
    """No core dump of this process: its memory holds the book, the salts and the nonce.

    The limit of a core file's size is set to zero, and on Linux the process is marked as not dumpable, which a core
    pattern that pipes into a program respects too, and which keeps others of the same user from attaching to it. What
    a system does not offer is left out: the operator's duty is in docs/security/zero-knowledge.md. Swap is not
    prevented.
    """
    with suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
